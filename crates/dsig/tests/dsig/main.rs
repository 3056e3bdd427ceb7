//! Signatures from outside: what verifies, what does not, and why.
//!
//! `profile.rs` holds the table of the rules of verifying, `keys.rs` what a message says about its key, `round_trip.rs`
//! what is signed here, `messages.rs` what libxmlsec1 signed, `flips.rs` the property that no damage goes unseen.
//! `decryption.rs` and `encrypted_forms.rs` are the same for encrypted elements.
//! The one thing to know: `support.rs` can sign anything at all, so a refused form is genuinely signed by a trusted
//! key, and only its form can be the reason.

#[cfg(test)]
mod certificates;
#[cfg(test)]
mod decryption;
#[cfg(test)]
mod encrypted_forms;
#[cfg(test)]
mod flips;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod profile;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod support;
