//! The built-in test identity provider, honest and adversarial.

pub mod attack;
