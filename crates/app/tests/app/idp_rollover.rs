//! The identity provider changes its key while people sign in all the time, and none of them is refused.

use crate::account::Account;
use crate::cases;
use crate::idp_metadata::{Follower, ORIGIN, REVIEW, SIGNED};
use crate::provider::{Person, Provider};
use crate::world::{World, hours};
use std::sync::{Arc, RwLock};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use vestibule_app::{idp_metadata, jobs};

cases! {
    no_sign_in_fails_while_certificates_come_from_the_origin,
    no_sign_in_fails_while_certificates_come_with_a_signature,
    no_sign_in_fails_when_the_metadata_changes_before_the_key,
    nothing_changes_before_an_administrator_accepts_and_then_none_fails,
}

/// How many people sign in at a time, each again and again.
const PEOPLE: usize = 3;

/// People who sign in without a pause. The first who is refused fails the test.
struct Trickle {
    signer: Arc<RwLock<Provider>>,
    done: mpsc::Receiver<()>,
    people: JoinSet<()>,
}

impl Trickle {
    fn begin(account: &Account) -> Self {
        let signer = Arc::new(RwLock::new(account.idp.clone()));
        let (tell, done) = mpsc::channel(1);
        let mut people = JoinSet::new();
        for number in 0..PEOPLE {
            let (account, signer, tell) = (account.clone(), Arc::clone(&signer), tell.clone());
            let person = Person::of(&format!("person{number}@acme.example"));
            people.spawn(signs_in(account, signer, person, tell));
        }
        Self { signer, done, people }
    }

    /// Waits until so many have signed in that each did with what is true now, at least twice.
    async fn goes_on(&mut self) {
        for _ in 0..PEOPLE * 4 {
            self.done.recv().await.unwrap();
        }
    }

    fn switch_to(&self, provider: Provider) {
        *self.signer.write().unwrap() = provider;
    }

    async fn end(mut self) {
        self.done.close();
        while self.done.recv().await.is_some() {}
        while let Some(ended) = self.people.join_next().await {
            ended.unwrap();
        }
    }
}

/// Signs in until nobody asks for it any more.
async fn signs_in(account: Account, signer: Arc<RwLock<Provider>>, person: Person, tell: mpsc::Sender<()>) {
    let mut wanted = true;
    while wanted {
        let idp = signer.read().unwrap().clone();
        Account { idp, ..account.clone() }.sign_in(&person).await;
        wanted = tell.send(()).await.is_ok();
    }
}

/// Hours later, by the clock of another node, the metadata is looked at.
async fn looked_at(world: &World, follower: &Follower, later: i64) {
    let node = world.ahead(hours(later), |deployment| follower.site.opens(deployment)).await;
    jobs::run_due(&node).await.unwrap();
}

async fn rolls_over(world: &World, policy: &str) {
    let mut follower = Follower::begin(world, policy).await;
    let (old, next) = (follower.account.idp.clone(), follower.account.idp.with_next_key());
    let mut trickle = Trickle::begin(&follower.account);
    trickle.goes_on().await;
    follower.list(&[&old, &next], policy == SIGNED);
    looked_at(world, &follower, 6).await;
    trickle.goes_on().await;
    trickle.switch_to(next.clone());
    trickle.goes_on().await;
    follower.list(&[&next], policy == SIGNED);
    for later in [12, 36, 60, 84, 108] {
        looked_at(world, &follower, later).await;
        trickle.goes_on().await;
    }
    trickle.end().await;
    assert_eq!(follower.version().await, 3, "one added, one given up");
    assert_eq!(follower.account.refusal(&Person::of("late@acme.example")).await.code, Some(1004));
    follower.is_as_the_file_says(policy).await;
}

async fn no_sign_in_fails_while_certificates_come_from_the_origin(world: &World) {
    rolls_over(world, ORIGIN).await;
}

async fn no_sign_in_fails_while_certificates_come_with_a_signature(world: &World) {
    rolls_over(world, SIGNED).await;
}

async fn no_sign_in_fails_when_the_metadata_changes_before_the_key(world: &World) {
    let mut follower = Follower::begin(world, ORIGIN).await;
    let next = follower.account.idp.with_next_key();
    let mut trickle = Trickle::begin(&follower.account);
    follower.list(&[&next], false);
    looked_at(world, &follower, 6).await;
    trickle.goes_on().await;
    looked_at(world, &follower, 30).await;
    trickle.goes_on().await;
    trickle.switch_to(next);
    trickle.goes_on().await;
    trickle.end().await;
}

async fn nothing_changes_before_an_administrator_accepts_and_then_none_fails(world: &World) {
    let mut follower = Follower::begin(world, REVIEW).await;
    let (old, next) = (follower.account.idp.clone(), follower.account.idp.with_next_key());
    let mut trickle = Trickle::begin(&follower.account);
    follower.list(&[&old, &next], false);
    looked_at(world, &follower, 6).await;
    trickle.goes_on().await;
    assert_eq!(follower.version().await, 1);
    assert_eq!(follower.next().refusal(&Person::of("early@acme.example")).await.code, Some(1004));
    let waiting = follower.status().await.waiting.unwrap();
    let id = follower.connection().await.id;
    idp_metadata::accept(&follower.owner, id, waiting.since).await.unwrap();
    trickle.goes_on().await;
    trickle.switch_to(next);
    trickle.goes_on().await;
    trickle.end().await;
    assert_eq!(follower.version().await, 2);
}
