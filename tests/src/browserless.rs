//! A sign-in without a browser: what one would do, step by step, with its cookies.
//!
//! The one thing to know: it goes through the two pages of the test identity provider by their forms, as a script would
//! (docs/test-idp.md), and knows nothing else of it.

use url::{Url, form_urlencoded};
use vestibule_testkit::http::{self, Answer};

/// How a sign-in ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a session.
    SignedIn {
        /// The cookie of the session, as a browser sends it.
        cookie: String,
    },
    /// On the way to another account, by this address.
    SentOn {
        /// The address, as the page leads there.
        to: String,
    },
    /// With a page that shows a tracking ID.
    Refused {
        /// The tracking ID on the page.
        tracking_id: String,
    },
}

/// A person's browser, as far as a sign-in needs one.
#[derive(Default)]
struct Browser {
    cookies: Vec<(String, String)>,
}

/// Signs in at an account, given by the address of its vanity URL, with these choices on the identity provider's page:
/// `person`, `attack` and whatever else its form takes.
///
/// # Errors
/// A sentence, when a step does not lead to the next.
pub fn sign_in(vanity: &str, choices: &[(&str, &str)]) -> Result<Ended, String> {
    let mut browser = Browser::default();
    for _ in 0..3 {
        let answer = browser.attempt(vanity, choices)?;
        if let Some(tracking_id) = tracking_id(&answer.text()) {
            return Ok(Ended::Refused { tracking_id });
        }
        if let Some(cookie) = browser.cookie("__Host-vestibule") {
            return Ok(Ended::SignedIn { cookie });
        }
        if let Some(to) = onward(&answer.text()) {
            return Ok(Ended::SentOn { to });
        }
        // Whoever brings a response that nobody asked for is sent around once.
        if answer.status != 303 || answer.header("location") != Some("/saml/login") {
            return Err(format!("the response was answered by {}: {}", answer.status, answer.text()));
        }
    }
    Err("the sign-in goes in circles".to_owned())
}

impl Browser {
    /// From the service to the identity provider and back; what the service makes of the response.
    fn attempt(&mut self, vanity: &str, choices: &[(&str, &str)]) -> Result<Answer, String> {
        let login = format!("{}/saml/login", vanity.trim_end_matches('/'));
        let begun = self.send("GET", &login, &[], "")?;
        let provider = begun.header("location").filter(|_| begun.status == 303);
        let provider = provider.ok_or_else(|| format!("{login} answered {}", begun.status))?.to_owned();
        let question = page(http::get(&provider).map_err(failed)?)?;
        let form = Form::read(&question)?;
        let answer_url = joined(&provider, &form.action)?;
        let answer = page(http::post_form(&answer_url, &form.with(choices)).map_err(failed)?)?;
        let form = Form::read(&answer)?;
        let origin = Url::parse(&provider).map_err(|error| error.to_string())?.origin().ascii_serialization();
        self.send("POST", &form.action, &[("Origin", &origin)], &form.with(&[]))
    }

    fn send(
        &mut self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        form: &str,
    ) -> Result<Answer, String> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut all = headers.to_vec();
        all.push(("Cookie", &cookies));
        all.push(("Content-Type", "application/x-www-form-urlencoded"));
        let answer = http::send(method, url, &all, form.as_bytes()).map_err(failed)?;
        for (_, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = value.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.ok_or("a cookie without a value")?;
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        Ok(answer)
    }

    fn cookie(&self, wanted: &str) -> Option<String> {
        let found = self.cookies.iter().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(name, value)| format!("{name}={value}"))
    }
}

/// The first form of a page: where it goes, and its hidden fields.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    fn read(page: &str) -> Result<Self, String> {
        let form = page.split("<form").nth(1).ok_or_else(|| format!("no form in {page}"))?;
        let field = |input: &str| Some((attribute(input, "name")?, attribute(input, "value")?));
        let fields: Option<Vec<_>> = form.split("<input type=\"hidden\"").skip(1).map(field).collect();
        let action = attribute(form, "action").zip(fields);
        let (action, fields) = action.ok_or("a form without an action, or a field without a value")?;
        Ok(Self { action, fields })
    }

    fn with(&self, more: &[(&str, &str)]) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&self.fields).extend_pairs(more).finish()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0;
    Some(plain(value))
}

/// A value without its escapes.
fn plain(value: &str) -> String {
    let escapes = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    escapes.iter().fold(value.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

/// Where a page leads on to by itself.
fn onward(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("http-equiv=\"refresh\" content=\"0; url=")?;
    Some(plain(rest.split_once('"')?.0))
}

/// The tracking ID that a page shows.
fn tracking_id(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<span class=\"code\">WEB_")?;
    let (digits, _) = rest.split_once('<')?;
    (digits.len() == 32).then(|| format!("WEB_{digits}"))
}

/// The text of a page; of one that reports a problem its title, which says what it is.
fn page(answer: Answer) -> Result<String, String> {
    let text = answer.text();
    if answer.status == 200 {
        return Ok(text);
    }
    let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once('<'));
    Err(format!("{}: {}", answer.status, title.map_or(text.as_str(), |(title, _)| title)))
}

fn joined(base: &str, path: &str) -> Result<String, String> {
    let base = Url::parse(base).map_err(|error| error.to_string())?;
    base.join(path).map(String::from).map_err(|error| error.to_string())
}

fn failed(error: std::io::Error) -> String {
    error.to_string()
}
