//! A WebDriver session on the wire: <https://www.w3.org/TR/webdriver2/>, the few commands that tests use.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::{self, Answer};

/// The name under which the protocol carries a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long the driver looks for an element before it gives up; a page that is still on its way counts as absent.
const PATIENCE_MILLISECONDS: u32 = 20_000;

/// How often an element is looked for again that went away, with its page, while it was asked.
const PAGES: usize = 8;

/// A session with a driver that listens on the loopback address.
pub struct Session {
    base: String,
}

impl Session {
    /// Begins a session, which starts the browser.
    pub fn begin(port: u16, flags: &[String]) -> Self {
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "timeouts": { "implicit": PATIENCE_MILLISECONDS, "pageLoad": 60_000, "script": 20_000 },
            "goog:chromeOptions": { "args": flags },
        } } });
        let url = format!("http://127.0.0.1:{port}/session");
        let value = value_of(&url, http::send("POST", &url, &[], capabilities.to_string().as_bytes()));
        let id = value.get("sessionId").and_then(Value::as_str).expect("a session of the browser").to_owned();
        Self { base: format!("{url}/{id}") }
    }

    /// Reads something.
    pub fn get(&self, command: &str) -> Value {
        let url = format!("{}/{command}", self.base);
        value_of(command, http::get(&url))
    }

    /// Does something.
    pub fn post(&self, command: &str, parameters: &Value) -> Value {
        let url = format!("{}/{command}", self.base);
        value_of(command, http::send("POST", &url, &[], parameters.to_string().as_bytes()))
    }

    /// The reference of the first element that a CSS selector finds, waiting for it.
    pub fn find(&self, selector: &str) -> String {
        let found = self.post("element", &json!({ "using": "css selector", "value": selector }));
        found.get(ELEMENT).and_then(Value::as_str).expect("a reference to an element").to_owned()
    }

    /// Reads something of the first element that a CSS selector finds; if the page went on meanwhile, of the next page's.
    pub fn get_of(&self, selector: &str, what: &str) -> Value {
        for _ in 0..PAGES {
            let command = format!("element/{}/{what}", self.find(selector));
            match result_of(http::get(&format!("{}/{command}", self.base))) {
                Err(refusal) if refusal.is_stale() => {}
                result => return result.unwrap_or_else(|refusal| refusal.fail(&command)),
            }
        }
        panic!("{PAGES} pages had {selector}, and each was gone before its {what} could be read")
    }

    /// A picture of the page as PNG, or nothing if the browser is gone.
    pub fn picture(&self) -> Option<Vec<u8>> {
        let answer = http::get(&format!("{}/screenshot", self.base)).ok()?;
        let value: Value = serde_json::from_slice(&answer.body).ok()?;
        STANDARD.decode(value.get("value")?.as_str()?).ok()
    }

    /// Ends the session, and the browser with it. Whoever calls this may be failing already, so it never does.
    pub fn end(&self) {
        http::send("DELETE", &self.base, &[], b"").ok();
    }
}

/// What the driver says when it does not do what it is asked.
struct Refusal {
    error: String,
    message: String,
}

impl Refusal {
    /// Whether the element belongs to a page that is there no more.
    fn is_stale(&self) -> bool {
        self.error == "stale element reference"
    }

    fn fail(&self, command: &str) -> ! {
        panic!("the browser refuses {command}: {}", self.message.lines().next().unwrap_or_default())
    }
}

/// The value in the driver's answer; an error of the driver fails the test with its words.
fn value_of(command: &str, answer: std::io::Result<Answer>) -> Value {
    result_of(answer).unwrap_or_else(|refusal| refusal.fail(command))
}

fn result_of(answer: std::io::Result<Answer>) -> Result<Value, Refusal> {
    let answer = answer.unwrap_or_else(|error| panic!("chromedriver is gone: {error}"));
    let mut body: Value = serde_json::from_slice(&answer.body).expect("JSON of the driver");
    let value = body.get_mut("value").map(Value::take).unwrap_or_default();
    if answer.status == 200 {
        return Ok(value);
    }
    let word = |name| value.get(name).and_then(Value::as_str).unwrap_or("no message").to_owned();
    Err(Refusal { error: word("error"), message: word("message") })
}
