//! `vestibule users import FILE --account LABEL [--license T] [--addon A]... [--sso] [--plan] [--report FILE]`

use crate::cli::ImportArgs;
use crate::output::{self, Exit, Failure};
use crate::progress::Watch;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use vestibule_app::App;
use vestibule_app::imports::{self, Intake, Sought};
use vestibule_app::users::PeopleCtx;
use vestibule_model::id::ImportId;
use vestibule_model::import::{Column, Import, Options, Row, State, Totals, Verdict};
use vestibule_model::license::{AddOn, License, Product};
use vestibule_model::trace::shown;

/// How many rows that were refused are told; the report has all.
const MOST_TOLD: u32 = 50;
/// How much is read of the file at once.
const PIECE: usize = 64 * 1024;

pub(super) async fn run(app: &App, args: &ImportArgs, json: bool) -> Result<Exit, Failure> {
    let options = options(args)?;
    let ctx = app.operator().people(&args.account).await?;
    let id = read(&ctx, &args.file, &options).await?;
    let mut import = imports::show(&ctx, id).await?;
    let unfinished = imports::find_unfinished(&ctx, &import.file_hash, &options).await?;
    if let (Some(begun), false) = (unfinished, args.plan) {
        imports::discard(&ctx, id).await?;
        output::progress(format!("This file was begun to be imported at {:.0}: going on.", begun.created_at));
        import = begun;
    }
    import = follow(&ctx, import).await?;
    if !json {
        preview(&ctx, &import).await?;
    }
    if !args.plan {
        import = imports::apply(&ctx, import.id, &import.file_hash).await?;
        import = follow(&ctx, import).await?;
    }
    if let Some(path) = &args.report {
        report(&ctx, import.id, path).await?;
    }
    let told = told(&ctx, &args.account, &import).await?;
    let exit = exit(&import);
    if args.plan {
        imports::discard(&ctx, import.id).await?;
    } else if !json {
        output::line("");
        outcome(&ctx, &import, args.report.is_some()).await?;
    }
    if json {
        output::object(&told)?;
    }
    Ok(exit)
}

fn exit(import: &Import) -> Exit {
    let totals = totals(import);
    match (import.state, totals.writes(), totals.unchanged) {
        (State::Checked, 1.., _) => Exit::Changes,
        (_, 0, 0) => Exit::Failed,
        _ => Exit::Done,
    }
}

/// What counts: the outcome once there is one.
fn totals(import: &Import) -> &Totals {
    if import.state == State::Done { &import.applied } else { &import.planned }
}

fn options(args: &ImportArgs) -> Result<Options, Failure> {
    let license = args.license.as_deref().map(|word| {
        let known = License::ALL.map(License::as_str).join(", ");
        License::from_word(word).ok_or_else(|| {
            Failure::usage(format!("\"{word}\" is no license type.")).hint(format!("There are: {known}."))
        })
    });
    let add_ons = args.addon.iter().map(|word| {
        let known: Vec<&str> = AddOn::all().map(AddOn::as_str).collect();
        AddOn::from_word(word).ok_or_else(|| {
            Failure::usage(format!("\"{word}\" is no add-on."))
                .hint(format!("There are: {}.", known.join(", ")))
        })
    });
    let (license, add_ons) = (license.transpose()?, add_ons.collect::<Result<_, _>>()?);
    Ok(Options { license, add_ons, sso: args.sso, ..Options::default() })
}

async fn read(ctx: &PeopleCtx, path: &Path, options: &Options) -> Result<ImportId, Failure> {
    let unreadable = |error: std::io::Error| Failure::usage(format!("{}: {error}", path.display()));
    let mut file = File::open(path).map_err(unreadable)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut intake = Intake::begin(ctx, &name, options.clone()).await?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = match file.read(&mut piece) {
            Ok(read) => read,
            Err(error) => {
                intake.give_up().await;
                return Err(unreadable(error));
            }
        };
        match piece.get(..read).filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => intake.take(bytes).await?,
            None => return Ok(intake.end().await?),
        }
    }
}

/// Goes on until nothing is under way any more.
async fn follow(ctx: &PeopleCtx, mut import: Import) -> Result<Import, Failure> {
    let watch = Watch::new("rows");
    while import.state.is_under_way() {
        import = imports::go_on(ctx, import.id).await?;
        let totals = if import.state == State::Applying { &import.applied } else { &import.planned };
        watch.tell(totals.rows(), import.rows);
    }
    watch.end();
    Ok(import)
}

async fn preview(ctx: &PeopleCtx, import: &Import) -> Result<(), Failure> {
    let columns: Vec<&str> = import.read.columns.iter().map(|column| column.as_str()).collect();
    output::line(format!(
        "{}: {} rows ({}, delimiter {}).",
        import.file_name,
        import.rows,
        import.read.encoding,
        if import.read.delimiter == "\t" { "tab" } else { &import.read.delimiter }
    ));
    output::line(format!("Columns: {}.", columns.join(", ")));
    if !import.read.unknown.is_empty() {
        output::line(format!("Not looked at: {}.", import.read.unknown.join(", ")));
    }
    output::line("What would become of them:");
    counted(&import.planned);
    refused(ctx, import.id, Sought::Planned(Verdict::Refused), import.planned.refused).await
}

async fn outcome(ctx: &PeopleCtx, import: &Import, reported: bool) -> Result<(), Failure> {
    output::line("What became of them:");
    counted(&import.applied);
    if import.applied != import.planned {
        // What the preview said of a row is known; only where it came otherwise it is told again.
        refused(ctx, import.id, Sought::Ended(Verdict::Refused), import.applied.refused).await?;
    }
    if !reported {
        output::line(format!(
            "The report of each row stands in the portal for 30 days: /admin/users/import/{}; --report FILE writes it.",
            import.id
        ));
    }
    Ok(())
}

fn counted(totals: &Totals) {
    for verdict in Verdict::ALL {
        output::line(format!("  {:<10}{}", verdict.as_str(), totals.of(verdict)));
    }
    if totals.no_seat > 0 {
        output::line(format!("  {} of the refused find no seat (1031).", totals.no_seat));
    }
    if totals.mails > 0 {
        output::line(format!("  {} people are sent a mail.", totals.mails));
    }
    for (word, count) in &totals.seats {
        let product = Product::from_word(word).map_or_else(|| word.clone(), |product| product.to_string());
        output::line(format!("  {count:+} seats of {product}"));
    }
}

async fn refused(ctx: &PeopleCtx, id: ImportId, sought: Sought, all: u64) -> Result<(), Failure> {
    let page = imports::rows(ctx, id, sought, (0, MOST_TOLD)).await?;
    for row in &page.rows {
        let (email, code, message) = words(row);
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        output::line(format!("  line {}: {}: {message}{code}", row.number, shown(email)));
    }
    if let Some(more) = all.checked_sub(page.rows.len() as u64).filter(|more| *more > 0) {
        output::line(format!("  … and {more} more."));
    }
    Ok(())
}

fn words(row: &Row) -> (&str, Option<u16>, String) {
    let note = row.outcome.as_ref().or(row.planned.as_ref()).map(|(_, note)| note);
    let email = row.cells.get(&Column::Email).map_or("", String::as_str);
    let sentences = note.map(|note| note.sentences.join(" ")).unwrap_or_default();
    (email, note.and_then(|note| note.code), sentences)
}

async fn told(ctx: &PeopleCtx, account: &str, import: &Import) -> Result<Value, Failure> {
    let done = import.state == State::Done;
    let verdict = Verdict::Refused;
    let sought = if done { Sought::Ended(verdict) } else { Sought::Planned(verdict) };
    let page = imports::rows(ctx, import.id, sought, (0, MOST_TOLD)).await?;
    let refused: Vec<Value> = page
        .rows
        .iter()
        .map(|row| {
            let (email, code, message) = words(row);
            json!({ "line": row.number, "email": email, "code": code, "message": message })
        })
        .collect();
    Ok(json!({
        "id": import.id,
        "account": account,
        "file": import.file_name,
        "rows": import.rows,
        "columns": import.read.columns,
        "unknown_columns": import.read.unknown,
        "encoding": import.read.encoding,
        "delimiter": import.read.delimiter,
        "state": import.state,
        "planned": import.planned,
        "applied": done.then_some(&import.applied),
        "left_out": totals(import).refused.saturating_sub(refused.len() as u64),
        "refused": refused,
    }))
}

async fn report(ctx: &PeopleCtx, id: ImportId, path: &Path) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let mut file = File::create(path).map_err(unwritable)?;
    let mut report = imports::report(ctx, id);
    while let Some(piece) = report.next().await? {
        file.write_all(piece.as_bytes()).map_err(unwritable)?;
    }
    Ok(())
}
