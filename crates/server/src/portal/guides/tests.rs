//! Guides: what they leave open, and what becomes of their Markdown.

use super::{ALL, DOCUMENTS, Values, document, find, markdown};

fn values() -> Values {
    Values {
        entity_id: "https://acme.vestibule.example".to_owned(),
        acs_url: "https://acme.vestibule.example/saml/SSO".to_owned(),
        metadata_url: "https://acme.vestibule.example/saml/metadata/sp".to_owned(),
        logout_url: "https://acme.vestibule.example/saml/SingleLogout".to_owned(),
        start_url: "https://acme.vestibule.example/saml/login".to_owned(),
        label: "acme".to_owned(),
        certificate: None,
        certificate_base64: None,
    }
}

#[test]
fn every_guide_has_its_parts_and_no_place_stays_open() {
    for guide in ALL {
        let (intro, parts) = markdown::parts(guide.text, &values()).unwrap();
        let titles: Vec<&str> = parts.iter().map(|part| part.title.as_str()).collect();
        let id = guide.id;
        assert_eq!(titles.first(), Some(&"What you need"), "{id}");
        for wanted in
            ["Attributes", "The account file", "Try it", "What goes wrong", "New certificates", "Logout"]
        {
            assert!(titles.contains(&wanted), "{id} has no part {wanted}: {titles:?}");
        }
        let all: String = parts.iter().map(|part| part.html.as_str()).chain([intro.as_str()]).collect();
        assert!(!all.contains("{{"), "{id} leaves a place open");
        assert!(all.contains("https://acme.vestibule.example"), "{id} shows none of our values");
        assert!(!all.contains(" style="), "{id} has a style attribute, which browsers would not obey");
    }
}

#[test]
fn every_document_is_shown_in_parts_without_styles_of_its_own() {
    for document in DOCUMENTS {
        let (intro, parts) = markdown::parts(document.text, &values()).unwrap();
        let all: String = parts.iter().map(|part| part.html.as_str()).chain([intro.as_str()]).collect();
        assert!(!parts.is_empty() && !all.contains(" style="), "{}", document.id);
    }
}

#[test]
fn headings_are_in_order_and_the_first_is_the_only_one_of_its_level() {
    for guide in ALL.iter().chain(DOCUMENTS) {
        let mut fenced = false;
        let mut last = 0;
        for line in guide.text.lines() {
            fenced ^= line.trim_start().starts_with("```");
            let level = line.bytes().take_while(|byte| *byte == b'#').count();
            if fenced || level == 0 {
                continue;
            }
            assert!(level <= last + 1 && (level > 1 || last == 0), "{}: {line}", guide.id);
            last = level;
        }
        assert!(guide.text.starts_with("# "), "{}", guide.id);
    }
}

#[test]
fn raw_html_is_shown_as_text_and_no_value_becomes_markup() {
    let hostile = Values { label: "<b>*bold*</b>".to_owned(), ..values() };
    let text = "# T\n\nsay <i>it</i> to `{{label}}` and {{label}}\n\n<script>x</script>\n\n## P\n\n```toml a\n{{label}}\n```\n";
    let (intro, parts) = markdown::parts(text, &hostile).unwrap();
    let html = format!("{intro}{}", parts[0].html);
    for tag in ["<i>", "<script>", "<b>", "<em>"] {
        assert!(!html.contains(tag), "{html}");
    }
    assert!(html.contains("*bold*"), "{html}");
}

#[test]
fn a_link_leads_to_what_is_shown_here_or_out_and_else_it_is_its_text_alone() {
    let text = "# T\n\n[codes](../errors.md#1020), [Okta](guides/okta.md), [a choice](decisions/0001-x.md), \
                [no](javascript:alert.md) and [theirs](https://idp.example/)\n";
    let (intro, _) = markdown::parts(text, &values()).unwrap();
    assert_eq!(
        intro,
        "<p><a href=\"/admin/help/errors\">codes</a>, <a href=\"/admin/guides/okta\">Okta</a>, a choice, \
         no and <a href=\"https://idp.example/\">theirs</a></p>\n"
    );
}

#[test]
fn a_guide_is_found_by_its_id_alone() {
    assert!(find("okta").is_some() && find("Okta").is_none() && find("../okta").is_none());
    assert!(document("roles").is_some() && document("okta").is_none() && find("roles").is_none());
}
