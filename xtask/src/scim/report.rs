//! What a suite says of a server, read from what it prints: how many checks passed, and which failed.

use crate::Outcome;
use serde_json::Value;

/// What came out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) passed: usize,
    /// Each check that failed, in the words of the suite.
    pub(super) failed: Vec<String>,
}

/// scim2-tester: a status and the name of a check, and what it has to say in the line below.
pub(super) fn tester(text: &str) -> Report {
    let mut report = Report::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let (status, check) = line.split_once(' ').unwrap_or((line, ""));
        match status {
            "SUCCESS" | "COMPLIANT" | "ACCEPTABLE" => report.passed += 1,
            "ERROR" | "DEVIATION" | "CRITICAL" => {
                let why = lines.peek().map_or("", |next| next.trim());
                report.failed.push(format!("{check}: {why}"));
            }
            _ => {}
        }
    }
    report
}

/// scim-sanity: a mark and the name of a check.
pub(super) fn sanity(text: &str) -> Report {
    let mut report = Report::default();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("[PASS]") {
            report.passed += 1;
        } else if let Some(check) = line.strip_prefix("[FAIL] ").or(line.strip_prefix("[ERROR] ")) {
            report.failed.push(check.to_owned());
        }
    }
    report
}

/// Okta's: the requests that failed each in a line, and the sum of the assertions in the last one.
pub(super) fn okta(text: &str) -> Report {
    let failed = text.lines().filter_map(|line| line.strip_prefix("FAIL ")).map(str::to_owned).collect();
    let before = text.lines().last().and_then(|line| line.split_once(" passed")).map(|(before, _)| before);
    let passed = before.and_then(|before| before.rsplit(' ').next()).and_then(|count| count.parse().ok());
    Report { passed: passed.unwrap_or_default(), failed }
}

/// What newman writes of a run.
///
/// # Errors
/// When that is no such report.
pub(super) fn newman(text: &str) -> Outcome<Report> {
    let all: Value = serde_json::from_str(text).map_err(|error| format!("the report of newman: {error}"))?;
    let run = all.get("run").ok_or("the report of newman has no run")?;
    let count = |name: &str| run.pointer(&format!("/stats/assertions/{name}")).and_then(Value::as_u64);
    let passed = count("total").zip(count("failed")).map(|(total, failed)| total.saturating_sub(failed));
    let text =
        |failure: &Value, at: &str| failure.pointer(at).and_then(Value::as_str).unwrap_or("?").to_owned();
    let failures = run.get("failures").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let failed = failures
        .iter()
        .map(|failure| format!("{}: {}", text(failure, "/source/name"), text(failure, "/error/test")));
    let passed = passed.ok_or("the report of newman counts no assertions")?;
    Ok(Report { passed: usize::try_from(passed).unwrap_or(usize::MAX), failed: failed.collect() })
}

#[cfg(test)]
mod tests {
    use super::{Report, newman, okta, sanity, tester};

    fn report(passed: usize, failed: &[&str]) -> Report {
        Report { passed, failed: failed.iter().map(|check| (*check).to_owned()).collect() }
    }

    #[test]
    fn what_each_suite_prints_is_counted_and_what_failed_is_named() {
        let said = "Performing\nSUCCESS a\n  fine\nERROR check_b\n  b is wrong\n  {'c': 1}\nSKIPPED d\n";
        assert_eq!(tester(said), report(1, &["check_b: b is wrong"]));
        let said = "  Phase\n  [PASS] GET /a\n  [FAIL] GET /b\n         Expected 200\n  [SKIP] c\n";
        assert_eq!(sanity(said), report(1, &["GET /b"]));
        let said = "ok   a\nFAIL b  [GET 200]\n       c\nOkta: 2 requests, 9 passed, 1 failed assertions (1 request)\n";
        assert_eq!(okta(said), report(9, &["b  [GET 200]"]));
        let said = r#"{"run":{"stats":{"assertions":{"total":3,"failed":1}},
            "failures":[{"source":{"name":"Get"},"error":{"test":"is there"}}]}}"#;
        assert_eq!(newman(said), Ok(report(2, &["Get: is there"])));
        assert!(newman("{}").is_err());
    }

    #[test]
    fn a_suite_that_says_nothing_has_no_passed_check() {
        assert_eq!(tester("Traceback: it broke\n"), report(0, &[]));
        assert_eq!(okta(""), report(0, &[]));
    }
}
