//! `/Bulk` (RFC 7644 §3.7): operations one after the other, each as it would be alone, so that what fails undoes nothing else.

use super::message::{Asking, Body, said, told};
use crate::api::{CallNotes, CallPart};
use crate::error::{self, Failure};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use vestibule_app::ScimCtx;
use vestibule_app::provisioning::groups::{self, Shows};
use vestibule_app::provisioning::{
    Expected, MOST_BULK_OPERATIONS, Resource, Told, Written, registry, resources, users,
};
use vestibule_model::api_call::Subject;
use vestibule_model::token::Access;
use vestibule_scim::bulk::{self, BulkOperation, Method, Outcome, Part, Target};
use vestibule_scim::resource::{Mode, read};
use vestibule_scim::{Document, Error, ResourceType, patch as patches};

/// The longest name that the call log is told, in characters.
const LONGEST_NAME: usize = 254;

pub(crate) async fn carry_out(asking: Asking, body: Body) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Write)?;
    let request = bulk::parse(body.value, MOST_BULK_OPERATIONS).map_err(said)?;
    let mut house = House { ctx, base: &asking.base, made: BTreeMap::new(), parts: Vec::new() };
    let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
    let mut errors = 0;
    for step in bulk::plan(&request) {
        let Some(operation) = request.operations.get(step.operation) else { continue };
        // What was cut off a circle is completed only if the operation itself was done.
        let is_rest = matches!(step.part, Part::Rest(_));
        if is_rest && outcomes.get(&step.operation).is_none_or(|outcome| outcome.status >= 400) {
            continue;
        }
        let outcome = house.step(operation, step.part).await;
        errors += u64::from(outcome.status >= 400);
        if !is_rest || outcome.status >= 400 {
            outcomes.insert(step.operation, outcome);
        }
        if request.stops(errors) {
            break;
        }
    }
    let outcomes: Vec<Outcome> = outcomes.into_values().collect();
    let mut response = told(StatusCode::OK, &bulk::response(&outcomes));
    let action = story(request.operations.len(), &outcomes);
    let notes = CallNotes { action, parts: house.parts, ..asking.notes(body.manner) };
    response.extensions_mut().insert(notes);
    Ok(response)
}

/// The name of whom or what was to be made, if that was it.
fn wanted(operation: &BulkOperation) -> Option<String> {
    let data = operation.data.as_ref().filter(|_| operation.method == Method::Post)?;
    let name = data.get("userName").or_else(|| data.get("displayName"))?.as_str()?;
    Some(name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect())
}

/// What was done, in words.
fn story(asked: usize, outcomes: &[Outcome]) -> Vec<String> {
    let refused = outcomes.iter().filter(|outcome| outcome.status >= 400).count();
    let done = outcomes.len().saturating_sub(refused);
    let left = asked.saturating_sub(outcomes.len());
    let mut sentence = format!("carried out {done} of {asked} operations that came together");
    if refused > 0 {
        sentence.push_str(&format!("; {refused} refused"));
    }
    if left > 0 {
        sentence.push_str(&format!("; {left} not begun after so many errors"));
    }
    vec![sentence]
}

/// What the operations share.
struct House<'a> {
    ctx: ScimCtx,
    base: &'a str,
    /// The ids of what was made, by bulkId.
    made: BTreeMap<String, String>,
    /// What each was, for the call log.
    parts: Vec<CallPart>,
}

/// The status of an operation that was carried out, what it was about, and what is told of it.
type Done = (u16, Option<Resource>, Told);

/// To what something is done.
enum Endpoint {
    Users,
    Groups,
    /// A type that the deployment brings.
    Own,
}

impl House<'_> {
    async fn step(&mut self, operation: &BulkOperation, part: Part) -> Outcome {
        let done = self.one(operation, part).await;
        let mut part = CallPart { method: operation.method.name(), ..CallPart::default() };
        let (status, resource, response) = match done {
            Ok((status, resource, told)) => {
                (part.action, part.subject) = (told.story, told.subject);
                part.quirks = told.quirks.into_iter().collect();
                (status, resource, None)
            }
            Err(failure) => {
                part.refusal = Some(failure.words());
                part.subject = wanted(operation).map(Subject::Nobody);
                let (status, body) = error::in_scim(&failure);
                (status, None, Some(body))
            }
        };
        part.status = status;
        part.target = self.target(operation);
        self.parts.push(part);
        if let (Some(name), Some(resource), Method::Post) = (&operation.bulk_id, &resource, operation.method)
        {
            self.made.insert(name.clone(), resource.meta.id.clone());
        }
        Outcome {
            method: operation.method,
            bulk_id: operation.bulk_id.clone(),
            version: resource.as_ref().map(|resource| resource.meta.version.clone()),
            location: resource.map(|resource| resource.meta.location).or_else(|| self.location(operation)),
            status,
            response,
        }
    }

    /// Where the resource of an operation is, if it is known without it.
    fn location(&self, operation: &BulkOperation) -> Option<String> {
        let id = match &operation.target {
            Target::Id(id) => id.clone(),
            Target::BulkId(name) => self.made.get(name)?.clone(),
            Target::Collection => return None,
        };
        Some(format!("{}{}/{id}", self.base, operation.endpoint))
    }

    /// The address that an operation would have had alone.
    fn target(&self, operation: &BulkOperation) -> String {
        let id = match &operation.target {
            Target::Id(id) => Some(id.clone()),
            Target::BulkId(name) => self.made.get(name).cloned(),
            Target::Collection => None,
        };
        let id = id.map(|id| format!("/{id}")).unwrap_or_default();
        format!("/scim2{}{id}", operation.endpoint)
    }

    async fn one(&self, operation: &BulkOperation, part: Part) -> Result<Done, Failure> {
        let kind = self.kind(&operation.endpoint)?;
        let endpoint = (endpoint(&kind), &kind);
        let expected = operation.version.clone().map_or(Expected::Any, |tag| Expected::OneOf(vec![tag]));
        let (method, mut data) = match part {
            Part::Whole => (operation.method, operation.data.clone().unwrap_or(json!({}))),
            Part::First(data) => (operation.method, data),
            Part::Rest(patch) => (Method::Patch, patch),
        };
        bulk::resolve(&mut data, &|name| self.made.get(name).cloned()).map_err(said)?;
        if method == Method::Post {
            let document = read(&kind, data, Mode::Create).map_err(said)?;
            let (resource, told) = self.create(endpoint, document).await?;
            return Ok((201, resource, told));
        }
        let id = self.id(operation)?;
        match method {
            Method::Put => {
                let document = read(&kind, data, Mode::Replace).map_err(said)?;
                let (resource, told) = self.replace(endpoint, &id, document, expected).await?;
                Ok((200, resource, told))
            }
            Method::Patch => {
                let (resource, told) = self.patch(endpoint, &id, data, expected).await?;
                Ok((200, resource, told))
            }
            Method::Delete | Method::Post => {
                let told = match endpoint.0 {
                    Endpoint::Users => users::delete(&self.ctx, &id, expected).await?,
                    Endpoint::Groups => groups::delete(&self.ctx, &id, expected).await?,
                    Endpoint::Own => resources::delete(&self.ctx, &kind, &id, expected).await?,
                };
                Ok((204, None, told))
            }
        }
    }

    /// The id that an operation is about: a `Rest` is about what its own operation made.
    fn id(&self, operation: &BulkOperation) -> Result<String, Failure> {
        let name = match &operation.target {
            Target::Id(id) => return Ok(id.clone()),
            Target::BulkId(name) => Some(name),
            Target::Collection => operation.bulk_id.as_ref(),
        };
        let made = name.and_then(|name| self.made.get(name));
        made.cloned().ok_or_else(|| said(Error::plain(409, "nothing was made with this bulkId")))
    }

    /// The type at an endpoint.
    fn kind(&self, endpoint: &str) -> Result<Arc<ResourceType>, Failure> {
        let found = registry(&self.ctx).at(endpoint).cloned();
        found.ok_or_else(|| {
            said(Error::plain(
                404,
                "there is no such endpoint: /ResourceTypes lists those that take bulk operations",
            ))
        })
    }

    async fn create(&self, at: At<'_>, document: Document) -> Result<(Option<Resource>, Told), Failure> {
        Ok(match at.0 {
            Endpoint::Users => one(users::create(&self.ctx, self.base, document).await?),
            Endpoint::Groups => group(groups::create(&self.ctx, self.base, document).await?),
            Endpoint::Own => one(resources::create(&self.ctx, self.base, at.1, document).await?),
        })
    }

    async fn replace(
        &self,
        at: At<'_>,
        id: &str,
        document: Document,
        expected: Expected,
    ) -> Result<(Option<Resource>, Told), Failure> {
        let place = (self.base, id);
        Ok(match at.0 {
            Endpoint::Users => one(users::replace(&self.ctx, place, document, expected).await?),
            Endpoint::Groups => group(groups::replace(&self.ctx, place, document, expected).await?),
            Endpoint::Own => one(resources::replace(&self.ctx, place, at.1, (document, expected)).await?),
        })
    }

    async fn patch(
        &self,
        at: At<'_>,
        id: &str,
        data: Value,
        expected: Expected,
    ) -> Result<(Option<Resource>, Told), Failure> {
        let (place, patch) = ((self.base, id), patches::parse(data).map_err(said)?);
        Ok(match at.0 {
            Endpoint::Users => one(users::patch(&self.ctx, place, patch, expected).await?),
            Endpoint::Own => one(resources::patch(&self.ctx, place, at.1, (patch, expected)).await?),
            Endpoint::Groups => {
                group(groups::patch(&self.ctx, place, &patch, (expected, Shows::Never)).await?)
            }
        })
    }
}

fn one(written: Written) -> (Option<Resource>, Told) {
    (Some(written.resource), written.told)
}

fn group(written: groups::Written) -> (Option<Resource>, Told) {
    (written.resource, written.told)
}

/// An endpoint, and the type there.
type At<'a> = (Endpoint, &'a Arc<ResourceType>);

fn endpoint(kind: &ResourceType) -> Endpoint {
    match kind.name.as_str() {
        "User" => Endpoint::Users,
        "Group" => Endpoint::Groups,
        _ => Endpoint::Own,
    }
}
