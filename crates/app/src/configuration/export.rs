//! Printing what an account has as an account file; applying it again changes nothing.

use super::state::{ConnectionState, State};
use super::{imported, mapping, passwords, provisioning, roles, settings, sso};
use crate::context::OperatorCtx;
use crate::error::Error;
use toml::{Table, Value};
use vestibule_model::domain::DomainPolicy;

/// The account file of an account.
///
/// # Errors
/// When there is no such account.
pub async fn export(ctx: &OperatorCtx, label: &str) -> Result<String, Error> {
    let account = ctx.account(label).await?;
    let scope = ctx.app.store().account(account.id);
    let state = scope.read(|tx| Box::pin(State::read(tx))).await?;
    let mut file = Table::new();
    file.insert("account".to_owned(), account.label.as_str().into());
    for (name, connection) in &state.connections {
        let mut table = connection_table(connection);
        let imported = state.imported(name);
        if !imported.is_empty() {
            let names: Vec<Value> = imported.iter().map(|key| imported::name(key).into()).collect();
            table.insert("imported_keys".to_owned(), names.into());
        }
        if name.is_empty() {
            file.insert("sso".to_owned(), table.into());
            continue;
        }
        table.insert("name".to_owned(), name.as_str().into());
        let listed = file.entry("connection").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(listed) = listed {
            listed.push(table.into());
        }
    }
    file.insert("licenses".to_owned(), licenses(&state).into());
    if !state.domains.is_empty() {
        file.insert("domains".to_owned(), domains(&state).into());
    }
    if !state.configuration.roles.is_empty() {
        file.insert("roles".to_owned(), roles::table(&state.configuration.roles).into());
    }
    if !state.configuration.settings.is_empty() {
        file.insert("settings".to_owned(), settings::table(&state.configuration.settings).into());
    }
    if !state.groups.is_empty() {
        let groups = state.groups.values();
        let groups = groups.map(|group| (group.name.to_string(), settings::table(&group.settings).into()));
        file.insert("groups".to_owned(), groups.collect::<Table>().into());
    }
    let passwords = passwords::table(state.configuration.passwords);
    if !passwords.is_empty() {
        file.insert("passwords".to_owned(), passwords.into());
    }
    let provisioning = provisioning::table(state.configuration.provisioning);
    if !provisioning.is_empty() {
        file.insert("provisioning".to_owned(), provisioning.into());
    }
    file.insert("mapping".to_owned(), mapping::write(&state.configuration.mapping).into());
    toml::to_string_pretty(&file).map_err(Error::internal)
}

/// A section without what follows from the rest of it: metadata says the same as the typed fields.
fn connection_table(connection: &ConnectionState) -> Table {
    let mut table = sso::table(connection);
    if connection.settings.identity_provider.metadata_url.is_some() {
        for key in
            ["sign_in_url", "sign_out_url", "sign_out_response_url", "sign_out_binding", "certificates"]
        {
            table.remove(key);
        }
    }
    if !connection.draft {
        table.remove("draft");
    }
    table
}

fn licenses(state: &State) -> Table {
    let seats =
        state.seats.iter().map(|(product, total)| (product.as_str().to_owned(), Value::Integer(*total)));
    let fallback = state.configuration.fallback_license;
    seats.chain(fallback.map(|license| ("fallback".to_owned(), license.as_str().into()))).collect()
}

fn domains(state: &State) -> Table {
    let policy = |set: &DomainPolicy| {
        let mut table = Table::from_iter([("managed".to_owned(), set.managed.into())]);
        if set.consolidate {
            table.insert("consolidate".to_owned(), true.into());
        }
        if set.enforce_sso {
            table.insert("enforce_sso".to_owned(), true.into());
        }
        if !set.exempt.is_empty() {
            let exempt: Vec<Value> = set.exempt.iter().map(|email| email.as_str().into()).collect();
            table.insert("exempt".to_owned(), exempt.into());
        }
        table
    };
    state.domains.iter().map(|(domain, set)| (domain.to_string(), policy(set).into())).collect()
}
