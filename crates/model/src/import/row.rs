//! What a row wants of a person, or everything that is wrong with it.

use super::{Column, Options};
use crate::email::Email;
use crate::group::GroupName;
use crate::mapping::{self, LONGEST_VALUE};
use crate::provision::{AddOns, Wanted};
use crate::trace::shown;
use crate::user::Logins;
use std::collections::BTreeMap;

/// The cells of a row, without those that are empty.
pub type Cells = BTreeMap<Column, String>;

/// What stands between several user groups.
const BETWEEN_GROUPS: char = '|';
/// The most user groups that a row names.
const MOST_GROUPS: usize = 20;

/// What a row wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The address, by which people are told apart.
    pub email: Email,
    /// What it wants of the record.
    pub wanted: Wanted,
    /// The user groups, the primary one first; empty leaves them as they are.
    pub groups: Vec<GroupName>,
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The column.
    pub column: Column,
    /// What is wrong, as the end of a sentence.
    pub why: String,
}

impl Problem {
    /// The whole sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{} {}.", self.column, self.why)
    }
}

/// The folded address of a row, and its Employee Unique ID, as far as it has usable ones.
#[must_use]
pub fn key(cells: &Cells) -> (Option<String>, Option<String>) {
    let email = cells.get(&Column::Email).and_then(|text| Email::parse(text).ok());
    let id = cells.get(&Column::EmployeeId).filter(|id| mapping::is_employee_id(id)).cloned();
    (email.map(|email| email.folded().to_owned()), id)
}

/// Reads a row. An empty cell leaves what it is about as it is.
///
/// # Errors
/// Everything that is wrong with it.
pub fn wish(cells: &Cells, options: &Options) -> Result<Wish, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut wanted = Wanted {
        gains: if options.sso { Logins::SSO } else { Logins::default() },
        license: options.license.map(Some),
        add_ons: AddOns { grant: options.add_ons.clone(), ..AddOns::default() },
        ..Wanted::default()
    };
    let mut groups = Vec::new();
    let mut wrong = |column: Column, why: String| problems.push(Problem { column, why });
    for (column, text) in cells {
        match column {
            Column::Email => match Email::parse(text) {
                Ok(email) => wanted.email = Some(email),
                Err(why) => wrong(*column, format!("cannot be used: {why}")),
            },
            Column::EmployeeId if mapping::is_employee_id(text) => {
                wanted.employee_id = Some(Some(text.clone()));
            }
            Column::EmployeeId => {
                wrong(*column, "has 1 to 256 characters, all of which can be seen".to_owned())
            }
            Column::UserGroup => match named(text) {
                Ok(names) => groups = names,
                Err(why) => wrong(*column, why),
            },
            Column::Beyond => wrong(*column, format!("(\"{}\"): does a value lack its quotes", shown(text))),
            _ => {
                let Some(field) = column.field() else { continue };
                match fitted(&field, text) {
                    Ok(value) => drop(wanted.profile.insert(field, Some(value))),
                    Err(why) => wrong(*column, why),
                }
            }
        }
    }
    match wanted.email.clone() {
        Some(email) if problems.is_empty() => Ok(Wish { email, wanted, groups }),
        None if problems.is_empty() => {
            Err(vec![Problem { column: Column::Email, why: "is missing".to_owned() }])
        }
        _ => Err(problems),
    }
}

fn fitted(field: &crate::user::Field, text: &str) -> Result<String, String> {
    if text.chars().count() > LONGEST_VALUE {
        return Err(format!("is longer than {LONGEST_VALUE} characters"));
    }
    let fitted = mapping::fit(field, &mapping::bounded(text));
    fitted.map(|fitted| fitted.value).map_err(|why| format!("cannot be used: {why}"))
}

fn named(text: &str) -> Result<Vec<GroupName>, String> {
    let mut names: Vec<GroupName> = Vec::new();
    for name in text.split(BETWEEN_GROUPS).map(str::trim).filter(|name| !name.is_empty()) {
        let name = GroupName::parse(name).map_err(|why| format!("cannot be used: {why}"))?;
        if !names.iter().any(|known| known.folded() == name.folded()) {
            names.push(name);
        }
    }
    if names.len() > MOST_GROUPS {
        return Err(format!("names more than {MOST_GROUPS} groups"));
    }
    Ok(names)
}
