//! Ports for servers that must be told theirs before they start. Those that can choose one and print it should do that.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which the kernel serves outgoing connections: none of those can take a port between our
/// look and the server's bind.
const FIRST: u16 = 18_000;
const COUNT: u16 = 12_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port of the loopback address that nothing listens on, never the same twice in one process. The port after it is never
/// given either: the demo takes it for its identity provider.
pub fn free_port() -> u16 {
    // Each process begins elsewhere, so that test programs that run side by side rarely meet.
    let start = (std::process::id() % u32::from(COUNT / 2)) as u16 * 2;
    for _ in 0..COUNT / 2 {
        let step = NEXT.fetch_add(2, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {FIRST} and {}", FIRST + COUNT);
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_port_is_given_once_and_its_neighbor_never() {
        let first = super::free_port();
        let second = super::free_port();
        assert!(second.abs_diff(first) > 1, "{first} {second}");
    }
}
