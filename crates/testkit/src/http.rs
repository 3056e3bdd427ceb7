//! A very small HTTP client for the loopback address: blocking, one request a connection, no redirect is followed.
//! It knows `localhost` and every `*.localhost` as this machine, as browsers do.

use std::fmt::Write as _;
use std::io::{Error, ErrorKind, Read, Result, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(90);

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header fields as they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header field of this (lower case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Fetches an address.
///
/// # Errors
/// When the address cannot be read, nobody listens there, or the answer is no HTTP.
pub fn get(url: &str) -> Result<Answer> {
    send("GET", url, &[], b"")
}

/// Sends a form.
///
/// # Errors
/// As [`get`].
pub fn post_form(url: &str, form: &str) -> Result<Answer> {
    send("POST", url, &[("Content-Type", "application/x-www-form-urlencoded")], form.as_bytes())
}

/// Sends a request with header fields and a body of one's own.
///
/// # Errors
/// As [`get`].
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
    let (host, port, path) = split(url)?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").map_err(Error::other)?;
    }
    write!(head, "Content-Length: {}\r\n\r\n", body.len()).map_err(Error::other)?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let bytes = receive(&mut stream)?;
    read(&bytes).ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("no HTTP answer from {url}")))
}

/// Reads until the answer is whole. Not every server closes the connection when asked to (chromedriver does not), so the
/// announced length counts.
fn receive(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        if count == 0 || length(&bytes).is_some_and(|whole| bytes.len() >= whole) {
            return Ok(bytes);
        }
    }
}

/// How long the whole answer is, if its head is there and says so.
fn length(bytes: &[u8]) -> Option<usize> {
    let (head, start) = read_head(bytes)?;
    let body: usize = head.header("content-length")?.parse().ok()?;
    Some(start + body)
}

/// Host, port and path of an `http` address of this machine.
fn split(url: &str) -> Result<(&str, u16, &str)> {
    let refuse = || Error::new(ErrorKind::InvalidInput, format!("no http address of this machine: {url}"));
    let rest = url.strip_prefix("http://").ok_or_else(refuse)?;
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| refuse())?),
        None => (authority, 80),
    };
    let here = host == "127.0.0.1" || host == "localhost" || host.ends_with(".localhost");
    if here { Ok((host, port, path)) } else { Err(refuse()) }
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let (mut answer, start) = read_head(bytes)?;
    let body = bytes.get(start..)?;
    let chunked = answer.header("transfer-encoding") == Some("chunked");
    answer.body = if chunked { unchunk(body)? } else { body.to_vec() };
    Some(answer)
}

/// The answer without its body, and where that begins.
fn read_head(bytes: &[u8]) -> Option<(Answer, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(bytes.get(..end)?).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some((Answer { status, headers, body: Vec::new() }, end + 4))
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..line)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let start = line + 2;
        body.extend_from_slice(rest.get(start..start + size)?);
        rest = rest.get(start + size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::{read, split};

    #[test]
    fn only_addresses_of_this_machine_are_asked() {
        assert_eq!(split("http://acme.localhost:8080/a?b").unwrap(), ("acme.localhost", 8080, "/a?b"));
        assert_eq!(split("http://127.0.0.1").unwrap(), ("127.0.0.1", 80, "/"));
        assert!(split("http://acme.example/").is_err());
        assert!(split("https://localhost/").is_err());
    }

    #[test]
    fn a_chunked_answer_is_put_together() {
        let answer = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n3\r\nabc\r\n2;e=f\r\nde\r\n0\r\n\r\n");
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.text().as_str(), answer.header("x")), (200, "abcde", Some("y")));
    }
}
