//! `vestibule groups list · show · create · rename · delete · join · leave`

use super::users;
use crate::cli::{GroupArgs, GroupsCommand, PageArgs, UserArgs, Within};
use crate::output::{self, Exit, Failure};
use serde::Serialize;
use vestibule_app::App;
use vestibule_app::groups::{self, Changed, Members, Page, PeopleCtx, Query, Shown, Summary, Which};
use vestibule_app::users::Whom;
use vestibule_model::group::{GroupKind, Origin};

pub(super) async fn run(app: &App, command: GroupsCommand, json: bool) -> Result<Exit, Failure> {
    match command {
        GroupsCommand::List { within, page } => {
            let (ctx, kind) = place(app, &within).await?;
            list(&groups::list(&ctx, kind, &query(page)).await?, json)
        }
        GroupsCommand::Show { group, page } => {
            let (ctx, which) = found(app, &group).await?;
            let shown = groups::show(&ctx, &which).await?;
            let members = groups::members(&ctx, &which, &query(page)).await?;
            show(&shown, &members, json)
        }
        GroupsCommand::Create(group) => {
            let (ctx, kind) = place(app, &group.within).await?;
            created(&groups::create(&ctx, kind, &group.group).await?, json)
        }
        GroupsCommand::Rename { group, to } => {
            let (ctx, which) = found(app, &group).await?;
            changed(&groups::rename(&ctx, &which, &to).await?, json)
        }
        GroupsCommand::Delete(group) => {
            let (ctx, which) = found(app, &group).await?;
            changed(&groups::delete(&ctx, &which).await?, json)
        }
        GroupsCommand::Join { group, user } => {
            let (ctx, which) = found(app, &group).await?;
            users::changed(&groups::join(&ctx, &which, &whom(&user)?).await?, json)
        }
        GroupsCommand::Leave { group, user } => {
            let (ctx, which) = found(app, &group).await?;
            users::changed(&groups::leave(&ctx, &which, &whom(&user)?).await?, json)
        }
    }
}

async fn place(app: &App, within: &Within) -> Result<(PeopleCtx, GroupKind), Failure> {
    let kind = GroupKind::from_word(&within.kind);
    let kind = kind.ok_or_else(|| Failure::usage("--kind is user_group, channel or im_group."))?;
    Ok((app.operator().people(&within.account).await?, kind))
}

async fn found(app: &App, group: &GroupArgs) -> Result<(PeopleCtx, Which), Failure> {
    let (ctx, kind) = place(app, &group.within).await?;
    Ok((ctx, Which::parse(kind, &group.group)?))
}

fn whom(user: &UserArgs) -> Result<Whom, Failure> {
    Ok(Whom::parse(&user.mail)?)
}

fn query(page: PageArgs) -> Query {
    let PageArgs { prefix, after, limit } = page;
    Query { prefix, after, limit }
}

fn list(page: &Page, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(page)?;
        return Ok(Exit::Done);
    }
    for Summary { name, members, settings, .. } in &page.items {
        let sets: Vec<String> = settings.keys().cloned().collect();
        output::line(format!("{:<40} {members:>8}  {}", name.as_str(), sets.join(", ")));
    }
    more(page.next.as_deref());
    Ok(Exit::Done)
}

fn more(next: Option<&str>) {
    if let Some(next) = next {
        output::line(format!("There are more: go on with --after \"{next}\""));
    }
}

/// A group with a page of its members.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    group: &'a Shown,
    #[serde(flatten)]
    page: &'a Members,
}

fn show(shown: &Shown, members: &Members, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(&Whole { group: shown, page: members })?;
        return Ok(Exit::Done);
    }
    let Summary { id, kind, name, members: count, settings, created_at, .. } = &shown.summary;
    let pairs = [
        ("group", name.to_string()),
        ("id", id.to_string()),
        ("kind", kind.singular().to_owned()),
        ("members", count.to_string()),
        ("created", format!("{created_at:.0}")),
    ];
    pairs.iter().for_each(|(name, value)| output::line(format!("{name:<18}{value}")));
    for (name, setting) in settings {
        let lock = if setting.locked { " (locked)" } else { "" };
        output::line(format!("{name:<18}{}{lock}", setting.value));
    }
    shown.named_by.iter().for_each(|place| output::line(format!("{:<18}{place}", "named by")));
    if let Some(attribute) = &shown.auto_mapping {
        output::line(format!("{:<18}values of {attribute} make groups of this kind", "auto mapping"));
    }
    for member in &members.items {
        let by: Vec<&str> = member.origins.iter().copied().map(Origin::as_str).collect();
        output::line(format!("{:<18}{} (by {})", "member", member.email, by.join(", ")));
    }
    more(members.next.as_deref());
    Ok(Exit::Done)
}

fn created(summary: &Summary, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(summary)?;
    } else {
        output::line(format!("Made the {} \"{}\" ({}).", summary.kind.singular(), summary.name, summary.id));
    }
    Ok(Exit::Done)
}

fn changed(changed: &Changed, json: bool) -> Result<Exit, Failure> {
    if json {
        output::object(changed)?;
        return Ok(Exit::Done);
    }
    if changed.changes.is_empty() {
        output::line(format!("{} was so already: nothing changed.", changed.group));
    }
    for change in &changed.changes {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let (before, after) = (before.unwrap_or("-"), after.unwrap_or("-"));
        output::line(format!("{}: {} {before} -> {after}  ({})", changed.group, change.field, change.rule));
    }
    changed.notes.iter().for_each(output::line);
    Ok(Exit::Done)
}
