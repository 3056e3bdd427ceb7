//! Passwords that were stolen elsewhere and published: whether one of them is in a list that lies beside the service.
//!
//! The list is a file as Have I Been Pwned gives it for download: a line for each password, its SHA-1 in hexadecimal digits, a colon and
//! how often it was seen, in order. It is looked up by halving, some forty reads in as many gigabytes, and nothing is asked of another host.

use crate::error::{Error, Kind};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Digits of a hash.
const DIGITS: usize = 40;
/// No line is longer than this, with its end.
const LONGEST_LINE: u64 = 64;
/// How many places are looked at when the file is opened.
const SAMPLES: u64 = 64;

/// A list of passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BreachedList {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl BreachedList {
    /// Opens a list, and looks at some of its lines: whether they are hashes, and in order.
    ///
    /// # Errors
    /// When the file cannot be read, or is no such list.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let list = Self { file: Arc::new(Mutex::new(file)), length };
        let mut before = String::new();
        for sample in 0..=SAMPLES {
            let at =
                (length.saturating_sub(1) / SAMPLES).saturating_mul(sample).min(length.saturating_sub(1));
            let line = list.line_at(at)?;
            if line.hash < before {
                return Err(unusable("its lines are not in order"));
            }
            before = line.hash;
        }
        Ok(list)
    }

    /// Whether a password is in the list.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    fn contains(&self, password: &str) -> io::Result<bool> {
        let wanted = hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref());
        let (mut from, mut to) = (0, self.length);
        while from < to {
            let line = self.line_at(from + (to - from) / 2)?;
            match line.hash.cmp(&wanted) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => from = line.end,
                std::cmp::Ordering::Greater => to = line.start,
            }
        }
        Ok(false)
    }

    /// The line in which this byte is.
    fn line_at(&self, at: u64) -> io::Result<Line> {
        let begin = at.saturating_sub(LONGEST_LINE);
        let bytes = self.read(begin, at + LONGEST_LINE)?;
        let place = usize::try_from(at - begin).unwrap_or(usize::MAX);
        let (before, behind) = bytes.split_at_checked(place).ok_or_else(|| unusable("it became shorter"))?;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end = behind.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| place + end + 1);
        let hash = bytes.get(start..end).and_then(|line| line.get(..DIGITS)).unwrap_or_default();
        if hash.len() < DIGITS || !hash.iter().all(u8::is_ascii_hexdigit) {
            return Err(unusable("its lines do not begin with the SHA-1 of a password"));
        }
        let hash = String::from_utf8_lossy(hash).to_ascii_uppercase();
        Ok(Line { hash, start: begin + start as u64, end: begin + end as u64 })
    }

    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&mut *file).take(to - from).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

struct Line {
    hash: String,
    start: u64,
    end: u64,
}

fn unusable(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("this is no list of breached passwords: {why}"))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Refuses a password that is in the list.
///
/// # Errors
/// [`Kind::Invalid`] when it is; [`Kind::Internal`] when the list cannot be read: a check that was asked for is not left out.
pub(super) async fn check(list: &BreachedList, password: &str) -> Result<(), Error> {
    let (list, password) = (list.clone(), password.to_owned());
    let found =
        tokio::task::spawn_blocking(move || list.contains(&password)).await.map_err(Error::internal)?;
    if !found.map_err(Error::internal)? {
        return Ok(());
    }
    Err(Error::new(Kind::Invalid, "This password was stolen somewhere and published.")
        .hint("Whoever tries passwords begins with those: choose one that nobody else has."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn lines(passwords: impl Iterator<Item = String>, end: &str) -> String {
        let hash =
            |password: String| hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref());
        let mut hashes: Vec<String> = passwords.map(hash).collect();
        hashes.sort_unstable();
        let seen = |(number, hash): (usize, &String)| format!("{hash}:{}{end}", number * number + 1);
        hashes.iter().enumerate().map(seen).collect()
    }

    #[test]
    fn every_password_of_a_list_is_found_and_no_other_one() {
        for (count, end) in [(1, "\n"), (2, "\r\n"), (257, "\r\n"), (1_000, "\n")] {
            let text = lines((0..count).map(|number| format!("password {number}")), end);
            for text in [text.as_str(), text.trim_end()] {
                let file = file(text);
                let list = BreachedList::open(file.path()).unwrap();
                for number in 0..count {
                    assert!(list.contains(&format!("password {number}")).unwrap(), "{number} of {count}");
                    assert!(!list.contains(&format!("passphrase {number}")).unwrap(), "{number} of {count}");
                }
            }
        }
        // As the list of the field has it.
        let known = file("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3861493\n");
        assert!(BreachedList::open(known.path()).unwrap().contains("password").unwrap());
    }

    #[test]
    fn what_is_no_such_list_is_refused_at_the_start() {
        let sorted = lines((0..100).map(|number| number.to_string()), "\n");
        let reversed: String = sorted.lines().rev().map(|line| format!("{line}\n")).collect();
        for (text, why) in [("", "SHA-1"), ("password\n123456\n", "SHA-1"), (reversed.as_str(), "order")] {
            let refused = BreachedList::open(file(text).path()).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
        assert!(BreachedList::open(Path::new("no such file")).is_err());
    }
}
