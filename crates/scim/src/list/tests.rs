//! Pages by cursor, and how large a page is.

use serde_json::json;

use super::{ListResponse, Query};

#[test]
fn a_page_by_cursor_says_where_the_next_one_begins_and_need_not_count() {
    let response = ListResponse { next_cursor: Some("c2".to_owned()), ..ListResponse::default() };
    let expected = json!({
        "schemas": [super::LIST_RESPONSE],
        "itemsPerPage": 1,
        "nextCursor": "c2",
        "Resources": [{ "id": "1" }],
    });
    assert_eq!(response.to_json(vec![json!({ "id": "1" })]), expected);
}

#[test]
fn an_empty_cursor_asks_for_the_first_page() {
    let query = Query::from_pairs([("cursor", ""), ("count", "10")]).unwrap();
    assert_eq!((query.cursor.as_deref(), query.count), (Some(""), Some(10)));
    assert_eq!(Query::from_pairs([("count", "10")]).unwrap().cursor, None);
}

#[test]
fn a_page_has_the_size_that_is_asked_for_within_what_the_service_has() {
    let page = |pairs: &[(&str, &str)]| Query::from_pairs(pairs.iter().copied()).unwrap().page(100, 200);
    assert_eq!(page(&[]), (1, 100));
    assert_eq!(page(&[("startIndex", "11"), ("count", "1000")]), (11, 200));
    assert_eq!(page(&[("count", "99999999999999999999")]), (1, 200));
}
