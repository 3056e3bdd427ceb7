//! Whole-system tests: the built program, a real browser, real counterparts. The tests are in `tests/system`, one program
//! so that it links once; what starts the counterparts is the crate `vestibule-testkit`.
//!
//! Here is what the tests share with the command `cargo xtask attack`: a sign-in without a browser, and the round through
//! every bad response of the test identity provider. The guides per provider are read here too.

pub mod attacks;
pub mod browserless;
pub mod guide;
