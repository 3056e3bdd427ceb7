//! What an import of many new people costs: `vestibule users import` as a command of its own, beside the running server.
//!
//! Seats are there for nine tenths of the people, so that the last tenth is refused (1031). Both processes may handle rows: the
//! server goes on with every import that is under way. So the CPU time of both counts, and the memory of each is told.

use crate::Result;
use crate::scim;
use crate::service::{Service, Watched};
use std::collections::BTreeMap;
use std::time::Duration;

const COMMAND: [&str; 10] = [
    "users",
    "import",
    "people.csv",
    "--account",
    "acme",
    "--sso",
    "--license",
    "licensed",
    "--report",
    "report.csv",
];
/// The groups among which people are.
const GROUPS: usize = 50;

/// For how many of so many people there are seats.
pub(crate) fn seats(people: usize) -> usize {
    people / 10 * 9
}

pub(crate) async fn measure(service: &Service, people: usize) -> Result<()> {
    let file = file(people);
    service.put("people.csv", &file)?;
    let before = service.cpu()?;
    let watched = service.watch(&COMMAND)?;
    let server = service.cpu()? - before;
    let verdicts = verdicts(&service.file("report.csv")?)?;
    let expected = BTreeMap::from([
        ("new".to_owned(), seats(people)),
        ("refused 1031".to_owned(), people - seats(people)),
    ]);
    if verdicts != expected {
        return Err(format!("the report says {verdicts:?} instead of {expected:?}").into());
    }
    let there = scim::count(service).await?;
    if there != seats(people) {
        return Err(format!("the account has {there} people instead of {}", seats(people)).into());
    }
    tell(service, (people, file.len()), &watched, server)
}

/// The file: six columns, a group and an Employee Unique ID each.
fn file(people: usize) -> String {
    let mut file = "email,first_name,last_name,department,user_group,employee_id\n".to_owned();
    for number in 0..people {
        let group = number % GROUPS;
        file += &format!(
            "person{number:06}@acme.example,First{number},Last{number},Department {group},Group {group},E{number:06}\n"
        );
    }
    file
}

/// How many rows of a report have which verdict and code; the cells before them are those of the file above, none of them in quotes.
fn verdicts(report: &str) -> Result<BTreeMap<String, usize>> {
    let mut lines = report.lines();
    let head = lines.next().unwrap_or_default();
    if !head.trim_start_matches('\u{feff}').starts_with("line,email,first_name,last_name,verdict,code,") {
        return Err(format!("the report begins with {head}").into());
    }
    let mut counted = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.splitn(7, ',').collect();
        let (Some(verdict), Some(code)) = (cells.get(4), cells.get(5)) else {
            return Err(format!("a line of the report is {line}").into());
        };
        *counted.entry(format!("{verdict} {code}").trim_end().to_owned()).or_default() += 1;
    }
    Ok(counted)
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
fn tell(
    service: &Service,
    (people, bytes): (usize, usize),
    command: &Watched,
    server: Duration,
) -> Result<()> {
    let both = command.cpu + server;
    println!("a file of {people} people, {:.1} MB, seats for {}", thousands(bytes) / 1e3, seats(people));
    println!("| rows written | {} |", seats(people));
    println!("| rows refused (1031) | {} |", people - seats(people));
    println!("| CPU, all of it | {:.1} s |", both.as_secs_f64());
    println!(
        "| of that the command; the server | {:.1} s; {:.1} s |",
        command.cpu.as_secs_f64(),
        server.as_secs_f64()
    );
    println!("| CPU for a row | {:.3} ms |", both.as_secs_f64() / thousands(people));
    println!("| time | {:.1} s |", command.wall.as_secs_f64());
    println!("| most memory of the command | {:.1} MB |", megabytes(command.most_kilobytes));
    println!("| most memory of the server | {:.1} MB |", megabytes(service.most_kilobytes()?));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a figure with three decimals")]
fn thousands(count: usize) -> f64 {
    count as f64 / 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a figure with one decimal")]
fn megabytes(kilobytes: u64) -> f64 {
    kilobytes as f64 / 1024.0
}
