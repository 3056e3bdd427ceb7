//! Files of people at the command line.

use super::{Folder, keys};
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

fn with_account() -> Folder {
    let folder = Folder::new();
    folder
        .run(&["account", "create", "acme", "--name", "Acme", "--owner", "o@acme.example", "--json"])
        .ends_with(0);
    folder.write(
        "acme.toml",
        "account = \"acme\"\n[domains.\"acme.example\"]\n[licenses]\nbasic = 9\nlicensed = 1\n",
    );
    folder.run(&["apply", "acme.toml"]).ends_with(0);
    folder
}

const PEOPLE: &str =
    "email,first_name,Shoe size\nanna@acme.example,Anna,38\nbob@acme.example,Bob,\nnobody,,\n";

#[test]
fn s10_a_plan_writes_nothing_and_ends_with_3_and_the_import_ends_with_0() {
    let folder = with_account();
    folder.write("people.csv", PEOPLE);
    let import = ["users", "import", "people.csv", "--account", "acme", "--sso"];
    let plan = folder.run(&[&import[..], &["--plan", "--json"]].concat()).ends_with(3).json();
    let all = [
        "account",
        "applied",
        "columns",
        "delimiter",
        "encoding",
        "file",
        "id",
        "left_out",
        "planned",
        "refused",
        "rows",
        "state",
        "unknown_columns",
    ];
    assert_eq!(keys(&plan), all);
    assert_eq!((&plan["planned"]["new"], &plan["planned"]["refused"]), (&json!(2), &json!(1)));
    assert_eq!((&plan["applied"], &plan["unknown_columns"]), (&json!(null), &json!(["Shoe size"])));
    assert_eq!(keys(&plan["refused"][0]), ["code", "email", "line", "message"]);
    folder.run(&["users", "show", "anna@acme.example"]).ends_with(1);
    let done = folder.run(&import).ends_with(0).stdout();
    assert!(done.contains("What would become of them:") && done.contains("What became of them:"), "{done}");
    assert!(done.contains("line 4: nobody: email cannot be used"), "{done}");
    let anna = folder.run(&["users", "show", "anna@acme.example", "--json"]).ends_with(0).json();
    assert_eq!(anna["login_types"], json!(["sso"]));
    let again = folder.run(&[&import[..], &["--plan"]].concat()).ends_with(0);
    assert!(again.stdout().contains("unchanged 2"), "{}", again.stdout());
    let json = folder.run(&[&import[..], &["--json"]].concat()).ends_with(0).json();
    assert_eq!((&json["state"], &json["applied"]["unchanged"]), (&json!("done"), &json!(2)));
}

#[test]
fn s10_over_the_seats_rows_are_refused_with_1031_and_the_report_says_so() {
    let folder = with_account();
    folder.write("people.csv", PEOPLE);
    let import = [
        "users",
        "import",
        "people.csv",
        "--account",
        "acme",
        "--license",
        "licensed",
        "--report",
        "report.csv",
    ];
    let run = folder.run(&[&import[..], &["--json"]].concat()).ends_with(0).json();
    assert_eq!((&run["applied"]["no_seat"], &run["refused"][0]["code"]), (&json!(1), &json!(1031)));
    let report = std::fs::read_to_string(folder.path().join("report.csv")).unwrap();
    assert!(report.contains("\r\n2,anna@acme.example,Anna,,new,,,"), "{report}");
    assert!(report.contains("\r\n3,bob@acme.example,Bob,,refused,1031,"), "{report}");
    folder.write("people.csv", "email\nnobody\n");
    folder.run(&import).ends_with(1);
}

#[test]
fn what_cannot_be_imported_is_told() {
    let folder = with_account();
    folder.write("people.csv", PEOPLE);
    let import = ["users", "import", "people.csv", "--account", "acme"];
    let run = folder.run(&[&import[..], &["--license", "gold"]].concat()).ends_with(2);
    assert!(run.stderr().contains("basic, licensed, on-prem"), "{}", run.stderr());
    folder.run(&[&import[..], &["--addon", "gold"]].concat()).ends_with(2);
    folder.run(&["users", "import", "nowhere.csv", "--account", "acme"]).ends_with(2);
    folder.run(&["users", "import", "people.csv", "--account", "other"]).ends_with(1);
    folder.write("people.csv", "name\nAnna\n");
    let run = folder.run(&[&import[..], &["--json"]].concat()).ends_with(1);
    assert_eq!(run.error()["code"], "invalid");
    assert!(run.error()["hint"].as_str().unwrap().contains("email, first_name"), "{}", run.error());
}

/// How many rows of how many are done, if a line of progress says so.
fn done(line: &str) -> Option<u64> {
    line.strip_suffix(" of 3000 rows")?.parse().ok()
}

#[test]
fn s10_an_import_that_is_killed_goes_on_where_it_was() {
    let folder = with_account();
    folder.write("acme.toml", "account = \"acme\"\n[domains.\"acme.example\"]\n[licenses]\nbasic = 9999\n");
    folder.run(&["apply", "acme.toml"]).ends_with(0);
    let rows: String = (0..3_000).map(|row| format!("p{row:04}@acme.example\n")).collect();
    folder.write("people.csv", format!("email\n{rows}"));
    let import = ["users", "import", "people.csv", "--account", "acme", "--json"];
    let mut begun = Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .args(import)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(begun.stderr.take().unwrap()).lines();
    let mut checked = false;
    for line in lines {
        let count = done(&line.unwrap()).unwrap();
        if checked {
            assert!(count < 3_000, "it was too fast to be killed");
            break;
        }
        checked = count == 3_000;
    }
    assert!(checked, "it was looked at before it was written");
    begun.kill().unwrap();
    begun.wait().unwrap();

    let again = folder.run(&import).ends_with(0);
    assert!(again.stderr().contains("going on"), "{}", again.stderr());
    let told = again.json();
    assert_eq!((&told["state"], &told["applied"]["new"]), (&json!("done"), &json!(3_000)), "{told}");
    for email in ["p0000@acme.example", "p2999@acme.example"] {
        folder.run(&["users", "show", email]).ends_with(0);
    }
}
