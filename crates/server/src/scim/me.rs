//! `/Me` (RFC 7644 §3.11): the person in whose name the token acts, as if the client had named their id.
//!
//! A token that the operator made acts in nobody's name, so for it there is no such person.

use super::message::{Asking, Body, said};
use super::users;
use crate::error::Failure;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::LOCATION;
use axum::response::Response;
use vestibule_model::token::Access;
use vestibule_scim::Error;

pub(crate) async fn get(asking: Asking) -> Result<Response, Failure> {
    let me = Me::of(&asking)?;
    Ok(me.located(users::get(asking, Path(me.id.clone())).await?))
}

pub(crate) async fn replace(asking: Asking, body: Body) -> Result<Response, Failure> {
    let me = Me::of(&asking)?;
    Ok(me.located(users::replace(asking, Path(me.id.clone()), body).await?))
}

pub(crate) async fn patch(asking: Asking, body: Body) -> Result<Response, Failure> {
    let me = Me::of(&asking)?;
    Ok(me.located(users::patch(asking, Path(me.id.clone()), body).await?))
}

pub(crate) async fn delete(asking: Asking) -> Result<Response, Failure> {
    let me = Me::of(&asking)?;
    Ok(me.located(users::delete(asking, Path(me.id.clone())).await?))
}

/// Nobody registers themselves here: a token's person is there already.
pub(crate) async fn create(asking: Asking) -> Result<Response, Failure> {
    asking.ctx.scim(Access::Write)?;
    Err(said(Error::plain(501, "nobody is made by /Me: POST to /Users")))
}

struct Me {
    id: String,
    location: String,
}

impl Me {
    fn of(asking: &Asking) -> Result<Self, Failure> {
        asking.ctx.scim(Access::Read)?;
        let person = asking.ctx.client().person.ok_or_else(|| {
            said(Error::plain(
                501,
                "this token acts in no person's name: use /Users, or a token that an administrator made",
            ))
        })?;
        let id = person.to_string();
        Ok(Self { location: format!("{}/Users/{id}", asking.base), id })
    }

    /// The answer, with where the person is for good.
    fn located(&self, mut response: Response) -> Response {
        if let Ok(location) = HeaderValue::from_str(&self.location) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}
