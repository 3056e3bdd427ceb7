//! Load on a real `vestibule serve`: what a durable sign-in costs the server in CPU time, and how much memory it holds.
//!
//! The program is a process of its own, measured by what the kernel counts for it (`/proc`), so that making responses
//! and talking HTTP on this side costs nothing of the figure. `service` runs the program, `provider` is the identity
//! provider side, `http` the smallest client that will do, `sign_in` the story, `report` the table, `simulate` what comes after it; `scim`, `portal`
//! and `import` are stories of their own.

mod http;
mod import;
mod portal;
mod provider;
mod report;
mod scim;
mod service;
mod sign_in;
mod simulate;

use clap::Parser;
use std::path::PathBuf;

/// Measures sign-ins, SCIM, the portal, or an import.
#[derive(Debug, Parser)]
struct Arguments {
    /// The program to measure
    #[arg(long, default_value = "target/release/vestibule")]
    program: PathBuf,
    /// `store.url`: SQLite in a temporary folder unless given (postgres://…)
    #[arg(long)]
    store: Option<String>,
    /// How many sign-ins a round has
    #[arg(long, default_value_t = 4_000)]
    count: usize,
    /// How many are under way at once
    #[arg(long, default_value_t = 64)]
    at_once: usize,
    /// How many rounds are measured, after one that is not
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many people sign in, again and again
    #[arg(long, default_value_t = 200)]
    people: usize,
    /// Instead of sign-ins measure the SCIM interface
    #[arg(long)]
    scim: bool,
    /// Measure the pages of the portal, after so many sign-ins as a round has
    #[arg(long, conflicts_with = "scim")]
    portal: bool,
    /// Measure an import of people from a file, nine tenths of whom find a seat
    #[arg(long, conflicts_with_all = ["scim", "portal"])]
    import: bool,
    /// How many users the account has for SCIM and the portal, or the file has
    #[arg(long, default_value_t = 10_000)]
    users: usize,
    /// Afterwards simulate an edited account file over all of it
    #[arg(long)]
    simulate: bool,
}

/// Any failure ends the benchmark with its sentence.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let provider = provider::Provider::new(arguments.people)?;
    let seats = if arguments.import { import::seats(arguments.users) } else { 1_000_000 };
    let service = service::Service::start(&arguments.program, arguments.store.as_deref(), &provider, seats)?;
    if arguments.import {
        return runtime.block_on(import::measure(&service, arguments.users));
    }
    if arguments.scim {
        return runtime.block_on(scim::measure(&service, arguments.users, arguments.at_once));
    }
    if arguments.portal {
        let signed_in = sign_in::round(&service, &provider, (0, arguments.count), arguments.at_once);
        runtime.block_on(signed_in)?;
        return runtime.block_on(portal::measure(&service, arguments.users, arguments.at_once));
    }
    let idle = service.memory_kilobytes()?;
    let mut rounds = Vec::new();
    for round in 0..=arguments.rounds {
        let measured = runtime.block_on(sign_in::round(
            &service,
            &provider,
            (round, arguments.count),
            arguments.at_once,
        ))?;
        if round > 0 {
            rounds.push(measured);
        }
    }
    report::print(&arguments, idle, service.memory_kilobytes()?, &rounds);
    if arguments.simulate {
        simulate::measure(&service)?;
    }
    Ok(())
}
