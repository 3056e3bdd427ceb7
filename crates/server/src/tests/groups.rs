//! The pages of groups.

use super::harness::{Answer, Browser, House};
use axum::http::StatusCode;

/// Makes a group, and gives the address of its page.
async fn made(owner: &mut Browser, kind: &str, name: &str) -> String {
    let answer = owner.post("/admin/groups/new", &[("kind", kind), ("name", name)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

fn version(page: &Answer) -> String {
    let (_, rest) =
        page.body.split_once("name=\"version\" value=\"").unwrap_or_else(|| panic!("{}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_is_made_found_renamed_and_deleted_after_a_question() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let sales = made(&mut owner, "user_group", "Sales").await;
    made(&mut owner, "channel", "News").await;
    let list = owner.get("/admin/groups?prefix=SA").await.body;
    assert!(list.contains(">Sales</a>") && !list.contains("News"), "{list}");
    assert!(owner.get("/admin/groups?kind=channel").await.body.contains(">News</a>"));
    assert_eq!(owner.get("/admin/groups?kind=team").await.status, StatusCode::NOT_FOUND);
    assert!(owner.get("/admin/groups?prefix=%07").await.body.contains("begins like that"));
    let taken = owner.post("/admin/groups/new", &[("kind", "user_group"), ("name", "SALES")]).await;
    assert_eq!(taken.status, StatusCode::BAD_REQUEST);
    assert!(taken.body.contains("another group") && taken.body.contains("value=\"SALES\""), "{}", taken.body);

    let rename = format!("{sales}/rename");
    let wrong = owner.post(&rename, &[("name", " ")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.body);
    assert!(wrong.body.contains("not the name of a group"), "{}", wrong.body);
    assert_eq!(owner.post(&rename, &[("name", "Revenue")]).await.header("location"), sales);
    assert!(owner.get(&sales).await.body.contains("<h1>Revenue</h1>"));

    let delete = format!("{sales}/delete");
    let question = owner.post(&delete, &[]).await;
    assert!(question.body.contains("Delete the user group “Revenue”?"), "{}", question.body);
    assert_eq!(owner.get(&sales).await.status, StatusCode::OK, "a question changes nothing");
    assert_eq!(owner.post(&delete, &[("consent", "yes")]).await.header("location"), "/admin/groups");
    assert_eq!(owner.get(&sales).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.post(&format!("{sales}/explode"), &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_are_put_in_and_taken_out_on_both_pages() {
    let house = House::new().await;
    house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    let sales = made(&mut owner, "user_group", "Sales").await;
    let join = format!("{sales}/join");
    let unknown = owner.post(&join, &[("member", "nobody@acme.example")]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let said =
        unknown.body.contains("no such user") && unknown.body.contains("value=\"nobody@acme.example\"");
    assert!(said, "{}", unknown.body);
    assert_eq!(owner.post(&join, &[("member", "clara")]).await.status, StatusCode::BAD_REQUEST);
    let joined = owner.post(&join, &[("member", "clara@acme.example")]).await;
    assert_eq!(joined.header("location"), format!("{sales}#members"));
    let page = owner.get(&sales).await.body;
    assert!(page.contains("1 member<") && page.contains(">hand</span>"), "{page}");
    let found = owner.get(&format!("{sales}?prefix=cl")).await.body;
    assert!(found.contains("clara@acme.example</a>"), "{found}");
    assert!(owner.get(&format!("{sales}?prefix=x")).await.body.contains("No member’s address"));
    let (_, rest) = page.split_once("href=\"/admin/users/").unwrap();
    let person = format!("/admin/users/{}", rest.split('"').next().unwrap());
    let shown = owner.get(&person).await.body;
    assert!(shown.contains(&format!("href=\"{sales}\">Sales</a>")), "{shown}");
    let group = sales.strip_prefix("/admin/groups/").unwrap();
    let left = owner.post(&format!("{person}/leave"), &[("group", group)]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    assert!(owner.get(&sales).await.body.contains("Nobody belongs to it."));
    let by_name = [("group", "sales"), ("kind", "user_group")];
    assert_eq!(owner.post(&format!("{person}/join"), &by_name).await.status, StatusCode::SEE_OTHER);
    assert!(owner.get(&sales).await.body.contains("clara@acme.example"));
    let no_group = [("group", "No such"), ("kind", "user_group")];
    assert_eq!(owner.post(&format!("{person}/join"), &no_group).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn settings_are_saved_explained_and_take_effect() {
    let house = House::new().await;
    let mut clara = house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    let kiosk = made(&mut owner, "user_group", "Kiosk").await;
    owner.post(&format!("{kiosk}/join"), &[("member", "clara@acme.example")]).await;
    let seen = version(&owner.get(&kiosk).await);
    let settings = format!("{kiosk}/settings");
    let wrong = owner.post(&settings, &[("version", &seen), ("session_idle", "for ever")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    for part in ["Nothing was saved", "value=\"for ever\"", "aria-invalid=\"true\""] {
        assert!(wrong.body.contains(part), "no {part}: {}", wrong.body);
    }
    let set = [("version", seen.as_str()), ("session_idle", "15m"), ("locked_session_idle", "true")];
    assert_eq!(owner.post(&settings, &set).await.header("location"), format!("{kiosk}#settings"));
    assert_eq!(
        owner.post(&settings, &set).await.status,
        StatusCode::BAD_REQUEST,
        "an older page saves nothing"
    );
    let profile = clara.get("/profile").await.body;
    assert!(profile.contains("15 minutes after you last open a page"), "{profile}");
    let (_, rest) = owner
        .get(&kiosk)
        .await
        .body
        .split_once("href=\"/admin/users/")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let person = owner.get(&format!("/admin/users/{}", rest.split('"').next().unwrap())).await.body;
    assert!(person.contains("locked by the group Kiosk"), "{person}");
    house.wait(jiff::SignedDuration::from_mins(15));
    assert_eq!(clara.get("/profile").await.status, StatusCode::SEE_OTHER, "the session is over");
    assert_eq!(owner.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_holds_for_everybody_is_changed_by_a_form() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let path = "/admin/groups/everybody";
    let page = owner.get(path).await;
    assert!(!page.body.contains("locked_"), "nobody’s setting would have to be won over: {}", page.body);
    let seen = version(&page);
    let wrong = owner.post(path, &[("version", &seen), ("automatic_logout", "1m")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("value=\"1m\""), "{}", wrong.body);
    let set = [("version", seen.as_str()), ("session_idle", "4h")];
    assert_eq!(owner.post(path, &set).await.header("location"), "/admin/groups#everybody");
    assert!(owner.get("/profile").await.body.contains("4 hours after you last open a page"));
    assert!(owner.get("/admin/groups").await.body.contains("<dd>4h</dd>"));
    assert_eq!(owner.post(path, &set).await.status, StatusCode::BAD_REQUEST, "an older page saves nothing");
    assert_eq!(owner.post(path, &[]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn t16_a_group_that_rules_name_is_not_deleted_and_the_page_says_which() {
    let house = House::new().await;
    house
        .apply_text(
            "account = \"acme\"\n[[mapping.user_group]]\nattribute = \"department\"\nvalue = \"R&D\"\nresult = \"Research\"\n"
                .to_owned(),
        )
        .await;
    house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    let list = owner.get("/admin/groups").await.body;
    let (_, rest) = list.split_once("href=\"/admin/groups/grp_").unwrap();
    let research = format!("/admin/groups/grp_{}", rest.split('"').next().unwrap());
    assert!(owner.get(&research).await.body.contains("User groups: rule 1 gives it"));
    let refused = owner.post(&format!("{research}/delete"), &[("consent", "yes")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.body.contains("The mapping names the user group"), "{}", refused.body);
    owner.post(&format!("{research}/rename"), &[("name", "Labs")]).await;
    assert!(owner.get("/admin/mapping").await.body.contains("Labs"));
    house.wait(jiff::SignedDuration::from_secs(60));
    house.member("clara@acme.example").await;
    assert!(owner.get(&research).await.body.contains("clara@acme.example"), "the rule followed");
}

#[tokio::test]
async fn t06_a_group_of_another_account_is_not_found() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let sales = made(&mut house.owner("acme").await, "user_group", "Sales").await;
    let mut other = house.owner("globex").await;
    assert_eq!(other.get(&sales).await.status, StatusCode::NOT_FOUND);
    for deed in ["rename", "delete", "join", "leave", "settings"] {
        let fields = [("name", "x"), ("member", "o@globex.example"), ("version", "1"), ("consent", "yes")];
        let answer = other.post(&format!("{sales}/{deed}"), &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{deed}: {}", answer.body);
    }
    assert!(house.owner("acme").await.get(&sales).await.body.contains("<h1>Sales</h1>"));
}

#[tokio::test]
async fn nothing_of_a_name_becomes_markup() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let hostile = "<script>alert(1)</script>";
    let page = made(&mut owner, "user_group", hostile).await;
    for path in [page.as_str(), "/admin/groups"] {
        let body = owner.get(path).await.body;
        assert!(!body.contains(hostile) && body.contains("alert(1)"), "{body}");
    }
    assert!(!owner.post(&format!("{page}/delete"), &[]).await.body.contains(hostile));
}
