//! axe-core (<https://github.com/dequelabs/axe-core>), which looks at a page as a person who cannot see it, or cannot use
//! a mouse, meets it. `cargo xtask test` fetches it from npm into `target/axe-core`.

use std::fs;

use serde_json::Value;

use super::Browser;
use crate::{skip, target};

/// The rules of WCAG 2.2 up to level AA, as axe-core names its sets.
const SETS: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

/// The program, to be asked about any number of pages.
pub struct Axe {
    script: String,
}

impl Axe {
    /// Reads the program; where it was not fetched the test is recorded as skipped and there is none.
    pub fn find() -> Option<Self> {
        let script = target().join("axe-core/node_modules/axe-core/axe.min.js");
        let found = fs::read_to_string(script).ok().map(|script| Self { script });
        if found.is_none() {
            skip("needs axe-core (cargo xtask test fetches it; Debian: npm)");
        }
        found
    }

    /// What the page in this browser breaks, a line for each rule and element; none if it breaks nothing.
    pub fn violations(&self, browser: &Browser) -> Vec<String> {
        self.ask(browser, &format!("{{ runOnly: {SETS} }}"))
    }

    /// The same for contrast alone, which is all that another color scheme changes.
    pub fn faint(&self, browser: &Browser) -> Vec<String> {
        self.ask(browser, "{ runOnly: { type: 'rule', values: ['color-contrast'] } }")
    }

    fn ask(&self, browser: &Browser, options: &str) -> Vec<String> {
        if browser.run("return typeof axe === 'undefined'").as_bool().unwrap_or(true) {
            browser.run(&self.script);
        }
        let told = browser.run(&format!(
            "return axe.run(document, {options}).then(found => found.violations.flatMap(rule => \
             rule.nodes.map(node => rule.id + ' (' + rule.help + '): ' + node.target.join(' ') + ': ' + \
             node.failureSummary.replace(/\\s+/g, ' '))))"
        ));
        let lines = told.as_array().expect("a list of what axe-core found");
        lines.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
