//! The mapping's pages: what they show, and what their forms change.

use super::harness::{Answer, Browser, House, attribute};
use axum::http::StatusCode;
use vestibule_saml::write::Response;

/// The version that the form on this page is about.
fn version(page: &Answer) -> String {
    let (_, rest) =
        page.body.split_once("name=\"version\" value=\"").unwrap_or_else(|| panic!("{}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

/// Opens a form, fills it and sends it.
pub async fn fill(owner: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = owner.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let version = version(&page);
    let mut all = vec![("version", version.as_str()), ("do", "save")];
    all.extend(fields);
    owner.post(path, &all).await
}

const NEW: &str = "/admin/mapping/rules/license/new";

async fn add(owner: &mut Browser, value: &str, result: &str) {
    let fields = [("attribute", "groups"), ("operator", "equals"), ("value", value), ("result", result)];
    let answer = fill(owner, NEW, &fields).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/admin/mapping#license"),
        "{}",
        answer.body
    );
}

/// The sentences of the rules, in order.
async fn rules(owner: &mut Browser) -> Vec<String> {
    let body = owner.get("/admin/mapping").await.body;
    let sentences = body.split("<p class=\"rule\">").skip(1);
    sentences.map(|rest| rest.split("</p>").next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_field_is_mapped_from_another_attribute_and_the_next_sign_in_takes_it() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    assert!(owner.get("/admin/mapping").await.body.contains(">department</span>"));
    let path = "/admin/mapping/basic/department";
    let answer = fill(&mut owner, path, &[("kind", "attribute"), ("source", "givenName")]).await;
    assert_eq!(answer.header("location"), "/admin/mapping#basic", "{}", answer.body);
    house.member("clara@acme.example").await;
    let list = owner.get("/admin/users?prefix=clara").await.body;
    let (_, rest) = list.split_once("href=\"/admin/users/usr_").unwrap();
    let id = rest.split('"').next().unwrap();
    let person = owner.get(&format!("/admin/users/usr_{id}")).await.body;
    let (_, department) = person.split_once("Department</th>").unwrap();
    assert!(department.trim_start().starts_with("<td role=\"cell\">Clara</td>"), "{person}");

    let answer = fill(&mut owner, path, &[("source", "")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(!owner.get("/admin/mapping").await.body.contains("/admin/mapping/basic/department\">Change"));
}

#[tokio::test]
async fn rules_are_added_moved_edited_and_deleted_and_read_as_sentences() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    add(&mut owner, "a", "basic").await;
    add(&mut owner, "b", "none").await;
    let [a, b] =
        ["If groups is “a”: Basic", "If groups is “b”: no license, and the sign-in is refused (1030)"];
    assert_eq!(rules(&mut owner).await, [a, b]);

    let seen = version(&owner.get("/admin/mapping").await);
    let (raise, up) = ("/admin/mapping/rules/license/1/move", [("version", seen.as_str()), ("to", "0")]);
    assert_eq!(owner.post(raise, &up).await.status, StatusCode::SEE_OTHER);
    assert_eq!(rules(&mut owner).await, [b, a]);
    let again = owner.post(raise, &up).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "an older page changes nothing: {}", again.body);
    assert_eq!(rules(&mut owner).await, [b, a]);

    let edit = "/admin/mapping/rules/license/0";
    let fields =
        [("attribute", "groups"), ("operator", "starts_with"), ("value", "c"), ("result", "on-prem")];
    assert_eq!(fill(&mut owner, edit, &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(rules(&mut owner).await, ["If groups begins with “c”: On-Prem", a]);

    let seen = version(&owner.get("/admin/mapping").await);
    let remove = "/admin/mapping/rules/license/0/remove";
    let question = owner.post(remove, &[("version", &seen)]).await;
    assert!(question.body.contains("Delete rule 1 of License type?"), "{}", question.body);
    assert_eq!(rules(&mut owner).await.len(), 2, "a question changes nothing");
    let answered = [("version", seen.as_str()), ("consent", "yes")];
    assert_eq!(owner.post(remove, &answered).await.status, StatusCode::SEE_OTHER);
    assert_eq!(rules(&mut owner).await, [a]);

    let page = owner.get("/admin/mapping").await;
    assert!(page.body.contains("Undo the change of"), "{}", page.body);
    let (undo, seen) = ("/admin/mapping/undo", version(&page));
    let question = owner.post(undo, &[("version", &seen)]).await;
    assert!(question.body.contains("What this would change"), "{}", question.body);
    assert_eq!(rules(&mut owner).await, [a], "a question changes nothing");
    let answered = [("version", seen.as_str()), ("consent", "yes")];
    assert_eq!(owner.post(undo, &answered).await.status, StatusCode::SEE_OTHER);
    assert_eq!(rules(&mut owner).await.len(), 2);
}

#[tokio::test]
async fn what_happens_otherwise_and_who_is_exempt_is_changed_and_goes_with_the_last_rule() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    add(&mut owner, "a", "basic").await;
    let path = "/admin/mapping/rest/license";
    let fields =
        [("no_match", "give"), ("give", "basic"), ("users", "Clara@Acme.example"), ("groups", "Board")];
    assert_eq!(fill(&mut owner, path, &fields).await.status, StatusCode::SEE_OTHER);
    let body = owner.get("/admin/mapping").await.body;
    for part in ["The person gets: Basic.", "clara@acme.example", "members of Board"] {
        assert!(body.contains(part), "no {part}: {body}");
    }
    let seen = version(&owner.get("/admin/mapping").await);
    let answered = [("version", seen.as_str()), ("consent", "yes")];
    let answer = owner.post("/admin/mapping/rules/license/0/remove", &answered).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert!(!owner.get("/admin/mapping").await.body.contains("members of Board"));
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let fields = [("attribute", "groups"), ("operator", "regex"), ("value", "(<i>"), ("result", "basic")];
    let answer = fill(&mut owner, NEW, &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let (_, field) = answer.body.split_once("id=\"value\"").unwrap();
    let field = field.split("</div>").next().unwrap();
    assert!(field.contains("aria-invalid=\"true\"") && field.contains("class=\"wrong\""), "{field}");
    assert!(answer.body.contains("value=\"groups\"") && !answer.body.contains("(<i>"), "{}", answer.body);
    assert_eq!(rules(&mut owner).await.len(), 0, "nothing was saved");

    let path = "/admin/mapping/basic/department";
    let answer = fill(&mut owner, path, &[("kind", "expression"), ("source", "Nonsense(")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("Nonsense(") && answer.body.contains("class=\"wrong\""), "{}", answer.body);
}

#[tokio::test]
async fn p18_names_from_outside_are_escaped_and_spelled_out_on_the_mappings_pages() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let hostile = "<script>alert(1)</script>";
    let fields =
        [("attribute", hostile), ("operator", "equals"), ("value", "\u{202e}x"), ("result", "basic")];
    assert_eq!(fill(&mut owner, NEW, &fields).await.status, StatusCode::SEE_OTHER);
    let body = owner.get("/admin/mapping").await.body;
    assert!(!body.contains(hostile) && body.contains("\\u{202e}x"), "{body}");
    let linked = owner.get(&format!("{NEW}?attribute=%3Cscript%3Ealert(1)%3C/script%3E")).await.body;
    assert!(!linked.contains(hostile) && linked.contains("alert(1)"), "{linked}");
}

/// A response that brings this group.
fn in_group(mut response: Response, group: &str) -> Response {
    response.assertion.as_mut().unwrap().attributes.push(attribute("groups", group));
    response
}

#[tokio::test]
async fn a_rule_that_was_added_decides_the_next_sign_in_and_the_log_explains_it() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    add(&mut owner, "Interns", "basic").await;
    add(&mut owner, "Guests", "none").await;
    let answer =
        house.browser("acme").sign_in(in_group(house.response("clara@acme.example"), "Guests")).await;
    let page = format!("/admin/log/{}", answer.header("x-tracking-id"));
    let body = owner.get(&page).await.body;
    for part in
        ["1030", "1 rule before it does not apply", "Which license and add-ons?", "/admin/mapping#license"]
    {
        assert!(body.contains(part), "no {part}: {body}");
    }
}

#[tokio::test]
async fn what_a_change_would_do_is_shown_before_it_is_saved_and_nothing_is_saved_by_that() {
    let house = House::new().await;
    house.browser("acme").sign_in(in_group(house.response("clara@acme.example"), "Guests")).await;
    let mut owner = house.owner("acme").await;
    let fields = [
        ("attribute", "groups"),
        ("operator", "equals"),
        ("value", "Guests"),
        ("result", "none"),
        ("do", "simulate"),
    ];
    let version = version(&owner.get(NEW).await);
    let mut all = vec![("version", version.as_str())];
    all.extend(fields);
    let shown = owner.post(NEW, &all).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    for part in ["1 would be refused (1030)", "clara@acme.example", "value=\"Guests\"", "1 of 1 people"] {
        assert!(shown.body.contains(part), "no {part}: {}", shown.body);
    }
    assert_eq!(rules(&mut owner).await.len(), 0, "nothing was saved");
    let fields = fields.into_iter().filter(|(key, _)| *key != "do").collect::<Vec<_>>();
    assert_eq!(fill(&mut owner, NEW, &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(rules(&mut owner).await.len(), 1);
}

#[tokio::test]
async fn what_moving_or_deleting_a_rule_would_change_is_shown_before_it_is_done() {
    let house = House::new().await;
    house.browser("acme").sign_in(in_group(house.response("clara@acme.example"), "Guests")).await;
    let mut owner = house.owner("acme").await;
    add(&mut owner, "Guests", "basic").await;
    let refusing = [("attribute", "groups"), ("operator", "present"), ("value", ""), ("result", "none")];
    assert_eq!(fill(&mut owner, NEW, &refusing).await.status, StatusCode::SEE_OTHER);
    let before = rules(&mut owner).await;
    let page = owner.get("/admin/mapping").await;
    assert!(page.body.contains("Move it elsewhere"), "{}", page.body);
    let seen = version(&page);
    let asked = [("version", seen.as_str()), ("consent", "yes"), ("do", "simulate"), ("to", "0")];
    for (deed, question, told) in [
        ("1/move", "Move rule 2 of License type to place 1?", "1 would be refused (1030)"),
        ("0/remove", "Delete rule 1 of License type?", "1 would be refused (1030)"),
        ("1/remove", "Delete rule 2 of License type?", "Nothing would change"),
    ] {
        let shown = owner.post(&format!("/admin/mapping/rules/license/{deed}"), &asked).await;
        assert_eq!(shown.status, StatusCode::OK, "{deed}: {}", shown.body);
        for part in [question, told, "name=\"consent\" value=\"yes\""] {
            assert!(shown.body.contains(part), "{deed}: no {part}: {}", shown.body);
        }
        assert_eq!(rules(&mut owner).await, before, "{deed}: nothing was saved");
    }
    for deed in ["2/move", "2/remove"] {
        let shown = owner.post(&format!("/admin/mapping/rules/license/{deed}"), &asked).await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND, "{deed}: {}", shown.body);
    }
    let answered = [("version", seen.as_str()), ("consent", "yes"), ("to", "0")];
    let moved = owner.post("/admin/mapping/rules/license/1/move", &answered).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.body);
    let older = owner.post("/admin/mapping/rules/license/1/move", &asked).await;
    assert_eq!(older.status, StatusCode::CONFLICT, "an older page is not simulated: {}", older.body);
}

#[tokio::test]
async fn what_was_received_is_masked_until_it_is_asked_for_and_leads_to_a_form_that_is_filled() {
    let house = House::new().await;
    house.browser("acme").sign_in(in_group(house.response("clara@acme.example"), "Top secret")).await;
    let mut owner = house.owner("acme").await;
    let shown = owner.get("/admin/mapping/attributes").await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(
        shown.body.contains(">groups</span>") && shown.body.contains("1 sign-in was looked at."),
        "{}",
        shown.body
    );
    assert!(!shown.body.contains("Top secret"), "masked: {}", shown.body);
    let plain = owner.get("/admin/mapping/attributes?values=plain").await.body;
    assert!(plain.contains("Top secret"), "{plain}");

    let map = owner.get("/admin/mapping/attributes/map?attribute=groups").await.body;
    assert!(map.contains("href=\"/admin/mapping/basic/department?source=groups\""), "{map}");
    let form = owner.get("/admin/mapping/rules/license/new?attribute=groups").await.body;
    assert!(form.contains("id=\"attribute\" value=\"groups\""), "{form}");
    let form = owner.get("/admin/mapping/basic/company?source=groups").await.body;
    assert!(form.contains("groups</textarea>"), "{form}");
}

#[tokio::test]
async fn p18_hostile_names_and_values_are_escaped_among_what_was_received() {
    let house = House::new().await;
    let hostile = "<script>alert(1)</script>";
    let mut response = house.response("clara@acme.example");
    response.assertion.as_mut().unwrap().attributes.push(attribute(hostile, "\u{202e}<img src=x>"));
    house.browser("acme").sign_in(response).await;
    let mut owner = house.owner("acme").await;
    for path in ["/admin/mapping/attributes", "/admin/mapping/attributes?values=plain"] {
        let body = owner.get(path).await.body;
        assert!(
            !body.contains(hostile) && !body.contains("<img src=x>") && !body.contains('\u{202e}'),
            "{body}"
        );
        assert!(body.contains("alert(1)"), "{body}");
    }
}
