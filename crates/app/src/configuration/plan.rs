//! The difference between what an account has and what a file wants.

use super::file::{self, AccountFile, DomainTable, Files, Section, Source};
use super::state::{ConnectionState, State, section};
use super::{apart, imported, limits, mapping, passwords, provisioning, roles, settings, sso};
use crate::context::OperatorCtx;
use crate::error::Error;
use crate::idp_metadata;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::account::{Account, Label};
use vestibule_model::connection::Reach;
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::email::Email;
use vestibule_model::idp_metadata::Absences;
use vestibule_model::license::{License, MOST_BASIC_SEATS, Product};
use vestibule_model::trace::Change;
use vestibule_store as store;

/// What applying a file would change.
#[derive(Debug, Serialize)]
pub struct Planned {
    /// The label of the account.
    pub account: String,
    /// Key by key, in order of key.
    pub changes: Vec<Difference>,
    /// How many people of other accounts the file would begin to ask to move, by domain.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_to_move: BTreeMap<Domain, u64>,
    /// The name of the file, for messages.
    #[serde(skip)]
    pub(super) file: String,
    /// The sections that the file has.
    #[serde(skip)]
    pub(super) sections: BTreeSet<String>,
    #[serde(skip)]
    pub(super) to: Account,
    #[serde(skip)]
    pub(super) wanted: State,
}

impl Planned {
    /// The account that the file is about.
    pub(crate) fn account(&self) -> &Account {
        &self.to
    }

    /// What the account would have.
    pub(crate) fn wanted(&self) -> &State {
        &self.wanted
    }
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

/// As the audit log says it.
impl From<Difference> for Change {
    fn from(Difference { key, before, after }: Difference) -> Self {
        Self { field: key, before, after, rule: String::new() }
    }
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
    let wanted = wanted(ctx, source, (&file, &to.label), &current).await?;
    let changes = differences(&current.pairs(), &wanted.pairs());
    let begins = |domain: &Domain| !current.domains.get(domain).is_some_and(DomainPolicy::moves_people);
    let begin = wanted.domains.iter().filter(|(domain, policy)| policy.moves_people() && begins(domain));
    let begin: Vec<Domain> = begin.map(|(domain, _)| domain.clone()).collect();
    let asked_to_move = scope
        .read(|tx| {
            let (to, name, wanted) = (to.clone(), source.name.clone(), wanted.clone());
            let begin = begin.clone();
            Box::pin(async move {
                limits::check(tx, &to, &name, &wanted).await?;
                let mut asked = BTreeMap::new();
                for domain in begin {
                    let people = store::outsiders::count(tx, &domain).await?;
                    asked.insert(domain, people);
                }
                Ok::<_, Error>(asked)
            })
        })
        .await?;
    let (sections, file_name) = (file.sections(), source.name.clone());
    Ok(Planned { account: file.account, changes, asked_to_move, file: file_name, sections, to, wanted })
}

pub(super) fn differences(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let differing = changed.map(|key| Difference {
        key: key.clone(),
        before: before.get(key).cloned(),
        after: after.get(key).cloned(),
    });
    let mut differing: Vec<Difference> = differing.collect();
    differing.sort_by_cached_key(|difference| in_order(&difference.key));
    differing
}

/// A key without the number that it ends with, and the number: the tenth rule comes after the second.
fn in_order(key: &str) -> (String, usize) {
    let numbered = key.strip_suffix(']').and_then(|key| key.rsplit_once('['));
    let numbered = numbered.and_then(|(key, number)| Some((key.to_owned(), number.parse().ok()?)));
    numbered.unwrap_or_else(|| (key.to_owned(), 0))
}

async fn wanted(
    ctx: &OperatorCtx,
    source: &Source,
    (file, own_label): (&AccountFile, &Label),
    current: &State,
) -> Result<State, Error> {
    let mut wanted = current.clone();
    if let Some(table) = &file.sso {
        let section = Section { source, name: "sso", files: Files::Readable };
        let own = connection(ctx, section, table, current.known("")).await?;
        wanted.connections.insert(String::new(), own);
        let imported = imported::read(section, table, current.imported(""))?;
        wanted.imported.insert(String::new(), imported);
    }
    if let Some(listed) = &file.connection {
        let own = wanted.connections.remove("");
        wanted.connections = connections(ctx, source, listed, (own, current)).await?;
        for table in listed {
            let name = name(source, table)?;
            let title = section(&name);
            let section = Section { source, name: &title, files: Files::Readable };
            wanted.imported.insert(name.clone(), imported::read(section, table, current.imported(&name))?);
        }
    }
    if file.sso.is_some() || file.connection.is_some() {
        apart::distinct(source, own_label, &wanted.connections)?;
    }
    if let Some(table) = &file.licenses {
        wanted.seats = seats(source, table)?;
        wanted.configuration.fallback_license = fallback(source, table)?;
    }
    if let Some(table) = &file.domains {
        wanted.domains = domains(source, table)?;
    }
    let configuration = &mut wanted.configuration;
    if let Some(table) = &file.roles {
        configuration.roles = roles::read(source, table)?;
    }
    if let Some(table) = &file.mapping {
        configuration.mapping = mapping::read(source, table, &configuration.mapping)?;
    }
    mapping::check(source, configuration, &current.sub_accounts)?;
    if let Some(table) = &file.settings {
        configuration.settings = settings::everybody(source, table)?;
    }
    if let Some(table) = &file.passwords {
        configuration.passwords = passwords::read(source, table)?;
    }
    if let Some(table) = &file.provisioning {
        configuration.provisioning = provisioning::read(source, table)?;
    }
    if let Some(table) = &file.groups {
        wanted.groups = settings::groups(source, table, &current.groups)?;
    }
    Ok(wanted)
}

/// The connections of `[[connection]]`, each with its name, beside the one of `[sso]`.
async fn connections(
    ctx: &OperatorCtx,
    source: &Source,
    listed: &[file::Sso],
    (own, current): (Option<ConnectionState>, &State),
) -> Result<BTreeMap<String, ConnectionState>, Error> {
    let mut connections: BTreeMap<_, _> = own.into_iter().map(|own| (String::new(), own)).collect();
    for table in listed {
        let name = name(source, table)?;
        let title = section(&name);
        let section = Section { source, name: &title, files: Files::Readable };
        let connection = connection(ctx, section, table, current.known(&name)).await?;
        if connection.settings.reach == Reach::default() {
            return Err(section
                .wrong_itself("nobody would sign in by it")
                .hint("Give `vanity_url`, or `email_domains`; the connection for everybody is `[sso]`."));
        }
        if connections.insert(name, connection).is_some() {
            return Err(section.wrong_itself("there are two of this name"));
        }
    }
    Ok(connections)
}

async fn connection(
    ctx: &OperatorCtx,
    section: Section<'_>,
    table: &file::Sso,
    known: Option<(&ConnectionState, Absences)>,
) -> Result<ConnectionState, Error> {
    let mut settings = sso::read(&ctx.app, section, table).await?;
    // A file that names the same metadata wants what following it comes to.
    if let Some((known, absent)) = known {
        let (before, policy) = (&known.settings.identity_provider, settings.new_idp_certificates);
        let found = &mut settings.identity_provider;
        if found.metadata_url.is_some() && found.metadata_url == before.metadata_url {
            *found = idp_metadata::over(before, found.clone(), policy, &absent, ctx.app.now());
        }
    }
    Ok(ConnectionState { settings, draft: table.draft.unwrap_or(false) })
}

/// What a connection is called: by its own name, or by what leads to it.
fn name(source: &Source, table: &file::Sso) -> Result<String, Error> {
    let first = table.email_domains.as_ref().and_then(|domains| domains.first());
    let name = table.name.as_ref().or(table.vanity_url.as_ref()).or(first);
    let usable =
        |name: &&String| (1..=100).contains(&name.len()) && !name.chars().any(|c| c.is_control() || c == '"');
    name.filter(usable).cloned().ok_or_else(|| {
        source
            .wrong("connection", "each needs a name of 1 to 100 characters")
            .hint("Give `name`; without it, `vanity_url` or the first of `email_domains` is the name.")
    })
}

fn seats(source: &Source, table: &BTreeMap<String, toml::Value>) -> Result<BTreeMap<Product, i64>, Error> {
    let mut seats: BTreeMap<Product, i64> = [(License::Basic.into(), MOST_BASIC_SEATS)].into();
    for (key, value) in table.iter().filter(|(key, _)| *key != "fallback") {
        let path = format!("licenses.{key}");
        let product =
            Product::from_word(key).ok_or_else(|| source.wrong(&path, "is no license type or add-on"))?;
        let most = if product == License::Basic.into() { MOST_BASIC_SEATS } else { 10_000_000 };
        let total = value.as_integer().filter(|total| (0..=most).contains(total));
        let total = total
            .ok_or_else(|| source.wrong(&path, format!("expected a number of seats from 0 to {most}")))?;
        seats.insert(product, total);
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
        let exempt = exempt(source, &format!("{path}.exempt"), (&domain, &entry.exempt))?;
        let &DomainTable { managed, consolidate, enforce_sso, .. } = entry;
        let policy = DomainPolicy { managed, consolidate, enforce_sso, exempt };
        if policy.contradicts_itself() {
            let key = format!("{path}.consolidate");
            return Err(source
                .wrong(&key, "people can be asked to move only where the domain is managed")
                .hint("Set `managed = true` beside it."));
        }
        domains.insert(domain, policy);
    }
    Ok(domains)
}

/// Most users that a domain exempts.
const MOST_EXEMPT: usize = 100;

fn exempt(
    source: &Source,
    path: &str,
    (domain, listed): (&Domain, &[String]),
) -> Result<BTreeSet<Email>, Error> {
    if listed.len() > MOST_EXEMPT {
        return Err(source.wrong(path, format!("more than {MOST_EXEMPT} users")));
    }
    let read = |text: &String| {
        let email =
            Email::parse(text).map_err(|error| source.wrong(path, format!("\"{text}\" is {error}")))?;
        match email.domain() == domain {
            true => Ok(email),
            false => Err(source.wrong(path, format!("{email} is not an address of {domain}"))),
        }
    };
    listed.iter().map(read).collect()
}
