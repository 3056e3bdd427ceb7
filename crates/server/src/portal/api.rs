//! Programs: tokens and clients of the account, a new one of either, and the question whether a client may.

use super::moment::Moment;
use super::{Badge, Fact, Frame};
use askama::Template;
use std::collections::BTreeMap;
use vestibule_app::AdminCtx;
use vestibule_app::authorize::{self, Question};
use vestibule_app::tokens;
use vestibule_model::token::{Scope, Scopes, State};
use vestibule_model::trace::spelled;

/// What there is, and the two forms.
#[derive(Debug, Template)]
#[template(path = "api.html")]
pub struct ApiPage {
    frame: Frame,
    tokens: Vec<Row>,
    clients: Vec<Row>,
    scopes: Vec<(&'static str, &'static str)>,
    ends: &'static [(&'static str, &'static str)],
    typed: Typed,
    problem: Option<String>,
}

/// What was typed into one of the two forms, of which something was wrong.
#[derive(Debug, Default)]
pub struct Typed {
    /// `token` or `client`.
    pub form: &'static str,
    /// The fields.
    pub fields: BTreeMap<String, String>,
}

impl Typed {
    fn value(&self, form: &str, key: &str) -> &str {
        self.fields.get(key).filter(|_| self.form == form).map_or("", String::as_str)
    }

    fn has(&self, form: &str, key: &str) -> bool {
        self.form == form && self.fields.contains_key(key)
    }
}

/// How long a token lives, as the form offers it.
pub const ENDS: [(&str, &str); 4] = [
    ("90", "in 90 days"),
    ("365", "in a year"),
    ("30", "in 30 days"),
    ("", "never: it works until it is revoked"),
];

#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    scopes: Vec<&'static str>,
    state: Badge,
    rests: bool,
    made_by: String,
    /// Of a token: when it was last used, and when it ends. Of a client: where codes are sent.
    more: Vec<(&'static str, String)>,
    address: Option<String>,
}

impl ApiPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, tokens: Vec<tokens::Summary>, clients: Vec<authorize::Summary>) -> Self {
        Self {
            frame,
            tokens: tokens.into_iter().map(token).collect(),
            clients: clients.into_iter().map(client).collect(),
            scopes: Scope::ALL.iter().map(|scope| (scope.as_str(), scope.sentence())).collect(),
            ends: &ENDS,
            typed: Typed::default(),
            problem: None,
        }
    }

    /// The same with what was typed, and what is wrong with it.
    #[must_use]
    pub fn with(self, typed: Typed, problem: String) -> Self {
        Self { typed, problem: Some(problem), ..self }
    }
}

fn token(token: tokens::Summary) -> Row {
    let time =
        |time: Option<jiff::Timestamp>, none: &str| time.map_or(none.to_owned(), |time| Moment(time).full());
    Row {
        address: (token.state != State::Revoked).then(|| format!("/admin/api/tokens/{}/revoke", token.id)),
        id: token.id.to_string(),
        name: spelled(&token.name),
        scopes: words(&token.scopes),
        state: badge(token.state),
        rests: token.state == State::Resting,
        made_by: token.made_by.unwrap_or_else(|| "whoever runs this service".to_owned()),
        more: vec![
            ("Last used (UTC)", time(token.last_used_at, "Never")),
            ("Ends (UTC)", time(token.expires_at, "Never")),
        ],
    }
}

fn client(client: authorize::Summary) -> Row {
    let addresses = client.redirect_uris.join(" ");
    Row {
        address: (client.state != State::Revoked).then(|| format!("/admin/api/clients/{}/revoke", client.id)),
        id: client.id,
        name: spelled(&client.name),
        scopes: words(&client.scopes),
        state: badge(client.state),
        rests: client.state == State::Resting,
        made_by: client.made_by.unwrap_or_else(|| "whoever runs this service".to_owned()),
        more: vec![(
            "Answers go to",
            if addresses.is_empty() { "Nowhere: it acts for itself".to_owned() } else { addresses },
        )],
    }
}

fn words(scopes: &Scopes) -> Vec<&'static str> {
    scopes.iter().map(Scope::as_str).collect()
}

fn badge(state: State) -> Badge {
    match state {
        State::Live => Badge::new("is-good", "Live"),
        State::Expired => Badge::new("", "Expired"),
        State::Revoked => Badge::new("is-bad", "Revoked"),
        State::Resting => Badge::new("is-warn", "Resting"),
    }
}

/// What is shown once. It has no `Debug`: it holds a secret.
#[derive(Template)]
#[template(path = "api/once.html")]
pub struct OncePage {
    frame: Frame,
    heading: &'static str,
    text: &'static str,
    facts: Vec<Fact>,
}

impl OncePage {
    /// A token.
    #[must_use]
    pub fn token(frame: Frame, made: &tokens::Created) -> Self {
        let address = made.scim_url.clone().map(|url| Fact::new("SCIM address", url).exact().carried());
        let facts = [Fact::new("Token", made.token.clone()).exact().carried()].into_iter().chain(address);
        let ends = made.expires_at.map(|end| Moment(end).full());
        let more = [Fact::new("Ends", ends).or("Never: it works until it is revoked"), scopes(&made.scopes)];
        Self {
            frame,
            heading: "The new token",
            text: "It is shown this once. Put it where the program keeps its secrets; whoever has it may do what it permits.",
            facts: facts.chain(more).collect(),
        }
    }

    /// A client.
    #[must_use]
    pub fn client(frame: Frame, made: &authorize::Created) -> Self {
        let carried = [
            Fact::new("Client ID", made.id.clone()),
            Fact::new("Client secret", made.secret.clone()),
            Fact::new("Token address", made.token_url.clone()),
            Fact::new("Authorization address", made.authorize_url.clone()),
        ];
        let facts = carried.into_iter().map(|fact| fact.exact().carried());
        Self {
            frame,
            heading: "The new client",
            text: "The secret is shown this once. Put it where the program keeps its secrets.",
            facts: facts.chain([scopes(&made.scopes)]).collect(),
        }
    }
}

fn scopes(scopes: &Scopes) -> Fact {
    Fact::several("May", scopes.iter().map(|scope| format!("{scope}: {}", scope.sentence())).collect())
}

/// The question whether a client may.
#[derive(Debug, Template)]
#[template(path = "api/consent.html")]
pub struct ConsentPage {
    /// The account's name.
    pub account: String,
    /// Who is asked.
    pub person: String,
    /// What people call the client.
    pub client: String,
    /// Who registered it.
    pub registered_by: String,
    /// What it wants, in words.
    pub scopes: Vec<&'static str>,
    /// Where the answer goes.
    pub host: String,
    /// Where the form goes.
    pub action: String,
}

impl ConsentPage {
    /// The page.
    #[must_use]
    pub fn new(admin: &AdminCtx, question: &Question, action: String) -> Self {
        let registered_by = question.registered_by.clone();
        Self {
            account: admin.account().name.clone(),
            person: admin.user().email.to_string(),
            client: spelled(&question.client),
            registered_by: registered_by.unwrap_or_else(|| "whoever runs this service".to_owned()),
            scopes: question.scopes.iter().map(Scope::sentence).collect(),
            host: question.host.clone(),
            action,
        }
    }
}
