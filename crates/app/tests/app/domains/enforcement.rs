//! Enforced SSO: when it may be switched on, and that nobody but the exempt gets past it.

use super::{decide, people, state};
use crate::account::{Account, PASSWORD};
use crate::cases;
use crate::imports;
use crate::provider::Person;
use crate::provisioning::{changed, deleted, directory, refused, replaced, turned};
use crate::world::World;
use serde_json::json;
use vestibule_app::domains::Policy;
use vestibule_app::sign_in::{GlassWay, Knock, Way, break_glass, find, glass_way, identify, with_password};
use vestibule_app::tokens::{self, NewToken};
use vestibule_app::{Kind, configuration, domains, links, rest, roles, sso, users};
use vestibule_model::domain::claim::State;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::import::{Options, Verdict};
use vestibule_model::token::Access;
use vestibule_model::user::{Logins, Role, Status};
use vestibule_store as store;

cases! {
    the_lock_out_guard_names_everything_that_is_missing,
    an_enforced_address_never_gets_a_password_form_and_an_exempt_one_does,
    a_link_sets_no_password_for_an_enforced_address,
    a_file_invites_nobody_whose_address_is_enforced,
    enforcement_holds_everywhere_in_the_deployment,
    the_break_glass_door_opens_for_exempt_administrators_alone,
    the_break_glass_door_opens_when_the_sso_configuration_is_broken,
    without_its_provider_an_enforced_address_waits_and_gets_no_password_form,
    an_account_file_enforces_when_everything_is_ready,
    enforcement_ends_the_sessions_of_passwords_but_not_of_the_exempt,
    t15_the_last_who_could_get_in_is_put_out_by_nobody_while_sso_is_enforced,
    t15_an_exempt_account_survives_enforcement_and_a_directory_that_deactivates_it,
}

const EXEMPT: &str = "owner@acme.example";

pub fn enforced(exempt: &str) -> Policy {
    Policy { managed: true, enforce_sso: true, exempt: exempt.to_owned(), ..Policy::default() }
}

/// An account whose domain is enforced: the owner is exempt, Anna came in by SSO and has a password too.
pub async fn enforced_acme(world: &World) -> Account {
    let acme = world.acme().await;
    acme.owner().await;
    acme.sign_in(&Person::anna()).await;
    give_password(&acme, "anna@acme.example").await;
    with_password(&acme.visitor().await, ("anna@acme.example", PASSWORD), Knock::default()).await.unwrap();
    decide(&acme, "acme.example", &enforced(EXEMPT)).await.unwrap();
    acme
}

/// Gives somebody the password of the owner, and the login type for it.
async fn give_password(acme: &Account, email: &str) {
    let owner = acme.user("owner@acme.example").await.id;
    acme.change(email, |user| user.logins.work_email = true).await;
    let user = acme.user(email).await.id;
    let copied = acme.store.account(acme.id).write(move |tx| {
        Box::pin(async move {
            let hash = store::passwords::get(tx, owner).await?.unwrap();
            store::passwords::put(tx, user, &hash).await
        })
    });
    copied.await.unwrap();
}

/// Adds an administrator with a password.
pub async fn add(acme: &Account, email: &str, role: Role) {
    let mut user = acme.user("owner@acme.example").await;
    user.id = UserId::from_bytes([email.len() as u8; 16]);
    (user.email, user.role, user.logins) = (Email::parse(email).unwrap(), role, Logins::WORK_EMAIL);
    acme.add(user).await;
    give_password(acme, email).await;
}

async fn the_lock_out_guard_names_everything_that_is_missing(world: &World) {
    let acme = world.account("acme").await;
    let bare = acme.usual().without("sso");
    acme.apply(bare).await;
    let refused = async |policy: &Policy, says: &[&str]| {
        let error = decide(&acme, "acme.example", policy).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert!(says.iter().all(|says| error.message().contains(says)), "{error}");
        assert!(error.advice().is_some());
    };
    let unmanaged = Policy { managed: false, ..enforced(EXEMPT) };
    refused(&unmanaged, &["not managed", "no SSO connection", "no exempt owner"]).await;
    refused(&enforced(EXEMPT), &["no SSO connection", "no exempt owner"]).await;
    acme.apply(acme.usual()).await;
    refused(&enforced(EXEMPT), &["never tested", "no exempt owner"]).await;
    acme.sign_in(&Person::anna()).await;
    refused(&enforced(EXEMPT), &["no exempt owner or administrator has a working password"]).await;
    acme.owner().await;
    refused(&enforced(""), &["no exempt owner"]).await;
    refused(&enforced("anna@acme.example"), &["no exempt owner"]).await;
    let error = decide(&acme, "acme.example", &enforced("x@other.example")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    decide(&acme, "acme.example", &enforced("Owner@ACME.example")).await.unwrap();
    // Switched on, it does not let the last exempt administrator go.
    refused(&enforced("anna@acme.example"), &["no exempt owner"]).await;
    decide(&acme, "acme.example", &Policy::default()).await.unwrap();
}

async fn an_enforced_address_never_gets_a_password_form_and_an_exempt_one_does(world: &World) {
    let acme = enforced_acme(world).await;
    let visitor = acme.visitor().await;
    for email in ["anna@acme.example", "ANNA@acme.example.", "nobody@acme.example", "owner+x@acme.example"] {
        assert!(matches!(identify(&visitor, email).await.unwrap(), Way::Sso(_)), "{email}");
        let before = world.dump();
        for password in [PASSWORD, "wrong password here"] {
            let error = with_password(&visitor, (email, password), Knock::default()).await.err().unwrap();
            assert_eq!(error.kind(), Kind::Forbidden, "{email}");
        }
        assert_eq!(world.dump(), before);
    }
    acme.sign_in(&Person::anna()).await;
    for email in [EXEMPT, "Owner@Acme.Example"] {
        assert_eq!(identify(&visitor, email).await.unwrap(), Way::Password);
        with_password(&visitor, (email, PASSWORD), Knock::default()).await.unwrap();
        let error =
            with_password(&visitor, (email, "wrong password here"), Knock::default()).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Invalid);
    }
    // The exempt owner may come by the identity provider too.
    acme.sign_in(&Person::of(EXEMPT)).await;
    decide(&acme, "acme.example", &Policy { managed: true, ..Policy::default() }).await.unwrap();
    with_password(&visitor, ("anna@acme.example", PASSWORD), Knock::default()).await.unwrap();
}

async fn a_link_sets_no_password_for_an_enforced_address(world: &World) {
    let acme = enforced_acme(world).await;
    let anna = acme.user("anna@acme.example").await.id;
    let (token, now) = ("a token that only the test knows", acme.app.now());
    let link = store::links::Link {
        token_hash: sha256(token),
        purpose: links::Purpose::SetPassword,
        user: anna,
        created_at: now,
        expires_at: now + crate::world::hours(1),
        license: None,
        email: None,
    };
    let kept = link.clone();
    let made = acme.store.account(acme.id).write(move |tx| {
        let link = kept.clone();
        Box::pin(async move { store::links::insert(tx, &link).await })
    });
    made.await.unwrap();
    let visitor = acme.visitor().await;
    let error = links::set_password(&visitor, token, "eight blue umbrellas").await.err().unwrap();
    assert_eq!(error.kind(), Kind::Forbidden, "{error}");
    decide(&acme, "acme.example", &Policy::default()).await.unwrap();
    links::set_password(&visitor, token, "eight blue umbrellas").await.unwrap();
}

fn sha256(text: &str) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().try_into().unwrap()
}

async fn a_file_invites_nobody_whose_address_is_enforced(world: &World) {
    let acme = enforced_acme(world).await;
    let (ctx, file) = (people(&acme).await, "email\nmia@acme.example\nanna@acme.example\n");
    let import = imports::checked(&ctx, file, Options::default()).await;
    let foreseen = imports::told(&ctx, &import).await;
    assert!(foreseen[0].1 == Verdict::Refused && foreseen[0].2.contains("enforced"), "{foreseen:?}");
    assert_eq!(foreseen[1].1, Verdict::Unchanged, "who is there stays");
    let import =
        imports::applied(&ctx, "email\nzoe@acme.example\nmia@acme.example\n", Options::default()).await;
    assert_eq!((import.applied.refused, import.applied.mails), (2, 0));
    let import = imports::applied(&ctx, file, Options { sso: true, ..Options::default() }).await;
    assert_eq!((import.applied.new, import.applied.mails), (1, 0));
    acme.sign_in(&Person::of("mia@acme.example")).await;
}

async fn enforcement_holds_everywhere_in_the_deployment(world: &World) {
    let acme = enforced_acme(world).await;
    let beta = world.configured_account("beta").await;
    let visitor = beta.visitor().await;
    let begins = "https://acme.vestibule.example/saml/login?connection=con_";
    for email in ["anna@acme.example", "nobody@acme.example"] {
        let Way::Elsewhere(to) = identify(&visitor, email).await.unwrap() else { panic!("{email}") };
        assert!(to.starts_with(begins), "{to}");
        assert!(find(&acme.app, email).await.unwrap().starts_with(begins));
        let GlassWay::Elsewhere(to) = glass_way(&acme.app, email).await.unwrap() else { panic!("{email}") };
        assert!(to.starts_with(begins), "{to}");
    }
    for query in [EXEMPT, "acme", "acme.example"] {
        assert_eq!(find(&acme.app, query).await.unwrap(), "https://acme.vestibule.example/signin");
    }
    assert_eq!(find(&acme.app, "nobody").await.unwrap_err().kind(), Kind::NotFound);
    // Who is a user of the other account signs in as that one says.
    let mut guest = beta.user("owner@beta.example").await;
    guest.id = UserId::from_bytes([9; 16]);
    guest.role = Role::Member;
    guest.email = Email::parse("guest@acme.example").unwrap();
    beta.add(guest).await;
    assert_eq!(identify(&visitor, "guest@acme.example").await.unwrap(), Way::Password);
}

async fn the_break_glass_door_opens_for_exempt_administrators_alone(world: &World) {
    let acme = enforced_acme(world).await;
    let custom = Role::from_word("custom:Helpdesk").unwrap();
    for (email, role) in [
        ("admin@acme.example", Role::Admin),
        ("desk@acme.example", custom),
        ("member@acme.example", Role::Member),
    ] {
        add(&acme, email, role).await;
    }
    let exempt = format!("{EXEMPT}\nadmin@acme.example, desk@acme.example; member@acme.example");
    decide(&acme, "acme.example", &enforced(&exempt)).await.unwrap();
    for email in [EXEMPT, "Admin@acme.example"] {
        assert_eq!(glass_way(&acme.app, email).await.unwrap(), GlassWay::Password);
        let opened =
            break_glass(&acme.app, (email, PASSWORD), Knock::default()).await.unwrap().opened().unwrap();
        assert_eq!(opened.account, acme.label);
        let visitor = acme.app.glass_visitor(Some(acme.label.as_str())).await.unwrap();
        visitor.member(&opened.signed_in.session).await.unwrap().admin().unwrap();
        assert_eq!(
            break_glass(&acme.app, (email, "wrong password here"), Knock::default())
                .await
                .err()
                .unwrap()
                .kind(),
            Kind::Invalid
        );
    }
    // No custom role and no member, though exempt; at the account's own host they come in.
    for email in ["desk@acme.example", "member@acme.example"] {
        assert_eq!(
            break_glass(&acme.app, (email, PASSWORD), Knock::default()).await.err().unwrap().kind(),
            Kind::Invalid
        );
        with_password(&acme.visitor().await, (email, PASSWORD), Knock::default()).await.unwrap();
    }
    assert_eq!(
        break_glass(&acme.app, ("anna@acme.example", PASSWORD), Knock::default()).await.err().unwrap().kind(),
        Kind::Forbidden
    );
    for email in ["nobody@nowhere.example", "no address", "owner@beta.example"] {
        assert_eq!(
            break_glass(&acme.app, (email, PASSWORD), Knock::default()).await.err().unwrap().kind(),
            Kind::Invalid
        );
    }
    acme.change("admin@acme.example", |admin| admin.status = Status::Inactive).await;
    assert!(break_glass(&acme.app, ("admin@acme.example", PASSWORD), Knock::default()).await.is_err());
    for label in [None, Some("nobody"), Some("<b>")] {
        assert_eq!(acme.app.glass_visitor(label).await.err().unwrap().kind(), Kind::SignedOut);
    }
}

async fn the_break_glass_door_opens_when_the_sso_configuration_is_broken(world: &World) {
    let acme = enforced_acme(world).await;
    let broken = acme.store.account(acme.id).write(|tx| {
        Box::pin(async move {
            let connection = store::connections::list(tx).await?.swap_remove(0);
            let mut settings = connection.published.unwrap().settings;
            settings.identity_provider.certificates = vec!["no certificate".to_owned()];
            let now = "2026-03-01T12:00:00Z".parse().unwrap();
            let number = store::connections::save_draft(tx, connection.id, &settings, now).await?;
            store::connections::publish(tx, connection.id, number, now).await?;
            store::accounts::bump(tx).await
        })
    });
    broken.await.unwrap();
    assert_eq!(acme.app.visitor(&acme.label).await.err().unwrap().kind(), Kind::Internal);
    let opened =
        break_glass(&acme.app, (EXEMPT, PASSWORD), Knock::default()).await.unwrap().opened().unwrap();
    let visitor = acme.app.glass_visitor(Some(acme.label.as_str())).await.unwrap();
    let admin = visitor.member(&opened.signed_in.session).await.unwrap().admin().unwrap();
    let connection = sso::list(&admin).await.unwrap().swap_remove(0).connection.id;
    configuration::edit::retire(&admin, connection).await.unwrap();
    acme.visitor().await;
    assert_eq!(
        break_glass(&acme.app, ("anna@acme.example", PASSWORD), Knock::default()).await.err().unwrap().kind(),
        Kind::Forbidden
    );
}

async fn without_its_provider_an_enforced_address_waits_and_gets_no_password_form(world: &World) {
    let acme = enforced_acme(world).await;
    acme.apply(acme.usual().set(["sso", "enabled"], false).enforced("acme.example", &[EXEMPT])).await;
    let visitor = acme.visitor().await;
    for error in [
        identify(&visitor, "anna@acme.example").await.unwrap_err(),
        find(&acme.app, "anna@acme.example").await.unwrap_err(),
        glass_way(&acme.app, "anna@acme.example").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(error.message().contains("not connected"), "{error}");
    }
    assert_eq!(
        with_password(&visitor, ("anna@acme.example", PASSWORD), Knock::default())
            .await
            .err()
            .unwrap()
            .kind(),
        Kind::Forbidden
    );
    with_password(&visitor, (EXEMPT, PASSWORD), Knock::default()).await.unwrap();
}

async fn enforcement_ends_the_sessions_of_passwords_but_not_of_the_exempt(world: &World) {
    let acme = enforced_acme(world).await;
    decide(&acme, "acme.example", &Policy { managed: true, ..Policy::default() }).await.unwrap();
    let visitor = acme.visitor().await;
    let by_password = with_password(&visitor, ("anna@acme.example", PASSWORD), Knock::default())
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session;
    let by_sso = acme.sign_in(&Person::anna()).await.session;
    let exempt = with_password(&visitor, (EXEMPT, PASSWORD), Knock::default())
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session;
    acme.member(&by_password).await.unwrap();
    let file = acme.usual().enforced("acme.example", &[EXEMPT]);
    acme.apply(file).await;
    assert_eq!(acme.member(&by_password).await.err().unwrap().kind(), Kind::SignedOut);
    for session in [&by_sso, &exempt] {
        acme.member(session).await.unwrap();
    }
    // Whoever loses the exemption loses the session with it.
    add(&acme, "admin@acme.example", Role::Admin).await;
    let both = format!("{EXEMPT}\nadmin@acme.example");
    decide(&acme, "acme.example", &enforced(&both)).await.unwrap();
    let other = with_password(&visitor, ("admin@acme.example", PASSWORD), Knock::default())
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session;
    acme.member(&other).await.unwrap();
    decide(&acme, "acme.example", &enforced(EXEMPT)).await.unwrap();
    assert_eq!(acme.member(&other).await.err().unwrap().kind(), Kind::SignedOut);
    acme.member(&exempt).await.unwrap();
    let told = crate::audit::records(&acme, Some("acme.example")).await;
    let ended = told[0].changes.iter().find(|change| change.field == "sessions_by_password").unwrap();
    assert_eq!(ended.before.as_deref(), Some("1"));
}

async fn t15_the_last_who_could_get_in_is_put_out_by_nobody_while_sso_is_enforced(world: &World) {
    const LAST: &str = "admin@acme.example";
    let acme = enforced_acme(world).await;
    add(&acme, LAST, Role::Admin).await;
    decide(&acme, "acme.example", &enforced(LAST)).await.unwrap();
    let whom = users::Whom::Address(Email::parse(LAST).unwrap());
    let operator = people(&acme).await;
    let refused = |outcome: Result<(), vestibule_app::Error>| {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert!(error.message().contains("Nobody else could get in"), "{error}");
        assert!(error.advice().is_some());
    };
    let wanted = NewToken { scopes: vec!["users:write".to_owned()], ..NewToken::default() };
    let made = tokens::create(&operator, &wanted).await.unwrap();
    let api = acme.app.api(&made.token).await.unwrap().users(Access::Write).unwrap();
    refused(users::deactivate(&operator, &whom).await.map(drop));
    refused(roles::set_role(&operator, &whom, "member").await.map(drop));
    refused(rest::set_status(&api, LAST, "deactivate").await.map(drop));
    refused(rest::delete(&api, LAST).await.map(drop));
    let file = acme.usual().enforced("acme.example", &["anna@acme.example"]);
    assert!(acme.try_apply(&file).await.unwrap_err().message().contains("no exempt owner"));
    // A rule of the mapping demotes others, and not this one.
    let rule = "[[mapping.role]]\notherwise = true\nresult = \"member\"\n";
    let file = acme.usual().enforced("acme.example", &[LAST]).text() + rule;
    let planned = acme.plan_text(&file).await.unwrap();
    configuration::apply(&acme.app.operator(), planned).await.unwrap();
    let signed_in = acme.sign_in(&Person::of(LAST)).await;
    assert_eq!(acme.user(LAST).await.role, Role::Admin);
    acme.member(&signed_in.session).await.unwrap().admin().unwrap();
    break_glass(&acme.app, (LAST, PASSWORD), Knock::default()).await.unwrap();
    // With another way in, each of it is done.
    add(&acme, "second.admin@acme.example", Role::Admin).await;
    let both = format!("{LAST}\nsecond.admin@acme.example");
    decide(&acme, "acme.example", &enforced(&both)).await.unwrap();
    acme.sign_in(&Person::of(LAST)).await;
    assert_eq!(acme.user(LAST).await.role, Role::Member);
    roles::set_role(&operator, &whom, "admin").await.unwrap();
    users::deactivate(&operator, &whom).await.unwrap();
    rest::delete(&api, LAST).await.unwrap();
    refused(rest::delete(&api, "second.admin@acme.example").await.map(drop));
}

/// The question of the field: does an account that is exempt survive?
async fn t15_an_exempt_account_survives_enforcement_and_a_directory_that_deactivates_it(world: &World) {
    const GLASS: &str = "glass@acme.example";
    let acme = enforced_acme(world).await;
    add(&acme, GLASS, Role::Admin).await;
    add(&acme, "exempt.member@acme.example", Role::Member).await;
    let exempt = format!("{GLASS}\nexempt.member@acme.example");
    decide(&acme, "acme.example", &enforced(&exempt)).await.unwrap();
    let session = with_password(&acme.visitor().await, (GLASS, PASSWORD), Knock::default())
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session;
    let directory = directory(&acme).await;
    for (email, why) in [(GLASS, "administrator"), ("exempt.member@acme.example", "exempt from enforced SSO")]
    {
        let id = acme.user(email).await.id.to_string();
        for outcome in [
            changed(&directory, &id, turned(false)).await.map(drop),
            replaced(&directory, &id, json!({ "userName": email, "active": false })).await,
            deleted(&directory, &id).await,
        ] {
            let error = refused(outcome);
            assert_eq!(error.kind(), Kind::Forbidden, "{error}");
            assert!(error.message().contains(why), "{error}");
        }
        assert_eq!(acme.user(email).await.status, Status::Active);
    }
    acme.member(&session).await.unwrap();
    with_password(&acme.visitor().await, (GLASS, PASSWORD), Knock::default()).await.unwrap();
    break_glass(&acme.app, (GLASS, PASSWORD), Knock::default()).await.unwrap();
    // The neighbor, who is not exempt, is deactivated.
    let anna = acme.user("anna@acme.example").await.id.to_string();
    changed(&directory, &anna, turned(false)).await.unwrap();
    assert_eq!(acme.user("anna@acme.example").await.status, Status::Inactive);
}

async fn an_account_file_enforces_when_everything_is_ready(world: &World) {
    let acme = world.acme().await;
    let wanted = acme.usual().enforced("acme.example", &[EXEMPT]);
    let error = acme.try_apply(&wanted).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.message().contains("`domains.\"acme.example\".enforce_sso`"), "{error}");
    acme.owner().await;
    acme.sign_in(&Person::anna()).await;
    acme.apply(wanted.clone()).await;
    assert!(matches!(identify(&acme.visitor().await, "anna@acme.example").await.unwrap(), Way::Sso(_)));
    let exported = acme.export().await;
    assert!(exported.contains("enforce_sso = true"), "{exported}");
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);
    assert_eq!(state(&acme, "acme.example").await, State::Verified);
    let error = domains::remove(&people(&acme).await, &super::domain("acme.example")).await.unwrap_err();
    assert!(error.message().contains("enforced"), "{error}");
    users::deactivate(
        &people(&acme).await,
        &users::Whom::Address(Email::parse("anna@acme.example").unwrap()),
    )
    .await
    .unwrap();
}
