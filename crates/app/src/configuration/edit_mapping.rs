//! Changing the mapping piece by piece, as forms on pages do: the piece is put into the account file's own tables, and
//! these are read like a file, so a form has the same keys, the same checks and the same writing.
//!
//! A form names the version of the account that its page showed; when somebody else changed the account since, nothing is
//! written.

use super::file::Source;
use super::state::State;
use super::{Configuration, apply, mapping};
use crate::context::{AdminCtx, must_hold};
use crate::error::{Error, Kind};
use crate::simulate::{self, Scope, Simulation};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use toml::{Table, Value};
use vestibule_model::account::{Account, Label};
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::group::GroupKind;
use vestibule_model::license::License;
use vestibule_model::mapping::{CategoryName, Grant, NoMatch, Problem, Rule};
use vestibule_model::permission::Permission;

/// What a form says: the text of each key. Lists have an entry a line.
pub type Form = BTreeMap<String, String>;

/// A piece of the mapping, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The license types of new users: `default_license` and `fallback`, a word or nothing.
    Licenses(Form),
    /// Where a target's value comes from: `source`, which is an `attribute` or an `expression` as `kind` says, and
    /// `update`. Without a source it is not mapped any more.
    Basic {
        /// The target, by its key; a custom attribute as `custom:` and its name.
        target: String,
        /// What the form says.
        form: Form,
    },
    /// A rule: `attribute`, `operator` (or `otherwise`), `value` and `result`.
    PutRule {
        /// Whose rule it is.
        category: CategoryName,
        /// Which rule it replaces, from 0; a new one comes last, before `otherwise`.
        replaces: Option<usize>,
        /// What the form says.
        form: Form,
    },
    /// Takes a rule away; with the last one go the exemptions and what happens otherwise.
    RemoveRule(CategoryName, usize),
    /// Puts a rule at another place; those between move by one.
    MoveRule {
        /// Whose rule it is.
        category: CategoryName,
        /// Where it stands, from 0.
        from: usize,
        /// Where it is to stand.
        to: usize,
    },
    /// What happens when no rule applies (`no_match`, and `give` for a value), and who is exempt (`users`, `groups`).
    Rest(CategoryName, Form),
    /// The attribute of the auto mapping of each kind of group.
    Auto(Form),
    /// One step back: the mapping and the fallback license as they were before the last change here.
    Undo,
}

/// The mapping, and the version of the account that it belongs to.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The version, for the form.
    pub version: i64,
    /// Mapping, fallback license and roles.
    pub configuration: Configuration,
    /// The labels of the account's sub-accounts, to which rules may send people.
    pub sub_accounts: BTreeSet<Label>,
}

/// The mapping as it is.
///
/// # Errors
/// When the store does not answer.
pub async fn seen(ctx: &AdminCtx) -> Result<Seen, Error> {
    ctx.must(Permission::MappingRead)?;
    let (account, state) = read(ctx).await?;
    let State { configuration, sub_accounts, .. } = state;
    Ok(Seen { version: account.version, configuration, sub_accounts })
}

/// What a change would do for the people who signed in lately, as far as that is found out in the time that there is.
/// Nothing is written.
///
/// # Errors
/// [`Kind::Invalid`] with the key that is wrong; [`Kind::Conflict`] when the account is not as the page showed it any more.
pub async fn outlook(
    ctx: &AdminCtx,
    seen_version: i64,
    change: &Change,
    budget: SignedDuration,
) -> Result<Simulation, Error> {
    ctx.must(Permission::MappingEdit)?;
    let (account, state) = read(ctx).await?;
    if account.version != seen_version {
        return Err(stale());
    }
    let wanted = changed(&state, change)?;
    may_give(ctx, (&state.configuration, &wanted))?;
    let since = ctx.app().now() - simulate::USUAL_SPAN;
    let scope = Scope { since, budget: Some(budget), watch: &|_| {} };
    simulate::configuration(ctx, &wanted, scope).await
}

/// Makes a change.
///
/// # Errors
/// Like [`outlook`].
pub async fn edit_mapping(ctx: &AdminCtx, seen_version: i64, change: &Change) -> Result<(), Error> {
    ctx.must(Permission::MappingEdit)?;
    let (account, mut state) = read(ctx).await?;
    if account.version != seen_version {
        return Err(stale());
    }
    let wanted = changed(&state, change)?;
    may_give(ctx, (&state.configuration, &wanted))?;
    if wanted == state.configuration {
        return Ok(());
    }
    state.configuration = wanted.with_way_back(&state.configuration, ctx.app().now())?;
    let subject = Subject::named(Thing::Mapping, "mapping");
    let act = apply::Act { author: ctx.author(), deed: Deed::MappingChanged, subject };
    apply::write(ctx.app(), act, (account, FORM.to_owned()), state).await.map(drop)
}

const FORM: &str = "this form";

fn stale() -> Error {
    Error::new(Kind::Conflict, "Somebody else changed the account since this page was shown.")
        .hint("Nothing was saved. Look at the mapping as it is now, and make your change again.")
}

async fn read(ctx: &AdminCtx) -> Result<(Account, State), Error> {
    let id = ctx.account().id;
    let account = ctx
        .app()
        .store()
        .read(move |tx| Box::pin(async move { vestibule_store::accounts::by_id(tx, id).await }));
    let account = account.await?.ok_or_else(stale)?;
    let scope = ctx.app().store().account(id);
    Ok((account, scope.read(|tx| Box::pin(State::read(tx))).await?))
}

/// Refuses a change by which somebody would get at more than they hold: rules for roles, whatever of them is changed, and where
/// the values come from that say who somebody is, which is the business of whoever chooses the identity provider.
fn may_give(ctx: &AdminCtx, (before, after): (&Configuration, &Configuration)) -> Result<(), Error> {
    let who = |configuration: &Configuration| {
        (configuration.mapping.email.clone(), configuration.mapping.employee_id.clone())
    };
    if who(before) != who(after) {
        ctx.must(Permission::SsoEdit)?;
    }
    let category =
        |configuration: &Configuration| configuration.mapping.categories.get(&CategoryName::Role).cloned();
    let Some(given) = category(after).filter(|given| category(before).as_ref() != Some(given)) else {
        return Ok(());
    };
    let otherwise = match &given.no_match {
        NoMatch::Give(grant) => Some(grant),
        NoMatch::Keep | NoMatch::Remove => None,
    };
    for grant in given.rules.iter().map(Rule::grant).chain(otherwise) {
        if let Grant::Role(role) = grant {
            must_hold(ctx.permissions(), after.roles.of(role))?;
        }
    }
    Ok(())
}

/// The configuration after a change.
fn changed(state: &State, change: &Change) -> Result<Configuration, Error> {
    let before = &state.configuration;
    if *change == Change::Undo {
        let after = before.gone_back()?;
        after.mapping.check().map_err(|problem| refused(&problem))?;
        mapping::check(&form_source(), &after, &state.sub_accounts)?;
        return Ok(after);
    }
    let source = form_source();
    let mut after = before.clone();
    let mut table = mapping::write(&before.mapping);
    if let Change::Licenses(form) = change {
        after.fallback_license = fallback(form)?;
    }
    put(&mut table, change)?;
    after.mapping = mapping::read(&source, &table, &before.mapping)?;
    if !table.keys().any(|key| key != "basic") {
        // The file that says nothing of rules keeps them; a form that took the last one away means it.
        after.mapping.categories.clear();
        after.mapping.auto.clear();
    }
    after.mapping.check().map_err(|problem| refused(&problem))?;
    mapping::check(&source, &after, &state.sub_accounts)?;
    Ok(after)
}

fn form_source() -> Source {
    Source { name: FORM.to_owned(), text: String::new(), folder: PathBuf::new() }
}

/// The mapping as a whole would not hold.
fn refused(problem: &Problem) -> Error {
    let rule = problem.rule.map(|rule| format!(", rule {rule}")).unwrap_or_default();
    let sentence = format!("`{}`{rule}: {}.", problem.place, problem.problem);
    Error::new(Kind::Invalid, sentence).about(&problem.place).hint(problem.hint)
}

fn text<'f>(form: &'f Form, key: &str) -> &'f str {
    form.get(key).map_or("", |text| text.trim())
}

fn fallback(form: &Form) -> Result<Option<License>, Error> {
    match text(form, "fallback") {
        "" | "none" => Ok(None),
        word => License::from_word(word)
            .map(Some)
            .ok_or_else(|| wrong("fallback", "there is no such license type")),
    }
}

fn wrong(key: &str, problem: &str) -> Error {
    Error::new(Kind::Invalid, format!("{FORM}: `{key}`: {problem}.")).about(key)
}

/// Puts a change into the tables of the account file.
fn put(table: &mut Table, change: &Change) -> Result<(), Error> {
    match change {
        Change::Licenses(form) => {
            let word = text(form, "default_license").to_owned();
            inner(table, "basic")?.insert("default_license".to_owned(), word.into());
        }
        Change::Basic { target, form } => basic(inner(table, "basic")?, target, form)?,
        Change::PutRule { category, replaces, form } => {
            let rules = rules(table, *category)?;
            let rule = Value::Table(rule(*category, form));
            match replaces {
                Some(number) => *rules.get_mut(*number).ok_or_else(no_rule)? = rule,
                None => {
                    let last = rules.last().is_some_and(|rule| rule.get("otherwise").is_some());
                    rules.insert(rules.len() - usize::from(last), rule);
                }
            }
        }
        Change::RemoveRule(category, number) => remove(table, *category, *number)?,
        Change::MoveRule { category, from, to } => {
            let rules = rules(table, *category)?;
            if *from >= rules.len() || *to >= rules.len() {
                return Err(no_rule());
            }
            let moved = rules.remove(*from);
            rules.insert(*to, moved);
        }
        Change::Rest(category, form) => rest(table, *category, form)?,
        // It is a whole, not a piece.
        Change::Undo => {}
        Change::Auto(form) => {
            let kinds = GroupKind::ALL.into_iter().map(|kind| (kind.as_str(), text(form, kind.as_str())));
            let auto = kinds.filter(|(_, attribute)| !attribute.is_empty());
            let auto: Table = auto.map(|(kind, attribute)| (kind.to_owned(), attribute.into())).collect();
            set(table, "auto", auto);
        }
    }
    Ok(())
}

fn no_rule() -> Error {
    Error::new(Kind::NotFound, "There is no such rule.").hint("Look at the mapping as it is now.")
}

/// A table inside a table; it is made if it is not there.
fn inner<'t>(table: &'t mut Table, key: &str) -> Result<&'t mut Table, Error> {
    let entry = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
    entry.as_table_mut().ok_or_else(|| wrong(key, "expected a table"))
}

/// A table inside a table; an empty one is left out.
fn set(table: &mut Table, key: &str, value: Table) {
    if value.is_empty() {
        table.remove(key);
    } else {
        table.insert(key.to_owned(), value.into());
    }
}

fn basic(table: &mut Table, target: &str, form: &Form) -> Result<(), Error> {
    let (table, key) = match target.strip_prefix("custom:") {
        Some(name) => (inner(table, "custom")?, name),
        None => (table, target),
    };
    let source = text(form, "source");
    if source.is_empty() {
        table.remove(key);
        return Ok(());
    }
    let kind = if text(form, "kind") == "expression" { "expression" } else { "attribute" };
    let mut value = Table::from_iter([(kind.to_owned(), Value::from(source))]);
    if text(form, "update") == "true" {
        value.insert("update".to_owned(), true.into());
    }
    table.insert(key.to_owned(), value.into());
    Ok(())
}

/// Where the rules of a category stand: those of add-ons in a table of their own.
fn place(table: &mut Table, category: CategoryName) -> Result<(&mut Table, String), Error> {
    match category {
        CategoryName::AddOn(add_on) => Ok((inner(table, "addon")?, add_on.as_str().to_owned())),
        _ => Ok((table, category.to_string())),
    }
}

fn rules(table: &mut Table, category: CategoryName) -> Result<&mut Vec<Value>, Error> {
    let (table, key) = place(table, category)?;
    let entry = table.entry(&key).or_insert_with(|| Value::Array(Vec::new()));
    entry.as_array_mut().ok_or_else(|| wrong(&key, "expected rules"))
}

fn rule(category: CategoryName, form: &Form) -> Table {
    let mut rule = Table::new();
    if text(form, "operator") == "otherwise" {
        rule.insert("otherwise".to_owned(), true.into());
    } else {
        for key in ["attribute", "operator"] {
            rule.insert(key.to_owned(), text(form, key).into());
        }
        if text(form, "operator") != "present" {
            // White space may matter to whoever compares with it.
            rule.insert("value".to_owned(), form.get("value").map_or("", String::as_str).into());
        }
    }
    if !matches!(category, CategoryName::AddOn(_)) {
        rule.insert("result".to_owned(), result(category, text(form, "result")));
    }
    rule
}

/// What a rule gives: of groups one a line.
fn result(category: CategoryName, text: &str) -> Value {
    match category {
        CategoryName::Groups(_) => lines(text).into(),
        _ => text.into(),
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect()
}

fn remove(table: &mut Table, category: CategoryName, number: usize) -> Result<(), Error> {
    let rules = rules(table, category)?;
    if number >= rules.len() {
        return Err(no_rule());
    }
    rules.remove(number);
    if rules.is_empty() {
        let (within, key) = place(table, category)?;
        within.remove(&key);
        forget(table, category)?;
    }
    Ok(())
}

/// Takes away what only makes sense beside rules.
fn forget(table: &mut Table, category: CategoryName) -> Result<(), Error> {
    for key in ["no_match", "exempt", "addon"] {
        let inner = inner(table, key)?;
        if key != "addon" {
            inner.remove(&category.to_string());
        }
        if inner.is_empty() {
            table.remove(key);
        }
    }
    Ok(())
}

fn rest(table: &mut Table, category: CategoryName, form: &Form) -> Result<(), Error> {
    let value = match text(form, "no_match") {
        "give" if matches!(category, CategoryName::AddOn(_)) => "grant".into(),
        "give" => result(category, text(form, "give")),
        word => word.into(),
    };
    if !rules(table, category)?.is_empty() {
        inner(table, "no_match")?.insert(category.to_string(), value);
    }
    let listed = ["users", "groups"].into_iter().map(|key| (key, lines(text(form, key))));
    let exempt: Table = listed
        .filter(|(_, names)| !names.is_empty())
        .map(|(key, names)| (key.to_owned(), names.into()))
        .collect();
    set(inner(table, "exempt")?, &category.to_string(), exempt);
    Ok(())
}
