//! Another address: the mailbox of the new one confirms it.

use super::{BOB, asked, decide, enter, held, is_free, join, link_of_bob, mailed};
use crate::account::Account;
use crate::audit::records;
use crate::cases;
use crate::world::World;
use vestibule_app::sign_in::Knock;
use vestibule_app::{Error, Kind, consolidation, outbox};
use vestibule_model::audit::Deed;
use vestibule_model::domain::Domain;
use vestibule_model::user::Status;
use vestibule_store as store;

cases! {
    whoever_takes_another_address_goes_on_with_it,
    a_mailbox_of_a_domain_that_lost_its_proof_gives_nobody_an_address,
    an_address_that_cannot_be_had_is_given_to_nobody,
    a_link_gives_the_address_once_and_only_while_it_is_asked_for,
}

const HOME: &str = "bob@home.example";

async fn ask(beta: &Account, session: &str, email: &str) -> Result<(), Error> {
    consolidation::ask_for_address(&held(beta, session).await, email, Knock::default()).await
}

async fn change(beta: &Account, link: &str) -> Result<vestibule_model::email::Email, Error> {
    consolidation::change_address(&beta.visitor().await, link).await
}

async fn whoever_takes_another_address_goes_on_with_it(world: &World) {
    let (_, beta) = asked(world).await;
    let join_link = link_of_bob(&beta).await;
    let session = enter(&beta, BOB).await.unwrap();
    ask(&beta, &session, HOME).await.unwrap();
    let link = mailed(&beta, HOME, "/address/").await.unwrap();
    let changing = consolidation::inspect_address(&beta.visitor().await, &link).await.unwrap();
    assert_eq!((changing.before.as_str(), changing.after.as_str()), (BOB, HOME));
    assert!(!is_free(&beta, &session).await, "looking changes nothing");
    assert_eq!(change(&beta, &link).await.unwrap().as_str(), HOME);
    assert!(is_free(&beta, &session).await, "nobody asks any more");
    let bob = beta.user(HOME).await;
    assert_eq!((bob.id, bob.status), (super::somebody(BOB).id, Status::Active), "the mailbox was shown");
    assert!(is_free(&beta, &enter(&beta, HOME).await.unwrap()).await);
    assert!(enter(&beta, BOB).await.is_err());
    let mails = outbox::list(&beta.app.operator()).await.unwrap();
    let told = |mail: &&outbox::Mail| mail.to == BOB && mail.subject.contains("has changed");
    assert!(mails.iter().find(told).unwrap().body_text.contains("you took it"));
    let record = records(&beta, None).await.into_iter().find(|record| record.deed == Deed::UserAddress);
    assert_eq!(record.unwrap().changes[0].after.as_deref(), Some(HOME));
    assert_eq!(
        join(&beta, &join_link).await.unwrap_err().kind(),
        Kind::NotFound,
        "that link is of the old address"
    );
}

async fn a_mailbox_of_a_domain_that_lost_its_proof_gives_nobody_an_address(world: &World) {
    const OWN: &str = "bob@beta.example";
    let (_, beta) = asked(world).await;
    let session = enter(&beta, BOB).await.unwrap();
    ask(&beta, &session, OWN).await.unwrap();
    let link = mailed(&beta, OWN, "/address/").await.unwrap();
    let (domain, now) = (Domain::parse("beta.example").unwrap(), world.time.now());
    let own = domain.clone();
    let suspended = beta.store.account(beta.id).write(move |tx| {
        let domain = own.clone();
        Box::pin(async move { store::domains::suspend(tx, &domain, now).await })
    });
    suspended.await.unwrap();
    assert_eq!(ask(&beta, &session, OWN).await.unwrap_err().kind(), Kind::Forbidden);
    assert_eq!(change(&beta, &link).await.unwrap_err().kind(), Kind::Forbidden);
    beta.apply(beta.usual()).await;
    assert_eq!(
        change(&beta, &link).await.unwrap().as_str(),
        OWN,
        "the domain is beta's again, and the link is whole"
    );
}

async fn an_address_that_cannot_be_had_is_given_to_nobody(world: &World) {
    let (acme, beta) = asked(world).await;
    let session = enter(&beta, BOB).await.unwrap();
    for typed in ["bob", BOB, "Bob@ACME.example", "robert@acme.example"] {
        assert_eq!(ask(&beta, &session, typed).await.unwrap_err().kind(), Kind::Invalid, "{typed}");
    }
    decide(&beta, true, false).await;
    ask(&beta, &session, "bob@beta.example").await.unwrap();
    assert!(
        mailed(&beta, "bob@beta.example", "/address/").await.is_some(),
        "beta’s own domain is no one else’s"
    );
    // Whose address it is, in whatever account, the answer does not tell: no mail goes there.
    for taken in ["owner@beta.example", "owner@gamma.example"] {
        if taken.contains("gamma") {
            world.account("gamma").await;
        }
        ask(&beta, &session, taken).await.unwrap();
        assert_eq!(mailed(&beta, taken, "/address/").await, None, "{taken}");
    }
    ask(&beta, &session, HOME).await.unwrap();
    let link = mailed(&beta, HOME, "/address/").await.unwrap();
    let mut other = super::somebody(HOME);
    other.id = vestibule_model::id::UserId::from_bytes([3; 16]);
    acme.add(other).await;
    assert_eq!(change(&beta, &link).await.unwrap_err().kind(), Kind::Conflict, "it is somebody’s by now");
    assert!(beta.find_user(BOB).await.is_some());
}

async fn a_link_gives_the_address_once_and_only_while_it_is_asked_for(world: &World) {
    let (acme, beta) = asked(world).await;
    let session = enter(&beta, BOB).await.unwrap();
    ask(&beta, &session, HOME).await.unwrap();
    let link = mailed(&beta, HOME, "/address/").await.unwrap();
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::NotFound, "it moves nobody");
    decide(&acme, false, false).await;
    assert_eq!(change(&beta, &link).await.unwrap_err().kind(), Kind::NotFound);
    super::consolidate(&acme).await;
    change(&beta, &link).await.unwrap();
    assert_eq!(change(&beta, &link).await.unwrap_err().kind(), Kind::NotFound);
}
