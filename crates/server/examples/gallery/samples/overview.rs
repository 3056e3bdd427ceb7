//! Samples of the overview.

use super::{MAIL, admin, days, now, text, tracking_id};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use vestibule_app::overview::{Day, DomainLine, Failing, Notice, Overview};
use vestibule_model::code::Code;
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::State;
use vestibule_model::first_steps::{Reached, standings};
use vestibule_model::id::ConnectionId;
use vestibule_model::license::{Inventory, License, Product, Seats};
use vestibule_server::portal::Here;
use vestibule_server::portal::overview::OverviewPage;

/// An account in the middle of its life.
pub fn busy() -> Option<OverviewPage> {
    let connection = ConnectionId::from_bytes([9; 16]);
    let domain = |name: &str| Domain::parse(name).ok();
    let (acme, beta) = (domain("acme.example")?, domain("beta.acme.example")?);
    let counts = [(812, 3, 1), (845, 2, 0), (790, 0, 0), (120, 1, 0), (96, 0, 0), (861, 48, 2), (433, 9, 0)];
    let days_shown = counts.iter().zip(-6_i64..).map(|((accepted, refused, restarted), ago)| Day {
        day: days(ago),
        accepted: *accepted,
        refused: *refused,
        restarted: *restarted,
        tested: 0,
    });
    let failing = |person: &str, times, code, seed| Failing {
        person: text(person),
        times,
        code,
        tracking_id: tracking_id(seed),
        last_at: Some(now() - SignedDuration::from_mins(7)),
    };
    let line = |domain: &Domain, state, enforced| DomainLine { domain: domain.clone(), state, enforced };
    let reached =
        Reached { connected: true, domain: true, published: true, mapped: true, ..Reached::default() };
    let seats = [(License::Licensed, 250, 241), (License::Basic, 9_999, 812), (License::OnPrem, 5, 5)];
    let seats = seats.map(|(license, total, used)| (Product::License(license), Seats { total, used }));
    let seen = Overview {
        users: 1_058,
        days: days_shown.collect(),
        steps: standings(reached),
        connection: Some(connection),
        seats: Inventory(BTreeMap::from(seats)),
        domains: vec![line(&acme, State::Verified, false), line(&beta, State::Suspended, false)],
        notices: vec![
            Notice::DomainSuspended(beta),
            Notice::TheirCertificate {
                connection,
                subject: text("CN=login.acme.example"),
                ends_at: days(12),
            },
            Notice::MetadataFails {
                connection,
                since: days(-2),
                message: text("The server answered with 503."),
            },
            Notice::Draft { connection, number: 8, tested: false },
        ],
        failing: vec![
            failing(MAIL, 4, Code::NotSsoUser, 3),
            failing("maximiliane.von-der-heide@subsidiary.acme.example", 2, Code::NoSeat, 4),
        ],
        reasons: vec![(Code::Certificate, 41), (Code::NotSsoUser, 14), (Code::Time, 6)],
    };
    Some(OverviewPage::new(admin(Here::Overview), &seen))
}

/// An account on its first day.
pub fn first_day() -> OverviewPage {
    let day = |ago| Day { day: days(ago), accepted: 0, refused: 0, restarted: 0, tested: 0 };
    let seen = Overview {
        users: 1,
        days: (-6..=0).map(day).collect(),
        steps: standings(Reached::default()),
        connection: None,
        seats: Inventory::default(),
        domains: Vec::new(),
        notices: Vec::new(),
        failing: Vec::new(),
        reasons: Vec::new(),
    };
    OverviewPage::new(admin(Here::Overview), &seen)
}
