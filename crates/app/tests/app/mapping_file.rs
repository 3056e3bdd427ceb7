//! The mapping in account files: what is read, what is written, what a plan shows, and what is refused.

use crate::account::{Account, source};
use crate::cases;
use crate::snapshot;
use crate::sub_accounts::sub_account;
use crate::wanted::Wanted;
use crate::world::{World, hours};
use std::path::Path;
use vestibule_app::Kind;
use vestibule_app::configuration::{self, Planned};
use vestibule_model::license::{AddOn, Family};
use vestibule_model::mapping::{CategoryName, Operator};
use vestibule_model::user::Field;
use vestibule_saml::{KeyKind, SigningKey};

cases! {
    a_file_that_uses_every_key_is_exported_to_a_file_that_changes_nothing,
    a_plan_names_the_rule_that_changes,
    the_basic_mapping_and_the_rules_are_two_sections,
    what_is_wrong_with_a_mapping_is_named_with_its_line_and_key,
    a_pattern_that_would_take_more_than_linear_time_is_refused,
    a_role_is_declared_before_it_is_granted,
    a_refused_mapping_is_applied_in_no_part,
}

const EVERY_KEY: &str = include_str!("files/every_key.toml");

async fn plan(world: &World, text: &str) -> Planned {
    configuration::plan(&world.app.operator(), &source(text, world.folder.path())).await.unwrap()
}

/// Puts the files that the account file names beside it.
fn lay_out(world: &World, acme: &Account) {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate =
        key.self_signed("old.example", world.time.now(), world.time.now() + hours(24 * 365)).unwrap();
    let folder = world.folder.path();
    std::fs::write(folder.join("idp.pem"), acme.idp.certificate_pem()).unwrap();
    let pair = [key.to_pem().unwrap().as_str(), &certificate.to_pem()].concat();
    std::fs::write(folder.join("old-sp.pem"), pair).unwrap();
}

async fn a_file_that_uses_every_key_is_exported_to_a_file_that_changes_nothing(world: &World) {
    let acme = world.account("acme").await;
    sub_account(world, "acme", "acme-labs").await;
    lay_out(world, &acme);
    let planned = plan(world, EVERY_KEY).await;
    configuration::apply(&world.app.operator(), planned).await.unwrap();
    assert_eq!(plan(world, EVERY_KEY).await.changes, []);
    let exported = acme.export().await;
    assert_eq!(plan(world, &exported).await.changes, []);
    // Once more into an account that has nothing, as far as that is nobody else's.
    let others = Wanted::read(&exported.replace("acme-labs", "beta-labs"))
        .set(["account"], "beta")
        .without("domains")
        .without("connection");
    let others = others.without_sso("imported_keys").set(["sso", "signing_key"], "ecdsa-p256");
    let others = others.set(["sso", "signature_hash"], "sha256");
    let beta = world.account("beta").await;
    sub_account(world, "beta", "beta-labs").await;
    beta.apply(others.clone()).await;
    assert_eq!(
        Wanted::read(&beta.export().await).without_sso("draft").text(),
        others.without_sso("draft").text()
    );
    uses_every_word();
}

fn uses_every_word() {
    let is_ruled = |add_on: &AddOn| add_on.family() != Family::Phone;
    let add_ons = AddOn::all().filter(is_ruled).map(CategoryName::AddOn);
    let rules = CategoryName::plain().chain(add_ons).map(|name| format!("[[mapping.{name}]]"));
    let fields = Field::all().map(|field| format!("\n{} = ", field.as_str()));
    let seats = AddOn::all().map(|add_on| format!("\n{} = ", add_on.as_str()));
    let operators = Operator::WORDS.iter().skip(1).map(|word| format!("operator = \"{word}\""));
    for word in rules.chain(fields).chain(seats).chain(operators) {
        assert!(EVERY_KEY.contains(&word), "{word} is missing");
    }
}

const RULES: &str = r#"account = "acme"

[[mapping.license]]
attribute = "groups"
value = "marketing"
result = "licensed"

[[mapping.license]]
otherwise = true
result = "none"

[mapping.no_match]
license = "remove"
"#;

async fn a_plan_names_the_rule_that_changes(world: &World) {
    let acme = world.acme().await;
    let planned = acme.plan_text(RULES).await.unwrap();
    snapshot::check_json("plan_of_rules.json", &planned);
    configuration::apply(&world.app.operator(), planned).await.unwrap();
    let changed = RULES.replace("marketing", "sales");
    let changes = acme.plan_text(&changed).await.unwrap().changes;
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(change.key, "mapping.license[1]");
    assert_eq!(change.before.as_deref(), Some("groups equals \"marketing\": licensed"));
    assert_eq!(change.after.as_deref(), Some("groups equals \"sales\": licensed"));
    let mut many = "account = \"acme\"\n".to_owned();
    for number in 0..12 {
        many += &format!("[[mapping.channel]]\nattribute = \"a\"\nvalue = \"{number}\"\nresult = \"C\"\n");
    }
    let changes = acme.plan_text(&many).await.unwrap().changes;
    let keys: Vec<&str> = changes.iter().map(|change| change.key.as_str()).collect();
    assert_eq!(
        (keys[0], keys[1], keys[10]),
        ("mapping.channel[1]", "mapping.channel[2]", "mapping.channel[11]")
    );
}

async fn the_basic_mapping_and_the_rules_are_two_sections(world: &World) {
    let acme = world.acme().await;
    configuration::apply(&world.app.operator(), acme.plan_text(RULES).await.unwrap()).await.unwrap();
    assert_eq!(
        acme.plan(&acme.usual()).await.unwrap().changes,
        [],
        "the rules stay, and the basic mapping too"
    );
    let keys = async |text: &str| -> Vec<String> {
        acme.plan_text(text).await.unwrap().changes.into_iter().map(|change| change.key).collect()
    };
    let only_email = "account = \"acme\"\n[mapping.basic]\nemail = \"mail\"\n";
    assert_eq!(
        keys(only_email).await,
        ["mapping.basic.department", "mapping.basic.first_name", "mapping.basic.last_name"]
    );
    let none = "account = \"acme\"\n[mapping]\nlicense = []\n";
    assert_eq!(keys(none).await, ["mapping.license[1]", "mapping.license[2]", "mapping.no_match.license"]);
}

/// A rule of this category with these lines.
fn ruled(category: &str, lines: &str) -> String {
    format!("account = \"acme\"\n[[mapping.{category}]]\n{lines}\n")
}

async fn refused(acme: &Account, text: &str, words: &[&str]) {
    let Err(error) = acme.plan_text(text).await else { panic!("not refused: {text}") };
    let shown = format!("{} | {}", error.message(), error.advice().unwrap_or_default());
    assert_eq!(error.kind(), Kind::Invalid, "{shown}");
    for word in ["acme.toml, line "].iter().chain(words) {
        assert!(shown.contains(word), "{word:?} is not in: {shown}");
    }
}

async fn what_is_wrong_with_a_mapping_is_named_with_its_line_and_key(world: &World) {
    let acme = world.account("acme").await;
    let before = world.dump();
    let when = "attribute = \"groups\"\nvalue = \"x\"\n";
    let rule = |category: &str, result: &str| ruled(category, &format!("{when}{result}"));
    let after = |rest: &str| format!("{}\n{rest}", rule("license", "result = \"basic\""));
    for (text, words) in [
        (rule("licence", ""), &["line 2", "`mapping.licence`", "`license`"][..]),
        (rule("license", "resullt = \"basic\""), &["line 5", "`mapping.license.resullt`", "`result`"]),
        (rule("license", "result = \"gold\""), &["line 5", "`mapping.license[1].result`", "none, basic, licensed, on-prem"]),
        (rule("license", ""), &["line 2", "`mapping.license[1]`", "`result` is missing"]),
        (ruled("license", "result = \"basic\""), &["`attribute` is missing", "otherwise"]),
        (ruled("license", "attribute = \"a\"\nresult = \"basic\""), &["`value` is missing"]),
        (ruled("license", "otherwise = false"), &["line 3", "`mapping.license[1].otherwise`", "expected true"]),
        (ruled("license", "otherwise = true\nvalue = \"x\"\nresult = \"basic\""), &["always applies"]),
        (after("[[mapping.license]]\notherwise = true\nresult = \"none\"\n[[mapping.license]]\nattribute = \"a\"\nvalue = \"b\"\nresult = \"none\""), &["line 10", "`mapping.license[3]`", "never apply"]),
        (ruled("license", "attribute = \"groups\"\noperator = \"is\"\nvalue = \"x\""), &["line 4", "`mapping.license[1].operator`", "equals, contains, starts_with"]),
        (ruled("license", "attribute = \"groups\"\noperator = \"present\"\nvalue = \"x\""), &["compares with nothing"]),
        (ruled("license", "attribute = \"groups\"\noperator = \"regex\"\nvalue = \"a(b\"\nresult = \"basic\""), &["line 5", "`mapping.license[1].value`", "malformed", "unclosed group"]),
        (ruled("license", "attribute = \" \"\nvalue = \"x\""), &["line 3", "1 to 512 characters"]),
        (ruled("license", "attribute = \"a\\u202eb\"\nvalue = \"x\""), &["cannot be seen"]),
        (ruled("license", "attribute = 5\nvalue = \"x\""), &["line 3", "expected a text"]),
        ("account = \"acme\"\n[mapping]\nlicense = \"basic\"\n".to_owned(), &["line 3", "`[[mapping.license]]`"]),
        (rule("addon.webinar-501", ""), &["`mapping.addon.webinar-501`", "`webinar-500`"]),
        (rule("addon.webinar-500", "result = \"basic\""), &["line 5", "`mapping.addon.webinar-500[1].result`", "grants it"]),
        (rule("addon.phone-metered", ""), &["`mapping.addon.phone-metered`"]),
        (rule("phone_plan", "result = \"webinar-500\""), &["phone-metered, phone-national, phone-global"]),
        (rule("phone_site", "result = \"\""), &["1 to 128 characters"]),
        (rule("role", "result = \"owner\""), &["no rule makes an owner"]),
        (rule("role", "result = \"a:b\""), &["neither member, admin nor the name of a role"]),
        (rule("user_group", "result = []"), &["at least one group"]),
        (rule("user_group", "result = [\"A\", \"a\"]"), &["named twice"]),
        (rule("user_group", "result = \"a\\u0000b\""), &["not the name of a group"]),
        (rule("sub_account", "result = \"beta\""), &["line 5", "`mapping.sub_account[1].result`", "\"beta\" is no sub-account", "--parent"]),
        (rule("sub_account", "result = \"-\""), &["line 5", "`mapping.sub_account[1].result`", "no label"]),
        (rule("sub_account", ""), &["`mapping.sub_account[1]`", "`result` is missing"]),
        (after("[mapping.no_match]\nrole = \"keep\""), &["line 8", "`mapping.no_match.role`", "no rules"]),
        (after("[mapping.no_match]\nlicense = \"gold\""), &["line 8", "`mapping.no_match.license`", "none, basic"]),
        (after("[mapping.no_match]\n\"addon.webinar\" = \"keep\""), &["`mapping.no_match.\"addon.webinar\"`", "`\"addon.webinar-"]),
        (after("[mapping.exempt]\nlicense = { users = [\"nobody\"] }"), &["line 8", "`mapping.exempt.license.users`", "\"nobody\""]),
        (after("[mapping.exempt]\nlicense = { user = [\"a@acme.example\"] }"), &["`mapping.exempt.license.user`", "`users`"]),
        (after("[mapping.exempt]\nrole = { groups = [\"A\"] }"), &["`mapping.exempt.role`", "no rules"]),
        (after("[mapping.auto]\nlicense = \"x\""), &["`mapping.auto.license`"]),
        (after("[mapping.auto]\nchannel = 3"), &["`mapping.auto.channel`", "expected a text"]),
        ("account = \"acme\"\n[mapping.basic.custom]\na = \"1\"\nb = \"2\"\nc = \"3\"\nd = \"4\"\ne = \"5\"\nf = \"6\"\n".to_owned(), &["line 2", "`mapping.basic.custom`", "at most 5"]),
        ("account = \"acme\"\n[mapping.basic.custom]\n\"\" = \"1\"\n".to_owned(), &["line 3", "1 to 64 characters"]),
        ("account = \"acme\"\n[mapping.basic]\ncompany = { expression = 'ToLower([o]' }\n".to_owned(), &["line 3", "`mapping.basic.company.expression`", "column "]),
        ("account = \"acme\"\n[mapping.basic]\ncompany = { expression = 'ToLover([o])' }\n".to_owned(), &["column 1", "ToLower"]),
        ("account = \"acme\"\n[mapping.basic]\ncompany = { expression = '[o]', attribute = \"o\" }\n".to_owned(), &["line 3", "either"]),
        ("account = \"acme\"\n[mapping.basic]\nemploye_id = \"x\"\n".to_owned(), &["line 3", "`employee_id`"]),
        ("account = \"acme\"\n[roles.Owner]\n".to_owned(), &["line 2", "`roles.Owner`", "none of owner"]),
        ("account = \"acme\"\n[roles.Desk]\npermissions = [\"X:Y\"]\n".to_owned(), &["line 3", "`roles.Desk.permissions`", "no permission"]),
    ] {
        refused(&acme, &text, words).await;
    }
    assert_eq!(world.dump(), before);
}

async fn a_pattern_that_would_take_more_than_linear_time_is_refused(world: &World) {
    let acme = world.account("acme").await;
    let pattern = |value: &str| {
        ruled(
            "license",
            &format!("attribute = \"groups\"\noperator = \"regex\"\nvalue = '{value}'\nresult = \"basic\""),
        )
    };
    for bad in [r"(a)\1", "(?=a)b", "(?<!a)b", "a{100000}{1000}"] {
        refused(&acme, &pattern(bad), &["line 5", "`mapping.license[1].value`", "pattern"]).await;
    }
    // What makes other engines stand still is matched in linear time here.
    acme.plan_text(&pattern("^(a+)+$")).await.unwrap();
}

async fn a_role_is_declared_before_it_is_granted(world: &World) {
    let acme = world.acme().await;
    let granting = ruled("role", "attribute = \"groups\"\nvalue = \"desk\"\nresult = \"Help desk\"");
    refused(
        &acme,
        &granting,
        &["line 5", "`mapping.role[1].result`", "no role \"Help desk\"", "`[roles.\"Help desk\"]`"],
    )
    .await;
    let declaring = format!("{granting}[roles.\"Help desk\"]\n");
    configuration::apply(&world.app.operator(), acme.plan_text(&declaring).await.unwrap()).await.unwrap();
    // It is declared now; a file that takes it away takes the rule away too.
    assert_eq!(acme.plan_text(&granting).await.unwrap().changes, []);
    let error = acme.plan_text("account = \"acme\"\n[roles.Other]\n").await.unwrap_err();
    assert!(error.message().contains("`mapping.role[1].result`"), "{error}");
}

async fn a_refused_mapping_is_applied_in_no_part(world: &World) {
    let acme = world.acme().await;
    let before = (acme.export().await, world.dump());
    let bad = format!("{RULES}[licenses]\nlicensed = 5\n[mapping.auto]\nrole = \"x\"\n");
    let error =
        configuration::plan(&world.app.operator(), &source(&bad, Path::new("/nowhere"))).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!((acme.export().await, world.dump()), before);
}
