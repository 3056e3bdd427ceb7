//! The pages of domains.

use super::harness::House;
use axum::http::StatusCode;

#[tokio::test]
async fn a_domain_is_claimed_and_its_page_says_what_to_put_where() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let list = owner.get("/admin/domains").await;
    assert!(
        list.body.contains("acme.example") && list.body.contains("Set by whoever runs this service"),
        "{}",
        list.body
    );
    let made = owner.post("/admin/domains", &[("domain", " B\u{fc}cher.example ")]).await;
    assert_eq!(
        (made.status, made.header("location")),
        (StatusCode::SEE_OTHER, "/admin/domains/xn--bcher-kva.example")
    );
    let page = owner.get("/admin/domains/xn--bcher-kva.example").await;
    for part in
        ["Verifying", "vestibule-verification=", "/.well-known/vestibule-verification.txt", "Check now"]
    {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(
        !page.body.contains("name=\"enforce_sso\""),
        "nothing is decided about a domain that is not proved"
    );
    for typed in ["gmail.com", "\"><script>alert(1)</script>", ""] {
        let answer = owner.post("/admin/domains", &[("domain", typed)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{typed}");
        assert!(
            answer.body.contains("role=\"alert\"") && !answer.body.contains("<script>alert"),
            "{}",
            answer.body
        );
    }
    let question = owner.post("/admin/domains/xn--bcher-kva.example/remove", &[]).await;
    assert!(question.body.contains("Remove xn--bcher-kva.example?"), "{}", question.body);
    let gone = owner.post("/admin/domains/xn--bcher-kva.example/remove", &[("consent", "yes")]).await;
    assert_eq!(gone.header("location"), "/admin/domains");
    assert_eq!(owner.get("/admin/domains/xn--bcher-kva.example").await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.get("/admin/domains/%3Cb%3E").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn enforcement_that_is_refused_says_why_and_keeps_what_was_typed() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let page = owner.get("/admin/domains/acme.example").await;
    assert!(page.body.contains("Before it can be switched on"), "{}", page.body);
    let fields = [("managed", "yes"), ("enforce_sso", "yes"), ("exempt", "x@acme.example")];
    let answer = owner.post("/admin/domains/acme.example/policy", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.body.contains("never tested") && answer.body.contains("no exempt owner"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("x@acme.example</textarea>"), "{}", answer.body);
    house.enforce().await;
    let page = owner.get("/admin/domains/acme.example").await;
    assert!(
        page.body.contains("o@acme.example</textarea>") && !page.body.contains("Before it can"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn p18_who_is_elsewhere_with_an_address_of_the_domain_is_told_by_address_alone() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let page = "/admin/domains/acme.example";
    assert!(owner.get(page).await.body.contains("Nobody has a user in another account"));
    let operator = house.app.operator();
    vestibule_app::accounts::create(&operator, "globex", "Globex", "boss&co@acme.example").await.unwrap();
    let shown = owner.get(page).await.body;
    assert!(shown.contains("One person has a user in another account"), "{shown}");
    assert!(shown.contains("boss&#38;co@acme.example") && !shown.contains("Globex"), "{shown}");
}

#[tokio::test]
async fn who_is_asked_to_move_is_shown_before_it_is_switched_on() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    house.account("globex", "Globex").await;
    let operator = house.app.operator();
    vestibule_app::accounts::create(&operator, "initech", "Initech", "boss@acme.example").await.unwrap();
    let policy = "/admin/domains/acme.example/policy";
    let alone = owner.post(policy, &[("consolidate", "yes")]).await;
    assert_eq!(alone.status, StatusCode::BAD_REQUEST);
    assert!(alone.body.contains("only where the account manages the domain"), "{}", alone.body);
    let fields = [("managed", "yes"), ("consolidate", "yes"), ("exempt", "o@acme.example")];
    let question = owner.post(policy, &fields).await;
    assert_eq!(question.status, StatusCode::OK);
    for part in ["One person has a user", "boss@acme.example", "put it off three times", "o@acme.example"] {
        assert!(question.body.contains(part), "{part}: {}", question.body);
    }
    assert!(!question.body.contains("Initech"), "{}", question.body);
    let (_, rest) = question.body.split_once("name=\"seen\" value=\"").unwrap();
    let seen = rest.split_once('"').unwrap().0.to_owned();
    let seen_as = |seen| [fields[0], fields[1], fields[2], ("seen", seen)];
    let again = owner.post(policy, &seen_as("another")).await;
    assert!(again.body.contains("boss@acme.example"), "it is shown again");
    assert_eq!(owner.post(policy, &seen_as(&seen)).await.status, StatusCode::SEE_OTHER);
    let list = owner.get("/admin/domains").await;
    assert!(list.body.contains("Asks to move"), "{}", list.body);
}
