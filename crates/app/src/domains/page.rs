//! The `meta` elements in the head of a home page, as far as they are needed: a scanner, not a parser of HTML.
//!
//! What visitors of a site can write usually stands in its body, in a comment, or in an element whose content is text; none of
//! that is looked at. In doubt an element is not seen, and then the domain is proved in another way.

use vestibule_model::domain::claim::RECORD;

/// The name that a proof has everywhere.
pub(super) const NAMED: &str = RECORD;

/// Elements of a head whose content is text, or not part of the page.
const OPAQUE: [&str; 5] = ["noscript", "script", "style", "template", "title"];
/// The others that may stand in a head, or around it; every other one begins the body, also without its tag.
const HEAD: [&str; 5] = ["base", "head", "html", "link", "meta"];

/// The contents of the `meta` elements of our name that stand before the body.
pub(super) fn tokens(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = behind(comment, "-->");
            continue;
        }
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let lower = name.to_ascii_lowercase();
        let ends = rest.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("/head"));
        let begins =
            !lower.is_empty() && !HEAD.contains(&lower.as_str()) && !OPAQUE.contains(&lower.as_str());
        if ends || begins {
            break;
        }
        let Some((attributes, after)) = tag(rest.get(name.len()..).unwrap_or_default()) else { break };
        rest = after;
        if lower == "meta" {
            let value =
                |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
            let ours = value("name").is_some_and(|name| name.eq_ignore_ascii_case(NAMED));
            found.extend(value("content").filter(|_| ours).cloned());
        } else if OPAQUE.contains(&lower.as_str()) {
            rest = behind_end(rest, &lower);
        }
    }
    found
}

fn behind<'t>(text: &'t str, end: &str) -> &'t str {
    text.find(end).and_then(|at| text.get(at + end.len()..)).unwrap_or_default()
}

/// What follows the end tag of this name, whatever its case.
fn behind_end<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = rest.get(at + 2..).unwrap_or_default();
        if rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return rest;
        }
    }
    ""
}

/// The attributes of a tag, and what follows it; `None` when it does not end.
fn tag(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut attributes = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((attributes, after));
        }
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
        let (name, after) = rest.split_at(rest.find(ends)?);
        let spaced = after.trim_start();
        let Some(value) = spaced.strip_prefix('=').map(str::trim_start) else {
            // A stray character is skipped, so that each round gets on.
            rest = if name.is_empty() { after.get(1..)? } else { after };
            continue;
        };
        let (value, after) = match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split_once(quote)?,
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>')?),
        };
        attributes.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn a_meta_tag_of_the_head_is_found_however_it_is_written() {
        let cases = [
            "<!doctype html><html><head><meta name=\"vestibule-verification\" content=\"abc\"></head>",
            "<META content='abc' NAME='vestibule-verification' />",
            "<meta charset=utf-8><meta name=vestibule-verification content=abc><body>",
            "<title>A > B</title><script>if (a < b) {}</script><meta name = \"vestibule-verification\" content = \"abc\">",
            "<!-- <meta name=x> --><link rel=\"a>b\"><meta name=\"vestibule-verification\" content=\"abc\">",
        ];
        for html in cases {
            assert_eq!(tokens(html), ["abc"], "{html}");
        }
    }

    #[test]
    fn t03_what_a_visitor_may_have_written_is_not_looked_at() {
        let cases = [
            "<body><meta name=\"vestibule-verification\" content=\"abc\">",
            "<p>hello<meta name=\"vestibule-verification\" content=\"abc\">",
            "</head><meta name=\"vestibule-verification\" content=\"abc\">",
            "<BODY class=x><p><meta name=\"vestibule-verification\" content=\"abc\">",
            "<!-- <meta name=\"vestibule-verification\" content=\"abc\"> -->",
            "<title><meta name=\"vestibule-verification\" content=\"abc\"></title>",
            "<script>\"<meta name='vestibule-verification' content='abc'>\"</script>",
            "<meta name=\"description\" content=\"<meta name='vestibule-verification' content='abc'>\">",
            "<meta name=\"vestibule-verification\" content=\"abc",
            "<meta name=\"vestibule-verification-x\" content=\"abc\">",
            "&lt;meta name=\"vestibule-verification\" content=\"abc\"&gt;",
            "",
            "<",
            "<meta",
            "<meta =",
            "<meta \"\"\"=>",
        ];
        for html in cases {
            assert!(tokens(html).is_empty(), "{html}");
        }
    }
}
