//! Every bad response of the test identity provider, sent to a running service.

use vestibule_system_tests::attacks::{self, Row};

use crate::demo::Demo;

#[test]
fn x01_to_x23_p01_to_p18_end_with_the_promised_code_in_the_log_and_their_honest_twins_sign_in() {
    let demo = Demo::start();
    let rows: Vec<Row> = attacks::round(demo.vanity(), |tracking_id| demo.explain(tracking_id)).collect();
    let wrong: Vec<String> = rows.iter().filter(|row| !row.is_good()).map(Row::line).collect();
    assert!(wrong.is_empty(), "{}\n{}", attacks::head(), wrong.join("\n"));
    assert!(rows.len() > 100, "only {} bad responses were sent", rows.len());
}
