//! Whole-system tests: the built program beside real counterparts. Each test starts what it needs and leaves nothing behind;
//! where a counterpart is missing the test is recorded as skipped, with the reason.

mod counterparts;
