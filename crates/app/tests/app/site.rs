//! The web server of an identity provider: one document at one address, over http or https.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use vestibule_app::Deployment;
use vestibule_app::outbound::Root;
use vestibule_saml::Certificate;

/// An address at which one answer at a time is given.
pub struct Site {
    pub url: String,
    /// The authority that vouches for it; there is none over http.
    pub root: Option<Root>,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    answer: Vec<u8>,
    /// With what a question for changes is answered by "not modified".
    etag: Option<String>,
    published: u32,
    asked: Vec<String>,
}

impl Site {
    /// Listens over http, in a thread that ends with the test's process.
    pub fn open() -> Self {
        let (listener, shelf) = (listener(), Arc::<Mutex<Shelf>>::default());
        let url = format!("http://{}/metadata", listener.local_addr().unwrap());
        let kept = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &kept);
            }
        });
        Self { url, root: None, shelf }
    }

    /// Listens over https, with a certificate of an authority of its own.
    pub fn secure() -> Self {
        let (listener, shelf) = (listener(), Arc::<Mutex<Shelf>>::default());
        let url = format!("https://localhost:{}/metadata", listener.local_addr().unwrap().port());
        let (config, root) = authority();
        let kept = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                serve(StreamOwned::new(connection, stream.unwrap()), &kept);
            }
        });
        Self { url, root: Some(root), shelf }
    }

    /// Lets a deployment fetch from here: from this very address, and no other loopback one.
    pub fn opens(&self, deployment: &mut Deployment) {
        deployment.outbound_allow = vec!["127.0.0.1/32".parse().unwrap()];
        deployment.outbound_roots = self.root.clone().into_iter().collect();
    }

    /// The address without its path.
    pub fn origin(&self) -> &str {
        self.url.strip_suffix("/metadata").unwrap()
    }

    /// Gives this answer, whatever is asked.
    pub fn answers(&self, head: &str, body: &[u8]) {
        let mut shelf = self.shelf.lock().unwrap();
        (shelf.answer, shelf.etag) = (answer(head, body), None);
    }

    /// Publishes a document, which has not changed until another one is published.
    pub fn publishes(&self, document: &str) {
        self.holds(document.as_bytes());
    }

    /// The same for a document that is no text.
    pub fn holds(&self, document: &[u8]) {
        let mut shelf = self.shelf.lock().unwrap();
        shelf.published += 1;
        let etag = format!("\"version {}\"", shelf.published);
        shelf.answer = answer(&format!("200 OK\r\netag: {etag}"), document);
        shelf.etag = Some(etag);
    }

    /// The heads of all requests so far, in lower case.
    pub fn asked(&self) -> Vec<String> {
        self.shelf.lock().unwrap().asked.clone()
    }
}

fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Answers one request. Whoever does not trust the certificate, or has read enough, hangs up.
fn serve(mut stream: impl Read + Write, shelf: &Mutex<Shelf>) {
    let mut request = [0; 4096];
    let Ok(read @ 1..) = stream.read(&mut request) else { return };
    let head = String::from_utf8_lossy(&request[..read]).to_lowercase();
    assert!(head.starts_with("get /"), "{head}");
    let answer = {
        let mut shelf = shelf.lock().unwrap();
        let known = shelf.etag.as_ref().is_some_and(|etag| head.contains(&format!("if-none-match: {etag}")));
        shelf.asked.push(head);
        if known { answer("304 Not Modified", b"") } else { shelf.answer.clone() }
    };
    let _ = stream.write_all(&answer).and_then(|()| stream.flush());
}

/// The set-up of a server on this machine, and the authority that vouches for it.
fn authority() -> (Arc<ServerConfig>, Root) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&key).unwrap();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let server =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let pem = Certificate::from_der(root.der()).unwrap().to_pem();
    (Arc::new(config), Root::read_all(pem.as_bytes()).unwrap().remove(0))
}
