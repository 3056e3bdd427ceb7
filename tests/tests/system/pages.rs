//! Every page there is, as somebody meets it who cannot see it or has no mouse: axe-core judges each, in both color schemes.
//!
//! Which pages there are is not written here: the router's own list (`crates/server/pages.txt`) says it, the pages are
//! found by following links as a person does, and a page of the list that no link leads to has to be visited by name.
//! With `VESTIBULE_PICTURES` set to a folder, a picture of each is kept there.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;

use serde_json::json;
use url::Url;
use vestibule_testkit::{Appearance, Axe, Browser, pictures};

use crate::demo::Demo;
use crate::directory::Directory;

/// The addresses that answer GET, as the router has them: `caller path`.
const LIST: &str = include_str!("../../../crates/server/pages.txt");

/// Addresses that show no page of their own: files, and ways to somewhere else.
const NO_PAGES: [&str; 12] = [
    "/admin/audit/export",
    "/admin/users/import/{import}/report",
    "/assets/{name}",
    "/handover/{ticket}",
    "/handover/{ticket}/arrive",
    "/handover/{ticket}/grant",
    // These come by mail to somebody of another domain, and are a heading and a button.
    "/address/{token}",
    "/join/{token}",
    "/verify/{token}",
    "/profile/picture",
    "/saml/SingleLogout",
    "/saml/metadata/sp",
];

/// A walk through the pages.
struct Walk<'a> {
    browser: &'a Browser,
    axe: &'a Axe,
    seen: BTreeSet<String>,
    broken: Vec<String>,
    pictures: Option<PathBuf>,
}

impl<'a> Walk<'a> {
    fn new(browser: &'a Browser, axe: &'a Axe) -> Self {
        Self { browser, axe, seen: BTreeSet::new(), broken: Vec::new(), pictures: pictures() }
    }

    /// Judges the page that the browser shows, under this name.
    fn judge(&mut self, name: &str) {
        if !self.seen.insert(name.to_owned()) {
            return;
        }
        self.browser.prefer(Appearance::Light);
        let mut broken = self.axe.violations(self.browser);
        self.keep(name, "light");
        self.browser.prefer(Appearance::Dark);
        broken.extend(self.axe.faint(self.browser));
        self.keep(name, "dark");
        self.broken.extend(broken.iter().map(|line| format!("{name} {}: {line}", self.browser.url())));
    }

    /// Keeps a picture, if pictures are wanted.
    fn keep(&self, name: &str, appearance: &str) {
        let Some(folder) = &self.pictures else { return };
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let name = Some(name.trim_matches('-')).filter(|name| !name.is_empty()).unwrap_or("start");
        let taken = self.browser.screenshot(&format!("{name}-{appearance}"));
        std::fs::copy(&taken, folder.join(taken.file_name().unwrap())).unwrap();
    }

    /// Visits the pages behind these addresses, and all that their links lead to on the same host.
    fn follow(&mut self, addresses: &[String]) {
        let mut waiting: VecDeque<Url> =
            addresses.iter().map(|address| Url::parse(address).unwrap()).collect();
        let mut visited = BTreeSet::new();
        while let Some(url) = waiting.pop_front() {
            let known = route(url.path()).unwrap_or_else(|| url.path().to_owned());
            if NO_PAGES.contains(&known.as_str()) || !visited.insert(known) {
                continue;
            }
            self.browser.visit(url.as_str());
            // Some addresses only lead to a page.
            let shown = Url::parse(&self.browser.url()).unwrap();
            let Some(name) = route(shown.path()).filter(|_| shown.host() == url.host()) else { continue };
            visited.insert(name.clone());
            self.judge(&name);
            waiting.extend(self.links().into_iter().filter(|link| link.host() == url.host()));
        }
    }

    /// Presses a button, and judges the page that has this element.
    fn press(&mut self, button: &str, shown: &str, name: &str) {
        self.browser.click(button);
        self.browser.wait_for(shown);
        self.judge(name);
    }

    /// Where the links of the page lead to.
    fn links(&self) -> Vec<Url> {
        let found = self.browser.run("return [...document.querySelectorAll('a[href]')].map(a => a.href)");
        let found = found.as_array().unwrap().iter().filter_map(|link| Url::parse(link.as_str()?).ok());
        found.collect()
    }
}

/// The addresses of the list, without who may ask.
fn routes() -> Vec<String> {
    let paths = LIST.lines().filter_map(|line| line.split_once(' ')).map(|(_, path)| path.to_owned());
    let mut paths: Vec<String> = paths.collect();
    // Of two that fit, the one with fewer names to be filled in is meant.
    paths.sort_by_key(|path| path.matches('{').count());
    paths
}

/// The address of the router that this path is one of.
fn route(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |route: &String| {
        let route: Vec<&str> = route.split('/').collect();
        route.len() == parts.len()
            && route.iter().zip(&parts).all(|(route, part)| route.starts_with('{') || route == part)
    };
    routes().into_iter().find(fits)
}

/// Rules, groups and a role, so that their pages are there.
const MORE: &str = r#"
[roles."Help desk"]
permissions = ["User:Read", "Log:Read"]

[[mapping.license]]
attribute = "department"
value = "Marketing"
result = "licensed"

[[mapping.user_group]]
attribute = "department"
value = "Engineering"
result = ["Engineering"]
"#;

/// Lets things happen in the account: people who come and who do not, a directory, a group.
fn live(demo: &Demo, visitor: &mut Walk) {
    demo.apply(|file| format!("{file}{MORE}"));
    let directory = Directory::connect(demo);
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ines@acme.example",
        "name": { "givenName": "Ines", "familyName": "Moreau" }, "active": true,
    });
    directory.call("POST", "/Users", Some(&body), 201);
    visitor.browser.visit(demo.vanity());
    visitor.judge("/");
    for person in ["employee", "marketer", "unknown"] {
        demo.begin(visitor.browser);
        visitor.browser.click(&format!("button[name=person][value={person}]"));
        visitor.browser.wait_for("form[action='/signout'], .ticket");
        if visitor.browser.count("form[action='/signout']") > 0 {
            visitor.browser.click("form[action='/signout'] button");
            visitor.browser.wait_for("a[href='/signin']");
            visitor.judge("signed out");
        }
    }
    visitor.judge("refused");
}

/// The pages of somebody who is not signed in.
fn outside(demo: &Demo, visitor: &mut Walk) {
    let page = |path: &str| format!("{}{path}", demo.vanity());
    visitor.browser.visit(&page("signin"));
    visitor.judge("/signin");
    visitor.browser.fill("input[name=email]", "ada.whitfield@acme.example");
    visitor.press("main form[action='/signin'] button", "input[name=password]", "the password");
    visitor.browser.visit(&page("signin/forgot"));
    visitor.judge("/signin/forgot");
    visitor.browser.fill("input[name=email]", "ada.whitfield@acme.example");
    visitor.press("main form button", "ol.steps", "a link was sent");
    let mails = demo.command("outbox");
    visitor.browser.visit(mails.split_whitespace().find(|word| word.contains("/reset/")).unwrap());
    visitor.judge("/reset/{token}");
    visitor.browser.visit(&page("nowhere"));
    visitor.judge("no page");
    let base = page("signin").replace("acme.", "");
    for (address, name) in [(base.clone(), "the finder"), (base.replace("signin", "docs"), "the API")] {
        visitor.browser.visit(&address);
        visitor.judge(name);
    }
    visitor.browser.visit(&page("signin").replace("acme.", "admin."));
    visitor.judge("the break-glass door");
}

/// The pages that forms lead to.
fn behind_forms(demo: &Demo, walk: &mut Walk) {
    let page = |path: &str| format!("{}{path}", demo.vanity());
    let folder = vestibule_testkit::folder();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, "E-mail;First name;User group\nadele@acme.example;Adele;Engineering\nnobody;;\n")
        .unwrap();
    walk.browser.visit(&page("admin/users/import"));
    walk.browser.fill("#file", &file.display().to_string());
    walk.press("form[enctype] button", "#import-preview", "/admin/users/import/{import}");
    walk.press("form[action$='/apply'] button", "#import-report", "the report of an import");
    let create = "oauth-client create --account acme --name Provisioner --scope scim2 \
                  --redirect http://127.0.0.1:9/callback --json";
    let client: serde_json::Value = serde_json::from_str(&demo.command(create)).unwrap();
    let mut question = Url::parse(client["authorize_url"].as_str().unwrap()).unwrap();
    question.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", client["id"].as_str().unwrap()),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("scope", "scim2"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ]);
    walk.browser.visit(question.as_str());
    walk.browser.wait_for("button[name=answer][value=allow]");
    walk.judge("/oauth/consent/{token}");
    walk.browser.visit(&page("admin/api"));
    walk.browser.fill("form[action$='/tokens'] input[name=name]", "Directory");
    walk.browser.click("#token-scim2\\:read");
    walk.press("form[action$='/tokens'] button", ".copyable", "a token");
    walk.browser.visit(&page("profile/second-factor"));
    walk.browser.fill("input[name=password]", "correct horse battery");
    walk.press("form[action$='/begin'] button", ".qr svg", "a secret");
    walk.browser.visit(&page("admin/domains"));
    walk.browser.fill("input[name=domain]", "acme.test");
    walk.press("main form[action='/admin/domains'] button", "#state", "a claimed domain");
    walk.browser.visit(&page("admin/sso"));
    walk.browser.click("form[action$='/test'] button");
    walk.press("button[name=person][value=employee]", "h2#would", "/admin/sso/test/{tracking_id}");
    walk.browser.visit(&page("admin/users?find=ines"));
    walk.browser.click("a.open[href^='/admin/users/usr_']");
    walk.press("form[action$='/deactivate'] button", "input[name=consent]", "a question");
}

#[test]
fn nobody_is_shut_out_of_a_page_by_how_it_is_made() {
    let (Some(axe), Some(owner)) = (Axe::find(), Browser::open()) else { return };
    let (demo, visitor) = (Demo::start(), Browser::open().unwrap());
    let mut visitor = Walk::new(&visitor, &axe);
    live(&demo, &mut visitor);
    outside(&demo, &mut visitor);
    let mut walk = Walk::new(&owner, &axe);
    owner.visit(&demo.owner_link());
    walk.judge("/welcome/{token}");
    demo.sign_in_as_owner(&owner);
    behind_forms(&demo, &mut walk);
    walk.follow(&[format!("{}admin", demo.vanity()), format!("{}signout", demo.vanity())]);
    let seen: BTreeSet<&String> = walk.seen.union(&visitor.seen).collect();
    let unseen: Vec<String> = routes().into_iter().filter(|route| !seen.contains(route)).collect();
    let unseen: Vec<&String> = unseen.iter().filter(|route| !NO_PAGES.contains(&route.as_str())).collect();
    let broken = [visitor.broken, walk.broken].concat();
    assert!(broken.is_empty(), "{} violations:\n{}", broken.len(), broken.join("\n"));
    assert!(unseen.is_empty(), "no link leads to these pages: {unseen:#?}");
}
