//! Telling how far long work is: a bar on a terminal, elsewhere a line for each tenth. On stderr, so that stdout stays clean.

use crate::output;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is done at once needs no lines.
const FEW: u64 = 1_000;

/// Work that is watched.
pub(crate) struct Watch {
    bar: Option<ProgressBar>,
    tenths: AtomicU64,
    /// What is counted, such as "responses".
    units: &'static str,
}

impl Watch {
    pub(crate) fn new(units: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {units}, {{eta}} left"));
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, tenths: AtomicU64::new(0), units }
    }

    /// So many of so many are done.
    pub(crate) fn tell(&self, done: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            return bar.set_position(done);
        }
        let tenths = (done * 10).checked_div(total).unwrap_or(0);
        if total >= FEW && self.tenths.fetch_max(tenths, Ordering::Relaxed) < tenths {
            output::progress(format!("{done} of {total} {}", self.units));
        }
    }

    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
