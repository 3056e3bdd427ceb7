//! Lists: pages, cursors, filters, order.

use super::{Directory, OURS, entra, is_error};
use crate::tests::harness::House;
use serde_json::{Value, json};

async fn found(directory: &Directory<'_>, filter: &str) -> Vec<String> {
    let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let told = directory.get(&format!("/Users?filter={query}")).await;
    assert_eq!(told.status, 200, "{filter}: {told:?}");
    assert_eq!(told.body["totalResults"], json!(told.body["Resources"].as_array().unwrap().len()));
    let mut names = names(&told.body);
    names.sort();
    names
}

fn names(list: &Value) -> Vec<String> {
    let resources = list["Resources"].as_array().unwrap();
    resources.iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn s08_pages_follow_each_other_by_place_and_by_cursor_and_the_owner_is_on_none() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let all: Vec<String> = (0..7).map(|number| format!("p{number}@acme.example")).collect();
    for name in &all {
        directory.user(name).await;
    }
    let (mut by_place, mut by_cursor, mut cursor) = (Vec::new(), Vec::new(), String::new());
    for start in [1, 4, 7] {
        let page = directory.get(&format!("/Users?startIndex={start}&count=3")).await;
        assert_eq!((&page.body["totalResults"], &page.body["startIndex"]), (&json!(7), &json!(start)));
        by_place.extend(names(&page.body));
    }
    loop {
        let page = directory.get(&format!("/Users?cursor={cursor}&count=3")).await;
        by_cursor.extend(names(&page.body));
        match page.body["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(by_place, by_cursor, "both in order of id");
    by_place.sort();
    assert_eq!(by_place, all);
    let beyond = directory.get("/Users?startIndex=99&count=3").await;
    assert_eq!((&beyond.body["totalResults"], &beyond.body["itemsPerPage"]), (&json!(7), &json!(0)));
    let counted = directory.get("/Users?count=0").await;
    assert_eq!((&counted.body["totalResults"], &counted.body["itemsPerPage"]), (&json!(7), &json!(0)));
    is_error(&directory.get("/Users?cursor=nonsense").await, 400, "invalidCursor");
    assert_eq!(
        found(&directory, "userName eq \"o@acme.example\"").await,
        ["o@acme.example"],
        "but is found by name"
    );
}

#[tokio::test]
async fn filters_find_by_columns_and_by_looking() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let mut anna = entra("anna@acme.example");
    anna["emails"] = json!([
        { "type": "work", "value": "anna@acme.example", "primary": true },
        { "type": "home", "value": "Anna@Home.example" },
    ]);
    directory.post("/Users", &anna).await;
    let mut ben = entra("ben@acme.example");
    ben["name"]["familyName"] = json!("Stein");
    ben["externalId"] = json!("0A21F0F2");
    ben["active"] = json!(false);
    directory.post("/Users", &ben).await;
    for (filter, who) in [
        ("userName eq \"ANNA@acme.example\"", vec!["anna@acme.example"]),
        ("externalId eq \"0a21f0f2\"", vec!["anna@acme.example"]),
        ("emails.value eq \"anna@home.example\"", vec!["anna@acme.example"]),
        ("emails[type eq \"work\"].value eq \"anna@home.example\"", vec![]),
        ("emails[type eq \"home\" and value co \"@home\"]", vec!["anna@acme.example"]),
        ("active eq false", vec!["ben@acme.example"]),
        ("name.familyName sw \"St\" and not (active eq true)", vec!["ben@acme.example"]),
        (
            "userName eq \"anna@acme.example\" or name.familyName eq \"stein\"",
            vec!["anna@acme.example", "ben@acme.example"],
        ),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:userName ew \"ACME.example\" and meta.created gt \"2020-01-01T00:00:00Z\"",
            vec!["anna@acme.example", "ben@acme.example"],
        ),
        ("title pr", vec![]),
        (&format!("{OURS}:license eq \"basic\""), vec!["anna@acme.example", "ben@acme.example"]),
    ] {
        assert_eq!(found(&directory, filter).await, who, "{filter}");
    }
    let sorted = directory.get("/Users?sortBy=name.familyName&sortOrder=descending").await;
    assert_eq!(names(&sorted.body), ["ben@acme.example", "anna@acme.example"]);
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "active eq true", "attributes": ["userName"],
    });
    let shown = directory.post("/Users/.search", &search).await;
    assert_eq!(names(&shown.body), ["anna@acme.example"]);
    assert_eq!(shown.body["Resources"][0].get("name"), None);
    directory.group("Sales", &[]).await;
    let listed = directory.get("?filter=displayName+eq+%22Sales%22&attributes=displayName").await;
    assert_eq!(listed.body["Resources"][0]["displayName"], "Sales", "{listed:?}");
    let root = directory.post("/.search", &json!({ "filter": "displayName eq \"Sales\"" })).await;
    assert_eq!(
        (&root.body["totalResults"], &root.body["Resources"][0]["displayName"]),
        (&json!(1), &json!("Sales"))
    );
}

#[tokio::test]
async fn s03_a_filter_that_cannot_be_is_refused_and_costs_nothing() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    directory.user("anna@acme.example").await;
    let nested = format!("{}userName pr{}", "(".repeat(2_000), ")".repeat(2_000));
    let many = vec!["userName eq \"a\""; 200].join(" or ");
    for filter in [
        "userName",
        "userName eq",
        "nobody eq \"x\"",
        "userName xx \"y\"",
        "userName eq \"x\" and",
        "active gt true",
        "emails[",
        "' OR 1=1 --",
        &nested,
        &many,
    ] {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        is_error(&directory.get(&format!("/Users?filter={query}")).await, 400, "invalidFilter");
    }
    let harmless = "userName eq \"'; DROP TABLE users; --\"";
    assert!(found(&directory, harmless).await.is_empty());
    assert_eq!(found(&directory, "userName pr").await, ["anna@acme.example"]);
}

/// The document of one may tell everything and that of the next may not: each is shown as it is now, the same by every way.
#[tokio::test]
async fn a_page_a_look_and_a_filter_show_the_same_whether_the_record_went_on_or_not() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let mut ids = Vec::new();
    for name in ["ben@acme.example", "anna@acme.example", "cleo@acme.example"] {
        let mut body = entra(name);
        body["name"] = json!({ "givenName": "Somebody", "familyName": "Else" });
        body["externalId"] = json!(name);
        body["displayName"] = json!("Quoted \"name\", with \\ and ü");
        ids.push(directory.post("/Users", &body).await.id());
    }
    directory.group("Staff", &[&ids[0], &ids[1]]).await;
    let before = directory.get(&format!("/Users/{}", ids[1])).await;
    house.wait(jiff::SignedDuration::from_secs(60));
    house.member("anna@acme.example").await;
    for shown in ["", "&attributes=userName,name.givenName,groups", "&excludedAttributes=emails,groups"] {
        let page = directory.get(&format!("/Users?startIndex=1&count=10{shown}")).await;
        let listed = page.body["Resources"].as_array().unwrap().clone();
        for (place, id) in ids.iter().enumerate() {
            let one = directory.get(&format!("/Users/{id}?{}", shown.trim_start_matches('&'))).await.body;
            let name = one["userName"].as_str().unwrap();
            let found = directory.get(&format!("/Users?filter=userName%20eq%20%22{name}%22{shown}")).await;
            assert!(listed.contains(&one), "{place}: {one} is not in {listed:?}");
            assert_eq!(found.body["Resources"], json!([one]), "{found:?}");
        }
    }
    let after = directory.get(&format!("/Users/{}", ids[1])).await.body;
    assert_ne!(after["meta"]["version"], before.body["meta"]["version"], "the sign-in wrote to the record");
    assert_eq!(after["name"]["givenName"], "Clara", "and is what is shown");
    let untouched = directory.get(&format!("/Users/{}", ids[0])).await.body;
    assert_eq!(untouched["displayName"], "Quoted \"name\", with \\ and ü");
    assert_eq!(untouched["name"]["givenName"], "Somebody");
}

#[tokio::test]
async fn s08_a_sorted_list_is_read_by_cursor_too_and_a_cursor_whose_place_is_gone_has_expired() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    for name in ["c", "a", "e", "b", "d"] {
        directory.user(&format!("{name}@acme.example")).await;
        directory.group(&name.to_uppercase(), &[]).await;
    }
    for (endpoint, attribute) in [("Users", "userName"), ("Groups", "displayName")] {
        let (mut seen, mut cursor, mut ids) = (String::new(), String::new(), Vec::new());
        let at = |cursor: &str| {
            format!("/{endpoint}?sortBy={attribute}&sortOrder=descending&count=2&cursor={cursor}")
        };
        loop {
            let page = directory.get(&at(&cursor)).await.body;
            for one in page["Resources"].as_array().unwrap() {
                seen += &one[attribute].as_str().unwrap()[..1].to_lowercase();
                ids.push(one["id"].as_str().unwrap().to_owned());
            }
            let Some(next) = page["nextCursor"].as_str() else { break };
            next.clone_into(&mut cursor);
        }
        assert_eq!(seen, "edcba", "{endpoint}");
        assert_eq!(directory.delete(&format!("/{endpoint}/{}", ids[3])).await.status, 204);
        is_error(&directory.get(&at(&cursor)).await, 400, "expiredCursor");
    }
}

/// RFC 7644 §3.4.2.3: of several values the first one counts, since none of these is primary.
#[tokio::test]
async fn s08_a_list_is_sorted_by_memberships_too() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let (mut ids, second) = (Vec::new(), jiff::SignedDuration::from_secs(1));
    for name in ["c", "a", "d", "b"] {
        ids.push(directory.user(&format!("{name}@acme.example")).await);
        house.wait(second);
    }
    let of = |places: &[usize]| places.iter().map(|place| ids[*place].as_str()).collect::<Vec<_>>();
    for (name, members) in [("Staff", &[3, 0][..]), ("board", &[1, 3]), ("Choir", &[2, 1]), ("Empty", &[])] {
        directory.group(name, &of(members)).await;
        house.wait(second);
    }
    let named = |one: &Value| one["displayName"].as_str().or(one["userName"].as_str()).unwrap().to_owned();
    let sorted = async |path: &str| {
        let told = directory.get(path).await;
        assert_eq!(told.status, 200, "{path}: {told:?}");
        let names: Vec<String> = told.body["Resources"].as_array().unwrap().iter().map(named).collect();
        names.join(" ").replace("@acme.example", "")
    };
    // The first groups: of c and b Staff, of a board, of d Choir. The first members: of Staff c, of board a, of Choir a.
    for (path, wanted) in [
        ("/Users?sortBy=groups.display", "a d c b"),
        ("/Users?sortBy=groups.display&sortOrder=descending", "c b d a"),
        ("/Users?sortBy=groups", "c b a d"),
        ("/Users?sortBy=groups.display&startIndex=2&count=2", "d c"),
        ("/Users?sortBy=groups.display&filter=userName+gt+%22b%22", "d c b"),
        ("/Users?sortBy=groups.display&excludedAttributes=groups", "a d c b"),
        ("/Users?sortBy=groups.display&filter=userName+eq+%22a%40acme.example%22", "a"),
        ("/Groups?sortBy=members.display", "board Choir Staff Empty"),
        ("/Groups?sortBy=members.display&sortOrder=descending", "Empty Staff board Choir"),
        ("/Groups?sortBy=members.value", "Staff board Choir Empty"),
        ("/Groups?sortBy=members&sortOrder=descending&excludedAttributes=members", "Empty board Choir Staff"),
        ("/Groups?sortBy=members.display&filter=displayName+sw+%22c%22", "Choir"),
        ("?sortBy=groups.display", "a d c b Staff board Choir Empty"),
        ("?sortBy=members.display", "board Choir Staff c a d b Empty"),
        ("?sortBy=members.display&startIndex=2&count=2", "Choir Staff"),
    ] {
        assert_eq!(sorted(path).await, wanted, "{path}");
    }
    let page = directory.get("/Users?sortBy=groups.display&count=2&cursor=").await.body;
    let next =
        format!("/Users?sortBy=groups.display&count=2&cursor={}", page["nextCursor"].as_str().unwrap());
    assert_eq!(sorted(&next).await, "c b");
}
