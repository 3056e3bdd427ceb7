//! Key pairs of another product: what they do, how they come in, and that they never come out.

use crate::account::{Account, PASSWORD, source};
use crate::browser::SignedIn;
use crate::cases;
use crate::encryption::{GCM, attempt, metadata};
use crate::key_pairs::signs_with;
use crate::rotation::published;
use crate::wanted::Wanted;
use crate::world::{World, hours};
use vestibule_app::configuration::edit::{self, Put};
use vestibule_app::configuration::{self, Applied, Planned};
use vestibule_app::keys::{self, KeyView};
use vestibule_app::sso::versions;
use vestibule_app::{AdminCtx, Error, Kind, jobs, links, outbox};
use vestibule_model::connection::SigningKeyKind;
use vestibule_model::publication::Consent;
use vestibule_saml::{Certificate, KeyKind, SigningKey};

cases! {
    what_is_encrypted_for_an_imported_key_is_read_until_it_is_removed,
    an_imported_key_signs_if_it_is_chosen_and_the_metadata_leads_on_to_ours,
    p18_a_private_key_comes_in_by_a_file_and_never_out,
    a_file_that_holds_no_usable_key_pair_is_named_with_the_reason_and_the_cure,
    a_draft_adds_keys_and_takes_none_away,
    a_key_that_signs_is_not_removed_and_settings_without_one_are_refused,
    t06_imported_keys_are_those_of_their_own_connection,
    who_administers_is_warned_before_an_imported_certificate_ends,
}

/// The key pair of another product, in a file of this name.
fn old_pair(world: &World, file: &str) -> (SigningKey, Certificate) {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate =
        key.self_signed("old.example", world.time.now(), world.time.now() + hours(24 * 365)).unwrap();
    write(world, file, &[&key.to_pem().unwrap(), &certificate.to_pem()]);
    (key, certificate)
}

fn write(world: &World, file: &str, parts: &[&str]) {
    std::fs::write(world.folder.path().join(file), parts.concat()).unwrap();
}

fn with_keys(wanted: &Wanted, files: &[&str]) -> Wanted {
    wanted.clone().set(["sso", "imported_keys"], files.to_vec())
}

async fn plan(world: &World, acme: &Account, wanted: &Wanted) -> Result<Planned, Error> {
    configuration::plan(&acme.app.operator(), &source(&wanted.text(), world.folder.path())).await
}

async fn apply(world: &World, acme: &Account, wanted: &Wanted) -> Applied {
    configuration::apply(&acme.app.operator(), plan(world, acme, wanted).await.unwrap()).await.unwrap()
}

async fn owner(acme: &Account) -> String {
    links::set_password(&acme.visitor().await, &acme.owner_token, PASSWORD)
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session
}

async fn admin(acme: &Account, session: &str) -> AdminCtx {
    acme.member(session).await.unwrap().admin().unwrap()
}

async fn imported(admin: &AdminCtx) -> Vec<KeyView> {
    let view = keys::overview(admin, None).await.unwrap().unwrap();
    view.keys.into_iter().filter(|key| key.kind == SigningKeyKind::Imported).collect()
}

async fn what_is_encrypted_for_an_imported_key_is_read_until_it_is_removed(world: &World) {
    let acme = world.acme().await;
    let (_, old) = old_pair(world, "old-sp.pem");
    let ours = metadata(&acme).await;
    assert_eq!(acme.code(attempt(&acme, old.clone(), GCM).await).await, Some(1011));
    let applied = apply(world, &acme, &with_keys(&acme.usual(), &["old-sp.pem"])).await;
    let [change] = applied.changes.as_slice() else { panic!("{:?}", applied.changes) };
    let named = format!("SHA-256 {}", old.fingerprint_sha256());
    assert_eq!((change.key.as_str(), change.after.as_ref()), ("sso.imported_keys", Some(&named)));
    SignedIn::of(attempt(&acme, old.clone(), GCM).await);
    SignedIn::of(attempt(&acme, ours.encryption_certificates[0].clone(), GCM).await);
    // Whoever reads the metadata takes our own; requests are signed as before.
    assert_eq!(metadata(&acme).await, ours);
    signs_with(&acme, &ours.signing_certificates[0]).await;

    let owner = admin(&acme, &owner(&acme).await).await;
    let [shown] = imported(&owner).await.try_into().ok().unwrap();
    assert_eq!(shown.certificate.fingerprint_sha256, old.fingerprint_sha256());
    assert_eq!((shown.signs, shown.decrypts, shown.used), (false, true, true));
    assert_eq!((shown.takes_over_at, shown.removed_at, shown.prepared_at), (None, None, None));
    assert_eq!(keys::activate(&owner, shown.id).await.unwrap_err().kind(), Kind::Conflict);
    keys::remove(&owner, shown.id).await.unwrap();
    assert_eq!(acme.code(attempt(&acme, old.clone(), GCM).await).await, Some(1011));
    // And once more by the file.
    apply(world, &acme, &with_keys(&acme.usual(), &["old-sp.pem"])).await;
    SignedIn::of(attempt(&acme, old.clone(), GCM).await);
    apply(world, &acme, &acme.usual()).await;
    assert_eq!(acme.code(attempt(&acme, old, GCM).await).await, Some(1011));
    assert_eq!(imported(&owner).await.len(), 0);
}

async fn an_imported_key_signs_if_it_is_chosen_and_the_metadata_leads_on_to_ours(world: &World) {
    let acme = world.acme().await;
    let (_, old) = old_pair(world, "old-sp.pem");
    let (_, older) = old_pair(world, "older-sp.pem");
    let chosen = acme.usual().set(["sso", "signing_key"], "imported");
    apply(world, &acme, &with_keys(&chosen, &["old-sp.pem", "older-sp.pem"])).await;
    signs_with(&acme, &old).await;
    let ours = metadata(&acme).await;
    let [first, made] = ours.signing_certificates.as_slice() else { panic!("{ours:?}") };
    assert_eq!((first, &ours.encryption_certificates[..]), (&old, std::slice::from_ref(made)));
    for certificate in [&old, &older, made] {
        SignedIn::of(attempt(&acme, certificate.clone(), GCM).await);
    }
    // The first one of the list signs.
    apply(world, &acme, &with_keys(&chosen, &["older-sp.pem", "old-sp.pem"])).await;
    signs_with(&acme, &older).await;
    apply(world, &acme, &acme.usual().set(["sso", "signing_key"], "rsa-2048")).await;
    assert_eq!(
        published(&acme).await,
        std::slice::from_ref(made),
        "which the identity provider had read by then"
    );
    signs_with(&acme, made).await;
}

async fn p18_a_private_key_comes_in_by_a_file_and_never_out(world: &World) {
    let acme = world.acme().await;
    let (key, old) = old_pair(world, "old-sp.pem");
    let chosen = acme.usual().set(["sso", "signing_key"], "imported");
    let wanted = with_keys(&chosen, &["old-sp.pem"]);
    let planned = plan(world, &acme, &wanted).await.unwrap();
    let pem = key.to_pem().unwrap();
    let secret: String = pem.lines().filter(|line| !line.starts_with('-')).take(12).collect();
    // Behind the modulus, which the certificate shows.
    let in_base64 = secret.get(540..600).unwrap().to_owned();
    assert!(pem.replace('\n', "").contains(&in_base64));
    assert!(!format!("{planned:?}").replace("\\n", "").contains(&in_base64));
    configuration::apply(&acme.app.operator(), planned).await.unwrap();
    // Nor is it in the database, in any of these forms.
    let bytes = key.to_pkcs8().unwrap()[400..432].to_vec();
    let file = std::fs::read(world.folder.path().join("old-sp.pem")).unwrap();
    std::fs::remove_file(world.folder.path().join("old-sp.pem")).unwrap();
    let (raw, dump) = (world.raw_bytes(), format!("{:?}", world.dump()));
    std::fs::write(world.folder.path().join("old-sp.pem"), file).unwrap();
    assert!(!raw.windows(bytes.len()).any(|window| window == bytes));
    assert!(!dump.contains(&in_base64) && !dump.to_lowercase().contains(&hex(&bytes)));
    // The export names the pair, and applies to nothing; so does the file that it came from.
    let exported = acme.export().await;
    assert!(exported.contains(&format!("\"SHA-256 {}\"", old.fingerprint_sha256())), "{exported}");
    assert!(!exported.contains("PRIVATE") && !exported.replace('\n', "").contains(&in_base64));
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);
    assert_eq!(plan(world, &acme, &wanted).await.unwrap().changes, []);
    let unknown = format!("SHA-256 {}", acme.idp.certificate().fingerprint_sha256());
    let refused = plan(world, &acme, &with_keys(&chosen, &[&unknown])).await.unwrap_err();
    assert!(refused.message().contains(&unknown) && refused.advice().unwrap().contains("PEM file"));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn a_file_that_holds_no_usable_key_pair_is_named_with_the_reason_and_the_cure(world: &World) {
    let acme = world.acme().await;
    let (key, old) = old_pair(world, "good.pem");
    let (_, other) = old_pair(world, "other.pem");
    let pem = key.to_pem().unwrap();
    let curve = SigningKey::generate(KeyKind::EcdsaP256).unwrap();
    let on_curve = curve.self_signed("curve", world.time.now(), world.time.now() + hours(1)).unwrap();
    write(world, "no-certificate.pem", &[&pem]);
    write(world, "no-key.pem", &[&old.to_pem()]);
    write(world, "strangers.pem", &[&pem, &other.to_pem(), &old.to_pem()]);
    write(world, "curve.pem", &[&curve.to_pem().unwrap(), &on_curve.to_pem()]);
    write(world, "short.pem", &[include_str!("keys/rsa-1024.pem")]);
    write(world, "empty.pem", &[]);
    let label = "ENCRYPTED PRIVATE KEY";
    write(world, "locked.pem", &[&format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")]);
    std::fs::write(world.folder.path().join("binary.pem"), [0xff; 64]).unwrap();
    let before = world.dump();
    for (entry, reason) in [
        ("missing.pem", "missing.pem"),
        ("no-certificate.pem", "\"BEGIN CERTIFICATE\""),
        ("no-key.pem", "\"BEGIN PRIVATE KEY\""),
        ("strangers.pem", "CN=old.example, is that of another key"),
        ("curve.pem", "nothing can be encrypted for a key ECDSA P-256"),
        ("short.pem", "RSA 2048, 3072 or 4096"),
        ("empty.pem", "\"BEGIN PRIVATE KEY\""),
        ("locked.pem", "protected by a password"),
        ("binary.pem", "not PEM"),
        (&pem, "a private key does not belong into this file"),
    ] {
        let refused = plan(world, &acme, &with_keys(&acme.usual(), &[entry])).await.unwrap_err();
        let shown = format!("{} | {}", refused.message(), refused.advice().unwrap_or_default());
        assert_eq!(refused.kind(), Kind::Invalid, "{shown}");
        for word in ["acme.toml: `sso.imported_keys`: ", reason] {
            assert!(shown.contains(word), "{word} is not in: {shown}");
        }
        assert!(entry == "missing.pem" || shown.contains("Give a PEM file"), "{shown}");
        assert!(entry == pem.as_str() || shown.contains(entry), "{shown}");
        assert!(!shown.contains("PRIVATE KEY-----"), "{shown}");
    }
    old_pair(world, "third.pem");
    let three = with_keys(&acme.usual(), &["good.pem", "other.pem", "third.pem"]);
    assert!(plan(world, &acme, &three).await.unwrap_err().message().contains("at most 2"));
    assert_eq!(world.dump(), before);
    let twice = with_keys(&acme.usual(), &["good.pem", "other.pem", "good.pem"]);
    assert_eq!(plan(world, &acme, &twice).await.unwrap().changes.len(), 1);
}

async fn a_draft_adds_keys_and_takes_none_away(world: &World) {
    let acme = world.acme().await;
    let (_, old) = old_pair(world, "old-sp.pem");
    let (_, older) = old_pair(world, "older-sp.pem");
    apply(world, &acme, &with_keys(&acme.usual(), &["old-sp.pem"])).await;
    let draft = acme.usual().set(["sso", "draft"], true).set(["sso", "clock_skew"], "60s");
    apply(world, &acme, &draft).await;
    SignedIn::of(attempt(&acme, old.clone(), GCM).await);
    apply(world, &acme, &with_keys(&draft, &["older-sp.pem"])).await;
    assert_eq!(plan(world, &acme, &draft).await.unwrap().changes, []);
    assert_eq!(acme.plan_text(&acme.export().await).await.unwrap().changes, []);
    for certificate in [&old, &older] {
        SignedIn::of(attempt(&acme, certificate.clone(), GCM).await);
    }
    apply(world, &acme, &acme.usual()).await;
    for certificate in [&old, &older] {
        assert_eq!(acme.code(attempt(&acme, certificate.clone(), GCM).await).await, Some(1011));
    }
}

async fn a_key_that_signs_is_not_removed_and_settings_without_one_are_refused(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let (_, old) = old_pair(world, "old-sp.pem");
    let (_, older) = old_pair(world, "older-sp.pem");
    let chosen = acme.usual().set(["sso", "signing_key"], "imported");
    let refused = plan(world, &acme, &chosen).await.unwrap_err();
    assert!(refused.message().contains("`sso.signing_key`"), "{refused}");
    assert!(refused.advice().unwrap().contains("`imported_keys`"));
    apply(world, &acme, &with_keys(&chosen, &["old-sp.pem", "older-sp.pem"])).await;
    let ctx = admin(&acme, &session).await;
    let [first, second] = imported(&ctx).await.try_into().ok().unwrap();
    assert!(first.signs && !second.signs);
    assert_eq!(keys::remove(&ctx, first.id).await.unwrap_err().kind(), Kind::Conflict);
    signs_with(&acme, &old).await;

    // A form goes over to a key of our own: while that is a draft, the imported one signs.
    let number = choose(&acme, &session, "rsa-2048").await;
    assert_eq!(keys::remove(&ctx, first.id).await.unwrap_err().kind(), Kind::Conflict);
    publish(&acme, &session, number).await;
    keys::remove(&ctx, first.id).await.unwrap();
    // And back: the other one is kept, and now the first.
    let number = choose(&acme, &session, "imported").await;
    assert_eq!(keys::remove(&ctx, second.id).await.unwrap_err().kind(), Kind::Conflict);
    publish(&acme, &session, number).await;
    signs_with(&acme, &older).await;
    // An older version that signed with one does so again only where there is one.
    apply(world, &acme, &acme.usual()).await;
    let ctx = admin(&acme, &session).await;
    for how in [Put::Draft, Put::Published] {
        let refused = versions::restore(&ctx, acme.overview(&ctx).await.id, number, how).await.unwrap_err();
        assert!(refused.message().contains("no imported key to sign with"), "{refused}");
    }
}

/// Saves the form with this kind of signing key, and answers the number of the draft.
async fn choose(acme: &Account, session: &str, kind: &str) -> i64 {
    let ctx = admin(acme, session).await;
    let overview = acme.overview(&ctx).await;
    let mut form = edit::form(overview.settings().unwrap());
    form.insert("signing_key".to_owned(), kind.to_owned());
    edit::save(&ctx, overview.id, &form).await.unwrap();
    acme.overview(&admin(acme, session).await).await.draft.unwrap().number
}

async fn publish(acme: &Account, session: &str, number: i64) {
    let ctx = admin(acme, session).await;
    let id = acme.overview(&ctx).await.id;
    versions::publish(&ctx, id, number, Consent::Untested).await.unwrap();
}

async fn t06_imported_keys_are_those_of_their_own_connection(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let (_, old) = old_pair(world, "old-sp.pem");
    apply(world, &acme, &with_keys(&acme.usual(), &["old-sp.pem"])).await;
    assert_eq!(beta.code(attempt(&beta, old.clone(), GCM).await).await, Some(1011));
    let named = format!("SHA-256 {}", old.fingerprint_sha256());
    let refused = plan(world, &beta, &with_keys(&beta.usual(), &[&named])).await.unwrap_err();
    assert!(refused.message().contains("this connection has no imported key"), "{refused}");
    let (ours, theirs) = (admin(&acme, &owner(&acme).await).await, admin(&beta, &owner(&beta).await).await);
    let [shown] = imported(&ours).await.try_into().ok().unwrap();
    assert_eq!(keys::remove(&theirs, shown.id).await.unwrap_err().kind(), Kind::NotFound);
    SignedIn::of(attempt(&acme, old, GCM).await);
}

async fn who_administers_is_warned_before_an_imported_certificate_ends(world: &World) {
    let acme = world.acme().await;
    let connection = acme.overview(&acme.owner().await).await.id;
    old_pair(world, "old-sp.pem");
    apply(world, &acme, &with_keys(&acme.usual(), &["old-sp.pem"])).await;
    let mails = async || {
        let mails = outbox::list(&world.app.operator()).await.unwrap();
        mails.into_iter().filter(|mail| mail.subject.contains("imported certificate")).collect::<Vec<_>>()
    };
    for (passed, expected) in [(334, 0), (2, 1), (10, 1), (12, 2), (6, 3)] {
        world.time.pass(hours(24 * passed));
        jobs::run_due(&acme.app).await.unwrap();
        assert_eq!(mails().await.len(), expected, "{passed}");
    }
    let page = format!("https://acme.vestibule.example/admin/sso/{connection}\n");
    assert!(mails().await[0].body_text.contains(&page));
}
