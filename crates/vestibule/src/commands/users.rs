//! `vestibule users list · import (in a file of its own) · show · add-login sso · employee-id · send-verification · reset-second-factor ·
//! deactivate · activate`

use crate::cli::{UserArgs, UsersCommand};
use crate::output::{self, Exit, Failure};
use vestibule_app::App;
use vestibule_app::second_factor;
use vestibule_app::users::{
    self, Changed, Invitation, Page, PeopleCtx, Person, Pictured, Query, Summary, Verification, Whom,
};
use vestibule_model::email::Email;
use vestibule_model::license::{AddOn, License};
use vestibule_model::trace::shown;

pub(super) async fn run(app: &App, command: UsersCommand, json: bool) -> Result<Exit, Failure> {
    match command {
        UsersCommand::List { account, prefix, after, limit } => {
            let ctx = app.operator().people(&account).await?;
            list(&users::list(&ctx, &Query { prefix, after, limit }).await?, json)
        }
        UsersCommand::Import(args) => super::import::run(app, &args, json).await,
        UsersCommand::Show(user) => {
            let (ctx, whom) = found(app, &user).await?;
            show(&users::show(&ctx, &whom).await?, json)
        }
        UsersCommand::AddLogin { login: _, user } => {
            let (ctx, whom) = found(app, &user).await?;
            changed(&users::add_sso_login(&ctx, &whom).await?, json)
        }
        UsersCommand::EmployeeId { user, id, remove: _ } => {
            let (ctx, whom) = found(app, &user).await?;
            changed(&users::replace_employee_id(&ctx, &whom, id.as_deref()).await?, json)
        }
        UsersCommand::SendVerification(user) => {
            let (ctx, whom) = found(app, &user).await?;
            changed(&users::send_verification(&ctx, &whom).await?, json)
        }
        UsersCommand::ResetSecondFactor(user) => {
            let (ctx, whom) = found(app, &user).await?;
            changed(&second_factor::reset(&ctx, &whom).await?, json)
        }
        UsersCommand::SetRole { user, role } => {
            let (ctx, whom) = found(app, &user).await?;
            changed(&vestibule_app::roles::set_role(&ctx, &whom, &role).await?, json)
        }
        UsersCommand::Deactivate(user) => {
            let (ctx, whom) = found(app, &user).await?;
            changed(&users::deactivate(&ctx, &whom).await?, json)
        }
        UsersCommand::Activate(user) => {
            let (ctx, whom) = found(app, &user).await?;
            changed(&users::activate(&ctx, &whom).await?, json)
        }
    }
}

/// The account of the user who was named: an address is one user in the whole deployment.
async fn found(app: &App, user: &UserArgs) -> Result<(PeopleCtx, Whom), Failure> {
    let wrong = |error| Failure::usage(format!("\"{}\": {error}.", user.mail));
    let email = Email::parse(&user.mail).map_err(wrong)?;
    let ctx = users::of_address(&app.operator(), &email).await?;
    Ok((ctx, Whom::Address(email)))
}

fn list(page: &Page, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(page)?;
        return Ok(Exit::Done);
    }
    for Summary { email, status, role, login_types, license, .. } in &page.items {
        let license = license.map_or("no license".to_owned(), |license| license.to_string());
        let logins = login_types.join(", ");
        output::line(format!(
            "{email:<40} {:<9} {:<12} {license:<12} {logins}",
            status.as_str(),
            role.title()
        ));
    }
    if let Some(next) = &page.next {
        output::line(format!("There are more: go on with --after {next}"));
    }
    Ok(Exit::Done)
}

fn show(person: &Person, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(person)?;
        return Ok(Exit::Done);
    }
    let Summary { id, email, name, status, role, login_types, license, created_at, .. } = &person.summary;
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    let add_ons: Vec<&str> = person.add_ons.iter().copied().map(AddOn::title).collect();
    let pairs = [
        ("user", email.to_string()),
        ("id", id.to_string()),
        ("name", name.clone()),
        ("status", status.as_str().to_owned()),
        ("role", role.title().to_owned()),
        ("login types", or_none(login_types.join(", "))),
        ("license", or_none(license.as_ref().map(License::to_string).unwrap_or_default())),
        ("add-ons", or_none(add_ons.join(", "))),
        ("phone site", or_none(person.phone_site.clone().unwrap_or_default())),
        ("employee ID", or_none(person.employee_id.clone().unwrap_or_default())),
        ("created", format!("{created_at:.0}")),
    ];
    let pairs =
        pairs.into_iter().chain(person.picture.as_ref().map(|picture| ("picture", pictured(picture))));
    let pairs = pairs.chain(person.verification.map(|mails| ("mail", mailed(mails))));
    let since = person.second_factor.map(|since| format!("since {since:.0}"));
    let pairs = pairs.chain(since.map(|since| ("second factor", since)));
    let pairs = pairs.chain(person.invitation.map(|mail| ("invitation", invited(mail))));
    pairs.for_each(|(name, value)| output::line(format!("{name:<14}{value}")));
    for (field, entry) in &person.profile.0 {
        output::line(format!("{:<14}{}", field.title(), entry.value));
    }
    for group in &person.groups {
        let origins: Vec<&str> = group.origins.iter().map(|origin| origin.as_str()).collect();
        let primary = if group.primary { ", primary" } else { "" };
        output::line(format!(
            "{:<14}{} (by {}{primary})",
            group.kind.title(),
            group.name,
            origins.join(", ")
        ));
    }
    for held in &person.settings {
        output::line(format!("{:<26}{} ({})", held.setting.title(), held.value, held.reason()));
    }
    Ok(Exit::Done)
}

fn pictured(picture: &Pictured) -> String {
    let at = picture.checked_at.map(|at| format!(", {at:.0}")).unwrap_or_default();
    match &picture.reason {
        None => format!("{}{at}", picture.state),
        Some(reason) => format!("{}{at}: {}", picture.state, shown(reason)),
    }
}

/// When the last verification mail went out, and from when on another one can.
fn mailed(mails: Verification) -> String {
    let sent = mails.sent_at.map_or("no verification mail".to_owned(), |at| format!("verification, {at:.0}"));
    let again = mails.again_at.map(|at| format!("; another one from {at:.0} on")).unwrap_or_default();
    format!("{sent}{again}")
}

/// When the invitation went out, and until when its link works.
fn invited(mail: Invitation) -> String {
    match (mail.sent_at, mail.expires_at) {
        (Some(sent), Some(ends)) if mail.open => format!("sent {sent:.0}, works until {ends:.0}"),
        (Some(sent), Some(ends)) => format!("sent {sent:.0}, expired {ends:.0}"),
        _ => "none, and no password yet".to_owned(),
    }
}

pub(super) fn changed(changed: &Changed, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(changed)?;
        return Ok(Exit::Done);
    }
    if changed.changes.is_empty() {
        output::line(format!("{} was so already: nothing changed.", changed.user));
    }
    for change in &changed.changes {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let (before, after) = (before.unwrap_or("-"), after.unwrap_or("-"));
        output::line(format!("{}: {} {before} -> {after}  ({})", changed.user, change.field, change.rule));
    }
    Ok(Exit::Done)
}
