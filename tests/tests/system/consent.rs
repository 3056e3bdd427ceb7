//! A provisioning client is connected by an administrator's word, in the administrator's browser.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;
use url::{Url, form_urlencoded};
use vestibule_testkit::{Appearance, Browser, Key, http};

use crate::demo::Demo;
use crate::directory::Directory;

/// The verifier of RFC 7636, appendix B, and its challenge.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The most places on the page before its first answer.
const MOST_PLACES: usize = 12;

/// A program that provisions: it waits for the browser to come back.
struct Provisioner {
    callback: String,
    came: Receiver<String>,
}

impl Provisioner {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let callback = format!("http://127.0.0.1:{}/callback", listener.local_addr().unwrap().port());
        let (sender, came) = channel();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line).ok();
                let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
                let body = "<p id=back>Back at the program.</p>";
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}", body.len());
                write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}").ok();
                if target.starts_with("/callback?") && sender.send(target).is_err() {
                    return;
                }
            }
        });
        Self { callback, came }
    }

    /// What came with the browser.
    fn said(&self) -> BTreeMap<String, String> {
        let target = self.came.recv().unwrap();
        let url = Url::parse(&self.callback).unwrap().join(&target).unwrap();
        url.query_pairs().into_owned().collect()
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The address to which the program sends the administrator.
fn question(client: &Value, program: &Provisioner) -> String {
    let pairs = [
        ("response_type", "code"),
        ("client_id", client["id"].as_str().unwrap()),
        ("redirect_uri", &program.callback),
        ("scope", "scim2"),
        ("state", "st&te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!("{}?{}", client["authorize_url"].as_str().unwrap(), form(&pairs))
}

/// What the page says has the focus, and whether that can be seen.
fn focus(browser: &Browser) -> (String, bool) {
    let script = "const at = document.activeElement, style = getComputedStyle(at);
        return [at.value || '', style.outlineStyle !== 'none' || style.boxShadow !== 'none']";
    let found = browser.run(script);
    (found[0].as_str().unwrap_or_default().to_owned(), found[1].as_bool().unwrap())
}

#[test]
fn an_administrator_connects_a_provisioning_client_by_keyboard_and_another_is_denied() {
    let Some(administrator) = Browser::open() else { return };
    let demo = Demo::start();
    let program = Provisioner::start();
    let create = format!(
        "oauth-client create --account acme --name Provisioner --scope scim2 --redirect {} --json",
        program.callback
    );
    let client: Value = serde_json::from_str(&demo.command(&create)).unwrap();
    demo.sign_in_as_owner(&administrator);

    administrator.visit(&question(&client, &program));
    administrator.wait_for("button[name=answer][value=allow]");
    assert!(administrator.url().starts_with(&format!("{}oauth/consent/", demo.vanity())));
    assert_eq!(administrator.text("h1"), "May Provisioner reach Acme?");
    let asked = administrator.text("main");
    for part in
        ["Create, change, deactivate and delete users and groups by SCIM.", "127.0.0.1", "ada.whitfield@"]
    {
        assert!(asked.contains(part), "no {part} in {asked}");
    }
    for (appearance, name) in [(Appearance::Dark, "consent-dark"), (Appearance::Light, "consent-light")] {
        administrator.prefer(appearance);
        administrator.screenshot(name);
    }
    let reached = (0..MOST_PLACES).any(|_| {
        administrator.press(Key::Tab);
        focus(&administrator).0 == "allow"
    });
    assert!(reached, "the keyboard gets to the answer");
    assert!(focus(&administrator).1, "and whoever looks sees where it is");
    administrator.press(Key::Enter);
    administrator.wait_for("#back");
    let said = program.said();
    let issuer = client["authorize_url"].as_str().unwrap().replace("/oauth/authorize", "");
    assert_eq!((said["state"].as_str(), said["iss"].as_str()), ("st&te", issuer.as_str()), "{said:?}");

    let fields = [
        ("grant_type", "authorization_code"),
        ("code", said["code"].as_str()),
        ("redirect_uri", &program.callback),
        ("code_verifier", VERIFIER),
        ("client_id", client["id"].as_str().unwrap()),
        ("client_secret", client["secret"].as_str().unwrap()),
    ];
    let got = http::post_form(client["token_url"].as_str().unwrap(), &form(&fields)).unwrap();
    let got: Value = serde_json::from_slice(&got.body).unwrap();
    let token = got["access_token"].as_str().unwrap_or_else(|| panic!("{got}"));
    let directory = Directory::with_token(&format!("{issuer}/scim2"), token);
    assert!(directory.probe("ada.whitfield@acme.example").is_some());
    assert!(got["refresh_token"].is_string(), "{got}");

    administrator.visit(&question(&client, &program));
    administrator.click("button[name=answer][value=deny]");
    administrator.wait_for("#back");
    let said = program.said();
    assert_eq!((said["error"].as_str(), said["state"].as_str()), ("access_denied", "st&te"), "{said:?}");
    assert!(!said.contains_key("code"), "{said:?}");
}
