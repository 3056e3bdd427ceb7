//! Which crate may depend on which, and what it may never contain: the one source. ARCHITECTURE.md prints it.

/// One room of the house.
pub struct Room {
    /// The crate, by the name of its folder.
    pub name: &'static str,
    /// The rooms it may depend on.
    pub may_use: &'static [&'static str],
    /// What may never be in it, as the document says it.
    pub never: &'static str,
    /// Crates from outside that it may not depend on, so that the sentence above holds.
    pub never_links: &'static [&'static str],
    /// Words that may not stand in its code outside of tests, for the same reason.
    pub never_says: &'static [&'static str],
}

/// What a pure room may not link: input and output, asynchronous runtimes, clients and servers.
const OUTSIDE: &[&str] = &[
    "axum",
    "hyper",
    "reqwest",
    "rusqlite",
    "tokio",
    "tokio-postgres",
    "deadpool-postgres",
    "getrandom",
    "rand",
];

/// What a pure room may not say.
const IMPURE: &[&str] = &[
    "async",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "SystemTime",
    "Timestamp::now",
    "now_v4",
    "new_v4",
    "now_v7",
];

const WEB: &[&str] = &["axum", "hyper", "hyper-util", "askama"];
const SQL: &[&str] = &["rusqlite", "tokio-postgres", "deadpool-postgres"];
const WEB_AND_SQL: &[&str] =
    &["axum", "hyper", "hyper-util", "askama", "rusqlite", "tokio-postgres", "deadpool-postgres"];

/// The rooms, lowest first. A room is added when its first line is written.
pub const ROOMS: &[Room] = &[
    Room {
        name: "xml",
        may_use: &[],
        never: "I/O, clock, randomness, `async`",
        never_links: OUTSIDE,
        never_says: IMPURE,
    },
    Room {
        name: "dsig",
        may_use: &["xml"],
        never: "the same, but for the randomness that signing and encrypting draw",
        never_links: OUTSIDE,
        never_says: IMPURE,
    },
    Room {
        name: "saml",
        may_use: &["xml", "dsig"],
        never: "I/O, clock, randomness, `async`",
        never_links: OUTSIDE,
        never_says: IMPURE,
    },
    Room {
        name: "scim",
        may_use: &[],
        never: "I/O, clock, randomness, `async`",
        never_links: OUTSIDE,
        never_says: IMPURE,
    },
    Room { name: "oidc", may_use: &[], never: "the same", never_links: OUTSIDE, never_says: IMPURE },
    Room {
        name: "model",
        may_use: &[],
        never: "the same; wire formats of the outside world",
        never_links: OUTSIDE,
        never_says: IMPURE,
    },
    Room {
        name: "store",
        may_use: &["model"],
        never: "HTTP, protocol types",
        never_links: WEB,
        never_says: &["StatusCode"],
    },
    Room {
        name: "app",
        may_use: &["saml", "scim", "oidc", "model", "store"],
        never: "axum, status codes, HTML, SQL text",
        never_links: WEB_AND_SQL,
        never_says: &["StatusCode"],
    },
    Room {
        name: "server",
        may_use: &["scim", "oidc", "app", "model"],
        never: "SQL, `saml`, `dsig`, `xml`, `store`, decisions",
        never_links: SQL,
        never_says: &[],
    },
    Room {
        name: "idp",
        may_use: &["xml", "dsig", "saml"],
        never: "`store`, `app`, `model`",
        never_links: SQL,
        never_says: &[],
    },
    Room {
        name: "vestibule",
        may_use: &["xml", "dsig", "saml", "scim", "oidc", "model", "store", "app", "server", "idp"],
        never: "rules, SQL, HTML",
        never_links: SQL,
        never_says: &[],
    },
    Room {
        name: "testkit",
        may_use: &[],
        never: "anything that ships: it knows the program from outside",
        never_links: &[],
        never_says: &[],
    },
];

/// The table as ARCHITECTURE.md prints it.
pub fn markdown() -> String {
    let mut table = String::from("| crate | may depend on | may never contain |\n|---|---|---|\n");
    for room in ROOMS {
        let uses: Vec<String> = room.may_use.iter().map(|name| format!("`{name}`")).collect();
        let uses = if uses.is_empty() { "–".to_owned() } else { uses.join(", ") };
        table.push_str(&format!("| `{}` | {uses} | {} |\n", room.name, room.never));
    }
    table
}
