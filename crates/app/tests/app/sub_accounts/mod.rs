//! Sub-accounts: what their stories share. Who is sent where and how that ends is in `routing`, how the browser gets there in
//! `hand_over`, what neither account may do to the other in `walls`.

mod hand_over;
mod routing;
mod walls;

use crate::account::{Account, PASSWORD};
use crate::browser::{Browser, SignedIn};
use crate::provider::Person;
use crate::wanted::Wanted;
use crate::world::World;
use toml::{Table, Value};
use vestibule_app::sign_in::{Finished, hand_over as way};
use vestibule_app::{AdminCtx, Error, accounts, links};
use vestibule_model::response_log::TrackingId;

/// The account above, whose mapping sends whoever has the division `beta` to the sub-account beta, and that sub-account.
pub async fn family(world: &World) -> (Account, Account) {
    let acme = world.account("acme").await;
    let beta = sub_account(world, "acme", "beta").await;
    acme.apply(sending(&acme)).await;
    (acme, beta)
}

pub async fn sub_account(world: &World, parent: &str, label: &str) -> Account {
    let owner = format!("owner@{label}.example");
    let operator = world.app.operator();
    let created = accounts::create_sub_account(&operator, parent, label, label, &owner).await.unwrap();
    let (_, owner_token) = created.owner_link.rsplit_once('/').unwrap();
    Account { owner_token: owner_token.to_owned(), ..world.found(created.account.clone(), created.id) }
}

/// The usual configuration, with the rule that sends people to beta.
pub fn sending(acme: &Account) -> Wanted {
    acme.usual().set(["mapping", "sub_account"], vec![rule("beta")])
}

/// Whoever has this division is sent to the sub-account of that name.
pub fn rule(label: &str) -> Table {
    Table::from_iter([
        ("attribute".to_owned(), "division".into()),
        ("value".to_owned(), label.into()),
        ("result".to_owned(), Value::from(label)),
    ])
}

/// The employee of most stories, of the division beta.
pub fn anna() -> Person {
    Person::anna().with("division", &["beta"])
}

pub const ANNA: &str = "anna@acme.example";

/// A sign-in at the account above that goes on in a sub-account, and the browser that makes it.
pub struct Sent {
    /// What this browser has of the account above.
    pub above: String,
    pub url: String,
    pub tracking_id: TrackingId,
}

impl Sent {
    pub fn of(outcome: Result<Finished, Error>) -> Self {
        match outcome {
            Ok(Finished::HandedOver { browser, url, tracking_id, .. }) => {
                Self { above: browser, url, tracking_id }
            }
            other => panic!("nobody was sent to a sub-account: {other:?}"),
        }
    }

    pub async fn begun(acme: &Account, person: &Person) -> Self {
        let mut browser = Browser::default();
        let request = browser.start(acme).await;
        let sent = Self::of(browser.post(acme, &acme.idp.answer(acme, &request, person).form_value()).await);
        assert_eq!(Some(&sent.above), browser.binding.as_ref(), "the browser keeps its cookie");
        sent
    }

    /// The ticket, as the sub-account reads it from its address.
    pub fn ticket(&self) -> &str {
        let rest = self.url.strip_prefix("https://beta.vestibule.example/handover/").unwrap();
        rest.split_once('?').unwrap().0
    }

    /// The first step, at the sub-account: what the browser has there, and the proof that it carries up.
    pub async fn begin(&self, beta: &Account) -> (String, String) {
        let begun = way::begin(&beta.visitor().await, self.ticket(), "acme", None).await.unwrap();
        let (address, proof) = begun.url.split_once("?browser=").unwrap();
        assert_eq!(address, format!("https://acme.vestibule.example/handover/{}/grant", self.ticket()));
        (begun.browser, proof.to_owned())
    }

    /// The second step, at the account above.
    pub async fn grant(&self, acme: &Account, proof: &str) -> Result<String, Error> {
        way::grant(&acme.visitor().await, self.ticket(), Some(&self.above), proof)
            .await
            .map(|url| arrival(&url))
    }

    /// All of the way.
    pub async fn arrive(&self, acme: &Account, beta: &Account) -> String {
        let (below, proof) = self.begin(beta).await;
        let ticket = self.grant(acme, &proof).await.unwrap();
        let arrived = way::arrive(&beta.visitor().await, &ticket, Some(&below)).await.unwrap();
        assert_eq!(arrived.return_to, "/profile");
        arrived.session
    }
}

/// The ticket in the address that the account above sends the browser to.
pub fn arrival(url: &str) -> String {
    let rest = url.strip_prefix("https://beta.vestibule.example/handover/").unwrap();
    rest.strip_suffix("/arrive").unwrap().to_owned()
}

/// Signs somebody in to beta, all of the way.
pub async fn sign_in(acme: &Account, beta: &Account, person: &Person) -> SignedIn {
    let sent = Sent::begun(acme, person).await;
    let session = sent.arrive(acme, beta).await;
    SignedIn { session, return_to: String::new(), tracking_id: sent.tracking_id }
}

/// The owner, who sets a password and comes in with it.
pub async fn owner(account: &Account) -> AdminCtx {
    let visitor = account.visitor().await;
    let session = links::set_password(&visitor, &account.owner_token, PASSWORD)
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session;
    account.member(&session).await.unwrap().admin().unwrap()
}
