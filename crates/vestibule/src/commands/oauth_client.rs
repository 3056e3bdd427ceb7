//! `vestibule oauth-client create · list · revoke`

use crate::cli::OauthClientCommand;
use crate::output::{self, Exit, Failure};
use vestibule_app::App;
use vestibule_app::authorize::{self, Created, NewClient, Summary};

pub(super) async fn run(app: &App, command: OauthClientCommand, json: bool) -> Result<Exit, Failure> {
    let operator = app.operator();
    match command {
        OauthClientCommand::Create { account, name, scope, redirect } => {
            let wanted = NewClient { name, scopes: scope, redirect_uris: redirect };
            created(&authorize::create(&operator.people(&account).await?, &wanted).await?, json)
        }
        OauthClientCommand::List { account } => {
            let all = match account {
                Some(account) => authorize::list(&operator.people(&account).await?).await?,
                None => authorize::list_all(&operator).await?,
            };
            output::list(&all, json, line)
        }
        OauthClientCommand::Revoke { client } => {
            let revoked = authorize::revoke_as_operator(&operator, &client).await?;
            if json {
                output::object(&revoked)?;
            } else {
                output::line(format!(
                    "{} ({}) is revoked, with every token that it got.",
                    revoked.id, revoked.name
                ));
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
    output::line(format!("A client of {} that may be permitted {}:", created.account, created.scopes));
    let pairs = [
        ("client ID", &created.id),
        ("secret", &created.secret),
        ("token address", &created.token_url),
        ("authorization", &created.authorize_url),
    ];
    pairs.iter().for_each(|(name, value)| output::line(format!("  {name:<14} {value}")));
    output::line("The secret is shown this once: keep it where the client keeps its secrets.");
    Ok(Exit::Done)
}

fn line(client: &Summary) -> String {
    format!(
        "{}  {:<8} {:<16} {:<24} {}",
        client.id,
        client.state.as_str(),
        client.account.as_str(),
        client.scopes.to_string(),
        client.name
    )
}
