//! A trace as people read it: grouped by the questions that it answers, each step named in plain words, the rules that
//! did not apply gathered behind the one that decided.
//!
//! The page of a response and `vestibule explain` both tell it from here, so that they use the same words. What a step
//! means is decided where it is made; here it is only worded.

mod deeds;
mod words;

pub use deeds::{deed, unchanged, with_fields};
pub use words::{field, value};

use crate::trace::{DOES_NOT_APPLY, Step, spelled};
use words::Known;

/// A question that steps of a trace answer. The order is that of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chapter {
    /// Whether the message is genuine, and meant for us.
    Message,
    /// Whom it is about.
    Person,
    /// Whether this person may come in.
    Admission,
    /// License type and add-ons.
    Licenses,
    /// Role and groups.
    Groups,
    /// The fields of the profile.
    Profile,
}

impl Chapter {
    /// The question.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Message => "Is the message genuine?",
            Self::Person => "Who is it?",
            Self::Admission => "May they come in?",
            Self::Licenses => "Which license and add-ons?",
            Self::Groups => "Which role and groups?",
            Self::Profile => "What becomes of the profile?",
        }
    }

    /// What the answer rests on, in a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Message => {
                "The message must come from your identity provider, unchanged, for this service, now."
            }
            Self::Person => {
                "The Employee Unique ID decides if it is mapped and was sent, else the e-mail address."
            }
            Self::Admission => {
                "The status of the user, the login type, and what the connection allows under Provision users."
            }
            Self::Licenses => {
                "The rules of the mapping from the top; in each list the first that applies decides."
            }
            Self::Groups => {
                "The rules of the mapping from the top; in each list the first that applies decides."
            }
            Self::Profile => "Each mapped field takes the first value that was sent.",
        }
    }

    fn of(check: &str) -> Self {
        match check {
            "mapping.email"
            | "mapping.employee_id"
            | "admission.user"
            | "admission.employee_id"
            | "admission.email_change" => Self::Person,
            "mapping.license" | "mapping.phone_plan" | "mapping.phone_site" | "admission.license" => {
                Self::Licenses
            }
            "mapping.role" | "mapping.user_group" | "mapping.channel" | "mapping.im_group"
            | "mapping.rules" => Self::Groups,
            "email_domains" | "mapping.sub_account" | "admission.sub_account" => Self::Admission,
            _ if check.starts_with("mapping.addon.") || check.starts_with("admission.addon.") => {
                Self::Licenses
            }
            _ if check.starts_with("mapping.auto.") => Self::Groups,
            _ if check.starts_with("mapping.") => Self::Profile,
            _ if check.starts_with("admission.") => Self::Admission,
            _ => Self::Message,
        }
    }
}

/// How a step came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It went well.
    Passed,
    /// It stopped nobody, and somebody should look at it.
    Warning,
    /// It ended the sign-in.
    Failed,
}

impl Verdict {
    /// The word that is read out, so that no one needs to see a color.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "Passed",
            Self::Warning => "Warning",
            Self::Failed => "Failed",
        }
    }
}

/// The steps that answer one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The question.
    pub chapter: Chapter,
    /// What was looked at, in order.
    pub told: Vec<Told>,
}

/// One step, or the rules of one list up to the one that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What was asked, in plain words.
    pub name: String,
    /// The word of the specification, or of the account file, for it.
    pub term: Option<&'static str>,
    /// How it came out.
    pub verdict: Verdict,
    /// What was there, or what was decided.
    pub found: String,
    /// What was asked for.
    pub expected: String,
    /// The rules before it that did not apply, in order.
    pub passed_over: Vec<String>,
}

impl Part {
    /// How many of its steps are warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.told.iter().filter(|told| told.verdict == Verdict::Warning).count()
    }

    /// Whether one of its steps ended the sign-in.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.told.iter().any(|told| told.verdict == Verdict::Failed)
    }
}

/// Tells a trace. Questions that no step is about are left out; within one, the steps keep their order.
#[must_use]
pub fn tell(trace: &[Step]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut passed_over: Vec<String> = Vec::new();
    let mut steps = trace.iter().peekable();
    while let Some(step) = steps.next() {
        let followed = steps.peek().is_some_and(|next| next.check == step.check);
        if step.found == DOES_NOT_APPLY && followed {
            passed_over.push(spelled(&step.expected));
            continue;
        }
        let told = told(step, std::mem::take(&mut passed_over));
        let chapter = Chapter::of(&step.check);
        match parts.iter_mut().find(|part| part.chapter == chapter) {
            Some(part) => part.told.push(told),
            None => parts.push(Part { chapter, told: vec![told] }),
        }
    }
    parts.sort_by_key(|part| part.chapter);
    parts
}

fn told(step: &Step, passed_over: Vec<String>) -> Told {
    let Known { name, term } = words::check(&step.check);
    let verdict = match (step.ok, step.warning) {
        (false, _) => Verdict::Failed,
        (true, true) => Verdict::Warning,
        (true, false) => Verdict::Passed,
    };
    Told { name, term, verdict, found: spelled(&step.found), expected: spelled(&step.expected), passed_over }
}

#[cfg(test)]
mod tests;
