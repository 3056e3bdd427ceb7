//! Pages for people who are not signed in: the way in, the way out, and what stands in the way.

use askama::Template;

/// Asks who is there (vanity host).
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// The account's name.
    pub account: String,
    /// Whether an SSO connection is published.
    pub sso: bool,
    /// Where single sign-on starts.
    pub start_url: String,
    /// What was typed before.
    pub email: String,
    /// The page wanted after the sign-in: a path of this host.
    pub return_to: String,
    /// What was wrong.
    pub problem: Option<String>,
}

/// Asks for the password of the address (vanity host).
#[derive(Debug, Template)]
#[template(path = "password.html")]
pub struct Password {
    /// The account's name.
    pub account: String,
    /// Whether an SSO connection is published.
    pub sso: bool,
    /// Where single sign-on starts.
    pub start_url: String,
    /// Whose password.
    pub email: String,
    /// The page wanted after the sign-in: a path of this host.
    pub return_to: String,
    /// What was wrong.
    pub problem: Option<String>,
}

/// Asks for the address to which a link is sent that sets another password.
#[derive(Debug, Template)]
#[template(path = "forgot.html")]
pub struct Forgot {
    /// The account's name.
    pub account: String,
    /// What was typed before.
    pub email: String,
    /// What was wrong.
    pub problem: Option<String>,
}

/// Says what happens if there is somebody; it is the same whether or not there is.
#[derive(Debug, Template)]
#[template(path = "forgot_sent.html")]
pub struct ForgotSent {
    /// The account's name.
    pub account: String,
    /// What was typed.
    pub email: String,
}

/// Moves on to another address. It stands between our form and another host because browsers hold a form's whole chain
/// of redirects against `form-action`, and an identity provider may redirect further to hosts that we cannot know.
#[derive(Debug, Template)]
#[template(path = "forward.html")]
pub struct Forward {
    /// The account's name.
    pub account: String,
    /// Where the person is being taken.
    pub heading: String,
    /// The address.
    pub to: String,
}

/// Sends a message to the identity provider by HTTP-POST (SAML Bindings 3.5.4).
#[derive(Debug, Template)]
#[template(path = "send.html")]
pub struct Send {
    /// The account's name.
    pub account: String,
    /// Where the person is being taken.
    pub heading: &'static str,
    /// The identity provider's address.
    pub url: String,
    /// Its host, for people.
    pub url_host: String,
    /// `SAMLRequest` or `SAMLResponse`.
    pub field: &'static str,
    /// The message.
    pub value: String,
    /// The value of `RelayState`, if there is one.
    pub relay_state: Option<String>,
}

/// Asks which account (base host).
#[derive(Debug, Template)]
#[template(path = "find.html")]
pub struct Find {
    /// The host below which accounts live.
    pub base_host: String,
    /// What was typed before.
    pub query: String,
    /// What was wrong.
    pub problem: Option<String>,
}

/// Explains (base host).
#[derive(Debug, Template)]
#[template(path = "about.html")]
pub struct About {
    /// The host below which accounts live.
    pub base_host: String,
}

/// There is no account at this host.
#[derive(Debug, Template)]
#[template(path = "unknown_host.html")]
pub struct UnknownHost {
    /// The finder on the base host.
    pub find_url: String,
}

/// Why somebody sets a password by a one-time link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The person is new here.
    Welcome,
    /// The password was forgotten.
    Forgotten,
}

/// Sets a password by a one-time link.
#[derive(Debug, Template)]
#[template(path = "welcome.html")]
pub struct Welcome {
    /// The account's name.
    pub account: String,
    /// Why.
    pub occasion: Occasion,
    /// The token of the link.
    pub token: String,
    /// Whose password.
    pub email: String,
    /// Fewest characters.
    pub shortest: usize,
    /// What was wrong.
    pub problem: Option<String>,
}

impl Welcome {
    fn is_forgotten(&self) -> bool {
        self.occasion == Occasion::Forgotten
    }
}

/// Asks to confirm an address. The link in the mail only leads here: mail filters open links, but press no buttons.
#[derive(Debug, Template)]
#[template(path = "verify.html")]
pub struct Verify {
    /// The account's name.
    pub account: String,
    /// The token of the link.
    pub token: String,
    /// The address.
    pub email: String,
}

/// The address is confirmed.
#[derive(Debug, Template)]
#[template(path = "verified.html")]
pub struct Verified {
    /// The account's name.
    pub account: String,
    /// The address.
    pub email: String,
}

/// The mailbox has to confirm the address first.
#[derive(Debug, Template)]
#[template(path = "pending.html")]
pub struct Pending {
    /// The account's name.
    pub account: String,
    /// The address.
    pub email: String,
    /// The ID that leads to the row of the response log.
    pub tracking_id: String,
}

/// Asks whether to sign out.
#[derive(Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOut {
    /// The account's name.
    pub account: String,
    /// Who is signed in.
    pub person: String,
}

/// The session has ended.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut {
    /// The account's name.
    pub account: String,
    /// What is known of the identity provider.
    pub elsewhere: Elsewhere,
}

/// Whether somebody who signed out here is signed out at the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elsewhere {
    /// There is none.
    Nowhere,
    /// It was not asked, or has not answered.
    Unknown,
    /// It has confirmed that.
    Everywhere,
    /// It has confirmed that, but could not reach every other service.
    Partly,
    /// It answered, and nothing proves that the answer is its own.
    Unproven,
    /// It did not do it; the tracking ID leads to the reason.
    Failed {
        /// The tracking ID.
        tracking_id: String,
    },
}

/// Something did not work: a sentence, what to do, and the tracking ID; nothing about the cause.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct Problem {
    /// The account's name, or the product's.
    pub place: String,
    /// The sentence.
    pub heading: String,
    /// What to do next.
    pub advice: Option<String>,
    /// The tracking ID.
    pub tracking_id: Option<String>,
    /// Whether the person is offered to move here with the user that there is in another account.
    pub moves: bool,
    /// Address and name of a page that helps.
    pub way_on: Option<(String, &'static str)>,
}
