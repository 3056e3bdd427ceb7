//! The REST API of users.

mod numbers;

use super::harness::{Answer, Browser, House, PASSWORD};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use vestibule_app::tokens::{self, NewToken};

/// A program with a token of this account.
struct Program<'h> {
    house: &'h House,
    token: String,
}

impl<'h> Program<'h> {
    async fn of(house: &'h House, label: &str, scope: &str) -> Self {
        let ctx = house.app.operator().people(label).await.unwrap();
        let wanted =
            NewToken { name: "Payroll".to_owned(), scopes: vec![scope.to_owned()], ..NewToken::default() };
        let token = tokens::create(&ctx, &wanted).await.unwrap().token;
        Self { house, token }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut browser = Browser { host: "vestibule.example".to_owned(), ..self.house.browser("acme") };
        let bearer = format!("Bearer {}", self.token);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        browser.send(method, path, &[("authorization", &*bearer)], body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Value::Null).await
    }

    /// Makes a user, and gives the ID.
    async fn create(&self, action: &str, user: Value) -> Value {
        let answer =
            self.call(Method::POST, "/v2/users", json!({ "action": action, "user_info": user })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        value(&answer)
    }

    async fn refused(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
        (answer.status.as_u16(), value(&answer)["code"].clone())
    }
}

fn value(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

fn new_user(action: &str, user: Value) -> Value {
    json!({ "action": action, "user_info": user })
}

async fn before_sign_in() -> House {
    House::with("provision = \"prior_to_sign_in\"").await
}

#[tokio::test]
async fn an_invited_person_sets_a_password_and_signs_in() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let info = json!({ "email": "Anna@acme.example", "first_name": "Anna", "dept": "R&D", "type": 1 });
    let made = program.create("create", info).await;
    assert_eq!(
        (&made["status"], &made["department"], &made["type"]),
        (&json!("active"), &json!("R&D"), &json!(1))
    );
    assert_eq!(made["login_types"], json!([100]));
    let path = house.mailed_path("Anna@acme.example").await;
    let answer = house.browser("acme").post(&path, &[("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn an_invited_person_of_another_domain_is_pending_until_the_mailbox_confirms() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let made = program.create("create", json!({ "email": "jo@elsewhere.example" })).await;
    assert_eq!((&made["status"], &made["type"]), (&json!("pending"), &Value::Null));
    let path = house.mailed_path("jo@elsewhere.example").await;
    let answer = house.browser("acme").post(&path, &[("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let shown = value(&program.get("/v2/users/jo@elsewhere.example").await);
    assert_eq!((&shown["status"], &shown["type"]), (&json!("active"), &json!(1)));
}

#[tokio::test]
async fn auto_create_is_for_managed_domains_and_takes_a_good_password() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let info = json!({ "email": "anna@acme.example", "password": PASSWORD });
    let refused = program.refused(Method::POST, "/v2/users", new_user("autoCreate", info.clone())).await;
    assert_eq!(refused, (409, json!(1116)));
    let file = House::file("acme", "sign_in_url = \"https://idp.example/sso\"");
    let managed = "[domains.\"acme.example\"]\nmanaged = true";
    house.apply_text(file.replace("[domains.\"acme.example\"]", managed)).await;
    let weak = json!({ "email": "anna@acme.example", "password": "short" });
    for bad in [weak, json!({ "email": "anna@acme.example" })] {
        let refused = program.refused(Method::POST, "/v2/users", new_user("autoCreate", bad)).await;
        assert_eq!(refused, (400, json!(300)));
    }
    let made = program.create("autoCreate", info).await;
    assert!(!made.to_string().contains(PASSWORD));
    let fields = [("email", "anna@acme.example"), ("password", PASSWORD)];
    let answer = house.browser("acme").post("/signin/password", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn sso_create_wants_users_to_be_made_prior_to_sign_in() {
    let house = House::bare().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let body = new_user("ssoCreate", json!({ "email": "anna@acme.example" }));
    assert_eq!(program.refused(Method::POST, "/v2/users", body.clone()).await, (409, json!(2002)));
    house.apply("acme", "sign_in_url = \"https://idp.example/sso\"").await;
    assert_eq!(program.refused(Method::POST, "/v2/users", body.clone()).await, (409, json!(2032)));
    let house = before_sign_in().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let with_password = new_user("ssoCreate", json!({ "email": "anna@acme.example", "password": PASSWORD }));
    assert_eq!(program.refused(Method::POST, "/v2/users", with_password).await, (400, json!(300)));
    let made = program.create("ssoCreate", json!({ "email": "anna@acme.example" })).await;
    assert_eq!((&made["login_types"], &made["status"]), (&json!([101]), &json!("active")));
    let mut member = house.member("anna@acme.example").await;
    assert_eq!(member.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_licensed_user_for_sso_gets_a_personal_link_or_a_number_where_it_is_taken() {
    let house = before_sign_in().await;
    let file =
        House::file("acme", "sign_in_url = \"https://idp.example/sso\"\nprovision = \"prior_to_sign_in\"");
    house
        .apply_text(format!("{file}[domains.\"other.example\"]\n[licenses]\nbasic = 100\nlicensed = 3\n"))
        .await;
    let program = Program::of(&house, "acme", "users:write").await;
    let mut links = Vec::new();
    for email in ["anna.berg@acme.example", "anna.berg@other.example", "a%b@acme.example"] {
        program.create("ssoCreate", json!({ "email": email, "type": 2 })).await;
        links.push(house.personal_link(email).await.unwrap());
    }
    assert_eq!(links[0], "anna.berg");
    for number in &links[1..] {
        assert!(number.len() == 10 && number.bytes().all(|b| b.is_ascii_digit()), "{number}");
    }
    let full = new_user("ssoCreate", json!({ "email": "jo@acme.example", "type": 2 }));
    assert_eq!(program.refused(Method::POST, "/v2/users", full).await, (409, json!(1031)));
    program.create("ssoCreate", json!({ "email": "jo@acme.example", "type": 1 })).await;
    assert_eq!(house.personal_link("jo@acme.example").await, None);
}

#[tokio::test]
async fn a_user_is_changed_deactivated_signed_out_and_deleted() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let mut member = house.member("clara@acme.example").await;
    let path = "/v2/users/clara@acme.example";
    let change = json!({ "job_title": "Lead", "department": null, "login_types": [100] });
    let changed = value(&program.call(Method::PATCH, path, change).await);
    assert_eq!((&changed["job_title"], &changed["department"]), (&json!("Lead"), &Value::Null));
    assert_eq!((&changed["first_name"], &changed["login_types"]), (&json!("Clara"), &json!([100, 101])));
    let by_id = value(&program.get(&format!("/v2/users/{}", changed["id"].as_str().unwrap())).await);
    assert_eq!(by_id["email"], "clara@acme.example");

    assert_eq!(member.get("/profile").await.status, StatusCode::OK);
    let token = format!("{path}/token");
    assert_eq!(program.call(Method::DELETE, &token, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(member.get("/profile").await.status, StatusCode::SEE_OTHER);

    let status = format!("{path}/status");
    for (action, shown) in [("deactivate", "inactive"), ("deactivate", "inactive"), ("activate", "active")] {
        let answer = program.call(Method::PUT, &status, json!({ "action": action })).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
        assert_eq!(value(&program.get(path).await)["status"], shown);
    }
    assert_eq!(
        program.refused(Method::PUT, &status, json!({ "action": "Nothing" })).await,
        (400, json!(300))
    );
    assert_eq!(program.call(Method::DELETE, path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(program.refused(Method::GET, path, Value::Null).await, (404, json!(1001)));

    let page = house.owner("acme").await.get("/admin/api/calls?user=clara@acme.example").await.body;
    for told in
        ["Deleted clara@acme.example", "Deactivated clara@acme.example", "Signed out clara@acme.example"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
}

#[tokio::test]
async fn the_owner_is_neither_deactivated_nor_deleted() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let path = "/v2/users/o@acme.example";
    assert_eq!(program.refused(Method::DELETE, path, Value::Null).await, (403, json!(1117)));
    let status = json!({ "action": "deactivate" });
    assert_eq!(program.refused(Method::PUT, &format!("{path}/status"), status).await, (403, json!(1117)));
    assert_eq!(value(&program.get(path).await)["status"], "active");
}

#[tokio::test]
async fn t06_a_user_of_another_account_is_nobody() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let (ours, theirs) = (
        Program::of(&house, "acme", "users:write").await,
        Program::of(&house, "globex", "users:write").await,
    );
    let owner = value(&theirs.get("/v2/users/o@globex.example").await);
    for named in [owner["id"].as_str().unwrap(), "o@globex.example", "usr_1", "%00", "nobody", "acc_1"] {
        let path = format!("/v2/users/{named}");
        let refused = [
            ours.refused(Method::GET, &path, Value::Null).await,
            ours.refused(Method::PATCH, &path, json!({ "job_title": "x" })).await,
            ours.refused(Method::DELETE, &path, Value::Null).await,
            ours.refused(Method::PUT, &format!("{path}/status"), json!({ "action": "deactivate" })).await,
            ours.refused(Method::DELETE, &format!("{path}/token"), Value::Null).await,
        ];
        assert!(refused.iter().all(|refused| *refused == (404, json!(1001))), "{named}: {refused:?}");
    }
    let listed = ours.get("/v2/users").await.body;
    assert!(listed.contains("o@acme.example") && !listed.contains("globex"), "{listed}");
    let taken = new_user("create", json!({ "email": "o@globex.example" }));
    assert_eq!(ours.refused(Method::POST, "/v2/users", taken).await, (409, json!(1005)));
}

#[tokio::test]
async fn a_token_for_reading_writes_nothing_and_one_for_scim_reads_nothing() {
    let house = House::new().await;
    let reader = Program::of(&house, "acme", "users:read").await;
    let scim = Program::of(&house, "acme", "scim2").await;
    let path = "/v2/users/o@acme.example";
    assert_eq!(reader.get(path).await.status, StatusCode::OK);
    for (method, path, body) in [
        (Method::POST, "/v2/users".to_owned(), new_user("create", json!({ "email": "x@acme.example" }))),
        (Method::PATCH, path.to_owned(), json!({ "job_title": "x" })),
        (Method::PUT, format!("{path}/status"), json!({ "action": "deactivate" })),
        (Method::DELETE, path.to_owned(), Value::Null),
        (Method::DELETE, format!("{path}/token"), Value::Null),
    ] {
        let answer = reader.call(method, &path, body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {answer:?}");
        assert!(answer.header("www-authenticate").contains("users:write"), "{answer:?}");
    }
    assert_eq!(scim.get(path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_by_status() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    for number in 0..5 {
        program.create("create", json!({ "email": format!("user{number}@acme.example") })).await;
    }
    program.create("create", json!({ "email": "jo@elsewhere.example" })).await;
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = value(&program.get(&format!("/v2/users?page_size=3&next_page_token={token}")).await);
        let users = page["users"].as_array().unwrap();
        assert!(users.len() <= 3);
        seen.extend(users.iter().map(|user| user["email"].as_str().unwrap().to_owned()));
        match page["next_page_token"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    seen.sort_unstable();
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (7, 7), "{seen:?}");
    let pending = value(&program.get("/v2/users?status=pending").await);
    assert_eq!(pending["users"][0]["email"], "jo@elsewhere.example");
    assert_eq!(pending["users"].as_array().unwrap().len(), 1);
    for bad in ["status=gone", "page_size=0", "page_size=301", "page_size=x", "next_page_token=x", "limit=3"]
    {
        assert_eq!(
            program.refused(Method::GET, &format!("/v2/users?{bad}"), Value::Null).await,
            (400, json!(300)),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_named_and_a_value_is_never_repeated() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let email = "x@acme.example";
    for (body, named) in [
        (json!({ "user_info": { "email": email } }), "action"),
        (new_user("ssocreate", json!({ "email": email })), "ssoCreate"),
        (new_user("create", json!({})), "email"),
        (new_user("create", json!({ "email": "hunter2" })), "email"),
        (new_user("create", json!({ "email": email, "type": 7 })), "type"),
        (new_user("create", json!({ "email": email, "login_types": [5] })), "login_types"),
        (new_user("create", json!({ "email": email, "time_zone": "Moon/Crater" })), "time_zone"),
        (new_user("create", json!({ "email": email, "manager": "hunter2" })), "manager"),
        (new_user("create", json!({ "email": email, "feature": {} })), "feature"),
        (new_user("create", json!({ "email": email, "password": "hunter2hunter2" })), "password"),
        (json!("hunter2"), "expected"),
    ] {
        let answer = program.call(Method::POST, "/v2/users", body.clone()).await;
        let problem = value(&answer);
        assert_eq!(
            (answer.status, &problem["code"]),
            (StatusCode::BAD_REQUEST, &json!(300)),
            "{body}: {problem}"
        );
        assert!(problem["title"].as_str().unwrap().contains(named), "{body}: {problem}");
        assert!(!answer.body.contains("hunter2"), "{body}: {problem}");
    }
    assert_eq!(program.get(&format!("/v2/users/{email}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn p18_what_programs_send_is_text_on_every_page() {
    let house = House::new().await;
    let program = Program::of(&house, "acme", "users:write").await;
    let script = "<script>alert(1)</script>";
    program
        .create("create", json!({ "email": "x@acme.example", "job_title": script, "first_name": script }))
        .await;
    let mut owner = house.owner("acme").await;
    let list = owner.get("/admin/api/calls").await.body;
    let id = list.split("/admin/api/calls/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let call = owner.get(&format!("/admin/api/calls/{id}")).await.body;
    assert!(call.contains("alert(1)"), "{call}");
    for page in [list, call] {
        assert!(!page.contains(script), "{page}");
    }
}

#[tokio::test]
async fn the_description_names_every_address_and_the_page_shows_it() {
    let house = House::bare().await;
    let mut anybody = Browser { host: "vestibule.example".to_owned(), ..house.browser("acme") };
    let document = value(&anybody.get("/openapi.json").await);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let page = anybody.get("/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    let described = document["paths"].as_object().unwrap();
    for (path, _) in crate::rest::routes() {
        assert!(described.contains_key(path), "{path}");
        assert!(page.body.contains(path), "{path}");
    }
    assert_eq!(described.len(), crate::rest::routes().len());
    assert!(page.body.contains("ssoCreate") && page.body.contains("users:write"), "{}", page.body);
}
