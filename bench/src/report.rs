//! The table.

use crate::Arguments;
use crate::sign_in::Measured;
use std::time::Duration;

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
pub(crate) fn print(arguments: &Arguments, idle: u64, loaded: u64, rounds: &[Measured]) {
    let store = arguments.store.as_deref().map_or("SQLite, synchronous=FULL", |_| "PostgreSQL");
    println!(
        "{store}; {} sign-ins a round, {} at once, {} rounds",
        arguments.count,
        arguments.at_once,
        rounds.len()
    );
    println!("| server CPU per request | min | median | max |\n|---|---|---|---|");
    row(
        "POST /saml/SSO (5 KB, one RSA-2048 signature; durable, with its session)",
        rounds.iter().map(|r| r.finish),
    );
    row("GET /saml/login (unsigned request, durable)", rounds.iter().map(|r| r.start));
    let written = rounds.iter().map(|round| round.written).min().unwrap_or_default();
    println!("\nwritten for one sign-in, at least: {:.1} KB", megabytes(written));
    println!(
        "\nmemory (resident): {:.1} MB idle, {:.1} MB after the load",
        megabytes(idle),
        megabytes(loaded)
    );
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
fn row(name: &str, figures: impl Iterator<Item = Duration>) {
    let mut figures: Vec<u128> = figures.map(|figure| figure.as_micros()).collect();
    figures.sort_unstable();
    let at = |index: usize| figures.get(index).copied().unwrap_or_default();
    let last = figures.len().saturating_sub(1);
    println!("| {name} | {} µs | {} µs | {} µs |", at(0), at(last / 2), at(last));
}

#[expect(clippy::cast_precision_loss, reason = "a figure with one decimal")]
fn megabytes(kilobytes: u64) -> f64 {
    kilobytes as f64 / 1024.0
}
