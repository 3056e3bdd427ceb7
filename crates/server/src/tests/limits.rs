//! How often an account may call the APIs.

use super::harness::House;
use super::scim::Directory;
use vestibule_app::limits::Rate;

#[tokio::test]
async fn s07_a_flood_of_one_account_is_answered_with_429_and_does_not_slow_another() {
    let house = House::deployed(|deployment| deployment.api_rate = Rate { per_second: 1, burst: 3 }).await;
    house.apply("acme", "sign_in_url = \"https://idp.example/sso\"").await;
    house.account("globex", "Globex").await;
    house.apply("globex", "sign_in_url = \"https://idp.example/other\"\ndraft = true").await;
    let (flood, neighbor) = (Directory::new(&house, "acme").await, Directory::new(&house, "globex").await);
    for _ in 0..3 {
        assert_eq!(flood.get("/Users?count=0").await.status, 200);
    }
    // Another token of the account changes nothing.
    let second = Directory::new(&house, "acme").await;
    for one in [&flood, &second] {
        let refused = one.get("/Users?count=0").await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{refused:?}");
        assert_eq!(refused.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
        let problem = one.at("/v2/users").await;
        assert_eq!((problem.status, problem.header("content-type")), (429, "application/problem+json"));
        assert_eq!((&problem.body["status"], problem.header("retry-after")), (&429.into(), "1"));
    }
    for _ in 0..3 {
        assert_eq!(neighbor.get("/Users?count=0").await.status, 200, "another account has its own allowance");
    }
    house.wait(jiff::SignedDuration::from_secs(1));
    assert_eq!(flood.get("/Users?count=0").await.status, 200, "and it comes back with time");
    assert_eq!(flood.get("/Users?count=0").await.status, 429);
}
