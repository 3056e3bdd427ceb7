//! What an administrator may do with a connection now, what a draft would change, and every version that there was.

use crate::portal::Badge;
use crate::portal::moment::Moment;
use jiff::Timestamp;

/// The buttons, and the draft.
#[derive(Debug, Clone)]
pub struct Change {
    /// The page of the connection; what can be done has addresses below it.
    pub address: String,
    /// Whether there is a published version to test.
    pub published: bool,
    /// The draft.
    pub draft: Option<Draft>,
    /// Where it can be tested, if not here: the address of its own vanity URL.
    pub elsewhere: Option<String>,
}

/// A draft.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its number.
    pub number: i64,
    /// When it passed a test, and the page that tells of it.
    pub tested: Option<(Timestamp, String)>,
    /// Key, published value and value of the draft.
    pub differences: Vec<(String, Option<String>, Option<String>)>,
}

impl Draft {
    fn passed(&self) -> Option<(String, &str)> {
        self.tested.as_ref().map(|(at, report)| (Moment(*at).full(), report.as_str()))
    }
}

impl Change {
    /// For the template: when the draft passed, and where that is told.
    pub(super) fn passed(&self) -> Option<(String, &str)> {
        self.draft.as_ref().and_then(Draft::passed)
    }
}

/// A version, as the table shows it.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number.
    pub number: i64,
    /// When it was saved.
    pub saved: Timestamp,
    /// When it was last published.
    pub published: Option<Timestamp>,
    /// When it passed a test.
    pub tested: Option<Timestamp>,
    /// Whether sign-ins use it.
    pub in_use: bool,
    /// Whether it is the draft.
    pub draft: bool,
}

#[derive(Debug)]
pub(super) struct VersionRow {
    pub(super) number: i64,
    pub(super) saved: Moment,
    pub(super) published: Option<Moment>,
    pub(super) tested: Option<Moment>,
    pub(super) badge: Option<Badge>,
    pub(super) restorable: bool,
}

pub(super) fn rows(versions: Vec<Version>) -> Vec<VersionRow> {
    versions.into_iter().map(row).collect()
}

fn row(version: Version) -> VersionRow {
    let badge = match (version.in_use, version.draft) {
        (true, _) => Some(Badge::new("is-good", "In use")),
        (false, true) => Some(Badge::new("is-warn", "Draft")),
        (false, false) => None,
    };
    VersionRow {
        number: version.number,
        saved: Moment(version.saved),
        published: version.published.map(Moment),
        tested: version.tested.map(Moment),
        badge,
        restorable: !version.in_use && !version.draft,
    }
}
