//! The sample values of the gallery.

mod api;
mod arrivals;
pub mod calls;
mod connection;
pub mod consolidation;
pub mod domains;
mod groups;
mod guides;
mod imports;
mod keys;
mod mapping;
mod metadata;
pub mod overview;
mod report;
pub mod second_factor;
pub mod setup;

pub use api::*;
pub use arrivals::{edit_person, invitations, new_person};
pub use connection::*;
pub use groups::{everybody, group, group_problem, groups_list};
pub use guides::{guide, guides, help};
pub use imports::{import, imports};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
pub use mapping::*;
pub use report::{test_failed, test_passed};
use std::collections::BTreeMap;
use vestibule_model::code::Code;
use vestibule_model::email::Email;
use vestibule_model::id::{LogId, UserId};
use vestibule_model::license::License;
use vestibule_model::mapping::Attribute;
use vestibule_model::permission::Permissions;
use vestibule_model::response_log::{Compared, Detail, Entry, OutcomeWord, TrackingId};
use vestibule_model::trace::{Change, Step};
use vestibule_model::user::{self, Field, Logins, Profile, Role, Status, User};
use vestibule_server::portal::log::{Found, LogPage, Search};
use vestibule_server::portal::profile::{OwnPasswordPage, ProfilePage, SessionFacts, frame};
use vestibule_server::portal::response::ResponsePage;
use vestibule_server::portal::visitors as pages;
use vestibule_server::portal::{Frame, Here};

const ACCOUNT: &str = "Acme";
const HOST: &str = "acme.vestibule.example";
const MAIL: &str = "clara.fields@acme.example";
const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";

fn text(text: &str) -> String {
    text.to_owned()
}

fn now() -> Timestamp {
    "2026-03-12T09:41:07Z".parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

fn days(count: i64) -> Timestamp {
    now().checked_add((count * 24).hours()).unwrap_or(Timestamp::MAX)
}

fn minutes_ago(count: i64) -> Timestamp {
    now().checked_sub(count.minutes()).unwrap_or(Timestamp::MIN)
}

fn tracking_id(seed: u8) -> TrackingId {
    TrackingId::from_bytes(std::array::from_fn(|at| {
        seed.wrapping_mul(31).wrapping_add(at as u8).wrapping_mul(57)
    }))
}

pub fn sign_in(sso: bool, problem: Option<&str>) -> pages::SignIn {
    pages::SignIn {
        account: text(ACCOUNT),
        sso,
        start_url: text("/saml/login?from=web"),
        email: problem.map_or_else(String::new, |_| text("clara.fields")),
        return_to: text("/profile"),
        problem: problem.map(text),
    }
}

pub fn password(problem: Option<&str>) -> pages::Password {
    pages::Password {
        account: text(ACCOUNT),
        sso: true,
        start_url: text("/saml/login?from=web"),
        email: text("o@acme.example"),
        return_to: text("/profile"),
        problem: problem.map(text),
    }
}

pub fn forward() -> pages::Forward {
    pages::Forward {
        account: text(ACCOUNT),
        heading: text("Taking you to your company’s sign-in page"),
        to: text("#"),
    }
}

pub fn send() -> pages::Send {
    pages::Send {
        account: text(ACCOUNT),
        url: text("https://login.acme.example/saml"),
        url_host: text("login.acme.example"),
        heading: "Taking you to your company’s sign-in page",
        field: "SAMLRequest",
        value: text("PHNhbWxwOkF1dGhuUmVxdWVzdC8+"),
        relay_state: None,
    }
}

pub fn find(problem: Option<&str>) -> pages::Find {
    pages::Find {
        base_host: text("vestibule.example"),
        query: problem.map_or_else(String::new, |_| text("acmee")),
        problem: problem.map(text),
    }
}

pub fn about() -> pages::About {
    pages::About { base_host: text("vestibule.example") }
}

pub fn unknown_host() -> pages::UnknownHost {
    pages::UnknownHost { find_url: text("https://vestibule.example/signin") }
}

pub fn forgot(problem: Option<&str>) -> pages::Forgot {
    pages::Forgot { account: text(ACCOUNT), email: text("o@acme.example"), problem: problem.map(text) }
}

pub fn forgot_sent() -> pages::ForgotSent {
    pages::ForgotSent { account: text(ACCOUNT), email: text("o@acme.example") }
}

pub fn own_password(problem: Option<&str>) -> Option<OwnPasswordPage> {
    let frame = frame(ACCOUNT, &person(true, Role::Member)?, Permissions::default(), Here::Profile);
    Some(OwnPasswordPage { frame, shortest: 12, problem: problem.map(text), about_current: true })
}

pub fn welcome(occasion: pages::Occasion) -> pages::Welcome {
    pages::Welcome {
        account: text(ACCOUNT),
        occasion,
        token: text("t"),
        email: text("o@acme.example"),
        shortest: 12,
        problem: None,
    }
}

pub fn verify() -> pages::Verify {
    pages::Verify { account: text(ACCOUNT), token: text("t"), email: text("kim@freelance.example") }
}

pub fn verified() -> pages::Verified {
    pages::Verified { account: text(ACCOUNT), email: text("kim@freelance.example") }
}

pub fn pending() -> pages::Pending {
    pages::Pending {
        account: text(ACCOUNT),
        email: text("kim@freelance.example"),
        tracking_id: tracking_id(5).to_string(),
    }
}

pub fn sign_out() -> pages::SignOut {
    pages::SignOut { account: text(ACCOUNT), person: text(MAIL) }
}

pub fn signed_out(elsewhere: pages::Elsewhere) -> pages::SignedOut {
    pages::SignedOut { account: text(ACCOUNT), elsewhere }
}

/// The identity provider was asked to sign the person out, and did not.
pub fn not_signed_out_there() -> pages::SignedOut {
    signed_out(pages::Elsewhere::Failed { tracking_id: text("WEB_5f0c2b7e9d4a4e1c8a3b6d2f7e9c0a1b") })
}

pub fn refused() -> pages::Problem {
    pages::Problem {
        place: text(ACCOUNT),
        heading: text("You could not be signed in"),
        advice: Some(text(
            "Give this tracking ID to your administrator: it leads to the reason, and to what to do about it.",
        )),
        tracking_id: Some(tracking_id(9).to_string()),
        moves: true,
        way_on: Some((text("/signin"), "Try again")),
    }
}

pub fn forbidden() -> pages::Problem {
    pages::Problem {
        place: text(ACCOUNT),
        heading: text("This page is for administrators"),
        advice: Some(text("Ask the owner of the account to make you an administrator.")),
        tracking_id: None,
        moves: false,
        way_on: Some((text("/profile"), "Go to your profile")),
    }
}

fn person(mapped: bool, role: Role) -> Option<User> {
    let values = [
        (Field::FirstName, "Clara", "givenName"),
        (Field::LastName, "Fields", "sn"),
        (Field::DisplayName, "Clara Fields", "displayName"),
        (Field::Department, "Marketing", "department"),
        (Field::JobTitle, "Campaign Lead", "title"),
        (Field::CostCenter, "4711", "http://schemas.acme.example/claims/costCenter"),
        (Field::Location, "Rotterdam", "l"),
        (Field::Pronouns, "she/her", ""),
    ];
    let fields = values.into_iter().filter(|_| mapped).map(|(field, value, source)| {
        (field, user::Entry { value: text(value), source: (!source.is_empty()).then(|| text(source)) })
    });
    Some(User {
        id: UserId::from_bytes([7; 16]),
        email: Email::parse(MAIL).ok()?,
        status: Status::Active,
        role,
        logins: if mapped { Logins::SSO } else { Logins::WORK_EMAIL },
        license: Some(License::Licensed),
        holdings: vestibule_model::user::Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile(fields.collect::<BTreeMap<_, _>>()),
        version: 3,
        created_at: days(-70),
        updated_at: now(),
    })
}

pub fn profile(mapped: bool) -> ProfilePage {
    let role = if mapped { Role::Member } else { Role::Owner };
    let session = SessionFacts {
        began: minutes_ago(12),
        by_sso: mapped,
        idle: SignedDuration::from_hours(2),
        last_end: mapped.then(|| days(7)),
    };
    let may = if mapped { Permissions::NONE } else { Permissions::all() };
    person(mapped, role).map_or_else(|| unreachable!(), |user| ProfilePage::new(ACCOUNT, &user, may, session))
}

fn admin(here: Here) -> Frame {
    match person(true, Role::Admin) {
        Some(user) => frame(ACCOUNT, &user, Permissions::all(), here),
        None => {
            Frame { account: text(ACCOUNT), person: text(MAIL), may: Permissions::all(), here, file: None }
        }
    }
}

fn entry(seed: u8, user: Option<&str>, outcome: OutcomeWord, code: Option<Code>) -> Entry {
    Entry {
        id: LogId::from_bytes([seed; 16]),
        tracking_id: tracking_id(seed),
        time: minutes_ago(i64::from(seed) * i64::from(seed) * 3),
        connection: None,
        user: user.map(text),
        outcome,
        code,
    }
}

pub fn log() -> LogPage {
    let entries = vec![
        entry(1, Some(MAIL), OutcomeWord::Accepted, None),
        entry(2, Some("jo@acme.example"), OutcomeWord::Refused, Some(Code::Audience)),
        entry(3, Some("maximiliane.von-der-heide@subsidiary.acme.example"), OutcomeWord::Accepted, None),
        entry(4, None, OutcomeWord::Refused, Some(Code::Unreadable)),
        entry(5, Some("kim@freelance.example"), OutcomeWord::Refused, Some(Code::Unverified)),
        entry(6, Some("jo@acme.example"), OutcomeWord::Restarted, Some(Code::Unsolicited)),
        entry(7, Some("ceo@acme.example"), OutcomeWord::Refused, Some(Code::NotSsoUser)),
        entry(8, Some(MAIL), OutcomeWord::Accepted, None),
    ];
    let found = Found { entries, older: Some(text("/admin/log?before=log_1")), ..Found::default() };
    LogPage::new(admin(Here::Log), Search::default(), found)
}

pub fn log_empty() -> LogPage {
    LogPage::new(admin(Here::Log), Search::default(), Found::default())
}

pub fn log_nothing_found() -> LogPage {
    let search = Search { tracking_id: text("WEB_12"), code: text("1007"), ..Search::default() };
    let problem = Some(text("That is not a tracking ID. One has WEB_ and 32 digits or letters from a to f."));
    LogPage::new(admin(Here::Log), search, Found { problem, ..Found::default() })
}

fn compared(name: &str, asserted: &str, configured: &[&str], agrees: bool) -> Compared {
    Compared {
        name: text(name),
        asserted: Some(text(asserted)),
        configured: configured.iter().copied().map(text).collect(),
        agrees,
    }
}

fn attribute(name: &str, friendly: Option<&str>, values: &[&str]) -> Attribute {
    Attribute {
        name: text(name),
        friendly_name: friendly.map(text),
        values: values.iter().copied().map(text).collect(),
    }
}

fn trace(refused: bool, audience: &str) -> Vec<Step> {
    let acs = format!("https://{HOST}/saml/SSO");
    let issuer = "http://www.okta.example/exk4f2b7qLw0PzB5d7";
    let audiences = format!("https://{HOST} or {HOST}");
    let mut trace = vec![
        Step::passed("size", "at most 262144 bytes", "5318 bytes"),
        Step::passed("xml", "well-formed, no DTD, no processing instruction", "62 elements, depth 7"),
        Step::passed("status", "Success", "urn:oasis:names:tc:SAML:2.0:status:Success"),
        Step::passed("signature", "verifies with a certificate of this connection", "Response: RSA-SHA256"),
        Step::passed("issuer", issuer, issuer),
        Step::passed("destination", acs.clone(), acs),
    ];
    if refused {
        trace.push(Step::failed("audience", audiences, audience));
        return trace;
    }
    trace.extend([
        Step::passed("audience", audiences, audience),
        Step::passed("not on or after", "later than 2026-03-12T09:41:07Z", "2026-03-12T09:46:05Z"),
        Step::passed("admission.user", "a user of this account, or nobody", "nobody"),
        Step::passed("mapping.email", "an e-mail address", "clara.fields@acme.example from mail"),
        Step::passed("admission.provision", "a known user, or Provision users at_sign_in", "at_sign_in"),
        Step::passed("admission.domain", "an associated domain", "an associated domain"),
        Step::passed("mapping.license", "groups equals \"Interns\": Basic", "does not apply"),
        Step::passed("mapping.license", "groups equals \"Contractors\": None", "does not apply"),
        Step::passed(
            "mapping.license",
            "groups contains \"Hosts\": Licensed",
            "applies: \"Hosts Rotterdam\" was sent",
        ),
        Step::passed("mapping.addon.webinar-500", "a rule that applies", "nothing applies: taken away"),
        Step::passed("admission.license", "a seat for Licensed", "a seat is left"),
        Step::warning(
            "admission.addon.large-meeting-500",
            "a seat for Large meeting 500",
            "no seat is left: left out",
        ),
        Step::passed(
            "mapping.user_group",
            "department equals \"Marketing\": Marketing, Everyone",
            "applies: \"Marketing\" was sent",
        ),
        Step::passed("mapping.first_name", "a value in givenName", "Clara"),
        Step::passed("mapping.department", "a value in department", "Marketing (the first of 2)"),
    ]);
    trace
}

fn changes() -> Vec<Change> {
    let change = |field: &str, before: Option<&str>, after: &str, rule: &str| Change {
        field: text(field),
        before: before.map(text),
        after: Some(text(after)),
        rule: text(rule),
    };
    vec![
        change("status", None, "active", "created at sign-in"),
        change("license", None, "licensed", "groups contains \"Hosts\": Licensed"),
        change("login_types", None, "sso", "created at sign-in"),
        change(
            "user_group",
            None,
            "Marketing, Everyone",
            "department equals \"Marketing\": Marketing, Everyone",
        ),
        change("department", Some("Sales"), "Marketing", "Department from department"),
    ]
}

fn detail(refused: bool) -> Detail {
    let https = format!("https://{HOST}");
    let acs = format!("https://{HOST}/saml/SSO");
    let audience = if refused { "https://staging.acme.example" } else { https.as_str() };
    let issuer = "http://www.okta.example/exk4f2b7qLw0PzB5d7";
    let print = certificate("login.acme.example", 0, 0, "a").fingerprint;
    Detail {
        reason: refused
            .then(|| format!("The audience is https://staging.acme.example; expected {https} or {HOST}.")),
        compared: vec![
            compared("Issuer", issuer, &[issuer], true),
            compared("Audience", audience, &[&https, HOST], !refused),
            compared("Destination", &acs, &[&acs], true),
            compared("Certificate", &print, &[&print], true),
            compared("Time", "2026-03-12T09:41:05Z", &["within 180 s of 2026-03-12T09:41:07Z"], true),
        ],
        trace: trace(refused, audience),
        changes: if refused { Vec::new() } else { changes() },
        name_id: Some(text(MAIL)),
        attributes: vec![
            attribute("urn:oid:2.5.4.42", Some("givenName"), &["Clara"]),
            attribute("urn:oid:2.5.4.4", Some("sn"), &["Fields"]),
            attribute("department", None, &["Marketing", "Brand"]),
            attribute("groups", None, &["Everyone", "Marketing", "Hosts Rotterdam"]),
            attribute("employeeNumber", None, &[]),
        ],
        test: None,
        xml: Some(text(
            "<samlp:Response ID=\"_a1\" Version=\"2.0\">\n  <saml:Issuer>…</saml:Issuer>\n</samlp:Response>",
        )),
    }
}

pub fn response_refused() -> ResponsePage {
    let entry = entry(2, Some("jo@acme.example"), OutcomeWord::Refused, Some(Code::Audience));
    ResponsePage::new(admin(Here::Log), &entry, detail(true))
}

pub fn response_accepted() -> ResponsePage {
    let entry = entry(1, Some(MAIL), OutcomeWord::Accepted, None);
    ResponsePage::new(admin(Here::Log), &entry, detail(false))
}

pub fn response_hostile() -> ResponsePage {
    let entry = entry(4, Some(HOSTILE), OutcomeWord::Refused, Some(Code::Issuer));
    let long = "x".repeat(400);
    let detail = Detail {
        reason: Some(text(HOSTILE)),
        compared: vec![compared("Issuer", HOSTILE, &[&long], false)],
        trace: vec![Step::failed("issuer", long.clone(), HOSTILE)],
        attributes: vec![attribute(HOSTILE, Some(HOSTILE), &[HOSTILE, &long])],
        name_id: Some(text(HOSTILE)),
        xml: Some(text(HOSTILE)),
        ..Detail::default()
    };
    ResponsePage::new(admin(Here::Log), &entry, detail)
}
