//! A web server of a domain, at the port that addresses without one mean.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

/// A web server that answers with what it was given, and 404 otherwise.
pub struct Host {
    pub address: Ipv4Addr,
    answers: Arc<Mutex<BTreeMap<String, String>>>,
}

static NEXT: AtomicU8 = AtomicU8::new(1);

impl Host {
    /// Listens at a loopback address of its own, in a thread that ends with the test's process; where a program may not listen at
    /// port 80 the test is recorded as skipped and there is none.
    pub fn open() -> Option<Self> {
        let process = std::process::id().to_be_bytes();
        let address = Ipv4Addr::new(127, process[3].max(1), process[2], NEXT.fetch_add(1, Ordering::Relaxed));
        let Ok(listener) = TcpListener::bind((address, 80)) else {
            vestibule_testkit::skip("needs to listen at port 80 of loopback addresses");
            return None;
        };
        let answers = Arc::<Mutex<BTreeMap<String, String>>>::default();
        let kept = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &kept.lock().unwrap());
            }
        });
        Some(Self { address, answers })
    }

    /// Answers a path with status line and headers, and a body.
    pub fn answers(&self, path: &str, head: &str, body: &str) {
        let answer =
            format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Answers nothing but 404 any more.
    pub fn clear(&self) {
        self.answers.lock().unwrap().clear();
    }
}

fn serve(mut stream: impl Read + Write, answers: &BTreeMap<String, String>) {
    let mut request = [0; 4096];
    let Ok(read @ 1..) = stream.read(&mut request) else { return };
    let head = String::from_utf8_lossy(&request[..read]).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let none = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
    let _ = stream.write_all(answers.get(path).unwrap_or(&none).as_bytes()).and_then(|()| stream.flush());
}
