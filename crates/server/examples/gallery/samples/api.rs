//! Sample values of the pages about programs.

use super::{ACCOUNT, HOSTILE, MAIL, admin, now, text};
use jiff::ToSpan as _;
use vestibule_app::{authorize, tokens};
use vestibule_model::account::Label;
use vestibule_model::id::TokenId;
use vestibule_model::token::{Scope, Scopes, State};
use vestibule_server::portal::Here;
use vestibule_server::portal::api::{ApiPage, ConsentPage, OncePage, Typed};

const CLIENT: &str = "cli_0195aaaabbbb7cccddddeeeeffff0001.acc_0195aaaabbbb7cccddddeeeeffff0002";

fn scopes(words: &str) -> Option<Scopes> {
    Scopes::parse(words).ok()
}

fn token(seed: u8, name: &str, state: State) -> Option<tokens::Summary> {
    Some(tokens::Summary {
        id: TokenId::from_bytes([seed; 16]),
        name: text(name),
        account: Label::parse("acme").ok()?,
        scopes: scopes(if seed == 1 { "scim2 users:read" } else { "scim2" })?,
        state,
        made_by: (seed != 3).then(|| text(MAIL)),
        created_at: now(),
        expires_at: now().checked_add(2160.hours()).ok().filter(|_| seed == 1),
        last_used_at: Some(now()).filter(|_| seed != 4),
        revoked_at: None,
    })
}

/// Tokens in every state, and a client.
pub fn api(problem: bool) -> Option<ApiPage> {
    let tokens = [
        token(1, "Okta", State::Live)?,
        token(2, HOSTILE, State::Resting)?,
        token(3, "Night import", State::Expired)?,
        token(4, "Old", State::Revoked)?,
    ];
    let client = authorize::Summary {
        id: text(CLIENT),
        name: text("Provisioner"),
        account: Label::parse("acme").ok()?,
        scopes: scopes("scim2")?,
        redirect_uris: vec![text("https://provisioner.example/callback")],
        state: State::Live,
        made_by: Some(text(MAIL)),
        created_at: now(),
        revoked_at: None,
    };
    let page = ApiPage::new(admin(Here::Api), tokens.into(), vec![client]);
    if !problem {
        return Some(page);
    }
    let fields = [("name".to_owned(), text("Provisioner"))].into();
    let typed = Typed { form: "token", fields };
    Some(page.with(typed, text("The scopes cannot be used: at least one scope is needed. The scopes are scim2, scim2:read, users:read, users:write.")))
}

/// The same when there is nothing.
pub fn api_empty() -> ApiPage {
    ApiPage::new(admin(Here::Api), Vec::new(), Vec::new())
}

/// A token, shown once.
pub fn once() -> Option<OncePage> {
    let made = tokens::Created {
        id: TokenId::from_bytes([1; 16]),
        token: format!("vst_{}00000000", "x".repeat(43)),
        account: Label::parse("acme").ok()?,
        scopes: scopes("scim2")?,
        expires_at: Some(now()),
        scim_url: Some(text("https://vestibule.example/scim2")),
    };
    Some(OncePage::token(admin(Here::Api), &made))
}

/// The question whether a client may.
pub fn consent() -> ConsentPage {
    ConsentPage {
        account: text(ACCOUNT),
        person: text(MAIL),
        client: text("Provisioner"),
        registered_by: text("whoever runs this service"),
        scopes: vec![Scope::Scim2.sentence(), Scope::UsersRead.sentence()],
        host: text("provisioner.example"),
        action: text("/oauth/consent/x"),
    }
}
