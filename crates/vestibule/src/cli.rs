//! The command line as it is typed.

mod audit;
mod offline;

pub(crate) use audit::{AuditCommand, AuditRange};
pub(crate) use offline::{CheckArgs, IdpArgs};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The enterprise front door for a software service: single sign-on, and every decision explained.
#[derive(Debug, Parser)]
#[command(name = "vestibule", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The configuration file [default: vestibule.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A throwaway deployment in one command: an account, a test identity provider with sample people, SSO set up
    Demo(DemoArgs),
    /// The service
    Serve,
    /// Accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// People
    #[command(subcommand)]
    Users(UsersCommand),
    /// Domains of an account: claimed, proved, and what was decided about them
    #[command(subcommand)]
    Domain(DomainCommand),
    /// API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Clients of the authorization server
    #[command(subcommand)]
    OauthClient(OauthClientCommand),
    /// User groups, channels and IM groups
    #[command(subcommand)]
    Groups(GroupsCommand),
    /// Apply an account file, or show what it would change
    Apply(ApplyArgs),
    /// Print an account as an account file
    Export {
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
    },
    /// An edited account file, run over the logged responses: who would change, and how
    Simulate(SimulateArgs),
    /// The mapping of what the identity provider sends
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// The response log, newest first
    Log(LogArgs),
    /// The audit log: who changed what, and whether its chain is whole
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Why a sign-in ended as it did
    Explain {
        /// The tracking ID that the person saw
        tracking_id: String,
    },
    /// Verify one response offline
    CheckResponse(Box<CheckArgs>),
    /// The built-in test identity provider on its own
    Idp(IdpArgs),
    /// Mails that were kept instead of sent
    Outbox,
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Bring the database to this version's shape
    Migrate,
}

/// `vestibule demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The port of the service
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
}

/// `vestibule account …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account, and a one-time link by which its owner sets a password
    Create {
        /// The label of its vanity URL: 3 to 63 of a-z, 0-9 and hyphens
        label: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// The owner's e-mail address
        #[arg(long, value_name = "MAIL")]
        owner: String,
        /// Make it a sub-account of this one; it takes nothing from there
        #[arg(long, value_name = "LABEL")]
        parent: Option<String>,
    },
    /// All accounts
    List,
    /// One account
    Show {
        /// Its label
        label: String,
    },
    /// Hand an account to another owner, one of its administrators; the owner of before becomes an administrator
    Transfer {
        /// Its label
        label: String,
        /// The address of the administrator
        #[arg(long, value_name = "MAIL")]
        to: String,
    },
    /// Approve the vanity URL of an account that asked for it
    Approve {
        /// Its label
        label: String,
    },
}

/// `vestibule users …`.
#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// The users of an account, in order of address
    List {
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
        /// Only addresses that begin like this
        #[arg(long, value_name = "TEXT", default_value = "")]
        prefix: String,
        /// Only what comes after this address, to go on with a long list
        #[arg(long, value_name = "MAIL")]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Import people from a CSV file: known ones are updated; --sso is the cure for 1020
    Import(ImportArgs),
    /// One user: login types, license, add-ons, groups
    Show(UserArgs),
    /// Add a login type: the cure for 1020
    AddLogin {
        /// The login type
        #[arg(value_parser = ["sso"])]
        login: String,
        #[command(flatten)]
        user: UserArgs,
    },
    /// Give a user another Employee Unique ID, or none: the cure for 1015
    EmployeeId {
        #[command(flatten)]
        user: UserArgs,
        /// The ID
        #[arg(required_unless_present = "remove")]
        id: Option<String>,
        /// Take it away; the next sign-in links the one that is sent
        #[arg(long, conflicts_with = "id")]
        remove: bool,
    },
    /// Send the verification mail again to a user who is pending: the cure for 1022; at most one in five minutes
    SendVerification(UserArgs),
    /// Remove the second factor of a user who lost it
    ResetSecondFactor(UserArgs),
    /// Give a user another role: member, admin, or custom: and the name of one of the account's own roles
    SetRole {
        #[command(flatten)]
        user: UserArgs,
        /// The role
        #[arg(value_name = "ROLE")]
        role: String,
    },
    /// Deactivate a user: sessions end and seats are free at once
    Deactivate(UserArgs),
    /// Let a user in again, with what they had, as far as there are seats
    Activate(UserArgs),
}

/// `vestibule users import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file; its first line names the columns, one of them email
    pub(crate) file: PathBuf,
    /// The label of the account
    #[arg(long, value_name = "LABEL")]
    pub(crate) account: String,
    /// The license type of everybody in the file
    #[arg(long, value_name = "TYPE")]
    pub(crate) license: Option<String>,
    /// An add-on for everybody in the file; may be given several times
    #[arg(long, value_name = "ADD_ON")]
    pub(crate) addon: Vec<String>,
    /// SSO users: everybody in the file gains the SSO login type
    #[arg(long)]
    pub(crate) sso: bool,
    /// Only show what would become of each row; exit code 3 if something would change
    #[arg(long)]
    pub(crate) plan: bool,
    /// Write what became of each row, or would, to this file (CSV)
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// `vestibule domain …`.
#[derive(Debug, Subcommand)]
pub(crate) enum DomainCommand {
    /// Claim a domain for an account; prints what proves it
    Claim {
        /// The domain
        domain: String,
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
    },
    /// Look for the proof now: exit code 1 unless the domain is verified
    Check {
        /// The domain
        domain: String,
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
    },
    /// The domains that an account has or claims
    List {
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
    },
}

/// `vestibule token …`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; its text is shown once
    Create {
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
        /// What it may do, may be given several times: scim2, scim2:read, users:read, users:write
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// How long it works, such as 90d [default: until it is revoked]
        #[arg(long, value_name = "DURATION")]
        expires: Option<String>,
        /// What people call it
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Tokens, newest first
    List {
        /// The label of the account [default: all accounts]
        #[arg(long, value_name = "LABEL")]
        account: Option<String>,
    },
    /// Revoke a token: it is worth nothing at once
    Revoke {
        /// Its id (tok_…), or its text (vst_…)
        #[arg(value_name = "ID")]
        token: String,
    },
}

/// `vestibule oauth-client …`.
#[derive(Debug, Subcommand)]
pub(crate) enum OauthClientCommand {
    /// Register a client; its secret is shown once
    Create {
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
        /// What administrators read when they are asked
        #[arg(long, default_value = "")]
        name: String,
        /// What it may be permitted, may be given several times: scim2, scim2:read, users:read, users:write
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// Where codes may be sent, letter by letter; may be given several times, or not for a client that acts for itself
        #[arg(long, value_name = "URI")]
        redirect: Vec<String>,
    },
    /// Clients, newest first
    List {
        /// The label of the account [default: all accounts]
        #[arg(long, value_name = "LABEL")]
        account: Option<String>,
    },
    /// Revoke a client, with every token that it got
    Revoke {
        /// Its id (cli_….acc_…)
        #[arg(value_name = "ID")]
        client: String,
    },
}

/// One user.
#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    /// The e-mail address
    #[arg(value_name = "MAIL")]
    pub(crate) mail: String,
}

/// `vestibule groups …`.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupsCommand {
    /// The groups of a kind, in order of name, with the number of their members
    List {
        #[command(flatten)]
        within: Within,
        #[command(flatten)]
        page: PageArgs,
    },
    /// One group: what it sets, what names it, and its members
    Show {
        #[command(flatten)]
        group: GroupArgs,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Make a group
    Create(GroupArgs),
    /// Give a group another name; rules and exemptions that name it follow
    Rename {
        #[command(flatten)]
        group: GroupArgs,
        /// The new name
        #[arg(value_name = "NEW_NAME")]
        to: String,
    },
    /// Delete a group, unless the mapping names it; everybody leaves it
    Delete(GroupArgs),
    /// Put a user into a group by hand
    Join {
        #[command(flatten)]
        group: GroupArgs,
        #[command(flatten)]
        user: UserArgs,
    },
    /// Take a user out of a group into which a hand put them
    Leave {
        #[command(flatten)]
        group: GroupArgs,
        #[command(flatten)]
        user: UserArgs,
    },
}

/// Where groups are looked for.
#[derive(Debug, Args)]
pub(crate) struct Within {
    /// The label of the account
    #[arg(long, value_name = "LABEL")]
    pub(crate) account: String,
    /// What kind of group: user_group, channel or im_group
    #[arg(long, default_value = "user_group", value_parser = ["user_group", "channel", "im_group"])]
    pub(crate) kind: String,
}

/// One group.
#[derive(Debug, Args)]
pub(crate) struct GroupArgs {
    /// The name, or the id
    #[arg(value_name = "NAME")]
    pub(crate) group: String,
    #[command(flatten)]
    pub(crate) within: Within,
}

/// A page of a long list.
#[derive(Debug, Args)]
pub(crate) struct PageArgs {
    /// Only what begins like this: names of groups, addresses of members
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) prefix: String,
    /// Go on after what the page before gave as next
    #[arg(long, value_name = "NEXT")]
    pub(crate) after: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: u32,
}

/// `vestibule apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The account file
    pub(crate) file: PathBuf,
    /// Only show what would change; exit code 3 if something would
    #[arg(long)]
    pub(crate) plan: bool,
}

/// `vestibule simulate`.
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The edited account file
    pub(crate) file: PathBuf,
    /// The label of the account
    #[arg(long, value_name = "LABEL")]
    pub(crate) account: String,
    /// How far back responses are looked at, such as 12h or 7d
    #[arg(long, value_name = "DURATION", default_value = "7d")]
    pub(crate) since: String,
}

/// `vestibule mapping …`.
#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// What the identity provider really sent, what of it is mapped, and what could be
    Suggest {
        /// The label of the account
        #[arg(long, value_name = "LABEL")]
        account: String,
        /// How far back responses are looked at, such as 12h or 7d
        #[arg(long, value_name = "DURATION", default_value = "7d")]
        since: String,
        /// Show values as they were sent: personal data
        #[arg(long)]
        unmasked: bool,
    },
}

/// `vestibule log`.
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// The API call log instead: what programs asked for, and what was done
    #[arg(long, conflicts_with = "code")]
    pub(crate) api: bool,
    /// Only this account
    #[arg(long, value_name = "LABEL")]
    pub(crate) account: Option<String>,
    /// Only this person
    #[arg(long, value_name = "MAIL")]
    pub(crate) user: Option<String>,
    /// Only this code
    #[arg(long)]
    pub(crate) code: Option<u16>,
    /// Only the last while, such as 15m, 1h, 7d
    #[arg(long, value_name = "DURATION")]
    pub(crate) since: Option<String>,
    /// At most so many rows
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: u32,
}

/// `vestibule config …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read the configuration and say what is wrong with it
    Check,
}
