//! Changing one connection by itself, as a form on a page does: the same keys, the same checks and the same writing as an
//! account file, and always a draft. A form reads no files.

use super::apply::Act;
use super::file::{Files, Section, Source, Sso};
use super::plan::{Difference, differences};
use super::state::{ConnectionState, State, section};
use super::{apart, apply, sso};
use crate::audit;
use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::{Table, Value};
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::connection::{Connection, IdentityProvider, Reach, Settings};
use vestibule_model::id::ConnectionId;
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;
use vestibule_store as store;

/// What a form says: the text of each key. Lists have an entry a line; a switch that is on says `true`.
pub type Form = BTreeMap<String, String>;

/// The key of a form for metadata that was pasted.
pub const PASTED_METADATA: &str = "idp_metadata";
/// What is typed of an identity provider whose metadata is not at hand.
pub const TYPED: &[&str] =
    &["issuer", "sign_in_url", "sign_out_url", "sign_out_response_url", "sign_out_binding", "certificates"];
/// Keys that are on or off.
pub const SWITCHES: &[&str] =
    &["enabled", "sign_requests", "sign_logout", "encrypted_assertions", "force_authn", "save_response_logs"];
/// Keys with any number of values, one a line.
const LISTS: &[&str] = &["allow", "email_domains", "authn_contexts", "accepted_acs", "accepted_entity_ids"];
/// Keys with any number of certificates.
const CERTIFICATES: &[&str] = &["certificates", "metadata_certificates", "accepted_certificates"];

/// Settings as a form shows them.
#[must_use]
pub fn form(settings: &Settings) -> Form {
    let table = sso::table(&ConnectionState { settings: settings.clone(), draft: true });
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) => {
            entries.iter().filter_map(Value::as_str).map(str::trim).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    };
    table.iter().filter(|(key, _)| *key != "draft").map(|(key, value)| (key.clone(), text(value))).collect()
}

/// The form for a new connection: every switch at its default.
#[must_use]
pub fn blank() -> Form {
    form(&Settings::new(IdentityProvider {
        metadata_url: None,
        issuer: String::new(),
        sign_in_url: String::new(),
        sign_out_url: None,
        sign_out_response_url: None,
        sign_out_binding: None,
        certificates: Vec::new(),
    }))
}

/// What differs between two settings, key by key, as a plan says it.
#[must_use]
pub fn compare(before: &Settings, after: &Settings) -> Vec<Difference> {
    short(differences(&pairs(before), &pairs(after)))
}

fn pairs(settings: &Settings) -> BTreeMap<String, String> {
    let state = ConnectionState { settings: settings.clone(), draft: false };
    State { connections: [(String::new(), state)].into(), ..State::default() }.pairs()
}

fn short(differences: Vec<Difference>) -> Vec<Difference> {
    let short = |key: String| key.strip_prefix("sso.").map_or(key.clone(), str::to_owned);
    let differing = differences.into_iter();
    differing.map(|difference| Difference { key: short(difference.key.clone()), ..difference }).collect()
}

/// What changes for sign-ins when a connection is published with these settings, as the audit log says it.
pub(crate) fn told(connections: &[Connection], id: ConnectionId, after: &Settings) -> Vec<Change> {
    let connection = connections.iter().find(|connection| connection.id == id);
    let before = connection.and_then(|connection| connection.published.as_ref());
    let before = before.map(|version| pairs(&version.settings)).unwrap_or_default();
    short(differences(&before, &pairs(after))).into_iter().map(Into::into).collect()
}

/// Saves a form as the draft of a connection.
///
/// # Errors
/// [`Kind::Invalid`] with the key that is wrong; [`Kind::NotFound`] when there is no such connection; [`Kind::Conflict`]
/// when somebody else changed the account meanwhile, or a vanity URL belongs to another one.
pub async fn save(ctx: &AdminCtx, id: ConnectionId, form: &Form) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let state = read(ctx).await?;
    let name = state.ids.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone());
    let name = name.filter(|name| state.connections.contains_key(name)).ok_or_else(unknown)?;
    let settings = settings(ctx, &name, form).await?;
    put(ctx, state, (&name, settings), (Put::Draft, Deed::ConnectionDrafted)).await.map(drop)
}

/// Makes a connection of a form, as a draft; the first one needs no name.
///
/// # Errors
/// Like [`save`].
pub async fn create(ctx: &AdminCtx, name: &str, form: &Form) -> Result<ConnectionId, Error> {
    ctx.must(Permission::SsoEdit)?;
    let (state, name) = (read(ctx).await?, name.trim());
    if state.connections.contains_key(name) {
        let sentence = if name.is_empty() {
            "`name`: the connection for everybody is there already."
        } else {
            "`name`: there is a connection of this name."
        };
        return Err(Error::new(Kind::Invalid, sentence).about("name").hint("Give another name."));
    }
    if name.len() > 100 || name.chars().any(|c| c.is_control() || c == '"') {
        return Err(
            Error::new(Kind::Invalid, "`name`: at most 100 characters, without quotes.").about("name")
        );
    }
    let settings = settings(ctx, name, form).await?;
    if !name.is_empty() && settings.reach == Reach::default() {
        return Err(Error::new(Kind::Invalid, "`vanity_url`: nobody would sign in by this connection.")
            .about("vanity_url")
            .hint("Give a vanity URL, or e-mail domains."));
    }
    put(ctx, state, (name, settings), (Put::Draft, Deed::ConnectionDrafted)).await
}

/// Takes a connection out of use; its versions stay.
///
/// # Errors
/// Like [`save`].
pub async fn retire(ctx: &AdminCtx, id: ConnectionId) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let mut state = read(ctx).await?;
    let name = state.ids.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone());
    let name = name.filter(|name| state.connections.remove(name).is_some()).ok_or_else(unknown)?;
    let to = ctx.account().clone();
    let subject = audit::connection(id, &name);
    let act = Act { author: ctx.author(), deed: Deed::ConnectionRetired, subject };
    apply::write(ctx.app(), act, (to, FORM.to_owned()), state).await.map(drop)
}

/// Saves settings that were in use before: as a draft, or published at once.
pub(crate) async fn put_back(
    ctx: &AdminCtx,
    id: ConnectionId,
    settings: Settings,
    how: Put,
) -> Result<(), Error> {
    let state = read(ctx).await?;
    let name = state.ids.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone());
    let name = name.ok_or_else(unknown)?;
    put(ctx, state, (&name, settings), (how, Deed::ConnectionRestored)).await.map(drop)
}

/// How settings are saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// As the draft.
    Draft,
    /// As the version that sign-ins use.
    Published,
}

const FORM: &str = "this form";

fn unknown() -> Error {
    Error::new(Kind::NotFound, "The account has no such SSO connection.")
        .hint("It may have been removed. Look at the list of connections.")
}

async fn read(ctx: &AdminCtx) -> Result<State, Error> {
    let scope = ctx.app().store().account(ctx.account().id);
    scope.read(|tx| Box::pin(State::read(tx))).await
}

async fn put(
    ctx: &AdminCtx,
    mut state: State,
    (name, settings): (&str, Settings),
    (how, deed): (Put, Deed),
) -> Result<ConnectionId, Error> {
    let subject = match state.ids.get(name) {
        Some(id) => audit::connection(*id, name),
        None => Subject::named(Thing::Connection, if name.is_empty() { "sso" } else { name }),
    };
    let act = Act { author: ctx.author(), deed, subject };
    state.connections.insert(name.to_owned(), ConnectionState { settings, draft: how == Put::Draft });
    apart::distinct(&source(), &ctx.account().label, &state.connections)?;
    apply::write(ctx.app(), act, (ctx.account().clone(), FORM.to_owned()), state).await?;
    let scope = ctx.app().store().account(ctx.account().id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    connections.into_iter().find(|saved| saved.name == name).map(|saved| saved.id).ok_or_else(unknown)
}

fn source() -> Source {
    Source { name: FORM.to_owned(), text: String::new(), folder: PathBuf::new() }
}

async fn settings(ctx: &AdminCtx, name: &str, form: &Form) -> Result<Settings, Error> {
    let mut sso: Sso = Value::Table(table(form)).try_into().map_err(Error::internal)?;
    sso.pasted_metadata = form.get(PASTED_METADATA).filter(|text| !text.trim().is_empty()).cloned();
    let (source, title) = (source(), section(name));
    let section = Section { source: &source, name: &title, files: Files::OutOfReach };
    sso::read(ctx.app(), section, &sso).await
}

/// The form as a section of an account file; what is empty is left out.
fn table(form: &Form) -> Table {
    let mut table = Table::new();
    for (key, text) in form.iter().filter(|(key, _)| *key != PASTED_METADATA) {
        let key = key.as_str();
        let lines = || text.split([',', '\n']).map(str::trim).filter(|line| !line.is_empty());
        let value = if SWITCHES.contains(&key) {
            Value::Boolean(text == "true")
        } else if LISTS.contains(&key) {
            lines().map(Value::from).collect::<Vec<_>>().into()
        } else if CERTIFICATES.contains(&key) {
            pems(text).into_iter().map(Value::from).collect::<Vec<_>>().into()
        } else {
            text.trim().into()
        };
        let given = match &value {
            Value::String(text) => !text.is_empty(),
            Value::Array(entries) => !entries.is_empty(),
            _ => true,
        };
        if given {
            table.insert(key.to_owned(), value);
        }
    }
    for switch in SWITCHES {
        table.entry(*switch).or_insert(Value::Boolean(false));
    }
    table
}

/// Certificates that stand one after the other; text without a frame is one in bare Base64.
fn pems(text: &str) -> Vec<String> {
    const END: &str = "-----END CERTIFICATE-----";
    if !text.contains("-----BEGIN") {
        return Some(text.trim().to_owned()).filter(|text| !text.is_empty()).into_iter().collect();
    }
    text.split_inclusive(END).map(str::trim).filter(|pem| !pem.is_empty()).map(str::to_owned).collect()
}
