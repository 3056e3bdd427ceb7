//! What groups set for people: which value holds, that it takes effect in sessions that are open, and that files and forms agree.

use crate::account::{Account, PASSWORD};
use crate::cases;
use crate::group_deeds::{named, operator};
use crate::provider::Person;
use crate::world::{MILLISECOND, World, hours, minutes};
use vestibule_app::groups::{self, Form};
use vestibule_app::sign_in::{Knock, with_password};
use vestibule_app::users::{self, Whom};
use vestibule_app::{Kind, configuration, jobs};
use vestibule_model::group::GroupKind;

cases! {
    a_session_is_idle_as_long_as_the_primary_group_says_unless_a_group_locks_it,
    t16_a_setting_that_changes_holds_in_the_sessions_that_are_open,
    t16_a_deleted_group_sets_nothing_any_more_in_the_sessions_that_are_open,
    a_session_that_was_over_does_not_come_back_when_it_may_be_idle_longer,
    of_the_automatic_logouts_of_a_setting_and_of_the_connection_the_earlier_end_holds,
    a_session_that_began_with_a_password_follows_the_settings_too,
    a_person_learns_which_group_gave_a_setting_and_why,
    a_picture_is_taken_unless_a_setting_says_otherwise,
    a_form_that_was_overtaken_saves_nothing,
    settings_stand_in_account_files,
    what_is_wrong_with_settings_in_a_file_is_named_with_its_line_and_key,
    an_account_without_settings_writes_nothing_more_to_sessions,
}

const EMAIL: &str = "anna@acme.example";
const KIND: GroupKind = GroupKind::UserGroup;

fn form(pairs: &[(&str, &str)]) -> Form {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn whom(text: &str) -> Whom {
    Whom::parse(text).unwrap()
}

/// Makes a group that sets this, and puts Anna into it.
async fn group(account: &Account, name: &str, set: &[(&str, &str)]) {
    let ctx = operator(account).await;
    let made = groups::create(&ctx, KIND, name).await.unwrap();
    groups::set(&ctx, &made.id.into(), made.version, &form(set)).await.unwrap();
    if account.find_user(EMAIL).await.is_none() {
        account.sign_in(&Person::anna()).await;
    }
    groups::join(&ctx, &made.id.into(), &whom(EMAIL)).await.unwrap();
}

async fn set(account: &Account, name: &str, set: &[(&str, &str)]) {
    let ctx = operator(account).await;
    let version = groups::show(&ctx, &named(name)).await.unwrap().summary.version;
    groups::set(&ctx, &named(name), version, &form(set)).await.unwrap();
}

async fn set_everybody(account: &Account, set: &[(&str, &str)]) {
    let ctx = operator(account).await;
    let seen = groups::everybody(&ctx).await.unwrap().version;
    groups::set_everybody(&ctx, seen, &form(set)).await.unwrap();
}

/// Whether this session is alive.
async fn is_alive(account: &Account, session: &str) -> bool {
    match account.member(session).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), Kind::SignedOut, "{error}");
            false
        }
    }
}

/// How long this session may be idle, in minutes.
async fn idle_minutes(account: &Account, session: &str) -> u32 {
    account.member(session).await.unwrap().session().limits.idle_seconds / 60
}

const LOCKED_TO_15: [(&str, &str); 2] = [("session_idle", "15m"), ("locked_session_idle", "true")];

async fn a_session_is_idle_as_long_as_the_primary_group_says_unless_a_group_locks_it(world: &World) {
    let acme = world.acme().await;
    group(&acme, "Staff", &[("session_idle", "8h")]).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    assert!(is_alive(&acme, &session).await);
    world.time.pass(hours(8) - MILLISECOND);
    assert!(is_alive(&acme, &session).await);
    world.time.pass(hours(8));
    assert!(!is_alive(&acme, &session).await);
    group(&acme, "Kiosk", &[("session_idle", "15m")]).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    assert_eq!(idle_minutes(&acme, &session).await, 480, "Kiosk is not the primary group, and locks nothing");
    set(&acme, "Kiosk", &LOCKED_TO_15).await;
    for _ in 0..5 {
        world.time.pass(minutes(14));
        assert!(is_alive(&acme, &session).await, "it slides while it is used");
    }
    let other = acme.sign_in(&Person::of("bob@acme.example")).await.session;
    world.time.pass(minutes(15));
    assert!(!is_alive(&acme, &session).await);
    assert!(is_alive(&acme, &other).await, "whoever is in no group has the built-in time");
}

async fn t16_a_setting_that_changes_holds_in_the_sessions_that_are_open(world: &World) {
    let acme = world.acme().await;
    let there = acme.at(&world.node(2).await);
    let bob = Person::of("bob@acme.example");
    let session = acme.sign_in(&Person::anna()).await.session;
    let other = acme.sign_in(&bob).await.session;
    world.time.pass(minutes(20));
    group(&acme, "Kiosk", &[]).await;
    assert!(is_alive(&acme, &session).await);
    world.time.pass(minutes(20));
    set(&acme, "Kiosk", &LOCKED_TO_15).await;
    assert!(!is_alive(&there, &session).await, "idle for longer than it may be now");
    assert!(is_alive(&there, &other).await);
    // Joining and leaving is as good as a change of the setting.
    let session = acme.sign_in(&bob).await.session;
    assert_eq!(idle_minutes(&there, &session).await, 120);
    let ctx = operator(&acme).await;
    groups::join(&ctx, &named("Kiosk"), &whom("bob@acme.example")).await.unwrap();
    world.time.pass(minutes(14));
    assert_eq!(idle_minutes(&there, &session).await, 15);
    groups::leave(&ctx, &named("Kiosk"), &whom("bob@acme.example")).await.unwrap();
    world.time.pass(minutes(14));
    assert_eq!(idle_minutes(&there, &session).await, 120);
    world.time.pass(minutes(110));
    assert!(is_alive(&there, &session).await);
}

async fn t16_a_deleted_group_sets_nothing_any_more_in_the_sessions_that_are_open(world: &World) {
    let acme = world.acme().await;
    group(&acme, "First", &[]).await;
    group(&acme, "Second", &[("session_idle", "6h")]).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    assert_eq!(idle_minutes(&acme, &session).await, 120);
    let ctx = operator(&acme).await;
    groups::delete(&ctx, &named("First")).await.unwrap();
    assert_eq!(idle_minutes(&acme, &session).await, 360, "the second group is the primary one now");
    groups::delete(&ctx, &named("Second")).await.unwrap();
    assert_eq!(idle_minutes(&acme, &session).await, 120);
}

async fn a_session_that_was_over_does_not_come_back_when_it_may_be_idle_longer(world: &World) {
    let acme = world.acme().await;
    group(&acme, "Staff", &[]).await;
    let [over, open] = [acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::anna()).await];
    world.time.pass(minutes(90));
    assert!(is_alive(&acme, &open.session).await);
    world.time.pass(minutes(40));
    set(&acme, "Staff", &[("session_idle", "24h")]).await;
    assert!(is_alive(&acme, &open.session).await);
    assert!(!is_alive(&acme, &over.session).await);
    world.time.pass(hours(23));
    jobs::forget(&world.app).await.unwrap();
    assert!(is_alive(&acme, &open.session).await, "what may be idle longer is kept longer");
    world.time.pass(hours(24));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("sessions"), 0);
}

async fn of_the_automatic_logouts_of_a_setting_and_of_the_connection_the_earlier_end_holds(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "automatic_logout"], "1h")).await;
    for (said, end) in [("30m", 30), ("4h", 60), ("off", 60)] {
        set_everybody(&acme, &[("automatic_logout", said)]).await;
        let begun = world.time.now();
        let session = acme.sign_in(&Person::anna()).await.session;
        for now in [10, 20, end - 1] {
            world.time.set(begun + minutes(now));
            assert!(is_alive(&acme, &session).await, "{said}: {now}");
        }
        world.time.set(begun + minutes(end));
        assert!(!is_alive(&acme, &session).await, "{said}");
    }
}

async fn a_session_that_began_with_a_password_follows_the_settings_too(world: &World) {
    let acme = world.acme().await;
    acme.owner().await;
    set_everybody(&acme, &[("session_idle", "5m")]).await;
    let visitor = acme.visitor().await;
    let typed = ("owner@acme.example", PASSWORD);
    let session = with_password(&visitor, typed, Knock::default()).await.unwrap().inside().unwrap().session;
    for _ in 0..4 {
        world.time.pass(minutes(4));
        assert!(is_alive(&acme, &session).await);
    }
    world.time.pass(minutes(5));
    assert!(!is_alive(&acme, &session).await);
}

async fn a_person_learns_which_group_gave_a_setting_and_why(world: &World) {
    let acme = world.acme().await;
    group(&acme, "Staff", &[("session_idle", "8h"), ("mapped_picture", "off")]).await;
    group(&acme, "Kiosk", &LOCKED_TO_15).await;
    set_everybody(&acme, &[("automatic_logout", "7d"), ("session_idle", "1h")]).await;
    let ctx = operator(&acme).await;
    let told = async |email: &str| {
        let settings = users::show(&ctx, &whom(email)).await.unwrap().settings;
        settings.iter().map(|held| format!("{}: {}", held.value, held.reason())).collect::<Vec<_>>()
    };
    assert_eq!(
        told(EMAIL).await,
        [
            "15m: locked by the group Kiosk",
            "7d: set for everybody in the account",
            "off: set by the primary group Staff"
        ]
    );
    acme.sign_in(&Person::of("bob@acme.example")).await;
    assert_eq!(
        told("bob@acme.example").await,
        [
            "1h: set for everybody in the account",
            "7d: set for everybody in the account",
            "on: the built-in default"
        ]
    );
}

async fn a_picture_is_taken_unless_a_setting_says_otherwise(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["mapping", "basic", "picture"], "photo")).await;
    let url = "https://pictures.example/anna.png";
    group(&acme, "Quiet", &[("mapped_picture", "off")]).await;
    let signed_in = acme.sign_in(&Person::anna().with("photo", &[url])).await;
    assert_eq!(world.count("pictures"), 0);
    let trace = acme.explained(signed_in.tracking_id).await.detail.trace;
    let left_out =
        trace.iter().find(|step| step.found.contains("left out: Picture from the mapping")).unwrap();
    assert!(left_out.found.ends_with("set by the primary group Quiet"), "{left_out:?}");
    acme.sign_in(&Person::of("bob@acme.example").with("photo", &[url])).await;
    assert_eq!(world.count("pictures"), 1);
}

async fn a_form_that_was_overtaken_saves_nothing(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let made = groups::create(&ctx, KIND, "Staff").await.unwrap();
    let fill = async |version: i64, pairs: &[(&str, &str)]| {
        groups::set(&ctx, &made.id.into(), version, &form(pairs)).await
    };
    let changed = fill(1, &[("session_idle", " 60m ")]).await.unwrap();
    assert_eq!(changed.changes[0].after.as_deref(), Some("1h"));
    assert_eq!(fill(1, &[("session_idle", "2h")]).await.unwrap_err().kind(), Kind::Conflict);
    for (wrong, key) in [
        (&[("session_idle", "4m")] as &[(&str, &str)], "session_idle"),
        (&[("automatic_logout", "1m")], "automatic_logout"),
        (&[("mapped_picture", "true")], "mapped_picture"),
        (&[("locked_mapped_picture", "true")], "mapped_picture"),
    ] {
        let error = fill(2, wrong).await.unwrap_err();
        assert_eq!((error.kind(), error.key()), (Kind::Invalid, Some(key)), "{error}");
    }
    assert!(fill(2, &[("session_idle", "1h")]).await.unwrap().changes.is_empty());
    assert_eq!(fill(2, &[]).await.unwrap().changes[0].after, None);
    let seen = groups::everybody(&ctx).await.unwrap().version;
    groups::set_everybody(&ctx, seen, &form(&[("session_idle", "1h")])).await.unwrap();
    let overtaken = groups::set_everybody(&ctx, seen, &form(&[])).await;
    assert_eq!(overtaken.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(groups::everybody(&ctx).await.unwrap().settings["session_idle"].value, "1h");
    let channel = groups::create(&ctx, GroupKind::Channel, "News").await.unwrap();
    let set = groups::set(&ctx, &channel.id.into(), 1, &form(&[("session_idle", "1h")])).await;
    assert_eq!(set.unwrap_err().kind(), Kind::Invalid, "a channel sets nothing");
}

const FILE: &str = r#"account = "acme"

[settings]
session_idle = "90m"

[groups.Contractors]
session_idle = "15m"
automatic_logout = "8h"
locked = ["session_idle"]

[groups."All staff"]
mapped_picture = "off"
"#;

async fn apply(account: &Account, text: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let planned = account.plan_text(text).await.unwrap();
    let applied = configuration::apply(&account.app.operator(), planned).await.unwrap();
    applied.changes.into_iter().map(|change| (change.key, change.before, change.after)).collect()
}

async fn settings_stand_in_account_files(world: &World) {
    let acme = world.acme().await;
    groups::create(&operator(&acme).await, KIND, "CONTRACTORS").await.unwrap();
    let mut keys: Vec<String> = apply(&acme, FILE).await.into_iter().map(|(key, ..)| key).collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "groups.\"All staff\".mapped_picture",
            "groups.Contractors.automatic_logout",
            "groups.Contractors.session_idle",
            "settings.session_idle"
        ]
    );
    assert!(apply(&acme, FILE).await.is_empty());
    assert_eq!(world.count("groups"), 2, "the one that was there is the one that is meant");
    let exported = acme.export().await;
    assert!(acme.plan_text(&exported).await.unwrap().changes.is_empty(), "{exported}");
    for line in
        ["[groups.CONTRACTORS]", "locked = [\"session_idle\"]", "[settings]", "[groups.\"All staff\"]"]
    {
        assert!(exported.contains(line), "{exported}");
    }
    // A file that names fewer groups takes the settings of the others, and leaves the groups.
    let fewer = "account = \"acme\"\n[groups.Contractors]\nsession_idle = \"20m\"\n";
    let change = |key: &str, before: &str, after: Option<&str>| {
        (key.to_owned(), Some(before.to_owned()), after.map(str::to_owned))
    };
    assert_eq!(
        apply(&acme, fewer).await,
        [
            change("groups.\"All staff\".mapped_picture", "off", None),
            change("groups.CONTRACTORS.automatic_logout", "8h", None),
            change("groups.CONTRACTORS.session_idle", "15m (locked)", Some("20m")),
        ]
    );
    assert_eq!(world.count("groups"), 2);
    assert!(apply(&acme, "account = \"acme\"\n").await.is_empty(), "a section that is absent is left alone");
    assert_eq!(apply(&acme, "account = \"acme\"\n[groups]\n[settings]\n").await.len(), 2);
}

async fn what_is_wrong_with_settings_in_a_file_is_named_with_its_line_and_key(world: &World) {
    let acme = world.acme().await;
    for (text, problem) in [
        ("[settings]\nsession_idel = \"1h\"", "line 3: unknown key `settings.session_idel`."),
        ("[settings]\nsession_idle = 60", "line 3: `settings.session_idle`: expected a duration"),
        ("[settings]\nlocked = []", "line 3: unknown key `settings.locked`."),
        ("[groups.X]\nsession_idle = \"25h\"", "line 3: `groups.X.session_idle`: \"25h\" is not a duration"),
        (
            "[groups.X]\nlocked = [\"session_idle\"]",
            "line 3: `groups.X.locked`: \"session_idle\" is not set here.",
        ),
        ("[groups.X]", "line 2: `groups.X`: nothing is set."),
        ("[groups.\"\"]\nsession_idle = \"1h\"", "`groups.\"\"`: not the name of a group"),
        (
            "[groups.X]\nsession_idle = \"1h\"\n[groups.x]\nsession_idle = \"1h\"",
            "`groups.x`: the group is named twice.",
        ),
    ] {
        let error = acme.plan_text(&format!("account = \"acme\"\n{text}\n")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(error.message().contains(problem), "{text}: {error}");
    }
}

async fn an_account_without_settings_writes_nothing_more_to_sessions(world: &World) {
    let acme = world.acme().await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let ctx = operator(&acme).await;
    groups::create(&ctx, KIND, "Staff").await.unwrap();
    groups::join(&ctx, &named("Staff"), &whom(EMAIL)).await.unwrap();
    acme.apply(acme.usual().set(["sso", "automatic_logout"], "8h")).await;
    let before = world.dump();
    assert!(is_alive(&acme, &session).await);
    assert_eq!(world.dump(), before);
    set_everybody(&acme, &[("session_idle", "1h")]).await;
    let before = world.dump();
    assert_eq!(idle_minutes(&acme, &session).await, 60);
    assert_ne!(world.dump(), before, "with settings it is worked out once");
    let before = world.dump();
    assert!(is_alive(&acme, &session).await);
    assert_eq!(world.dump(), before);
}
