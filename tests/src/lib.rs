//! Whole-system tests: the built program, a real browser, real counterparts. The tests are in `tests/system`, one program
//! so that it links once; what starts the counterparts is the crate `vestibule-testkit`. There is no code here.
