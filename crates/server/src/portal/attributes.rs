//! The mapping assistant: what was received in the last days, and what could be made of it.

use super::Frame;
use askama::Template;
use vestibule_app::assistant::{Advice, Reach, Received, Values};
use vestibule_model::group::GroupKind;
use vestibule_model::mapping::{CategoryName, NAME_ID};
use vestibule_model::story;
use vestibule_model::trace::{shown, spelled};

/// What was received.
#[derive(Debug, Template)]
#[template(path = "mapping/attributes.html")]
pub struct AttributesPage {
    frame: Frame,
    summary: Vec<String>,
    masked: bool,
    reach: Reach,
    has_more: bool,
    overage: Option<(String, u64, &'static str, &'static str)>,
    proposals: Vec<Offer>,
    rows: Vec<Row>,
}

/// Something that could be mapped.
#[derive(Debug)]
struct Offer {
    title: String,
    attribute: String,
    sign_ins: u64,
    href: String,
}

/// An attribute that came.
#[derive(Debug)]
struct Row {
    name: String,
    friendly_name: Option<String>,
    sign_ins: u64,
    distinct: String,
    samples: Vec<String>,
    used_by: Vec<String>,
    unruled: Vec<(String, u64)>,
    field_href: String,
    rule_href: String,
}

impl AttributesPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, advice: &Advice, (values, reach): (Values, Reach)) -> Self {
        let proposals = advice.proposals.iter().map(|proposal| Offer {
            title: story::field(proposal.target),
            attribute: spelled(&proposal.attribute),
            sign_ins: proposal.sign_ins,
            href: proposed(proposal.target, &proposal.attribute),
        });
        let overage = advice.overage.as_ref();
        Self {
            frame,
            summary: summary(advice),
            masked: values == Values::Masked,
            reach,
            has_more: advice.is_cut,
            overage: overage.map(|o| (spelled(&o.attribute), o.sign_ins, o.meaning, o.cure)),
            proposals: proposals.collect(),
            rows: advice.attributes.iter().map(row).collect(),
        }
    }
}

fn summary(advice: &Advice) -> Vec<String> {
    let looked = match (advice.sign_ins, advice.is_cut) {
        (1, _) => "1 sign-in was looked at.".to_owned(),
        (count, false) => format!("{count} sign-ins were looked at."),
        (count, true) => format!("The newest {count} sign-ins were looked at; there are more."),
    };
    let lost = match advice.not_kept {
        0 => None,
        1 => Some("Of 1 more nothing was kept.".to_owned()),
        more => Some(format!("Of {more} more nothing was kept.")),
    };
    [looked].into_iter().chain(lost).collect()
}

fn row(received: &Received) -> Row {
    let more = if received.has_more { "more than " } else { "" };
    Row {
        name: spelled(&received.name),
        friendly_name: received.friendly_name.as_deref().map(spelled),
        sign_ins: received.sign_ins,
        distinct: format!("{more}{}", received.distinct),
        samples: received.samples.iter().map(|sample| shown(sample)).collect(),
        used_by: received.used_by.iter().map(|word| used(word)).collect(),
        unruled: received.unruled.iter().map(|value| (shown(&value.value), value.sign_ins)).collect(),
        field_href: with("/admin/mapping/attributes/map", "attribute", &received.name),
        rule_href: rule_for(CategoryName::Groups(GroupKind::UserGroup), &received.name),
    }
}

/// What uses an attribute, as people read it.
fn used(word: &str) -> String {
    story::field(word.strip_prefix("mapping.").unwrap_or(word).trim_start_matches("basic."))
}

/// The form that a proposal fills.
fn proposed(target: &str, attribute: &str) -> String {
    match CategoryName::from_word(target) {
        Some(category) => rule_for(category, attribute),
        None => with(&format!("/admin/mapping/basic/{target}"), "source", attribute),
    }
}

fn rule_for(category: CategoryName, attribute: &str) -> String {
    with(&format!("/admin/mapping/rules/{category}/new"), "attribute", attribute)
}

fn with(path: &str, key: &str, value: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(key, value).finish();
    format!("{path}?{query}")
}

/// Where an attribute goes: a list of every target and category, each a link to its form.
#[derive(Debug, Template)]
#[template(path = "mapping/map.html")]
pub struct MapPage {
    frame: Frame,
    attribute: String,
    fields: Vec<(String, String)>,
    categories: Vec<(String, &'static str)>,
}

impl MapPage {
    /// The page for this attribute.
    #[must_use]
    pub fn new(frame: Frame, attribute: &str) -> Self {
        let targets = super::mapping::targets().filter(|(word, _)| word != "picture" || attribute != NAME_ID);
        let fields = targets
            .map(|(word, title)| (with(&format!("/admin/mapping/basic/{word}"), "source", attribute), title));
        // Few accounts have sub-accounts; the page of the mapping knows, and offers them.
        let categories = super::mapping::names().filter(|category| *category != CategoryName::SubAccount);
        let categories = categories.map(|category| (rule_for(category, attribute), category.title()));
        Self {
            frame,
            attribute: spelled(attribute),
            fields: fields.collect(),
            categories: categories.collect(),
        }
    }
}
