//! How often somebody may try: passwords of an address, and mails to it.
//!
//! An allowance is spent at once and comes back with time, so nobody is locked out for good, whoever tries in their name. What is
//! counted is the address that was typed, whether or not it is somebody's: the answer tells nothing. A browser that came in by this address
//! before has an allowance of its own, so that strangers who spend the one of the address do not stand in its way.

use crate::email::Email;
use core::net::{IpAddr, Ipv6Addr};
use jiff::SignedDuration;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// A password.
    Password,
    /// A mail by which a new password can be set.
    Mail,
    /// A code of a second factor, by whoever showed the first.
    Code,
}

/// Who tries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Who<'a> {
    /// The address, as far as it is one.
    pub address: Option<&'a Email>,
    /// The network address of the other end, as far as it is known.
    pub client: Option<IpAddr>,
    /// The name of the browser, if it came in by this address before.
    pub device: Option<&'a str>,
}

/// Something that is counted, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// What is counted.
    pub of: String,
    /// So often at once after a rest.
    pub burst: u32,
    /// After what time one more comes back.
    pub step: SignedDuration,
}

/// The passwords of one address from one browser or client: ten typing errors, then one in three minutes.
const FROM_ONE: (u32, SignedDuration) = (10, SignedDuration::from_mins(3));
/// Those of one address from everywhere: guesses from a thousand networks come to 1,490 on the first day.
const OF_ADDRESS: (u32, SignedDuration) = (50, SignedDuration::from_mins(1));
/// Those from one client for whatever addresses; a company may sit behind it.
const OF_CLIENT: (u32, SignedDuration) = (100, SignedDuration::from_secs(10));
/// The mails to one address.
const MAILS: (u32, SignedDuration) = (3, SignedDuration::from_mins(20));
/// Those that one client asks for.
const MAILS_OF_CLIENT: (u32, SignedDuration) = (20, SignedDuration::from_mins(2));

/// The codes of one person: a guess has three chances in a million, so that a year of guessing day and night comes to one in six.
const CODES: (u32, SignedDuration) = (5, SignedDuration::from_mins(10));

/// Everything of which an attempt takes one; it is not made unless each has one left.
#[must_use]
pub fn allowances(attempt: Attempt, who: Who<'_>) -> Vec<Allowance> {
    let address = who.address.map(Email::folded);
    let client = who.client.and_then(network);
    let both = || Some(format!("{} from {}", address?, client.as_deref()?));
    match (attempt, who.device) {
        (Attempt::Password, Some(device)) => vec![of("password", &format!("browser {device}"), FROM_ONE)],
        (Attempt::Password, None) => [
            both().map(|both| of("password", &both, FROM_ONE)),
            address.map(|address| of("password", address, OF_ADDRESS)),
            client.as_deref().map(|client| of("password", client, OF_CLIENT)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        (Attempt::Code, _) => address.map(|address| of("code", address, CODES)).into_iter().collect(),
        (Attempt::Mail, _) => client.map(|client| of("mail", &client, MAILS_OF_CLIENT)).into_iter().collect(),
    }
}

/// What a mail to this address takes one of; if none is left no mail is sent, and nobody is told.
#[must_use]
pub fn mails_to(address: &Email) -> Allowance {
    of("mail", address.folded(), MAILS)
}

fn of(what: &str, whom: &str, (burst, step): (u32, SignedDuration)) -> Allowance {
    Allowance { of: format!("{what} {whom}"), burst, step }
}

/// What of a client's address is counted: one of IPv4, and the network of IPv6, whose owner has all its addresses. This machine
/// itself is a proxy that names nobody: everybody would share one allowance.
fn network(client: IpAddr) -> Option<String> {
    match client.to_canonical() {
        client if client.is_loopback() => None,
        IpAddr::V4(client) => Some(client.to_string()),
        IpAddr::V6(client) => {
            let [a, b, c, d, ..] = client.segments();
            Some(format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(attempt: Attempt, client: &str, device: Option<&str>) -> Vec<String> {
        let address = Email::parse("Anna@Acme.example").unwrap();
        let who = Who { address: Some(&address), client: client.parse().ok(), device };
        allowances(attempt, who).into_iter().map(|allowance| allowance.of).collect()
    }

    #[test]
    fn a_password_counts_for_the_address_the_client_and_both() {
        let all =
            ["password anna@acme.example from 192.0.2.7", "password anna@acme.example", "password 192.0.2.7"];
        assert_eq!(counted(Attempt::Password, "192.0.2.7", None), all);
        assert_eq!(
            counted(Attempt::Password, "::ffff:192.0.2.7", None),
            all,
            "the same one, written otherwise"
        );
        assert_eq!(counted(Attempt::Mail, "192.0.2.7", None), ["mail 192.0.2.7"]);
        let nobody = Who { client: "192.0.2.7".parse().ok(), ..Who::default() };
        assert_eq!(
            allowances(Attempt::Password, nobody).len(),
            1,
            "what is no address counts for the client"
        );
    }

    #[test]
    fn a_browser_that_came_in_before_has_an_allowance_of_its_own() {
        assert_eq!(counted(Attempt::Password, "192.0.2.7", Some("b1")), ["password browser b1"]);
    }

    #[test]
    fn a_client_of_ipv6_is_its_network_and_a_proxy_on_this_machine_is_none() {
        let first = counted(Attempt::Password, "2001:db8:1:2::7", None);
        assert_eq!(first, counted(Attempt::Password, "2001:db8:1:2:ffff::1", None));
        assert_ne!(first, counted(Attempt::Password, "2001:db8:1:3::7", None));
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(counted(Attempt::Password, own, None), ["password anna@acme.example"], "{own}");
        }
    }
}
