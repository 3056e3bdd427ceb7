//! What a patch says about the members of a group, apart from all else: so a group of ten thousand is changed by its rows.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Operation, Patch, Verb, take};
use crate::error::shown;
use crate::filter::Operator;
use crate::filter::grammar::Expression;
use crate::resource::value::MOST_MEMBERS;
use crate::schema::GROUP;
use crate::{Error, Path, Quirk};

/// A member, as a client names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The identifier of the member.
    pub value: String,
    /// The name that the client gives to it.
    pub display: Option<String>,
    /// `User` or `Group`; nothing if the client does not say it.
    pub kind: Option<String>,
}

/// What happens to the members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberOp {
    /// These become members, if they are none yet.
    Add(Vec<Member>),
    /// These are no members any more, if they were.
    Remove(Vec<String>),
    /// These are the members, and nobody else.
    Replace(Vec<Member>),
    /// Nobody is a member any more.
    Clear,
}

type Outcome<T> = Result<T, Error>;

/// Splits a patch of a group into what happens to its members, in order, and the rest.
///
/// # Errors
/// `invalidPath` for a path into the members that cannot be followed without loading them, `invalidValue` for a value that
/// is no member, 413 if there are too many.
pub fn members(patch: &Patch) -> Outcome<(Vec<MemberOp>, Patch)> {
    let mut split = Split { quirks: patch.quirks.clone(), count: 0, done: Vec::new() };
    let mut rest = Vec::new();
    for operation in &patch.operations {
        match &operation.path {
            Some(path) if path.is_of(GROUP, "members") => {
                split.at(operation.verb, path, operation.value.as_ref())?
            }
            Some(path) if is_inside(path) => return Err(refused(path)),
            Some(_) => rest.push(operation.clone()),
            None => rest.extend(split.without_path(operation)?),
        }
    }
    let quirks = split.quirks;
    Ok((split.done, Patch { operations: rest, quirks }))
}

/// Whether a path leads into the members by a dot.
fn is_inside(path: &Path) -> bool {
    let whole = path.head.rsplit_once('.').map(|(whole, _)| whole.to_owned());
    whole.is_some_and(|head| Path { head, filter: None, sub: None }.is_of(GROUP, "members"))
}

fn refused(path: &Path) -> Error {
    Error::invalid_path(format!(
        "{path}: members are added and removed as a whole, by members or members[value eq \"…\"]"
    ))
}

/// Whether a key names the members, as the schema's own reader would take it: spaces and other marks name nothing.
fn names_members(key: &str) -> bool {
    let rest = key.get(..GROUP.len()).filter(|urn| urn.eq_ignore_ascii_case(GROUP)).map(|_| GROUP.len());
    let name = match rest.and_then(|end| key.get(end..)) {
        Some(rest) => rest.strip_prefix([':', '.']).unwrap_or_default(),
        None => key,
    };
    name.eq_ignore_ascii_case("members")
}

struct Split {
    quirks: std::collections::BTreeSet<Quirk>,
    count: usize,
    done: Vec<MemberOp>,
}

impl Split {
    /// A value without path: its `members` are taken out; what is left, if anything is, remains an operation.
    fn without_path(&mut self, operation: &Operation) -> Outcome<Option<Operation>> {
        let Some(Value::Object(object)) = &operation.value else { return Ok(Some(operation.clone())) };
        let of_members = |name: &String| names_members(name);
        let selects = |path: &Path| path.filter.is_some() && path.is_of(GROUP, "members");
        let mut paths = object.keys().filter_map(|name| Path::parse(name).ok());
        if let Some(path) = paths.find(|path| is_inside(path) || selects(path)) {
            return Err(refused(&path));
        }
        let Some(name) = object.keys().find(|name| of_members(name)) else {
            return Ok(Some(operation.clone()));
        };
        let mut rest: Map<String, Value> = object.clone();
        let value = rest.remove(name);
        if rest.keys().any(of_members) {
            return Err(Error::invalid_syntax("members is said twice in one value"));
        }
        self.at(operation.verb, &Path::parse(name)?, value.as_ref())?;
        let is_left = !rest.is_empty();
        Ok(is_left.then(|| Operation { value: Some(Value::Object(rest)), ..operation.clone() }))
    }

    fn at(&mut self, verb: Verb, path: &Path, value: Option<&Value>) -> Outcome<()> {
        if let Some(filter) = &path.filter {
            let (Verb::Remove, None, Some(ids)) = (verb, &path.sub, selected(filter)) else {
                return Err(refused(path));
            };
            self.done.push(MemberOp::Remove(ids));
            return Ok(());
        }
        let operation = match (verb, value) {
            (Verb::Remove, None | Some(Value::Null)) => MemberOp::Clear,
            (Verb::Remove, Some(value)) => {
                self.quirks.insert(Quirk::RemoveByValueList);
                let ids = self.list(value)?.into_iter().map(|member| member.value).collect::<Vec<_>>();
                if ids.is_empty() {
                    return Ok(());
                }
                MemberOp::Remove(ids)
            }
            (Verb::Add, None | Some(Value::Null)) => return Ok(()),
            (Verb::Replace, None) => {
                return Err(Error::invalid_value("a replace of members must have a value"));
            }
            (Verb::Add, Some(value)) => MemberOp::Add(self.list(value)?),
            (Verb::Replace, Some(value)) => {
                let members = self.list(value)?;
                if members.is_empty() {
                    self.quirks.insert(Quirk::EmptyMembers);
                    MemberOp::Clear
                } else {
                    MemberOp::Replace(members)
                }
            }
        };
        self.done.push(operation);
        Ok(())
    }

    /// The members that a value names: a list of objects or texts, one of them alone, or an object with `members`.
    fn list(&mut self, value: &Value) -> Outcome<Vec<Member>> {
        let values = match value {
            Value::Null => return Ok(Vec::new()),
            Value::Array(values) => values.as_slice(),
            Value::Object(object) if !has(object, "value") && has(object, "members") => {
                let mut object = object.clone();
                let inner = take(&mut object, "members").unwrap_or(Value::Null);
                return match inner {
                    Value::Array(values) => self.read(&values),
                    other => self.read(std::slice::from_ref(&other)),
                };
            }
            one => std::slice::from_ref(one),
        };
        self.read(values)
    }

    fn read(&mut self, values: &[Value]) -> Outcome<Vec<Member>> {
        self.count += values.len();
        if self.count > MOST_MEMBERS {
            let message = format!("the patch names more than {MOST_MEMBERS} members; send them in several");
            return Err(Error::plain(413, message));
        }
        let mut seen = HashSet::new();
        let mut members = Vec::with_capacity(values.len());
        for value in values.iter().filter(|value| !value.is_null()) {
            let member = self.member(value)?;
            if seen.insert(member.value.clone()) {
                members.push(member);
            } else {
                self.quirks.insert(Quirk::RepeatedMembership);
            }
        }
        Ok(members)
    }

    fn member(&mut self, value: &Value) -> Outcome<Member> {
        let text = |object: &Map<String, Value>, name: &str| {
            let found = object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.and_then(|(_, value)| value.as_str()).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let member = match value {
            Value::String(id) if !id.is_empty() => {
                self.quirks.insert(Quirk::SimplerShape);
                Member { value: id.clone(), display: None, kind: None }
            }
            Value::Object(object) => Member {
                value: text(object, "value").ok_or_else(|| no_member(value))?,
                display: text(object, "display").or_else(|| text(object, "displayName")),
                kind: text(object, "type"),
            },
            _ => return Err(no_member(value)),
        };
        if member.kind.is_none() {
            self.quirks.insert(Quirk::MemberWithoutType);
        }
        Ok(member)
    }
}

fn has(object: &Map<String, Value>, name: &str) -> bool {
    object.keys().any(|key| key.eq_ignore_ascii_case(name))
}

fn no_member(value: &Value) -> Error {
    Error::invalid_value(format!(
        "{} is no member: it must be an object with the id as value",
        shown(&value.to_string())
    ))
}

/// The identifiers that `value eq "…"`, alone or joined by `or`, selects.
fn selected(filter: &Expression) -> Option<Vec<String>> {
    match filter {
        Expression::Or(terms) => terms.iter().map(id).collect(),
        one => Some(vec![id(one)?]),
    }
}

fn id(filter: &Expression) -> Option<String> {
    match filter {
        Expression::Test { name, operator: Operator::Eq, value: Value::String(id) }
            if name.eq_ignore_ascii_case("value") =>
        {
            Some(id.clone())
        }
        Expression::Test { name, operator: Operator::Eq, value: Value::Number(id) }
            if name.eq_ignore_ascii_case("value") =>
        {
            Some(id.to_string())
        }
        _ => None,
    }
}
