//! A deployment in a temporary folder, browsers with cookies, and an identity provider that writes what it is told.

use crate::Settings;
use crate::door::Door;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use tempfile::TempDir;
use vestibule_app::{
    App, Clock, Deployment, DeploymentKey, Random, accounts, configuration, jobs, outbox, pictures, users,
};
use vestibule_saml::binding::{post_value, redirect_decode};
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Attribute, Certificate, Hash, KeyKind, NameId, SigningKey, names, request};
use vestibule_store::{Location, Options, Store};

/// The password of every owner.
pub const PASSWORD: &str = "correct horse battery";
/// The identity provider's entity ID.
pub const ISSUER: &str = "https://idp.example/entity";

/// A deployment at `https://vestibule.example` with the account `acme`, and a clock.
pub struct House {
    pub app: App,
    pub(crate) door: Arc<Door>,
    pub clock: Arc<Mutex<Timestamp>>,
    store: Store,
    folder: TempDir,
}

/// Key pairs of RSA are dear, so each is made once for all houses; in one house none comes twice before all have come.
fn keys() -> impl Fn(KeyKind) -> Result<SigningKey, vestibule_app::Error> {
    static RSA: [OnceLock<SigningKey>; 12] = [const { OnceLock::new() }; 12];
    let next = AtomicUsize::new(0);
    move |kind| {
        let made = || SigningKey::generate(kind).unwrap();
        Ok(match kind {
            KeyKind::Rsa2048 => {
                RSA[next.fetch_add(1, Ordering::Relaxed) % RSA.len()].get_or_init(made).clone()
            }
            _ => made(),
        })
    }
}

impl House {
    /// The account `acme` with its owner `o@acme.example`, and no connection yet.
    pub async fn bare() -> Self {
        Self::deployed(|_| {}).await
    }

    /// The same, where the operator lets it fetch from these address ranges too.
    pub async fn reaching(outbound_allow: Vec<ipnet::IpNet>) -> Self {
        Self::deployed(|deployment| deployment.outbound_allow = outbound_allow).await
    }

    /// The same, where the operator has configured something else.
    pub async fn deployed(change: impl FnOnce(&mut Deployment)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse("sqlite:test.db", folder.path()).unwrap();
        let store = Store::open(&location, &Options::default()).await.unwrap();
        let base_url = "https://vestibule.example/".parse::<url::Url>().unwrap();
        let clock = Arc::new(Mutex::new("2026-03-12T09:00:00Z".parse().unwrap()));
        let hand = Arc::clone(&clock);
        let mut deployment = Deployment {
            base_url: base_url.clone(),
            approve_vanity_urls: true,
            mail: vestibule_app::outbound::Transport::Outbox,
            outbound_allow: Vec::new(),
            outbound_roots: Vec::new(),
            schemas: std::sync::Arc::new(vestibule_scim::Registry::built_in()),
            api_rate: vestibule_app::limits::Rate::default(),
            breached: None,
            dns: vestibule_app::outbound::Dns::System,
        };
        change(&mut deployment);
        let key = DeploymentKey::from_bytes([7; 32]);
        let ticking = Clock::from_fn(move || *hand.lock().unwrap());
        let app =
            App::new(store.clone(), &key, deployment, ticking, Random::system().with_keys(keys())).unwrap();
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let door = Arc::new(Door::new(app.clone(), &Settings { base_url, trusted_proxies }));
        let house = Self { app, door, clock, store, folder };
        house.account("acme", "Acme").await;
        house
    }

    /// The same with a published connection; `more` goes into its table.
    pub async fn with(more: &str) -> Self {
        let house = Self::bare().await;
        house.apply("acme", &format!("sign_in_url = \"https://idp.example/sso\"\n{more}")).await;
        house
    }

    /// The same with nothing special.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// Makes an account whose owner `o@{label}.example` has a password.
    pub async fn account(&self, label: &str, name: &str) {
        let owner = format!("o@{label}.example");
        let created = accounts::create(&self.app.operator(), label, name, &owner).await.unwrap();
        let path = created.owner_link.split_once(".example").unwrap().1.to_owned();
        let mut browser = self.browser(label);
        let answer = browser.post(&path, &[("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }

    /// Applies an account file with this `[sso]`, one domain and a small mapping.
    pub async fn apply(&self, label: &str, sso: &str) {
        self.apply_text(Self::file(label, sso)).await;
    }

    /// Such an account file.
    pub fn file(label: &str, sso: &str) -> String {
        format!(
            "account = \"{label}\"\n[sso]\nissuer = \"{ISSUER}\"\n\
             certificates = ['''\n{}''']\n{sso}\n\
             [domains.\"{label}.example\"]\n[mapping.basic]\ndefault_license = \"basic\"\nemail = \"mail\"\n\
             first_name = {{ attribute = \"givenName\", update = true }}\ndepartment = \"department\"\n",
            IDENTITY.certificate.to_pem()
        )
    }

    /// Applies this account file.
    pub async fn apply_text(&self, text: String) {
        let folder = std::path::PathBuf::from("/");
        let source = configuration::Source { name: "acme.toml".to_owned(), text, folder };
        let planned = configuration::plan(&self.app.operator(), &source).await.unwrap();
        configuration::apply(&self.app.operator(), planned).await.unwrap();
    }

    /// Moves the clock on.
    pub fn wait(&self, time: SignedDuration) {
        let mut now = self.clock.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }

    pub fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap()
    }

    /// A browser that begins at the vanity host of this account.
    pub fn browser(&self, label: &str) -> Browser {
        Browser {
            door: Arc::clone(&self.door),
            host: format!("{label}.vestibule.example"),
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which the owner of this account is signed in.
    pub async fn owner(&self, label: &str) -> Browser {
        let mut browser = self.browser(label);
        let email = format!("o@{label}.example");
        let answer = browser.post("/signin/password", &[("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    /// A browser at the break-glass door.
    pub fn glass(&self) -> Browser {
        Browser { host: "admin.vestibule.example".to_owned(), ..self.browser("x") }
    }

    /// Enforces SSO for the domain of `acme`, but for its owner, after Clara came in by it.
    pub async fn enforce(&self) {
        self.member("clara@acme.example").await;
        let mut owner = self.owner("acme").await;
        let fields = [("managed", "yes"), ("enforce_sso", "yes"), ("exempt", "o@acme.example")];
        let answer = owner.post("/admin/domains/acme.example/policy", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }

    /// A browser in which this person came in through the identity provider.
    pub async fn member(&self, email: &str) -> Browser {
        let mut browser = self.browser("acme");
        let answer = browser.sign_in(self.response(email)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    /// Gives this person of `acme` a picture, in Base64, as a sign-in would.
    pub async fn picture(&self, email: &str, base64: &str) {
        let account = accounts::show(&self.app.operator(), "acme").await.unwrap().id;
        let (email, source, now) = (email.to_owned(), pictures::PictureSource::of(base64), self.now());
        let wanted = self.store.account(account).write(move |tx| {
            let (email, source) = (email.clone(), source.clone());
            Box::pin(async move {
                let user = vestibule_store::users::by_email(tx, &email).await?.unwrap();
                pictures::wanted(tx, user.id, &source, now).await
            })
        });
        wanted.await.unwrap();
        jobs::run_due(&self.app).await.unwrap();
    }

    /// The name of this person's personal link.
    pub async fn personal_link(&self, email: &str) -> Option<String> {
        let ctx = self.app.operator().people("acme").await.unwrap();
        let person = users::show(&ctx, &users::Whom::parse(email).unwrap()).await.unwrap();
        person.profile.value(&vestibule_model::user::Field::PersonalLink).map(str::to_owned)
    }

    /// How many imports of `acme` are kept, whether anybody sees them or not.
    pub async fn imports(&self) -> usize {
        let account = accounts::show(&self.app.operator(), "acme").await.unwrap().id;
        let kept = self.store.account(account).read(|tx| Box::pin(vestibule_store::imports::list(tx, 100)));
        kept.await.unwrap().len()
    }

    /// Everything that the database wrote to the disk.
    pub fn bytes_on_disk(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// An honest response about this person; its request is named when it is posted.
    pub fn response(&self, email: &str) -> Response {
        response(email, self.now())
    }

    /// The path of the link in the mail to this address.
    pub async fn mailed_path(&self, to: &str) -> String {
        let mails = outbox::list(&self.app.operator()).await.unwrap();
        let text = &mails.iter().find(|mail| mail.to == to).unwrap().body_text;
        let url = text.split_whitespace().find(|word| word.starts_with("https://")).unwrap();
        url.split_once(".example").unwrap().1.to_owned()
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }
}

/// A browser: one host, its cookies.
pub struct Browser {
    pub(crate) door: Arc<Door>,
    pub host: String,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// The same, and where it leads.
    pub async fn follow(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        while answer.status == StatusCode::SEE_OTHER {
            let to = answer.header("location").to_owned();
            answer = self.get(&to).await;
        }
        answer
    }

    /// Sends a form of our own page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, &[("sec-fetch-site", "same-origin")], form(fields)).await
    }

    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path).header("host", &self.host);
        if method == Method::POST {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if !self.cookies.is_empty() {
            let list: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", list.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = ask(&self.door, request.body(body).unwrap()).await;
        for cookie in answer.cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Begins a sign-in, and gives the ID of its request.
    pub async fn request_id(&mut self, start: &str) -> String {
        let answer = self.get(start).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let query = answer.header("location").split_once('?').unwrap().1;
        let message = redirect_decode(query).unwrap();
        request::read(&message.xml).unwrap().id
    }

    /// Begins a sign-in and brings this response back, as the answer to it.
    pub async fn sign_in(&mut self, response: Response) -> Answer {
        let id = self.request_id("/saml/login").await;
        self.bring(answering(response, &id)).await
    }

    /// Posts a response from the identity provider's site.
    pub async fn bring(&mut self, response: Response) -> Answer {
        let xml = response.write_signed(Signed::Assertion, &IDENTITY).unwrap();
        self.bring_form(form(&[("SAMLResponse", &post_value(&xml)), ("RelayState", "x")])).await
    }

    pub async fn bring_form(&mut self, body: Body) -> Answer {
        let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://idp.example")];
        self.send(Method::POST, "/saml/SSO", &foreign, body).await
    }
}

/// Asks at the door.
pub(crate) async fn ask(door: &Door, request: Request<Body>) -> Answer {
    let (parts, body) = door.answer(request).await.into_parts();
    let body = axum::body::to_bytes(body, 4 * 1024 * 1024).await.unwrap();
    // A picture is no text; what of it can be read is enough.
    let body = String::from_utf8_lossy(&body).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub fn form(fields: &[(&str, &str)]) -> Body {
    Body::from(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// The response with the request that it answers.
pub fn answering(mut response: Response, id: &str) -> Response {
    response.in_response_to = Some(id.to_owned());
    if let Some(assertion) = &mut response.assertion {
        assertion.in_response_to = Some(id.to_owned());
    }
    response
}

pub fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), friendly_name: None, values: vec![value.to_owned()] }
}

/// What the identity provider signs with.
pub static IDENTITY: LazyLock<Signer> = LazyLock::new(|| {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let (from, to) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-04-01T00:00:00Z".parse().unwrap());
    let certificate: Certificate = key.self_signed("idp.example", from, to).unwrap();
    let algorithm = key.algorithm_for(Hash::Sha256);
    Signer { key, certificate, algorithm }
});

fn response(email: &str, now: Timestamp) -> Response {
    let acs = "https://acme.vestibule.example/saml/SSO".to_owned();
    let unique = format!("{email} {now}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    let assertion = Assertion {
        id: format!("_a{unique:016x}"),
        issue_instant: now,
        issuer: ISSUER.to_owned(),
        name_id: Some(NameId {
            value: email.to_owned(),
            format: Some(names::name_id_format::EMAIL.to_owned()),
            name_qualifier: None,
            sp_name_qualifier: None,
        }),
        recipient: acs.clone(),
        in_response_to: None,
        not_before: Some(now),
        not_on_or_after: now.checked_add(5.minutes()).unwrap(),
        audiences: vec!["https://acme.vestibule.example".to_owned()],
        one_time_use: false,
        authn_instant: now,
        authn_context: names::PASSWORD_PROTECTED_TRANSPORT.to_owned(),
        session_index: Some("s1".to_owned()),
        session_not_on_or_after: None,
        attributes: vec![
            attribute("mail", email),
            attribute("givenName", "Clara"),
            attribute("department", "R&D"),
        ],
    };
    Response {
        id: format!("_r{unique:016x}"),
        issue_instant: now,
        issuer: ISSUER.to_owned(),
        destination: Some(acs),
        in_response_to: None,
        status: Status::success(),
        assertion: Some(assertion),
    }
}
