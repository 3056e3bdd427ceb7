//! The search at the root: over users, groups and what the deployment brings, by place, by cursor, and in one order.

use super::resources::{house, room};
use super::{Directory, Told, is_error};
use crate::tests::harness::House;
use serde_json::{Value, json};

const SECOND: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

/// Three users, two groups and three rooms, made in turns.
async fn filled<'h>(house: &'h House, directory: &Directory<'h>) {
    for (user, group, number) in [("c", Some("Sales"), "3"), ("a", Some("archive"), "1"), ("b", None, "2")] {
        let named =
            json!({ "userName": format!("{user}@acme.example"), "displayName": format!("{user} Berg") });
        assert_eq!(directory.post("/Users", &named).await.status, 201);
        if let Some(name) = group {
            directory.group(name, &[]).await;
        }
        assert_eq!(directory.post("/Rooms", &room(number)).await.status, 201);
        house.wait(SECOND);
    }
}

fn names(told: &Told) -> Vec<String> {
    assert_eq!(told.status, 200, "{told:?}");
    let found = told.body["Resources"].as_array().unwrap();
    assert_eq!(told.body["itemsPerPage"], json!(found.len()));
    let name = |one: &Value| {
        let name = ["displayName", "number"].iter().find_map(|name| one[name].as_str());
        name.unwrap_or("?").to_owned()
    };
    found.iter().map(name).collect()
}

/// Everything that a search finds, page by page; no page but the only one is empty.
async fn followed(directory: &Directory<'_>, query: &str, count: usize) -> Vec<String> {
    let (mut cursor, mut seen, mut pages) = (String::new(), Vec::new(), 0);
    loop {
        let page = directory.get(&format!("?{query}count={count}&cursor={cursor}")).await;
        let found = names(&page);
        assert!(found.len() <= count && page.body.get("startIndex").is_none(), "{page:?}");
        assert!(pages == 0 || !found.is_empty(), "{query} {count}: an empty page at the end");
        pages += 1;
        seen.extend(found);
        let Some(next) = page.body["nextCursor"].as_str() else { return seen };
        assert!(next.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)), "{next}");
        next.clone_into(&mut cursor);
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const ALL: [&str; 8] = ["c Berg", "a Berg", "b Berg", "Sales", "archive", "3", "1", "2"];

#[tokio::test]
async fn s08_a_search_at_the_root_goes_through_every_type_by_cursor_as_by_place() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    assert_eq!(followed(&directory, "", 3).await, [""; 0], "nothing but the owner");
    filled(&house, &directory).await;
    assert_eq!(names(&directory.get("").await), ALL);
    for count in 1..=9 {
        assert_eq!(followed(&directory, "", count).await, ALL, "{count} at once");
    }
    for (filter, found) in [
        ("meta.resourceType+eq+%22Room%22", vec!["3", "1", "2"]),
        ("meta.resourceType+eq+%22Group%22+or+meta.resourceType+eq+%22User%22", ALL[..5].to_vec()),
        ("displayName+sw+%22a%22", vec!["a Berg", "archive"]),
        ("displayName+sw+%22c%22", vec!["c Berg"]),
        ("meta.resourceType+eq+%22Hall%22", vec![]),
    ] {
        assert_eq!(names(&directory.get(&format!("?filter={filter}")).await), found, "{filter}");
        for count in [1, 2] {
            assert_eq!(followed(&directory, &format!("filter={filter}&"), count).await, found, "{filter}");
        }
    }
    let first = directory.post("/.search", &json!({ "cursor": "", "count": 4 })).await;
    assert_eq!(names(&first), ALL[..4]);
    let second = directory.post("/.search", &json!({ "cursor": first.body["nextCursor"], "count": 4 })).await;
    assert_eq!(
        (names(&second).as_slice(), second.body.get("nextCursor")),
        (&ALL.map(str::to_owned)[4..], None)
    );
    let counted = directory.get("?cursor=&count=0").await;
    assert_eq!((&counted.body["totalResults"], names(&counted).len()), (&json!(8), 0));
    is_error(&directory.get("?cursor=&count=many").await, 400, "invalidCount");
}

#[tokio::test]
async fn s08_resources_of_all_types_stand_in_one_order_and_what_has_no_value_is_last_or_first() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    filled(&house, &directory).await;
    for (query, wanted) in [
        ("sortBy=displayName", ["a Berg", "archive", "b Berg", "c Berg", "Sales", "3", "1", "2"]),
        (
            "sortBy=displayName&sortOrder=descending",
            ["3", "1", "2", "Sales", "c Berg", "b Berg", "archive", "a Berg"],
        ),
        ("sortBy=number", ["1", "2", "3", "c Berg", "a Berg", "b Berg", "Sales", "archive"]),
        ("sortBy=meta.resourceType", ["Sales", "archive", "3", "1", "2", "c Berg", "a Berg", "b Berg"]),
        ("sortBy=userName", ["a Berg", "b Berg", "c Berg", "Sales", "archive", "3", "1", "2"]),
    ] {
        let all = directory.get(&format!("?{query}")).await;
        assert_eq!(
            (names(&all).as_slice(), &all.body["totalResults"]),
            (&wanted.map(str::to_owned)[..], &json!(8))
        );
        for count in [1, 3, 8, 9] {
            assert_eq!(
                followed(&directory, &format!("{query}&"), count).await,
                wanted,
                "{query}: {count} at once"
            );
        }
        let middle = directory.get(&format!("?{query}&startIndex=4&count=3")).await;
        assert_eq!(
            (names(&middle).as_slice(), &middle.body["startIndex"]),
            (&wanted.map(str::to_owned)[3..6], &json!(4))
        );
    }
    let some = json!({ "filter": "displayName sw \"a\"", "sortBy": "displayName", "sortOrder": "descending",
        "attributes": ["displayName"] });
    let found = directory.post("/.search", &some).await;
    assert_eq!(names(&found), ["archive", "a Berg"]);
    assert_eq!(found.body["Resources"][1].get("userName"), None);
    for wrong in ["nothing", "name", "userName eq", "urn:x:number"] {
        let query = url::form_urlencoded::byte_serialize(wrong.as_bytes()).collect::<String>();
        is_error(&directory.get(&format!("?sortBy={query}")).await, 400, "invalidValue");
    }
    let before = directory.get("?sortBy=pin").await;
    assert_eq!(before.status, 400, "nobody learns the order of what is never returned: {before:?}");
}

#[tokio::test]
async fn s08_a_cursor_that_was_not_given_out_is_refused_and_one_whose_place_is_gone_has_expired() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    filled(&house, &directory).await;
    let next = async |query: &str| {
        let page = directory.get(&format!("?{query}")).await;
        (page.body["nextCursor"].as_str().unwrap().to_owned(), page.body["Resources"][0]["id"].clone())
    };
    let (plain, first) = next("count=1&cursor=").await;
    let (user, own) = plain.split_once('.').unwrap();
    let (boundary, _) = next("count=3&cursor=").await;
    let (group, _) = boundary.split_once('.').unwrap();
    assert_eq!(names(&directory.get(&format!("?count=1&cursor={plain}")).await), ["a Berg"]);
    assert_eq!(names(&directory.get(&format!("?count=1&cursor={boundary}")).await), ["Sales"]);
    let longer = format!("{plain}AAAA");
    for wrong in [
        "nonsense",
        ".",
        "..",
        own,
        user,
        &longer,
        &format!("SGFsbA.{own}"),
        &format!("{own}.{user}"),
        "%FF.%00",
        "%C3%A9",
    ] {
        for order in ["", "&sortBy=displayName"] {
            is_error(&directory.get(&format!("?cursor={wrong}{order}")).await, 400, "invalidCursor");
        }
    }
    let rooms = "&filter=meta.resourceType+eq+%22Room%22";
    is_error(&directory.get(&format!("?cursor={plain}{rooms}")).await, 400, "invalidCursor");
    is_error(&directory.get(&format!("?cursor={group}.&sortBy=displayName")).await, 400, "invalidCursor");
    let (sorted, _) = next("count=1&sortBy=userName&cursor=").await;
    let sorts = format!("?count=1&sortBy=userName&cursor={sorted}");
    assert_eq!(names(&directory.get(&sorts).await), ["b Berg"]);
    // The id of somebody says nothing about which type it is of.
    let mixed = format!("?sortBy=userName&cursor={group}.{}", sorted.split_once('.').unwrap().1);
    is_error(&directory.get(&mixed).await, 400, "expiredCursor");
    let ids = directory.get("?filter=userName+sw+%22a%22").await;
    for id in [first.as_str().unwrap(), ids.body["Resources"][0]["id"].as_str().unwrap()] {
        assert_eq!(directory.delete(&format!("/Users/{id}")).await.status, 204);
    }
    is_error(&directory.get(&sorts).await, 400, "expiredCursor");
    assert_eq!(
        names(&directory.get(&format!("?count=1&cursor={plain}")).await),
        ["b Berg"],
        "in order of id it holds"
    );
}

/// RFC 7644 §3.4.2.1: "the service provider SHALL treat the attribute as if there is no attribute value".
#[tokio::test]
async fn s08_what_a_type_lacks_has_no_value_in_a_search_at_the_root() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    filled(&house, &directory).await;
    let escaped = |filter: &str| url::form_urlencoded::byte_serialize(filter.as_bytes()).collect::<String>();
    for (filter, found) in [
        ("userName sw \"a\" or displayName eq \"Sales\"", vec!["a Berg", "Sales"]),
        ("displayName eq \"Sales\" or number eq \"1\"", vec!["Sales", "1"]),
        ("not (userName pr)", ALL[3..].to_vec()),
        ("not (userName pr) and not (meta.resourceType eq \"Room\")", ALL[3..5].to_vec()),
        ("userName ne \"a@acme.example\"", vec!["c Berg", "b Berg", "Sales", "archive", "3", "1", "2"]),
        ("userName eq null and displayName pr", vec!["Sales", "archive"]),
        ("not (members pr) and not (emails[type eq \"none\"])", ALL.to_vec()),
        ("userName pr and number pr", vec![]),
        ("members[value pr] or tags pr", vec![]),
        ("not (meta.resourceType eq \"User\") and not (meta.resourceType eq \"Group\")", ALL[5..].to_vec()),
    ] {
        let filter = format!("filter={}&", escaped(filter));
        let all = directory.get(&format!("?{filter}")).await;
        assert_eq!(
            (names(&all), &all.body["totalResults"]),
            (words(&found), &json!(found.len())),
            "{filter}"
        );
        for count in [1, 3] {
            assert_eq!(followed(&directory, &filter, count).await, found, "{filter}: {count} at once");
        }
        let sorted = followed(&directory, &format!("{filter}sortBy=meta.created&"), 2).await;
        assert_eq!(sorted.len(), found.len(), "{filter}");
        assert!(found.iter().all(|name| sorted.iter().any(|other| other == name)), "{filter}: {sorted:?}");
    }
    for wrong in [
        "userName pr or nothing pr",
        "not (userName.nothing pr)",
        "members[nothing pr]",
        "userName pr and pin sw \"4\"",
        "password pr",
        "displayName pr or active gt true",
        "userName pr or",
        "userName xx \"y\"",
    ] {
        is_error(&directory.get(&format!("?filter={}", escaped(wrong))).await, 400, "invalidFilter");
        is_error(&directory.post("/.search", &json!({ "filter": wrong })).await, 400, "invalidFilter");
    }
    let strict = directory.get(&format!("/Groups?filter={}", escaped("not (userName pr)"))).await;
    is_error(&strict, 400, "invalidFilter");
}

#[tokio::test]
async fn t06_a_cursor_of_another_account_shows_nothing_of_it() {
    let house = house().await;
    house.account("globex", "Globex").await;
    let directory = Directory::new(&house, "acme").await;
    filled(&house, &directory).await;
    let other = Directory::new(&house, "globex").await;
    let page = directory.get("?count=1&cursor=").await;
    let cursor = page.body["nextCursor"].as_str().unwrap();
    assert_eq!(names(&directory.get(&format!("?cursor={cursor}")).await), ALL[1..]);
    assert_eq!(names(&other.get(&format!("?cursor={cursor}")).await), [""; 0]);
    let page = directory.get("?count=1&cursor=&sortBy=displayName").await;
    let cursor = page.body["nextCursor"].as_str().unwrap();
    is_error(&other.get(&format!("?sortBy=displayName&cursor={cursor}")).await, 400, "expiredCursor");
}
