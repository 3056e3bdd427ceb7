//! Files of people: what would happen is shown, then it happens, once, whoever goes on with it.

use crate::account::Account;
use crate::admission::known;
use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours, minutes};
use std::collections::BTreeMap;
use vestibule_app::imports::{self, Intake, Sought};
use vestibule_app::users::{self, PeopleCtx, Whom};
use vestibule_app::{App, Error, Kind, jobs};
use vestibule_model::email::Email;
use vestibule_model::group::{GroupKind, Origin};
use vestibule_model::id::{ImportId, UserId};
use vestibule_model::import::{Import, Options, State, Totals, Verdict};
use vestibule_model::license::{AddOn, License};
use vestibule_model::user::{Field, Logins, Status, User};

cases! {
    whoever_is_refused_with_1020_is_imported_as_an_sso_user_and_comes_in,
    s10_the_preview_says_of_each_row_what_happens_then,
    s10_over_the_seats_the_row_is_refused_and_the_others_are_not,
    s10_duplicates_bad_addresses_and_other_peoples_rows_are_refused_row_by_row,
    whoever_is_no_sso_user_is_invited_and_outsiders_confirm_their_mailbox,
    employee_ids_are_handed_on_within_a_file_as_they_are_when_it_is_written,
    groups_follow_the_newest_file,
    s10_whoever_goes_on_after_a_kill_handles_every_row_once,
    two_nodes_that_go_on_at_once_write_every_row_once,
    nothing_is_written_before_the_preview_of_the_same_file_was_shown,
    a_row_that_somebody_overtakes_fails_alone,
    p18_the_report_runs_nothing_in_a_spreadsheet,
    t06_an_import_belongs_to_its_account_and_is_forgotten,
    s10_a_file_that_breaks_off_is_forgotten_and_one_that_came_is_not,
}

async fn operator(account: &Account) -> PeopleCtx {
    account.app.operator().people(account.label.as_str()).await.unwrap()
}

fn sso() -> Options {
    Options { sso: true, ..Options::default() }
}

async fn send(ctx: &PeopleCtx, file: &str, options: Options) -> Result<ImportId, Error> {
    let mut intake = Intake::begin(ctx, "people.csv", options).await?;
    for piece in file.as_bytes().chunks(1_000) {
        intake.take(piece).await?;
    }
    intake.end().await
}

async fn to_the_end(ctx: &PeopleCtx, mut import: Import) -> Import {
    while import.state.is_under_way() {
        import = imports::go_on(ctx, import.id).await.unwrap();
    }
    import
}

pub async fn checked(ctx: &PeopleCtx, file: &str, options: Options) -> Import {
    let id = send(ctx, file, options).await.unwrap();
    to_the_end(ctx, imports::show(ctx, id).await.unwrap()).await
}

pub async fn applied(ctx: &PeopleCtx, file: &str, options: Options) -> Import {
    let import = checked(ctx, file, options).await;
    let import = imports::apply(ctx, import.id, &import.file_hash).await.unwrap();
    to_the_end(ctx, import).await
}

/// Line, verdict and first sentence of each row: what was foreseen, or what happened.
pub async fn told(ctx: &PeopleCtx, import: &Import) -> Vec<(i64, Verdict, String)> {
    let page = imports::rows(ctx, import.id, Sought::All, (0, 1_000)).await.unwrap();
    let rows = page.rows.into_iter().map(|row| {
        let (verdict, note) = row.outcome.or(row.planned).unwrap();
        (row.number, verdict, note.sentences.into_iter().next().unwrap_or_default())
    });
    rows.collect()
}

fn verdicts(rows: &[(i64, Verdict, String)]) -> Vec<Verdict> {
    rows.iter().map(|(_, verdict, _)| *verdict).collect()
}

/// Everything but what imports keep of themselves.
fn people(world: &World) -> BTreeMap<String, String> {
    let mut tables = world.dump();
    tables.retain(|table, _| !["imports", "import_rows", "jobs"].contains(&table.as_str()));
    tables
}

/// So many people of the account.
fn many(count: usize) -> String {
    let rows = (0..count).map(|number| format!("p{number:04}@acme.example,Person {number}\n"));
    "email,first_name\n".to_owned() + &rows.collect::<String>()
}

async fn whoever_is_refused_with_1020_is_imported_as_an_sso_user_and_comes_in(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await;
    acme.add(known(Logins::WORK_EMAIL)).await;
    assert_eq!(acme.refusal(&Person::anna()).await.code, Some(1020));
    let owner = acme.owner().await.people();
    let file = "E-mail;Department\nANNA@acme.example;Sales\n";
    applied(&owner, file, Options::default()).await;
    assert_eq!(acme.refusal(&Person::anna()).await.code, Some(1020), "the twin: without SSO user");
    let import = applied(&owner, file, sso()).await;
    assert_eq!((import.state, import.applied.changed), (State::Done, 1));
    let again = applied(&owner, file, sso()).await;
    assert_eq!((again.applied.unchanged, again.applied.writes()), (1, 0));
    acme.sign_in(&Person::anna()).await;
    let anna = acme.user("anna@acme.example").await;
    assert_eq!(anna.email.as_str(), "anna@acme.example", "the spelling of a known address stays");
    assert_eq!(anna.logins, Logins { work_email: true, sso: true });
}

async fn s10_the_preview_says_of_each_row_what_happens_then(world: &World) {
    let acme = world.acme().await;
    acme.grant(License::Licensed, 3).await;
    acme.add(known(Logins::WORK_EMAIL)).await;
    let ctx = operator(&acme).await;
    let file = "\u{feff}Email,First name,Job title,User group,Shoe size\r\n\
        anna@acme.example,Anna,\"Head, Sales\",Sales,38\r\n\
        bob@acme.example,Bob,,Sales|Staff,\r\n\
        zoe@elsewhere.example,Zoë,,,\r\n\
        carl@acme.example,Carl,,,\r\n\
        dora@acme.example,Dora,,,\r\n";
    let options = Options { license: Some(License::Licensed), ..sso() };
    let before = people(world);
    let import = checked(&ctx, file, options).await;
    assert_eq!(people(world), before, "nothing is written by looking");
    assert_eq!(import.read.unknown, ["Shoe size"]);
    let foreseen = told(&ctx, &import).await;
    let import = imports::apply(&ctx, import.id, &import.file_hash).await.unwrap();
    let import = to_the_end(&ctx, import).await;
    assert_eq!(told(&ctx, &import).await, foreseen);
    assert_eq!(import.applied, import.planned);
    use Verdict::{Changed, New, Pending, Refused};
    assert_eq!(verdicts(&foreseen), [Changed, New, Pending, New, Refused]);
    let seats = [("basic".to_owned(), -1), ("licensed".to_owned(), 3)];
    assert_eq!(import.applied.seats, seats.into(), "Anna had a Basic one");
    assert_eq!(acme.seats(License::Licensed).await.used, 3);
    let anna = acme.user("anna@acme.example").await;
    assert_eq!(anna.profile.value(&Field::JobTitle), Some("Head, Sales"));
}

async fn s10_over_the_seats_the_row_is_refused_and_the_others_are_not(world: &World) {
    let acme = world.acme().await;
    let webinar = AddOn::from_word("webinar-500").unwrap();
    acme.grant(License::Licensed, 250).await;
    acme.grant(webinar, 240).await;
    let ctx = operator(&acme).await;
    let options = Options { license: Some(License::Licensed), add_ons: [webinar].into(), ..sso() };
    let import = checked(&ctx, &many(450), options).await;
    let expected = Totals {
        new: 240,
        refused: 210,
        no_seat: 210,
        seats: [("licensed".to_owned(), 240), ("webinar-500".to_owned(), 240)].into(),
        ..Totals::default()
    };
    assert_eq!(import.planned, expected);
    let import = imports::apply(&ctx, import.id, &import.file_hash).await.unwrap();
    assert_eq!(to_the_end(&ctx, import).await.applied, expected);
    assert_eq!((acme.seats(License::Licensed).await.used, acme.seats(webinar).await.used), (240, 240));
}

async fn s10_duplicates_bad_addresses_and_other_peoples_rows_are_refused_row_by_row(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    beta.add(User { email: Email::parse("x@shared.example").unwrap(), ..known(Logins::SSO) }).await;
    let ctx = operator(&acme).await;
    let file = "email,first_name,manager\n\
        kim@acme.example,Kim,\n\
        KIM@ACME.example,Other Kim,\n\
        not an address,Nobody,\n\
        x@shared.example,Theirs,\n\
        owner@acme.example,Renamed,\n\
        lee@acme.example,Lee,the boss\n\
        mo@acme.example,Mo,,too many cells\n\
        ann@acme.example,Ann,kim@acme.example\n";
    let import = applied(&ctx, file, sso()).await;
    let rows = told(&ctx, &import).await;
    use Verdict::{New, Refused};
    assert_eq!(verdicts(&rows), [New, Refused, Refused, Refused, Refused, Refused, Refused, New]);
    for (place, words) in [
        (1, "Line 2 is about the same address"),
        (2, "email cannot be used"),
        (3, "belongs to another user"),
        (4, "the owner of the account"),
        (5, "manager cannot be used"),
        (6, "cells beyond the header (\"too many cells\")"),
    ] {
        assert!(rows[place].2.contains(words), "{:?}", rows[place]);
    }
    assert_eq!(acme.user("kim@acme.example").await.profile.value(&Field::FirstName), Some("Kim"));
    assert_eq!(acme.user("owner@acme.example").await.logins, Logins::WORK_EMAIL);
}

async fn whoever_is_no_sso_user_is_invited_and_outsiders_confirm_their_mailbox(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let mails = world.count("outbox");
    let import = applied(&ctx, "email\nbob@acme.example\nzoe@elsewhere.example\n", Options::default()).await;
    assert_eq!((import.applied.new, import.applied.pending, import.applied.mails), (1, 1, 2));
    assert_eq!(world.count("outbox"), mails + 2);
    let bob = acme.user("bob@acme.example").await;
    assert_eq!((bob.logins, bob.status), (Logins::WORK_EMAIL, Status::Active));
    let import = applied(&ctx, "email\nmia@acme.example\nyan@elsewhere.example\n", sso()).await;
    assert_eq!((import.applied.new, import.applied.pending, import.applied.mails), (1, 1, 1));
    let yan = acme.user("yan@elsewhere.example").await;
    assert_eq!((yan.status, yan.license, yan.logins), (Status::Pending, None, Logins::SSO));
    acme.sign_in(&Person::of("mia@acme.example")).await;
}

async fn employee_ids_are_handed_on_within_a_file_as_they_are_when_it_is_written(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    applied(&ctx, "email,employee_id\na@acme.example,1\nb@acme.example,2\n", sso()).await;
    let file = "email,employee id\n\
        c@acme.example,1\n\
        a@acme.example,9\n\
        d@acme.example,1\n\
        e@acme.example,1\n\
        f@acme.example,9\n\
        b@acme.example,2\n";
    let import = checked(&ctx, file, sso()).await;
    let foreseen = told(&ctx, &import).await;
    use Verdict::{Changed, New, Refused, Unchanged};
    assert_eq!(verdicts(&foreseen), [Refused, Changed, New, Refused, Refused, Unchanged]);
    assert!(foreseen[0].2.contains("a@acme.example has this"), "{:?}", foreseen[0]);
    assert!(foreseen[3].2.contains("Line 4 gives this"), "{:?}", foreseen[3]);
    let import = imports::apply(&ctx, import.id, &import.file_hash).await.unwrap();
    let import = to_the_end(&ctx, import).await;
    assert_eq!(verdicts(&told(&ctx, &import).await), verdicts(&foreseen));
    assert_eq!(acme.user("d@acme.example").await.employee_id.as_deref(), Some("1"));
}

async fn groups_follow_the_newest_file(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let held = async || {
        let whom = Whom::parse("kim@acme.example").unwrap();
        let groups = users::show(&ctx, &whom).await.unwrap().groups;
        let of_kind = groups.into_iter().filter(|held| held.kind == GroupKind::UserGroup);
        let mut held: Vec<_> = of_kind.map(|held| (held.name.to_string(), held.origins)).collect();
        held.sort();
        held
    };
    let csv = |name: &str| (name.to_owned(), vec![Origin::Csv]);
    applied(&ctx, "email,user group\nkim@acme.example,Sales|Staff\n", sso()).await;
    assert_eq!(held().await, [csv("Sales"), csv("Staff")]);
    let import = applied(&ctx, "email,user group\nkim@acme.example,STAFF|Berlin\n", sso()).await;
    assert_eq!(import.applied.changed, 1);
    assert_eq!(held().await, [csv("Berlin"), csv("Staff")]);
    let import = applied(&ctx, "email,user group\nkim@acme.example,\n", sso()).await;
    assert_eq!(import.applied.unchanged, 1);
    assert_eq!(held().await, [csv("Berlin"), csv("Staff")]);
}

async fn s10_whoever_goes_on_after_a_kill_handles_every_row_once(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let mails = world.count("outbox");
    let id = send(&ctx, &many(450), Options::default()).await.unwrap();
    let import = imports::go_on(&ctx, id).await.unwrap();
    assert_eq!((import.state, import.planned.rows()), (State::Checking, 200));
    // Whoever began it is gone: another node finds the job.
    let other = world.node(5).await;
    jobs::run_due(&other).await.unwrap();
    let import = imports::show(&ctx, id).await.unwrap();
    assert_eq!((import.state, import.planned.new), (State::Checked, 450));
    imports::apply(&ctx, id, &import.file_hash).await.unwrap();
    let import = imports::go_on(&ctx, id).await.unwrap();
    assert_eq!((import.state, import.applied.new), (State::Applying, 200));
    let unfinished = imports::find_unfinished(&ctx, &import.file_hash, &import.options).await.unwrap();
    assert_eq!(unfinished.map(|import| import.id), Some(id));
    jobs::run_due(&other).await.unwrap();
    let import = imports::show(&ctx, id).await.unwrap();
    assert_eq!((import.state, import.applied.new, import.applied.rows()), (State::Done, 450, 450));
    assert_eq!(world.count("outbox"), mails + 450, "one invitation each");
    assert_eq!(jobs::run_due(&other).await.unwrap(), 0, "nothing is left to do");
    let before = people(world);
    imports::go_on(&ctx, id).await.unwrap();
    imports::apply(&ctx, id, &import.file_hash).await.unwrap();
    assert_eq!(people(world), before);
}

async fn two_nodes_that_go_on_at_once_write_every_row_once(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let mails = world.count("outbox");
    let import = checked(&ctx, &many(450), Options::default()).await;
    imports::apply(&ctx, import.id, &import.file_hash).await.unwrap();
    let mut nodes: Vec<App> = vec![world.app.clone()];
    nodes.push(world.node(5).await);
    let mut racers = tokio::task::JoinSet::new();
    for node in nodes.into_iter().cycle().take(6) {
        let ctx = node.operator().people("acme").await.unwrap();
        let id = import.id;
        racers.spawn(async move { while imports::go_on(&ctx, id).await.unwrap().state.is_under_way() {} });
    }
    racers.join_all().await;
    let import = imports::show(&ctx, import.id).await.unwrap();
    assert_eq!((import.applied.new, import.applied.rows()), (450, 450));
    assert_eq!(world.count("outbox"), mails + 450);
}

async fn nothing_is_written_before_the_preview_of_the_same_file_was_shown(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let before = people(world);
    let id = send(&ctx, &many(250), sso()).await.unwrap();
    let import = imports::go_on(&ctx, id).await.unwrap();
    let hash = import.file_hash;
    let refused = async |hash: &[u8; 32]| imports::apply(&ctx, id, hash).await.unwrap_err().kind();
    assert_eq!(refused(&hash).await, Kind::Conflict, "it is still being checked");
    let import = to_the_end(&ctx, import).await;
    assert_eq!(refused(&[7; 32]).await, Kind::Conflict, "another file was shown");
    assert_eq!((people(world), import.state), (before, State::Checked));
    imports::apply(&ctx, id, &hash).await.unwrap();
    assert_eq!(imports::discard(&ctx, id).await.unwrap_err().kind(), Kind::Conflict);
    let options = Options {
        license: Some(License::Basic),
        add_ons: [AddOn::from_word("webinar-500").unwrap()].into(),
        ..sso()
    };
    let unfit = send(&ctx, &many(1), options).await.unwrap_err();
    assert_eq!(unfit.kind(), Kind::Invalid);
    let imports = world.count("imports");
    for bad in ["", "first_name\nAnna\n", "email\n", "email,e-mail\na@acme.example,b\n"] {
        let error = send(&ctx, bad, sso()).await.unwrap_err();
        assert!(error.kind() == Kind::Invalid && error.advice().is_some(), "{error}");
        assert_eq!(world.count("imports"), imports, "nothing is kept of {bad:?}");
    }
}

async fn a_row_that_somebody_overtakes_fails_alone(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let ctx = operator(&acme).await;
    let import = checked(&ctx, &many(30), sso()).await;
    let taken = Email::parse("p0007@acme.example").unwrap();
    beta.add(User { id: UserId::from_bytes([9; 16]), email: taken, ..known(Logins::SSO) }).await;
    let import = imports::apply(&ctx, import.id, &import.file_hash).await.unwrap();
    let import = to_the_end(&ctx, import).await;
    assert_eq!((import.planned.new, import.applied.new, import.applied.refused), (30, 29, 1));
    assert!(told(&ctx, &import).await[7].2.contains("belongs to another user"));
}

async fn p18_the_report_runs_nothing_in_a_spreadsheet(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let file = "email,first_name,last_name,department\n\
        kim@acme.example,\"=HYPERLINK(\"\"https://evil.example\"\")\",+49,@SUM(1)\n\
        -x@acme.example,-1,\"\tx\",Sales\n\
        =cmd|' /C calc'!A0,x,y,z\n";
    let import = applied(&ctx, file, sso()).await;
    let mut report = imports::report(&ctx, import.id);
    let mut text = String::new();
    while let Some(piece) = report.next().await.unwrap() {
        text.push_str(&piece);
    }
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(lines[0], "\u{feff}line,email,first_name,last_name,verdict,code,message,changes");
    let start = "2,kim@acme.example,\"'=HYPERLINK(\"\"https://evil.example\"\")\",\"'+49\",new,,,";
    assert!(lines[1].starts_with(start), "{}", lines[1]);
    assert!(lines[2].starts_with("3,\"'-x@acme.example\",\"'-1\",x,new,"), "{}", lines[2]);
    assert!(lines[3].starts_with("4,\"'=cmd|' /C calc'!A0\",x,y,refused,"), "{}", lines[3]);
    let kim = acme.user("kim@acme.example").await;
    let kept = "=HYPERLINK(\"https://evil.example\")";
    assert_eq!(kim.profile.value(&Field::FirstName), Some(kept), "it is kept as the text that it is");
}

async fn t06_an_import_belongs_to_its_account_and_is_forgotten(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let (ctx, theirs) = (operator(&acme).await, operator(&beta).await);
    let import = applied(&ctx, &many(700), sso()).await;
    let id = import.id;
    assert_eq!(imports::show(&theirs, id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(imports::go_on(&theirs, id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(imports::discard(&theirs, id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(imports::apply(&theirs, id, &import.file_hash).await.unwrap_err().kind(), Kind::NotFound);
    assert!(imports::rows(&theirs, id, Sought::All, (0, 10)).await.unwrap().rows.is_empty());
    let listed = imports::list(&ctx).await.unwrap();
    assert_eq!(listed.iter().map(|import| import.id).collect::<Vec<_>>(), [id]);
    let page = imports::rows(&ctx, id, Sought::Ended(Verdict::New), (0, 3)).await.unwrap();
    assert_eq!((page.rows.len(), page.next), (3, Some(4)));
    world.time.pass(hours(24 * 31));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!((world.count("imports"), world.count("import_rows")), (0, 0));
    assert_eq!(acme.user("p0001@acme.example").await.status, Status::Active, "the people stay");
    let import = checked(&ctx, &many(700), sso()).await;
    imports::discard(&ctx, import.id).await.unwrap();
    assert_eq!((world.count("imports"), world.count("import_rows")), (0, 0));
}

async fn s10_a_file_that_breaks_off_is_forgotten_and_one_that_came_is_not(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let kept = async || (world.count("imports"), world.count("import_rows"));
    let begun = async || {
        let mut intake = Intake::begin(&ctx, "people.csv", sso()).await.unwrap();
        intake.take(many(1_200).as_bytes()).await.unwrap();
        intake
    };
    let intake = begun().await;
    assert_eq!(kept().await, (1, 1_000), "rows are written as they come");
    intake.give_up().await;
    assert_eq!(kept().await, (0, 0), "whoever sends it says that no more comes");

    // Whoever sent it was killed, so that nobody says anything.
    drop(begun().await);
    let came = checked(&ctx, &many(3), sso()).await;
    assert_eq!(imports::list(&ctx).await.unwrap().len(), 1, "nobody sees what did not come");
    world.time.pass(minutes(50));
    let slow = begun().await;
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(kept().await, (3, 2_003), "they may still come");
    world.time.pass(minutes(20));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(kept().await, (2, 1_003), "the one that broke off is gone, and the later one is not");
    world.time.pass(minutes(50));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(kept().await, (1, 3));
    assert_eq!(slow.end().await.unwrap_err().kind(), Kind::Invalid, "it came too late");
    assert_eq!(kept().await, (1, 3), "and left nothing");
    assert_eq!(imports::show(&ctx, came.id).await.unwrap().state, State::Checked);
}
