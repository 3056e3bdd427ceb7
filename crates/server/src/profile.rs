//! The person's own page.

use crate::extract::Member;
use crate::page;
use crate::portal::profile::{ProfilePage, SessionFacts};
use axum::response::Response;
use vestibule_app::sessions;

/// `GET /profile`
pub(crate) async fn page(Member(member): Member) -> Response {
    let session = member.session();
    let facts = SessionFacts {
        began: session.created_at,
        by_sso: session.connection.is_some(),
        idle: sessions::IDLE,
        last_end: session.expires_at,
    };
    page::shown(&ProfilePage::new(&member.account().name, member.user(), facts))
}
