//! Pictures of people, from the note of a sign-in to what is shown.

use crate::account::Account;
use crate::cases;
use crate::picture_files::{file, photo};
use crate::provider::Person;
use crate::site::Site;
use crate::world::{World, hours, minutes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::ImageFormat;
use vestibule_app::pictures::canonical::LARGEST_FILE;
use vestibule_app::pictures::{self, PictureSource, Shown};
use vestibule_app::{AdminCtx, MemberCtx, jobs, users};

cases! {
    a_picture_behind_an_address_is_fetched_after_the_sign_in,
    an_address_that_stays_the_same_is_asked_once_a_day_for_changes,
    a_picture_in_the_response_is_kept_and_its_text_is_not,
    what_cannot_be_used_is_noted_and_leaves_the_picture_that_is_there,
    p19_a_picture_is_fetched_from_public_addresses_alone,
    p19_redirects_of_a_picture_are_checked_too,
    p19_a_picture_is_fetched_by_https_alone,
    p19_a_picture_of_5_mb_is_fetched_and_nothing_larger,
    p19_the_content_tells_what_a_picture_is,
    another_source_that_came_meanwhile_wins,
    a_sign_in_notes_the_picture_that_is_mapped,
    a_picture_that_is_not_sent_any_more_stays_and_the_trace_says_so,
    t01_nobody_fetches_a_picture_of_somebody_who_is_pending,
}

/// What an administrator learns of a picture.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Shown,
    Failed(String),
}

/// Somebody who signed in, at a node that may fetch from a site.
struct Signed {
    account: Account,
    member: MemberCtx,
    owner: AdminCtx,
    world_now: crate::world::Time,
}

impl Signed {
    async fn in_reach_of(world: &World, sites: &[&Site]) -> Self {
        let node = world.configured(|deployment| {
            deployment.outbound_allow = vec!["127.0.0.1/32".parse().unwrap()];
            deployment.outbound_roots = sites.iter().filter_map(|site| site.root.clone()).collect();
        });
        let account = world.acme().await.at(&node.await);
        let signed_in = account.sign_in(&Person::anna()).await;
        let member = account.member(&signed_in.session).await.unwrap();
        let owner = account.owner().await;
        Self { account, member, owner, world_now: world.time.clone() }
    }

    /// What a sign-in does with an attribute.
    async fn wants(&self, value: &str) {
        let (user, source, now) = (self.member.user().id, PictureSource::of(value), self.world_now.now());
        let written = self.account.store.account(self.account.id).write(move |tx| {
            let source = source.clone();
            Box::pin(async move { pictures::wanted(tx, user, &source, now).await })
        });
        written.await.unwrap();
    }

    async fn work(&self) {
        jobs::run_due(&self.account.app).await.unwrap();
    }

    /// What became of it.
    async fn state(&self) -> Option<State> {
        let whom = self.member.user().id.into();
        let picture = users::show(&self.owner.people(), &whom).await.unwrap().picture?;
        Some(match (picture.state, picture.reason) {
            ("waiting", None) => State::Waiting,
            ("shown", None) => State::Shown,
            ("failed", Some(reason)) => State::Failed(reason),
            other => panic!("{other:?}"),
        })
    }

    async fn shown(&self) -> Option<Shown> {
        let shown = pictures::own(&self.member).await.unwrap();
        let hash = pictures::own_hash(&self.member).await.unwrap();
        assert_eq!(shown.as_ref().map(|shown| &shown.hash), hash.as_ref());
        shown
    }

    /// Wants a picture that cannot be used, and gives the reason.
    async fn fails(&self, value: &str) -> String {
        self.wants(value).await;
        self.work().await;
        let Some(State::Failed(reason)) = self.state().await else { panic!("{value}") };
        reason
    }
}

fn png() -> Vec<u8> {
    file(&photo(600, 300), ImageFormat::Png)
}

async fn a_picture_behind_an_address_is_fetched_after_the_sign_in(world: &World) {
    let site = Site::secure();
    site.holds(&png());
    let anna = Signed::in_reach_of(world, &[&site]).await;
    assert_eq!((anna.state().await, anna.shown().await), (None, None));
    anna.wants(&format!(" {} ", site.url)).await;
    assert_eq!((anna.state().await, anna.shown().await), (Some(State::Waiting), None));
    assert!(site.asked().is_empty(), "the sign-in does not wait for it");
    anna.work().await;
    let shown = anna.shown().await.unwrap();
    let image = image::load_from_memory_with_format(&shown.image, ImageFormat::Jpeg).unwrap();
    assert_eq!((shown.media_type.as_str(), image.width(), image.height()), ("image/jpeg", 512, 256));
    assert_eq!((anna.state().await, site.asked().len()), (Some(State::Shown), 1));
}

async fn an_address_that_stays_the_same_is_asked_once_a_day_for_changes(world: &World) {
    let site = Site::secure();
    site.holds(&png());
    let anna = Signed::in_reach_of(world, &[&site]).await;
    anna.wants(&site.url).await;
    anna.work().await;
    let first = anna.shown().await.unwrap();
    let jobs = world.count("jobs");
    world.time.pass(pictures::FRESH - minutes(1));
    anna.wants(&site.url).await;
    assert_eq!((world.count("jobs"), site.asked().len()), (jobs, 1), "nothing is to be done");

    world.time.pass(minutes(1));
    anna.wants(&site.url).await;
    anna.work().await;
    assert_eq!(site.asked().len(), 2);
    assert!(site.asked()[1].contains("if-none-match: \"version 1\""), "{:?}", site.asked());
    assert_eq!((anna.shown().await, anna.state().await), (Some(first.clone()), Some(State::Shown)));
    anna.wants(&site.url).await;
    anna.work().await;
    assert_eq!(site.asked().len(), 2, "a day begins anew with an answer that nothing changed");

    site.holds(&file(&photo(20, 20), ImageFormat::Png));
    world.time.pass(pictures::FRESH);
    anna.wants(&site.url).await;
    anna.work().await;
    assert_ne!(anna.shown().await, Some(first));
    anna.wants(&format!("{}?another", site.url)).await;
    anna.work().await;
    assert_eq!(site.asked().len(), 4, "another address is looked at at once");
    assert!(!site.asked()[3].contains("if-none-match"), "{:?}", site.asked());
}

async fn a_picture_in_the_response_is_kept_and_its_text_is_not(world: &World) {
    let anna = Signed::in_reach_of(world, &[]).await;
    let text = STANDARD.encode(png());
    let broken: Vec<&str> =
        text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let mut shown = Vec::new();
    for value in [text.clone(), broken.join("\r\n"), format!("data:image/png;base64,{text}")] {
        anna.wants(&value).await;
        assert!(world.dump()["pictures"].contains(&text[..40]));
        anna.work().await;
        shown.push(anna.shown().await.unwrap());
        assert!(!world.dump()["pictures"].contains(&text[..40]));
        let jobs = world.count("jobs");
        world.time.pass(hours(48));
        anna.wants(&value).await;
        assert_eq!(world.count("jobs"), jobs, "it was looked at, and cannot change");
        assert_eq!(anna.state().await, Some(State::Shown));
    }
    assert!(shown.iter().all(|one| *one == shown[0]));
}

async fn what_cannot_be_used_is_noted_and_leaves_the_picture_that_is_there(world: &World) {
    let site = Site::secure();
    site.holds(&png());
    let anna = Signed::in_reach_of(world, &[&site]).await;
    anna.wants(&site.url).await;
    anna.work().await;
    let first = anna.shown().await;
    site.answers("404 Not Found", b"");
    let cut = STANDARD.encode(&png()[..200]);
    for (value, words) in [
        (format!("{}?other", site.url), "the answer was 404"),
        ("no picture".to_owned(), "neither an https address nor Base64"),
        ("data:image/png,x".to_owned(), "neither an https address nor Base64"),
        (String::new(), "neither an https address nor Base64"),
        (cut, "damaged, or cut off"),
        ("A".repeat(512 * 1024 + 4), "longer than 512 KB"),
        (format!("https://localhost/{}", "a".repeat(2_048)), "longer than 2048 bytes"),
        ("https://".to_owned(), "could not be fetched"),
        ("https://localhost\0/".to_owned(), "could not be fetched"),
    ] {
        let reason = anna.fails(&value).await;
        assert!(reason.contains(words), "{words}: {reason}");
        assert_eq!(anna.shown().await, first, "{words}");
    }
    anna.account.sign_in(&Person::anna()).await;
}

async fn p19_a_picture_is_fetched_from_public_addresses_alone(world: &World) {
    let site = Site::secure();
    site.holds(&png());
    let anna = Signed::in_reach_of(world, &[&site]).await;
    for url in [
        "https://10.0.0.1/me.png",
        "https://192.168.1.1/me.png",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.2/me.png",
        "https://2130706434/me.png",
        "https://0x7f.2/me.png",
        "https://[::1]/me.png",
        "https://[::ffff:10.0.0.1]/me.png",
        "https://[::ffff:7f00:2]/me.png",
        "https://[fe80::1]/me.png",
        "https://[fd00::1]/me.png",
        "https://0.0.0.0/me.png",
    ] {
        let reason = anna.fails(url).await;
        assert!(reason.contains("is not a public address") && reason.contains("outbound.allow"), "{reason}");
    }
    anna.wants(&site.url).await;
    anna.work().await;
    assert_eq!(anna.state().await, Some(State::Shown), "the address that the operator allows");
}

async fn p19_redirects_of_a_picture_are_checked_too(world: &World) {
    let (first, second, plain) = (Site::secure(), Site::secure(), Site::open());
    second.holds(&png());
    plain.holds(&png());
    let anna = Signed::in_reach_of(world, &[&first, &second]).await;
    for (number, (to, words)) in [
        ("https://127.0.0.2/me.png", "is not a public address"),
        ("https://[::ffff:127.0.0.2]/me.png", "is not a public address"),
        ("https://10.0.0.1/", "is not a public address"),
        (plain.url.as_str(), "only https is fetched"),
        ("file:///etc/passwd", "only https is fetched"),
        ("/again", "more than 3 redirects"),
    ]
    .into_iter()
    .enumerate()
    {
        first.answers(&format!("302 Found\r\nlocation: {to}"), b"");
        let reason = anna.fails(&format!("{}?{number}", first.url)).await;
        assert!(reason.contains(words), "{to}: {reason}");
    }
    assert!(plain.asked().is_empty());
    first.answers(&format!("302 Found\r\nlocation: {}", second.url), b"");
    anna.wants(&first.url).await;
    anna.work().await;
    assert_eq!((anna.state().await, second.asked().len()), (Some(State::Shown), 1));
}

async fn p19_a_picture_is_fetched_by_https_alone(world: &World) {
    let (plain, secure) = (Site::open(), Site::secure());
    plain.holds(&png());
    secure.holds(&png());
    let anna = Signed::in_reach_of(world, &[&secure]).await;
    for url in [plain.url.as_str(), "file:///etc/passwd", "ftp://127.0.0.1/me.png", "gopher://127.0.0.1/"] {
        let reason = anna.fails(url).await;
        assert!(reason.contains("only https is fetched"), "{reason}");
    }
    assert!(plain.asked().is_empty());
    anna.wants(&secure.url).await;
    anna.work().await;
    assert_eq!(anna.state().await, Some(State::Shown));
}

async fn p19_a_picture_of_5_mb_is_fetched_and_nothing_larger(world: &World) {
    let site = Site::secure();
    let anna = Signed::in_reach_of(world, &[&site]).await;
    let mut large = png();
    large.resize(LARGEST_FILE, 0);
    site.holds(&large);
    anna.wants(&site.url).await;
    anna.work().await;
    assert_eq!(anna.state().await, Some(State::Shown));
    large.push(0);
    site.holds(&large);
    let reason = anna.fails(&format!("{}?larger", site.url)).await;
    assert!(reason.contains(&format!("larger than {LARGEST_FILE} bytes")), "{reason}");
}

async fn p19_the_content_tells_what_a_picture_is(world: &World) {
    let site = Site::secure();
    let anna = Signed::in_reach_of(world, &[&site]).await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
    for (number, body) in [svg, b"<!DOCTYPE html><script>alert(1)</script>"].into_iter().enumerate() {
        site.answers("200 OK\r\ncontent-type: image/png", body);
        let reason = anna.fails(&format!("{}?{number}", site.url)).await;
        assert!(reason.contains("no PNG, JPEG, GIF or WebP"), "{reason}");
    }
    site.answers("200 OK\r\ncontent-type: text/html", &png());
    anna.wants(&site.url).await;
    anna.work().await;
    assert_eq!(anna.shown().await.unwrap().media_type, "image/jpeg");
}

async fn another_source_that_came_meanwhile_wins(world: &World) {
    let site = Site::secure();
    site.holds(&png());
    let anna = Signed::in_reach_of(world, &[&site]).await;
    anna.wants(&site.url).await;
    let other = STANDARD.encode(file(&photo(9, 7), ImageFormat::Png));
    anna.wants(&other).await;
    anna.work().await;
    let image = image::load_from_memory(&anna.shown().await.unwrap().image).unwrap();
    assert_eq!((image.width(), image.height(), site.asked().len()), (9, 7, 0));
}

/// The account at a node that may fetch from the site, with a mapped picture.
async fn mapped(world: &World, site: &Site) -> Account {
    let node = world.configured(|deployment| site.opens(deployment)).await;
    let account = world.acme().await.at(&node);
    account.apply(account.usual().set(["mapping", "basic", "picture"], "photo")).await;
    account
}

async fn a_sign_in_notes_the_picture_that_is_mapped(world: &World) {
    let site = Site::secure();
    site.holds(&png());
    let acme = mapped(world, &site).await;
    let inline = STANDARD.encode(file(&photo(30, 30), ImageFormat::Png));
    for (value, width) in [(site.url.as_str(), 512), (inline.as_str(), 30)] {
        let signed_in = acme.sign_in(&Person::anna().with("photo", &[value])).await;
        jobs::run_due(&acme.app).await.unwrap();
        let member = acme.member(&signed_in.session).await.unwrap();
        let shown = pictures::own(&member).await.unwrap().unwrap();
        assert_eq!(image::load_from_memory(&shown.image).unwrap().width(), width);
    }
    // What cannot be one is said in the trace, and the picture stays.
    let signed_in = acme.sign_in(&Person::anna().with("photo", &["http://acme.example/a.png"])).await;
    let trace = acme.explained(signed_in.tracking_id).await.detail.trace;
    assert!(trace.iter().any(|step| step.check == "mapping.picture" && step.warning));
    jobs::run_due(&acme.app).await.unwrap();
    let member = acme.member(&signed_in.session).await.unwrap();
    assert!(pictures::own(&member).await.unwrap().is_some());
    assert_eq!(site.asked().len(), 1);
}

async fn a_picture_that_is_not_sent_any_more_stays_and_the_trace_says_so(world: &World) {
    let site = Site::secure();
    let acme = mapped(world, &site).await;
    let inline = STANDARD.encode(file(&photo(30, 30), ImageFormat::Png));
    acme.sign_in(&Person::anna().with("photo", &[&inline])).await;
    jobs::run_due(&acme.app).await.unwrap();
    let without: [&[&str]; 3] = [&[], &[""], &["  "]];
    for values in without {
        let person = Person::anna();
        let person = if values.is_empty() { person } else { person.with("photo", values) };
        let signed_in = acme.sign_in(&person).await;
        jobs::run_due(&acme.app).await.unwrap();
        let member = acme.member(&signed_in.session).await.unwrap();
        assert!(pictures::own(&member).await.unwrap().is_some(), "{values:?}");
        let trace = acme.explained(signed_in.tracking_id).await.detail.trace;
        let step = trace.iter().find(|step| step.check == "mapping.picture").unwrap();
        assert!(step.found.contains("the picture stays as it is"), "{step:?}");
    }
}

async fn t01_nobody_fetches_a_picture_of_somebody_who_is_pending(world: &World) {
    let site = Site::secure();
    site.holds(&png());
    let acme = mapped(world, &site).await;
    let bob = Person::of("bob@partner.example").with("photo", &[&site.url]);
    acme.attempt(&bob).await.unwrap();
    jobs::run_due(&acme.app).await.unwrap();
    assert_eq!((world.count("pictures"), site.asked().len()), (0, 0));
    acme.apply(acme.usual().domain("partner.example").set(["mapping", "basic", "picture"], "photo")).await;
    acme.sign_in(&bob).await;
    jobs::run_due(&acme.app).await.unwrap();
    assert_eq!((world.count("pictures"), site.asked().len()), (1, 1));
}
