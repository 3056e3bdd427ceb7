//! What is wrong with an account file is named: the file, the line or the key, and what was probably meant.

use crate::account::{Account, source};
use crate::cases;
use crate::provider::Person;
use crate::wanted::Wanted;
use crate::world::World;
use std::path::Path;
use toml::{Table, Value};
use vestibule_app::{Error, Kind, configuration};
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::Endpoint;
use vestibule_saml::metadata::idp::{self, IdentityProvider};

cases! {
    an_unknown_key_is_named_with_its_line_and_the_nearest_key,
    what_cannot_hold_for_a_domain_is_refused_by_name,
    a_value_that_cannot_be_used_is_named_with_its_key,
    a_value_of_another_kind_is_named_with_its_line,
    what_is_no_toml_is_named_with_its_line,
    the_identity_provider_is_described_once,
    p11_metadata_that_cannot_be_used_is_named_with_its_key,
    p19_an_address_inside_is_not_fetched_and_the_error_names_the_key,
    an_unknown_account_is_named,
    seats_below_use_are_named,
    t03_a_domain_of_another_account_is_named_and_nothing_else_of_that_account,
}

/// The error of planning this text; everything there is to see of it in one line.
async fn refused(account: &Account, text: &str) -> (Error, String) {
    let error = account.plan_text(text).await.unwrap_err();
    let shown = format!("{} | {}", error.message(), error.advice().unwrap_or_default());
    assert!(shown.contains("acme.toml"), "the file is not named: {shown}");
    (error, shown)
}

async fn named(account: &Account, text: &str, words: &[&str]) {
    let (error, shown) = refused(account, text).await;
    assert_eq!(error.kind(), Kind::Invalid, "{shown}");
    for word in words {
        assert!(shown.contains(word), "{word:?} is not in: {shown}");
    }
}

async fn an_unknown_key_is_named_with_its_line_and_the_nearest_key(world: &World) {
    let acme = world.account("acme").await;
    let before = world.dump();
    for (text, words) in [
        ("account = \"acme\"\n\n[licences]\nbasic = 3\n", &["line 3", "`licences`", "`licenses`"][..]),
        ("account = \"acme\"\nacount = \"x\"\n", &["line 2", "`acount`", "`account`"]),
        (
            "account = \"acme\"\n[sso]\nissuer = \"x\"\nsigninurl = \"y\"\n",
            &["line 4", "`sso.signinurl`", "`sign_in_url`"],
        ),
        ("account = \"acme\"\n[sso]\nclockskew = \"3m\"\n", &["line 3", "`sso.clockskew`", "`clock_skew`"]),
        ("account = \"acme\"\n[licenses]\nlicenced = 1\n", &["line 3", "`licenses.licenced`", "`licensed`"]),
        (
            "account = \"acme\"\n[domains.\"acme.example\"]\nmanged = true\n",
            &["line 3", "manged", "`managed`"],
        ),
        (
            "account = \"acme\"\n[mapping.basic]\nfirstname = \"x\"\n",
            &["line 3", "`mapping.basic.firstname`", "`first_name`"],
        ),
        (
            "account = \"acme\"\n[mapping.basic]\nfirst_name = { atribute = \"x\" }\n",
            &["line 3", "`mapping.basic.first_name.atribute`", "`attribute`"],
        ),
        (
            "account = \"acme\"\n[mapping.basic.first_name]\nattribute = \"x\"\nupdat = true\n",
            &["line 4", "`mapping.basic.first_name.updat`", "`update`"],
        ),
        (
            "account = \"acme\"\n[sso]\nqqq = 1\n",
            &["line 3", "`sso.qqq`", "The keys here are: enabled, idp_metadata_url"],
        ),
    ] {
        named(&acme, text, words).await;
    }
    assert_eq!(world.dump(), before);
}

async fn what_cannot_hold_for_a_domain_is_refused_by_name(world: &World) {
    let acme = world.account("acme").await;
    let consolidating = |managed: bool| {
        let wanted = acme.usual().set(["domains", "acme.example", "consolidate"], true);
        wanted.set(["domains", "acme.example", "managed"], managed).text()
    };
    named(&acme, &consolidating(false), &["consolidate", "managed"]).await;
    acme.plan_text(&consolidating(true)).await.unwrap();
    let exempt = |address: &str| acme.usual().set(["domains", "acme.example", "exempt"], vec![address]);
    for (address, word) in
        [("glass", "e-mail address"), ("glass@other.example", "not an address of acme.example")]
    {
        named(&acme, &exempt(address).text(), &["exempt", word]).await;
    }
    acme.plan(&exempt("glass@acme.example")).await.unwrap();
    // What these say when they change nothing is no promise that could be broken.
    let harmless = acme.usual().set(["domains", "acme.example", "consolidate"], false);
    acme.plan(&harmless).await.unwrap();
}

async fn a_value_that_cannot_be_used_is_named_with_its_key(world: &World) {
    let acme = world.account("acme").await;
    let pem = acme.idp.certificate_pem();
    let broken = pem.replacen("MII", "MIX", 1);
    for (key, value, word) in [
        ("binding", Value::from("soap"), "redirect, post"),
        ("sp_entity_id", "http".into(), "https, bare"),
        ("signature_hash", "md5".into(), "sha256, sha384, sha512"),
        // The usual key is one that signs with no other.
        ("signature_hash", "sha384".into(), "sha256 alone"),
        ("provision", "always".into(), "at_sign_in, prior_to_sign_in, link_at_sign_in"),
        ("unsolicited", "ignore".into(), "restart"),
        ("signing_key", "dsa".into(), "rsa-2048, rsa-3072, ecdsa-p256"),
        ("allow", vec!["md5"].into(), "sha1"),
        ("clock_skew", "301s".into(), "300"),
        ("clock_skew", "6m".into(), "300"),
        ("clock_skew", "three minutes".into(), "duration"),
        ("clock_skew", "".into(), "duration"),
        ("clock_skew", "-1s".into(), "duration"),
        ("issuer", " ".into(), "missing"),
        ("sign_in_url", "javascript:alert(1)".into(), "http or https"),
        ("sign_in_url", "JAVASCRIPT://x/%0aalert(1)".into(), "http or https"),
        ("sign_in_url", "data:text/html,x".into(), "http or https"),
        ("sign_in_url", "//idp.example/sso".into(), "http or https"),
        ("sign_in_url", "idp.example".into(), "http or https"),
        ("sign_out_url", "file:///etc/passwd".into(), "http or https"),
        ("sign_out_url", "javascript:alert(1)".into(), "http or https"),
        ("sign_out_response_url", "javascript:alert(1)".into(), "http or https"),
        ("sign_out_binding", "soap".into(), "redirect, post"),
        ("certificates", Vec::<Value>::new().into(), "at least one"),
        ("certificates", vec![broken.as_str()].into(), "certificate"),
        ("certificates", vec!["no-such-file.pem"].into(), "no-such-file.pem"),
        ("certificates", vec![pem.as_str(), "-----BEGIN CERTIFICATE-----"].into(), "certificate"),
    ] {
        let text = acme.usual().set(["sso", key], value).text();
        named(&acme, &text, &[&format!("`sso.{key}`"), word]).await;
    }
    for (path, value, words) in [
        (["licenses", "basic"], Value::from(10_000), ["`licenses.basic`", "0 to 9999"]),
        (["licenses", "basic"], (-1).into(), ["`licenses.basic`", "0 to 9999"]),
        (["licenses", "licensed"], "ten".into(), ["`licenses.licensed`", "number of seats"]),
        (["licenses", "fallback"], "gold".into(), ["`licenses.fallback`", "basic, licensed, on-prem"]),
        (["licenses", "fallback"], "none".into(), ["`licenses.fallback`", "basic, licensed, on-prem"]),
    ] {
        named(&acme, &acme.usual().set(path, value).text(), &words).await;
    }
    for (key, value, word) in [
        ("default_license", Value::from("gold"), "none, basic, licensed, on-prem"),
        ("email", " ".into(), "1 to 512 characters"),
        ("department", "x".repeat(513).into(), "1 to 512 characters"),
    ] {
        let text = acme.usual().set(["mapping", "basic", key], value).text();
        named(&acme, &text, &[&format!("`mapping.basic.{key}`"), word]).await;
    }
    for domain in ["localhost", "10.0.0.1", "acme", "a..example", "-.example"] {
        let text = acme.usual().domain(domain).text();
        named(&acme, &text, &["`domains.", domain, "not a domain name"]).await;
    }
}

async fn a_value_of_another_kind_is_named_with_its_line(world: &World) {
    let acme = world.account("acme").await;
    for (text, line) in [
        ("account = 7\n", "line 1"),
        ("account = \"acme\"\n\n[sso]\nsign_requests = \"yes\"\n", "line 4"),
        ("account = \"acme\"\n[sso]\ncertificates = \"one\"\n", "line 3"),
        ("account = \"acme\"\nsso = true\n", "line 2"),
        ("account = \"acme\"\n[domains]\n\"acme.example\" = true\n", "line 3"),
        ("account = \"acme\"\n[mapping.basic]\nlast_name = \"sn\"\nfirst_name = 5\n", "line 4"),
        (
            "account = \"acme\"\n[mapping.basic]\nlast_name = \"sn\"\nfirst_name = { update = true }\n",
            "line 4",
        ),
        (
            "account = \"acme\"\n[mapping.basic]\nfirst_name = { attribute = \"x\", update = \"no\" }\n",
            "line 3",
        ),
        ("[licenses]\nbasic = 1\n", "account"),
    ] {
        let (error, shown) = refused(&acme, text).await;
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(shown.contains(line), "{line:?} is not in: {shown}");
        assert!(!shown.contains("untagged") && !shown.contains("variant"), "not for people: {shown}");
    }
}

async fn what_is_no_toml_is_named_with_its_line(world: &World) {
    let acme = world.account("acme").await;
    named(&acme, "account = \"acme\"\n\nbasic = = 3\n", &["line 3"]).await;
    named(&acme, "account = \"acme\"\naccount = \"beta\"\n", &["line 2"]).await;
    let huge = format!("account = \"acme\"\n#{}", "x".repeat(1024 * 1024));
    named(&acme, &huge, &["larger than"]).await;
}

async fn the_identity_provider_is_described_once(world: &World) {
    let acme = world.account("acme").await;
    let missing = Wanted::of("acme").set(["sso", "binding"], "post").text();
    named(&acme, &missing, &["`sso`", "missing", "idp_metadata_url"]).await;
    let url = "https://idp.example/metadata";
    for twice in [
        acme.usual().set(["sso", "idp_metadata_url"], url),
        acme.usual().set(["sso", "idp_metadata_file"], "idp.xml"),
        Wanted::of("acme").set(["sso", "idp_metadata_url"], url).set(["sso", "idp_metadata_file"], "idp.xml"),
    ] {
        named(&acme, &twice.text(), &["`sso`", "described twice", "one of"]).await;
    }
    for (absent, key) in [
        ("issuer", "`sso.issuer`"),
        ("certificates", "`sso.certificates`"),
        ("sign_in_url", "`sso.sign_in_url`"),
    ] {
        named(&acme, &acme.usual().without_sso(absent).text(), &[key]).await;
    }
}

async fn p11_metadata_that_cannot_be_used_is_named_with_its_key(world: &World) {
    let acme = world.account("acme").await;
    let genuine = IdentityProvider {
        entity_id: "https://idp.example/metadata".to_owned(),
        sso: vec![Endpoint::new(Binding::Redirect, "https://idp.example/sso")],
        slo: Vec::new(),
        signing_certificates: vec![acme.idp.certificate().clone()],
        name_id_formats: Vec::new(),
        valid_until: None,
        cache_duration: None,
        want_authn_requests_signed: false,
    };
    let expired = IdentityProvider { valid_until: Some(world.time.now()), ..genuine.clone() };
    let keyless = IdentityProvider { signing_certificates: Vec::new(), ..genuine.clone() };
    let script = idp::write(&genuine).replace("https://idp.example/sso", "javascript:alert(1)//x");
    let plan = async |document: &str, binding: &str| {
        std::fs::write(world.folder.path().join("idp.xml"), document).unwrap();
        let text = Wanted::of("acme")
            .set(["sso", "idp_metadata_file"], "idp.xml")
            .set(["sso", "binding"], binding)
            .text();
        configuration::plan(&world.app.operator(), &source(&text, world.folder.path())).await
    };
    plan(&idp::write(&genuine), "redirect").await.unwrap();
    for (document, binding, word) in [
        (idp::write(&genuine), "post", "binding"),
        (idp::write(&expired), "redirect", "valid until"),
        (idp::write(&keyless), "redirect", "no certificate"),
        (script, "redirect", "not http or https"),
        ("<a/>".to_owned(), "redirect", "not SAML metadata"),
        ("nothing".to_owned(), "redirect", "cannot be read"),
    ] {
        let error = plan(&document, binding).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(error.message().contains("acme.toml: `sso.idp_metadata_file`"), "{error}");
        assert!(error.message().contains(word), "{error}");
    }
    let text = Wanted::of("acme").set(["sso", "idp_metadata_file"], "absent.xml").text();
    named(&acme, &text, &["`sso.idp_metadata_file`", "absent.xml"]).await;
}

async fn p19_an_address_inside_is_not_fetched_and_the_error_names_the_key(world: &World) {
    let acme = world.account("acme").await;
    for url in [
        "https://127.0.0.1/metadata",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://x.localhost/",
    ] {
        let text = Wanted::of("acme").set(["sso", "idp_metadata_url"], url).text();
        named(&acme, &text, &["`sso.idp_metadata_url`", "not a public address", "outbound.allow"]).await;
    }
    let text = Wanted::of("acme").set(["sso", "idp_metadata_url"], "file:///etc/passwd").text();
    named(&acme, &text, &["`sso.idp_metadata_url`"]).await;
}

async fn an_unknown_account_is_named(world: &World) {
    let acme = world.account("acme").await;
    for label in ["nobody", "Not a label", ""] {
        let error = acme.plan(&Wanted::of(label)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound, "{label}");
        assert!(error.message().contains(&format!("\"{label}\"")), "{error}");
        assert!(error.advice().unwrap().contains("account list"));
    }
    let empty = configuration::plan(&world.app.operator(), &source("", Path::new("/nowhere"))).await;
    assert!(empty.unwrap_err().message().contains("account"));
}

async fn seats_below_use_are_named(world: &World) {
    let acme = world.acme().await;
    acme.sign_in(&Person::anna()).await;
    let (error, shown) = refused(&acme, &acme.usual().set(["licenses", "basic"], 1).text()).await;
    assert_eq!(error.kind(), Kind::Conflict, "{shown}");
    for word in ["`licenses.basic`", "2 users", "1 seat"] {
        assert!(shown.contains(word), "{word:?} is not in: {shown}");
    }
    acme.apply(acme.usual().set(["licenses", "basic"], 2)).await;
}

async fn t03_a_domain_of_another_account_is_named_and_nothing_else_of_that_account(world: &World) {
    let acme = world.account("acme").await;
    world.configured_account("beta").await;
    let text = acme.usual().domain("Beta.example").text();
    let (error, shown) = refused(&acme, &text).await;
    assert_eq!(error.kind(), Kind::Conflict, "{shown}");
    assert!(shown.contains("`domains.\"beta.example\"`"), "{shown}");
    assert!(!shown.contains("beta company") && !shown.contains("owner@"), "{shown}");
    let none = acme.usual().set(["domains"], Table::new());
    acme.plan(&none).await.unwrap();
}
