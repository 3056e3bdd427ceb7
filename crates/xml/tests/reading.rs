//! Elements as their readers see them.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::borrow::Cow;

use vestibule_xml::{Document, Element};

const MESSAGE: &str = "\
<p:r xmlns:p='urn:p' xmlns='urn:d' ID='_1' p:n='q'>
  <i>https://idp</i><p:s><p:c/></p:s>
  <x xmlns:p='urn:other' p:n='m' n=' a&#10;b\tc '>t<!-- c -->u<![CDATA[v]]></x>
  <i xmlns='' Id='_2'>none</i>
</p:r>";

fn names(elements: impl Iterator<Item = Element<'static>>) -> Vec<String> {
    elements.map(|element| format!("{}|{}", element.namespace(), element.local_name())).collect()
}

fn message() -> &'static Document<'static> {
    Box::leak(Box::new(Document::parse(MESSAGE.as_bytes()).unwrap()))
}

#[test]
fn elements_are_found_by_namespace_and_local_name() {
    let root = message().root();
    assert!(root.is("urn:p", "r") && !root.is("urn:d", "r") && !root.is("urn:p", "s"));
    assert_eq!(names(root.elements()), ["urn:d|i", "urn:p|s", "urn:d|x", "|i"]);
    assert_eq!(names(root.children("urn:d", "i")), ["urn:d|i"]);
    assert_eq!(root.child("", "i").unwrap().text().unwrap(), "none");
    assert!(root.child("urn:p", "c").is_none(), "not a child");
    assert_eq!(names(root.descendants()), ["urn:p|r", "urn:d|i", "urn:p|s", "urn:p|c", "urn:d|x", "|i"]);
    let inner = root.child("urn:p", "s").unwrap();
    assert_eq!(names(inner.descendants()), ["urn:p|s", "urn:p|c"]);
    assert_eq!(inner.elements().next().unwrap().parent(), Some(inner));
    assert_eq!(inner.parent(), Some(root));
    assert_eq!(root.parent(), None);
}

#[test]
fn attributes_are_found_by_namespace_and_local_name() {
    let root = message().root();
    assert_eq!(root.attribute("ID"), Some("_1"));
    assert_eq!(root.attribute("n"), None, "an attribute with a prefix is another one");
    assert_eq!(root.attribute_ns("urn:p", "n"), Some("q"));
    assert_eq!(root.attribute("xmlns"), None);
    let x = root.child("urn:d", "x").unwrap();
    assert_eq!((x.attribute_ns("urn:other", "n"), x.attribute_ns("urn:p", "n")), (Some("m"), None));
    assert_eq!(x.attribute("n"), Some(" a\nb c "), "a tab becomes a space, a reference stays what it is");
    assert_eq!(x.attributes().collect::<Vec<_>>(), [("", "n", " a\nb c "), ("urn:other", "n", "m")]);
}

#[test]
fn text_is_whole_or_not_at_all() {
    let root = message().root();
    assert_eq!(root.text(), None);
    let text = root.child("urn:d", "i").unwrap().text().unwrap();
    assert!(matches!(text, Cow::Borrowed("https://idp")), "borrowed from the input");
    assert_eq!(root.child("urn:d", "x").unwrap().text().unwrap(), "tuv");
    assert_eq!(root.child("urn:p", "s").unwrap().elements().next().unwrap().text().unwrap(), "");
}

#[test]
fn a_comment_or_cdata_anywhere_inside_is_not_plain() {
    let root = message().root();
    assert!(!root.is_plain());
    assert!(!root.child("urn:d", "x").unwrap().is_plain());
    assert!(root.child("urn:p", "s").unwrap().is_plain());
    assert!(root.child("", "i").unwrap().is_plain());
}

#[test]
fn ids_are_listed_with_their_elements() {
    let ids: Vec<_> = message().ids().map(|(id, element)| (id, element.local_name())).collect();
    assert_eq!(ids, [("_1", "r"), ("_2", "i")]);
}

#[test]
fn a_prefix_means_what_is_declared_nearest() {
    let root = message().root();
    let x = root.child("urn:d", "x").unwrap();
    let last = root.child("", "i").unwrap();
    assert_eq!(
        (root.namespace_of_prefix("p"), x.namespace_of_prefix("p")),
        (Some("urn:p"), Some("urn:other"))
    );
    assert_eq!((x.namespace_of_prefix(""), last.namespace_of_prefix("")), (Some("urn:d"), None));
    assert_eq!(last.namespace_of_prefix("p"), Some("urn:p"));
    assert_eq!(root.namespace_of_prefix("q"), None);
    let in_scope: Vec<_> = last.namespaces_in_scope().into_iter().collect();
    assert!(
        in_scope.contains(&("p", "urn:p")) && !in_scope.iter().any(|(prefix, _)| prefix.is_empty()),
        "{in_scope:?}"
    );
    assert_eq!(root.namespace_of_prefix("xml"), Some(vestibule_xml::XML_NAMESPACE));
}

#[test]
fn a_span_is_the_whole_element_as_it_was_written() {
    let root = message().root();
    assert_eq!(&MESSAGE[root.span()], MESSAGE);
    assert_eq!(&MESSAGE[root.child("urn:d", "i").unwrap().span()], "<i>https://idp</i>");
    assert_eq!(&MESSAGE[root.child("urn:p", "s").unwrap().elements().next().unwrap().span()], "<p:c/>");
}

#[test]
fn elements_of_different_documents_are_never_the_same() {
    let other = Document::parse(MESSAGE.as_bytes()).unwrap();
    assert_ne!(other.root(), message().root());
    assert_eq!(other.root(), other.root());
}
