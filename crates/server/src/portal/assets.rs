//! The look and the script of the pages, embedded, at addresses that change with their content.
//!
//! Such an address may be kept forever by browsers and caches: another content has another address.

/// A file that pages need.
#[derive(Debug)]
pub struct Asset {
    stem: &'static str,
    suffix: &'static str,
    content_type: &'static str,
    body: &'static [u8],
    hash: u64,
}

/// The style sheet.
pub static STYLE: Asset =
    Asset::new("page", "css", "text/css; charset=utf-8", include_bytes!("assets/page.css"));
/// The script.
pub static SCRIPT: Asset =
    Asset::new("page", "js", "text/javascript; charset=utf-8", include_bytes!("assets/page.js"));
/// The mark, and the icon in the browser's tab.
pub static MARK: Asset = Asset::new("mark", "svg", "image/svg+xml", include_bytes!("assets/mark.svg"));

impl Asset {
    const fn new(
        stem: &'static str,
        suffix: &'static str,
        content_type: &'static str,
        body: &'static [u8],
    ) -> Self {
        Self { stem, suffix, content_type, body, hash: fnv(body) }
    }

    /// The file name, which holds the hash of the content.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{:016x}.{}", self.stem, self.hash, self.suffix)
    }

    /// Where it is served.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/assets/{}", self.name())
    }

    /// What it is.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// Its bytes.
    #[must_use]
    pub fn body(&self) -> &'static [u8] {
        self.body
    }
}

/// The asset with this file name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    [&STYLE, &SCRIPT, &MARK].into_iter().find(|asset| asset.name() == name)
}

/// FNV-1a: it tells contents apart, and runs while compiling. It proves nothing, and need not: the files are our own.
const fn fnv(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_at_its_own_address_alone() {
        for asset in [&STYLE, &SCRIPT, &MARK] {
            let name = asset.url().strip_prefix("/assets/").map(str::to_owned).unwrap();
            assert_eq!(find(&name).map(Asset::body), Some(asset.body()));
        }
        assert_ne!(STYLE.url(), SCRIPT.url());
        assert!(find("page.css").is_none());
        assert!(find("page-0000000000000000.css").is_none());
    }

    #[test]
    fn no_asset_asks_another_host() {
        for asset in [&STYLE, &SCRIPT, &MARK] {
            let text = std::str::from_utf8(asset.body()).unwrap().replace("http://www.w3.org/2000/svg", "");
            assert!(
                !text.contains("//fonts") && !text.contains("http:") && !text.contains("https:"),
                "{}",
                asset.url()
            );
        }
    }
}
