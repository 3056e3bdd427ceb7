//! Reading `[mapping]`: every value becomes what the model knows, or an error that names line, key and reason.

use super::super::file::Source;
use super::super::place::Place;
use crate::error::Error;
use toml::{Table, Value};
use vestibule_model::account::Label;
use vestibule_model::email::Email;
use vestibule_model::expression::Expression;
use vestibule_model::group::{GroupKind, GroupName};
use vestibule_model::license::{AddOn, Family, License};
use vestibule_model::mapping::{
    self, Category, CategoryName, Condition, Exempt, Grant, Input, Mapping, NoMatch, Operator, Pattern, Rule,
};
use vestibule_model::trace::is_unseen;
use vestibule_model::user::{CustomName, Field, MOST_CUSTOM_FIELDS, Role, RoleName};

/// Longest name of an attribute, in characters.
const LONGEST: usize = 512;
/// Most users or groups that a category exempts.
const MOST_LISTED: usize = 1_000;

/// Reads what a file says of the mapping over the one that is there: a section that the file has not stays.
pub(in super::super) fn read(source: &Source, table: &Table, current: &Mapping) -> Result<Mapping, Error> {
    let place = Place::of(source, "mapping");
    let mut mapping = current.clone();
    if let Some(basic) = table.get("basic") {
        read_basic(&place.key("basic"), inner(&place.key("basic"), basic)?, &mut mapping)?;
    }
    let has_rules = table.keys().any(|key| key != "basic");
    if has_rules {
        read_rules(&place, table, &mut mapping)?;
    }
    Ok(mapping)
}

fn read_basic(place: &Place<'_>, table: &Table, mapping: &mut Mapping) -> Result<(), Error> {
    let rules = (std::mem::take(&mut mapping.categories), std::mem::take(&mut mapping.auto));
    *mapping = Mapping {
        default_license: Some(License::Basic),
        categories: rules.0,
        auto: rules.1,
        ..Mapping::default()
    };
    for (key, value) in table {
        let place = place.key(key);
        match key.as_str() {
            "default_license" => mapping.default_license = license(&place, text(&place, value)?)?,
            "email" => mapping.email = Some(input(&place, value)?.0),
            "employee_id" => mapping.employee_id = Some(input(&place, value)?.0),
            "picture" => mapping.picture = Some(input(&place, value)?.0),
            "custom" => read_custom(&place, inner(&place, value)?, mapping)?,
            _ => {
                let field = Field::from_word(key).filter(|field| !matches!(field, Field::Custom(_)));
                let field = field.ok_or_else(|| place.wrong("there is no such target"))?;
                put_field(&place, field, value, mapping)?;
            }
        }
    }
    Ok(())
}

fn read_custom(place: &Place<'_>, table: &Table, mapping: &mut Mapping) -> Result<(), Error> {
    if table.len() > MOST_CUSTOM_FIELDS {
        return Err(place.wrong(format!("at most {MOST_CUSTOM_FIELDS} attributes")));
    }
    for (name, value) in table {
        let place = place.key(name);
        let usable = CustomName::parse(name);
        let name = usable.ok_or_else(|| place.wrong("a name has 1 to 64 characters that can be seen"))?;
        if mapping.fields.contains_key(&Field::Custom(name.clone())) {
            return Err(place.wrong("there are two of this name"));
        }
        put_field(&place, Field::Custom(name), value, mapping)?;
    }
    Ok(())
}

fn put_field(place: &Place<'_>, field: Field, value: &Value, mapping: &mut Mapping) -> Result<(), Error> {
    let (input, update) = input(place, value)?;
    let update = update || !mapping::is_first_time_only(&field);
    mapping.fields.insert(field, mapping::Source { input, update });
    Ok(())
}

const INPUT: &str = "expected an attribute name, or a table with `attribute` or `expression`, and `update`";

/// Where a value comes from, and whether it is taken at every sign-in.
fn input(place: &Place<'_>, value: &Value) -> Result<(Input, bool), Error> {
    let table = match value {
        Value::String(name) => return Ok((Input::Attribute(attribute(place, name)?), false)),
        Value::Table(table) => table,
        _ => return Err(place.wrong(INPUT)),
    };
    let update = match table.get("update") {
        None => false,
        Some(value) => value.as_bool().ok_or_else(|| place.key("update").wrong("expected true or false"))?,
    };
    let input = match (table.get("attribute"), table.get("expression")) {
        (Some(name), None) => {
            let place = place.key("attribute");
            Input::Attribute(attribute(&place, text(&place, name)?)?)
        }
        (None, Some(source)) => {
            let place = place.key("expression");
            let read = Expression::parse(text(&place, source)?);
            Input::Expression(read.map_err(|error| place.wrong(error))?)
        }
        (Some(_), Some(_)) => return Err(place.wrong("give either `attribute` or `expression`")),
        (None, None) => return Err(place.wrong(INPUT)),
    };
    Ok((input, update))
}

fn attribute(place: &Place<'_>, name: &str) -> Result<String, Error> {
    if name.trim().is_empty() || name.chars().count() > LONGEST {
        return Err(place.wrong(format!("an attribute name has 1 to {LONGEST} characters")));
    }
    if name.chars().any(is_unseen) {
        return Err(place.wrong("an attribute name has no characters that cannot be seen"));
    }
    Ok(name.to_owned())
}

/// Everything but `[mapping.basic]`.
fn read_rules(place: &Place<'_>, table: &Table, mapping: &mut Mapping) -> Result<(), Error> {
    mapping.categories.clear();
    mapping.auto.clear();
    for (name, place, value) in sections(place, table)? {
        let rules = rules(&place, name, value)?;
        if !rules.is_empty() {
            let category = Category { rules, no_match: name.default_no_match(), exempt: Exempt::default() };
            mapping.categories.insert(name, category);
        }
    }
    if let Some(value) = table.get("auto") {
        let place = place.key("auto");
        mapping.auto =
            inner(&place, value)?.iter().map(|entry| auto(&place, entry)).collect::<Result<_, _>>()?;
    }
    if let Some(value) = table.get("no_match") {
        let place = place.key("no_match");
        for (key, value) in inner(&place, value)? {
            let place = place.key(key);
            let name = category_name(&place, key)?;
            let Some(category) = mapping.categories.get_mut(&name) else {
                return Err(place.wrong("the category has no rules, so nothing would come of it"));
            };
            category.no_match = no_match(&place, name, value)?;
        }
    }
    if let Some(value) = table.get("exempt") {
        let place = place.key("exempt");
        for (key, value) in inner(&place, value)? {
            read_exempt(&place.key(key), (key, value), mapping)?;
        }
    }
    Ok(())
}

/// The categories that the table has, each with its place.
fn sections<'a, 't>(
    place: &Place<'a>,
    table: &'t Table,
) -> Result<Vec<(CategoryName, Place<'a>, &'t Value)>, Error> {
    let plain = CategoryName::plain().filter_map(|name| {
        table.get(&name.to_string()).map(|value| (name, place.key(&name.to_string()), value))
    });
    let mut sections: Vec<_> = plain.collect();
    if let Some(value) = table.get("addon") {
        let place = place.key("addon");
        for (key, value) in inner(&place, value)? {
            let place = place.key(key);
            let add_on = AddOn::from_word(key).ok_or_else(|| place.wrong("there is no such add-on"))?;
            sections.push((of_add_on(&place, add_on)?, place, value));
        }
    }
    Ok(sections)
}

/// The category of an add-on; phone calling plans have one for them all.
fn of_add_on(place: &Place<'_>, add_on: AddOn) -> Result<CategoryName, Error> {
    match add_on.family() {
        Family::Phone => Err(place
            .wrong("phone calling plans are given by `mapping.phone_plan`")
            .hint(format!("Write `[[mapping.phone_plan]]` with `result = \"{}\"`.", add_on.as_str()))),
        _ => Ok(CategoryName::AddOn(add_on)),
    }
}

fn category_name(place: &Place<'_>, word: &str) -> Result<CategoryName, Error> {
    match CategoryName::from_word(word) {
        Some(CategoryName::AddOn(add_on)) => of_add_on(place, add_on),
        Some(name) => Ok(name),
        None => Err(place.wrong("there is no such category")),
    }
}

fn rules(place: &Place<'_>, name: CategoryName, value: &Value) -> Result<Vec<Rule>, Error> {
    let entries =
        value.as_array().ok_or_else(|| place.wrong(format!("expected rules, each under `[[{place}]]`")))?;
    let mut rules: Vec<Rule> = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let place = place.entry(number);
        if rules.last().is_some_and(|last| *last.when() == Condition::Otherwise) {
            return Err(place.wrong("it comes after `otherwise`, so it would never apply"));
        }
        let table = inner(&place, entry)?;
        let when = condition(&place, table)?;
        rules.push(Rule::new(when, result(&place, name, table.get("result"))?));
    }
    Ok(rules)
}

fn condition(place: &Place<'_>, table: &Table) -> Result<Condition, Error> {
    if let Some(value) = table.get("otherwise") {
        let place = place.key("otherwise");
        if value.as_bool() != Some(true) {
            return Err(place.wrong("expected true"));
        }
        if ["attribute", "operator", "value"].iter().any(|key| table.contains_key(*key)) {
            return Err(place.wrong("it always applies: neither attribute, operator nor value belongs here"));
        }
        return Ok(Condition::Otherwise);
    }
    let Some(name) = table.get("attribute") else {
        return Err(place.wrong("`attribute` is missing").hint("The last rule may say `otherwise = true`."));
    };
    let at = place.key("attribute");
    let attribute = attribute(&at, text(&at, name)?)?;
    Ok(Condition::When { attribute, test: operator(place, table)? })
}

fn operator(place: &Place<'_>, table: &Table) -> Result<Operator, Error> {
    let at = place.key("operator");
    let word = table.get("operator").map_or(Ok("equals"), |word| text(&at, word))?;
    if !Operator::WORDS.contains(&word) {
        return Err(at.wrong(format!("\"{word}\" is not one of {}", Operator::WORDS.join(", "))));
    }
    let at = place.key("value");
    let value = match (word, table.get("value")) {
        ("present", None) => return Ok(Operator::Present),
        ("present", Some(_)) => return Err(at.wrong("`present` compares with nothing")),
        (_, None) => return Err(place.wrong("`value` is missing")),
        (_, Some(value)) => text(&at, value)?,
    };
    let value = value.to_owned();
    Ok(match word {
        "contains" => Operator::Contains(value),
        "starts_with" => Operator::StartsWith(value),
        "ends_with" => Operator::EndsWith(value),
        "not_equals" => Operator::NotEquals(value),
        "regex" => Operator::Regex(Pattern::parse(&value).map_err(|error| at.wrong(error))?),
        _ => Operator::Equals(value),
    })
}

/// What a rule gives.
fn result(place: &Place<'_>, name: CategoryName, value: Option<&Value>) -> Result<Grant, Error> {
    let at = place.key("result");
    match (name, value) {
        (CategoryName::AddOn(_), None) => Ok(Grant::Held),
        (CategoryName::AddOn(_), Some(_)) => Err(at.wrong("a rule of an add-on grants it, and nothing else")),
        (_, None) => Err(place.wrong("`result` is missing")),
        (_, Some(value)) => grant(&at, name, value),
    }
}

fn grant(place: &Place<'_>, name: CategoryName, value: &Value) -> Result<Grant, Error> {
    if let CategoryName::Groups(_) = name {
        return groups(place, value).map(Grant::Groups);
    }
    let text = match value.as_array().map(Vec::as_slice) {
        Some([only]) => text(place, only)?,
        _ => text(place, value)?,
    };
    match name {
        CategoryName::License => license(place, text).map(Grant::License),
        CategoryName::AddOn(_) if text == "grant" => Ok(Grant::Held),
        CategoryName::AddOn(_) => Err(place.wrong(format!("\"{text}\" is not one of keep, remove, grant"))),
        CategoryName::PhonePlan => plan(place, text),
        CategoryName::PhoneSite => site(place, text),
        CategoryName::Role => role(place, text),
        CategoryName::SubAccount => sub_account(place, text),
        CategoryName::Groups(_) => Err(place.wrong("this cannot be given here")),
    }
}

fn sub_account(place: &Place<'_>, text: &str) -> Result<Grant, Error> {
    let label = Label::parse(text);
    label.map(Grant::SubAccount).map_err(|error| place.wrong(format!("\"{text}\" is no label: {error}")))
}

fn license(place: &Place<'_>, word: &str) -> Result<Option<License>, Error> {
    if word.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    License::from_word(word)
        .map(Some)
        .ok_or_else(|| place.wrong(format!("\"{word}\" is not one of none, basic, licensed, on-prem")))
}

fn plan(place: &Place<'_>, word: &str) -> Result<Grant, Error> {
    let plans = || AddOn::all().filter(|add_on| add_on.family() == Family::Phone);
    let found = plans().find(|plan| plan.as_str().eq_ignore_ascii_case(word));
    found.map(Grant::PhonePlan).ok_or_else(|| {
        let words: Vec<&str> = plans().map(AddOn::as_str).collect();
        place.wrong(format!("\"{word}\" is not one of {}", words.join(", ")))
    })
}

fn site(place: &Place<'_>, text: &str) -> Result<Grant, Error> {
    let usable = (1..=128).contains(&text.trim().chars().count()) && !text.chars().any(is_unseen);
    if !usable {
        return Err(place.wrong("a phone site has a name of 1 to 128 characters that can be seen"));
    }
    Ok(Grant::PhoneSite(text.trim().to_owned()))
}

fn role(place: &Place<'_>, word: &str) -> Result<Grant, Error> {
    let role = match word.to_ascii_lowercase().as_str() {
        "member" => Role::Member,
        "admin" => Role::Admin,
        "owner" => return Err(place.wrong("no rule makes an owner")),
        _ => Role::Custom(RoleName::parse(word).ok_or_else(|| {
            place.wrong(format!("\"{word}\" is neither member, admin nor the name of a role"))
        })?),
    };
    Ok(Grant::Role(role))
}

fn groups(place: &Place<'_>, value: &Value) -> Result<Vec<GroupName>, Error> {
    let mut groups: Vec<GroupName> = Vec::new();
    for name in texts(place, value)? {
        let group = GroupName::parse(name).map_err(|error| place.wrong(format!("\"{name}\" is {error}")))?;
        if groups.iter().any(|known| known.folded() == group.folded()) {
            return Err(place.wrong(format!("\"{name}\" is named twice")));
        }
        groups.push(group);
    }
    if groups.is_empty() {
        return Err(place.wrong("expected at least one group"));
    }
    Ok(groups)
}

fn no_match(place: &Place<'_>, name: CategoryName, value: &Value) -> Result<NoMatch, Error> {
    match (value.as_str(), name) {
        (Some("keep"), _) => Ok(NoMatch::Keep),
        (Some("remove"), _) => Ok(NoMatch::Remove),
        _ => grant(place, name, value).map(NoMatch::Give),
    }
}

fn read_exempt(place: &Place<'_>, (key, value): (&str, &Value), mapping: &mut Mapping) -> Result<(), Error> {
    let name = category_name(place, key)?;
    let table = inner(place, value)?;
    let at = place.key("users");
    let listed = table.get("users").map_or(Ok(Vec::new()), |users| texts(&at, users))?;
    let user = |text: &str| {
        let email = Email::parse(text).map_err(|error| at.wrong(format!("\"{text}\": {error}")))?;
        Ok::<_, Error>(email.folded().to_owned())
    };
    let users = listed.into_iter().map(user).collect::<Result<_, _>>()?;
    let at = place.key("groups");
    let groups = table.get("groups").map_or(Ok(Vec::new()), |value| groups(&at, value))?;
    let exempt = Exempt { users, groups: groups.into_iter().collect() };
    let is_automatic = matches!(name, CategoryName::Groups(kind) if mapping.auto.contains_key(&kind));
    match mapping.categories.get_mut(&name) {
        Some(category) => category.exempt = exempt,
        None if is_automatic => {
            let category = Category { rules: Vec::new(), no_match: name.default_no_match(), exempt };
            mapping.categories.insert(name, category);
        }
        None => return Err(place.wrong("the category has no rules, so there is nothing to be exempt from")),
    }
    Ok(())
}

fn auto(place: &Place<'_>, (key, value): (&String, &Value)) -> Result<(GroupKind, String), Error> {
    let place = place.key(key);
    let kind = GroupKind::from_word(key).ok_or_else(|| place.wrong("there is no such kind of group"))?;
    Ok((kind, attribute(&place, text(&place, value)?)?))
}

fn inner<'t>(place: &Place<'_>, value: &'t Value) -> Result<&'t Table, Error> {
    value.as_table().ok_or_else(|| place.wrong("expected a table"))
}

fn text<'t>(place: &Place<'_>, value: &'t Value) -> Result<&'t str, Error> {
    value.as_str().ok_or_else(|| place.wrong("expected a text"))
}

/// A text, or a list of them.
fn texts<'t>(place: &Place<'_>, value: &'t Value) -> Result<Vec<&'t str>, Error> {
    let Value::Array(entries) = value else { return Ok(vec![text(place, value)?]) };
    if entries.len() > MOST_LISTED {
        return Err(place.wrong(format!("at most {MOST_LISTED} entries")));
    }
    entries.iter().map(|entry| text(place, entry)).collect()
}
