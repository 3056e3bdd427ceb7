//! `vestibule audit …`, as it is typed.

use clap::{Args, Subcommand};

/// `vestibule audit …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Follow the chain of records: exit code 1 with the first record that is wrong
    Verify {
        /// The label of the account [default: all accounts]
        #[arg(long, value_name = "LABEL")]
        account: Option<String>,
        /// A head that was written down before, as this command prints it: the chain has to lead there
        #[arg(long, value_name = "NUMBER:HASH", requires = "account")]
        head: Option<String>,
    },
    /// Records, newest first
    List {
        #[command(flatten)]
        range: AuditRange,
        /// Only who did it, or to whom or what it was done: an address, a name or an id
        #[arg(long, value_name = "TEXT")]
        about: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Records as lines of JSON, oldest first, with what the chain can be followed by
    Export {
        #[command(flatten)]
        range: AuditRange,
    },
}

/// Which records.
#[derive(Debug, Args)]
pub(crate) struct AuditRange {
    /// The label of the account
    #[arg(long, value_name = "LABEL")]
    pub(crate) account: String,
    /// Only the last while, such as 15m, 1h, 7d
    #[arg(long, value_name = "DURATION")]
    pub(crate) since: Option<String>,
}
