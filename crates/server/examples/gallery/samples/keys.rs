//! Our own certificates on the connection's page: one at rest, and all that a change has.

use super::{HOST, certificate, days, minutes_ago, text};
use vestibule_model::connection::{CertificateRotation, SigningKeyKind};
use vestibule_model::rotation::{KeyState, Life};
use vestibule_server::portal::connection::{Certificate, Key, Keys, Reader};

fn key(seed: u8, life: Life, ends: i64) -> Key {
    Key {
        id: text("key_1"),
        life,
        kind: SigningKeyKind::Rsa2048,
        signs: true,
        decrypts: true,
        used: true,
        prepared_at: None,
        created_at: days(-3),
        takes_over_at: life.takes_over_at(CertificateRotation::Automatic),
        removed_at: life.removed_at(),
        certificate: Certificate {
            pem: Some(text("-----BEGIN CERTIFICATE-----")),
            ..certificate(HOST, -70, ends, &"k".repeat(seed.into()))
        },
    }
}

pub fn keys(in_change: bool) -> Keys {
    let active = key(1, Life::first(days(-70)), if in_change { 20 } else { 1_025 });
    let next = key(2, Life { seen_at: Some(minutes_ago(200)), ..Life::next() }, 1_092);
    let former = Life { state: KeyState::Former, retired_at: Some(days(-30)), ..Life::first(days(-900)) };
    let kept = Key {
        signs: false,
        decrypts: false,
        kind: SigningKeyKind::EcdsaP256,
        ..key(4, Life::first(days(-900)), 200)
    };
    let imported = Key {
        signs: false,
        kind: SigningKeyKind::Imported,
        life: Life { state: KeyState::Former, ..Life::next() },
        ..key(5, Life::next(), 26)
    };
    let reader = |agent: &str, address: &str, counts| Reader {
        agent: text(agent),
        address: text(address),
        last_seen_at: minutes_ago(200),
        counts,
    };
    Keys {
        address: text("/admin/sso/con_1"),
        rotation: CertificateRotation::Automatic,
        keys: if in_change {
            vec![active, next, key(3, former, 60), imported, kept]
        } else {
            vec![Key { prepared_at: Some(days(935)), ..active }]
        },
        readers: vec![
            reader("ShibbolethIdp/5.1 OpenSAML/5.1", "198.51.100.7", true),
            reader("curl/8.12", "2001:db8::7", false),
        ],
    }
}
