//! The exclusive canonical form, case by case.

use vestibule_xml::{Document, c14n};

fn canonical(xml: &str) -> String {
    let document = Document::parse(xml.as_bytes()).unwrap();
    String::from_utf8(c14n::exclusive(document.root(), None, &[])).unwrap()
}

#[test]
fn a_declaration_moves_to_where_its_prefix_is_used() {
    assert_eq!(
        canonical("<r xmlns:a='urn:a' xmlns='urn:d'><a:b z='1' a:y='2'/><c xmlns=''>&#13;\r\n&gt;</c></r>"),
        "<r xmlns=\"urn:d\"><a:b xmlns:a=\"urn:a\" z=\"1\" a:y=\"2\"></a:b><c xmlns=\"\">&#xD;\n&gt;</c></r>"
    );
}
