//! Every policy against every proof, the life of a certificate that goes away, and when to look again.

use super::*;

fn at(hours: i64) -> Timestamp {
    Timestamp::constant(1_772_366_400, 0) + SignedDuration::from_hours(hours)
}

fn provider(certificates: &[&str]) -> IdentityProvider {
    IdentityProvider {
        metadata_url: Some("https://idp.example/metadata".to_owned()),
        issuer: "https://idp.example".to_owned(),
        sign_in_url: "https://idp.example/sso".to_owned(),
        sign_out_url: None,
        sign_out_response_url: None,
        sign_out_binding: None,
        certificates: certificates.iter().map(|one| (*one).to_owned()).collect(),
    }
}

fn moved(certificates: &[&str]) -> IdentityProvider {
    IdentityProvider { sign_in_url: "https://new.example/sso".to_owned(), ..provider(certificates) }
}

fn decided(
    published: &[&str],
    found: &IdentityProvider,
    how: (NewCertificates, Proof),
) -> (Option<IdentityProvider>, Review) {
    let Decision { publish, review, .. } = decide(&provider(published), found, how, &Absences::new(), at(0));
    (publish, review)
}

const REVIEW: (NewCertificates, Proof) = (NewCertificates::Review, Proof::SameOriginHttps);
const ORIGIN: (NewCertificates, Proof) = (NewCertificates::SameOriginHttps, Proof::SameOriginHttps);
const SIGNED: (NewCertificates, Proof) = (NewCertificates::SignedMetadata, Proof::Signed);

#[test]
fn the_same_in_another_order_is_no_change() {
    for how in [REVIEW, ORIGIN, SIGNED] {
        assert_eq!(decided(&["a", "b"], &provider(&["b", "a"]), how), (None, Review::Nothing));
    }
}

#[test]
fn without_a_proof_that_the_policy_asks_for_everything_waits() {
    let found = provider(&["a", "b"]);
    let unproved = [
        REVIEW,
        (NewCertificates::Review, Proof::Signed),
        (NewCertificates::SameOriginHttps, Proof::None),
        (NewCertificates::SameOriginHttps, Proof::Signed),
        (NewCertificates::SignedMetadata, Proof::None),
        (NewCertificates::SignedMetadata, Proof::SameOriginHttps),
    ];
    for how in unproved {
        assert_eq!(decided(&["a"], &found, how), (None, Review::Needed), "{how:?}");
        assert_eq!(decided(&["a"], &provider(&["b"]), how), (None, Review::Needed), "{how:?}");
        assert_eq!(decided(&["a", "b"], &provider(&["b"]), how), (None, Review::Needed), "{how:?}");
    }
}

#[test]
fn the_origin_vouches_for_certificates_and_a_signature_for_all() {
    let both = Some(provider(&["a", "b"]));
    assert_eq!(decided(&["a"], &provider(&["a", "b"]), ORIGIN), (both.clone(), Review::Nothing));
    assert_eq!(decided(&["a"], &moved(&["a", "b"]), ORIGIN), (both.clone(), Review::Needed));
    assert_eq!(decided(&["a"], &provider(&["a", "b"]), SIGNED), (both, Review::Nothing));
    assert_eq!(decided(&["a"], &moved(&["a"]), SIGNED), (Some(moved(&["a"])), Review::Nothing));
}

#[test]
fn a_certificate_that_is_not_listed_any_more_is_kept_for_three_days() {
    for how in [ORIGIN, SIGNED] {
        let found = provider(&["b"]);
        let first = decide(&provider(&["a", "b"]), &found, how, &Absences::new(), at(0));
        assert_eq!((first.publish, first.review), (None, Review::Nothing));
        assert_eq!(first.absent, Absences::from([("a".to_owned(), at(0))]));
        let later = decide(&provider(&["a", "b"]), &found, how, &first.absent, at(71));
        assert_eq!((later.publish, &later.absent), (None, &first.absent));
        let last = decide(&provider(&["a", "b"]), &found, how, &later.absent, at(72));
        assert_eq!((last.publish, last.absent), (Some(provider(&["b"])), Absences::new()));
        // Listed again in between, it begins anew.
        let back = decide(&provider(&["a", "b"]), &provider(&["a", "b"]), how, &later.absent, at(71));
        assert_eq!(back.absent, Absences::new());
    }
}

#[test]
fn a_metadata_that_lists_only_the_next_certificate_adds_it_beside_the_old_one() {
    let next = decide(&provider(&["a"]), &provider(&["b"]), ORIGIN, &Absences::new(), at(0));
    assert_eq!(next.publish, Some(provider(&["b", "a"])));
    assert_eq!(next.absent, Absences::from([("a".to_owned(), at(0))]));
}

#[test]
fn every_change_is_named() {
    let found = IdentityProvider {
        issuer: "https://new.example".to_owned(),
        sign_out_url: Some("https://idp.example/slo".to_owned()),
        sign_out_response_url: Some("https://idp.example/slo/done".to_owned()),
        sign_out_binding: Some(Binding::Post),
        ..moved(&["b", "c"])
    };
    let difference = Difference::between(&provider(&["a", "b"]), &found);
    let change = |before: &str, after: &str| {
        Some(Change { before: Some(before.to_owned()), after: Some(after.to_owned()) })
    };
    assert_eq!(difference.added, ["c"]);
    assert_eq!(difference.removed, ["a"]);
    assert_eq!(difference.issuer, change("https://idp.example", "https://new.example"));
    assert_eq!(difference.sign_in_url, change("https://idp.example/sso", "https://new.example/sso"));
    let new = |after: &str| Some(Change { before: None, after: Some(after.to_owned()) });
    assert_eq!(difference.sign_out_url, new("https://idp.example/slo"));
    assert_eq!(difference.sign_out_response_url, new("https://idp.example/slo/done"));
    assert_eq!(difference.sign_out_binding, new("post"));
    assert!(!difference.concerns_certificates_alone());
}

#[test]
fn it_is_looked_at_again_within_bounds() {
    let (minutes, hours) = (SignedDuration::from_mins, SignedDuration::from_hours);
    let next = |kept, valid: Option<i64>| next_look(kept, valid.map(at), at(0)).duration_since(at(0));
    assert_eq!(next(None, None), hours(6));
    assert_eq!(next(Some(hours(2)), None), hours(2));
    assert_eq!(next(None, Some(4)), hours(2));
    assert_eq!(next(Some(hours(1)), Some(4)), hours(1));
    assert_eq!(next(Some(hours(24 * 30)), None), hours(24));
    assert_eq!(next(Some(SignedDuration::from_secs(1)), None), minutes(5));
    assert_eq!(next(None, Some(-1)), minutes(5));
}

#[test]
fn a_difference_that_was_dismissed_waits_anew_only_when_it_is_another_one() {
    let needed = |found| decide(&provider(&["a"]), found, REVIEW, &Absences::new(), at(0));
    let found = provider(&["a", "b"]);
    let mut copy = Copy::after(None, found.clone(), &needed(&found), at(0));
    assert!(copy.waits_anew(None));
    let again = Copy::after(Some(&copy), found.clone(), &needed(&found), at(1));
    assert!(!again.waits_anew(Some(&copy)));
    copy.pending = Some(Pending { since: at(0), state: PendingState::Dismissed });
    let again = Copy::after(Some(&copy), found.clone(), &needed(&found), at(2));
    assert_eq!(again, copy);
    let other = provider(&["a", "c"]);
    assert!(Copy::after(Some(&copy), other.clone(), &needed(&other), at(3)).waits_anew(Some(&copy)));
    let settled = provider(&["a"]);
    assert_eq!(Copy::after(Some(&copy), settled.clone(), &needed(&settled), at(3)).pending, None);
}
