//! The person's own picture, as a browser gets it.

use super::harness::House;
use axum::body::Body;
use axum::http::{Method, StatusCode};

/// A PNG of one half-transparent pixel, whose picture is therefore a PNG too.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const CLARA: &str = "clara@acme.example";

#[tokio::test]
async fn a_picture_is_for_its_person_alone_and_asked_for_each_time() {
    let house = House::new().await;
    let mut clara = house.member(CLARA).await;
    assert_eq!(clara.get("/profile/picture").await.status, StatusCode::NOT_FOUND);
    assert!(!clara.get("/profile").await.body.contains("<img class=\"portrait\""));
    house.picture(CLARA, PIXEL).await;

    let page = clara.get("/profile").await;
    let image = "<img class=\"portrait\" src=\"/profile/picture\" alt=\"Your picture\"";
    assert!(page.body.contains(image), "{}", page.body);
    let answer = clara.get("/profile/picture").await;
    assert_eq!(answer.status, StatusCode::OK);
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
        ("cache-control", "private, no-cache"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(answer.body.contains("IHDR"), "{:?}", answer.body);
    let tag = answer.header("etag").to_owned();
    for (had, status) in [(tag.as_str(), StatusCode::NOT_MODIFIED), ("\"other\"", StatusCode::OK)] {
        let again =
            clara.send(Method::GET, "/profile/picture", &[("if-none-match", had)], Body::empty()).await;
        assert_eq!((again.status, again.header("etag")), (status, tag.as_str()));
        assert_eq!(again.body.is_empty(), status == StatusCode::NOT_MODIFIED);
        assert_eq!(again.header("cache-control"), "private, no-cache");
    }

    let mut other = house.member("jo@acme.example").await;
    assert_eq!(other.get("/profile/picture").await.status, StatusCode::NOT_FOUND);
    clara.post("/signout", &[]).await;
    let known = [("if-none-match", tag.as_str())];
    let out = clara.send(Method::GET, "/profile/picture", &known, Body::empty()).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "not even whether it changed");
}
