//! The mapping's pages: everything that it says, in sentences, and the forms that change one piece of it.

pub mod form;
pub mod words;

use super::Frame;
use super::moment::Moment;
use askama::Template;
use vestibule_app::configuration::Configuration;
use vestibule_app::configuration::edit_mapping::Seen;
use vestibule_model::group::GroupKind;
use vestibule_model::license::{AddOn, Family, License};
use vestibule_model::mapping::{Category, CategoryName, Condition, Input, is_first_time_only};
use vestibule_model::trace::spelled;
use vestibule_model::user::Field;

/// The whole mapping.
#[derive(Debug, Template)]
#[template(path = "mapping.html")]
pub struct MappingPage {
    frame: Frame,
    version: i64,
    changed: Option<Moment>,
    licenses: Vec<(&'static str, String)>,
    basic: Vec<BasicRow>,
    unmapped: Vec<(String, String)>,
    categories: Vec<CategoryPart>,
    without_rules: Vec<(String, &'static str)>,
    auto: Vec<(&'static str, Option<String>)>,
}

/// A target of the basic mapping.
#[derive(Debug)]
struct BasicRow {
    target: String,
    title: String,
    source: String,
    is_expression: bool,
    when: &'static str,
}

/// A category that has rules.
#[derive(Debug)]
struct CategoryPart {
    word: String,
    title: &'static str,
    /// How many of the rules can change places: all but the one for every other case.
    movable: usize,
    rules: Vec<RuleRow>,
    otherwise: String,
    exempt: Vec<String>,
}

#[derive(Debug)]
struct RuleRow {
    number: usize,
    sentence: String,
    may_rise: bool,
    may_sink: bool,
}

/// Rules of one category that are shown without being asked for.
const MANY: usize = 12;

impl CategoryPart {
    fn is_long(&self) -> bool {
        self.rules.len() > MANY
    }

    fn places(&self) -> Vec<usize> {
        (0..self.movable).collect()
    }
}

impl MappingPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, seen: &Seen) -> Self {
        let Seen { version, configuration, sub_accounts } = seen;
        let mapping = &configuration.mapping;
        let license = |license: Option<License>| license.map_or_else(|| "None".to_owned(), |l| l.to_string());
        let licenses = vec![
            ("Of somebody new", license(mapping.default_license)),
            ("If no seat of it is left", license(configuration.fallback_license)),
        ];
        let basic = basic(configuration);
        let mapped = |word: &str| basic.iter().any(|row| row.target == word);
        let unmapped = targets().filter(|(word, _)| !mapped(word)).collect();
        let categories = mapping.categories.iter().map(|(name, category)| part(*name, category)).collect();
        // Where there is nowhere to be sent to, there is nothing to ask.
        let is_offered = |name: &CategoryName| *name != CategoryName::SubAccount || !sub_accounts.is_empty();
        let without = names().filter(|name| !mapping.categories.contains_key(name)).filter(is_offered);
        let auto = GroupKind::ALL.into_iter();
        Self {
            frame,
            version: *version,
            changed: configuration.can_go_back().map(Moment),
            licenses,
            unmapped,
            categories,
            without_rules: without.map(|name| (name.to_string(), name.title())).collect(),
            auto: auto
                .map(|kind| (kind.title(), mapping.auto.get(&kind).map(|name| spelled(name))))
                .collect(),
            basic,
        }
    }
}

/// Every target that the basic mapping knows, with its title; one more custom attribute comes last.
pub fn targets() -> impl Iterator<Item = (String, String)> {
    let own = [("email", "E-mail address"), ("employee_id", "Employee Unique ID"), ("picture", "Picture")];
    let fields = Field::all().map(|field| (field.as_str().to_owned(), field.title().to_owned()));
    let own = own.into_iter().map(|(word, title)| (word.to_owned(), title.to_owned()));
    own.chain(fields).chain([("custom".to_owned(), "An attribute of your own".to_owned())])
}

/// Every category that forms change.
pub fn names() -> impl Iterator<Item = CategoryName> {
    let add_ons = AddOn::all().filter(|add_on| add_on.family() != Family::Phone).map(CategoryName::AddOn);
    CategoryName::plain().chain(add_ons)
}

const FIRST: &str = "first sign-in";
const EVERY: &str = "every sign-in";

fn basic(configuration: &Configuration) -> Vec<BasicRow> {
    let mapping = &configuration.mapping;
    let row = |target: &str, title: &str, input: &Input, when| BasicRow {
        target: target.to_owned(),
        title: spelled(title),
        source: match input {
            Input::Attribute(name) => spelled(name),
            Input::Expression(expression) => spelled(expression.source()),
        },
        is_expression: matches!(input, Input::Expression(_)),
        when,
    };
    let own = [
        (
            "email",
            "E-mail address",
            &mapping.email,
            "first sign-in; later only through the Employee Unique ID",
        ),
        (
            "employee_id",
            "Employee Unique ID",
            &mapping.employee_id,
            "every sign-in: people are matched by it",
        ),
        ("picture", "Picture", &mapping.picture, EVERY),
    ];
    let own = own.into_iter().filter_map(|(target, title, input, when)| {
        input.as_ref().map(|input| row(target, title, input, when))
    });
    let fields = mapping.fields.iter().map(|(field, source)| {
        let when = if is_first_time_only(field) && !source.update { FIRST } else { EVERY };
        row(field.as_str(), field.title(), &source.input, when)
    });
    own.chain(fields).collect()
}

fn part(name: CategoryName, category: &Category) -> CategoryPart {
    let movable = category.rules.iter().filter(|rule| *rule.when() != Condition::Otherwise).count();
    let rules = category.rules.iter().enumerate().map(|(number, rule)| RuleRow {
        number,
        sentence: words::rule(rule),
        may_rise: number > 0 && number < movable,
        may_sink: number + 1 < movable,
    });
    CategoryPart {
        word: name.to_string(),
        title: name.title(),
        movable,
        rules: rules.collect(),
        otherwise: words::no_match(name, &category.no_match),
        exempt: words::exempt(&category.exempt),
    }
}
