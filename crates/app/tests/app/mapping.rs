//! What the identity provider says about a person, and what is kept of it.

use crate::account::source;
use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours};
use std::path::Path;
use toml::Table;
use vestibule_app::simulate;
use vestibule_model::user::Field;
use vestibule_saml::Attribute;

cases! {
    names_are_taken_once_and_the_other_fields_at_every_sign_in,
    names_are_updated_where_the_account_wants_it,
    an_address_in_an_attribute_comes_before_the_name_id,
    an_attribute_is_found_by_its_friendly_name,
    a_changed_mapping_holds_from_the_next_sign_in_on,
    odd_values_are_bounded_and_do_no_harm,
    the_default_domain_of_an_expression_is_the_first_by_name_of_the_accounts,
}

const EMAIL: &str = "anna@acme.example";

async fn names_are_taken_once_and_the_other_fields_at_every_sign_in(world: &World) {
    let acme = world.acme().await;
    acme.sign_in(&Person::anna()).await;
    acme.sign_in(&Person::anna().with("givenName", &["Annette"]).with("department", &["Sales"])).await;
    let user = acme.user(EMAIL).await;
    assert_eq!(user.profile.value(&Field::FirstName), Some("Anna"));
    assert_eq!(user.profile.value(&Field::Department), Some("Sales"));
    assert_eq!((user.version, user.updated_at), (2, world.time.now()));
    // What is not sent stays.
    acme.sign_in(&Person::of(EMAIL)).await;
    assert_eq!(acme.user(EMAIL).await.profile, user.profile);
}

async fn names_are_updated_where_the_account_wants_it(world: &World) {
    let acme = world.acme().await;
    let update = [("attribute".to_owned(), "givenName".into()), ("update".to_owned(), true.into())];
    acme.apply(acme.usual().set(["mapping", "basic", "first_name"], Table::from_iter(update))).await;
    acme.sign_in(&Person::anna()).await;
    let signed_in =
        acme.sign_in(&Person::anna().with("givenName", &["Annette"]).with("sn", &["Other"])).await;
    let user = acme.user(EMAIL).await;
    assert_eq!(user.profile.value(&Field::FirstName), Some("Annette"));
    assert_eq!(user.profile.value(&Field::LastName), Some("Berg"));
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].field.as_str(), changes[0].rule.as_str()),
        ("first_name", "First name from givenName")
    );
    assert_eq!((changes[0].before.as_deref(), changes[0].after.as_deref()), (Some("Anna"), Some("Annette")));
}

async fn an_address_in_an_attribute_comes_before_the_name_id(world: &World) {
    let acme = world.acme().await;
    let opaque = |attribute: &str, value: &str| Person::of("s-1-5-21-7").with(attribute, &[value]);
    acme.sign_in(&opaque("mail", EMAIL)).await;
    assert_eq!(acme.users().await.len(), 2);
    let explanation = acme.refusal(&opaque("email", EMAIL)).await;
    assert_eq!(explanation.code, Some(1016));
    acme.apply(acme.usual().set(["mapping", "basic", "email"], "email")).await;
    acme.sign_in(&opaque("email", EMAIL)).await;
    assert_eq!(acme.users().await.len(), 2);
}

async fn an_attribute_is_found_by_its_friendly_name(world: &World) {
    let acme = world.acme().await;
    let mut person = Person::anna();
    for (attribute, oid) in
        person.attributes.iter_mut().zip(["urn:oid:1", "urn:oid:2", "urn:oid:3", "urn:oid:4"])
    {
        *attribute = Attribute {
            name: oid.to_owned(),
            friendly_name: Some(attribute.name.clone()),
            values: attribute.values.clone(),
        };
    }
    person.name_id = None;
    acme.sign_in(&person).await;
    assert_eq!(acme.user(EMAIL).await.profile.value(&Field::LastName), Some("Berg"));
}

async fn a_changed_mapping_holds_from_the_next_sign_in_on(world: &World) {
    let acme = world.acme().await;
    acme.sign_in(&Person::anna().with("title", &["Engineer"])).await;
    assert_eq!(acme.user(EMAIL).await.profile.value(&Field::JobTitle), None);
    acme.apply(acme.usual().set(["mapping", "basic", "job_title"], "title")).await;
    acme.sign_in(&Person::anna().with("title", &["Engineer"])).await;
    assert_eq!(acme.user(EMAIL).await.profile.value(&Field::JobTitle), Some("Engineer"));
}

async fn the_default_domain_of_an_expression_is_the_first_by_name_of_the_accounts(world: &World) {
    let acme = world.acme().await;
    let joined = r#"Join("@", [uid], DefaultDomain())"#;
    let email = || Table::from_iter([("expression".to_owned(), joined.into())]);
    let zoe = Person::of("s-1-5-21-7").with("uid", &["zoe"]);
    let usual = acme.usual().set(["mapping", "basic", "email"], email()).domain("zeta.example");
    acme.apply(usual).await;
    acme.sign_in(&zoe).await;
    acme.user("zoe@acme.example").await;
    let first = acme.usual().set(["mapping", "basic", "email"], email()).domain("aaa.example");
    let since = world.time.now() - hours(1);
    let source = source(&first.text(), Path::new("/nowhere"));
    let operator = world.app.operator();
    let told = simulate::file(&operator, acme.label.as_str(), &source, since, &|_| {}).await.unwrap();
    acme.apply(first).await;
    acme.sign_in(&zoe).await;
    acme.user("zoe@aaa.example").await;
    let change = told.items[0].changes.iter().find(|change| change.field == "email").unwrap();
    assert_eq!(change.after.as_deref(), Some("zoe@aaa.example"), "{told:?}");
}

async fn odd_values_are_bounded_and_do_no_harm(world: &World) {
    let acme = world.acme().await;
    let endless = "é".repeat(5_000);
    let person = Person::anna()
        .with("department", &["", "  \u{85}\t ", endless.as_str()])
        .with("givenName", &["'; DROP TABLE users; --"])
        .with("sn", &["<script>alert(1)</script>\u{202e}"]);
    acme.sign_in(&person).await;
    let profile = acme.user(EMAIL).await.profile;
    assert_eq!(profile.value(&Field::Department).unwrap().chars().count(), 256);
    assert_eq!(profile.value(&Field::FirstName), Some("'; DROP TABLE users; --"));
    assert_eq!(profile.value(&Field::LastName), Some("<script>alert(1)</script>"), "a text is not turned");
    let plain = Person::of(EMAIL);
    acme.sign_in(&plain).await;
}
