//! Bytes of a file into text: UTF-8, UTF-16 or Windows-1252, piece by piece.
//!
//! A byte order mark decides. Without one a file is UTF-8; if it turns out not to be, before anything else than ASCII was read, it
//! is Windows-1252, which is what spreadsheets of Western Europe and America write.

use crate::error::{Error, Kind};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are held back before it is known what they are.
const HEAD: usize = 4;

/// Makes text of bytes.
pub(super) struct Text {
    head: Vec<u8>,
    decoder: Option<Decoder>,
    is_ascii: bool,
    /// Bytes of a character of UTF-8 that is not complete yet.
    rest: Vec<u8>,
}

impl Text {
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), decoder: None, is_ascii: true, rest: Vec::new() }
    }

    /// The name of the encoding.
    pub(super) fn encoding(&self) -> &'static str {
        self.decoder.as_ref().map_or(UTF_8, Decoder::encoding).name()
    }

    /// The text of some more bytes; `last` are the last ones.
    pub(super) fn read(&mut self, bytes: &[u8], last: Last) -> Result<String, Error> {
        let mut text = String::new();
        if self.decoder.is_some() {
            self.decode(bytes, last, &mut text)?;
            return Ok(text);
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() >= HEAD || last == Last::Yes {
            let head = std::mem::take(&mut self.head);
            let (encoding, mark) = Encoding::for_bom(&head).unwrap_or((guess(&head), 0));
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
            self.decode(head.get(mark..).unwrap_or_default(), last, &mut text)?;
        }
        Ok(text)
    }

    fn decode(&mut self, bytes: &[u8], last: Last, text: &mut String) -> Result<(), Error> {
        let encoding = self.decoder.as_ref().map_or(UTF_8, Decoder::encoding);
        if encoding != UTF_8 {
            return self.decode_other(bytes, last, text);
        }
        let mut held = std::mem::take(&mut self.rest);
        held.extend_from_slice(bytes);
        let (good, rest) = match std::str::from_utf8(&held) {
            Ok(good) => (good, None),
            Err(error) => {
                let (good, rest) = held.split_at(error.valid_up_to());
                let is_cut_off = error.error_len().is_none() && last == Last::No;
                let good = std::str::from_utf8(good).unwrap_or_default();
                (good, Some((is_cut_off, rest.to_vec())))
            }
        };
        self.is_ascii &= good.is_ascii();
        text.push_str(good);
        match rest {
            None => Ok(()),
            Some((true, rest)) => {
                self.rest = rest;
                Ok(())
            }
            Some((false, rest)) if self.is_ascii => {
                self.decoder = Some(WINDOWS_1252.new_decoder_without_bom_handling());
                self.decode_other(&rest, last, text)
            }
            Some((false, _)) => Err(unreadable()),
        }
    }

    fn decode_other(&mut self, mut bytes: &[u8], last: Last, text: &mut String) -> Result<(), Error> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        loop {
            text.reserve(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0));
            let (result, read) = decoder.decode_to_string_without_replacement(bytes, text, last == Last::Yes);
            bytes = bytes.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Err(unreadable()),
            }
        }
    }
}

/// Whether these are the last bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Yes,
    No,
}

/// A header begins with a character of ASCII: in UTF-16 its other byte is zero.
fn guess(head: &[u8]) -> &'static Encoding {
    match head {
        [first, 0, ..] if *first != 0 => UTF_16LE,
        [0, second, ..] if *second != 0 => UTF_16BE,
        _ => UTF_8,
    }
}

fn unreadable() -> Error {
    Error::new(Kind::Invalid, "The file mixes encodings: some of its characters cannot be read.")
        .hint("Save it again as UTF-8 (in a spreadsheet: \"CSV UTF-8\").")
}
