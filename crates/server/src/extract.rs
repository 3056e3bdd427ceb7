//! Who is asking: the contexts of `app`, made from host and cookie; and the fields of forms and queries.
//!
//! A handler that takes [`Admin`] cannot be reached by anybody else. Each context is made once, from what the request
//! brought; nothing is kept between requests.

use crate::cookies;
use crate::door::Desk;
use crate::error::Failure;
use crate::routes::Needs;
use crate::scene::{Place, Scene};
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use vestibule_app::sign_in::Knock;
use vestibule_app::{AdminCtx, ApiCtx, Error, HeldCtx, Kind, LeavingCtx, MemberCtx, VisitorCtx};

/// Somebody at the vanity host of an account.
pub(crate) struct Visitor(pub(crate) VisitorCtx);

/// A person with a session.
pub(crate) struct Member(pub(crate) MemberCtx);

/// A person with a session that waits for an answer; `None` where it does not wait.
pub(crate) struct Held(pub(crate) Option<HeldCtx>);

/// Somebody with a session whose role permits what the address asks for ([`crate::routes`]).
pub(crate) struct Admin(pub(crate) AdminCtx);

/// A program with a good token; [`crate::api::authenticated`] looked at it before the path.
pub(crate) struct Api(pub(crate) ApiCtx);

impl FromRequestParts<Arc<Desk>> for Api {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Desk>) -> Result<Self, Failure> {
        parts.extensions.get::<ApiCtx>().cloned().map(Self).ok_or(Failure::NoToken)
    }
}

impl FromRequestParts<Arc<Desk>> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let scene = parts.extensions.get::<Arc<Scene>>().ok_or(Failure::NoAccount)?;
        let visitor = match scene.place() {
            Place::Vanity(label) => desk.app.visitor(label).await,
            Place::Glass => desk.app.glass_visitor(cookies::value(&parts.headers, cookies::ACCOUNT)).await,
            Place::Base | Place::Elsewhere => return Err(Failure::NoAccount),
        };
        match visitor {
            Ok(visitor) => {
                scene.remember_account(&visitor.account().name);
                Ok(Self(visitor.from_address(scene.client())))
            }
            Err(error) if error.kind() == Kind::NotFound => Err(Failure::NoAccount),
            Err(error) => Err(error.into()),
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let visitor = Visitor::from_request_parts(parts, desk).await?;
        // No cookie is as good as an unknown one; `app` has the sentence for both.
        let token = cookies::value(&parts.headers, cookies::SESSION).unwrap_or_default();
        Ok(Self(visitor.0.member(token).await?))
    }
}

impl FromRequestParts<Arc<Desk>> for Held {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let visitor = Visitor::from_request_parts(parts, desk).await?;
        let token = cookies::value(&parts.headers, cookies::SESSION).unwrap_or_default();
        Ok(Self(visitor.0.held(token).await?))
    }
}

impl FromRequestParts<Arc<Desk>> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let Member(member) = Member::from_request_parts(parts, desk).await?;
        let glass = parts.extensions.get::<Arc<Scene>>().is_some_and(|scene| *scene.place() == Place::Glass);
        let admin = if glass { member.standard_admin()? } else { member.admin()? };
        match parts.extensions.get::<Needs>() {
            Some(Needs::Anything) => {}
            Some(Needs::These(look, _)) if parts.method.is_safe() => admin.must(*look)?,
            Some(Needs::These(_, change)) => admin.must(*change)?,
            None => return Err(Failure::Broken("an address for administrators asks for no permission")),
        }
        Ok(Self(admin))
    }
}

impl Visitor {
    /// The person, if somebody is signed in.
    pub(crate) async fn member(&self, headers: &HeaderMap) -> Result<Option<MemberCtx>, Failure> {
        let Some(token) = cookies::value(headers, cookies::SESSION) else { return Ok(None) };
        signed_in(self.0.member(token).await)
    }

    /// The person, if somebody is signed in, as somebody who may sign out.
    pub(crate) async fn leaving(&self, headers: &HeaderMap) -> Result<Option<LeavingCtx>, Failure> {
        let Some(token) = cookies::value(headers, cookies::SESSION) else { return Ok(None) };
        signed_in(self.0.leaving(token).await)
    }
}

fn signed_in<T>(found: Result<T, Error>) -> Result<Option<T>, Failure> {
    match found {
        Ok(person) => Ok(Some(person)),
        Err(error) if error.kind() == Kind::SignedOut => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Where somebody knocks from.
pub(crate) struct Knocking {
    client: Option<IpAddr>,
    browser: Option<String>,
}

impl Knocking {
    pub(crate) fn knock(&self) -> Knock<'_> {
        Knock { client: self.client, browser: self.browser.as_deref() }
    }
}

impl FromRequestParts<Arc<Desk>> for Knocking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Desk>) -> Result<Self, Infallible> {
        let client = parts.extensions.get::<Arc<Scene>>().and_then(|scene| scene.client());
        let browser = cookies::value(&parts.headers, cookies::KNOWN).map(str::to_owned);
        Ok(Self { client, browser })
    }
}

/// The fields of a form.
pub(crate) struct Fields<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Desk>> for Fields<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Failure> {
        match Form::<T>::from_request(request, desk).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Failure::TooLarge),
            Err(_) => Err(Failure::BadFields),
        }
    }
}

/// The fields of a query.
pub(crate) struct Asking<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Desk>> for Asking<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Failure> {
        match Query::<T>::from_request_parts(parts, desk).await {
            Ok(Query(fields)) => Ok(Self(fields)),
            Err(_) => Err(Failure::BadFields),
        }
    }
}
