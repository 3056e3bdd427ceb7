//! Importing people through the portal.

use super::harness::{Answer, Browser, House};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, StatusCode};
use hyper::body::Frame;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Sends the form with a file.
async fn send(browser: &mut Browser, fields: &[(&str, &str)], file: &str) -> Answer {
    post(browser, Body::from(form(fields, file) + "\r\n--limit--\r\n")).await
}

/// The form, up to the end of the file.
fn form(fields: &[(&str, &str)], file: &str) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\people <b>.csv\"\r\n";
    body + "Content-Type: text/csv\r\n\r\n" + file
}

async fn post(browser: &mut Browser, body: Body) -> Answer {
    let headers =
        [("sec-fetch-site", "same-origin"), ("content-type", "multipart/form-data; boundary=limit")];
    let mut request = axum::http::Request::builder().method(Method::POST).uri("/admin/users/import");
    let cookies: Vec<String> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    request = request.header("host", &browser.host).header("cookie", cookies.join("; "));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    super::harness::ask(&browser.door, request.body(body).unwrap()).await
}

/// What stands in the hidden field of the form that applies.
fn shown(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"shown\" value=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

const PEOPLE: &str =
    "email,first_name,Shoe <i>\nanna@acme.example,=1+1,38\nnobody,\"<script>alert(1)</script>\",\n";

#[tokio::test]
async fn s10_a_file_is_shown_before_it_is_applied_and_then_reported() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let form = owner.get("/admin/users/import").await.body;
    assert!(form.contains("enctype=\"multipart/form-data\"") && form.contains("SSO user"), "{form}");
    let sent =
        send(&mut owner, &[("sso", "on"), ("license", "basic"), ("addon", "whiteboard")], PEOPLE).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = sent.header("location").to_owned();
    let preview = owner.get(&page).await.body;
    // Without a seat of the add-on nobody is written, so there is nothing to apply.
    assert!(preview.contains("1031") && !preview.contains("name=\"shown\""), "{preview}");
    let sent = send(&mut owner, &[("sso", "on"), ("license", "")], PEOPLE).await;
    let page = sent.header("location").to_owned();
    let preview = owner.get(&page).await.body;
    for part in [
        "Nothing is written yet.",
        "anna@acme.example",
        "Shoe &#60;i&#62;",
        "email cannot be used",
        "New 1",
        "Refused 1",
    ] {
        assert!(preview.contains(part), "no {part}: {preview}");
    }
    assert!(!preview.contains("<script>alert") && !preview.contains("<b>.csv"), "{preview}");
    let refused = owner.get(&format!("{page}?verdict=refused")).await.body;
    assert!(!refused.contains("anna@acme.example") && refused.contains("nobody"), "{refused}");
    assert!(!owner.get("/admin/users?prefix=anna").await.body.contains("usr_"), "nothing is written yet");
    let other = owner.post(&format!("{page}/apply"), &[("shown", &"A".repeat(43))]).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "another file than the one that was shown");
    assert_eq!(owner.post(&format!("{page}/apply"), &[]).await.status, StatusCode::BAD_REQUEST);
    let applied = owner.post(&format!("{page}/apply"), &[("shown", &shown(&preview))]).await;
    assert_eq!(applied.status, StatusCode::SEE_OTHER, "{}", applied.body);
    let done = owner.get(&page).await.body;
    assert!(done.contains("What the import did") && done.contains("1 row was written"), "{done}");
    assert!(owner.get("/admin/users?prefix=anna").await.body.contains("anna@acme.example"));
    let report = owner.get(&format!("{page}/report")).await;
    assert_eq!(report.header("content-type"), "text/csv; charset=utf-8");
    assert!(report.header("content-disposition").starts_with("attachment"));
    assert!(report.body.contains("\r\n2,anna@acme.example,\"'=1+1\",,new,"), "p18: {}", report.body);
    let question = owner.post(&format!("{page}/discard"), &[]).await;
    assert!(question.body.contains("stay as they are"), "{}", question.body);
    owner.post(&format!("{page}/discard"), &[("consent", "yes")]).await;
    assert_eq!(owner.get(&page).await.status, StatusCode::NOT_FOUND);
    assert!(owner.get("/admin/users?prefix=anna").await.body.contains("anna@acme.example"));
}

#[tokio::test]
async fn s10_a_file_that_is_none_is_told_on_the_form_and_a_long_one_goes_on_by_itself() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    for (file, words) in [
        ("name\nAnna\n", "names no column of e-mail addresses"),
        ("", "names no column of e-mail addresses"),
        ("email\n", "a header and no rows"),
        ("email\na@acme.example\u{0}\n", "no file of text"),
    ] {
        let answer = send(&mut owner, &[], file).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains(words) && answer.body.contains("id=\"file\""), "{}", answer.body);
    }
    for fields in [[("license", "gold")], [("addon", "gold")], [("else", "x")]] {
        assert_eq!(send(&mut owner, &fields, PEOPLE).await.status, StatusCode::BAD_REQUEST, "{fields:?}");
    }
    assert_eq!(owner.post("/admin/users/import", &[("file", "x")]).await.status, StatusCode::BAD_REQUEST);
    let rows: String = (0..250).map(|number| format!("p{number}@acme.example\n")).collect();
    let sent = send(&mut owner, &[("sso", "on")], &format!("email\n{rows}")).await;
    let page = sent.header("location").to_owned();
    let under_way = owner.get(&page).await;
    assert!(under_way.body.contains("200 of 250 rows"), "{}", under_way.body);
    assert_eq!(under_way.header("refresh"), "3");
    vestibule_app::jobs::run_due(&house.app).await.unwrap();
    let preview = owner.get(&page).await;
    assert!(preview.body.contains("Apply 250 rows") && preview.header("refresh").is_empty());
    assert!(preview.body.contains(">Next →</a>"), "by pages");
    assert!(owner.get("/admin/users/import").await.body.contains("Not applied"));
}

#[tokio::test]
async fn t06_an_import_of_another_account_is_not_found() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let mut owner = house.owner("acme").await;
    let page = send(&mut owner, &[("sso", "on")], PEOPLE).await.header("location").to_owned();
    let shown = shown(&owner.get(&page).await.body);
    let mut other = house.owner("globex").await;
    assert_eq!(other.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get(&format!("{page}/report")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        other.post(&format!("{page}/apply"), &[("shown", &shown)]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        other.post(&format!("{page}/discard"), &[("consent", "yes")]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(owner.get(&page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s10_a_file_that_breaks_off_leaves_nothing_and_the_next_one_is_taken() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let rows: String = (0..1_200).map(|row| format!("p{row:04}@acme.example\n")).collect();
    let sent = form(&[("sso", "on")], &format!("email\n{rows}"));
    let answer = post(&mut owner, Body::from(sent)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert_eq!(house.imports().await, 0);
    let sent = send(&mut owner, &[("sso", "on")], "email\nanna@acme.example\n").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    assert_eq!(house.imports().await, 1);
}

/// A body of which nothing comes; it says when it is waited for.
struct Silent(Option<oneshot::Sender<()>>);

impl HttpBody for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(waited_for) = self.0.take() {
            waited_for.send(()).unwrap();
        }
        Poll::Pending
    }
}

#[tokio::test]
async fn s10_of_an_account_few_files_come_at_once_and_the_next_one_when_one_has_ended() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let (mut owner, mut other) = (house.owner("acme").await, house.owner("globex").await);
    let mut coming = JoinSet::new();
    for _ in 0..4 {
        let (waited_for, wait) = oneshot::channel();
        let (mut browser, body) = (house.browser("acme"), Body::new(Silent(Some(waited_for))));
        browser.cookies.clone_from(&owner.cookies);
        coming.spawn(async move { post(&mut browser, body).await.status });
        wait.await.unwrap();
    }
    let answer = send(&mut owner, &[("sso", "on")], PEOPLE).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.body);
    assert!(answer.body.contains("Too many files are coming at once."), "{}", answer.body);
    assert_eq!(house.imports().await, 0);
    assert_eq!(send(&mut other, &[("sso", "on")], PEOPLE).await.status, StatusCode::SEE_OTHER);
    coming.shutdown().await;
    assert_eq!(send(&mut owner, &[("sso", "on")], PEOPLE).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn s10_a_file_may_be_larger_than_a_form_and_a_form_may_not() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let rows: String = (0..2_000).map(|number| format!("person{number}@acme.example,Anna-Maria\n")).collect();
    let file = format!("email,first_name\n{rows}");
    assert!(file.len() > crate::routes::LARGEST_FORM, "{}", file.len());
    let sent = send(&mut owner, &[("sso", "on")], &file).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = sent.header("location").to_owned();
    assert_eq!(
        owner.post(&format!("{page}/apply"), &[("shown", &file)]).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(house.imports().await, 1);
}

#[tokio::test]
async fn s10_whoever_may_not_import_is_answered_before_anything_of_the_file_is_read() {
    let house = House::new().await;
    let mut member = house.member("clara@acme.example").await;
    for (browser, status) in
        [(&mut member, StatusCode::FORBIDDEN), (&mut house.browser("acme"), StatusCode::SEE_OTHER)]
    {
        assert_eq!(post(browser, Body::new(Silent(None))).await.status, status);
    }
}
