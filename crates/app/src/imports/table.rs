//! Text into rows of cells, piece by piece: quotes, and the delimiter that the first line shows.

use crate::error::{Error, Kind};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The most bytes that a row has.
const LARGEST_ROW: usize = 64 * 1024;
/// The most cells that a row has; what comes behind is not looked at by anybody.
const MOST_CELLS: usize = 512;
/// What may stand between cells.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A row as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The line at which it begins; the first is 1.
    pub(super) number: i64,
    pub(super) cells: Vec<String>,
}

/// Cuts text into rows.
pub(super) struct Table {
    reader: Option<Reader>,
    delimiter: u8,
    /// Text from before the first line is complete.
    head: String,
    output: Vec<u8>,
    ends: Vec<usize>,
    filled: (usize, usize),
    place: Place,
}

/// Where in the file the reader is.
#[derive(Debug, Default)]
struct Place {
    lines_before: i64,
    /// The line at which the present row begins, once it has.
    begins: Option<i64>,
    after_return: bool,
    quotes: usize,
}

impl Place {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let is_end = matches!(byte, b'\r' | b'\n');
            if !is_end && self.begins.is_none() {
                self.begins = Some(self.lines_before + 1);
            }
            // A return and a line feed together end one line.
            self.lines_before += i64::from(is_end && !(self.after_return && *byte == b'\n'));
            self.after_return = *byte == b'\r';
            self.quotes += usize::from(*byte == b'"');
        }
    }

    /// The line of a row that goes on over several lines because of a quote, at the end of the file.
    fn unclosed(&self) -> Option<i64> {
        self.begins.filter(|line| self.quotes % 2 == 1 && self.lines_before >= *line)
    }

    fn begin_row(&mut self) -> i64 {
        self.quotes = 0;
        self.begins.take().unwrap_or(self.lines_before)
    }
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            reader: None,
            delimiter: b',',
            head: String::new(),
            output: vec![0; LARGEST_ROW],
            ends: vec![0; MOST_CELLS],
            filled: (0, 0),
            place: Place::default(),
        }
    }

    /// What stands between cells.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The rows that some more text completes.
    pub(super) fn read(&mut self, text: &str) -> Result<Vec<Line>, Error> {
        let mut rows = Vec::new();
        if text.contains('\0') {
            return Err(Error::new(Kind::Invalid, "This is no file of text.")
                .hint("Send the people as CSV: in a spreadsheet, save as \"CSV UTF-8\"."));
        }
        if text.is_empty() {
            return Ok(rows);
        }
        if self.reader.is_some() {
            self.cut(text.as_bytes(), &mut rows)?;
            return Ok(rows);
        }
        self.head.push_str(text);
        if first_line(&self.head).is_some() || self.head.len() > LARGEST_ROW {
            self.begin(&mut rows)?;
        }
        Ok(rows)
    }

    /// The rows that are complete because nothing follows.
    pub(super) fn end(&mut self) -> Result<Vec<Line>, Error> {
        let mut rows = Vec::new();
        if self.reader.is_none() {
            self.begin(&mut rows)?;
        }
        if let Some(line) = self.place.unclosed() {
            return Err(Error::new(
                Kind::Invalid,
                format!("A quote in the row at line {line} is never closed."),
            )
            .hint("Write a quote inside a value as two quotes, or take it out."));
        }
        self.cut(&[], &mut rows)?;
        Ok(rows)
    }

    fn begin(&mut self, rows: &mut Vec<Line>) -> Result<(), Error> {
        let head = std::mem::take(&mut self.head);
        let first = first_line(&head).unwrap_or(&head);
        let mut rest = head.as_str();
        // What some spreadsheets write above the header.
        match first.strip_prefix("sep=").map(str::as_bytes) {
            Some([said]) => {
                self.delimiter = *said;
                self.place.pass(head.get(..=first.len()).unwrap_or_default().as_bytes());
                self.place.begin_row();
                rest = head.get(first.len() + 1..).unwrap_or_default();
            }
            _ => self.delimiter = likely_delimiter(first),
        }
        self.reader = Some(ReaderBuilder::new().delimiter(self.delimiter).build());
        if rest.is_empty() { Ok(()) } else { self.cut(rest.as_bytes(), rows) }
    }

    fn cut(&mut self, mut bytes: &[u8], rows: &mut Vec<Line>) -> Result<(), Error> {
        let is_end = bytes.is_empty();
        while let Some(reader) = &mut self.reader {
            let (output, ends) = self.filled;
            let (room, places) = (self.output.get_mut(output..), self.ends.get_mut(ends..));
            let (Some(room), Some(places)) = (room, places) else { return Err(self.too_large()) };
            let (result, read, written, ended) = reader.read_record(bytes, room, places);
            let (passed, rest) = bytes.split_at(read);
            self.place.pass(passed);
            self.filled = (output + written, ends + ended);
            bytes = rest;
            match result {
                ReadRecordResult::Record => rows.push(self.row()),
                ReadRecordResult::InputEmpty if !is_end => return Ok(()),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return Ok(()),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(self.too_large());
                }
            }
            if !is_end && bytes.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn row(&mut self) -> Line {
        let (_, count) = std::mem::take(&mut self.filled);
        let mut begins = 0;
        let ends = self.ends.get(..count).unwrap_or_default();
        let cells = ends.iter().map(|end| {
            let bytes = self.output.get(begins..*end).unwrap_or_default();
            begins = *end;
            String::from_utf8_lossy(bytes).into_owned()
        });
        let cells = cells.collect();
        Line { number: self.place.begin_row(), cells }
    }

    fn too_large(&self) -> Error {
        let line = self.place.begins.unwrap_or(self.place.lines_before);
        let sentence = format!(
            "The row at line {line} has more than {} KB or more than {MOST_CELLS} cells.",
            LARGEST_ROW / 1024
        );
        Error::new(Kind::Invalid, sentence)
            .hint("Is a quote never closed there? Write a quote inside a value as two quotes.")
    }
}

/// The first line, once it is complete; line ends inside of quotes belong to it.
fn first_line(text: &str) -> Option<&str> {
    let mut quoted = false;
    let end = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        !quoted && matches!(byte, b'\n' | b'\r')
    });
    end.and_then(|end| text.get(..end))
}

/// What stands most often outside of quotes; a comma if nothing does.
fn likely_delimiter(line: &str) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        line.bytes()
            .filter(|byte| {
                quoted ^= *byte == b'"';
                !quoted && *byte == delimiter
            })
            .count()
    };
    let mut best = (b',', 0);
    for delimiter in DELIMITERS {
        let found = count(delimiter);
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    best.0
}
