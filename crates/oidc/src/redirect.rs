//! Where answers may go: addresses that a client registered, compared letter by letter (RFC 9700 §2.1).

use std::fmt;
use url::{Host, Url};

/// The longest address, in bytes.
const LONGEST: usize = 512;

/// An address that may be registered. It is kept as it was written, because it is compared so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Why an address cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRedirect {
    /// It is no absolute address, or too long.
    Unreadable,
    /// It has a fragment, or names a user.
    Forbidden,
    /// It is not https, and not of this machine.
    Scheme,
}

impl fmt::Display for BadRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "it is not an address of at most 512 characters",
            Self::Forbidden => "it has a fragment, or names a user",
            Self::Scheme => {
                "it begins with https://, or with http:// and the loopback address of the person's machine"
            }
        })
    }
}

impl std::error::Error for BadRedirect {}

impl RedirectUri {
    /// Reads an address.
    ///
    /// # Errors
    /// [`BadRedirect`] says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, BadRedirect> {
        let plain = text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic());
        let url = Url::parse(text).ok().filter(|_| plain).ok_or(BadRedirect::Unreadable)?;
        // RFC 6749 §3.1.2: no fragment.
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BadRedirect::Forbidden);
        }
        match url.scheme() {
            "https" => Ok(Self(text.to_owned())),
            "http" if is_loopback(&url) => Ok(Self(text.to_owned())),
            _ => Err(BadRedirect::Scheme),
        }
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, for people who decide whether to go on.
    #[must_use]
    pub fn host(&self) -> String {
        Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// RFC 8252 §7.3: a program on the person's own machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s11_addresses_that_may_be_registered_and_those_that_may_not() {
        for good in
            ["https://a.example/cb", "https://a.example/cb?x=1", "http://127.0.0.1:9000/", "http://[::1]/cb"]
        {
            assert_eq!(RedirectUri::parse(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("", BadRedirect::Unreadable),
            ("/cb", BadRedirect::Unreadable),
            ("https://a.example/ä", BadRedirect::Unreadable),
            ("https://a.example/cb#x", BadRedirect::Forbidden),
            ("https://user@a.example/cb", BadRedirect::Forbidden),
            ("http://a.example/cb", BadRedirect::Scheme),
            ("http://localhost.evil.example/", BadRedirect::Scheme),
            ("javascript:alert(1)", BadRedirect::Scheme),
            ("data:text/html,x", BadRedirect::Scheme),
        ] {
            assert_eq!(RedirectUri::parse(bad), Err(why), "{bad}");
        }
    }
}
