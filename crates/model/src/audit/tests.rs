//! The form of records, heads and words.

use super::*;

fn record() -> Record {
    Record {
        number: 7,
        time: Timestamp::from_microsecond(1_800_000_000_123_456).unwrap(),
        account: AccountId::from_bytes([1; 16]),
        actor: Actor::Person { id: UserId::from_bytes([2; 16]), name: "Olga@acme.example".to_owned() },
        entrance: Entrance::BreakGlass,
        address: Some("2001:db8::7".to_owned()),
        deed: Deed::DomainDecided,
        subject: Subject::named(Thing::Domain, "müller.example"),
        changes: vec![Change {
            field: "enforce_sso".to_owned(),
            before: Some("false".to_owned()),
            after: Some("true".to_owned()),
            rule: "by \"Olga\"".to_owned(),
        }],
        previous: Hash::NONE,
    }
}

#[test]
fn the_text_of_a_record_never_changes_its_form() {
    let zeros = "0".repeat(64);
    let expected = format!(
        "{{\"number\":7,\"time\":\"2027-01-15T08:00:00.123456Z\",\"account\":\"acc_{}\",\
         \"actor\":{{\"kind\":\"person\",\"id\":\"usr_{}\",\"name\":\"Olga@acme.example\"}},\"entrance\":\"break_glass\",\
         \"address\":\"2001:db8::7\",\"deed\":\"domain.policy_changed\",\
         \"subject\":{{\"kind\":\"domain\",\"id\":null,\"name\":\"müller.example\"}},\
         \"changes\":[{{\"field\":\"enforce_sso\",\"before\":\"false\",\"after\":\"true\",\"rule\":\"by \\\"Olga\\\"\"}}],\
         \"previous\":\"{zeros}\"}}",
        "01".repeat(16),
        "02".repeat(16),
    );
    assert_eq!(record().text().unwrap(), expected);
    assert_eq!(Record::parse(&expected).unwrap(), record());
    let ones = Hash([0x11; 32]);
    let line = line(&expected, ones);
    assert!(line.ends_with(&format!(",\"hash\":\"{}\"}}", "11".repeat(32))));
    assert_eq!(line.rsplit_once(",\"hash\":").unwrap().0, expected.strip_suffix('}').unwrap());
    assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
}

#[test]
fn a_head_reads_back_what_it_writes() {
    let head = Head { number: 12, hash: Hash([0xab; 32]) };
    assert_eq!(Head::parse(&head.to_string()), Some(head));
    for wrong in ["", "12", "12:ab", "-1:00", &format!("x:{}", "ab".repeat(32))] {
        assert_eq!(Head::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn every_deed_has_a_word_of_its_own() {
    for deed in Deed::ALL {
        assert_eq!(Deed::from_word(deed.as_str()), Some(*deed));
        assert!(deed.as_str().split_once('.').is_some(), "{}", deed.as_str());
    }
}
