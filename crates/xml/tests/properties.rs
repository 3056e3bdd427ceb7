//! Properties of the parser and the canonical form, over generated trees and over noise.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use proptest::collection::vec;
use proptest::prelude::*;
use vestibule_xml::{Document, Element, Writer, c14n};

/// The prefixes that a generated root declares, and their namespaces.
const SCOPE: [(&str, &str); 4] = [("", "urn:d"), ("a", "urn:a"), ("b", "urn:b"), ("c", "urn:a")];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Element(Tree),
    Text(String),
    Cdata(String),
    Comment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tree {
    prefix: usize,
    local: String,
    attributes: Vec<(usize, String, String)>,
    /// Which of the prefixes it declares again, and as which namespace.
    declares: Option<(usize, usize)>,
    content: Vec<Content>,
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z_\u{E9}\u{4E00}][a-zA-Z0-9._\u{B7}-]{0,5}"
        .prop_filter("an ID is unique", |name| !name.eq_ignore_ascii_case("id"))
}

fn text() -> impl Strategy<Value = String> {
    "[ -~\t\n\r\u{85}\u{E9}\u{2028}\u{FFFD}\u{1F600}]{0,12}"
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = element(Just(Vec::new()).boxed());
    leaf.prop_recursive(5, 40, 6, |inner| {
        let content = prop_oneof![
            3 => inner.prop_map(Content::Element),
            3 => text().prop_map(Content::Text),
            1 => text().prop_map(|text| Content::Cdata(text.replace("]]>", ""))),
            1 => Just(Content::Comment),
        ];
        element(vec(content, 0..6).boxed())
    })
}

fn element(content: BoxedStrategy<Vec<Content>>) -> impl Strategy<Value = Tree> {
    let attributes = vec((0..SCOPE.len(), name(), text()), 0..4);
    let declares = proptest::option::weighted(0.3, (0..SCOPE.len(), 0..SCOPE.len()));
    (0..SCOPE.len(), name(), attributes, declares, content).prop_map(
        |(prefix, local, mut attributes, declares, content)| {
            // Two prefixes may come to mean one namespace: the local names alone must differ.
            attributes.sort_by(|one, other| one.1.cmp(&other.1));
            attributes.dedup_by(|one, other| one.1 == other.1);
            Tree { prefix, local, attributes, declares, content }
        },
    )
}

fn qualified(prefix: usize, local: &str) -> String {
    let prefix = SCOPE[prefix].0;
    if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
}

fn escaped(text: &str) -> String {
    let text =
        text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace("]]>", "]]&gt;");
    text.replace('\r', "&#13;")
}

/// The text of a tree; `root` declares all the prefixes.
fn write(tree: &Tree, root: bool, xml: &mut String) {
    let name = qualified(tree.prefix, &tree.local);
    xml.push_str(&format!("<{name}"));
    let mut declare = |prefix: &str, namespace: &str| {
        let colon = if prefix.is_empty() { "" } else { ":" };
        xml.push_str(&format!(" xmlns{colon}{prefix}='{namespace}'"));
    };
    for (index, (prefix, namespace)) in SCOPE.iter().enumerate().filter(|_| root) {
        if tree.declares.is_none_or(|(declared, _)| declared != index) {
            declare(prefix, namespace);
        }
    }
    if let Some((prefix, namespace)) = tree.declares {
        declare(SCOPE[prefix].0, SCOPE[namespace].1);
    }
    for (prefix, local, value) in &tree.attributes {
        let value = escaped(value).replace('\t', "&#9;").replace('\n', "&#xa;");
        xml.push_str(&format!("\n{} = \"{value}\"", qualified(*prefix, local)));
    }
    xml.push('>');
    for content in &tree.content {
        match content {
            Content::Element(tree) => write(tree, false, xml),
            Content::Text(text) => xml.push_str(&escaped(text)),
            Content::Cdata(text) => xml.push_str(&format!("<![CDATA[{text}]]>")),
            Content::Comment => xml.push_str("<!-- <c>&amp;</c> -->"),
        }
    }
    xml.push_str(&format!("</{name}>"));
}

fn xml_of(tree: &Tree) -> String {
    let mut xml = String::new();
    write(tree, true, &mut xml);
    xml
}

/// All the text directly in a tree, as it must be read.
fn text_of(tree: &Tree) -> Option<String> {
    let mut whole = String::new();
    for content in &tree.content {
        match content {
            Content::Element(_) => return None,
            Content::Text(text) => whole.push_str(text),
            Content::Cdata(text) => whole.push_str(&text.replace("\r\n", "\n").replace('\r', "\n")),
            Content::Comment => {}
        }
    }
    Some(whole)
}

fn assert_same(element: Element<'_>, tree: &Tree) {
    assert_eq!(element.local_name(), tree.local);
    assert_eq!(element.text().map(std::borrow::Cow::into_owned), text_of(tree));
    let mut found: Vec<_> = element.attributes().map(|(_, local, value)| (local, value)).collect();
    found.sort_unstable();
    let expected: Vec<_> =
        tree.attributes.iter().map(|(_, local, value)| (local.as_str(), value.as_str())).collect();
    assert_eq!(found, expected);
    let inner = tree.content.iter().filter_map(|content| match content {
        Content::Element(tree) => Some(tree),
        Content::Text(_) | Content::Cdata(_) | Content::Comment => None,
    });
    let mut elements = element.elements();
    for tree in inner {
        assert_same(elements.next().unwrap(), tree);
    }
    assert!(elements.next().is_none());
}

/// What a reader can see of an element.
fn seen(element: Element<'_>) -> Vec<(String, String, Vec<String>)> {
    let attributes =
        |element: Element<'_>| element.attributes().map(|attribute| format!("{attribute:?}")).collect();
    element
        .descendants()
        .map(|element| {
            (format!("{element:?}"), element.text().unwrap_or_default().into_owned(), attributes(element))
        })
        .collect()
}

proptest! {
    #[test]
    fn a_generated_tree_is_read_as_it_was_meant(tree in tree()) {
        let xml = xml_of(&tree);
        let document = Document::parse(xml.as_bytes()).unwrap();
        assert_same(document.root(), &tree);
    }

    #[test]
    fn the_canonical_form_is_a_fixed_point_that_says_the_same(tree in tree()) {
        let xml = xml_of(&tree);
        let document = Document::parse(xml.as_bytes()).unwrap();
        let form = c14n::exclusive(document.root(), None, &[]);
        let again = Document::parse(&form).unwrap();
        prop_assert!(again.root().is_plain());
        prop_assert_eq!(&c14n::exclusive(again.root(), None, &[]), &form);
        prop_assert_eq!(seen(document.root()), seen(again.root()));
    }

    #[test]
    fn a_prefix_list_changes_declarations_and_nothing_else(tree in tree()) {
        let xml = xml_of(&tree);
        let document = Document::parse(xml.as_bytes()).unwrap();
        for element in document.root().descendants() {
            let bare = c14n::exclusive(element, None, &[]);
            let form = c14n::exclusive(element, None, &["#default", "c"]);
            let again = Document::parse(&form).unwrap();
            prop_assert_eq!(seen(element), seen(again.root()));
            prop_assert_eq!(c14n::exclusive(again.root(), None, &[]), bare);
        }
    }

    #[test]
    fn omitting_an_element_is_as_if_it_were_cut_from_the_input(tree in tree()) {
        let xml = xml_of(&tree);
        let document = Document::parse(xml.as_bytes()).unwrap();
        for omit in document.root().descendants().skip(1) {
            let (before, after) = (&xml[..omit.span().start], &xml[omit.span().end..]);
            let cut = [before, after].concat();
            let cut = Document::parse(cut.as_bytes()).unwrap();
            let form = c14n::exclusive(document.root(), Some(omit), &[]);
            prop_assert_eq!(form, c14n::exclusive(cut.root(), None, &[]));
        }
    }

    #[test]
    fn noise_is_refused_or_canonicalized_and_never_more(noise in "[<>/!?a:='\" &;#x\\[\\]\\-CDAT\u{E9}\r\n]{0,60}") {
        if let Ok(document) = Document::parse(noise.as_bytes()) {
            let form = c14n::exclusive(document.root(), None, &["#default", "a"]);
            prop_assert!(Document::parse(&form).is_ok());
        }
    }

    #[test]
    fn a_damaged_document_is_refused_or_canonicalized_and_never_more(
        tree in tree(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = xml_of(&tree).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(document) = Document::parse(&bytes) {
            let form = c14n::exclusive(document.root(), None, &[]);
            let again = Document::parse(&form).unwrap();
            prop_assert_eq!(c14n::exclusive(again.root(), None, &[]), form.clone());
        }
    }

    #[test]
    fn what_is_written_is_read_again(value in "\\PC{0,20}|[\u{0}-\u{FFFF}]{0,20}") {
        let mut writer = Writer::new();
        writer.start("r").attribute("a", &value).text(&value);
        let xml = writer.finish();
        let document = Document::parse(xml.as_bytes()).unwrap();
        let known = |character: char| match character {
            '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'.. => character,
            _ => '\u{FFFD}',
        };
        let expected: String = value.chars().map(known).collect();
        prop_assert_eq!(document.root().attribute("a"), Some(expected.as_str()));
        prop_assert_eq!(document.root().text().unwrap(), expected);
    }
}
