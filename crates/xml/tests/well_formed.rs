//! What is a document and what is not: tables of accepted and refused inputs.
//!
//! Attacks, which are refused too, have a table of their own in `attacks.rs`.

use vestibule_xml::{Document, Element, ErrorKind};

/// A document, and the text of its root (or `-` where the root has child elements).
const ACCEPTED: &[(&str, &str)] = &[
    ("<a/>", ""),
    ("<a></a>", ""),
    ("<a />", ""),
    ("<a\n></a\t>", ""),
    (" \r\n\t<a/> \n", ""),
    ("<!-- one --><!----><a/><!-- - - -->", ""),
    ("<?xml version=\"1.0\"?><a/>", ""),
    ("<?xml version='1.0' encoding='utf-8'?><a/>", ""),
    ("<?xml\tversion = \"1.0\"\nencoding =\r'UTF-8' standalone='yes' ?>\n<a/>", ""),
    ("<?xml version=\"1.0\" standalone=\"no\"?><a/>", ""),
    ("<a>text</a>", "text"),
    ("<a>one<!-- cut -->two</a>", "onetwo"),
    ("<a><![CDATA[<&>]]]]><![CDATA[>]]></a>", "<&>]]>"),
    ("<a><![CDATA[]]></a>", ""),
    ("<a>&lt;&gt;&amp;&quot;&apos;</a>", "<>&\"'"),
    ("<a>&amp;lt;</a>", "&lt;"),
    ("<a>&#65;&#x41;&#x00000041;&#x1F600;&#xFFFD;</a>", "AAA\u{1F600}\u{FFFD}"),
    ("<a>&#9;&#10;&#13; </a>", "\t\n\r "),
    ("<a>1\r\n2\r3\n4\r\r\n5</a>", "1\n2\n3\n4\n\n5"),
    ("<a><![CDATA[1\r\n2\r3]]></a>", "1\n2\n3"),
    ("<a>&#13;\r\n&#13;&#10;</a>", "\r\n\r\n"),
    ("<a>]] ]> >]]&gt; ]]</a>", "]] ]> >]]> ]]"),
    (
        "<a>\u{7F}\u{85}\u{2028}\u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFF}</a>",
        "\u{7F}\u{85}\u{2028}\u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFF}",
    ),
    ("<a>\u{EFFF}\u{F000}</a>", "\u{EFFF}\u{F000}"),
    ("<_.-1/>", ""),
    ("<\u{E9}t\u{E9}/>", ""),
    ("<a\u{B7}\u{300}\u{203F}/>", ""),
    ("<\u{10000}/>", ""),
    ("<a b='1' c=\"2\"\r\n\td = '3'/>", ""),
    ("<a b='\"' c=\"'\" d='>' e='&lt;'/>", ""),
    ("<a xmlns='urn:x'/>", ""),
    ("<p:a p:b='' xmlns:p='urn:x' b=''/>", ""),
    ("<a xmlns=''/>", ""),
    ("<a xmlns='urn:x'><b xmlns=''/></a>", "-"),
    ("<a xml:lang='en' xml:space='preserve'/>", ""),
    ("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", ""),
    ("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='' q:c=''/>", ""),
    ("<a xmlns:p='HTTP://EXAMPLE/%7e(x)!*;,?#f'/>", ""),
    ("<xmla xmlb=''/>", ""),
    ("<a>x</a >", "x"),
    ("<a><b>x</b></a>", "-"),
];

const REFUSED: &[(&str, ErrorKind)] = &[
    ("", ErrorKind::NoRoot),
    ("  ", ErrorKind::NoRoot),
    ("text", ErrorKind::NoRoot),
    ("text<a/>", ErrorKind::NoRoot),
    ("<!-- only -->", ErrorKind::NoRoot),
    ("<a/><b/>", ErrorKind::AfterRoot),
    ("<a/>text", ErrorKind::AfterRoot),
    ("<a/>&#32;", ErrorKind::AfterRoot),
    ("<a/></a>", ErrorKind::AfterRoot),
    ("<a/><![CDATA[]]>", ErrorKind::Markup),
    ("<![CDATA[]]><a/>", ErrorKind::Markup),
    ("<a><!ELEMENT b ANY></a>", ErrorKind::Markup),
    ("<a><![cdata[]]></a>", ErrorKind::Markup),
    // Ends.
    ("<", ErrorKind::UnexpectedEnd),
    ("<a", ErrorKind::UnexpectedEnd),
    ("<a ", ErrorKind::UnexpectedEnd),
    ("<a b", ErrorKind::UnexpectedEnd),
    ("<a b=", ErrorKind::UnexpectedEnd),
    ("<a b='", ErrorKind::UnexpectedEnd),
    ("<a b=''", ErrorKind::UnexpectedEnd),
    ("<a/", ErrorKind::Tag),
    ("<a>", ErrorKind::UnexpectedEnd),
    ("<a>text", ErrorKind::UnexpectedEnd),
    ("<a><b></b>", ErrorKind::UnexpectedEnd),
    ("<a></a", ErrorKind::UnexpectedEnd),
    ("<a></", ErrorKind::UnexpectedEnd),
    ("<a><!-- ", ErrorKind::UnexpectedEnd),
    ("<a><!-- --", ErrorKind::UnexpectedEnd),
    ("<a><![CDATA[ ]]", ErrorKind::UnexpectedEnd),
    // The declaration.
    ("<?xml version='1.1'?><a/>", ErrorKind::Version),
    ("<?xml version='1.0' encoding='UTF-16'?><a/>", ErrorKind::Encoding),
    ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", ErrorKind::Encoding),
    ("<?xml version='1.0' encoding=''?><a/>", ErrorKind::Encoding),
    ("<?xml encoding='UTF-8'?><a/>", ErrorKind::Declaration),
    ("<?xml version='1.0' standalone='maybe'?><a/>", ErrorKind::Declaration),
    ("<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>", ErrorKind::Declaration),
    ("<?xml version='1.0'encoding='UTF-8'?><a/>", ErrorKind::Declaration),
    ("<?xml version=1.0?><a/>", ErrorKind::Declaration),
    ("<?xml version='1.0'><a/>", ErrorKind::Declaration),
    ("<?xml version='1.0' x='y'?><a/>", ErrorKind::Declaration),
    (" <?xml version='1.0'?><a/>", ErrorKind::ProcessingInstruction),
    ("<!-- --><?xml version='1.0'?><a/>", ErrorKind::ProcessingInstruction),
    ("<?xml version='1.0'?><?xml version='1.0'?><a/>", ErrorKind::ProcessingInstruction),
    ("<?XML version='1.0'?><a/>", ErrorKind::ProcessingInstruction),
    // Names.
    ("<1/>", ErrorKind::Name),
    ("<-a/>", ErrorKind::Name),
    ("<.a/>", ErrorKind::Name),
    ("< a/>", ErrorKind::Name),
    ("<a><></></a>", ErrorKind::Name),
    ("<\u{D7}/>", ErrorKind::Name),
    ("<a\u{D7}/>", ErrorKind::Name),
    ("<\u{B7}/>", ErrorKind::Name),
    ("<\u{37E}/>", ErrorKind::Name),
    ("<a$/>", ErrorKind::Tag),
    ("<a 1='x'/>", ErrorKind::Name),
    ("<a ='x'/>", ErrorKind::Name),
    ("<a p:1='x' xmlns:p='urn:x'/>", ErrorKind::Name),
    ("<a xmlns:1='urn:x'/>", ErrorKind::Name),
    ("<:a/>", ErrorKind::QualifiedName),
    ("<a:/>", ErrorKind::QualifiedName),
    ("<:/>", ErrorKind::QualifiedName),
    ("<p:a:b xmlns:p='urn:x'/>", ErrorKind::QualifiedName),
    ("<a xmlns:='urn:x'/>", ErrorKind::QualifiedName),
    ("<a xmlns:p:q='urn:x'/>", ErrorKind::QualifiedName),
    // Tags and attributes.
    ("<a/ >", ErrorKind::Tag),
    ("<a / >", ErrorKind::Tag),
    ("<a b='1'c='2'/>", ErrorKind::Tag),
    ("<a b='1'/c/>", ErrorKind::Tag),
    ("<a\u{A0}b='1'/>", ErrorKind::Name),
    ("<a b/>", ErrorKind::AttributeValue),
    ("<a b=1/>", ErrorKind::AttributeValue),
    ("<a b='<'/>", ErrorKind::AttributeValue),
    ("<a b='&lt;<'/>", ErrorKind::AttributeValue),
    ("<a b='1' b='1'/>", ErrorKind::DuplicateAttribute),
    ("<a></b>", ErrorKind::EndTag),
    ("<a></ab>", ErrorKind::EndTag),
    ("<ab></a>", ErrorKind::EndTag),
    ("<a></ a>", ErrorKind::EndTag),
    ("<a></A>", ErrorKind::EndTag),
    ("<a><b></a></b>", ErrorKind::EndTag),
    ("<a></a b='1'>", ErrorKind::EndTag),
    ("<a xmlns:p='urn:x' xmlns:q='urn:x'><p:b></q:b></a>", ErrorKind::EndTag),
    // Text.
    ("<a>]]></a>", ErrorKind::CdataEnd),
    ("<a>&amp;]]></a>", ErrorKind::CdataEnd),
    ("<a>&</a>", ErrorKind::Entity),
    ("<a>& </a>", ErrorKind::Entity),
    ("<a>&lt</a>", ErrorKind::Entity),
    ("<a>&;</a>", ErrorKind::Entity),
    ("<a>&LT;</a>", ErrorKind::Entity),
    ("<a>&nbsp;</a>", ErrorKind::Entity),
    ("<a>&#;</a>", ErrorKind::Entity),
    ("<a>&#x;</a>", ErrorKind::Entity),
    ("<a>&#X41;</a>", ErrorKind::Entity),
    ("<a>&#4 1;</a>", ErrorKind::Entity),
    ("<a>&#+65;</a>", ErrorKind::Entity),
    ("<a>&#-1;</a>", ErrorKind::Entity),
    ("<a>&#x4G;</a>", ErrorKind::Entity),
    ("<a b='&'/>", ErrorKind::Entity),
    ("<a>&#0;</a>", ErrorKind::Character),
    ("<a>&#8;</a>", ErrorKind::Character),
    ("<a>&#xB;</a>", ErrorKind::Character),
    ("<a>&#x1F;</a>", ErrorKind::Character),
    ("<a>&#xD800;</a>", ErrorKind::Character),
    ("<a>&#xDFFF;</a>", ErrorKind::Character),
    ("<a>&#xFFFE;</a>", ErrorKind::Character),
    ("<a>&#x110000;</a>", ErrorKind::Character),
    ("<a>&#4294967361;</a>", ErrorKind::Character),
    ("<a b='&#0;'/>", ErrorKind::Character),
    ("<a>\0</a>", ErrorKind::Character),
    ("<a>\u{8}</a>", ErrorKind::Character),
    ("<a>\u{1B}</a>", ErrorKind::Character),
    ("<a>\u{FFFE}</a>", ErrorKind::Character),
    ("<a>\u{FFFF}</a>", ErrorKind::Character),
    ("<a><!-- \u{1} --></a>", ErrorKind::Character),
    ("<a><![CDATA[\u{B}]]></a>", ErrorKind::Character),
    ("<a b='\u{C}'/>", ErrorKind::Character),
    ("<!-- -- --><a/>", ErrorKind::Comment),
    ("<a><!--- ---></a>", ErrorKind::Comment),
    // Namespaces.
    ("<p:a/>", ErrorKind::UndeclaredPrefix),
    ("<a p:b=''/>", ErrorKind::UndeclaredPrefix),
    ("<a><b xmlns:p='urn:x'/><p:c/></a>", ErrorKind::UndeclaredPrefix),
    ("<a xmlns:p=''/>", ErrorKind::EmptyNamespace),
    ("<a xmlns:xml='urn:x'/>", ErrorKind::ReservedNamespace),
    ("<a xmlns:xmlns='urn:x'/>", ErrorKind::ReservedNamespace),
    ("<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", ErrorKind::ReservedNamespace),
    ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", ErrorKind::ReservedNamespace),
    ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", ErrorKind::ReservedNamespace),
    ("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", ErrorKind::ReservedNamespace),
    ("<xmlns:a/>", ErrorKind::UndeclaredPrefix),
    ("<a xmlns='urn:x' xmlns='urn:x'/>", ErrorKind::DuplicateAttribute),
    ("<a xmlns:p='urn:x' xmlns:p='urn:y'/>", ErrorKind::DuplicateAttribute),
    ("<a xmlns:p='urn:x&amp;y'/>", ErrorKind::NamespaceForm),
    ("<a xmlns:p='urn:&#120;'/>", ErrorKind::NamespaceForm),
    ("<a xmlns:p='urn:x y'/>", ErrorKind::NamespaceForm),
    ("<a xmlns:p=' urn:x'/>", ErrorKind::NamespaceForm),
    ("<a xmlns:p='urn:\n'/>", ErrorKind::NamespaceForm),
    ("<a xmlns:p='urn:<'/>", ErrorKind::NamespaceForm),
    ("<a xmlns:p='urn:\"'/>", ErrorKind::NamespaceForm),
    ("<a xmlns:p='urn:\u{E9}'/>", ErrorKind::NamespaceForm),
];

fn text_of(root: Element<'_>) -> String {
    root.text().map_or_else(|| "-".to_owned(), std::borrow::Cow::into_owned)
}

#[test]
fn well_formed_documents_are_accepted_and_read() {
    for (xml, text) in ACCEPTED {
        let document = Document::parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{xml:?}: {error}"));
        assert_eq!(text_of(document.root()), *text, "{xml:?}");
    }
}

#[test]
fn everything_else_is_refused_by_the_rule_it_breaks() {
    for (xml, kind) in REFUSED {
        let refused = Document::parse(xml.as_bytes()).map(|document| text_of(document.root()));
        assert_eq!(refused.map_err(|error| error.kind), Err(*kind), "{xml:?}");
    }
}

#[test]
fn no_beginning_of_a_document_is_a_document() {
    let whole =
        "<?xml version='1.0'?><p:a xmlns:p='urn:x' b='&amp;\u{E9}'>t<c/><!-- c --><![CDATA[d]]></p:a>";
    Document::parse(whole.as_bytes()).unwrap();
    for end in 0..whole.len() {
        assert!(Document::parse(&whole.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn the_place_of_an_error_is_its_line_and_column_in_characters() {
    let places = [
        ("<a>\n  <b>\n</a>", (3, 1)),
        ("<a>\u{E9}\u{1F600}&x;</a>", (1, 6)),
        ("<a b='1'\n   b='2'/>", (2, 4)),
        ("<a>\n\u{1}", (2, 1)),
        ("<a>\n\n<p:b/></a>", (3, 2)),
        ("<a>\nx]]></a>", (2, 2)),
    ];
    for (xml, place) in places {
        let error = Document::parse(xml.as_bytes()).unwrap_err();
        assert_eq!((error.line, error.column), place, "{xml:?}: {error}");
    }
}

#[test]
fn an_error_is_a_sentence_with_its_place() {
    let error = Document::parse(b"<a><!DOCTYPE a></a>").unwrap_err();
    let sentence =
        "The XML document contains a document type declaration, which is not accepted (line 1, column 4).";
    assert_eq!(error.to_string(), sentence);
    for (_, kind) in REFUSED {
        assert!(kind.sentence().starts_with("The XML "), "{kind:?}");
    }
}
