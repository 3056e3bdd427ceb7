//! The one error of every deed: a public sentence, a hint, and a private source.
//!
//! Doors render it (page, command line, later JSON); nothing here knows how. The source is for the log, never for a page.

use std::fmt;
use vestibule_model::code::Code;
use vestibule_model::response_log::TrackingId;
use vestibule_model::token::Scope;

/// What went wrong, sorted by whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The caller sent something that cannot be used; the message says what.
    Invalid,
    /// There is no such thing here.
    NotFound,
    /// The caller may not do this.
    Forbidden,
    /// The caller must sign in first.
    SignedOut,
    /// The caller has to answer a question first; a page asks it.
    Held,
    /// The program must show a good token first.
    Unauthenticated,
    /// What the caller saw has changed meanwhile, or is taken.
    Conflict,
    /// A sign-in was refused; the person learns the tracking ID and nothing else.
    Refused,
    /// The caller tries too often; later it may again.
    TooOften,
    /// Too much at once; try again.
    Busy,
    /// Our fault; the source is logged.
    Internal,
}

/// Why a deed was not done. Nothing of it was done.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
    key: Option<String>,
    scope: Option<Scope>,
    oauth: Option<vestibule_oidc::Code>,
    tracking_id: Option<TrackingId>,
    code: Option<Code>,
    number: Option<u32>,
    moves: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a public sentence.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            key: None,
            scope: None,
            oauth: None,
            tracking_id: None,
            code: None,
            number: None,
            moves: false,
            source: None,
        }
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the key of the account file that it is about.
    pub(crate) fn about(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Adds the scope that a token would need.
    pub(crate) fn needs_scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Adds the code under which `docs/errors.md` explains it.
    pub(crate) fn with_code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// Adds the word by which a client of the authorization server tells it apart.
    pub(crate) fn oauth(mut self, code: vestibule_oidc::Code) -> Self {
        self.oauth = Some(code);
        self
    }

    /// Adds the number by which programs tell it apart from others of the same status.
    pub(crate) fn numbered(mut self, number: u32) -> Self {
        self.number = Some(number);
        self
    }

    /// Adds the private cause.
    pub(crate) fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A refused sign-in.
    pub(crate) fn refused(tracking_id: TrackingId) -> Self {
        let mut error = Self::new(Kind::Refused, "You could not be signed in.");
        error.tracking_id = Some(tracking_id);
        error.hint("Give this tracking ID to your administrator: it leads to the reason, and to what to do about it.")
    }

    /// Adds that the person may move here with the user that there is in another account.
    pub(crate) fn offering_to_move(mut self) -> Self {
        self.moves = true;
        self
    }

    /// A logout message of the identity provider that was not believed.
    pub(crate) fn logout_refused(tracking_id: TrackingId) -> Self {
        let mut error = Self::new(Kind::Refused, "Your identity provider could not sign you out here.");
        error.tracking_id = Some(tracking_id);
        error.hint(
            "Sign out on our own page. Give this tracking ID to your administrator: it leads to the reason.",
        )
    }

    /// Our own fault.
    pub(crate) fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Kind::Internal, "Something went wrong on our side.")
            .hint("Try again in a moment. If it stays, tell whoever runs this service.")
            .because(source)
    }

    /// Whose turn it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The sentence that the caller may see.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The key of the account file that is wrong, for the field of a form that has its name.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The scope that the token lacked.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        self.scope
    }

    /// Whether something that only one may have is somebody else's: an address, a `userName`, an id.
    #[must_use]
    pub fn is_about_something_taken(&self) -> bool {
        use vestibule_store::Error as Store;
        let source = self.source.as_ref().and_then(|source| source.downcast_ref::<Store>());
        let taken = [Store::EmailTaken, Store::EmployeeIdTaken, Store::UserNameTaken, Store::GroupNameTaken];
        source.is_some_and(|source| {
            taken.iter().any(|taken| std::mem::discriminant(taken) == std::mem::discriminant(source))
        })
    }

    /// The code under which `docs/errors.md` explains it.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.code
    }

    /// What it is for a client of the authorization server (RFC 6749 §5.2).
    #[must_use]
    pub fn oauth_code(&self) -> vestibule_oidc::Code {
        use vestibule_oidc::Code;
        self.oauth.unwrap_or(match self.kind {
            Kind::Busy | Kind::TooOften => Code::TemporarilyUnavailable,
            Kind::Internal => Code::ServerError,
            _ => Code::InvalidRequest,
        })
    }

    /// The number by which programs tell it apart; the code, where it has one.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.code.map(|code| u32::from(code.number())).or(self.number)
    }

    /// Whether the person is offered to move here with the user that there is in another account.
    #[must_use]
    pub fn offers_to_move(&self) -> bool {
        self.moves
    }

    /// The ID under which the response log explains it.
    #[must_use]
    pub fn tracking_id(&self) -> Option<TrackingId> {
        self.tracking_id
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<vestibule_oidc::Error> for Error {
    fn from(error: vestibule_oidc::Error) -> Self {
        let kind = match error.code {
            vestibule_oidc::Code::InvalidClient => Kind::Unauthenticated,
            _ => Kind::Invalid,
        };
        Self::new(kind, error.description)
            .oauth(error.code)
            .hint("This is for whoever builds or sets up the program: docs/api.md says what it has to send.")
    }
}

impl From<vestibule_store::Error> for Error {
    fn from(error: vestibule_store::Error) -> Self {
        use vestibule_store::Error as Store;
        let known = match error {
            Store::Busy => Self::new(Kind::Busy, "The service is busy.").hint("Try again in a moment."),
            Store::Stale => Self::new(Kind::Conflict, "Somebody else changed this at the same time.")
                .hint("Look at it again, then repeat what you did."),
            Store::EmailTaken => Self::new(Kind::Conflict, "The e-mail address belongs to another user.")
                .hint("One address is one user in a deployment: use another one.")
                .numbered(1005),
            Store::EmployeeIdTaken => {
                Self::new(Kind::Conflict, "The Employee Unique ID belongs to another user.")
                    .hint("Take it from that user first, or give another one.")
            }
            Store::UserNameTaken => {
                Self::new(Kind::Conflict, "Another user of the account has this userName.")
                    .hint("Look the user up by userName and update that one, or choose another name.")
            }
            Store::GroupNameTaken => {
                Self::new(Kind::Conflict, "The account has another group of this kind and name.")
                    .hint("Choose another name; upper and lower case make no difference.")
            }
            Store::LabelTaken => {
                Self::new(Kind::Conflict, "The label is taken.").hint("Choose another label.")
            }
            Store::DomainTaken => Self::new(Kind::Conflict, "The domain belongs to another account.")
                .hint("A domain belongs to one account: remove it there first."),
            other => return Self::internal(other),
        };
        known.because(error)
    }
}
