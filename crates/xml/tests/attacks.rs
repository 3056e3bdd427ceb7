//! Attacks that are refused where XML is read, each with the harmless document next to it.
//!
//! Those that need a signature or a message to be attacks are tested in `dsig` and `saml`.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use vestibule_xml::{Document, ErrorKind, Limits, c14n};

fn refusal(xml: &str) -> ErrorKind {
    Document::parse(xml.as_bytes()).map(|document| document.root().local_name().to_owned()).unwrap_err().kind
}

fn canonical(xml: &str) -> String {
    let document = Document::parse(xml.as_bytes()).unwrap();
    String::from_utf8(c14n::exclusive(document.root(), None, &[])).unwrap()
}

#[test]
fn x14_document_types_are_refused_wherever_they_stand() {
    let documents = [
        "<!DOCTYPE r><r/>",
        "<?xml version='1.0'?>\n<!DOCTYPE r [<!ENTITY e 'x'>]><r a='&e;'/>",
        "<!-- c --><!DOCTYPE r SYSTEM 'http://example.com/r.dtd'><r/>",
        "<!DOCTYPE r [<!ATTLIST r a CDATA 'forged'>]><r/>",
        "<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><r>&e;</r>",
        "<r><!DOCTYPE r></r>",
        "<r/><!DOCTYPE r>",
    ];
    for xml in documents {
        assert_eq!(refusal(xml), ErrorKind::DocumentType, "{xml}");
    }
    assert_eq!(refusal("<!doctype r><r/>"), ErrorKind::Markup);
    assert_eq!(refusal("<r a='&e;'/>"), ErrorKind::Entity);
    assert_eq!(canonical("<r a='&amp;e;'/>"), "<r a=\"&amp;e;\"></r>");
}

#[test]
fn x14_an_attribute_that_is_there_twice_by_two_prefixes_is_refused() {
    let twice = "<r xmlns:p='urn:a' xmlns:q='urn:a' p:x='1' q:x='2'/>";
    assert_eq!(refusal(twice), ErrorKind::DuplicateAttribute);
    let rebound = "<o xmlns:p='urn:a' xmlns:q='urn:b'><r xmlns:q='urn:a' q:x='2' p:x='1'/></o>";
    assert_eq!(refusal(rebound), ErrorKind::DuplicateAttribute);
    canonical("<r xmlns='urn:a' xmlns:p='urn:a' xmlns:q='urn:b' x='0' p:x='1' q:x='2'/>");
}

#[test]
fn x14_undeclared_and_reserved_prefixes_are_refused() {
    assert_eq!(refusal("<saml:r/>"), ErrorKind::UndeclaredPrefix);
    assert_eq!(refusal("<r saml:x=''/>"), ErrorKind::UndeclaredPrefix);
    assert_eq!(refusal("<r><i xmlns:saml='urn:a'/><saml:i/></r>"), ErrorKind::UndeclaredPrefix);
    assert_eq!(refusal("<xml:r xmlns:xml='urn:a'/>"), ErrorKind::ReservedNamespace);
    assert_eq!(refusal("<r xmlns:saml='http://www.w3.org/2000/xmlns/'/>"), ErrorKind::ReservedNamespace);
    canonical("<r xml:lang='en'><saml:i xmlns:saml='urn:a'/></r>");
}

#[test]
fn x14_xml_base_is_refused() {
    assert_eq!(refusal("<r><i xml:base='http://example.com/'/></r>"), ErrorKind::Base);
    canonical("<r base='http://example.com/' xml:lang='en'/>");
}

#[test]
fn x14_an_element_with_two_ids_is_refused() {
    assert_eq!(refusal("<r ID='_1' Id='_2'/>"), ErrorKind::SeveralIds);
    assert_eq!(refusal("<r xmlns:p='urn:a' ID='_1' p:ID='_2'/>"), ErrorKind::SeveralIds);
    assert_eq!(refusal("<r id='_1' xml:id='_2'/>"), ErrorKind::SeveralIds);
    canonical("<r ID='_1' entityID='_2' SessionId='_3'/>");
}

#[test]
fn x15_documents_whose_canonical_form_is_undefined_are_refused() {
    for namespace in ["a", "../a", "/a", "//host/a", "#a", "?a", "1:a", "a b:c", ":a", "http:", "\u{E9}:a"] {
        let kind = refusal(&format!("<p:r xmlns:p='{namespace}'/>"));
        assert!(
            matches!(kind, ErrorKind::RelativeNamespace | ErrorKind::NamespaceForm),
            "{namespace}: {kind:?}"
        );
    }
    let long = "a".repeat(252);
    assert_eq!(refusal(&format!("<p:r xmlns:p='urn:{long}b'/>")), ErrorKind::NamespaceForm);
    assert!(canonical(&format!("<p:r xmlns:p='urn:{long}'/>")).contains(&long));
    for namespace in ["urn:a", "http://example.com", "x-1+2.3:a", "a:b"] {
        assert_eq!(
            canonical(&format!("<p:r xmlns:p='{namespace}'/>")),
            format!("<p:r xmlns:p=\"{namespace}\"></p:r>")
        );
    }
}

#[test]
fn x15_the_canonical_form_of_an_element_is_never_empty() {
    for xml in ["<r/>", "<r></r>", "<r><!-- c --></r>", "<r><![CDATA[]]></r>", "<r>\n</r>"] {
        let document = Document::parse(xml.as_bytes()).unwrap();
        let form = c14n::exclusive(document.root(), None, &["#default", "xml", "p", ""]);
        assert!(form.starts_with(b"<r>") && form.ends_with(b"</r>"), "{xml}");
    }
}

#[test]
fn x17_a_comment_does_not_cut_text() {
    let document = Document::parse(b"<n>user@a.com<!---->.evil.com</n>").unwrap();
    assert_eq!(document.root().text().unwrap(), "user@a.com.evil.com");
    assert!(!document.root().is_plain());
    assert_eq!(canonical("<n>user@a.com<!---->.evil.com</n>"), "<n>user@a.com.evil.com</n>");
    let whole = Document::parse(b"<n>user@a.com.evil.com</n>").unwrap();
    assert!(whole.root().is_plain());
}

#[test]
fn x17_processing_instructions_are_refused() {
    let documents = [
        "<?p?><r/>",
        "<r>user@a.com<?p?>.evil.com</r>",
        "<r/><?p x?>",
        "<?xml-stylesheet href='x'?><r/>",
        "<r><?",
    ];
    for xml in documents {
        assert_eq!(refusal(xml), ErrorKind::ProcessingInstruction, "{xml}");
    }
    canonical("<?xml version='1.0'?><r>user@a.com</r>");
}

#[test]
fn x17_text_beside_an_element_is_not_text() {
    let document = Document::parse(b"<n>user@a.com<b/>.evil.com</n>").unwrap();
    assert_eq!(document.root().text(), None);
}

#[test]
fn x19_an_id_that_is_there_twice_is_refused_whatever_its_attribute_is_called() {
    for (one, other) in
        [("ID", "ID"), ("ID", "Id"), ("id", "ID"), ("ID", "xml:id"), ("p:ID", "q:Id"), ("iD", "id")]
    {
        let twice = format!("<r xmlns:p='urn:a' xmlns:q='urn:b' {one}='_1'><i/><i><i {other}='_1'/></i></r>");
        assert_eq!(refusal(&twice), ErrorKind::DuplicateId, "{twice}");
        let spaced = format!("<r xmlns:p='urn:a' xmlns:q='urn:b' {one}=' _1'><i {other}='_1&#10;'/></r>");
        assert_eq!(refusal(&spaced), ErrorKind::DuplicateId, "{spaced}");
        canonical(&format!("<r xmlns:p='urn:a' xmlns:q='urn:b' {one}='_1'><i {other}='_2'/></r>"));
    }
}

#[test]
fn x22_expanding_entities_are_refused_before_they_expand() {
    let mut laughs = String::from("<!DOCTYPE r [<!ENTITY a0 'ha'>");
    for step in 1..30 {
        laughs.push_str(&format!("<!ENTITY a{step} '&a{};&a{};'>", step - 1, step - 1));
    }
    laughs.push_str("]><r>&a29;</r>");
    assert_eq!(refusal(&laughs), ErrorKind::DocumentType);
}

#[test]
fn x22_nesting_stops_at_the_limit() {
    let nested = |depth: usize| format!("{}{}", "<r>".repeat(depth), "</r>".repeat(depth));
    assert_eq!(canonical(&nested(64)), nested(64));
    assert_eq!(refusal(&nested(65)), ErrorKind::TooDeep);
    assert_eq!(refusal(&nested(10_000)), ErrorKind::TooDeep);
    assert_eq!(refusal(&"<r>".repeat(100_000)), ErrorKind::TooDeep);
}

#[test]
fn x22_a_huge_document_is_refused_unread() {
    let huge = |bytes: usize| format!("<r a='{}'/>", "x".repeat(bytes - 9));
    assert_eq!(canonical(&huge(512 * 1024)).len(), 512 * 1024 + 3);
    assert_eq!(refusal(&huge(512 * 1024 + 1)), ErrorKind::TooManyBytes);
    assert_eq!(refusal(&huge(10 * 1024 * 1024)), ErrorKind::TooManyBytes);
    assert!(Document::parse_with(huge(1024 * 1024).as_bytes(), &Limits::METADATA).is_ok());
}

#[test]
fn x22_each_count_stops_at_its_limit() {
    let nodes = |count: usize| format!("<r>{}</r>", "<i/>".repeat(count - 1));
    canonical(&nodes(20_000));
    assert_eq!(refusal(&nodes(20_001)), ErrorKind::TooManyNodes);
    let comments = |count: usize| format!("<r>{}</r>", "<!---->".repeat(count - 1));
    canonical(&comments(20_000));
    assert_eq!(refusal(&comments(20_001)), ErrorKind::TooManyNodes);
    let list = |count: usize, item: fn(usize) -> String| (0..count).map(item).collect::<String>();
    let attributes = |count| format!("<r{}/>", list(count, |number| format!(" a{number}=''")));
    canonical(&attributes(64));
    assert_eq!(refusal(&attributes(65)), ErrorKind::TooManyAttributes);
    let namespaces = |count| format!("<r{}/>", list(count, |number| format!(" xmlns:p{number}='urn:a'")));
    canonical(&namespaces(512));
    assert_eq!(refusal(&namespaces(513)), ErrorKind::TooManyNamespaces);
    let ids = |count| format!("<r>{}</r>", list(count, |number| format!("<i ID='_{number}'/>")));
    canonical(&ids(64));
    assert_eq!(refusal(&ids(65)), ErrorKind::TooManyIds);
}

#[test]
fn x22_many_declarations_at_every_depth_are_read_and_written_once() {
    let declarations: String = (0..512).map(|number| format!(" xmlns:p{number}='u:'")).collect();
    let mut xml = String::new();
    for depth in 0..64 {
        // Each of them is declared anew at every depth as far as the size allows, and one is used.
        let declared = if depth < 48 { declarations.as_str() } else { "" };
        xml.push_str(&format!("<p{depth}:e{declared}>"));
    }
    for depth in (0..64).rev() {
        xml.push_str(&format!("</p{depth}:e>"));
    }
    let limits = Limits { bytes: 1 << 20, ..Limits::MESSAGE };
    let refused = Document::parse_with(xml.as_bytes(), &limits).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::RelativeNamespace, "a scheme alone is no namespace");
    let xml = xml.replace("'u:'", "'u:x'");
    let document = Document::parse_with(xml.as_bytes(), &limits).unwrap();
    let form = String::from_utf8(c14n::exclusive(document.root(), None, &[])).unwrap();
    assert_eq!(form.matches("xmlns:").count(), 64);
    let prefixes: Vec<String> = (0..512).map(|number| format!("p{number}")).collect();
    let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
    let form = String::from_utf8(c14n::exclusive(document.root(), None, &prefixes)).unwrap();
    assert_eq!(form.matches("xmlns:").count(), 512);
}

#[test]
fn x22_the_canonical_form_stays_in_proportion_to_the_input() {
    let namespace = format!("urn:{}", "a".repeat(252));
    let xml = format!("<r xmlns:p='{namespace}'>{}</r>", "<p:i/>".repeat(19_999));
    let document = Document::parse(xml.as_bytes()).unwrap();
    let form = c14n::exclusive(document.root(), None, &[]);
    assert!(form.len() < 64 * xml.len(), "{} bytes of {}", form.len(), xml.len());
}

#[test]
fn x23_byte_order_marks_and_other_encodings_are_refused() {
    let kind = |bytes: &[u8]| Document::parse(bytes).unwrap_err().kind;
    assert_eq!(kind(b"\xEF\xBB\xBF<r/>"), ErrorKind::ByteOrderMark);
    assert_eq!(kind(b"\xFF\xFE<\0r\0/\0>\0"), ErrorKind::ByteOrderMark);
    assert_eq!(kind(b"\xFE\xFF\0<\0r\0/\0>"), ErrorKind::ByteOrderMark);
    assert_eq!(kind(b"<\0r\0/\0>\0"), ErrorKind::Character);
    assert_eq!(kind(b"<r>\xFC</r>"), ErrorKind::NotUtf8);
    assert_eq!(kind(b"<r>\xC0\xBC</r>"), ErrorKind::NotUtf8, "overlong");
    assert_eq!(kind(b"<r>\xED\xA0\x80</r>"), ErrorKind::NotUtf8, "a surrogate");
    assert_eq!(kind(b"<?xml version='1.0' encoding='UTF-7'?><r/>"), ErrorKind::Encoding);
    canonical("<?xml version='1.0' encoding='UTF-8'?><r>\u{FC}\u{FEFF}</r>");
}

#[test]
fn x23_a_carriage_return_by_reference_survives_and_one_by_itself_does_not() {
    assert_eq!(canonical("<r>a&#13;\r\nb\rc</r>"), "<r>a&#xD;\nb\nc</r>");
    assert_eq!(canonical("<r a='a&#13;\r\nb\rc'/>"), "<r a=\"a&#xD; b c\"></r>");
    assert_eq!(canonical(&canonical("<r>a&#13;</r>")), "<r>a&#xD;</r>");
}
