//! People who arrive by the deed of somebody else: by an invitation, with a password, or for SSO alone. One way for programs (`rest`) and
//! for administrators (`users`); who they are to be is settled in `people`.

use super::people::{self, Setting};
use crate::audit::Author;
use crate::context::App;
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::links::{self, Fresh, Purpose};
use crate::rest::number::{INVALID, NO_SSO, NOT_BEFORE, NOT_MANAGED};
use crate::sign_in::password;
use crate::users::told;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::connection::Provision;
use vestibule_model::email::Email;
use vestibule_model::license::License;
use vestibule_model::mapping;
use vestibule_model::provision::{Settled, Source, Wanted};
use vestibule_model::user::{Field, Logins, Status, User};
use vestibule_store::{self as store, Tx};

/// How a user comes in.
#[derive(Clone)]
pub enum Action {
    /// By a mail with a link, at which the person sets a password.
    Invite,
    /// At once, with this password.
    WithPassword(String),
    /// By the identity provider alone.
    Sso,
}

/// Makes a user; the answer is the record, and the deed in words.
///
/// # Errors
/// [`Kind::Conflict`] for an address that is somebody's, when no seat is left, and when the account is not set up for the action;
/// [`Kind::Invalid`] for a password that is too weak.
pub(crate) async fn arrive(
    setting: Setting,
    (email, wanted): (Email, Wanted),
    action: &Action,
    author: Option<Author>,
) -> Result<(Settled, String), Error> {
    let app = setting.app.clone();
    let way = Way::of(&app, action).await?;
    let mut link = links::fresh(&app, setting.fresh, way.link(), setting.now);
    // Somebody who is pending gets the license type when the mailbox confirms; Basic where none is named, as others do at once.
    link.row.license = wanted.license.unwrap_or(Some(License::Basic));
    let mut digits = [0; 8];
    app.random().fill(&mut digits);
    let scope = app.store().account(setting.account.id);
    scope
        .write(move |tx| {
            let (wanted, way, setting) = (wanted.clone(), way.clone(), setting.clone());
            let (email, link, author) = (email.clone(), link.clone(), author.clone());
            Box::pin(async move {
                way.is_open(tx, setting.source, &email).await?;
                let gains = way.gains(wanted.gains);
                let mut wanted = Wanted { gains, email: Some(email), ..wanted };
                if matches!(way, Way::Sso) {
                    give_personal_link(tx, &mut wanted, &setting, digits).await?;
                }
                let settled = people::settle(tx, &setting, &wanted, None).await?;
                way.follow(tx, &setting, &settled.user, &link).await?;
                if let Some(author) = &author {
                    told(tx, author, (Deed::UserCreated, Subject::user(&settled.user)), &settled.changes)
                        .await?;
                }
                let deed = way.deed(&settled.user);
                Ok((settled, deed))
            })
        })
        .await
}

/// An action, with its password hashed.
#[derive(Clone)]
enum Way {
    Invite,
    WithPassword(String),
    Sso,
}

impl Way {
    async fn of(app: &App, action: &Action) -> Result<Self, Error> {
        Ok(match action {
            Action::Invite => Self::Invite,
            Action::Sso => Self::Sso,
            Action::WithPassword(password) => {
                password::check(app, password).await.map_err(|error| error.numbered(INVALID))?;
                Self::WithPassword(password::hash(app, password.clone()).await?)
            }
        })
    }

    fn gains(&self, more: Logins) -> Logins {
        match self {
            Self::Invite | Self::WithPassword(_) => Logins { work_email: true, sso: more.sso },
            Self::Sso => Logins::SSO,
        }
    }

    /// What the link in the mail is for.
    fn link(&self) -> Purpose {
        match self {
            Self::Invite => Purpose::Invitation,
            Self::WithPassword(_) => Purpose::SetPassword,
            Self::Sso => Purpose::VerifyEmail,
        }
    }

    /// Whether the account is set up for it.
    async fn is_open(&self, tx: &Tx<'_>, source: Source, email: &Email) -> Result<(), Error> {
        match self {
            Self::Invite => may_be_invited(tx, email).await,
            Self::WithPassword(_) => {
                let held = store::domains::held(tx, email.domain()).await?;
                if held.is_some_and(|held| held.is_associated() && held.policy.managed) {
                    return Ok(());
                }
                let sentence = format!("The domain {} is not managed by this account.", email.domain());
                Err(Error::new(Kind::Conflict, sentence)
                    .hint("autoCreate sets a password, which is for people of managed domains alone: use create, which sends an invitation.")
                    .numbered(NOT_MANAGED))
            }
            Self::Sso => made_before_sign_in(tx, source, email).await,
        }
    }

    /// What belongs to a new user besides the record.
    async fn follow(&self, tx: &Tx<'_>, setting: &Setting, user: &User, link: &Fresh) -> Result<(), Error> {
        match self {
            Self::Invite => links::send_invitation(tx, (&setting.app, &setting.account), user, link).await?,
            Self::WithPassword(phc) => store::passwords::put(tx, user.id, phc).await?,
            Self::Sso if user.status == Status::Pending => {
                links::send_verification(tx, (&setting.app, &setting.account), user, link).await?;
            }
            Self::Sso => {}
        }
        Ok(())
    }

    fn deed(&self, user: &User) -> String {
        match self {
            Self::Invite => format!("invited {}", user.email),
            Self::WithPassword(_) => format!("created {} with a password", user.email),
            Self::Sso => format!("created {} for SSO", user.email),
        }
    }
}

/// A link that sets a password is of no use where none is taken.
pub(crate) async fn may_be_invited(tx: &Tx<'_>, email: &Email) -> Result<(), Error> {
    match enforce::may_use_a_password(tx, email).await {
        Err(error) if error.kind() == Kind::Forbidden => {
            let sentence = format!(
                "Single sign-on is enforced for {}, so nobody sets a password there.",
                email.domain()
            );
            Err(Error::new(Kind::Conflict, sentence)
                .hint("Make the person an SSO user, or put the address on the list of exempt ones first."))
        }
        may => may,
    }
}

/// Whether people of this domain are made before they sign in: only then is a user for SSO made by a program. An administrator
/// makes one wherever there is an identity provider to sign in by.
async fn made_before_sign_in(tx: &Tx<'_>, source: Source, email: &Email) -> Result<(), Error> {
    let all = store::connections::list(tx).await?;
    let published: Vec<_> = all.into_iter().filter_map(|connection| connection.published).collect();
    let named =
        published.iter().find(|version| version.settings.reach.email_domains.contains(email.domain()));
    let for_all = || published.iter().find(|version| version.settings.reach.email_domains.is_empty());
    let connection = named.or_else(for_all).or(published.first());
    let Some(connection) = connection else {
        return Err(Error::new(Kind::Conflict, "No SSO connection of this account is in use.")
            .hint("Publish a connection at /admin/sso first.")
            .numbered(NO_SSO));
    };
    if source == Source::Portal || connection.settings.provision == Provision::PriorToSignIn {
        return Ok(());
    }
    Err(Error::new(Kind::Conflict, "ssoCreate wants the connection to provision users prior to sign-in.")
        .hint("Set `provision = \"prior_to_sign_in\"` in the account file, or on the page of the connection. Otherwise people are created when they sign in.")
        .numbered(NOT_BEFORE))
}

/// A licensed user gets a personal link: the local part of the address; a random number if that cannot be one, or is taken.
async fn give_personal_link(
    tx: &Tx<'_>,
    wanted: &mut Wanted,
    setting: &Setting,
    random: [u8; 8],
) -> Result<(), Error> {
    if wanted.license.flatten().is_none_or(|license| license == License::Basic) {
        return Ok(());
    }
    let Some(email) = &wanted.email else { return Ok(()) };
    let local = email.as_str().rsplit_once('@').map_or("", |(local, _)| local);
    let number = 1_000_000_000 + u64::from_be_bytes(random) % 9_000_000_000;
    // A number is no name that anybody could have chosen.
    let local = mapping::fit(&Field::PersonalLink, local).ok().map(|fitted| fitted.value);
    for name in local.into_iter().chain([number.to_string()]) {
        if store::personal_links::take(tx, &name, setting.fresh).await? {
            wanted.profile.insert(Field::PersonalLink, Some(name));
            return Ok(());
        }
    }
    Err(Error::new(Kind::Conflict, "No personal link is free.").hint("Try again: another number is drawn."))
}
