//! Samples of the pages of groups.

use super::{HOSTILE, MAIL, admin, days, text};
use std::collections::BTreeMap;
use vestibule_app::groups::{Member, Members, Page, Shown, Summary};
use vestibule_model::email::Email;
use vestibule_model::group::{GroupKind, GroupName, Holding, Origin, Reason, Setting, SettingName, Settings};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::user::Status;
use vestibule_server::portal::Here;
use vestibule_server::portal::groups::{EverybodyPage, GroupPage, GroupsPage, Problem};

fn settings(all: &[(SettingName, &str, bool)]) -> Settings {
    let one = |(name, value, locked): &(SettingName, &str, bool)| {
        (text(name.as_str()), Setting { value: text(value), locked: *locked })
    };
    all.iter().map(one).collect()
}

fn summary(name: &str, members: i64, settings: Settings) -> Option<Summary> {
    Some(Summary {
        id: GroupId::from_bytes([u8::try_from(members % 200).ok()?; 16]),
        kind: GroupKind::UserGroup,
        name: GroupName::parse(name).ok()?,
        members,
        settings,
        external_id: None,
        version: 3,
        created_at: days(-40),
        updated_at: days(-2),
    })
}

fn contractors() -> Option<Summary> {
    let sets = [(SettingName::SessionIdle, "15m", true), (SettingName::AutomaticLogout, "8h", false)];
    summary("Contractors", 1_204, settings(&sets))
}

/// The list, or with what is wrong with a new one.
pub fn groups_list(problem: bool) -> GroupsPage {
    let items = [
        contractors(),
        summary("Everyone", 48_211, Settings::new()),
        summary("Marketing", 87, settings(&[(SettingName::MappedPicture, "off", false)])),
        summary(HOSTILE, 1, Settings::new()),
        summary(&"W".repeat(128), 0, Settings::new()),
    ];
    let page = Page { items: items.into_iter().flatten().collect(), next: Some(text("x")) };
    let everybody = settings(&[(SettingName::SessionIdle, "4h", false)]);
    let wrong = Problem {
        typed: text("marketing"),
        words: text("The account has another group of this kind and name. Choose another name."),
    };
    GroupsPage::new(admin(Here::Groups), (GroupKind::UserGroup, String::new()), Ok(page), &everybody)
        .leading(Some(text("/admin/groups?after=x")))
        .with(problem.then_some(wrong))
}

fn member(address: &str, seed: u8, origins: &[Origin]) -> Option<Member> {
    Some(Member {
        id: UserId::from_bytes([seed; 16]),
        email: Email::parse(address).ok()?,
        name: text("Clara Fields"),
        status: if seed == 2 { Status::Inactive } else { Status::Active },
        origins: origins.to_vec(),
    })
}

/// One group.
pub fn group() -> Option<GroupPage> {
    let shown = Shown {
        summary: contractors()?,
        named_by: vec![text("License type: its members are exempt"), text("User groups: rule 3 gives it")],
        auto_mapping: Some(text("department")),
    };
    let members = [
        member(MAIL, 1, &[Origin::Mapping, Origin::Manual]),
        member("jo@acme.example", 2, &[Origin::Scim]),
        member("maximiliane.von-der-heide@subsidiary.acme.example", 3, &Origin::ALL),
    ];
    let members = Members { items: members.into_iter().flatten().collect(), next: Some(text("x")) };
    let page = GroupPage::new(admin(Here::Groups), &shown, String::new(), Ok(members));
    Some(page.leading(Some(text("/admin/groups/x?after=y"))))
}

/// One group with what is wrong with its settings.
pub fn group_problem() -> Option<GroupPage> {
    let typed = BTreeMap::from([(text("session_idle"), text("for ever"))]);
    let words = text("`session_idle`: \"for ever\" is not a duration from \"5m\" to \"24h\".");
    Some(group()?.wrong("settings", typed, (Some("session_idle"), words)))
}

/// What holds for everybody.
pub fn everybody() -> EverybodyPage {
    EverybodyPage::new(admin(Here::Groups), 12, &settings(&[(SettingName::SessionIdle, "4h", false)]))
}

/// What holds for a person.
pub fn holding() -> Vec<Holding> {
    let held = |setting, value: &str, because, group: Option<&str>| Holding {
        setting,
        value: text(value),
        because,
        group: group.and_then(|name| GroupName::parse(name).ok()),
    };
    vec![
        held(SettingName::SessionIdle, "15m", Reason::Locked, Some("Contractors")),
        held(SettingName::AutomaticLogout, "8h", Reason::Primary, Some("Marketing")),
        held(SettingName::MappedPicture, "on", Reason::BuiltIn, None),
    ]
}
