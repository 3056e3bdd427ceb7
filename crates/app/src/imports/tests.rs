//! Files as spreadsheets write them, and broken ones: the same rows in whatever pieces they come.

use super::table::{Line, Table};
use super::text::{Last, Text};
use crate::error::Error;

/// The rows of a file that comes in pieces of this size, its encoding and its delimiter.
fn read(bytes: &[u8], size: usize) -> Result<(Vec<Line>, &'static str, char), Error> {
    let (mut text, mut table) = (Text::new(), Table::new());
    let mut lines = Vec::new();
    for piece in bytes.chunks(size) {
        lines.extend(table.read(&text.read(piece, Last::No)?)?);
    }
    lines.extend(table.read(&text.read(&[], Last::Yes)?)?);
    lines.extend(table.end()?);
    Ok((lines, text.encoding(), char::from(table.delimiter())))
}

#[track_caller]
fn reads(bytes: &[u8], (encoding, delimiter): (&str, char), expected: &[(i64, &[&str])]) {
    for size in [1, 2, 3, 5, 7, 1 << 16] {
        let (lines, found, between) = read(bytes, size).unwrap();
        let lines: Vec<(i64, Vec<&str>)> =
            lines.iter().map(|line| (line.number, line.cells.iter().map(String::as_str).collect())).collect();
        let expected: Vec<(i64, Vec<&str>)> =
            expected.iter().map(|(number, cells)| (*number, cells.to_vec())).collect();
        assert_eq!((found, between, lines), (encoding, delimiter, expected), "in pieces of {size}");
    }
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn s10_a_file_is_read_in_the_encodings_of_spreadsheets() {
    let rows: &[(i64, &[&str])] = &[(1, &["email", "name"]), (2, &["a@acme.example", "Zoë Müller"])];
    let text = "email,name\r\na@acme.example,Zoë Müller\r\n";
    reads(text.as_bytes(), ("UTF-8", ','), rows);
    reads(format!("\u{feff}{text}").as_bytes(), ("UTF-8", ','), rows);
    reads(&utf_16(&format!("\u{feff}{text}"), u16::to_le_bytes), ("UTF-16LE", ','), rows);
    reads(&utf_16(&format!("\u{feff}{text}"), u16::to_be_bytes), ("UTF-16BE", ','), rows);
    reads(&utf_16(text, u16::to_le_bytes), ("UTF-16LE", ','), rows);
    reads(&utf_16(text, u16::to_be_bytes), ("UTF-16BE", ','), rows);
    let western: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    reads(&western, ("windows-1252", ','), rows);
    reads(
        b"email;name\na@acme.example;\x80 5",
        ("windows-1252", ';'),
        &[(1, &["email", "name"]), (2, &["a@acme.example", "€ 5"])],
    );
}

#[test]
fn s10_quotes_delimiters_and_line_ends_are_those_of_the_file() {
    reads(
        b"email;first,last;dept\na@x.example;\"A;\"\"B\"\"\";\"two\nlines\"\n\nb@x.example;;\n",
        ("UTF-8", ';'),
        &[
            (1, &["email", "first,last", "dept"]),
            (2, &["a@x.example", "A;\"B\"", "two\nlines"]),
            (5, &["b@x.example", "", ""]),
        ],
    );
    reads(
        b"email\tname\ra@x.example\tA\r\rb@x.example\tB",
        ("UTF-8", '\t'),
        &[(1, &["email", "name"]), (2, &["a@x.example", "A"]), (4, &["b@x.example", "B"])],
    );
    reads(
        b"sep=;\r\nemail;a,b,c,d\r\na@x.example;1\r\n",
        ("UTF-8", ';'),
        &[(2, &["email", "a,b,c,d"]), (3, &["a@x.example", "1"])],
    );
    reads(
        b"\"e,mail\";\"a\nb\";c\nx;y;z",
        ("UTF-8", ';'),
        &[(1, &["e,mail", "a\nb", "c"]), (3, &["x", "y", "z"])],
    );
    reads(
        b"email\na@x.example\n5\" tube\n",
        ("UTF-8", ','),
        &[(1, &["email"]), (2, &["a@x.example"]), (3, &["5\" tube"])],
    );
    reads(b"", ("UTF-8", ','), &[]);
    reads(b"\n\n", ("UTF-8", ','), &[]);
}

#[test]
fn s10_a_file_that_cannot_be_read_says_where() {
    let endless = format!("email,name\nb@x.example,B\na@x.example,\"{}", "x".repeat(70_000));
    let wide = format!("email{}\n", ",".repeat(600));
    for (bytes, says) in [
        (b"email,name\na@x.example,\"never closed\nb@x.example,B\n".to_vec(), "at line 2 is never closed"),
        (endless.into_bytes(), "The row at line 3 has more than 64 KB"),
        (wide.into_bytes(), "The row at line 1 has more than 64 KB or more than 512 cells"),
        (b"email,name\na@x.example,\x00\n".to_vec(), "This is no file of text"),
        ("email,name\nzoë@x.example,\u{0}".as_bytes().to_vec(), "This is no file of text"),
        (b"email,name\nzo\xc3\xab@x.example,M\xfcller\n".to_vec(), "mixes encodings"),
        (utf_16("\u{feff}email\n\u{1F600}", u16::to_le_bytes)[..16].to_vec(), "mixes encodings"),
    ] {
        for size in [1, 4, 1 << 17] {
            let error = read(&bytes, size).unwrap_err();
            assert!(error.message().contains(says) && error.advice().is_some(), "{error}");
        }
    }
}
