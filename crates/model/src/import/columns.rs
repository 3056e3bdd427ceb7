//! The header of a file of people: which column is what, whatever it is called.

use crate::user::Field;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The most columns that a file has.
pub const MOST_COLUMNS: usize = 100;

/// A column that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The address: the one column that every file has.
    Email,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// Department.
    Department,
    /// User groups, several with `|` between them; the first is the primary one.
    UserGroup,
    /// The address of the manager.
    Manager,
    /// Job title.
    JobTitle,
    /// Where the person works.
    Location,
    /// The Employee Unique ID.
    EmployeeId,
    /// Cells behind those that the header names. A row that has some is refused: most often a value lacks its quotes, and every cell
    /// behind it is in the wrong column.
    Beyond,
}

/// A column, its word, and what else it is called once everything but letters and digits is left out.
const NAMES: &[(Column, &str, &[&str])] = &[
    (
        Column::Email,
        "email",
        &["email", "emailaddress", "mail", "mailaddress", "workemail", "useremail", "primaryemail"],
    ),
    (Column::FirstName, "first_name", &["firstname", "first", "givenname", "forename"]),
    (Column::LastName, "last_name", &["lastname", "last", "surname", "familyname", "sn"]),
    (Column::Department, "department", &["department", "dept", "departmentname"]),
    (Column::UserGroup, "user_group", &["usergroup", "usergroups", "group", "groups", "groupname"]),
    (Column::Manager, "manager", &["manager", "manageremail", "manageremailaddress", "supervisor"]),
    (Column::JobTitle, "job_title", &["jobtitle", "title", "job", "position"]),
    (Column::Location, "location", &["location", "office", "officelocation", "site"]),
    (
        Column::EmployeeId,
        "employee_id",
        &["employeeid", "employeenumber", "employeeno", "employeeuniqueid", "personnelnumber", "staffid"],
    ),
    (Column::Beyond, "cells beyond the header", &[]),
];

impl Column {
    /// Every column, in the order in which they are told.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(column, _, _)| *column).filter(|column| *column != Self::Beyond)
    }

    /// The word under which it is stored and told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(column, _, _)| *column == self).map_or("", |(_, word, _)| word)
    }

    /// Reads a heading; case, spaces, hyphens and underscores make no difference.
    #[must_use]
    pub fn from_heading(heading: &str) -> Option<Self> {
        let plain: String =
            heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        NAMES.iter().find(|(_, _, names)| names.contains(&plain.as_str())).map(|(column, _, _)| *column)
    }

    /// The field of the profile that it fills.
    #[must_use]
    pub fn field(self) -> Option<Field> {
        match self {
            Self::FirstName => Some(Field::FirstName),
            Self::LastName => Some(Field::LastName),
            Self::Department => Some(Field::Department),
            Self::Manager => Some(Field::Manager),
            Self::JobTitle => Some(Field::JobTitle),
            Self::Location => Some(Field::Location),
            Self::Email | Self::UserGroup | Self::EmployeeId | Self::Beyond => None,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A header that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What each cell of a row is; `None` for one that is not looked at.
    pub columns: Vec<Option<Column>>,
    /// The headings of those.
    pub unknown: Vec<String>,
}

/// Why a first line is no header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadHeader {
    /// It has no column with addresses.
    NoEmail,
    /// Two columns are the same.
    Twice(Column),
    /// It has more than [`MOST_COLUMNS`] columns.
    TooMany,
}

impl Header {
    /// Reads the first line of a file.
    ///
    /// # Errors
    /// [`BadHeader`] when the rows below it could not be read.
    pub fn read(headings: &[String]) -> Result<Self, BadHeader> {
        if headings.len() > MOST_COLUMNS {
            return Err(BadHeader::TooMany);
        }
        let columns: Vec<_> = headings.iter().map(|heading| Column::from_heading(heading)).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = columns.iter().flatten().find(|column| !seen.insert(**column)) {
            return Err(BadHeader::Twice(*twice));
        }
        if !seen.contains(&Column::Email) {
            return Err(BadHeader::NoEmail);
        }
        let unknown = headings.iter().zip(&columns).filter(|(heading, column)| {
            // A column without a heading is what spreadsheets leave behind.
            column.is_none() && !heading.trim().is_empty()
        });
        let unknown = unknown.map(|(heading, _)| crate::trace::shown(heading.trim())).collect();
        Ok(Self { columns, unknown })
    }
}

impl BadHeader {
    /// What is wrong, as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NoEmail => "The first line names no column of e-mail addresses.".to_owned(),
            Self::Twice(column) => format!("Two columns of the first line are both {column}."),
            Self::TooMany => format!("The first line names more than {MOST_COLUMNS} columns."),
        }
    }
}
