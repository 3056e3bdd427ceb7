//! `vestibule account create · list · show · transfer · approve`

use crate::cli::AccountCommand;
use crate::output::{self, Exit, Failure};
use vestibule_app::accounts::{self, Summary};
use vestibule_app::users::Whom;
use vestibule_app::{App, ownership};
use vestibule_model::account::Label;

pub(super) async fn run(app: &App, command: AccountCommand, json: bool) -> Result<Exit, Failure> {
    let operator = app.operator();
    match command {
        AccountCommand::Create { label, name, owner, parent } => {
            let created = match &parent {
                None => accounts::create(&operator, &label, &name, &owner).await?,
                Some(parent) => {
                    accounts::create_sub_account(&operator, parent, &label, &name, &owner).await?
                }
            };
            if json {
                output::object(&created)?;
            } else {
                output::line(format!(
                    "Account {} is {} at {}",
                    created.account,
                    created.state.as_str(),
                    created.vanity_url
                ));
                if let Some(parent) = &created.parent {
                    output::line(format!("It is a sub-account of {parent}"));
                }
                output::line(format!(
                    "{} sets a password here, once, until {:.0}:",
                    created.owner, created.owner_link_expires_at
                ));
                output::line(created.owner_link);
            }
            Ok(Exit::Done)
        }
        AccountCommand::List => {
            let summaries = accounts::list(&operator).await?;
            output::list(&summaries, json, |summary| {
                let Summary { account, name, state, users, vanity_url, parent, .. } = summary;
                let above = parent.as_ref().map(|parent| format!("  (below {parent})")).unwrap_or_default();
                let state = state.as_str();
                format!("{account:<20} {name:<30} {state:<10} {users:>6} users  {vanity_url}{above}")
            })
        }
        AccountCommand::Show { label } => show(&accounts::show(&operator, &label).await?, json),
        AccountCommand::Transfer { label, to } => {
            let transferred = ownership::transfer_as_operator(&operator, &label, &Whom::parse(&to)?).await?;
            if json {
                output::object(&transferred)?;
            } else {
                output::line(format!("{} is the owner of {} now", transferred.to, transferred.account));
            }
            Ok(Exit::Done)
        }
        AccountCommand::Approve { label } => show(&accounts::approve(&operator, &label).await?, json),
    }
}

fn show(summary: &Summary, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(summary)?;
        return Ok(Exit::Done);
    }
    let below: Vec<&str> = summary.sub_accounts.iter().map(Label::as_str).collect();
    let pairs = [
        ("account", summary.account.to_string()),
        ("id", summary.id.to_string()),
        ("name", summary.name.clone()),
        ("vanity URL", format!("{} ({})", summary.vanity_url, summary.state.as_str())),
        ("parent", summary.parent.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("sub-accounts", below.join(", ")),
        ("owner", summary.owner.clone().unwrap_or_default()),
        ("users", summary.users.to_string()),
        ("domains", summary.domains.join(", ")),
        ("SSO", summary.sso.to_owned()),
        ("created", format!("{:.0}", summary.created_at)),
    ];
    pairs.iter().for_each(|(name, value)| output::line(format!("{name:<14}{value}")));
    Ok(Exit::Done)
}
