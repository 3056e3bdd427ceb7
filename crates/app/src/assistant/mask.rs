//! Values as somebody may see them who only wants to know what kind of value it is.

/// A value with most of it hidden: `an••@acme.example`, `+4••`, `Ma••`. Of an address the domain stays.
pub(super) fn masked(value: &str) -> String {
    let value = value.trim();
    match value.rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() && is_host(domain) => {
            format!("{}@{domain}", hidden(local))
        }
        _ => match value.split_once("://") {
            Some((scheme, rest)) => {
                let host = rest.split(['/', '?', '#', '@']).next().unwrap_or_default();
                if is_host(host) { format!("{scheme}://{host}/{DOTS}") } else { format!("{scheme}://{DOTS}") }
            }
            None => hidden(value),
        },
    }
}

const DOTS: &str = "••";

fn hidden(value: &str) -> String {
    let shown = if value.chars().count() > 4 { 2 } else { 1 };
    let first: String = value.chars().take(shown).collect();
    // A value of one letter would be whole.
    if value.chars().count() <= 1 {
        DOTS.to_owned()
    } else {
        format!("{}{DOTS}", vestibule_model::trace::shown(&first))
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_masked_value_shows_its_kind_and_not_itself() {
        for (value, expected) in [
            ("anna@acme.example", "an••@acme.example".replace("an••", "a••").as_str()),
            ("annabel@acme.example", "an••@acme.example"),
            ("Marketing", "Ma••"),
            ("Anna", "A••"),
            ("A", "••"),
            ("", "••"),
            ("+493012345", "+4••"),
            ("https://graph.example/users/7/groups", "https://graph.example/••"),
            ("https://user:pass@host/x", "https://••"),
            ("\u{202e}secret", "\\u{202e}s••"),
        ] {
            assert_eq!(masked(value), expected, "{value}");
        }
    }
}
