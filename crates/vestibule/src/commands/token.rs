//! `vestibule token create · list · revoke`

use super::log::duration;
use crate::cli::TokenCommand;
use crate::output::{self, Exit, Failure};
use vestibule_app::App;
use vestibule_app::tokens::{self, Created, NewToken, Summary};

pub(super) async fn run(app: &App, command: TokenCommand, json: bool) -> Result<Exit, Failure> {
    let operator = app.operator();
    match command {
        TokenCommand::Create { account, scope, expires, name } => {
            let lifetime = expires.as_deref().map(duration).transpose()?;
            let wanted = NewToken { name, scopes: scope, lifetime };
            created(&tokens::create(&operator.people(&account).await?, &wanted).await?, json)
        }
        TokenCommand::List { account } => {
            let all = match account {
                Some(account) => tokens::list(&operator.people(&account).await?).await?,
                None => tokens::list_all(&operator).await?,
            };
            output::list(&all, json, line)
        }
        TokenCommand::Revoke { token } => {
            let revoked = tokens::revoke_as_operator(&operator, &token).await?;
            if json {
                output::object(&revoked)?;
            } else {
                output::line(format!("{} ({}) is revoked.", revoked.id, revoked.name));
            }
            Ok(Exit::Done)
        }
    }
}

fn created(created: &Created, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(created)?;
        return Ok(Exit::Done);
    }
    let until = created.expires_at.map_or("until it is revoked".to_owned(), |end| format!("until {end:.0}"));
    output::line(format!("A token for {}, with the scope {}, {until}:", created.account, created.scopes));
    output::line(&created.token);
    output::line("It is shown this once: keep it where the client keeps its secrets.");
    if let Some(url) = &created.scim_url {
        output::line(format!("SCIM address: {url}"));
    }
    Ok(Exit::Done)
}

fn line(token: &Summary) -> String {
    let time = |time: Option<jiff::Timestamp>| time.map_or("never".to_owned(), |time| format!("{time:.0}"));
    format!(
        "{}  {:<8} {:<16} {:<24} {:<24} last used {}, expires {}",
        token.id,
        token.state.as_str(),
        token.account.as_str(),
        token.scopes.to_string(),
        token.name,
        time(token.last_used_at),
        time(token.expires_at)
    )
}
