//! `/Bulk` (RFC 7644 §3.7): operations one after the other, each as it would be alone, so that what fails undoes nothing else.

use super::message::{Asking, Body, said, told};
use crate::error::{self, Failure};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use vestibule_app::ScimCtx;
use vestibule_app::provisioning::groups::{self, Shows};
use vestibule_app::provisioning::{Expected, MOST_BULK_OPERATIONS, Resource, users};
use vestibule_model::token::Access;
use vestibule_scim::bulk::{self, BulkOperation, Method, Outcome, Part, Target};
use vestibule_scim::resource::{Mode, read};
use vestibule_scim::{Document, Error, ResourceType, patch as patches};

pub(crate) async fn carry_out(asking: Asking, body: Body) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Write)?;
    let request = bulk::parse(body.value, MOST_BULK_OPERATIONS).map_err(said)?;
    let mut house = House { ctx, base: &asking.base, made: BTreeMap::new() };
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
    Ok(asking.looked(told(StatusCode::OK, &bulk::response(&outcomes))))
}

/// What the operations share.
struct House<'a> {
    ctx: ScimCtx,
    base: &'a str,
    /// The ids of what was made, by bulkId.
    made: BTreeMap<String, String>,
}

/// What is done, and to what.
enum Endpoint {
    Users,
    Groups,
}

impl House<'_> {
    async fn step(&mut self, operation: &BulkOperation, part: Part) -> Outcome {
        let done = self.one(operation, part).await;
        let (status, resource, response) = match done {
            Ok((status, resource)) => (status, resource, None),
            Err(failure) => {
                let (status, body) = error::in_scim(&failure);
                (status, None, Some(body))
            }
        };
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

    async fn one(&self, operation: &BulkOperation, part: Part) -> Result<(u16, Option<Resource>), Failure> {
        let (endpoint, kind) = endpoint(&operation.endpoint)?;
        let expected = operation.version.clone().map_or(Expected::Any, |tag| Expected::OneOf(vec![tag]));
        let (method, mut data) = match part {
            Part::Whole => (operation.method, operation.data.clone().unwrap_or(json!({}))),
            Part::First(data) => (operation.method, data),
            Part::Rest(patch) => (Method::Patch, patch),
        };
        bulk::resolve(&mut data, &|name| self.made.get(name).cloned()).map_err(said)?;
        if method == Method::Post {
            let document = read(kind, data, Mode::Create).map_err(said)?;
            return Ok((201, self.create(&endpoint, document).await?));
        }
        let id = self.id(operation)?;
        match method {
            Method::Put => {
                let document = read(kind, data, Mode::Replace).map_err(said)?;
                Ok((200, self.replace(&endpoint, &id, document, expected).await?))
            }
            Method::Patch => Ok((200, self.patch(&endpoint, &id, data, expected).await?)),
            Method::Delete | Method::Post => {
                match endpoint {
                    Endpoint::Users => drop(users::delete(&self.ctx, &id, expected).await?),
                    Endpoint::Groups => drop(groups::delete(&self.ctx, &id, expected).await?),
                }
                Ok((204, None))
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

    async fn create(&self, endpoint: &Endpoint, document: Document) -> Result<Option<Resource>, Failure> {
        Ok(match endpoint {
            Endpoint::Users => Some(users::create(&self.ctx, self.base, document).await?.resource),
            Endpoint::Groups => groups::create(&self.ctx, self.base, document).await?.resource,
        })
    }

    async fn replace(
        &self,
        endpoint: &Endpoint,
        id: &str,
        document: Document,
        expected: Expected,
    ) -> Result<Option<Resource>, Failure> {
        let place = (self.base, id);
        Ok(match endpoint {
            Endpoint::Users => Some(users::replace(&self.ctx, place, document, expected).await?.resource),
            Endpoint::Groups => groups::replace(&self.ctx, place, document, expected).await?.resource,
        })
    }

    async fn patch(
        &self,
        endpoint: &Endpoint,
        id: &str,
        data: Value,
        expected: Expected,
    ) -> Result<Option<Resource>, Failure> {
        let (place, patch) = ((self.base, id), patches::parse(data).map_err(said)?);
        Ok(match endpoint {
            Endpoint::Users => Some(users::patch(&self.ctx, place, patch, expected).await?.resource),
            Endpoint::Groups => {
                groups::patch(&self.ctx, place, &patch, (expected, Shows::Never)).await?.resource
            }
        })
    }
}

fn endpoint(name: &str) -> Result<(Endpoint, &'static ResourceType), Failure> {
    let found = match name {
        "/Users" => users::kind().map(|kind| (Endpoint::Users, kind)),
        "/Groups" => groups::kind().map(|kind| (Endpoint::Groups, kind)),
        _ => None,
    };
    found.ok_or_else(|| {
        said(Error::plain(404, "there is no such endpoint: /Users and /Groups take bulk operations"))
    })
}
