//! What a directory does to people, as the people and their administrator see it in their browsers.

use serde_json::{Value, json};
use vestibule_testkit::{Appearance, Browser};

use crate::demo::Demo;
use crate::directory::Directory;

const ANNA: &str = "anna.berg@acme.example";
const GLASS: &str = "glass@acme.example";
const RENEE: &str = "renee.okafor@acme.example";

/// A user as Entra writes one.
fn entra(name: &str, given: &str, family: &str) -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "externalId": given,
        "userName": name,
        "active": true,
        "emails": [{ "primary": true, "type": "work", "value": name }],
        "meta": { "resourceType": "User" },
        "name": { "formatted": format!("{given} {family}"), "familyName": family, "givenName": given },
        "roles": [],
    })
}

/// The life of somebody as Entra leads it; the ID that it had.
fn life(directory: &Directory) -> String {
    assert_eq!(directory.probe(ANNA), None);
    let made = directory.call("POST", "/Users", Some(&entra(ANNA, "Anna", "Berg")), 201);
    let id = made["id"].as_str().unwrap().to_owned();
    let user = format!("/Users/{id}");
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let changes = json!([
        { "op": "Replace", "path": "name.familyName", "value": "Stein" },
        { "op": "Add", "path": department, "value": "Sales" },
    ]);
    directory.patch(&user, changes, 200);
    let group =
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Marketing" });
    let group = directory.call("POST", "/Groups", Some(&group), 201);
    let group = format!("/Groups/{}", group["id"].as_str().unwrap());
    let member = json!([{ "$ref": null, "value": id }]);
    directory.patch(&group, json!([{ "op": "Add", "path": "members", "value": member }]), 200);
    directory.patch(&group, json!([{ "op": "Remove", "path": "members", "value": member }]), 200);
    directory.patch(&user, json!([{ "op": "Replace", "path": "active", "value": "False" }]), 200);
    directory.patch(&user, json!([{ "op": "Replace", "path": "active", "value": "True" }]), 200);
    assert_eq!(directory.probe(ANNA), Some(id.clone()));
    id
}

/// The sentences of a list of calls, oldest first.
fn sentences(browser: &Browser) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('tbody a.open[href*=\"/api/calls/\"]')].map(a => a.innerText)";
    let rows = browser.run(script);
    let mut rows: Vec<String> =
        rows.as_array().unwrap().iter().map(|row| row.as_str().unwrap().to_owned()).collect();
    rows.reverse();
    rows
}

/// What the administrator reads of it, from the first call to the last.
const TOLD: [&str; 15] = [
    "Looked for a person by userName: there is none",
    "Created anna.berg@acme.example",
    "Changed anna.berg@acme.example: last name, department",
    "Created the group Marketing",
    "Put anna.berg@acme.example into the group Marketing",
    "Took anna.berg@acme.example out of the group Marketing",
    "Deactivated anna.berg@acme.example",
    "Reactivated anna.berg@acme.example",
    "Looked for a person by userName: anna.berg@acme.example",
    "Created glass@acme.example",
    "Refused to change glass@acme.example: The user is exempt from enforced SSO",
    "Carried out 1 of 2 operations that came together; 1 refused",
    "Created jo.kim@acme.example",
    "Refused to delete glass@acme.example: The user is exempt from enforced SSO",
    "Deleted anna.berg@acme.example",
];

/// Somebody exempt, whom the directory would deactivate, and then delete beside creating somebody else.
fn shielded(directory: &Directory) -> String {
    let glass = directory.call("POST", "/Users", Some(&entra(GLASS, "Glass", "Hammer")), 201);
    let glass = format!("/Users/{}", glass["id"].as_str().unwrap());
    directory.patch(&glass, json!([{ "op": "Replace", "path": "active", "value": "False" }]), 403);
    let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        { "method": "POST", "path": "/Users", "bulkId": "a", "data": entra("jo.kim@acme.example", "Jo", "Kim") },
        { "method": "DELETE", "path": glass },
    ] });
    directory.call("POST", "/Bulk", Some(&bulk), 200);
    glass
}

fn is_told(told: &[String], wanted: &[&str]) {
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.starts_with(wanted), "{told}\nin place of {wanted}");
    }
}

#[test]
fn the_life_that_a_directory_leads_is_told_in_words_and_a_shielded_user_is_refused_in_words() {
    let Some(administrator) = Browser::open() else { return };
    let demo = Demo::start();
    let exempt = format!("[domains.\"acme.example\"]\nexempt = [\"{GLASS}\"]");
    demo.apply(|file| file.replace("[domains.\"acme.example\"]", &exempt));
    let directory = Directory::connect(&demo);
    let anna = life(&directory);
    let glass = shielded(&directory);
    demo.sign_in_as_owner(&administrator);

    administrator.visit(&format!("{}admin/users/{anna}", demo.vanity()));
    is_told(&sentences(&administrator), &[&TOLD[1..3], &TOLD[4..9]].concat());
    administrator.visit(&format!("{}admin{}", demo.vanity(), glass.replace("/Users", "/users")));
    is_told(&sentences(&administrator), &[TOLD[9], TOLD[10], TOLD[13]]);

    directory.call("DELETE", &format!("/Users/{anna}"), None, 204);
    administrator.visit(&format!("{}admin/api/calls", demo.vanity()));
    is_told(&sentences(&administrator), &TOLD);
    for (appearance, name) in [(Appearance::Dark, "calls-dark"), (Appearance::Light, "calls-light")] {
        administrator.prefer(appearance);
        administrator.screenshot(name);
    }
    administrator.visit(&format!("{}admin/api/calls?ending=refused", demo.vanity()));
    is_told(&sentences(&administrator), &[TOLD[10], TOLD[13]]);
    administrator.click("tbody tr:last-child a.open");
    administrator.wait_for(".note.is-warn");
    assert_eq!(administrator.text("h1"), "Refused to change glass@acme.example");
    let why = administrator.text(".note.is-warn");
    assert!(why.contains("Take the person off the list of exempt users first"), "{why}");
    administrator.screenshot("call-refused");
}

/// An e-mail user: invited by a program, and nothing more.
fn invite(demo: &Demo, address: &str) {
    let made = demo.command("token create --account acme --name Invitations --scope users:write --json");
    let made: Value = serde_json::from_str(&made).unwrap();
    let users = made["scim_url"].as_str().map(|url| url.replace("/scim2", "/v2"));
    let users = users.unwrap_or_else(|| demo.vanity().replace("acme.", "") + "v2");
    let body = json!({ "action": "create", "user_info": { "email": address, "type": 1 } });
    let program = Directory::with_token(&users, made["token"].as_str().unwrap());
    program.call("POST", "/users", Some(&body), 201);
}

#[test]
fn an_email_user_who_meets_1020_signs_in_after_the_directory_found_and_changed_her() {
    let Some(person) = Browser::open() else { return };
    let demo = Demo::start();
    demo.apply(|file| file.replace("[sso]\n", "[sso]\nprovision = \"prior_to_sign_in\"\n"));
    invite(&demo, RENEE);
    demo.begin(&person);
    person.click("button[name=person][value=marketer]");
    let explained = demo.explain(&person.text(".ticket .code")).unwrap();
    assert_eq!((&explained["code"], &explained["user"]), (&json!(1020), &json!(RENEE)), "{explained}");

    let directory = Directory::connect(&demo);
    let id = directory.probe(RENEE).unwrap();
    let title = json!([{ "op": "Add", "path": "title", "value": "Campaign lead" }]);
    directory.patch(&format!("/Users/{id}"), title, 200);

    demo.begin(&person);
    person.click("button[name=person][value=marketer]");
    person.wait_for("form[action='/signout']");
    assert_eq!(person.url(), format!("{}profile", demo.vanity()));
}
