//! The pages of the second factor.

use super::harness::{Browser, House, PASSWORD};
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use axum::http::StatusCode;

const OWNER: &str = "o@acme.example";

/// The code that an authenticator app with this secret shows.
fn code(house: &House, secret: &str) -> String {
    let value = |letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
    let bits: String = secret.chars().map(|letter| format!("{:05b}", value(letter))).collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    let key: Vec<u8> =
        bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect();
    let step = house.now().as_second() / 30;
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), &step.to_be_bytes());
    let offset = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// What a page says behind these words, up to the next mark.
fn behind(page: &str, words: &str) -> String {
    page.split_once(words).unwrap_or_else(|| panic!("{page}")).1.split(['"', '<']).next().unwrap().to_owned()
}

async fn to_the_code(browser: &mut Browser) -> String {
    let page = browser.post("/signin/password", &[("email", OWNER), ("password", PASSWORD)]).await;
    assert!(page.status == StatusCode::OK && page.cookies().is_empty(), "{page:?}");
    behind(&page.body, "name=\"ticket\" value=\"")
}

#[tokio::test]
async fn a_second_factor_is_set_up_by_a_qr_code_and_asked_for_at_both_doors() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let page = "/profile/second-factor";
    assert!(owner.get("/profile").await.body.contains(page));
    let wrong = owner.post(&format!("{page}/begin"), &[("password", "nope")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        owner.post(&format!("{page}/begin"), &[("password", PASSWORD)]).await.header("location"),
        page
    );
    let shown = owner.get(page).await.body;
    assert!(shown.contains("<path d=\"M4 4h1v1h-1z") && !shown.contains("style="), "{shown}");
    let secret =
        behind(&shown, "<dt>Secret</dt><dd><div class=\"copyable\"><span class=\"code\">").replace(' ', "");
    let bad = owner.post(&format!("{page}/confirm"), &[("code", "000000")]).await;
    assert!(bad.status == StatusCode::BAD_REQUEST && bad.body.contains("The code is wrong."), "{}", bad.body);
    let codes = owner.post(&format!("{page}/confirm"), &[("code", &code(&house, &secret))]).await;
    assert!(
        codes.status == StatusCode::OK && codes.body.contains("Keep these recovery codes"),
        "{}",
        codes.body
    );
    let recovery = behind(&codes.body, "<li class=\"code\">");
    assert!(owner.get(page).await.body.contains("10 are left"));
    house.wait(jiff::SignedDuration::from_secs(30));

    for (mut browser, home) in [(house.browser("acme"), "/profile"), (house.glass(), "/admin")] {
        let ticket = to_the_code(&mut browser).await;
        let fields = |code| [("ticket", ticket.clone()), ("code", code), ("return_to", home.to_owned())];
        let said = async |browser: &mut Browser, code: String| {
            let fields = fields(code);
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.post("/signin/code", &fields).await
        };
        assert_eq!(said(&mut browser, "000000".to_owned()).await.status, StatusCode::BAD_REQUEST);
        let inside = said(&mut browser, code(&house, &secret)).await;
        assert_eq!((inside.status, inside.header("location")), (StatusCode::SEE_OTHER, home));
        assert_eq!(browser.get(home).await.status, StatusCode::OK);
        house.wait(jiff::SignedDuration::from_secs(30));
    }
    let removed = [("password", PASSWORD), ("code", recovery.as_str())];
    assert_eq!(owner.post(&format!("{page}/remove"), &removed).await.header("location"), page);
    house.owner("acme").await;
    let mut member = house.member("clara@acme.example").await;
    assert!(member.get(page).await.body.contains("identity provider"));
}
