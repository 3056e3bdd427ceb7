//! The program: command line, configuration, composition.
//!
//! Here is how the rooms are put together, and the tools that need none of them running. Rules, SQL and HTML are not
//! here. A command reads its arguments (`cli`), opens what it needs (`compose`), calls one deed of `app`, and prints
//! (`output`); exit codes are in `output::Exit`.

mod cli;
mod commands;
mod compose;
mod config;
mod output;
mod progress;

use clap::Parser as _;
use std::process::ExitCode;

/// Where memory comes from, for SQLite too: it costs a tenth of a request less than the system's.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    let json = cli.json;
    match commands::run(cli) {
        Ok(exit) => exit.code(),
        Err(failure) => {
            output::failure(&failure, json);
            failure.exit.code()
        }
    }
}
