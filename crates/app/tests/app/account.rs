//! An account of the deployment, and what is done with it again and again.

use crate::browser::{Browser, SignedIn};
use crate::provider::{ISSUER, Person, Provider, SIGN_IN_URL};
use crate::wanted::Wanted;
use std::future::Future;
use std::path::Path;
use vestibule_app::configuration::{self, Applied, Configuration, Planned, Source};
use vestibule_app::response_log::{self, Explained, Explanation};
use vestibule_app::sign_in::Finished;
use vestibule_app::sso::{self, Overview};
use vestibule_app::{AdminCtx, App, Error, Kind, MemberCtx, VisitorCtx, links};
use vestibule_model::account::Label;
use vestibule_model::email::Email;
use vestibule_model::group::{GroupKind, GroupName, Membership, Origin};
use vestibule_model::id::{AccountId, GroupId};
use vestibule_model::license::{Inventory, Product, Seats};
use vestibule_model::mapping::Mapping;
use vestibule_model::response_log::{Entry, Filter, TrackingId};
use vestibule_model::user::User;
use vestibule_store::{self as store, Store};

/// An account. Cheap to clone.
#[derive(Clone)]
pub struct Account {
    pub app: App,
    pub store: Store,
    pub idp: Provider,
    pub label: Label,
    pub id: AccountId,
    /// The secret of the owner's link.
    pub owner_token: String,
}

/// A password that is strong enough.
pub const PASSWORD: &str = "seven green umbrellas";

impl Account {
    /// The same account, reached through another node.
    pub fn at(&self, node: &App) -> Self {
        Self { app: node.clone(), ..self.clone() }
    }

    /// The usual configuration. The key pair is of the kind that is made fast.
    pub fn usual(&self) -> Wanted {
        Wanted::of(self.label.as_str())
            .set(["sso", "issuer"], ISSUER)
            .set(["sso", "sign_in_url"], SIGN_IN_URL)
            .set(["sso", "certificates"], vec![self.idp.certificate_pem()])
            .set(["sso", "signing_key"], "ecdsa-p256")
            .domain(&format!("{}.example", self.label))
            .set(["mapping", "basic", "email"], "mail")
            .set(["mapping", "basic", "first_name"], "givenName")
            .set(["mapping", "basic", "last_name"], "sn")
            .set(["mapping", "basic", "department"], "department")
    }

    pub async fn visitor(&self) -> VisitorCtx {
        patiently(|| self.app.visitor(&self.label)).await.unwrap()
    }

    pub async fn plan_text(&self, text: &str) -> Result<Planned, Error> {
        configuration::plan(&self.app.operator(), &source(text, Path::new("/nowhere"))).await
    }

    pub async fn plan(&self, wanted: &Wanted) -> Result<Planned, Error> {
        self.plan_text(&wanted.text()).await
    }

    pub async fn try_apply(&self, wanted: &Wanted) -> Result<Applied, Error> {
        configuration::apply(&self.app.operator(), self.plan(wanted).await?).await
    }

    pub async fn apply(&self, wanted: Wanted) -> Applied {
        self.try_apply(&wanted).await.unwrap()
    }

    pub async fn export(&self) -> String {
        configuration::export(&self.app.operator(), self.label.as_str()).await.unwrap()
    }

    /// The whole way of a sign-in in a browser of its own, however it ends.
    pub async fn attempt(&self, person: &Person) -> Result<Finished, Error> {
        let mut browser = Browser::default();
        let request = browser.start(self).await;
        browser.post(self, &self.idp.answer(self, &request, person).form_value()).await
    }

    /// The whole way of a sign-in that ends well.
    pub async fn sign_in(&self, person: &Person) -> SignedIn {
        SignedIn::of(self.attempt(person).await)
    }

    /// The whole way of a sign-in that is refused, and why.
    pub async fn refusal(&self, person: &Person) -> Explanation {
        self.explain_error(&self.attempt(person).await.unwrap_err()).await
    }

    /// Why this sign-in was refused. The person learns nothing of it.
    pub async fn explain_error(&self, error: &Error) -> Explanation {
        assert_eq!(error.kind(), Kind::Refused, "{error}");
        assert_eq!(error.message(), "You could not be signed in.");
        self.explained(error.tracking_id().unwrap()).await.explanation()
    }

    /// The code of a refused sign-in.
    pub async fn code(&self, outcome: Result<Finished, Error>) -> Option<u16> {
        self.explain_error(&outcome.unwrap_err()).await.code
    }

    pub async fn explained(&self, id: TrackingId) -> Explained {
        response_log::explain(&self.app.operator(), &id.to_string()).await.unwrap()
    }

    pub async fn log(&self) -> Vec<Entry> {
        let found = self.store.account(self.id).read(|tx| {
            let filter = Filter { limit: 200, ..Filter::default() };
            Box::pin(async move { store::response_log::search(tx, &filter).await })
        });
        found.await.unwrap()
    }

    pub async fn find_user(&self, email: &str) -> Option<User> {
        let folded = Email::parse(email).unwrap().folded().to_owned();
        let found = self.store.account(self.id).read(move |tx| {
            let folded = folded.clone();
            Box::pin(async move { store::users::by_email(tx, &folded).await })
        });
        found.await.unwrap()
    }

    pub async fn user(&self, email: &str) -> User {
        self.find_user(email).await.unwrap()
    }

    pub async fn users(&self) -> Vec<User> {
        let all = self.store.account(self.id);
        all.read(|tx| Box::pin(async move { store::users::list(tx, None, 1_000).await })).await.unwrap()
    }

    /// Makes a user as a directory would.
    pub async fn add(&self, user: User) {
        let scope = self.store.account(self.id);
        let added = scope.write(move |tx| {
            let user = user.clone();
            Box::pin(async move { store::users::insert(tx, &user).await })
        });
        added.await.unwrap();
    }

    /// Changes a user as a directory would.
    pub async fn change(&self, email: &str, change: impl FnOnce(&mut User)) {
        let mut user = self.user(email).await;
        change(&mut user);
        let scope = self.store.account(self.id);
        let changed = scope.write(move |tx| {
            let user = user.clone();
            Box::pin(async move { store::users::update(tx, &user).await })
        });
        changed.await.unwrap();
    }

    pub async fn seats(&self, product: impl Into<Product>) -> Seats {
        self.inventory().await.0.get(&product.into()).copied().unwrap_or_default()
    }

    pub async fn inventory(&self) -> Inventory {
        let inventory = self.store.account(self.id).read(|tx| Box::pin(store::licenses::inventory(tx)));
        inventory.await.unwrap()
    }

    /// Grants so many seats.
    pub async fn grant(&self, product: impl Into<Product>, total: i64) {
        let product = product.into();
        let granted = self
            .store
            .account(self.id)
            .write(move |tx| Box::pin(async move { store::licenses::set_total(tx, product, total).await }));
        granted.await.unwrap();
    }

    /// Changes the mapping, as it is kept.
    pub async fn map(&self, change: impl FnOnce(&mut Mapping)) {
        let scope = self.store.account(self.id);
        let kept = scope.read(|tx| Box::pin(store::accounts::configuration(tx))).await.unwrap();
        let mut configuration: Configuration = serde_json::from_str(&kept.unwrap()).unwrap();
        change(&mut configuration.mapping);
        let text = serde_json::to_string(&configuration).unwrap();
        let put = scope.write(move |tx| {
            let text = text.clone();
            Box::pin(async move {
                store::accounts::put_configuration(tx, &text).await?;
                store::accounts::bump(tx).await
            })
        });
        put.await.unwrap();
    }

    /// The groups of a user.
    pub async fn memberships(&self, email: &str) -> Vec<Membership> {
        let user = self.user(email).await.id;
        let scope = self.store.account(self.id);
        scope.read(move |tx| Box::pin(async move { store::groups::of_user(tx, user).await })).await.unwrap()
    }

    /// Puts a user into a group, as somebody or something else than the mapping does.
    pub async fn join(&self, email: &str, (kind, name): (GroupKind, &str), origin: Origin, position: i64) {
        let user = self.user(email).await.id;
        let (name, now) = (GroupName::parse(name).unwrap(), self.app.now());
        let mut id = [0; 16];
        self.app.random().fill(&mut id);
        let joined = self.store.account(self.id).write(move |tx| {
            let name = name.clone();
            Box::pin(async move {
                let group = store::groups::ensure(tx, (kind, &name), GroupId::from_bytes(id), now).await?.id;
                store::groups::join(tx, user, group, (origin, position)).await
            })
        });
        joined.await.unwrap();
    }

    pub async fn member(&self, session: &str) -> Result<MemberCtx, Error> {
        self.visitor().await.member(session).await
    }

    /// The first connection, as this administrator sees it.
    pub async fn overview(&self, admin: &AdminCtx) -> Overview {
        let first = sso::list(admin).await.unwrap().swap_remove(0).connection.id;
        sso::overview(admin, first).await.unwrap()
    }

    /// The owner, with a password set.
    pub async fn owner(&self) -> AdminCtx {
        let session = links::set_password(&self.visitor().await, &self.owner_token, PASSWORD)
            .await
            .unwrap()
            .inside()
            .unwrap()
            .session;
        self.member(&session).await.unwrap().admin().unwrap()
    }
}

/// Does it again while the service is busy, as its answer says.
pub async fn patiently<T, F: Future<Output = Result<T, Error>>>(deed: impl Fn() -> F) -> Result<T, Error> {
    loop {
        match deed().await {
            Err(error) if error.kind() == Kind::Busy => {}
            outcome => return outcome,
        }
    }
}

/// An account file that was handed in.
pub fn source(text: &str, folder: &Path) -> Source {
    Source { name: "acme.toml".to_owned(), text: text.to_owned(), folder: folder.to_owned() }
}
