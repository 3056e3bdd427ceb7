//! Where a proof may stand, and what looks like one and is none.

use super::{Host, Net, check, claim, domain, people, quoted};
use crate::account::Account;
use crate::cases;
use crate::world::World;
use vestibule_app::domains;
use vestibule_app::outbound::Dns;
use vestibule_model::domain::claim::{FILE, Findings, Method, Seen, State};

cases! {
    a_file_or_a_meta_tag_proves_a_domain,
    t03_a_proof_that_a_visitor_or_another_host_could_have_made_is_none,
    t05_an_alias_proves_nothing,
    p19_a_site_at_a_private_address_is_not_looked_at,
    a_name_server_that_is_silent_is_not_taken_for_an_answer,
}

async fn found(account: &Account, name: &str) -> Findings {
    let seen = domains::one(&people(account).await, &domain(name)).await.unwrap();
    seen.claim.unwrap().findings.unwrap()
}

async fn a_file_or_a_meta_tag_proves_a_domain(world: &World) {
    let (Some(net), Some(host)) = (Net::open(world).await, Host::open()) else { return };
    let acme = net.account(world, "acme").await;
    let proof = claim(&acme, "claim.example").await;
    net.names.publish(&[("claim", "A", &host.address.to_string())]);
    assert_eq!(check(&acme, "claim.example").await, State::Verifying);
    assert!(matches!(found(&acme, "claim.example").await.file, Seen::Absent(_)));
    host.answers(FILE, "200 OK", &format!("{proof}\n"));
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
    let seen = domains::one(&people(&acme).await, &domain("claim.example")).await.unwrap();
    assert_eq!(seen.claim.unwrap().proved_by, Some(Method::File));
    host.clear();
    let token = proof.split_once('=').unwrap().1;
    let page = format!(
        "<!doctype html><head><title>Us</title><meta name=\"vestibule-verification\" content=\"{token}\">"
    );
    host.answers("/", "302 Found\r\nlocation: /home", "");
    host.answers("/home", "200 OK", &format!("{page}<body>{}", " ".repeat(300_000)));
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
    assert_eq!(found(&acme, "claim.example").await.meta, Seen::Proved);
}

async fn t03_a_proof_that_a_visitor_or_another_host_could_have_made_is_none(world: &World) {
    let (Some(net), Some(host), Some(other)) = (Net::open(world).await, Host::open(), Host::open()) else {
        return;
    };
    let acme = net.account(world, "acme").await;
    let proof = claim(&acme, "claim.example").await;
    let token = proof.split_once('=').unwrap().1;
    net.names
        .publish(&[("claim", "A", &host.address.to_string()), ("other", "A", &other.address.to_string())]);
    other.answers(FILE, "200 OK", &proof);
    let meta = format!("<meta name=\"vestibule-verification\" content=\"{token}\">");
    other.answers("/", "200 OK", &meta);
    for (head, body) in [
        ("302 Found\r\nlocation: http://other.example/.well-known/vestibule-verification.txt", ""),
        ("301 Moved\r\nlocation: //other.example/", ""),
        ("404 Not Found", proof.as_str()),
        ("200 OK", &format!("Comments: {proof} was said")),
        ("200 OK", token),
    ] {
        host.answers(FILE, head, body);
        assert_eq!(check(&acme, "claim.example").await, State::Verifying, "{head} {body}");
    }
    for body in [format!("<body>{meta}"), format!("<!-- {meta} -->"), format!("<title>{meta}</title>")] {
        host.answers("/", "200 OK", &body);
        assert_eq!(check(&acme, "claim.example").await, State::Verifying, "{body}");
    }
    host.answers("/", "200 OK", &meta);
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
}

async fn t05_an_alias_proves_nothing(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let acme = net.account(world, "acme").await;
    let proof = quoted(&claim(&acme, "claim.example").await);
    net.names.publish(&[("claim", "CNAME", "other"), ("other", "TXT", &proof)]);
    assert_eq!(check(&acme, "claim.example").await, State::Verifying);
    net.names.publish(&[("mail.claim", "TXT", &proof), ("vestibule.claim", "TXT", &proof)]);
    assert_eq!(check(&acme, "claim.example").await, State::Verifying);
    // Among others, and in several strings, it is the proof.
    let cut = format!("{}\" \"{}", &proof[..20], &proof[20..]);
    net.names.publish(&[("claim", "TXT", "\"v=spf1 -all\""), ("claim", "TXT", &cut)]);
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
}

async fn p19_a_site_at_a_private_address_is_not_looked_at(world: &World) {
    let (Some(net), Some(host)) = (Net::open(world).await, Host::open()) else { return };
    let dns = Dns::Server(net.names.address());
    let closed = world.configured(|deployment| deployment.dns = dns).await;
    let acme = net.account(world, "acme").await;
    let proof = claim(&acme, "claim.example").await;
    host.answers(FILE, "200 OK", &proof);
    net.names.publish(&[("claim", "A", &host.address.to_string())]);
    assert_eq!(check(&acme.at(&closed), "claim.example").await, State::Verifying);
    let Seen::Unknown(why) = found(&acme, "claim.example").await.file else { panic!("looked at") };
    assert!(why.contains("not a public address"), "{why}");
    assert_eq!(check(&acme, "claim.example").await, State::Verified, "where the operator allows it");
}

async fn a_name_server_that_is_silent_is_not_taken_for_an_answer(world: &World) {
    // The port is bound, and nobody answers there.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let app = world.configured(|deployment| deployment.dns = Dns::Server(address)).await;
    let acme = world.account("acme").await.at(&app);
    claim(&acme, "claim.example").await;
    assert_eq!(check(&acme, "claim.example").await, State::Verifying);
    assert!(matches!(found(&acme, "claim.example").await.dns, Seen::Unknown(_)));
}
