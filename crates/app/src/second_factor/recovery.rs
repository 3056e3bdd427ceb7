//! Recovery codes: they are shown once, and each works once in place of a code of the app. What is kept is a keyed hash.

use crate::context::{App, Random};
use vestibule_model::id::{AccountId, UserId};

/// How many there are.
pub const COUNT: usize = 10;
/// Letters of one: 80 bits.
const LENGTH: usize = 16;
/// No letter that looks like another one.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Fresh codes, as people write them down.
pub(super) fn fresh(random: &Random) -> Vec<String> {
    (0..COUNT).map(|_| one(random)).collect()
}

fn one(random: &Random) -> String {
    let mut bytes = [0; LENGTH];
    random.fill(&mut bytes);
    let mut code = String::with_capacity(LENGTH + LENGTH / 4);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            code.push('-');
        }
        code.push(LETTERS.get(usize::from(byte % 32)).map_or('a', |letter| char::from(*letter)));
    }
    code
}

/// What is kept of a code, however it is typed; `None` for what cannot be one.
pub(super) fn hash(app: &App, (account, user): (AccountId, UserId), typed: &str) -> Option<[u8; 32]> {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let (account, user) = (account.to_string(), user.to_string());
    let letters = Some(letters.to_ascii_lowercase()).filter(|letters| letters.len() == LENGTH)?;
    Some(app.inner.vault.mark(&["recovery code", &account, &user, &letters]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_eighty_bits_in_four_groups_of_letters_that_look_different() {
        let codes = fresh(&Random::system());
        assert_eq!(codes.len(), COUNT);
        for code in &codes {
            assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 4], "{code}");
            assert!(!code.contains(['i', 'l', 'o', '1']), "{code}");
        }
        let mut letters = LETTERS.to_vec();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), 32);
    }
}
