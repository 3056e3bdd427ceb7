//! Printing what an account has as an account file; applying it again changes nothing.

use super::state::{Sso, State};
use crate::context::OperatorCtx;
use crate::error::Error;
use toml::{Table, Value};
use vestibule_model::license::License;
use vestibule_model::mapping::{Mapping, is_first_time_only};

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
    if let Some(sso) = &state.sso {
        file.insert("sso".to_owned(), sso_table(sso).into());
    }
    file.insert("licenses".to_owned(), licenses(&state).into());
    if !state.domains.is_empty() {
        file.insert("domains".to_owned(), domains(&state).into());
    }
    let basic: Value = mapping(&state.configuration.mapping).into();
    file.insert("mapping".to_owned(), Table::from_iter([("basic".to_owned(), basic)]).into());
    toml::to_string_pretty(&file).map_err(Error::internal)
}

fn sso_table(sso: &Sso) -> Table {
    let settings = &sso.settings;
    let provider = &settings.identity_provider;
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
    put("issuer", provider.issuer.as_str().into());
    match &provider.metadata_url {
        Some(url) => {
            put("idp_metadata_url", url.as_str().into());
        }
        None => {
            put("sign_in_url", provider.sign_in_url.as_str().into());
            if let Some(url) = &provider.sign_out_url {
                put("sign_out_url", url.as_str().into());
            }
            put("certificates", provider.certificates.clone().into());
        }
    }
    put("sp_entity_id", settings.sp_entity_id.as_str().into());
    put("binding", settings.binding.as_str().into());
    put("signature_hash", settings.signature_hash.as_str().into());
    put("sign_requests", settings.sign_requests.into());
    put("sign_logout", settings.sign_logout.into());
    put("unsolicited", settings.unsolicited.as_str().into());
    put("provision", settings.provision.as_str().into());
    put("save_response_logs", settings.save_response_logs.into());
    put("clock_skew", format!("{}s", settings.clock_skew_seconds).into());
    put("allow", settings.allow.iter().map(|weak| weak.as_str()).collect::<Vec<_>>().into());
    put("signing_key", settings.signing_key.as_str().into());
    if sso.draft {
        put("draft", true.into());
    }
    table
}

fn licenses(state: &State) -> Table {
    let seats =
        state.seats.iter().map(|(license, total)| (license.as_str().to_owned(), Value::Integer(*total)));
    let fallback = state.configuration.fallback_license;
    seats.chain(fallback.map(|license| ("fallback".to_owned(), license.as_str().into()))).collect()
}

fn domains(state: &State) -> Table {
    let policy = |managed: bool| Table::from_iter([("managed".to_owned(), managed.into())]);
    state.domains.iter().map(|(domain, set)| (domain.to_string(), policy(set.managed).into())).collect()
}

fn mapping(mapping: &Mapping) -> Table {
    let license = mapping.default_license.map_or("none", License::as_str);
    let mut table = Table::from_iter([("default_license".to_owned(), license.into())]);
    if let Some(email) = &mapping.email {
        table.insert("email".to_owned(), email.as_str().into());
    }
    for (field, source) in &mapping.fields {
        let value: Value = if is_first_time_only(*field) && source.update {
            Table::from_iter([
                ("attribute".to_owned(), source.attribute.as_str().into()),
                ("update".to_owned(), true.into()),
            ])
            .into()
        } else {
            source.attribute.as_str().into()
        };
        table.insert(field.as_str().to_owned(), value);
    }
    table
}
