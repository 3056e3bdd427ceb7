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
