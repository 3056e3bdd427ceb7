//! Writing the mapping as an account file says it; what is at its default is left out.

use toml::{Table, Value};
use vestibule_model::group::GroupName;
use vestibule_model::license::License;
use vestibule_model::mapping::{
    Category, CategoryName, Condition, Exempt, Grant, Input, Mapping, NoMatch, Rule, Source,
    is_first_time_only,
};
use vestibule_model::user::{Field, Role};

/// `[mapping]`.
pub(in super::super) fn write(mapping: &Mapping) -> Table {
    let mut table = Table::from_iter([("basic".to_owned(), Value::from(basic(mapping)))]);
    let mut add_ons = Table::new();
    let (mut no_match, mut exempt) = (Table::new(), Table::new());
    for (name, category) in &mapping.categories {
        let rules: Vec<Value> = category.rules.iter().map(|rule| self::rule(rule).into()).collect();
        match name {
            _ if rules.is_empty() => {}
            CategoryName::AddOn(add_on) => drop(add_ons.insert(add_on.as_str().to_owned(), rules.into())),
            _ => drop(table.insert(name.to_string(), rules.into())),
        }
        if let Some(value) = self::no_match(*name, category) {
            no_match.insert(name.to_string(), value);
        }
        if !category.exempt.is_empty() {
            exempt.insert(name.to_string(), self::exempt(&category.exempt).into());
        }
    }
    let auto =
        mapping.auto.iter().map(|(kind, attribute)| (kind.as_str().to_owned(), attribute.as_str().into()));
    let more = [("addon", add_ons), ("no_match", no_match), ("exempt", exempt), ("auto", auto.collect())];
    for (key, inner) in more.into_iter().filter(|(_, inner)| !inner.is_empty()) {
        table.insert(key.to_owned(), inner.into());
    }
    table
}

fn basic(mapping: &Mapping) -> Table {
    let mut table =
        Table::from_iter([("default_license".to_owned(), license(mapping.default_license).into())]);
    let inputs =
        [("email", &mapping.email), ("employee_id", &mapping.employee_id), ("picture", &mapping.picture)];
    for (key, input) in inputs {
        if let Some(input) = input {
            table.insert(key.to_owned(), self::input(input));
        }
    }
    let mut custom = Table::new();
    for (field, source) in &mapping.fields {
        match field {
            Field::Custom(name) => custom.insert(name.as_str().to_owned(), self::source(field, source)),
            _ => table.insert(field.as_str().to_owned(), self::source(field, source)),
        };
    }
    if !custom.is_empty() {
        table.insert("custom".to_owned(), custom.into());
    }
    table
}

/// Where a field's value comes from.
pub(super) fn source(field: &Field, source: &Source) -> Value {
    let value = input(&source.input);
    if !(source.update && is_first_time_only(field)) {
        return value;
    }
    let mut table = match value {
        Value::Table(table) => table,
        name => Table::from_iter([("attribute".to_owned(), name)]),
    };
    table.insert("update".to_owned(), true.into());
    table.into()
}

/// Where a value comes from.
pub(super) fn input(input: &Input) -> Value {
    match input {
        Input::Attribute(name) => name.as_str().into(),
        Input::Expression(expression) => {
            Table::from_iter([("expression".to_owned(), expression.source().into())]).into()
        }
    }
}

fn rule(rule: &Rule) -> Table {
    let mut table = Table::new();
    match rule.when() {
        Condition::Otherwise => drop(table.insert("otherwise".to_owned(), true.into())),
        Condition::When { attribute, test } => {
            table.insert("attribute".to_owned(), attribute.as_str().into());
            table.insert("operator".to_owned(), test.word().into());
            table.extend(test.value().map(|value| ("value".to_owned(), value.into())));
        }
    }
    if *rule.grant() != Grant::Held {
        table.insert("result".to_owned(), grant(rule.grant()));
    }
    table
}

/// What a rule gives.
pub(super) fn grant(grant: &Grant) -> Value {
    match grant {
        Grant::License(license) => self::license(*license).into(),
        Grant::Held => "grant".into(),
        Grant::PhonePlan(plan) => plan.as_str().into(),
        Grant::PhoneSite(site) => site.as_str().into(),
        Grant::Role(Role::Custom(name)) => name.as_str().into(),
        Grant::Role(role) => role.as_str().into(),
        Grant::Groups(names) => groups(names.iter()),
        Grant::SubAccount(label) => label.as_str().into(),
    }
}

/// What happens when no rule applies, unless it is what always happens.
pub(super) fn no_match(name: CategoryName, category: &Category) -> Option<Value> {
    if category.no_match == name.default_no_match() {
        return None;
    }
    Some(match &category.no_match {
        NoMatch::Keep => "keep".into(),
        NoMatch::Remove => "remove".into(),
        NoMatch::Give(grant) => match self::grant(grant) {
            // A name that reads like one of the words above is told apart by its brackets.
            Value::String(name) if name == "keep" || name == "remove" => vec![name].into(),
            value => value,
        },
    })
}

/// Whom a category leaves alone.
pub(super) fn exempt(exempt: &Exempt) -> Table {
    let mut table = Table::new();
    if !exempt.users.is_empty() {
        table.insert("users".to_owned(), exempt.users.iter().cloned().collect::<Vec<_>>().into());
    }
    if !exempt.groups.is_empty() {
        table.insert("groups".to_owned(), groups(exempt.groups.iter()));
    }
    table
}

fn groups<'a>(names: impl Iterator<Item = &'a GroupName>) -> Value {
    names.map(|name| Value::from(name.as_str())).collect::<Vec<_>>().into()
}

/// The word of a license type, or `none`.
pub(super) fn license(license: Option<License>) -> &'static str {
    license.map_or("none", License::as_str)
}
