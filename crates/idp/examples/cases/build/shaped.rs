//! Accepted: how the same can be written in XML.
//!
//! The one thing to know: the text is rewritten before it is signed, so it is what an identity provider with other
//! habits would send. What is rewritten after signing (comments, mostly) says so.

use vestibule_saml::write::Signed;

use super::{Built, attribute, changed, honest, replaced, sign};

const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

pub fn all() -> Vec<Built> {
    let xml = honest().write();
    vec![
        Built::new(
            "x07_x09_extensions_with_something_else",
            "Extensions carry something, and no assertion.",
            sign(
                &replaced(
                    &xml,
                    "<samlp:Status>",
                    "<samlp:Extensions><e:Note xmlns:e=\"urn:example\">hello</e:Note></samlp:Extensions><samlp:Status>",
                ),
                Signed::Response,
            ),
        ),
        Built::new(
            "x13_advice_without_an_assertion",
            "The Advice refers to another assertion, and carries none.",
            sign(
                &replaced(
                    &xml,
                    "<saml:AuthnStatement",
                    "<saml:Advice><saml:AssertionIDRef>_b1</saml:AssertionIDRef></saml:Advice><saml:AuthnStatement",
                ),
                Signed::Assertion,
            ),
        ),
        prefixes(&xml),
        default_namespace(&xml),
        declaration(&xml),
        pretty(&xml),
        Built::new(
            "x14_x23_comments_between_elements",
            "Comments stand between elements; they are added after signing, which the canonical form permits.",
            replaced(&sign(&xml, Signed::Both), "<saml:Subject>", "<!-- who --><saml:Subject><!-- it is -->"),
        ),
        comment_in_name_id(),
        Built::new(
            "x14_x17_character_references_in_name_id",
            "The name identifier is written with character references and a CDATA section; it is one text.",
            replaced(
                &sign(&xml, Signed::Assertion),
                "zoe.lindstrom@acme.example</saml:NameID>",
                "&#x7a;oe.<![CDATA[lindstrom]]>&#64;acme.example</saml:NameID>",
            ),
        ),
        many_values(),
        Built::new(
            "x24_attributes_in_another_order",
            "The attributes and the declarations of every element stand in the opposite order.",
            sign(&reversed(&xml), Signed::Both),
        ),
    ]
}

/// The document with the attributes of every element from the last to the first.
fn reversed(xml: &str) -> String {
    let tag = |text: &str| {
        let end = if text.contains("/>") { "/>" } else { ">" };
        let (inside, after) = text.split_once(end).unwrap();
        let Some((name, attributes)) = inside.split_once(' ') else { return format!("<{text}") };
        let mut attributes: Vec<&str> = attributes.trim_end_matches('"').split("\" ").collect();
        attributes.reverse();
        format!("<{name} {}\"{end}{after}", attributes.join("\" "))
    };
    xml.split('<').skip(1).map(tag).collect()
}

fn prefixes(xml: &str) -> Built {
    let mut xml = xml.replace("samlp:", "protocol:").replace("saml:", "assertion:");
    xml = xml.replace("xmlns:samlp=", "xmlns:protocol=").replace("xmlns:saml=", "xmlns:assertion=");
    let title = "The prefixes are others than the customary ones.";
    Built::new("x14_x24_other_prefixes", title, sign(&xml, Signed::Both))
}

fn default_namespace(xml: &str) -> Built {
    let (before, rest) = xml.split_once("<saml:Assertion").unwrap();
    let (assertion, after) = rest.split_once("</saml:Assertion>").unwrap();
    let declared = format!("xmlns:saml=\"{ASSERTION}\"");
    let assertion = replaced(assertion, &declared, &format!("xmlns=\"{ASSERTION}\"")).replace("saml:", "");
    let xml = format!("{before}<Assertion{assertion}</Assertion>{after}");
    let title = "The assertion is in the default namespace, as Entra ID writes it.";
    Built::new("x14_x15_x24_default_namespace", title, sign(&xml, Signed::Assertion))
}

fn declaration(xml: &str) -> Built {
    let signed = sign(xml, Signed::Response);
    let title = "An XML declaration names the encoding, and a line ends the file.";
    Built::new(
        "x23_xml_declaration",
        title,
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n{signed}\r\n"),
    )
}

/// White space between all elements, and around all texts.
fn pretty(xml: &str) -> Built {
    let xml = xml.replace("><", ">\r\n  <");
    let title = "The document is indented, with the line ends of Windows.";
    let mut text = String::new();
    let mut rest = xml.as_str();
    while let Some((before, after)) = rest.split_once("</saml:Audience>") {
        text.push_str(before);
        text.push_str("\r\n    </saml:Audience>");
        rest = after;
    }
    text.push_str(rest);
    let text = text.replace("<saml:Audience>", "<saml:Audience>\r\n      ");
    Built::new("x23_x24_indented", title, sign(&text, Signed::Both))
}

/// The genuine identifier goes on behind what a comment makes look like its end.
fn comment_in_name_id() -> Built {
    let long = "ada.whitfield@acme.example.elsewhere.example";
    let response = changed(|_, assertion| {
        long.clone_into(&mut assertion.name_id.as_mut().unwrap().value);
        assertion.attributes = vec![attribute("mail", &[long])];
    });
    let signed = sign(&response.write(), Signed::Assertion);
    let cut = "ada.whitfield@acme.example<!-- -->.elsewhere.example";
    let title = "A comment stands inside the name identifier and inside a value; both are read whole.";
    Built::new("x17_comments_cut_nothing", title, replaced(&signed, long, cut))
}

fn many_values() -> Built {
    let groups: Vec<String> = (0..400).map(|number| format!("group-{number:03}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let response = changed(|_, assertion| assertion.attributes.push(attribute("memberOf", &groups)));
    let title = "A person is in four hundred groups.";
    Built::new("x22_four_hundred_groups", title, sign(&response.write(), Signed::Both))
}
