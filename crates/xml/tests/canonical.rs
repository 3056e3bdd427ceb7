//! The exclusive canonical form, rule by rule. Its judge from outside is `oracle.rs`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

use vestibule_xml::{Document, Element, c14n};

/// The canonical form of the first element called `apex` (or the root), without that called `omit`.
fn canonical_with(xml: &str, prefixes: &[&str]) -> String {
    let document = Document::parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{xml}: {error}"));
    let named =
        |name| document.root().descendants().find(|element: &Element<'_>| element.local_name() == name);
    let apex = named("apex").unwrap_or(document.root());
    String::from_utf8(c14n::exclusive(apex, named("omit"), prefixes)).unwrap()
}

#[track_caller]
fn check(xml: &str, expected: &str) {
    assert_eq!(canonical_with(xml, &[]), expected);
    assert_eq!(canonical_with(expected, &[]), expected, "the form is its own form");
}

#[track_caller]
fn check_with(prefixes: &[&str], xml: &str, expected: &str) {
    assert_eq!(canonical_with(xml, prefixes), expected);
}

#[test]
fn empty_elements_get_an_end_tag_and_tags_lose_their_white_space() {
    check("<r  a = '1'\n><i /></r >", "<r a=\"1\"><i></i></r>");
}

#[test]
fn what_stands_around_the_root_is_dropped() {
    check("<?xml version='1.0'?>\n<!-- c -->\n<r/>\n<!-- c -->\n", "<r></r>");
}

#[test]
fn comments_go_and_cdata_becomes_text() {
    check("<r>a<!-- c -->b<![CDATA[<&>]]></r>", "<r>ab&lt;&amp;&gt;</r>");
}

#[test]
fn text_and_attributes_are_escaped_each_in_their_way() {
    check(
        "<r a='&lt;&amp;>&quot;&apos;&#9;&#10;&#13;'>&lt;&amp;>&quot;&apos;&#9;&#10;&#13;</r>",
        "<r a=\"&lt;&amp;>&quot;'&#x9;&#xA;&#xD;\">&lt;&amp;&gt;\"'\t\n&#xD;</r>",
    );
}

#[test]
fn attributes_are_ordered_by_namespace_and_local_name() {
    check(
        "<r xmlns:b='urn:1' xmlns:a='urn:2' a:z='1' b:z='2' z='3' A='4' xml:lang='5' a:a='6' \u{E9}='7'/>",
        "<r xmlns:a=\"urn:2\" xmlns:b=\"urn:1\" A=\"4\" z=\"3\" \u{E9}=\"7\" xml:lang=\"5\" b:z=\"2\" a:a=\"6\" a:z=\"1\"></r>",
    );
}

#[test]
fn names_are_ordered_by_characters_and_not_by_units_of_utf_16() {
    check("<r \u{10000}='1' \u{FFFD}='2'/>", "<r \u{FFFD}=\"2\" \u{10000}=\"1\"></r>");
}

#[test]
fn a_declaration_is_written_where_its_prefix_is_used_first() {
    check(
        "<r xmlns:a='urn:a' xmlns:b='urn:b'><a:i><a:i b:x=''/></a:i><a:i/></r>",
        "<r><a:i xmlns:a=\"urn:a\"><a:i xmlns:b=\"urn:b\" b:x=\"\"></a:i></a:i><a:i xmlns:a=\"urn:a\"></a:i></r>",
    );
}

#[test]
fn a_declaration_that_says_the_same_again_is_dropped() {
    check("<a:r xmlns:a='urn:a'><a:i xmlns:a='urn:a'/></a:r>", "<a:r xmlns:a=\"urn:a\"><a:i></a:i></a:r>");
    check(
        "<a:r xmlns:a='urn:a'><a:i xmlns:a='urn:b'><a:i xmlns:a='urn:a'/></a:i><a:i/></a:r>",
        "<a:r xmlns:a=\"urn:a\"><a:i xmlns:a=\"urn:b\"><a:i xmlns:a=\"urn:a\"></a:i></a:i><a:i></a:i></a:r>",
    );
}

#[test]
fn a_prefix_that_is_rebound_without_being_used_changes_nothing() {
    check(
        "<a:r xmlns:a='urn:a'><i xmlns:a='urn:b'><a:i xmlns:a='urn:a'/></i></a:r>",
        "<a:r xmlns:a=\"urn:a\"><i><a:i></a:i></i></a:r>",
    );
}

#[test]
fn the_default_namespace_is_taken_back_only_where_it_was_written() {
    check("<r xmlns=''/>", "<r></r>");
    check("<r xmlns='urn:d'><i xmlns=''><i/></i></r>", "<r xmlns=\"urn:d\"><i xmlns=\"\"><i></i></i></r>");
    check("<a:r xmlns:a='urn:a' xmlns='urn:d'><i xmlns=''/></a:r>", "<a:r xmlns:a=\"urn:a\"><i></i></a:r>");
    check(
        "<r xmlns='urn:d'><a:i xmlns:a='urn:a' xmlns=''><i/></a:i></r>",
        "<r xmlns=\"urn:d\"><a:i xmlns:a=\"urn:a\"><i xmlns=\"\"></i></a:i></r>",
    );
}

#[test]
fn an_attribute_without_a_prefix_does_not_use_the_default_namespace() {
    check("<a:r xmlns:a='urn:a' xmlns='urn:d' x='1'/>", "<a:r xmlns:a=\"urn:a\" x=\"1\"></a:r>");
}

#[test]
fn a_qualified_name_in_a_value_does_not_use_its_prefix() {
    check(
        "<r xmlns:t='urn:t' xmlns:x='urn:x' x:type='t:string'>t:text</r>",
        "<r xmlns:x=\"urn:x\" x:type=\"t:string\">t:text</r>",
    );
}

#[test]
fn the_prefix_xml_is_never_declared() {
    check("<r xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>", "<r xml:lang=\"en\"></r>");
}

#[test]
fn an_inner_element_takes_its_declarations_with_it_and_nothing_else() {
    check(
        "<r xmlns='urn:d' xmlns:a='urn:a' xmlns:b='urn:b' xml:lang='en'><apex a:x='1'><b:i/></apex></r>",
        "<apex xmlns=\"urn:d\" xmlns:a=\"urn:a\" a:x=\"1\"><b:i xmlns:b=\"urn:b\"></b:i></apex>",
    );
}

#[test]
fn the_omitted_element_leaves_no_trace() {
    check(
        "<a:r xmlns:a='urn:a'>1<omit xmlns='urn:d'><i>2</i></omit>3<i xmlns='urn:d'/></a:r>",
        "<a:r xmlns:a=\"urn:a\">13<i xmlns=\"urn:d\"></i></a:r>",
    );
    check("<r><i/><omit/></r>", "<r><i></i></r>");
}

#[test]
fn an_element_of_another_document_omits_nothing() {
    let (one, other) = (Document::parse(b"<r><i/></r>").unwrap(), Document::parse(b"<r><i/></r>").unwrap());
    let omit = other.root().elements().next();
    assert_eq!(c14n::exclusive(one.root(), omit, &[]), b"<r><i></i></r>");
    assert_eq!(c14n::exclusive(other.root(), omit, &[]), b"<r></r>");
    assert_eq!(c14n::exclusive(other.root(), Some(other.root()), &[]), b"");
}

#[test]
fn prefixes_of_the_list_are_declared_whether_used_or_not() {
    let xml = "<r xmlns:a='urn:a' xmlns:b='urn:b' xmlns='urn:d'><a:apex><b:i xmlns:b='urn:c'/></a:apex></r>";
    check_with(&[], xml, "<a:apex xmlns:a=\"urn:a\"><b:i xmlns:b=\"urn:c\"></b:i></a:apex>");
    check_with(
        &["b"],
        xml,
        "<a:apex xmlns:a=\"urn:a\" xmlns:b=\"urn:b\"><b:i xmlns:b=\"urn:c\"></b:i></a:apex>",
    );
    check_with(
        &["unbound", "b", "b", "#default", "xml"],
        xml,
        "<a:apex xmlns=\"urn:d\" xmlns:a=\"urn:a\" xmlns:b=\"urn:b\"><b:i xmlns:b=\"urn:c\"></b:i></a:apex>",
    );
}

#[test]
fn a_prefix_of_the_list_is_declared_where_it_changes() {
    check_with(
        &["b"],
        "<r xmlns:b='urn:1'><i xmlns:b='urn:2'><i xmlns:b='urn:2'/><i xmlns:b='urn:1'/></i></r>",
        "<r xmlns:b=\"urn:1\"><i xmlns:b=\"urn:2\"><i></i><i xmlns:b=\"urn:1\"></i></i></r>",
    );
    check_with(
        &["b"],
        "<r><i xmlns:b='urn:1'/><i xmlns:b='urn:1'/></r>",
        "<r><i xmlns:b=\"urn:1\"></i><i xmlns:b=\"urn:1\"></i></r>",
    );
}

#[test]
fn the_default_namespace_can_be_of_the_list_too() {
    check_with(
        &["#default"],
        "<a:r xmlns:a='urn:a' xmlns='urn:d'><a:i xmlns=''/></a:r>",
        "<a:r xmlns=\"urn:d\" xmlns:a=\"urn:a\"><a:i xmlns=\"\"></a:i></a:r>",
    );
    check_with(&["#default"], "<a:r xmlns:a='urn:a' xmlns=''/>", "<a:r xmlns:a=\"urn:a\"></a:r>");
}
