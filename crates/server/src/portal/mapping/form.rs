//! The form for one piece of the mapping. Its fields are the keys of the account file; what is wrong stands beside them.

use super::words;
use crate::portal::Frame;
use askama::Template;
use std::collections::BTreeMap;
use vestibule_app::configuration::Configuration;
use vestibule_app::configuration::edit_mapping::Seen;
use vestibule_app::simulate::{Simulated, Simulation};
use vestibule_model::group::{GroupKind, GroupName};
use vestibule_model::license::{AddOn, Family, License};
use vestibule_model::mapping::{
    Category, CategoryName, Condition, Grant, Input, NoMatch, Operator, is_first_time_only,
};
use vestibule_model::story;
use vestibule_model::trace::{shown, spelled};
use vestibule_model::user::{Field, Role};

/// The text of each field.
pub type Values = BTreeMap<String, String>;

/// A form for one piece.
#[derive(Debug, Template)]
#[template(path = "mapping/form.html")]
pub struct PiecePage {
    /// What stands around it.
    pub frame: Frame,
    /// What is changed.
    pub heading: String,
    /// What one should know.
    pub intro: &'static str,
    /// Where the form goes.
    pub action: String,
    /// The version of the account that the form is about.
    pub version: i64,
    /// What is wrong as a whole.
    pub problem: Option<String>,
    /// Its fields.
    pub fields: Vec<FormField>,
    /// What the change would do, if that was asked.
    pub outlook: Option<Outlook>,
}

/// The question before a rule is moved or deleted.
#[derive(Debug, Template)]
#[template(path = "mapping/question.html")]
pub struct QuestionPage {
    /// What stands around it.
    pub frame: Frame,
    /// The question.
    pub heading: String,
    /// What the answer leads to.
    pub text: String,
    /// Where the form goes.
    pub action: String,
    /// The version of the account that the form is about.
    pub version: i64,
    /// The button that does it.
    pub button: &'static str,
    /// Where one goes who does not want it.
    pub back: String,
    /// What goes along.
    pub fields: Vec<(&'static str, String)>,
    /// What it would change, if that was asked.
    pub outlook: Option<Outlook>,
}

/// What a change would do for the people who signed in lately.
#[derive(Debug, Default)]
pub struct Outlook {
    /// Totals, in words.
    pub totals: Vec<String>,
    /// Person by person.
    pub people: Vec<(String, Vec<String>)>,
    /// How many more people there are.
    pub left_out: usize,
}

/// Most people whose changes are shown one by one.
const MOST_PEOPLE: usize = 50;

impl Outlook {
    /// What a simulation found.
    #[must_use]
    pub fn new(found: &Simulation) -> Self {
        let mut totals: Vec<String> = found.totals.iter().map(|total| spelled(&total.sentence())).collect();
        if found.changed == 0 {
            totals
                .push(format!("Nothing would change for any of the {} people who signed in.", found.people));
        } else {
            totals.push(format!("{} of {} people are concerned.", found.changed, found.people));
        }
        if found.not_kept.people > 0 {
            totals
                .push(format!("Nothing can be said about {} more: nothing was kept.", found.not_kept.people));
        }
        if found.looked_at < found.responses {
            let (newest, all) = (found.looked_at, found.responses);
            totals.push(format!(
                "Only the newest {newest} of {all} responses were looked at: all of them would have taken too long for a page. “vestibule simulate” looks at all."
            ));
        }
        let listed = found.items.iter().take(MOST_PEOPLE);
        let rest = found.items.len().saturating_sub(MOST_PEOPLE);
        let left_out = usize::try_from(found.left_out).unwrap_or(usize::MAX).saturating_add(rest);
        Self { totals, people: listed.map(|one| (shown(&one.user), changes(one))).collect(), left_out }
    }
}

/// What would change for one person, in words.
fn changes(one: &Simulated) -> Vec<String> {
    let fate = (one.before != one.after).then(|| match (one.after.admitted, one.after.code) {
        (true, _) => "would be let in".to_owned(),
        (false, Some(code)) => format!("would be refused ({code})"),
        (false, None) => "would be refused".to_owned(),
    });
    let told = one.changes.iter().map(|change| {
        let worded = |value: &Option<String>| {
            value.as_deref().map_or_else(|| "nothing".to_owned(), |value| story::value(&change.field, value))
        };
        format!("{}: {} → {}", story::field(&change.field), worded(&change.before), worded(&change.after))
    });
    fate.into_iter().chain(told).collect()
}

/// A field.
#[derive(Debug)]
pub struct FormField {
    key: &'static str,
    label: &'static str,
    help: &'static str,
    kind: Kind,
    value: String,
    wrong: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Area,
    Switch,
    Choice(Vec<(String, String)>),
}

impl FormField {
    fn is_area(&self) -> bool {
        self.kind == Kind::Area
    }

    fn is_switch(&self) -> bool {
        self.kind == Kind::Switch
    }

    fn choices(&self) -> Option<&[(String, String)]> {
        match &self.kind {
            Kind::Choice(choices) => Some(choices),
            Kind::Text | Kind::Area | Kind::Switch => None,
        }
    }
}

/// A piece of the mapping, as its address names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The license types of new users.
    Licenses,
    /// A target of the basic mapping.
    Basic(String),
    /// A rule, or a new one.
    Rule(CategoryName, Option<usize>),
    /// What happens when no rule applies, and who is exempt.
    Rest(CategoryName),
    /// Auto mapping.
    Auto,
}

impl Piece {
    /// The heading of its form.
    #[must_use]
    pub fn heading(&self) -> String {
        match self {
            Self::Licenses => "License type of new users".to_owned(),
            Self::Basic(target) if target == "custom" => "Map an attribute of your own".to_owned(),
            Self::Basic(target) => format!("Map: {}", story::field(target)),
            Self::Rule(category, None) => format!("{}: new rule", category.title()),
            Self::Rule(category, Some(number)) => format!("{}: rule {}", category.title(), number + 1),
            Self::Rest(category) => format!("{}: when no rule applies", category.title()),
            Self::Auto => "Groups named by what is sent".to_owned(),
        }
    }

    /// What one should know.
    #[must_use]
    pub fn intro(&self) -> &'static str {
        match self {
            Self::Licenses => {
                "Somebody whom a sign-in creates takes this license type. Users who came before keep theirs."
            }
            Self::Basic(_) => {
                "Of several values the first is taken. Leave the source empty to map the field no more."
            }
            Self::Rule(CategoryName::SubAccount, _) => {
                "Whom a rule sends to a sub-account is a user there, and nobody here. Users of this account are never \
                 moved: they are refused (1014). Never for the owner."
            }
            Self::Rule(..) => {
                "Rules are asked from the top; the first that applies decides. Never for the owner."
            }
            Self::Rest(_) => {
                "What becomes of people to whom no rule applies, and whom the rules leave alone."
            }
            Self::Auto => {
                "Each value of the attribute names a group, which is made if there is none. Values that a rule is about are left out."
            }
        }
    }

    /// The keys of its fields.
    #[must_use]
    pub fn values(&self, configuration: &Configuration) -> Option<Values> {
        let mapping = &configuration.mapping;
        let pairs = match self {
            Self::Licenses => vec![
                ("default_license", license(mapping.default_license).to_owned()),
                ("fallback", license(configuration.fallback_license).to_owned()),
            ],
            Self::Basic(target) => basic(configuration, target),
            Self::Rule(category, number) => match number {
                None => vec![("operator", "equals".to_owned())],
                Some(number) => rule(mapping.categories.get(category)?, *number)?,
            },
            Self::Rest(category) => rest(mapping.categories.get(category)?),
            Self::Auto => {
                let kinds = GroupKind::ALL.into_iter();
                kinds
                    .map(|kind| (kind.as_str(), mapping.auto.get(&kind).cloned().unwrap_or_default()))
                    .collect()
            }
        };
        Some(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The fields, filled; `wrong` names the key that is wrong, and says why.
    #[must_use]
    pub fn fields(&self, seen: &Seen, values: &Values, wrong: Option<(&str, &str)>) -> Vec<FormField> {
        let specs = match self {
            Self::Licenses => licenses(),
            Self::Basic(target) => basic_fields(target),
            Self::Rule(category, _) => rule_fields(*category, seen),
            Self::Rest(category) => rest_fields(*category, seen),
            Self::Auto => auto_fields(),
        };
        let filled = specs.into_iter().map(|(key, label, kind, help)| FormField {
            key,
            label,
            help,
            kind,
            value: values.get(key).cloned().unwrap_or_default(),
            wrong: wrong.filter(|(wrong, _)| *wrong == key).map(|(_, why)| why.to_owned()),
        });
        filled.collect()
    }
}

type Spec = (&'static str, &'static str, Kind, &'static str);

fn license(license: Option<License>) -> &'static str {
    license.map_or("none", License::as_str)
}

fn basic(configuration: &Configuration, target: &str) -> Vec<(&'static str, String)> {
    let mapping = &configuration.mapping;
    let field = Field::from_word(target).and_then(|field| mapping.fields.get(&field));
    let input = match target {
        "email" => mapping.email.as_ref(),
        "employee_id" => mapping.employee_id.as_ref(),
        "picture" => mapping.picture.as_ref(),
        _ => field.map(|source| &source.input),
    };
    let (kind, source) = match input {
        Some(Input::Attribute(name)) => ("attribute", name.clone()),
        Some(Input::Expression(expression)) => ("expression", expression.source().to_owned()),
        None => ("attribute", String::new()),
    };
    let update = field.is_some_and(|source| source.update);
    vec![("kind", kind.to_owned()), ("source", source), ("update", update.to_string())]
}

fn rule(category: &Category, number: usize) -> Option<Vec<(&'static str, String)>> {
    let rule = category.rules.get(number)?;
    let mut pairs = vec![("result", granted(rule.grant()))];
    match rule.when() {
        Condition::Otherwise => pairs.push(("operator", "otherwise".to_owned())),
        Condition::When { attribute, test } => {
            pairs.push(("attribute", attribute.clone()));
            pairs.push(("operator", test.word().to_owned()));
            pairs.extend(test.value().map(|value| ("value", value.to_owned())));
        }
    }
    Some(pairs)
}

fn rest(category: &Category) -> Vec<(&'static str, String)> {
    let (word, give) = match &category.no_match {
        NoMatch::Keep => ("keep", String::new()),
        NoMatch::Remove => ("remove", String::new()),
        NoMatch::Give(grant) => ("give", granted(grant)),
    };
    let users = category.exempt.users.iter().cloned().collect::<Vec<_>>().join("\n");
    let groups: Vec<&str> = category.exempt.groups.iter().map(GroupName::as_str).collect();
    vec![("no_match", word.to_owned()), ("give", give), ("users", users), ("groups", groups.join("\n"))]
}

/// What a rule gives, as its field holds it.
fn granted(grant: &Grant) -> String {
    match grant {
        Grant::License(given) => license(*given).to_owned(),
        Grant::Held => String::new(),
        Grant::PhonePlan(plan) => plan.as_str().to_owned(),
        Grant::PhoneSite(site) => site.clone(),
        Grant::Role(Role::Custom(name)) => name.as_str().to_owned(),
        Grant::Role(role) => role.as_str().to_owned(),
        Grant::Groups(names) => names.iter().map(GroupName::as_str).collect::<Vec<_>>().join("\n"),
        Grant::SubAccount(label) => label.to_string(),
    }
}

fn choices(pairs: &[(&str, &str)]) -> Kind {
    Kind::Choice(pairs.iter().map(|(word, title)| ((*word).to_owned(), (*title).to_owned())).collect())
}

fn license_choices(none: &str) -> Kind {
    let types = License::ALL.into_iter().map(|license| (license.as_str().to_owned(), license.to_string()));
    Kind::Choice([("none".to_owned(), none.to_owned())].into_iter().chain(types).collect())
}

fn licenses() -> Vec<Spec> {
    vec![
        (
            "default_license",
            "License type of somebody new",
            license_choices("None: refused (1030) unless a rule grants one"),
            "What a rule of the category License type grants comes before it.",
        ),
        (
            "fallback",
            "If no seat of it is left",
            license_choices("None: the sign-in is refused (1031)"),
            "Only for somebody new; users keep what they have.",
        ),
    ]
}

fn basic_fields(target: &str) -> Vec<Spec> {
    let mut fields = Vec::new();
    if target == "custom" {
        fields.push((
            "name",
            "Name",
            Kind::Text,
            "What people read. An account has at most five attributes of its own.",
        ));
    }
    fields.extend([
        (
            "kind",
            "The source is",
            choices(&[("attribute", "An attribute"), ("expression", "An expression")]),
            "An expression makes one value of several attributes, in the attribute-mapping language.",
        ),
        (
            "source",
            "Source",
            Kind::Area,
            "The attribute’s name or friendly name, letter by letter, or <NameID>; or the expression.",
        ),
    ]);
    if Field::from_word(target).is_some_and(|field| is_first_time_only(&field)) {
        fields.push((
            "update",
            "Update at each SSO login",
            Kind::Switch,
            "Otherwise it is taken at the first sign-in only.",
        ));
    }
    fields
}

/// How a category's result is given.
fn result_kind(category: CategoryName, seen: &Seen) -> Option<(Kind, &'static str)> {
    match category {
        CategoryName::License => Some((license_choices("None: the sign-in is refused (1030)"), "")),
        CategoryName::AddOn(_) => None,
        CategoryName::SubAccount => {
            let labels = seen.sub_accounts.iter().map(|label| (label.to_string(), label.to_string()));
            Some((
                Kind::Choice(labels.collect()),
                "Only license type and add-ons of this mapping apply there, with its own seats.",
            ))
        }
        CategoryName::PhonePlan => {
            let plans = AddOn::all().filter(|add_on| add_on.family() == Family::Phone);
            let plans = plans.map(|plan| (plan.as_str().to_owned(), plan.title().to_owned()));
            Some((Kind::Choice(plans.collect()), ""))
        }
        CategoryName::PhoneSite => Some((Kind::Text, "The name of the site.")),
        CategoryName::Role => {
            let own = seen
                .configuration
                .roles
                .iter()
                .map(|(role, _)| (role.as_str().to_owned(), role.as_str().to_owned()));
            let built_in = [("member", "Member"), ("admin", "Admin")];
            let built_in = built_in.into_iter().map(|(word, title)| (word.to_owned(), title.to_owned()));
            Some((Kind::Choice(built_in.chain(own).collect()), "Never the owner’s."))
        }
        CategoryName::Groups(GroupKind::UserGroup) => Some((
            Kind::Area,
            "One a line. The first is the primary group. Groups that are missing are made.",
        )),
        CategoryName::Groups(_) => Some((Kind::Area, "One a line. What is missing is made.")),
    }
}

fn rule_fields(category: CategoryName, seen: &Seen) -> Vec<Spec> {
    let operators = Operator::WORDS.iter().map(|word| ((*word).to_owned(), words::operator(word).to_owned()));
    let otherwise = [("otherwise".to_owned(), "in every other case (the last rule)".to_owned())];
    let mut fields = vec![
        (
            "attribute",
            "If the attribute",
            Kind::Text,
            "Its name or friendly name, letter by letter, or <NameID>.",
        ),
        ("operator", "Comparison", Kind::Choice(operators.chain(otherwise).collect()), "Case matters."),
        ("value", "Value", Kind::Text, "Left empty for “has any value” and “in every other case”."),
    ];
    if let Some((kind, help)) = result_kind(category, seen) {
        fields.push(("result", "Then", kind, help));
    }
    fields
}

fn rest_fields(category: CategoryName, seen: &Seen) -> Vec<Spec> {
    let policies: &[(&str, &str)] = match category {
        CategoryName::SubAccount => {
            &[("keep", "The person signs in here"), ("give", "The person signs in to …")]
        }
        _ => &[
            ("keep", "What the person has stays"),
            ("remove", "It is taken away"),
            ("give", "The person gets …"),
        ],
    };
    let mut fields = vec![("no_match", "When no rule applies", choices(policies), "")];
    if let Some((kind, help)) = result_kind(category, seen) {
        fields.push(("give", "… this", kind, help));
    }
    fields.extend([
        ("users", "Exempt users", Kind::Area, "Their e-mail addresses, one a line."),
        ("groups", "Exempt user groups", Kind::Area, "Their names, one a line. Nothing changes for members."),
    ]);
    fields
}

fn auto_fields() -> Vec<Spec> {
    let help = "The attribute whose values name them; empty for none.";
    vec![
        ("user_group", "User groups", Kind::Text, help),
        ("channel", "Channels", Kind::Text, help),
        ("im_group", "IM groups", Kind::Text, help),
    ]
}
