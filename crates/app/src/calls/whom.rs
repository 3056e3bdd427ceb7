//! Whom a call was about that was refused. What was done is told by whoever did it; a refusal is told from the address of the call,
//! and where somebody was to be made, from the name in its body.

use super::waiting::{Heard, Raw};
use serde_json::Value;
use vestibule_model::api_call::Subject;
use vestibule_model::email::Email;
use vestibule_model::id::{GroupId, UserId};
use vestibule_store::{self as store, Tx};

/// The longest name that is kept of somebody whom the account has not, in characters.
const LONGEST_NAME: usize = 254;

/// Whom a call means, as it says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    User(UserId),
    Group(GroupId),
    Name(String),
}

impl Meant {
    /// Whom the call was about, unless it is known already or cannot be told.
    pub(super) fn by(heard: &Heard) -> Option<Self> {
        if heard.subject.is_some() || heard.status < 400 {
            return None;
        }
        let path = heard.target.split(['?', '#']).next().unwrap_or_default();
        let mut segments = path.split('/');
        let kind = segments
            .find(|part| part.eq_ignore_ascii_case("users") || part.eq_ignore_ascii_case("groups"))?;
        match segments.next().filter(|part| !part.is_empty()) {
            Some(part) => Self::from_address(&urlencoding::decode(part).ok()?),
            None if heard.method == "POST" => Self::from_body(&heard.request, kind),
            None => None,
        }
    }

    fn from_address(text: &str) -> Option<Self> {
        let user = text.parse().map(Self::User);
        let group = || text.parse().map(Self::Group);
        let name = || text.contains('@').then(|| Self::Name(text.to_owned()));
        user.or_else(|_| group()).ok().or_else(name)
    }

    fn from_body(raw: &Raw, kind: &str) -> Option<Self> {
        if raw.length > raw.start.len() as u64 {
            return None;
        }
        let body: Value = serde_json::from_slice(&raw.start).ok()?;
        let name = match kind.eq_ignore_ascii_case("groups") {
            true => body.get("displayName"),
            false => body.get("userName").or_else(|| body.get("user_info")?.get("email")),
        };
        let name = name?.as_str()?.trim();
        (!name.is_empty()).then(|| Self::Name(name.to_owned()))
    }

    /// Whom the account knows by it.
    pub(super) async fn known(&self, tx: &Tx<'_>) -> Result<Option<Subject>, store::Error> {
        Ok(match self {
            Self::User(id) => {
                let found = store::scim_users::by_id(tx, *id).await?;
                found.map(|entry| Subject::User(*id, Some(entry.user_name().to_owned())))
            }
            Self::Group(id) => {
                let found = store::groups::by_id(tx, *id).await?;
                found.map(|record| Subject::Group(*id, Some(record.group.name.to_string())))
            }
            Self::Name(name) => Some(match by_name(tx, name).await? {
                Some(user) => Subject::User(user, Some(name.clone())),
                None => Subject::Nobody(super::write::plain(name.clone(), LONGEST_NAME)),
            }),
        })
    }
}

/// The user whom the account knows by this `userName` or address.
pub(super) async fn by_name(tx: &Tx<'_>, name: &str) -> Result<Option<UserId>, store::Error> {
    let folded = name.trim().to_lowercase();
    if let Some(entry) = store::scim_users::by_user_name(tx, &folded).await? {
        return Ok(Some(entry.user.id));
    }
    let address = Email::parse(&folded).map_or(folded, |email| email.folded().to_owned());
    Ok(store::users::by_email(tx, &address).await?.map(|user| user.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(method: &str, target: &str, body: &str) -> Option<Meant> {
        let request = Raw { start: body.as_bytes().to_vec(), length: body.len() as u64 };
        let heard = Heard {
            method: method.to_owned(),
            target: target.to_owned(),
            status: 409,
            request,
            ..Heard::default()
        };
        Meant::by(&heard)
    }

    #[test]
    fn a_refused_call_tells_whom_it_was_about_by_its_address_or_by_the_name_in_its_body() {
        let user = UserId::from_bytes([7; 16]);
        let name = |text: &str| Some(Meant::Name(text.to_owned()));
        for (method, target, body, meant) in [
            ("PATCH", format!("/scim2/Users/{user}?attributes=id"), "{}", Some(Meant::User(user))),
            ("PUT", format!("/v2/users/{user}/status"), "{}", Some(Meant::User(user))),
            ("DELETE", "/v2/users/anna%40acme.example".to_owned(), "", name("anna@acme.example")),
            ("POST", "/scim/v2/users".to_owned(), r#"{"userName":" Anna "}"#, name("Anna")),
            ("POST", "/v2/users".to_owned(), r#"{"user_info":{"email":"a@b.example"}}"#, name("a@b.example")),
            ("POST", "/scim2/Groups".to_owned(), r#"{"displayName":"Sales"}"#, name("Sales")),
            ("POST", "/scim2/Users".to_owned(), "no JSON", None),
            ("POST", "/scim2/Users/.search".to_owned(), r#"{"userName":"x"}"#, None),
            ("GET", "/scim2/Users?filter=x".to_owned(), "", None),
            ("GET", "/v2/token".to_owned(), "", None),
        ] {
            assert_eq!(refused(method, &target, body), meant, "{method} {target}");
        }
        let done = Heard { target: format!("/scim2/Users/{user}"), status: 200, ..Heard::default() };
        assert_eq!(Meant::by(&done), None, "what was done is told by whoever did it");
    }
}
