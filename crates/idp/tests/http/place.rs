//! An identity provider on a port of its own, and the service provider that asks it.

use std::slice::from_ref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use jiff::{Timestamp, ToSpan as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use vestibule_idp::attack::Needs;
use vestibule_idp::{Adversary, Encryption, Identity, Provider, Settings, Signed, Sources, people, serve};
use vestibule_saml::binding::{Binding, Direction, redirect_url};
use vestibule_saml::metadata::{self, Endpoint, sp::ServiceProvider};
use vestibule_saml::request::AuthnRequest;
use vestibule_saml::response::{Expected, Rejection, VerifiedAssertion, decode, verify};
use vestibule_saml::{Allowed, Certificate, DecryptionKey, Hash, KeyKind, SigningKey};
use vestibule_testkit::http::{self, Answer};

/// The service provider.
pub const SERVICE: &str = "https://acme.localhost";
/// Its default assertion consumer service.
pub const ACS: &str = "http://acme.localhost:8080/saml/SSO";
/// Its other one.
pub const OTHER_ACS: &str = "https://acme.example/saml/SSO";
/// Where it takes logout messages.
pub const SLO: &str = "http://acme.localhost:8080/saml/SingleLogout";
/// The ID of every request.
pub const REQUEST: &str = "_request-1";

/// The time at both providers.
pub fn now() -> Timestamp {
    "2026-03-01T12:00:00.25Z".parse().unwrap()
}

/// A running identity provider, and the keys of the service provider it knows.
pub struct Place {
    pub provider: Arc<Provider>,
    pub key: SigningKey,
    pub certificate: Certificate,
    identity: Identity,
    runtime: Runtime,
    ended: oneshot::Receiver<std::io::Result<()>>,
    end: oneshot::Sender<()>,
}

impl Place {
    /// One that offers bad responses and signs both elements.
    pub fn new() -> Self {
        Self::with(Adversary::Offered, Signed::Both)
    }

    pub fn with(adversary: Adversary, signs: Signed) -> Self {
        Self::made(adversary, signs, |provider, _| provider)
    }

    /// One that encrypts.
    pub fn encrypting(encryption: Encryption) -> Self {
        Self::built(|settings| settings.encrypts = Some(encryption), |provider, _| provider)
    }

    /// One that is given something more before it runs.
    pub fn made(
        adversary: Adversary,
        signs: Signed,
        more: impl FnOnce(Provider, &Certificate) -> Provider,
    ) -> Self {
        let set = |settings: &mut Settings| (settings.adversary, settings.signs) = (adversary, signs);
        Self::built(set, more)
    }

    fn built(set: impl FnOnce(&mut Settings), more: impl FnOnce(Provider, &Certificate) -> Provider) -> Self {
        let key = SigningKey::generate(KeyKind::EcdsaP256).unwrap();
        let certificate = key.self_signed("acme", now() - 1.hours(), now() + 1.hours()).unwrap();
        let identity = Identity::generate(now()).unwrap();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let mut settings = Settings {
            base_url: format!("http://{}", listener.local_addr().unwrap()),
            entity_id: None,
            identity: identity.clone(),
            service_providers: vec![service(&certificate, false)],
            people: people::sample("acme.example"),
            signs: Signed::Both,
            encrypts: None,
            dialect: None,
            adversary: Adversary::Offered,
        };
        set(&mut settings);
        let provider = Provider::new(settings, sources()).unwrap();
        let provider = Arc::new(more(provider, &certificate));
        let (end, ending) = oneshot::channel();
        let (report, ended) = oneshot::channel();
        let served = Arc::clone(&provider);
        runtime.spawn(async move {
            let shutdown = async { ending.await.unwrap_or_default() };
            let _ = report.send(serve(listener, served, shutdown).await);
        });
        Self { provider, key, certificate, identity, runtime, ended, end }
    }

    /// Ends the identity provider, and waits until it has.
    pub fn end(self) -> std::io::Result<()> {
        self.end.send(()).unwrap();
        self.runtime.block_on(self.ended).unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        self.provider.sso_url().replace("/sso", path)
    }

    pub fn get(&self, path: &str) -> Answer {
        http::get(&self.url(path)).unwrap()
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        http::post_form(&self.url(path), &encoded(fields)).unwrap()
    }

    /// A request as the service provider makes it.
    pub fn request(&self) -> AuthnRequest {
        AuthnRequest {
            id: REQUEST.to_owned(),
            issue_instant: now(),
            issuer: SERVICE.to_owned(),
            destination: Some(self.provider.sso_url()),
            acs_url: Some(ACS.to_owned()),
            protocol_binding: None,
            force_authn: false,
            is_passive: false,
            name_id_format: None,
            authn_contexts: Vec::new(),
        }
    }

    /// Sends a request by HTTP-Redirect, unsigned.
    pub fn ask(&self, request: &AuthnRequest) -> Answer {
        self.redirect(&request.write(), None, false)
    }

    pub fn redirect(&self, xml: &str, relay_state: Option<&str>, signed: bool) -> Answer {
        http::get(&self.redirect_url(xml, relay_state, signed)).unwrap()
    }

    pub fn redirect_url(&self, xml: &str, relay_state: Option<&str>, signed: bool) -> String {
        let signer = (&self.key, self.key.algorithm_for(Hash::Sha256));
        let signer = signed.then_some(signer);
        redirect_url(&self.provider.sso_url(), Direction::Request, xml, relay_state, signer).unwrap()
    }

    /// Sends the form of a page, with these choices, and reads the form of the page that comes back.
    pub fn choose(&self, page: &Answer, choices: &[(&str, &str)]) -> Form {
        Form::read(&self.choose_page(page, choices))
    }

    pub fn choose_page(&self, page: &Answer, choices: &[(&str, &str)]) -> Answer {
        let form = Form::read(page);
        assert_eq!(form.action, "/answer");
        let fields: Vec<_> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post("/answer", &[&fields, choices].concat())
    }

    /// What the service provider makes of a response.
    pub fn judge(&self, form: &Form, request_id: Option<&str>) -> Result<VerifiedAssertion, Rejection> {
        self.judge_strictly(form, request_id, Needs::Nothing)
    }

    /// The same, set as a bad response needs it.
    pub fn judge_strictly(
        &self,
        form: &Form,
        request_id: Option<&str>,
        needs: Needs,
    ) -> Result<VerifiedAssertion, Rejection> {
        let expected = Expected {
            now: now(),
            skew_seconds: 180,
            acs_urls: std::slice::from_ref(&form.action),
            entity_ids: &[SERVICE.to_owned()],
            issuer: self.provider.entity_id(),
            certificates: std::slice::from_ref(&self.identity.certificate),
            allowed: Allowed::default(),
            decryption_keys: from_ref(&*DECRYPTION),
            encryption_required: needs == Needs::RequiredEncryption,
            request_id,
        };
        decode(form.field("SAMLResponse").unwrap()).and_then(|xml| verify(&xml, &expected).outcome)
    }
}

/// What the service provider decrypts with.
static DECRYPTION: LazyLock<DecryptionKey> = LazyLock::new(|| {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate = key.self_signed("acme", now() - 1.hours(), now() + 1.hours()).unwrap();
    DecryptionKey::new(&key, Some(certificate)).unwrap()
});

/// The metadata of the service provider.
pub fn service(certificate: &Certificate, signs: bool) -> String {
    metadata::sp::write(&ServiceProvider {
        entity_id: SERVICE.to_owned(),
        acs_urls: vec![ACS.to_owned(), OTHER_ACS.to_owned()],
        slo: [Binding::Redirect, Binding::Post].map(|binding| Endpoint::new(binding, SLO)).into(),
        signing_certificates: vec![certificate.clone()],
        encryption_certificates: DECRYPTION.certificate().cloned().into_iter().collect(),
        authn_requests_signed: signs,
        ..ServiceProvider::default()
    })
}

fn sources() -> Sources {
    let count = AtomicU64::new(1);
    let ids = move || u128::from(count.fetch_add(1, Ordering::Relaxed)).to_be_bytes();
    Sources { clock: Box::new(now), ids: Box::new(ids) }
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The first form of a page: where it goes, and its hidden fields.
#[derive(Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    pub fn read(page: &Answer) -> Self {
        let text = page.text();
        assert_eq!(page.status, 200, "{text}");
        let form = text.split("<form").nth(1).unwrap();
        let fields = form.split(r#"<input type="hidden""#).skip(1);
        Self {
            action: attribute(form, "action"),
            fields: fields.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect(),
        }
    }

    pub fn field(&self, wanted: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let value = tag.split(&format!(r#"{name}=""#)).nth(1).unwrap();
    unescaped(value.split('"').next().unwrap())
}

fn unescaped(text: &str) -> String {
    let escapes = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    escapes.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}
