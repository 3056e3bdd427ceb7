//! Two connections of one issuer at one vanity URL are never both in use, whatever would bring it about: a draft that is
//! published, an older version that is restored, metadata that is accepted or taken over, a file with one of them.

use crate::account::{Account, PASSWORD};
use crate::cases;
use crate::connections::{OTHER_ISSUER, by_domain, other};
use crate::idp_metadata::{Follower, REVIEW, SIGNED};
use crate::provider::ISSUER;
use crate::wanted::Wanted;
use crate::world::{World, hours};
use toml::Value;
use vestibule_app::configuration::edit::{self, Put};
use vestibule_app::sso::versions;
use vestibule_app::{AdminCtx, Error, Kind, idp_metadata, links, sso};
use vestibule_model::id::ConnectionId;
use vestibule_model::publication::Consent;

cases! {
    p07_a_draft_of_an_issuer_that_is_in_use_is_not_published,
    p07_an_older_version_of_an_issuer_that_is_in_use_is_not_restored,
    p07_a_file_with_one_connection_alone_does_not_bring_two_of_one_issuer_into_use,
    p07_metadata_of_an_issuer_that_is_in_use_is_not_accepted,
    p07_signed_metadata_of_an_issuer_that_is_in_use_is_not_taken_over,
}

const THIRD: &str = "https://third.example/metadata";

/// The owner's session, and the connection for everybody and the other one.
async fn begin(acme: &Account) -> (String, ConnectionId, ConnectionId) {
    acme.apply(by_domain(acme, "Other")).await;
    let session = links::set_password(&acme.visitor().await, &acme.owner_token, PASSWORD)
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session;
    let listed = sso::list(&admin(acme, &session).await).await.unwrap();
    let id = |name| listed.iter().find(|listed| listed.connection.name == name).unwrap().connection.id;
    (session, id(""), id("Other"))
}

async fn admin(acme: &Account, session: &str) -> AdminCtx {
    acme.member(session).await.unwrap().admin().unwrap()
}

/// Saves a draft with this issuer; the answer is its number.
async fn draft(acme: &Account, session: &str, id: ConnectionId, issuer: &str) -> i64 {
    let overview = sso::overview(&admin(acme, session).await, id).await.unwrap();
    let mut form = edit::form(overview.settings().unwrap());
    form.insert("issuer".to_owned(), issuer.to_owned());
    edit::save(&admin(acme, session).await, id, &form).await.unwrap();
    sso::overview(&admin(acme, session).await, id).await.unwrap().draft.unwrap().number
}

fn is_clash(refused: &Error) {
    assert_eq!(refused.kind(), Kind::Invalid, "{refused}");
    assert!(refused.message().contains("same issuer"), "{refused}");
    assert!(refused.advice().unwrap().contains("a vanity URL of its own"));
}

async fn p07_a_draft_of_an_issuer_that_is_in_use_is_not_published(world: &World) {
    let acme = world.acme().await;
    let (session, own, second) = begin(&acme).await;
    // Beside the draft of the first one there is no second of its issuer; beside what is published there is.
    let leaving = draft(&acme, &session, own, THIRD).await;
    let number = draft(&acme, &session, second, ISSUER).await;
    let before = world.dump();
    let refused = versions::publish(&admin(&acme, &session).await, second, number, Consent::Untested).await;
    is_clash(&refused.unwrap_err());
    assert_eq!(world.dump(), before);
    versions::publish(&admin(&acme, &session).await, own, leaving, Consent::Untested).await.unwrap();
    versions::publish(&admin(&acme, &session).await, second, number, Consent::Untested).await.unwrap();
}

async fn p07_an_older_version_of_an_issuer_that_is_in_use_is_not_restored(world: &World) {
    let acme = world.acme().await;
    let (session, own, second) = begin(&acme).await;
    for (id, issuer) in [(own, THIRD), (second, ISSUER)] {
        let number = draft(&acme, &session, id, issuer).await;
        versions::publish(&admin(&acme, &session).await, id, number, Consent::Untested).await.unwrap();
    }
    let restore = async |how| versions::restore(&admin(&acme, &session).await, own, 1, how).await;
    let before = world.dump();
    for how in [Put::Draft, Put::Published] {
        is_clash(&restore(how).await.unwrap_err());
    }
    assert_eq!(world.dump(), before);
    // A draft of the other one changes nothing of what is in use.
    let leaving = draft(&acme, &session, second, OTHER_ISSUER).await;
    is_clash(&restore(Put::Published).await.unwrap_err());
    versions::publish(&admin(&acme, &session).await, second, leaving, Consent::Untested).await.unwrap();
    restore(Put::Published).await.unwrap();
}

async fn p07_a_file_with_one_connection_alone_does_not_bring_two_of_one_issuer_into_use(world: &World) {
    let acme = world.acme().await;
    begin(&acme).await;
    let before = world.dump();
    let own = acme.usual().set(["sso", "issuer"], OTHER_ISSUER);
    is_clash(&acme.plan(&own).await.unwrap_err());
    // The other one is to become something else, and is not yet.
    let domains = || ("email_domains", Value::from(vec!["other.example"]));
    let name = || ("name", Value::from("Other"));
    let leaving = [name(), domains(), ("issuer", THIRD.into()), ("draft", true.into())];
    is_clash(&acme.plan(&own.clone().set(["connection"], vec![other(&acme, &leaving)])).await.unwrap_err());
    assert_eq!(world.dump(), before);
    let left = [name(), domains(), ("issuer", THIRD.into())];
    acme.apply(own.set(["connection"], vec![other(&acme, &left)])).await;
    // They may change places at once.
    let back = [name(), domains(), ("issuer", OTHER_ISSUER.into())];
    acme.apply(acme.usual().set(["sso", "issuer"], THIRD).set(["connection"], vec![other(&acme, &back)]))
        .await;
}

/// A connection that follows metadata, beside another one; what the metadata says has this issuer then.
async fn renamed(world: &World, policy: &str, issuer: &str) -> Follower {
    let mut follower = Follower::begin(world, policy).await;
    rename(&mut follower, policy, issuer);
    follower
}

fn rename(follower: &mut Follower, policy: &str, issuer: &str) {
    issuer.clone_into(&mut follower.metadata.entity_id);
    follower.publish(policy == SIGNED);
}

fn beside(follower: &Follower) -> Wanted {
    let acme = &follower.account;
    let keys = [("name", "Other".into()), ("email_domains", vec!["other.example"].into())];
    Wanted::of("acme").set(["connection"], vec![other(acme, &keys)])
}

async fn issuer(follower: &Follower) -> String {
    follower.connection().await.published.unwrap().settings.identity_provider.issuer
}

async fn p07_metadata_of_an_issuer_that_is_in_use_is_not_accepted(world: &World) {
    let mut follower = renamed(world, REVIEW, OTHER_ISSUER).await;
    follower.account.apply(beside(&follower)).await;
    let (owner, id) = (follower.owner.clone(), follower.connection().await.id);
    idp_metadata::fetch_now(&owner, id).await.unwrap();
    let since = follower.status().await.waiting.unwrap().since;
    let before = world.dump();
    is_clash(&idp_metadata::accept(&owner, id, since).await.unwrap_err());
    assert_eq!((world.dump(), issuer(&follower).await.as_str()), (before, ISSUER));
    rename(&mut follower, REVIEW, THIRD);
    world.time.pass(hours(1));
    idp_metadata::fetch_now(&owner, id).await.unwrap();
    let since = follower.status().await.waiting.unwrap().since;
    idp_metadata::accept(&owner, id, since).await.unwrap();
    assert_eq!(issuer(&follower).await, THIRD);
}

async fn p07_signed_metadata_of_an_issuer_that_is_in_use_is_not_taken_over(world: &World) {
    let mut follower = renamed(world, SIGNED, OTHER_ISSUER).await;
    follower.account.apply(beside(&follower)).await;
    world.time.pass(hours(6));
    follower.look().await;
    assert_eq!(issuer(&follower).await, ISSUER);
    let failure = follower.status().await.failure.unwrap().message;
    assert!(failure.contains("same issuer") && failure.contains("\"Other\""), "{failure}");
    rename(&mut follower, SIGNED, THIRD);
    world.time.pass(hours(6));
    follower.look().await;
    assert_eq!(issuer(&follower).await, THIRD);
    assert!(follower.status().await.failure.is_none());
}
