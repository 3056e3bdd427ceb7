//! Outgoing connections: the one place that opens them, behind an address guard and with limits.
//!
//! Only public addresses may be reached, besides the ranges that the operator allows. A host name is resolved here, every
//! address of it is checked, and the connection goes to exactly what was checked, so that a second answer of the name
//! server changes nothing; each redirect is checked anew. The operator's mail server is another matter: `relay`, `smtp`.

mod dns;
mod relay;
mod site;
mod smtp;

use crate::error::{Error, Kind};
use reqwest::header::{ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use url::{Host, Url};

pub use dns::Dns;
pub(crate) use dns::Records;
pub(crate) use relay::Relay;
pub use relay::{Transport, Written};
pub(crate) use site::Page;
pub(crate) use smtp::{Outlook, Parcel, Refusal};

/// An address range, such as `127.0.0.0/8`.
pub type Range = ipnet::IpNet;

/// An authority whose certificates servers may show besides those that the machine trusts.
#[derive(Clone)]
pub struct Root {
    web: reqwest::Certificate,
    mail: lettre::transport::smtp::client::Certificate,
}

const PEM_BEGINS: &str = "-----BEGIN CERTIFICATE-----";
const PEM_ENDS: &str = "-----END CERTIFICATE-----";

impl Root {
    /// Reads the authorities of a PEM text.
    ///
    /// # Errors
    /// When there is none, or one cannot be read.
    pub fn read_all(pem: &[u8]) -> Result<Vec<Self>, Error> {
        let text = String::from_utf8_lossy(pem);
        let blocks = text.split_inclusive(PEM_ENDS).filter_map(|part| part.get(part.find(PEM_BEGINS)?..));
        let read: Option<Vec<Self>> = blocks.map(Self::read).collect();
        read.filter(|read| !read.is_empty())
            .ok_or_else(|| Error::new(Kind::Invalid, "There is no certificate in PEM that can be read."))
    }

    fn read(block: &str) -> Option<Self> {
        let web = reqwest::Certificate::from_pem(block.as_bytes()).ok()?;
        let mail = lettre::transport::smtp::client::Certificate::from_pem(block.as_bytes()).ok()?;
        Some(Self { web, mail })
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root")
    }
}

/// How long a look-up may take in all.
const TIMEOUT: Duration = Duration::from_secs(15);
/// The answer to a question whether something changed (RFC 9110, section 15.4.5).
const NOT_MODIFIED: u16 = 304;
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 3;
/// How long a header field may be that is kept or followed, in bytes.
const LONGEST_HEADER: usize = 2_048;

/// The guarded way out.
pub struct Outbound {
    allow: Vec<Range>,
    roots: Vec<Root>,
    dns: Dns,
}

/// What a server said about a document, to be asked whether it changed (RFC 9110, section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// What came of asking for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is what it was.
    Unchanged,
    /// Here it is.
    Document(Document),
}

/// Whether http will do where the operator allowed the address; elsewhere it never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Http {
    Inside,
    Never,
}

/// A document with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its bytes.
    pub body: Vec<u8>,
    /// With what to ask for it next time.
    pub validators: Validators,
    /// Every address that led to it, the first asked and the redirects.
    pub way: Vec<Url>,
}

impl Outbound {
    /// A way out to public addresses and to these ranges. Certificates of servers are accepted if an authority of the
    /// machine vouches for them, or one of `roots`.
    #[must_use]
    pub fn new(allow: Vec<Range>, roots: Vec<Root>) -> Self {
        Self { allow, roots, dns: Dns::System }
    }

    /// The same, by this name server.
    #[must_use]
    pub fn asking(self, dns: Dns) -> Self {
        Self { dns, ..self }
    }

    /// The TXT records of a domain.
    pub(crate) async fn txt(&self, domain: &str) -> Records {
        self.dns.txt(domain).await
    }

    /// Fetches a document of at most `limit` bytes.
    ///
    /// # Errors
    /// Says what was in the way: the address, the status, the size, the time.
    pub async fn fetch(&self, url: &str, limit: usize) -> Result<Document, Error> {
        match self.fetch_if_changed(url, limit, &Validators::default()).await? {
            Fetched::Document(document) => Ok(document),
            Fetched::Unchanged => {
                Err(failed(url, "the answer was 304 to a question without conditions".to_owned()))
            }
        }
    }

    /// Fetches a document unless it is the one that these validators came with.
    ///
    /// # Errors
    /// As [`Outbound::fetch`].
    pub async fn fetch_if_changed(
        &self,
        url: &str,
        limit: usize,
        known: &Validators,
    ) -> Result<Fetched, Error> {
        self.in_time(url, limit, known, Http::Inside).await
    }

    /// The same for a picture of somebody: by https alone, wherever it is.
    ///
    /// # Errors
    /// As [`Outbound::fetch`].
    pub async fn fetch_picture(&self, url: &str, limit: usize, known: &Validators) -> Result<Fetched, Error> {
        self.in_time(url, limit, known, Http::Never).await
    }

    async fn in_time(
        &self,
        url: &str,
        limit: usize,
        known: &Validators,
        http: Http,
    ) -> Result<Fetched, Error> {
        match tokio::time::timeout(TIMEOUT, self.follow(url, limit, known, http)).await {
            Ok(result) => result,
            Err(_) => Err(failed(url, format!("no answer within {} seconds", TIMEOUT.as_secs()))),
        }
    }

    async fn follow(
        &self,
        url: &str,
        limit: usize,
        known: &Validators,
        http: Http,
    ) -> Result<Fetched, Error> {
        let mut next = Url::parse(url).map_err(|error| failed(url, error.to_string()))?;
        let mut way = Vec::new();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.request(&next, known, http).await?;
            way.push(next.clone());
            if response.status().as_u16() == NOT_MODIFIED && *known != Validators::default() {
                return Ok(Fetched::Unchanged);
            }
            if response.status().is_redirection() {
                let location = header(&response, LOCATION);
                let location =
                    location.ok_or_else(|| failed(next.as_str(), "a redirect to nowhere".to_owned()))?;
                next = next.join(&location).map_err(|error| failed(&location, error.to_string()))?;
                continue;
            }
            if !response.status().is_success() {
                return Err(failed(next.as_str(), format!("the answer was {}", response.status())));
            }
            let validators =
                Validators { etag: header(&response, ETAG), last_modified: header(&response, LAST_MODIFIED) };
            let body = read(response, &next, limit).await?;
            return Ok(Fetched::Document(Document { body, validators, way }));
        }
        Err(failed(url, format!("more than {MOST_REDIRECTS} redirects")))
    }

    async fn request(&self, url: &Url, known: &Validators, http: Http) -> Result<reqwest::Response, Error> {
        if http == Http::Never && url.scheme() != "https" {
            return Err(failed(url.as_str(), "only https is fetched".to_owned()));
        }
        let addresses = self.resolve(url).await?;
        let open = url.scheme() == "http" && !addresses.iter().all(|address| self.is_allowed(address.ip()));
        if open || !matches!(url.scheme(), "http" | "https") {
            return Err(failed(url.as_str(), "only https is fetched from public addresses".to_owned()));
        }
        #[expect(clippy::disallowed_types, reason = "the one place that opens outgoing connections")]
        let mut client = reqwest::Client::builder();
        if !self.roots.is_empty() {
            client = client.tls_certs_merge(self.roots.iter().map(|root| root.web.clone()));
        }
        let client = client
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .resolve_to_addrs(url.host_str().unwrap_or_default(), &addresses)
            .user_agent(concat!("Vestibule/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)?;
        let mut request = client.get(url.clone());
        let conditions = [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)];
        for (name, value) in conditions.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)))
        {
            request = request.header(name, value);
        }
        request.send().await.map_err(|error| failed(url.as_str(), cause(&error)))
    }

    /// The addresses behind a URL, all of them checked.
    async fn resolve(&self, url: &Url) -> Result<Vec<SocketAddr>, Error> {
        let port = url.port_or_known_default().unwrap_or(443);
        let host = url.host().ok_or_else(|| failed(url.as_str(), "the URL names no host".to_owned()))?;
        let addresses: Vec<IpAddr> = match host {
            Host::Ipv4(address) => vec![address.into()],
            Host::Ipv6(address) => vec![address.into()],
            Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            }
            Host::Domain(name) => {
                let found = self.dns.addresses(name, port).await;
                found.map_err(|problem| failed(url.as_str(), problem))?
            }
        };
        let usable: Vec<SocketAddr> = addresses
            .iter()
            .filter(|address| is_public(**address) || self.is_allowed(**address))
            .map(|address| SocketAddr::new(*address, port))
            .collect();
        if usable.is_empty() {
            let refused = addresses.first().map_or_else(|| "no address".to_owned(), IpAddr::to_string);
            return Err(failed(url.as_str(), format!("{refused} is not a public address"))
                .hint("The operator can allow its range by the key `outbound.allow` of the configuration."));
        }
        Ok(usable)
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        self.allow.iter().any(|range| range.contains(&address))
    }
}

/// A header field that a server may send, unless it is too long to be kept.
fn header(response: &reqwest::Response, name: HeaderName) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    (value.len() <= LONGEST_HEADER).then(|| value.to_owned())
}

async fn read(mut response: reqwest::Response, url: &Url, limit: usize) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(url.as_str(), cause(&error)))? {
        if body.len() + chunk.len() > limit {
            return Err(failed(url.as_str(), format!("the answer is larger than {limit} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failed(url: &str, problem: String) -> Error {
    Error::new(Kind::Invalid, format!("{url} could not be fetched: {problem}."))
}

/// The innermost cause: the outer ones only say that a request failed.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// Whether an address is one of the public Internet: not loopback, private, link-local, shared, documentation,
/// multicast or otherwise special (IANA special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            // Global unicast is 2000::/3; the documentation range inside it is not public.
            None => {
                v6.segments()[0] & 0xe000 == 0x2000
                    && !(v6.segments()[0] == 0x2001 && v6.segments()[1] == 0x0db8)
            }
        },
    }
}

/// The IPv4 address inside an IPv4-mapped, NAT64 or 6to4 address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let join = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(join(high, low)),
        (0x2002, ..) => Some(join(b, c)),
        _ => None,
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p19_special_addresses_are_not_public_in_any_spelling() {
        let special = [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ];
        for text in special {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn p19_loopback_is_refused_unless_the_operator_allows_it_and_the_error_names_the_key() {
        let closed = Outbound::new(Vec::new(), Vec::new());
        let error = closed.fetch("https://127.0.0.1:1/metadata", 100).await.unwrap_err();
        assert!(error.message().contains("not a public address"), "{error}");
        assert!(error.advice().unwrap().contains("outbound.allow"));
        let open = Outbound::new(vec!["127.0.0.0/8".parse().unwrap()], Vec::new());
        let error = open.fetch("http://127.0.0.1:1/metadata", 100).await.unwrap_err();
        assert!(!error.message().contains("public"), "{error}");
    }

    #[tokio::test]
    async fn p19_other_schemes_are_never_fetched() {
        let outbound = Outbound::new(Vec::new(), Vec::new());
        for url in ["file:///etc/passwd", "ftp://example.com/", "http://1.1.1.1/"] {
            assert!(outbound.fetch(url, 100).await.is_err(), "{url}");
        }
    }
}
