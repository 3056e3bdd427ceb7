//! Any bytes: refused, or their canonical form is a document whose canonical form is itself and which reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_xml::{Document, Element, c14n};

fuzz_target!(|input: &[u8]| {
    let Ok(document) = Document::parse(input) else { return };
    let form = c14n::exclusive(document.root(), None, &[]);
    let again = Document::parse(&form).expect("a canonical form is a document");
    assert!(again.root().is_plain());
    assert_eq!(c14n::exclusive(again.root(), None, &[]), form);
    assert_eq!(seen(document.root()), seen(again.root()));

    let listed = c14n::exclusive(document.root(), None, &["#default", "a", "saml", "xml"]);
    let again = Document::parse(&listed).expect("a canonical form is a document");
    assert_eq!(c14n::exclusive(again.root(), None, &[]), form);

    if let Some(inner) = document.root().elements().last() {
        let span = inner.span();
        let cut = [&input[..span.start], &input[span.end..]].concat();
        // Text that stood on both sides may be `]]>` now that it meets.
        if let Ok(cut) = Document::parse(&cut) {
            let omitted = c14n::exclusive(document.root(), Some(inner), &[]);
            assert_eq!(omitted, c14n::exclusive(cut.root(), None, &[]));
        }
        Document::parse(&c14n::exclusive(inner, None, &[])).expect("a canonical form is a document");
    }
});

/// What a reader can see.
fn seen(root: Element<'_>) -> Vec<String> {
    root.descendants()
        .map(|element| {
            let attributes: Vec<_> = element.attributes().collect();
            format!("{element:?} {attributes:?} {:?} {}", element.text(), element.elements().count())
        })
        .collect()
}
