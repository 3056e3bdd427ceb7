//! The difference between what an account has and what a file wants.

use super::file::{self, AccountFile, DomainTable, Source};
use super::state::{Sso, State};
use super::{identity_provider, limits};
use crate::context::OperatorCtx;
use crate::error::Error;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::account::Account;
use vestibule_model::connection::{
    Binding, EntityIdForm, MOST_CLOCK_SKEW_SECONDS, Provision, Settings, SignatureHash, SigningKeyKind,
    Unsolicited, WeakAlgorithm,
};
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::license::{License, MOST_BASIC_SEATS};

/// What applying a file would change.
#[derive(Debug, Serialize)]
pub struct Planned {
    /// The label of the account.
    pub account: String,
    /// Key by key, in order of key.
    pub changes: Vec<Difference>,
    /// The name of the file, for messages.
    #[serde(skip)]
    pub(super) file: String,
    #[serde(skip)]
    pub(super) to: Account,
    #[serde(skip)]
    pub(super) wanted: State,
}

/// One key that changes.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Difference {
    /// The key, as the file spells it.
    pub key: String,
    /// Its value now; `None` where it has none.
    pub before: Option<String>,
    /// Its value afterwards; `None` where it is removed.
    pub after: Option<String>,
}

/// Compares a file with what its account has. Nothing is written.
///
/// # Errors
/// Everything that is wrong with the file, named by file, line and key; an account that does not exist;
/// [`crate::Kind::Conflict`] when it takes what the account cannot have.
pub async fn plan(ctx: &OperatorCtx, source: &Source) -> Result<Planned, Error> {
    let file = AccountFile::parse(source)?;
    let to = ctx.account(&file.account).await?;
    let scope = ctx.app.store().account(to.id);
    let current = scope.read(|tx| Box::pin(State::read(tx))).await?;
    let wanted = wanted(ctx, source, &file, &current).await?;
    let changes = differences(&current.pairs(), &wanted.pairs());
    let account = to.id;
    scope
        .read(|tx| {
            let (name, wanted) = (source.name.clone(), wanted.clone());
            Box::pin(async move { limits::check(tx, account, &name, &wanted).await })
        })
        .await?;
    Ok(Planned { account: file.account, changes, file: source.name.clone(), to, wanted })
}

fn differences(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Difference> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    changed
        .map(|key| Difference {
            key: key.clone(),
            before: before.get(key).cloned(),
            after: after.get(key).cloned(),
        })
        .collect()
}

async fn wanted(
    ctx: &OperatorCtx,
    source: &Source,
    file: &AccountFile,
    current: &State,
) -> Result<State, Error> {
    let mut wanted = current.clone();
    if let Some(sso) = &file.sso {
        let settings = settings(ctx, source, sso).await?;
        wanted.sso = Some(Sso { settings, draft: sso.draft.unwrap_or(false) });
    }
    if let Some(table) = &file.licenses {
        wanted.seats = seats(source, table)?;
        wanted.configuration.fallback_license = fallback(source, table)?;
    }
    if let Some(table) = &file.domains {
        wanted.domains = domains(source, table)?;
    }
    if let Some(table) = &file.mapping.basic {
        wanted.configuration.mapping = file::mapping(source, table)?;
    }
    Ok(wanted)
}

async fn settings(ctx: &OperatorCtx, source: &Source, sso: &file::Sso) -> Result<Settings, Error> {
    identity_provider::refuse_unavailable(source, sso)?;
    macro_rules! word {
        ($key:ident, $type:ident :: $default:ident) => {{
            let choice = ($type::$default, $type::from_word as fn(&str) -> Option<$type>, $type::WORDS);
            file::word(source, concat!("sso.", stringify!($key)), sso.$key.as_deref(), choice)?
        }};
    }
    let binding = word!(binding, Binding::Redirect);
    let provider = identity_provider::read(ctx, source, sso, binding).await?;
    let default = Settings::new(provider);
    let mut allow = BTreeSet::new();
    for entry in sso.allow.iter().flatten() {
        let choice =
            (WeakAlgorithm::Sha1, WeakAlgorithm::from_word as fn(&str) -> Option<_>, WeakAlgorithm::WORDS);
        allow.insert(file::word(source, "sso.allow", Some(entry), choice)?);
    }
    let signature_hash = word!(signature_hash, SignatureHash::Sha256);
    let signing_key = word!(signing_key, SigningKeyKind::Rsa2048);
    if signing_key == SigningKeyKind::EcdsaP256 && signature_hash != SignatureHash::Sha256 {
        return Err(
            source.wrong("sso.signature_hash", "a key of the kind ecdsa-p256 signs with sha256 alone")
        );
    }
    Ok(Settings {
        sp_entity_id: word!(sp_entity_id, EntityIdForm::Https),
        binding,
        signature_hash,
        sign_requests: sso.sign_requests.unwrap_or(default.sign_requests),
        sign_logout: sso.sign_logout.unwrap_or(default.sign_logout),
        unsolicited: word!(unsolicited, Unsolicited::Restart),
        provision: word!(provision, Provision::AtSignIn),
        save_response_logs: sso.save_response_logs.unwrap_or(default.save_response_logs),
        clock_skew_seconds: clock_skew(source, sso.clock_skew.as_deref(), default.clock_skew_seconds)?,
        allow,
        signing_key,
        ..default
    })
}

fn clock_skew(source: &Source, text: Option<&str>, default: u32) -> Result<u32, Error> {
    let Some(text) = text else { return Ok(default) };
    let (number, unit) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s').unwrap_or_default(), 1),
    };
    let seconds = number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
    seconds.filter(|seconds| *seconds <= MOST_CLOCK_SKEW_SECONDS).ok_or_else(|| {
        let problem = format!("\"{text}\" is not a duration like \"180s\" or \"3m\" of at most {MOST_CLOCK_SKEW_SECONDS} seconds");
        source.wrong("sso.clock_skew", problem)
    })
}

fn seats(source: &Source, table: &BTreeMap<String, toml::Value>) -> Result<BTreeMap<License, i64>, Error> {
    let mut seats: BTreeMap<License, i64> = [(License::Basic, MOST_BASIC_SEATS)].into();
    for (key, value) in table.iter().filter(|(key, _)| *key != "fallback") {
        let path = format!("licenses.{key}");
        let license = License::from_word(key).ok_or_else(|| source.wrong(&path, "is no license type"))?;
        let most = if license == License::Basic { MOST_BASIC_SEATS } else { 10_000_000 };
        let total = value.as_integer().filter(|total| (0..=most).contains(total));
        let total = total
            .ok_or_else(|| source.wrong(&path, format!("expected a number of seats from 0 to {most}")))?;
        seats.insert(license, total);
    }
    Ok(seats)
}

fn fallback(source: &Source, table: &BTreeMap<String, toml::Value>) -> Result<Option<License>, Error> {
    let Some(value) = table.get("fallback") else { return Ok(None) };
    let license = value.as_str().and_then(License::from_word);
    license
        .map(Some)
        .ok_or_else(|| source.wrong("licenses.fallback", "expected one of basic, licensed, on-prem"))
}

fn domains(
    source: &Source,
    table: &BTreeMap<String, DomainTable>,
) -> Result<BTreeMap<Domain, DomainPolicy>, Error> {
    let mut domains = BTreeMap::new();
    for (name, entry) in table {
        let path = format!("domains.\"{name}\"");
        let domain = Domain::parse(name).map_err(|error| source.wrong(&path, error))?;
        if entry.consolidate || entry.enforce_sso || !entry.exempt.is_empty() {
            let problem = "this version of Vestibule cannot honor consolidate, enforce_sso and exempt yet";
            return Err(source.wrong(&path, problem).hint("Take these keys out of the file."));
        }
        domains.insert(domain, DomainPolicy { managed: entry.managed });
    }
    Ok(domains)
}
