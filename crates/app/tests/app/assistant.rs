//! What the identity provider really sent, and what could be made of it.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::wanted::Wanted;
use crate::world::{MILLISECOND, World, hours};
use toml::Table;
use vestibule_app::assistant::{self, Advice, Reach, Received, Value, Values};

cases! {
    what_was_sent_is_counted_and_what_is_not_mapped_is_proposed,
    values_are_masked_unless_an_administrator_asks_for_them,
    values_that_no_rule_is_about_are_named,
    the_link_that_stands_for_too_many_groups_is_explained,
    what_was_not_kept_or_not_verified_is_not_advised_on,
    many_and_long_values_are_bounded,
}

const OVERAGE: &str = "http://schemas.microsoft.com/claims/groups.link";

async fn advise(world: &World, acme: &Account, values: Values) -> Advice {
    let since = world.time.now() - hours(24 * 7);
    assistant::suggest(&world.app.operator(), acme.label.as_str(), since, values).await.unwrap()
}

async fn sign_in(world: &World, acme: &Account, person: &Person) {
    world.time.pass(MILLISECOND);
    let _ = acme.attempt(person).await;
}

fn attribute<'a>(advice: &'a Advice, name: &str) -> &'a Received {
    advice.attributes.iter().find(|received| received.name == name).unwrap()
}

async fn what_was_sent_is_counted_and_what_is_not_mapped_is_proposed(world: &World) {
    let acme = world.acme().await;
    for title in ["Engineer", "Engineer", "Cook"] {
        sign_in(world, &acme, &Person::anna().with("jobTitle", &[title]).with("memberOf", &["a", "b"])).await;
    }
    let title = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/title";
    sign_in(world, &acme, &Person::anna().with(title, &["Cook"])).await;
    let advice = advise(world, &acme, Values::Masked).await;
    assert_eq!((advice.sign_ins, advice.not_kept, advice.is_cut), (4, 0, false));
    let received = attribute(&advice, "jobTitle");
    assert_eq!((received.sign_ins, received.distinct, received.used_by.len()), (3, 2, 0));
    assert_eq!(attribute(&advice, "givenName").used_by, ["first_name"]);
    assert_eq!(attribute(&advice, "<NameID>").sign_ins, 4);
    let proposed: Vec<_> =
        advice.proposals.iter().map(|p| (p.target, p.attribute.as_str(), p.sign_ins)).collect();
    assert_eq!(proposed, [("job_title", title, 1), ("user_group", "memberOf", 3)]);
    assert_eq!(advice.proposals[0].line.as_deref(), Some(format!("job_title = \"{title}\"").as_str()));
    // What is proposed can be put into the file as it is.
    acme.apply(acme.usual().set(["mapping", "basic", "job_title"], title)).await;
    let advice = advise(world, &acme, Values::Masked).await;
    assert_eq!(attribute(&advice, title).used_by, ["job_title"]);
    assert!(advice.proposals.iter().all(|proposal| proposal.target != "job_title"));
}

async fn values_are_masked_unless_an_administrator_asks_for_them(world: &World) {
    let acme = world.acme().await;
    sign_in(world, &acme, &Person::anna()).await;
    let owner = acme.owner().await;
    let since = world.time.now() - hours(24 * 7);
    let masked = assistant::advise(&owner, (since, Reach::Newest), Values::Masked).await.unwrap();
    let shown = serde_json::to_string(&masked).unwrap();
    assert!(!shown.contains("anna@") && !shown.contains("Anna"), "{shown}");
    assert_eq!(attribute(&masked, "mail").samples, ["a••@acme.example"]);
    let plain = assistant::advise(&owner, (since, Reach::Newest), Values::Plain).await.unwrap();
    assert_eq!(attribute(&plain, "mail").samples, ["anna@acme.example"]);
}

fn rule(value: &str, result: &str) -> Table {
    let pairs = [("attribute", "groups"), ("value", value), ("result", result)];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

async fn values_that_no_rule_is_about_are_named(world: &World) {
    let acme = world.acme().await;
    let rules = acme.usual().set(["mapping", "license"], vec![rule("red", "basic"), rule("blue", "none")]);
    acme.apply(rules).await;
    sign_in(world, &acme, &Person::anna().with("groups", &["red", "green", "green"])).await;
    sign_in(world, &acme, &Person::anna().with("groups", &["green", "grey"])).await;
    let advice = advise(world, &acme, Values::Plain).await;
    let groups = attribute(&advice, "groups");
    let value = |value: &str, sign_ins| Value { value: value.to_owned(), sign_ins };
    assert_eq!(groups.unruled, [value("green", 2), value("grey", 1)]);
    assert_eq!(groups.used_by, ["license"]);
    assert_eq!(attribute(&advice, "mail").unruled, [], "no rule uses it");
}

async fn the_link_that_stands_for_too_many_groups_is_explained(world: &World) {
    let acme = world.acme().await;
    sign_in(world, &acme, &Person::anna().with("groups", &["red"])).await;
    assert!(advise(world, &acme, Values::Masked).await.overage.is_none());
    let link = "https://graph.example/11111111-2222-3333-4444-555555555555/users/anna/getMemberObjects";
    sign_in(world, &acme, &Person::anna().with(OVERAGE, &[link])).await;
    let advice = advise(world, &acme, Values::Masked).await;
    let overage = advice.overage.as_ref().unwrap();
    assert_eq!((overage.attribute.as_str(), overage.sign_ins), (OVERAGE, 1));
    assert!(overage.meaning.contains("150") && overage.cure.contains("group claim"));
    assert_eq!(attribute(&advice, OVERAGE).samples, ["https://graph.example/••"]);
}

async fn what_was_not_kept_or_not_verified_is_not_advised_on(world: &World) {
    let acme = world.acme().await;
    let mut browser = crate::browser::Browser::default();
    let request = browser.start(&acme).await;
    let forged = acme.idp.with_next_key().answer(&acme, &request, &Person::anna().with("evil", &["x"]));
    assert!(browser.post(&acme, &forged.form_value()).await.is_err());
    acme.apply(acme.usual().set(["sso", "save_response_logs"], false)).await;
    sign_in(world, &acme, &Person::anna()).await;
    let advice = advise(world, &acme, Values::Plain).await;
    assert_eq!((advice.sign_ins, advice.not_kept, advice.attributes.len()), (0, 1, 0));
    let missing = assistant::suggest(&world.app.operator(), "nobody", world.time.now(), Values::Masked).await;
    assert!(missing.unwrap_err().message().contains("nobody"));
}

async fn many_and_long_values_are_bounded(world: &World) {
    let acme = world.acme().await;
    acme.apply(Wanted::of("acme").set(["mapping", "license"], vec![rule("red", "basic")])).await;
    let many: Vec<String> = (0..1_500).map(|number| format!("group {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let long = "x".repeat(20_000);
    let odd = Person::anna().with("long", &[&long]).with("\u{202e}odd", &["\u{202e}a"]);
    sign_in(world, &acme, &odd.with("groups", &many[..800])).await;
    sign_in(world, &acme, &Person::anna().with("groups", &many[700..])).await;
    let advice = advise(world, &acme, Values::Plain).await;
    let groups = attribute(&advice, "groups");
    assert!(
        groups.has_more
            && groups.distinct == 1_000
            && groups.samples.len() == 5
            && groups.unruled.len() == 50
    );
    assert!(attribute(&advice, "long").samples[0].chars().count() < 300);
    assert!(!attribute(&advice, "\u{202e}odd").samples[0].contains('\u{202e}'));
}
