//! Consolidation: people of a domain whose account asks them to have their user there. Whom it asks is in `policy`, what they are asked in
//! `question`, how they move in `moving`, and what stands in the way in `walls`; how they are mailed in `mailed`, and how they take
//! another address in `address`.

mod address;
mod mailed;
mod moving;
mod policy;
mod question;
mod walls;

use crate::account::{Account, PASSWORD};
use crate::domains::people;
use crate::world::World;
use vestibule_app::domains::{self, Decided, Policy};
use vestibule_app::sign_in::{Entered, Knock, with_password};
use vestibule_app::{Error, HeldCtx, Kind, consolidation, links, outbox};
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::License;
use vestibule_model::user::{Entry, Field, Logins, User};
use vestibule_store as store;

pub const BOB: &str = "bob@acme.example";

pub fn acme_domain() -> Domain {
    Domain::parse("acme.example").unwrap()
}

/// Somebody who was a user before anybody managed the domain of the address.
pub fn somebody(email: &str) -> User {
    let mut user = crate::admission::known(Logins::WORK_EMAIL);
    user.email = Email::parse(email).unwrap();
    user.id = UserId::from_bytes(id_of(email));
    let name = Entry { value: "Bob".to_owned(), source: None };
    user.profile.0.insert(Field::FirstName, name.clone());
    user.profile.0.insert(Field::Department, name);
    user
}

fn id_of(email: &str) -> [u8; 16] {
    let mut id = [7_u8; 16];
    for (place, byte) in email.bytes().enumerate() {
        id[place % 16] = id[place % 16].wrapping_mul(31).wrapping_add(byte);
    }
    id
}

/// Makes such a user of an account, with a seat and the password of everybody here; the owner has it already.
pub async fn settle_in(account: &Account, email: &str) {
    account.add(somebody(email)).await;
    let (owner, user) =
        (account.user(&format!("owner@{}.example", account.label)).await.id, somebody(email).id);
    let settled = account.store.account(account.id).write(move |tx| {
        Box::pin(async move {
            store::licenses::take(tx, License::Basic).await?;
            let hash = store::passwords::get(tx, owner).await?.unwrap();
            store::passwords::put(tx, user, &hash).await
        })
    });
    settled.await.unwrap();
}

/// Two accounts: acme, whose domain it is, and beta, where Bob of acme.example has a user.
pub async fn apart(world: &World) -> (Account, Account) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    acme.owner().await;
    beta.owner().await;
    settle_in(&beta, BOB).await;
    (acme, beta)
}

/// The same, where acme asks people to move.
pub async fn asked(world: &World) -> (Account, Account) {
    let (acme, beta) = apart(world).await;
    consolidate(&acme).await;
    (acme, beta)
}

pub async fn decide(account: &Account, managed: bool, consolidate: bool) {
    let ctx = people(account).await;
    let domain = Domain::parse(&format!("{}.example", account.label)).unwrap();
    let seen = domains::outsiders(&ctx, &domain).await.unwrap().mark();
    let policy = Policy { managed, consolidate, seen, ..Policy::default() };
    assert_eq!(domains::decide(&ctx, &domain, &policy).await.unwrap(), Decided::Done);
}

/// Asks people of the account's domain to move to it.
pub async fn consolidate(account: &Account) {
    decide(account, true, true).await;
}

/// Signs somebody in by the password of everybody; the answer is the session, held or not.
pub async fn enter(account: &Account, email: &str) -> Result<String, Error> {
    let entered = with_password(&account.visitor().await, (email, PASSWORD), Knock::default()).await?;
    Ok(entered.inside().unwrap().session)
}

/// The question that this session opens.
pub async fn held(account: &Account, session: &str) -> HeldCtx {
    let held = account.visitor().await.held(session).await.unwrap();
    held.unwrap_or_else(|| panic!("nothing is asked"))
}

/// Whether a session opens everything.
pub async fn is_free(account: &Account, session: &str) -> bool {
    match account.member(session).await {
        Ok(_) => true,
        Err(error) if error.kind() == Kind::Held => false,
        Err(error) => panic!("{error}"),
    }
}

/// The secret of the newest link to somebody, after this in its address.
pub async fn mailed(account: &Account, to: &str, path: &str) -> Option<String> {
    let mails = outbox::list(&account.app.operator()).await.unwrap();
    let path = &format!("https://{}.vestibule.example{path}", account.label);
    let mut links =
        mails.iter().filter(|mail| mail.to == to).filter_map(|mail| mail.body_text.split_once(path));
    let (_, link) = links.next()?;
    link.split_whitespace().next().map(str::to_owned)
}

/// The link by which Bob moves, which he asked for after signing in at beta.
pub async fn link_of_bob(beta: &Account) -> String {
    let session = enter(beta, BOB).await.unwrap();
    consolidation::ask_for_link(&held(beta, &session).await, Knock::default()).await.unwrap();
    mailed(beta, BOB, "/join/").await.unwrap()
}

/// The password that people choose after they moved.
pub const CHOSEN: &str = "what Bob chose for acme";

/// Whoever moved goes on where the answer leads, and chooses a password.
pub async fn choose(account: &Account, moved: &consolidation::Moved) -> Entered {
    let (_, token) = moved.next_url.split_once("/welcome/").unwrap();
    links::set_password(&account.visitor().await, token, CHOSEN).await.unwrap()
}

pub async fn join(account: &Account, link: &str) -> Result<consolidation::Moved, Error> {
    consolidation::carry_out(&account.visitor().await, link).await
}

/// Everything that leaves an audit record: Bob is mailed by an administrator of acme and moves, Cara takes another address.
pub async fn everything(acme: &Account, beta: &Account) {
    for email in [BOB, "cara@acme.example"] {
        settle_in(beta, email).await;
    }
    consolidate(acme).await;
    assert_eq!(consolidation::invite(&people(acme).await, &acme_domain()).await.unwrap().sent, 2);
    join(beta, &mailed(beta, BOB, "/join/").await.unwrap()).await.unwrap();
    let session = enter(beta, "cara@acme.example").await.unwrap();
    let cara = held(beta, &session).await;
    consolidation::ask_for_address(&cara, "cara@home.example", Knock::default()).await.unwrap();
    let link = mailed(beta, "cara@home.example", "/address/").await.unwrap();
    consolidation::change_address(&beta.visitor().await, &link).await.unwrap();
}
