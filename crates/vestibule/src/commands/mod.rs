//! One file per command; each opens what it needs, calls one deed, and prints.

mod account;
mod apply;
mod audit;
mod check_response;
mod config;
mod demo;
mod domain;
mod groups;
mod idp;
mod import;
mod log;
mod mapping;
mod oauth_client;
mod outbox;
mod serve;
mod simulate;
mod token;
mod users;

use crate::cli::{Cli, Command};
use crate::compose::{block_on, block_on_all_cores, open, open_store};
use crate::config::Config;
use crate::output::{self, Exit, Failure};

/// Runs the command that was typed.
pub(crate) fn run(cli: Cli) -> Result<Exit, Failure> {
    let Cli { config, json, command } = cli;
    let load = || Config::load(config.as_deref());
    match command {
        Command::Demo(args) => block_on_all_cores(demo::run(&args)),
        Command::Serve => block_on_all_cores(async { serve::run(&load()?).await }),
        Command::Account(command) => {
            block_on(async { account::run(&open(&load()?).await?, command, json).await })
        }
        Command::Users(command) => {
            block_on(async { users::run(&open(&load()?).await?, command, json).await })
        }
        Command::Token(command) => {
            block_on(async { token::run(&open(&load()?).await?, command, json).await })
        }
        Command::OauthClient(command) => {
            block_on(async { oauth_client::run(&open(&load()?).await?, command, json).await })
        }
        Command::Domain(command) => {
            block_on(async { domain::run(&open(&load()?).await?, command, json).await })
        }
        Command::Groups(command) => {
            block_on(async { groups::run(&open(&load()?).await?, command, json).await })
        }
        Command::Apply(args) => block_on(async { apply::run(&open(&load()?).await?, &args, json).await }),
        Command::Export { account } => {
            block_on(async { apply::export(&open(&load()?).await?, &account, json).await })
        }
        Command::Simulate(args) => {
            block_on(async { simulate::run(&open(&load()?).await?, &args, json).await })
        }
        Command::Mapping(command) => {
            block_on(async { mapping::run(&open(&load()?).await?, &command, json).await })
        }
        Command::Log(args) if args.api => {
            block_on(async { log::calls(&open(&load()?).await?, &args, json).await })
        }
        Command::Log(args) => block_on(async { log::list(&open(&load()?).await?, &args, json).await }),
        Command::Audit(command) => {
            block_on(async { audit::run(&open(&load()?).await?, command, json).await })
        }
        Command::Explain { tracking_id } => {
            block_on(async { log::explain(&open(&load()?).await?, &tracking_id, json).await })
        }
        Command::CheckResponse(args) => check_response::run(&args, json),
        Command::Idp(args) => block_on_all_cores(idp::run(&args)),
        Command::Outbox => block_on(async { outbox::run(&open(&load()?).await?, json).await }),
        Command::Config(command) => config::run(&command, load),
        Command::Migrate => block_on(async {
            open_store(&load()?).await?;
            output::line("The database has this version's shape.");
            Ok(Exit::Done)
        }),
    }
}
