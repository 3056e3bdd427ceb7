//! The detail of a row as it is sealed: its document (JSON), and the message that was received, as it came.
//!
//! A NUL stands between them, which no document has in it. A message inside of the document would be most of it, and have
//! to be escaped and read with it whenever the row is.

use crate::error::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What most rows fit into, in bytes.
const USUAL_SIZE: usize = 16 * 1024;

/// A detail and the message, in one.
pub(crate) fn write(detail: &impl Serialize, xml: Option<&str>) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::with_capacity(USUAL_SIZE);
    serde_json::to_writer(&mut plain, detail).map_err(Error::internal)?;
    if let Some(xml) = xml {
        plain.push(0);
        plain.extend_from_slice(xml.as_bytes());
    }
    Ok(plain)
}

/// A detail, or what of it is asked for, and the message. In rows of an older version the document has the message.
pub(super) fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<(T, Option<String>), Error> {
    let mut parts = plain.splitn(2, |byte| *byte == 0);
    let detail = serde_json::from_slice(parts.next().unwrap_or_default()).map_err(Error::internal)?;
    let xml = parts.next().map(|xml| String::from_utf8_lossy(xml).into_owned());
    Ok((detail, xml))
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_model::response_log::Detail;

    #[test]
    fn a_message_is_beside_its_detail_or_in_it() {
        let detail = Detail { reason: Some("why\0not".to_owned()), ..Detail::default() };
        for xml in [None, Some("<a>\0é</a>"), Some("")] {
            let plain = write(&detail, xml).unwrap();
            let (read, beside): (Detail, _) = read(&plain).unwrap();
            assert_eq!((read, beside.as_deref()), (detail.clone(), xml));
        }
        let older = Detail { xml: Some("<a/>".to_owned()), ..detail };
        let (read, beside): (Detail, _) = read(&serde_json::to_vec(&older).unwrap()).unwrap();
        assert_eq!((read, beside), (older, None));
    }
}
