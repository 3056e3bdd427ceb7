//! Every address there is, asked by those who must not.
//!
//! The list of addresses is the one that the router is built from, so a new one is in here at once.

use super::harness::{Answer, Browser, House, PASSWORD, form};
use crate::routes::{Caller, Route, glass, vanity};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use vestibule_app::users::Whom;
use vestibule_model::permission::Permission;

/// Addresses that a visitor reaches: whoever adds one says so here too.
const OPEN: [&str; 20] = [
    "/",
    "/signin",
    "/signin/password",
    "/signin/code",
    "/signin/forgot",
    "/reset/{token}",
    "/signin/move",
    "/join/{token}",
    "/address/{token}",
    "/signout",
    "/welcome/{token}",
    "/verify/{token}",
    "/assets/{name}",
    "/saml/login",
    "/saml/SSO",
    "/saml/SingleLogout",
    "/saml/metadata/sp",
    "/handover/{ticket}",
    "/handover/{ticket}/grant",
    "/handover/{ticket}/arrive",
];

fn is_of_the_portal(caller: Caller) -> bool {
    matches!(caller, Caller::Portal | Caller::Admin(..))
}

fn wants_a_session(caller: Caller) -> bool {
    matches!(caller, Caller::Held | Caller::Member) || is_of_the_portal(caller)
}

pub fn filled(path: &str) -> String {
    path.replace("{id}", "x")
        .replace("{tracking_id}", &format!("WEB_{}", "0".repeat(32)))
        .replace("{token}", "t")
        .replace("{ticket}", "t")
        .replace("{name}", "n")
        .replace("{domain}", "acme.example")
        .replace("{number}", "1")
        .replace("{target}", "department")
        .replace("{category}", "license")
        .replace("{rule}", "new")
        .replace("{deed}", "activate")
        .replace("{role}", "Keeper")
        .replace("{idp}", "okta")
        .replace("{document}", "roles")
        .replace("{call}", &format!("call_{}", "0".repeat(32)))
        .replace("{group}", &format!("grp_{}", "0".repeat(32)))
        .replace("{import}", &format!("imp_{}", "0".repeat(32)))
        .replace("{user}", &format!("usr_{}", "0".repeat(32)))
        .replace("{connection}", &format!("con_{}", "0".repeat(32)))
}

async fn every_method(browser: &mut Browser, path: &str) -> Vec<(Method, Answer)> {
    let mut answers = Vec::new();
    for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let cookies = browser.cookies.clone();
        let own = [("sec-fetch-site", "same-origin")];
        answers.push((method.clone(), browser.send(method, &filled(path), &own, form(&[])).await));
        browser.cookies = cookies;
    }
    answers
}

/// The addresses that answer GET with more than the way to another one; the tests in a browser visit them all.
const PAGES: &str = include_str!("../../pages.txt");

#[tokio::test]
async fn the_list_of_pages_is_the_router_s() {
    let house = House::new().await;
    let (mut visitor, mut owner) = (house.browser("acme"), house.owner("acme").await);
    let mut list = String::new();
    for Route { caller, path, .. } in vanity() {
        let browser = if caller == Caller::Anybody { &mut visitor } else { &mut owner };
        let status = browser.get(&filled(path)).await.status;
        if ![StatusCode::METHOD_NOT_ALLOWED, StatusCode::SEE_OTHER].contains(&status) {
            let word = if is_of_the_portal(caller) { "Admin".to_owned() } else { format!("{caller:?}") };
            list.push_str(&format!("{word} {path}\n"));
        }
    }
    assert_eq!(list, PAGES, "crates/server/pages.txt should be:\n{list}");
}

#[tokio::test]
async fn every_address_that_is_not_listed_as_open_wants_a_session() {
    let house = House::new().await;
    for route in vanity() {
        let open = matches!(route.caller, Caller::Anybody | Caller::IdentityProvider);
        assert_eq!(open, OPEN.contains(&route.path), "{}", route.path);
        if open {
            continue;
        }
        for (method, answer) in every_method(&mut house.browser("acme"), route.path).await {
            let led_away =
                answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/signin");
            assert!(
                led_away || answer.status == StatusCode::METHOD_NOT_ALLOWED,
                "{method} {}: {answer:?}",
                route.path
            );
        }
    }
}

#[tokio::test]
async fn a_session_of_another_account_opens_nothing() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    for route in vanity().into_iter().filter(|route| wants_a_session(route.caller)) {
        let mut browser = house.owner("globex").await;
        browser.host = "acme.vestibule.example".to_owned();
        for (method, answer) in every_method(&mut browser, route.path).await {
            let led_away =
                answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/signin");
            assert!(
                led_away || answer.status == StatusCode::METHOD_NOT_ALLOWED,
                "{method} {}: {answer:?}",
                route.path
            );
        }
    }
}

#[tokio::test]
async fn p20_a_member_opens_no_page_for_administrators_and_an_owner_opens_each() {
    let house = House::new().await;
    let mut member = house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    for route in vanity().into_iter().filter(|route| is_of_the_portal(route.caller)) {
        for (method, answer) in every_method(&mut member, route.path).await {
            let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status);
            assert!(refused, "{method} {}: {answer:?}", route.path);
        }
        let answer = member.get(&filled(route.path)).await;
        if answer.status != StatusCode::METHOD_NOT_ALLOWED {
            assert!(answer.body.contains("for administrators"), "{}", answer.body);
        }
        assert_ne!(owner.get(&filled(route.path)).await.status, StatusCode::FORBIDDEN, "{}", route.path);
    }
    assert!(!member.get("/profile").await.body.contains("/admin/"));
}

/// Every address of the portal with what it asks for: the path, the method, and the permission if it is a certain one.
fn asked() -> Vec<(&'static str, Method, Option<Permission>)> {
    let asked = |route: crate::routes::Route| {
        let needs = match route.caller {
            Caller::Admin(look, change) => Some((look, change)),
            _ => None,
        };
        [(Method::GET, needs.map(|(look, _)| look)), (Method::POST, needs.map(|(_, change)| change))]
            .map(|(method, needs)| (route.path, method, needs))
    };
    vanity().into_iter().filter(|route| is_of_the_portal(route.caller)).flat_map(asked).collect()
}

/// A role for each permission that has it alone, and one that has everything but it; and one that has nothing.
fn roles() -> String {
    let mut file = "account = \"acme\"\n[roles.Nothing]\n".to_owned();
    for permission in Permission::ALL {
        let others = Permission::ALL
            .iter()
            .filter(|other| *other != permission && other.implied() != Some(*permission));
        let others: Vec<String> = others.map(|other| format!("\"{other}\"")).collect();
        file += &format!("[roles.\"Only {permission:?}\"]\npermissions = [\"{permission}\"]\n");
        file += &format!("[roles.\"Without {permission:?}\"]\npermissions = [{}]\n", others.join(", "));
    }
    file
}

/// Gives Clara another role, and asks her browser for these addresses.
async fn answers_with(
    house: &House,
    clara: &mut Browser,
    role: &str,
    asked: impl Iterator<Item = &(&'static str, Method, Option<Permission>)>,
) -> Vec<(String, Answer)> {
    let people = house.app.operator().people("acme").await.unwrap();
    let whom = Whom::parse("clara@acme.example").unwrap();
    vestibule_app::roles::set_role(&people, &whom, role).await.unwrap();
    let mut answers = Vec::new();
    for (path, method, _) in asked {
        let own = [("sec-fetch-site", "same-origin")];
        let answer = clara.send(method.clone(), &filled(path), &own, form(&[])).await;
        answers.push((format!("{role}: {method} {path}"), answer));
    }
    answers
}

#[tokio::test]
async fn p20_a_role_opens_each_address_of_its_permission_and_without_it_none() {
    let house = House::new().await;
    let mut clara = house.member("clara@acme.example").await;
    house.apply_text(roles()).await;
    let asked = asked();
    for (what, answer) in answers_with(&house, &mut clara, "Nothing", asked.iter()).await {
        let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status);
        assert!(refused, "{what}: {answer:?}");
    }
    for permission in Permission::ALL.iter().copied() {
        let of_it = || asked.iter().filter(move |(.., needs)| *needs == Some(permission));
        for (what, answer) in answers_with(&house, &mut clara, &format!("Only {permission:?}"), of_it()).await
        {
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{what}: {answer:?}");
            assert!(!answer.status.is_server_error(), "{what}: {answer:?}");
            is_protected(&what, &answer);
        }
        let first = clara.follow("/admin").await;
        assert_eq!(first.status, StatusCode::OK, "{permission}: {first:?}");
        for (what, answer) in
            answers_with(&house, &mut clara, &format!("Without {permission:?}"), of_it()).await
        {
            let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status);
            assert!(refused, "{what}: {answer:?}");
            if answer.status == StatusCode::FORBIDDEN {
                assert!(answer.body.contains(permission.as_str()), "{what}: {answer:?}");
            }
        }
    }
    clara.host = "admin.vestibule.example".to_owned();
    clara.cookies.insert("__Host-vestibule-account".to_owned(), "acme".to_owned());
    assert_eq!(
        clara.get("/admin/log").await.status,
        StatusCode::FORBIDDEN,
        "the break-glass door knows no such roles"
    );
}

/// Holds what every answer of the portal has, refused or not.
fn is_protected(what: &str, answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{what}");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
        "{what}: {policy}"
    );
}

/// The first id with this prefix on a page.
fn id_on(answer: &Answer, prefix: &str) -> String {
    let at = answer.body.find(prefix).unwrap_or_else(|| panic!("no {prefix} on {}", answer.body));
    let is_part = |c: &char| c.is_ascii_alphanumeric() || ['_', '.'].contains(c);
    answer.body[at..].chars().take_while(is_part).collect()
}

/// Pages of an account, and what is on them.
async fn pages(owner: &mut Browser, paths: &[String]) -> Vec<String> {
    let mut bodies = Vec::new();
    for path in paths {
        let answer = owner.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        bodies.push(answer.body);
    }
    bodies
}

#[tokio::test]
async fn t06_ids_of_another_account_show_nothing_and_change_nothing() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    house
        .apply_text(House::file("globex", "sign_in_url = \"https://idp.example/sso\"") + "[roles.Theirs]\n")
        .await;
    let (mut ours, mut theirs) = (house.owner("acme").await, house.owner("globex").await);
    theirs.post("/admin/groups/new", &[("kind", "user_group"), ("name", "Globex people")]).await;
    theirs.post("/admin/api/tokens", &[("name", "theirs"), ("scim2", "yes")]).await;
    let client = [("name", "theirs"), ("scim2", "yes"), ("redirects", "https://client.example/cb")];
    theirs.post("/admin/api/clients", &client).await;
    let programs = theirs.get("/admin/api").await;
    let group = id_on(&theirs.get("/admin/groups").await, "grp_");
    let user = id_on(&theirs.get("/admin/users").await, "usr_");
    let connection = theirs.get("/admin/sso").await.header("location").replace("/admin/sso/", "");
    let (token, client) = (id_on(&programs, "tok_"), id_on(&programs, "cli_"));
    let filled_with_theirs = |path: &str| {
        let id = if path.contains("/clients/") { &client } else { &token };
        let known = [("{group}", &group), ("{user}", &user), ("{connection}", &connection), ("{id}", id)];
        let mut theirs = path.replace("{domain}", "globex.example").replace("{role}", "Theirs");
        for (name, id) in known {
            theirs = theirs.replace(name, id);
        }
        (theirs != path).then(|| filled(&theirs))
    };
    let shown = [
        format!("/admin/groups/{group}"),
        format!("/admin/users/{user}"),
        format!("/admin/sso/{connection}"),
        "/admin/api".to_owned(),
        "/admin/domains/globex.example".to_owned(),
        "/admin/roles/Theirs/edit".to_owned(),
    ];
    let before = pages(&mut theirs, &shown).await;
    let mut asked_for = 0;
    for (path, method, _) in asked() {
        let Some(path) = filled_with_theirs(path) else { continue };
        let fields = form(&[
            ("consent", "yes"),
            ("version", "1"),
            ("role", "member"),
            ("name", "x"),
            ("managed", "yes"),
        ]);
        let own = [("sec-fetch-site", "same-origin")];
        let answer = ours.send(method.clone(), &path, &own, fields).await;
        let nothing = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST, StatusCode::METHOD_NOT_ALLOWED]
            .contains(&answer.status);
        // Whoever comes back from signing in is led to the page, which is not there.
        let led = method == Method::GET && answer.status == StatusCode::SEE_OTHER;
        assert!(nothing || led, "{method} {path}: {answer:?}");
        assert!(
            !answer.body.contains("o@globex.example") && !answer.body.contains("Globex"),
            "{method} {path}"
        );
        is_protected(&path, &answer);
        asked_for += 1;
    }
    assert!(asked_for > 50, "{asked_for}");
    assert_eq!(pages(&mut theirs, &shown).await, before);
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_the_one_that_a_sign_in_begins() {
    let house = House::new().await;
    let planted = house.member("clara@acme.example").await.cookies["__Host-vestibule"].clone();
    for planted in [planted.as_str(), "acc_0.ses_0.x"] {
        let mut victim = house.browser("acme");
        victim.cookies.insert("__Host-vestibule".to_owned(), planted.to_owned());
        let fields = [("email", "o@acme.example"), ("password", PASSWORD)];
        assert_eq!(victim.post("/signin/password", &fields).await.status, StatusCode::SEE_OTHER);
        assert_ne!(victim.cookies["__Host-vestibule"], planted);
        assert!(victim.get("/profile").await.body.contains("o@acme.example"));
        let mut attacker = house.browser("acme");
        attacker.cookies.insert("__Host-vestibule".to_owned(), planted.to_owned());
        assert!(!attacker.get("/profile").await.body.contains("o@acme.example"));
    }
}

#[tokio::test]
async fn s01_other_spellings_of_a_path_open_nothing() {
    let house = House::new().await;
    let mut member = house.member("clara@acme.example").await;
    for path in [
        "/admin%2Fsso",
        "//admin/sso",
        "/ADMIN/SSO",
        "/admin/sso/",
        "/./admin/sso",
        "/admin/%2e%2e/admin/sso",
    ] {
        let answer = member.get(path).await;
        assert_ne!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.contains("SSO connection"), "{path}");
    }
    let overridden = [("x-http-method-override", "POST"), ("x-original-url", "/admin/sso")];
    assert_eq!(member.send(Method::GET, "/signout", &overridden, Body::empty()).await.status, StatusCode::OK);
    assert_eq!(member.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_row_of_another_accounts_log_is_not_found() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let answer = house.browser("acme").bring(house.response("clara@acme.example")).await;
    let path = format!("/admin/log/{}", answer.header("x-tracking-id"));
    assert_eq!(house.owner("acme").await.get(&path).await.status, StatusCode::OK);
    assert_eq!(house.owner("globex").await.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn tokens_that_are_no_session_open_nothing() {
    let house = House::new().await;
    let good = house.owner("acme").await.cookies["__Host-vestibule"].clone();
    let (named, secret) = good.rsplit_once('.').unwrap();
    let (account, id) = named.split_once('.').unwrap();
    let (cut, other) = (&good[..good.len() - 1], format!("{named}.{}", "A".repeat(secret.len())));
    let without_id = format!("{account}.{secret}");
    for bad in ["", ".", "..", account, id, named, secret, cut, &other, &without_id, "acc_00.x", "\u{1f600}"]
    {
        let mut browser = house.browser("acme");
        browser.cookies.insert("__Host-vestibule".to_owned(), bad.to_owned());
        assert_eq!(browser.get("/profile").await.status, StatusCode::SEE_OTHER, "{bad}");
    }
}

#[tokio::test]
async fn the_break_glass_door_opens_nothing_without_the_session_of_an_administrator() {
    let house = House::new().await;
    let mut owner = house.browser("acme");
    owner.host = "admin.vestibule.example".to_owned();
    let fields = [("email", "o@acme.example"), ("password", PASSWORD)];
    assert_eq!(owner.post("/signin/password", &fields).await.status, StatusCode::SEE_OTHER);
    let mut member = house.member("clara@acme.example").await;
    member.host = owner.host.clone();
    member.cookies.insert("__Host-vestibule-account".to_owned(), "acme".to_owned());
    let mut elsewhere = house.browser("acme");
    elsewhere.host = owner.host.clone();
    elsewhere.cookies.clone_from(&owner.cookies);
    elsewhere.cookies.insert("__Host-vestibule-account".to_owned(), "globex".to_owned());
    house.account("globex", "Globex").await;
    for route in glass().into_iter().filter(|route| is_of_the_portal(route.caller)) {
        let mut nobody = house.browser("acme");
        nobody.host = owner.host.clone();
        for browser in [&mut nobody, &mut elsewhere] {
            for (method, answer) in every_method(browser, route.path).await {
                let led_away = answer.status == StatusCode::SEE_OTHER
                    && answer.header("location").starts_with("/signin");
                let unknown = answer.status == StatusCode::METHOD_NOT_ALLOWED;
                assert!(led_away || unknown, "{method} {}: {answer:?}", route.path);
            }
        }
        for (method, answer) in every_method(&mut member, route.path).await {
            let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status);
            assert!(refused, "{method} {}: {answer:?}", route.path);
        }
        let status = owner.get(&filled(route.path)).await.status;
        assert!(
            ![StatusCode::FORBIDDEN, StatusCode::INTERNAL_SERVER_ERROR].contains(&status),
            "{}",
            route.path
        );
    }
}
