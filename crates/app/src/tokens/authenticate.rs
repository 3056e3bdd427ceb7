//! A token that somebody shows.

use crate::context::{ApiClient, ApiCtx, App};
use crate::error::{Error, Kind};
use crate::roles;
use crate::secret;
use std::sync::Arc;
use vestibule_model::account::VanityState;
use vestibule_model::token::{SecretKind, State};
use vestibule_store as store;

const FRESH: &str = "Make a new token at /admin/api, or with `vestibule token create`, and use that one.";

impl App {
    /// The program that shows this token. Its row is found by the hash of the text: how long that takes tells nothing of
    /// any other token.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`] when it is no good token, saying why.
    pub async fn api(&self, bearer: &str) -> Result<ApiCtx, Error> {
        let refused = |sentence: &str| Error::new(Kind::Unauthenticated, sentence);
        if !SecretKind::Access.is_whole(bearer) {
            return Err(refused("This is not a whole API token.")
                .hint("A token begins with vst_ and has 55 characters: copy all of it."));
        }
        let hash = secret::hash(bearer);
        let found =
            self.store().glance(move |tx| Box::pin(async move { store::tokens::by_hash(tx, &hash).await }));
        let (account, found) = found.await?.ok_or_else(|| refused("The token is not known.").hint(FRESH))?;
        let now = self.now();
        let role = found.maker.as_ref().map(|(.., role)| role);
        let roles = roles::to_judge(self, account.id, role).await?;
        match found.state(&roles, now) {
            State::Live => {}
            State::Expired => return Err(refused("The token has expired.").hint(FRESH)),
            State::Revoked => return Err(refused("The token was revoked.").hint(FRESH)),
            State::Resting => {
                return Err(refused("The token rests: whoever made it is not active now, or may not do any more what it permits.")
                    .hint("Another administrator of the account can make a new one at /admin/api."));
            }
        }
        if account.state != VanityState::Approved {
            return Err(refused("The account is not approved yet.")
                .hint("Ask whoever runs this service to approve its vanity URL."));
        }
        let token = found.token;
        self.inner.uses.note(account.id, &token, now);
        let client =
            ApiClient { token: token.id, client: token.client, name: token.name, person: token.made_by };
        let (account, client, scopes) = (Arc::new(account), Arc::new(client), Arc::new(token.scopes));
        Ok(ApiCtx { app: self.clone(), account, client, scopes })
    }
}
