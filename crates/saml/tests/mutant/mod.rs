//! Mutants of genuine, signed messages.
//!
//! What lives here: the mutations, by structure (elements moved, copied, dropped, wrapped, renamed, forged) and by
//! bytes. What does not: what must become of them (`mutants.rs`, `differential.rs`). The one thing to know: the mutants of a
//! seed are always the same, so a failure is found again by its number.

use vestibule_xml::{Document, Element};

/// The genuine messages: cases that are accepted.
pub const GENUINE: [&str; 14] = [
    "x01_to_x13_p12_assertion_alone_is_signed",
    "x01_to_x13_p12_response_alone_is_signed",
    "x01_to_x13_p12_both_are_signed",
    "x14_x15_x24_default_namespace",
    "x18_x19_x24_prefix_list",
    "p16_values_of_every_kind",
    "x24_dialect_adfs",
    "x24_dialect_entra",
    "x24_dialect_google",
    "x24_dialect_keycloak",
    "x24_dialect_okta",
    "x24_dialect_onelogin",
    "x24_dialect_ping",
    "x24_dialect_shibboleth",
];

/// What forgers put in.
const FORGED: &str = "mallory@impostor.example";

/// Random numbers that are the same every time (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    pub fn of<'t, T: ?Sized>(&mut self, values: &[&'t T]) -> &'t T {
        values[self.below(values.len())]
    }
}

/// A genuine message with up to three changes of its tree, and perhaps one of its bytes.
pub fn mutate(message: &str, random: &mut Random) -> Vec<u8> {
    let mut text = message.to_owned();
    for _ in 0..=random.below(3) {
        text = match Document::parse(text.as_bytes()) {
            Ok(document) => by_structure(&text, &document, random),
            // What does not parse any more is not worth more structure.
            Err(_) => break,
        };
    }
    let mut bytes = text.into_bytes();
    if random.below(4) == 0 {
        by_bytes(&mut bytes, random);
    }
    bytes
}

fn by_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.is_empty() {
        return;
    }
    let place = random.below(bytes.len());
    match random.below(4) {
        0 => bytes[place] ^= 1 << random.below(8),
        1 => drop(bytes.remove(place)),
        2 => bytes.insert(place, *b"<>&\"' \n\0a;="[random.below(11)..].first().unwrap()),
        _ => bytes.truncate(place),
    }
}

/// One change of the tree, made in the text.
fn by_structure(text: &str, document: &Document<'_>, random: &mut Random) -> String {
    let elements: Vec<Element<'_>> = document.root().descendants().collect();
    let one = elements[random.below(elements.len())];
    let other = elements[random.below(elements.len())];
    let copy = &text[one.span()];
    match random.below(12) {
        0 => replaced(text, one, ""),
        1 => inserted(text, other, copy, random),
        2 => moved(text, one, other, random),
        3 => inserted(text, other, &forged(copy, random), random),
        4 => replaced(text, one, &forged(copy, random)),
        5 => replaced(text, one, &wrapped(copy, random)),
        6 => inserted(text, other, random.of(&PIECES), random),
        7 => renamed(text, random),
        8 => in_start_tag(text, one, random),
        9 => in_text(text, one, random),
        10 => replaced(&inserted(text, one, &forged(copy, random), random), one, copy),
        _ => swapped(text, one, other),
    }
}

const PIECES: [&str; 9] = [
    "<!-- -->",
    "<![CDATA[x]]>",
    "\n   ",
    "mallory@impostor.example",
    "&#13;",
    "<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>",
    "<samlp:Extensions xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>",
    "<saml:AttributeStatement xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:Attribute Name=\"mail\">\
     <saml:AttributeValue>mallory@impostor.example</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>",
    "<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">mallory@impostor.example</saml:NameID>",
];

fn replaced(text: &str, element: Element<'_>, by: &str) -> String {
    let span = element.span();
    let Some((before, after)) = text.get(..span.start).zip(text.get(span.end..)) else {
        return text.to_owned();
    };
    [before, by, after].concat()
}

/// Puts something ahead of an element, behind it, or first or last inside it.
fn inserted(text: &str, element: Element<'_>, piece: &str, random: &mut Random) -> String {
    let span = element.span();
    let whole = &text[span.clone()];
    let open = whole.find('>').map_or(span.end, |end| span.start + end + 1);
    let close = whole.rfind("</").map_or(span.end, |start| span.start + start);
    let place = [span.start, span.end, open, close][random.below(4)];
    let mut text = text.to_owned();
    text.insert_str(place, piece);
    text
}

fn moved(text: &str, one: Element<'_>, other: Element<'_>, random: &mut Random) -> String {
    let (from, to) = (one.span(), other.span());
    if from.start <= to.start && to.end <= from.end {
        return text.to_owned();
    }
    let place = if random.below(2) == 0 { to.start } else { to.end };
    let mut moved = text.to_owned();
    if place >= from.end {
        moved.insert_str(place, &text[from.clone()]);
        moved.replace_range(from, "");
    } else {
        moved.replace_range(from.clone(), "");
        moved.insert_str(place, &text[from]);
    }
    moved
}

fn swapped(text: &str, one: Element<'_>, other: Element<'_>) -> String {
    let (first, second) = if one.span().start < other.span().start { (one, other) } else { (other, one) };
    let (first, second) = (first.span(), second.span());
    if first.end > second.start {
        return text.to_owned();
    }
    let parts = [&text[..first.start], &text[second.clone()], &text[first.end..second.start], &text[first]];
    format!("{}{}", parts.concat(), &text[second.end..])
}

/// The same element about somebody else, or with another ID.
fn forged(copy: &str, random: &mut Random) -> String {
    let mut forged = copy.replace("zoe.lindstrom@acme.example", FORGED);
    for id in ids(copy) {
        match random.below(3) {
            0 => forged = forged.replace(&format!("\"{id}\""), &format!("\"{id}x\"")),
            1 => forged = forged.replace(id, &format!("{id}y")),
            _ => {}
        }
    }
    if random.below(3) == 0
        && let (Some(start), Some(end)) = (forged.find("<ds:Signature"), forged.find("</ds:Signature>"))
        && start < end
    {
        forged.replace_range(start..end + "</ds:Signature>".len(), "");
    }
    forged
}

/// What stands in attributes that name an element or a message: `ID`, `InResponseTo`, `SessionIndex`.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    ["ID=\"", "InResponseTo=\"", "SessionIndex=\""].into_iter().flat_map(move |attribute| {
        let values = text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
        values.filter(|id| !id.is_empty())
    })
}

fn wrapped(copy: &str, random: &mut Random) -> String {
    let name =
        random.of(&["samlp:Extensions", "saml:Advice", "ds:Object", "samlp:StatusDetail", "samlp:Response"]);
    format!(
        "<{name} xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{copy}</{name}>"
    )
}

/// One occurrence of a name, a number or a word becomes another.
fn renamed(text: &str, random: &mut Random) -> String {
    let (from, to) = [
        ("saml:", "samlp:"),
        ("Assertion", "EncryptedAssertion"),
        ("#_a7f3", "#_r218"),
        ("#_r218", "#_a7f3"),
        ("_a7f3", "_r218"),
        ("ID=", "Id="),
        ("zoe.lindstrom", "zoe.<!-- -->lindstrom"),
        ("lindstrom", "&#108;indstrom"),
        ("acme.example", "impostor.example"),
        ("engineering", "admins"),
        ("2026-03-01T12:05:00Z", "2036-03-01T12:05:00Z"),
        ("#rsa-sha256", "#rsa-sha1"),
        ("xml-exc-c14n#", "xml-exc-c14n#WithComments"),
        ("enveloped-signature", "base64"),
        ("urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:assertion2"),
        ("status:Success", "status:Responder"),
        ("\" ", "\"\n\t"),
        ("></saml:SubjectConfirmationData>", "/>"),
    ][random.below(18)];
    let places: Vec<usize> = text.match_indices(from).map(|(place, _)| place).collect();
    let mut text = text.to_owned();
    if !places.is_empty() {
        let place = places[random.below(places.len())];
        text.replace_range(place..place + from.len(), to);
    }
    text
}

fn in_start_tag(text: &str, element: Element<'_>, random: &mut Random) -> String {
    let attribute = random.of(&[
        " xmlns:extra=\"urn:impostor.example\"",
        " xmlns=\"urn:impostor.example\"",
        " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
        " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"",
        " ID=\"_a7f3\"",
        " ID=\"_new\"",
        " xml:lang=\"sv\"",
        " extra=\"1\"",
        " \n ",
    ]);
    let span = element.span();
    let Some(end) = text[span.clone()].find(['>', ' ', '/']) else { return text.to_owned() };
    let mut text = text.to_owned();
    text.insert_str(span.start + end, attribute);
    text
}

fn in_text(text: &str, element: Element<'_>, random: &mut Random) -> String {
    let span = element.span();
    let whole = &text[span.clone()];
    let (Some(start), Some(end)) = (whole.find('>'), whole.rfind("</")) else { return text.to_owned() };
    if start + 1 >= end {
        return text.to_owned();
    }
    let place = span.start + start + 1 + random.below(end - start - 1);
    let place = text.floor_char_boundary(place);
    let mut text = text.to_owned();
    text.insert_str(place, random.of(&["<!-- -->", "x", "&#32;", "\n", "<![CDATA[]]>", "<?pi?>", "\u{e9}"]));
    text
}
