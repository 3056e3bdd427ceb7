//! A fresh database for a case, and sample rows to put into it.

use jiff::Timestamp;
use std::future::Future;
use std::path::Path;
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::connection::{IdentityProvider, Settings};
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, UserId};
use vestibule_model::user::{Logins, Profile, Role, Status, User};
use vestibule_store::{Error, Location, Options, Store, accounts, users};
use vestibule_testkit::Postgres;

/// A fresh database and the store over it.
pub struct Place {
    pub url: String,
    pub folder: tempfile::TempDir,
    pub store: Store,
}

impl Place {
    async fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(url, folder.path()).await.unwrap();
        Self { url: url.to_owned(), folder, store }
    }

    /// Opens the same database once more.
    pub async fn open(&self) -> Result<Store, Error> {
        open(&self.url, self.folder.path()).await
    }

    /// Changes the database past the store.
    pub async fn tamper(&self, sql: &str) {
        if self.url.starts_with("sqlite:") {
            rusqlite::Connection::open(self.folder.path().join("test.db"))
                .unwrap()
                .execute_batch(sql)
                .unwrap();
            return;
        }
        let (client, connection) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await.unwrap();
        tokio::select! {
            done = client.batch_execute(sql) => done.unwrap(),
            end = connection => panic!("the connection ended: {end:?}"),
        }
    }
}

async fn open(url: &str, folder: &Path) -> Result<Store, Error> {
    Store::open(&Location::parse(url, folder).unwrap(), &Options::default()).await
}

pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(work)
}

pub fn on_sqlite(case: impl AsyncFnOnce(&Place)) {
    run(async { case(&Place::new("sqlite:test.db").await).await });
}

pub fn on_postgres(case: impl AsyncFnOnce(&Place)) {
    // The pool and its connections end with the runtime.
    let lay_out = |url: &str| drop(run(async { open(url, Path::new("")).await.unwrap() }));
    let Some(database) = Postgres::prepared(lay_out) else { return };
    run(async { case(&Place::new(database.url()).await).await });
}

/// A time so many seconds after the beginning of the tests' world.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub fn account_id(number: u8) -> AccountId {
    AccountId::from_bytes([number; 16])
}

pub fn user_id(number: u8) -> UserId {
    UserId::from_bytes([number; 16])
}

pub fn account(number: u8, label: &str) -> Account {
    Account {
        id: account_id(number),
        label: Label::parse(label).unwrap(),
        name: format!("The {label} company"),
        state: VanityState::Requested,
        version: 1,
        created_at: at(0),
    }
}

pub fn user(number: u8, email: &str) -> User {
    User {
        id: user_id(number),
        email: Email::parse(email).unwrap(),
        status: Status::Active,
        role: Role::Member,
        logins: Logins::SSO,
        license: None,
        holdings: vestibule_model::user::Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: at(1),
        updated_at: at(2),
    }
}

pub fn settings(issuer: &str) -> Settings {
    Settings::new(IdentityProvider {
        metadata_url: None,
        issuer: issuer.to_owned(),
        sign_in_url: "https://idp.example/sso".to_owned(),
        sign_out_url: None,
        sign_out_response_url: None,
        sign_out_binding: None,
        certificates: Vec::new(),
    })
}

pub async fn create_account(store: &Store, account: Account) -> Result<(), Error> {
    let created = store.write(move |tx| {
        let account = account.clone();
        Box::pin(async move { accounts::create(tx, &account).await })
    });
    created.await
}

pub async fn insert_user(store: &Store, account: AccountId, user: User) -> Result<(), Error> {
    let inserted = store.account(account).write(move |tx| {
        let user = user.clone();
        Box::pin(async move { users::insert(tx, &user).await })
    });
    inserted.await
}
