//! In which order the operations of a bulk request are done, so that what is referred to is there (RFC 7644, section 3.7.1).
//!
//! They keep their order unless one refers to what a later one makes. Where they refer to each other in a circle, one of them
//! is done without the references first, and completed by a patch when all is there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{BulkOperation, BulkRequest, Method, Target, references};
use crate::patch::SCHEMA;

/// One step of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The operation, by its place in the request.
    pub operation: usize,
    /// What of it is done.
    pub part: Part,
}

/// What of an operation is done in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// All of it.
    Whole,
    /// All of it, with this as its data: what refers to something that is not there yet is left out.
    First(Value),
    /// What was left out: this patch of the resource that the operation made.
    Rest(Value),
}

/// The steps, in order. References are in them as they came, for `resolve`.
pub fn plan(request: &BulkRequest) -> Vec<Step> {
    let operations = &request.operations;
    let mut waits = Waits::of(operations);
    let mut steps = Vec::with_capacity(operations.len());
    let mut rests = Vec::new();
    let mut left = operations.len();
    while left > 0 {
        if let Some(next) = waits.next() {
            steps.push(Step { operation: next, part: Part::Whole });
            waits.done(next);
            left -= 1;
            continue;
        }
        let Some(next) = waits.in_a_circle() else { break };
        let (first, rest) = cut(operations.get(next), &waits.missing(next, operations));
        steps.push(Step { operation: next, part: Part::First(first) });
        rests.push(Step { operation: next, part: Part::Rest(rest) });
        waits.done(next);
        left -= 1;
    }
    steps.extend(rests);
    steps
}

/// Which operations wait for which.
struct Waits {
    /// For each operation that is not done, those it waits for.
    on: BTreeMap<usize, BTreeSet<usize>>,
    /// For each operation, those that wait for it.
    by: HashMap<usize, Vec<usize>>,
    ready: BinaryHeap<Reverse<usize>>,
}

impl Waits {
    fn of(operations: &[BulkOperation]) -> Self {
        let makers: HashMap<&str, usize> = operations
            .iter()
            .enumerate()
            .filter(|(_, operation)| operation.method == Method::Post)
            .filter_map(|(place, operation)| Some((operation.bulk_id.as_deref()?, place)))
            .collect();
        let mut waits = Self { on: BTreeMap::new(), by: HashMap::new(), ready: BinaryHeap::new() };
        for (place, operation) in operations.iter().enumerate() {
            let mut on = BTreeSet::new();
            let mut add = |id: &str| on.extend(makers.get(id).copied());
            if let Target::BulkId(id) = &operation.target {
                add(id);
            }
            if let Some(data) = &operation.data {
                references(data, &mut add);
            }
            for maker in &on {
                waits.by.entry(*maker).or_default().push(place);
            }
            if on.is_empty() {
                waits.ready.push(Reverse(place));
            }
            waits.on.insert(place, on);
        }
        waits
    }

    fn next(&mut self) -> Option<usize> {
        self.ready.pop().map(|Reverse(place)| place)
    }

    /// The first operation of a circle, where everything that is left waits: going from one to what it waits for comes back
    /// to one that was met. What others wait for makes something, so it is a POST.
    fn in_a_circle(&self) -> Option<usize> {
        let mut at = *self.on.keys().next()?;
        let mut met = HashSet::new();
        while met.insert(at) {
            at = *self.on.get(&at)?.first()?;
        }
        let start = at;
        let mut first = at;
        loop {
            at = *self.on.get(&at)?.first()?;
            first = first.min(at);
            if at == start {
                return Some(first);
            }
        }
    }

    /// The bulkIds that an operation still waits for.
    fn missing(&self, place: usize, operations: &[BulkOperation]) -> HashSet<String> {
        let makers = self.on.get(&place).into_iter().flatten();
        makers.filter_map(|maker| operations.get(*maker)?.bulk_id.clone()).collect()
    }

    fn done(&mut self, place: usize) {
        self.on.remove(&place);
        for waiting in self.by.remove(&place).unwrap_or_default() {
            let Some(on) = self.on.get_mut(&waiting) else { continue };
            if on.remove(&place) && on.is_empty() {
                self.ready.push(Reverse(waiting));
            }
        }
    }
}

/// The data without what refers to something missing, and the patch that adds it.
fn cut(operation: Option<&BulkOperation>, missing: &HashSet<String>) -> (Value, Value) {
    let mut first = Map::new();
    let mut operations = Vec::new();
    let data = operation.and_then(|operation| operation.data.as_ref()).and_then(Value::as_object);
    for (name, value) in data.into_iter().flatten() {
        let is_extension = name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"));
        let kept = match value {
            Value::Object(inside) if is_extension => {
                let mut kept = Map::new();
                for (attribute, value) in inside {
                    let path = format!("{name}:{attribute}");
                    kept.extend(
                        split(&path, value, missing, &mut operations).map(|value| (attribute.clone(), value)),
                    );
                }
                Some(Value::Object(kept))
            }
            value => split(name, value, missing, &mut operations),
        };
        first.extend(kept.map(|value| (name.clone(), value)));
    }
    (Value::Object(first), json!({ "schemas": [SCHEMA], "Operations": operations }))
}

/// What of an attribute can be said at once; the rest becomes an operation.
fn split(path: &str, value: &Value, missing: &HashSet<String>, operations: &mut Vec<Value>) -> Option<Value> {
    let refers = |value: &Value| {
        let mut found = false;
        references(value, &mut |id| found |= missing.contains(id));
        found
    };
    let (now, later) = match value {
        Value::Array(values) => {
            let (later, now): (Vec<Value>, Vec<Value>) = values.iter().cloned().partition(refers);
            if later.is_empty() {
                return Some(value.clone());
            }
            ((!now.is_empty()).then_some(Value::Array(now)), Value::Array(later))
        }
        value if refers(value) => (None, value.clone()),
        value => return Some(value.clone()),
    };
    operations.push(json!({ "op": "add", "path": path, "value": later }));
    now
}
