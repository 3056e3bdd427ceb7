//! A real browser: headless Chromium, driven through chromedriver as W3C WebDriver says. One browser a value, with an
//! empty profile of its own. Looking for an element waits until it is there (the driver does that), so tests never sleep.
//! When a test fails, what the browser shows then is kept as a picture in `target/screenshots`.

mod axe;
mod session;

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::{Process, TempDir, environment, folder, free_port, installed, offline, skip, target};
pub use axe::Axe;
use session::Session;

const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1280,900",
];

/// Which of a page's two color schemes the browser asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appearance {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A key that somebody presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// To the next place.
    Tab,
    /// Here.
    Enter,
}

/// A running browser; ended when it is dropped.
pub struct Browser {
    session: Session,
    _driver: Process,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser; where none is installed the test is recorded as skipped and there is none.
    pub fn open() -> Option<Self> {
        if offline() || !installed("chromedriver") || !installed("chromium") {
            skip("needs a browser (Debian: chromium chromium-driver)");
            return None;
        }
        let profile = folder();
        let mut command = Command::new("chromedriver");
        // Left to itself it takes a port that is free for IPv6, and ends if the same one is not for IPv4.
        command.arg(format!("--port={}", free_port()));
        let (driver, port) = Process::start("chromedriver", &mut command, |line| {
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
        });
        let mut flags: Vec<String> = FLAGS.iter().map(|&flag| flag.to_owned()).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let session = Session::begin(port, &flags);
        Some(Self { session, _driver: driver, _profile: profile })
    }

    /// Goes to an address and waits until the page is loaded.
    pub fn visit(&self, url: &str) {
        self.session.post("url", &json!({ "url": url }));
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        text_of(&self.session.get("url"))
    }

    /// The title of the page.
    pub fn title(&self) -> String {
        text_of(&self.session.get("title"))
    }

    /// The page as HTML, as it stands now.
    pub fn source(&self) -> String {
        text_of(&self.session.get("source"))
    }

    /// Waits until there is an element that the CSS selector finds. A page that is only passed through may have most of
    /// what the page after it has: wait for something that the page you mean has alone.
    pub fn wait_for(&self, selector: &str) {
        self.session.find(selector);
    }

    /// The visible text of the first element that the CSS selector finds.
    pub fn text(&self, selector: &str) -> String {
        text_of(&self.session.get_of(selector, "text"))
    }

    /// Clicks on the first element that the CSS selector finds.
    pub fn click(&self, selector: &str) {
        let element = self.session.find(selector);
        self.session.post(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into the first element that the CSS selector finds, in place of what stood there.
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.session.find(selector);
        self.session.post(&format!("element/{element}/clear"), &json!({}));
        self.session.post(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// Presses a key, as somebody does who has no mouse: whatever has the focus gets it.
    pub fn press(&self, key: Key) {
        let key = match key {
            Key::Tab => "\u{e004}",
            Key::Enter => "\u{e007}",
        };
        let actions = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.session.post("actions", &keyboard);
    }

    /// Runs the body of a JavaScript function in the page and returns its result.
    pub fn run(&self, script: &str) -> Value {
        self.session.post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// How many elements the CSS selector finds now, without waiting for any.
    pub fn count(&self, selector: &str) -> u64 {
        let selector = json!(selector);
        self.run(&format!("return document.querySelectorAll({selector}).length")).as_u64().expect("a number")
    }

    /// Asks pages for one of their two color schemes, and for no motion: a picture taken now shows no color on its way.
    pub fn prefer(&self, appearance: Appearance) {
        let value = match appearance {
            Appearance::Light => "light",
            Appearance::Dark => "dark",
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": value },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        let command = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } });
        self.session.post("goog/cdp/execute", &command);
    }

    /// Makes the window this large, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) {
        self.session.post("window/rect", &json!({ "width": width, "height": height }));
    }

    /// Keeps a picture of the page as `target/screenshots/<name>.png`, and says where that is.
    pub fn screenshot(&self, name: &str) -> PathBuf {
        let path = screenshots().join(format!("{name}.png"));
        let picture = self.session.picture().expect("a picture of the page");
        std::fs::create_dir_all(screenshots()).expect("the folder for pictures");
        std::fs::write(&path, picture).expect("the picture's file");
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.keep_evidence();
        }
        // The driver ends the browser with the session; killed alone it would leave the browser running.
        self.session.end();
    }
}

impl Browser {
    /// Nothing in here may panic: the test is failing already.
    fn keep_evidence(&self) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a test").replace("::", ".");
        let Some(picture) = self.session.picture() else { return };
        let path = screenshots().join(format!("{name}.png"));
        let kept = std::fs::create_dir_all(screenshots()).and_then(|()| std::fs::write(&path, picture));
        if kept.is_ok() {
            println!("what the browser showed: {}", path.display());
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// `target/screenshots`, beside the profile folder that the running test was built into.
fn screenshots() -> PathBuf {
    if let Some(folder) = environment("VESTIBULE_TEST_SCREENSHOTS") {
        return PathBuf::from(folder);
    }
    target().join("screenshots")
}
