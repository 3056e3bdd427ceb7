//! Sample values of the question whether to move, and of what answers it.

use super::{ACCOUNT, HOSTILE, admin, text};
use vestibule_app::consolidation::{Asks, Changing, Offer};
use vestibule_app::domains::{Outsiders, Policy};
use vestibule_model::domain::Domain;
use vestibule_model::domain::consolidation::Question as Asked;
use vestibule_model::email::Email;
use vestibule_server::portal::Here;
use vestibule_server::portal::consolidation::{
    AddressPage, AddressTaken, LinkSent, OfferPage, Question, Typed,
};
use vestibule_server::portal::domains::MovePage;

fn email(address: &str) -> Option<Email> {
    Email::parse(address).ok()
}

/// The question; with `problem` an address was refused.
pub fn question(question: Asked, problem: bool) -> Option<Question> {
    let asks = Asks { email: email("bob@acme.example")?, by: text(ACCOUNT), question };
    let wrong = problem.then(|| Typed {
        email: text(HOSTILE),
        problem: text("That is not an e-mail address. Enter another address, whose mailbox you can open."),
    });
    Some(Question::new(text("Globex"), &asks, text("/profile"), wrong))
}

/// A mail is on its way.
pub fn sent() -> LinkSent {
    let said = text("A mail with a link is on its way to bob@acme.example.");
    LinkSent { account: text("Globex"), said, back: "/consolidate" }
}

/// What moving means.
pub fn offer(by_provider_alone: bool) -> Option<OfferPage> {
    let email = email("bob@acme.example")?;
    let offer = Offer { email, from: text("Globex"), to: text(ACCOUNT), by_provider_alone };
    Some(OfferPage { account: text("Globex"), token: text("t"), offer })
}

/// Another address waits for its confirmation.
pub fn address() -> Option<AddressPage> {
    let changing = Changing { before: email("bob@acme.example")?, after: email("bob@home.example")? };
    Some(AddressPage { account: text("Globex"), token: text("t"), changing })
}

/// The address is another one.
pub fn taken() -> AddressTaken {
    AddressTaken { account: text("Globex"), email: text("bob@home.example") }
}

/// The list of those who would be asked.
pub fn asks() -> Option<MovePage> {
    let domain = Domain::parse("acme.example").ok()?;
    let addresses = vec![email("bob@acme.example")?, email("zoe@acme.example")?];
    let policy = Policy { managed: true, consolidate: true, exempt: text(HOSTILE), ..Policy::default() };
    Some(MovePage::new(admin(Here::Domains), &domain, policy, Outsiders { count: 240, addresses }))
}
