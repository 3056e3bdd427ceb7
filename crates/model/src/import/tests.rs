//! Headers and rows, one line each; and whose memberships a file changes.

use super::*;
use crate::group::{Group, GroupKind, GroupName, Membership, Origin};
use crate::id::GroupId;
use crate::user::{Field, Logins};

fn cells(pairs: &[(Column, &str)]) -> Cells {
    pairs.iter().map(|(column, text)| (*column, (*text).to_owned())).collect()
}

fn name(text: &str) -> GroupName {
    GroupName::parse(text).unwrap()
}

#[test]
fn a_heading_is_read_whatever_its_case_and_its_spaces() {
    for (heading, column) in [
        ("email", Some(Column::Email)),
        ("E-Mail", Some(Column::Email)),
        (" Email Address ", Some(Column::Email)),
        ("FIRST_NAME", Some(Column::FirstName)),
        ("Given name", Some(Column::FirstName)),
        ("lastName", Some(Column::LastName)),
        ("surname", Some(Column::LastName)),
        ("Dept.", Some(Column::Department)),
        ("User Group", Some(Column::UserGroup)),
        ("groups", Some(Column::UserGroup)),
        ("Manager e-mail", Some(Column::Manager)),
        ("Title", Some(Column::JobTitle)),
        ("Office", Some(Column::Location)),
        ("Employee-ID", Some(Column::EmployeeId)),
        ("cells beyond the header", None),
        ("shoe size", None),
        ("", None),
    ] {
        assert_eq!(Column::from_heading(heading), column, "{heading:?}");
    }
}

#[test]
fn a_header_needs_one_column_of_addresses_and_names_what_it_does_not_know() {
    let read = |headings: &[&str]| {
        Header::read(&headings.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>())
    };
    let header = read(&["Shoe size", "mail", "", "Department"]).unwrap();
    assert_eq!(header.columns, [None, Some(Column::Email), None, Some(Column::Department)]);
    assert_eq!(header.unknown, ["Shoe size"]);
    assert_eq!(read(&["first_name"]), Err(BadHeader::NoEmail));
    assert_eq!(read(&["email", "First", "given name"]), Err(BadHeader::Twice(Column::FirstName)));
    assert_eq!(read(&vec!["x"; MOST_COLUMNS + 1]), Err(BadHeader::TooMany));
}

#[test]
fn a_row_says_everything_that_is_wrong_with_it() {
    let long = "x".repeat(257);
    for (row, sentences) in [
        (cells(&[(Column::FirstName, "Anna")]), vec!["email is missing."]),
        (
            cells(&[(Column::Email, "anna at acme"), (Column::Manager, "the boss")]),
            vec![
                "email cannot be used: not an e-mail address: expected one like name@example.com.",
                "manager cannot be used: a manager is named by an e-mail address.",
            ],
        ),
        (
            cells(&[(Column::Email, "a@acme.example"), (Column::Department, &long)]),
            vec!["department is longer than 256 characters."],
        ),
        (
            cells(&[(Column::Email, "a@acme.example"), (Column::EmployeeId, "7\u{202e}")]),
            vec!["employee_id has 1 to 256 characters, all of which can be seen."],
        ),
        (
            cells(&[(Column::Email, "a@acme.example"), (Column::Beyond, "Berlin")]),
            vec!["cells beyond the header (\"Berlin\"): does a value lack its quotes."],
        ),
    ] {
        let problems = wish(&row, &Options::default()).unwrap_err();
        assert_eq!(problems.iter().map(Problem::sentence).collect::<Vec<_>>(), sentences);
    }
}

#[test]
fn what_the_file_says_holds_for_every_row_and_an_empty_cell_changes_nothing() {
    let webinar = AddOn::from_word("webinar-500").unwrap();
    let options = Options {
        license: Some(License::Licensed),
        add_ons: [webinar].into(),
        sso: true,
        ..Options::default()
    };
    let row = cells(&[
        (Column::Email, "Anna@Acme.example"),
        (Column::FirstName, "=HYPERLINK(\"x\")"),
        (Column::UserGroup, "Sales | All staff|sales"),
        (Column::EmployeeId, "007"),
    ]);
    let wish = wish(&row, &options).unwrap();
    assert_eq!(wish.email.folded(), "anna@acme.example");
    assert_eq!(wish.groups, [name("Sales"), name("All staff")]);
    let wanted = wish.wanted;
    assert_eq!((wanted.license, wanted.gains), (Some(Some(License::Licensed)), Logins::SSO));
    assert_eq!((wanted.add_ons.grant, wanted.active), ([webinar].into(), None));
    assert_eq!(wanted.employee_id, Some(Some("007".to_owned())));
    let kept = Some("=HYPERLINK(\"x\")".to_owned());
    assert_eq!(wanted.profile, [(Field::FirstName, kept)].into(), "s10: a formula is a text like any other");
}

fn held(number: u8, text: &str, origin: Origin) -> Membership {
    let id = GroupId::from_bytes([number; 16]);
    Membership {
        group: Group { id, kind: GroupKind::UserGroup, name: name(text) },
        origin,
        position: i64::from(number),
    }
}

#[test]
fn a_file_replaces_the_groups_that_files_gave_and_no_others() {
    let before = [
        held(1, "Staff", Origin::Mapping),
        held(2, "Sales", Origin::Csv),
        held(3, "Berlin", Origin::Csv),
        held(4, "Club", Origin::Manual),
    ];
    let placed = placement(&before, &[name("BERLIN"), name("Marketing"), name("Staff")]);
    assert_eq!(placed.join, [name("Marketing"), name("Staff")]);
    assert_eq!(placed.leave.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Sales"]);
    let change = placed.change.unwrap();
    assert_eq!(change.before.as_deref(), Some("Sales, Berlin"));
    assert_eq!(change.after.as_deref(), Some("BERLIN, Marketing, Staff"));
    assert_eq!(placement(&before, &[]), Placement::default(), "an empty cell");
    assert_eq!(placement(&before, &[name("sales"), name("berlin")]), Placement::default(), "as it is");
}

#[test]
fn seats_that_were_promised_are_not_left() {
    let product = Product::from(License::Licensed);
    let seats = Inventory([(product, Seats { total: 3, used: 1 })].into());
    let mut totals = Totals::default();
    totals.move_seats(&[product].into(), &BTreeSet::new());
    assert!(seats_left(&seats, &totals).has_seat(License::Licensed));
    totals.move_seats(&[product].into(), &BTreeSet::new());
    assert!(!seats_left(&seats, &totals).has_seat(License::Licensed));
    totals.move_seats(&BTreeSet::new(), &[product].into());
    assert!(seats_left(&seats, &totals).has_seat(License::Licensed));
}
