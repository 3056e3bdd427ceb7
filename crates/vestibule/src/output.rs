//! What the program prints, and how it ends.
//!
//! Data goes to stdout, as one JSON object with `--json`; errors go to stderr, as `{"error":{…}}` with `--json`.

use serde::Serialize;
use serde_json::json;
use std::io::Write as _;
use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// A plan with changes.
    Changes = 3,
}

impl Exit {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, code: "failed", message: message.into(), hint: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, code: "usage", message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<vestibule_app::Error> for Failure {
    fn from(error: vestibule_app::Error) -> Self {
        use vestibule_app::Kind;
        let code = match error.kind() {
            Kind::Invalid => "invalid",
            Kind::NotFound => "not_found",
            Kind::Forbidden | Kind::SignedOut | Kind::Held | Kind::Unauthenticated => "forbidden",
            Kind::Conflict => "conflict",
            Kind::Refused => "refused",
            Kind::Busy | Kind::TooOften => "busy",
            Kind::Internal => "internal",
        };
        // At the command line the private cause is for whoever runs the deployment.
        let cause =
            std::error::Error::source(&error).map(|source| format!(" ({source})")).unwrap_or_default();
        Self {
            exit: Exit::Failed,
            code,
            message: format!("{}{cause}", error.message()),
            hint: error.advice().map(str::to_owned),
        }
    }
}

/// Prints lines for people.
pub(crate) fn line(text: impl AsRef<str>) {
    // A closed pipe is not worth an error.
    let _ = writeln!(std::io::stdout().lock(), "{}", text.as_ref());
}

/// Prints a line about work that goes on: beside the data, not among it.
pub(crate) fn progress(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
}

/// Prints one JSON object.
pub(crate) fn object<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(error.to_string()))?;
    line(text);
    Ok(())
}

/// Prints a list: `{"items":[…]}`, or what `show` makes of each item.
pub(crate) fn list<T: Serialize>(
    items: &[T],
    json: bool,
    show: impl Fn(&T) -> String,
) -> Result<Exit, Failure> {
    if json {
        object(&json!({ "items": items }))?;
    } else {
        items.iter().for_each(|item| line(show(item)));
    }
    Ok(Exit::Done)
}

/// Prints an error.
pub(crate) fn failure(failure: &Failure, json: bool) {
    let mut stderr = std::io::stderr().lock();
    let _ = if json {
        let error = json!({ "code": failure.code, "message": failure.message, "hint": failure.hint });
        writeln!(stderr, "{}", json!({ "error": error }))
    } else {
        let hint = failure.hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
        writeln!(stderr, "error: {}{hint}", failure.message)
    };
}

/// What clap says of arguments that it cannot use; help and version are no errors.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let text = error.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        failure(&Failure::usage(message).hint("`--help` shows how the command is used."), true);
    } else {
        let _ = error.print();
    }
    if error.use_stderr() { Exit::Usage.code() } else { Exit::Done.code() }
}
