//! The description of the REST API: OpenAPI 3.1, made of the descriptions that stand at the handlers.

use super::body::{Change, NewStatus, NewUser, User, UserPage};
use crate::api::json;
use crate::error::Failure;
use crate::page;
use crate::portal::docs::DocsPage;
use axum::response::Response;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vestibule REST API",
        description = "Users of an account. The token decides the account. Errors are RFC 9457 problems; `code` tells apart what has the same status.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(super::list, super::one, super::create, super::update, super::set_status, super::remove, super::sign_out),
    components(schemas(Change, NewStatus, NewUser, User, UserPage)),
    modifiers(&Token),
    tags((name = "Users", description = "The people of the account."))
)]
struct Document;

/// How a program shows who it is.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API token (vst_…) with the scope that is named at the operation."));
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme.build()));
    }
}

/// `GET /openapi.json`
pub(crate) async fn openapi() -> Result<Response, Failure> {
    json(&Document::openapi())
}

/// The description as a page.
pub(crate) fn docs_page() -> serde_json::Result<DocsPage> {
    Ok(DocsPage::new(&serde_json::to_value(Document::openapi())?))
}

/// `GET /docs`
pub(crate) async fn docs() -> Result<Response, Failure> {
    let page = docs_page().map_err(|_| Failure::Broken("the description of the API could not be written"))?;
    Ok(page::shown(&page))
}
