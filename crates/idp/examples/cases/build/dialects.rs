//! Accepted: what a response looks like that other vendors' identity providers write.

use vestibule_idp::{dialect, people};

use super::{Built, honest, signer};

pub fn all() -> Vec<Built> {
    let person = people::sample("acme.example").swap_remove(0);
    let build = |dialect: &dialect::Dialect| {
        let xml = dialect.write(&honest(), &person, &signer("idp")).unwrap();
        Built::new(
            format!("x24_dialect_{}", dialect.id),
            &format!("The response is written and signed as {} does it.", dialect.name),
            xml,
        )
    };
    dialect::ALL.iter().map(build).collect()
}
