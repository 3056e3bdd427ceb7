//! Programs that call an API: who they are, and what they may do there.
//!
//! An [`ApiCtx`] is made of a token that is good ([`crate::tokens`]); the context of each API is made of it by a check of
//! its scopes, so that a deed which takes a [`ScimCtx`] cannot be reached with a token for something else.

use crate::context::App;
use crate::error::{Error, Kind};
use std::sync::Arc;
use vestibule_model::account::Account;
use vestibule_model::id::{ClientId, TokenId, UserId};
use vestibule_model::token::{Access, Scope, Scopes, scim_scope, users_scope};

/// The number by which programs of the REST API know that they may not do this.
const NO_PRIVILEGE: u32 = 200;

/// A program with a good token. It is shared by all who have to do with one of its calls.
#[derive(Clone)]
pub struct ApiCtx {
    pub(crate) app: App,
    pub(crate) account: Arc<Account>,
    pub(crate) client: Arc<Client>,
    pub(crate) scopes: Arc<Scopes>,
}

/// Who calls, for logs and pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The token that was shown.
    pub token: TokenId,
    /// The client of the authorization server that got the token; none for an API token.
    pub client: Option<ClientId>,
    /// What people call the token, or the client.
    pub name: String,
    /// The person in whose name it acts.
    pub person: Option<UserId>,
}

impl ApiCtx {
    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Who calls.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the token permits.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The same program at the SCIM interface.
    ///
    /// # Errors
    /// [`Kind::Forbidden`], naming the scope, when the token does not permit it.
    pub fn scim(&self, access: Access) -> Result<ScimCtx, Error> {
        self.permits(scim_scope(access)).map(|()| ScimCtx { api: self.clone(), access })
    }

    /// The same program at the REST API of users.
    ///
    /// # Errors
    /// As [`ApiCtx::scim`].
    pub fn users(&self, access: Access) -> Result<UsersApiCtx, Error> {
        let permitted = self.permits(users_scope(access)).map_err(|error| error.numbered(NO_PRIVILEGE));
        permitted.map(|()| UsersApiCtx { api: self.clone(), access })
    }

    fn permits(&self, wanted: Scope) -> Result<(), Error> {
        if self.scopes.allow(wanted) {
            return Ok(());
        }
        Err(Error::new(Kind::Forbidden, format!("This token does not have the scope \"{wanted}\"."))
            .needs_scope(wanted)
            .hint("Use a token that has it: an administrator makes one at /admin/api, the operator with `vestibule token create`."))
    }
}

/// A program that provisions by SCIM.
#[derive(Clone)]
pub struct ScimCtx {
    api: ApiCtx,
    access: Access,
}

/// A program that calls the REST API of users.
#[derive(Clone)]
pub struct UsersApiCtx {
    api: ApiCtx,
    access: Access,
}

macro_rules! interface {
    ($($name:ident),*) => {$(
        impl $name {
            /// The program.
            #[must_use]
            pub fn api(&self) -> &ApiCtx {
                &self.api
            }

            /// The account.
            #[must_use]
            pub fn account(&self) -> &Account {
                &self.api.account
            }

            /// What was checked: a context made for reading is none for writing.
            #[must_use]
            pub fn access(&self) -> Access {
                self.access
            }
        }
    )*};
}
interface!(ScimCtx, UsersApiCtx);
