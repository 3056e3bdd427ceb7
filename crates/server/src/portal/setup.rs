//! Setting up single sign-on: the choice of the identity provider, what is told of it, and how far one got.

use super::Frame;
use super::arrivals::Typed;
use super::connection::Change;
use super::guides::{self, Guide, Values, markdown};
use askama::Template;

/// Which identity provider.
#[derive(Debug, Template)]
#[template(path = "setup/choose.html")]
pub struct ChoosePage {
    frame: Frame,
    is_there: bool,
}

impl ChoosePage {
    /// The page; there may be a connection already.
    #[must_use]
    pub fn new(frame: Frame, is_there: bool) -> Self {
        Self { frame, is_there }
    }
}

/// The guide, and what the identity provider says of itself.
#[derive(Debug, Template)]
#[template(path = "setup/tell.html")]
pub struct TellPage {
    frame: Frame,
    idp: String,
    name: Option<&'static str>,
    intro: String,
    parts: Vec<markdown::Part>,
    ours: Vec<(&'static str, String)>,
    typed: Typed,
}

impl TellPage {
    /// The page, with what was told before and what is wrong with it.
    ///
    /// # Errors
    /// Those of the templates, which have none.
    pub fn new(
        frame: Frame,
        (idp, guide): (&str, Option<&'static Guide>),
        values: &Values,
        typed: Typed,
    ) -> Result<Self, askama::Error> {
        let (intro, parts) = match guide {
            Some(guide) => guides::parts(guide, values)?,
            None => (String::new(), Vec::new()),
        };
        let ours = vec![
            ("Metadata URL", values.metadata_url.clone()),
            ("Entity ID", values.entity_id.clone()),
            ("Reply URL (ACS)", values.acs_url.clone()),
            ("Logout URL", values.logout_url.clone()),
        ];
        let name = guide.map(|guide| guide.name);
        Ok(Self { frame, idp: idp.to_owned(), name, intro, parts, ours, typed })
    }

    fn value(&self, key: &str) -> &str {
        self.typed.values.get(key).map_or("", String::as_str)
    }

    fn is_wrong(&self, key: &str) -> bool {
        self.typed.problem.as_ref().is_some_and(|(_, about)| about.as_deref() == Some(key))
    }
}

/// How far one got.
#[derive(Debug, Template)]
#[template(path = "setup/progress.html")]
pub struct ProgressPage {
    frame: Frame,
    title: String,
    issuer: String,
    address: String,
    change: Change,
}

impl ProgressPage {
    /// The page of a connection: what it is called, who its identity provider is, where it is, and what can be done with it.
    #[must_use]
    pub fn new(frame: Frame, (title, issuer): (String, String), address: String, change: Change) -> Self {
        Self { frame, title, issuer, address, change }
    }

    /// The report of the test that the draft passed.
    fn report(&self) -> Option<&str> {
        self.change.draft.as_ref()?.tested.as_ref().map(|(_, report)| report.as_str())
    }
}
