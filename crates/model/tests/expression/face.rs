//! What code sees of an expression; its bounds; and what a sign-in cannot offer.

use super::cases::Attributes;
use vestibule_model::expression::{
    Context, DEEPEST, Expression, Failure, LONGEST_SOURCE, LONGEST_TEXT, MOST_ARGUMENTS, MOST_PATTERNS,
    MOST_VALUES, Outcome, Place, Problem, Value,
};
use vestibule_model::mapping::{Asserted, Attribute};

fn context(seed: u8) -> Context<'static> {
    Context::new("2021-08-25T17:41:18Z".parse().unwrap(), [seed; 32])
}

fn object(name: &str, values: &[&str]) -> Attributes {
    Attributes::from([(name.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())])
}

fn failure(source: &str, object: &Attributes) -> Failure {
    Expression::parse(source).unwrap().evaluate(object, &context(0)).unwrap_err().failure
}

fn problem(source: &str) -> Problem {
    Expression::parse(source).unwrap_err().problem
}

#[test]
fn an_expression_reads_what_was_asserted_by_name_friendly_name_and_name_id() {
    let attribute = |name: &str, friendly_name: Option<&str>, value: &str| Attribute {
        name: name.to_owned(),
        friendly_name: friendly_name.map(str::to_owned),
        values: vec![value.to_owned()],
    };
    let asserted = Asserted {
        name_id: Some("zoe".to_owned()),
        attributes: vec![
            attribute("urn:oid:2.5.4.42", Some("givenName"), "Zoë"),
            attribute("urn:oid:2.5.4.4", Some("sn"), "Doe"),
        ],
    };
    let source = "Join(\" \", [givenName], [urn:oid:2.5.4.4], [<NameID>], [givenName])";
    let expression = Expression::parse(source).unwrap();
    assert_eq!(expression.attributes(), ["givenName", "urn:oid:2.5.4.4", "<NameID>"]);
    let outcome = expression.evaluate(&asserted, &context(0)).unwrap();
    assert_eq!(outcome, Outcome::Value(Value::Text("Zoë Doe zoe Zoë".to_owned())));
}

#[test]
fn it_is_stored_as_it_was_written_and_equal_to_what_was_written_alike() {
    let source = "Left( [mail],3 )";
    let expression = Expression::parse(source).unwrap();
    assert_eq!((expression.source(), expression.to_string().as_str()), (source, "Left([mail], 3)"));
    let stored = serde_json::to_string(&expression).unwrap();
    assert_eq!(stored, format!("\"{source}\""));
    assert_eq!(serde_json::from_str::<Expression>(&stored).unwrap(), expression);
    assert_ne!(Expression::parse("Left([mail], 3)").unwrap(), expression);
    let refused = serde_json::from_str::<Expression>("\"Left([mail])\"").unwrap_err().to_string();
    assert!(refused.contains("column 1: found 1 argument, expected Left(string, numChars)"), "{refused}");
}

#[test]
fn what_needs_a_target_is_refused_at_a_sign_in_and_taken_in_a_synchronization() {
    for source in [
        "SelectUniqueValue([a], [b])",
        "AppRoleAssignmentsComplex([a])",
        "AssertiveAppRoleAssignmentsComplex([a])",
    ] {
        let refused = Expression::parse(source).unwrap_err();
        let sentence = "which needs a target; the mapping of a sign-in has none";
        assert!(refused.to_string().ends_with(sentence), "{refused}");
        assert!(matches!(refused.problem, Problem::NotHere { place: Place::SignIn, .. }));
        let taken = Expression::parse_for(Place::Synchronization, source).unwrap();
        assert_eq!(taken.adds(), source.starts_with("App"));
    }
    let select = Expression::parse_for(Place::Synchronization, "SelectUniqueValue([a], [b])").unwrap();
    let without = select.evaluate(&object("a", &["x"]), &context(0)).unwrap_err();
    assert_eq!(without.failure, Failure::NoTarget);
}

#[test]
fn a_redacted_value_is_usable_and_not_shown_in_an_error_either() {
    let expression = Expression::parse("DateAdd(\"d\", 1, Redact([born]))").unwrap();
    assert!(expression.is_redacted());
    let outcome = expression.evaluate(&object("born", &["2001-02-03"]), &context(0)).unwrap();
    assert_eq!(outcome.shown(), "[Redact]");
    assert_eq!(outcome.texts(), ["2/4/2001 12:00:00 AM"]);
    let error = expression.evaluate(&object("born", &["3 February"]), &context(0)).unwrap_err();
    assert!(!error.to_string().contains("February"), "{error}");
}

#[test]
fn chance_is_what_the_seed_makes_of_it() {
    let object = Attributes::new();
    let value = |source: &str, seed: u8| {
        Expression::parse(source).unwrap().evaluate(&object, &context(seed)).unwrap().texts().remove(0)
    };
    let guid = value("Guid()", 1);
    assert_eq!(guid.len(), 36);
    assert_eq!(value("Guid()", 1), guid);
    assert_ne!(value("Guid()", 2), guid);
    assert_ne!(value("Append(Guid(), Guid())", 1), format!("{guid}{guid}"));

    let text = value("RandomString(40, 5, 6, 7, 8, \"0O1lI\")", 3);
    let count = |is_kind: fn(&char) -> bool| text.chars().filter(is_kind).count();
    assert_eq!(text.len(), 40);
    assert!(count(char::is_ascii_digit) >= 5 && count(char::is_ascii_punctuation) >= 6, "{text}");
    assert!(count(char::is_ascii_uppercase) >= 7 && count(char::is_ascii_lowercase) >= 8, "{text}");
    assert!(!text.contains(['0', 'O', '1', 'l', 'I']), "{text}");
    assert!(value("RandomString(256, 0, 0, 0, 0)", 4).chars().all(|c| c.is_ascii_alphanumeric()));
}

#[test]
fn what_is_read_has_bounds() {
    let quoted = |length: usize| format!("\"{}\"", "x".repeat(length));
    assert!(Expression::parse(&quoted(LONGEST_SOURCE - 2)).is_ok());
    assert_eq!(problem(&quoted(LONGEST_SOURCE - 1)), Problem::TooLong);

    let nested = |depth: usize| format!("{}[a]{}", "ToLower(".repeat(depth), ")".repeat(depth));
    assert!(Expression::parse(&nested(DEEPEST)).is_ok());
    assert_eq!(problem(&nested(DEEPEST + 1)), Problem::TooDeep);

    let arguments = |count: usize| format!("Coalesce([a]{})", ",1".repeat(count - 1));
    assert!(Expression::parse(&arguments(MOST_ARGUMENTS)).is_ok());
    assert_eq!(problem(&arguments(MOST_ARGUMENTS + 1)), Problem::TooManyArguments);

    let patterns = |count: usize| format!("Join(\"\"{})", ", Replace([a], , \"x\", , \"y\")".repeat(count));
    assert!(Expression::parse(&patterns(MOST_PATTERNS)).is_ok());
    assert_eq!(problem(&patterns(MOST_PATTERNS + 1)), Problem::TooManyPatterns);
}

#[test]
fn what_an_evaluation_reads_and_makes_has_bounds() {
    let text = |length: usize| object("a", &["x".repeat(length).as_str()]);
    let evaluates = |source: &str, object: &Attributes| {
        Expression::parse(source).unwrap().evaluate(object, &context(0)).is_ok()
    };
    assert!(evaluates("[a]", &text(LONGEST_TEXT)));
    assert_eq!(failure("[a]", &text(LONGEST_TEXT + 1)), Failure::TooLong);
    let values = |count: usize| object("a", &vec!["x"; count]);
    assert!(evaluates("[a]", &values(MOST_VALUES)));
    assert_eq!(failure("[a]", &values(MOST_VALUES + 1)), Failure::TooMany);

    assert_eq!(failure("Append([a], \"y\")", &text(LONGEST_TEXT)), Failure::TooLong);
    assert_eq!(failure("Join([a], [a], [a])", &text(LONGEST_TEXT / 2)), Failure::TooLong);
    assert_eq!(failure("Replace([a], \"x\", , , [a])", &text(1_000)), Failure::TooLong);
    assert_eq!(failure("Replace([a], , \"x\", , [a])", &text(1_000)), Failure::TooLong);
    let thirtyfold = format!("Replace([a], , \"x\", , \"{}\")", "$0".repeat(30));
    assert_eq!(failure(&thirtyfold, &text(1_000)), Failure::TooLong);
    assert_eq!(failure("ConvertToUTF8Hex([a])", &text(LONGEST_TEXT)), Failure::TooLong);
    assert_eq!(failure("Split([a], \",\")", &object("a", &["x,".repeat(2_000).as_str()])), Failure::TooMany);
    let often = format!("Join(\"\"{})", ", Left([a], 0)".repeat(70));
    assert_eq!(failure(&often, &text(LONGEST_TEXT)), Failure::TooMuchWork);
}

#[test]
fn an_expression_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Expression>();
}

#[test]
fn a_search_that_would_be_quadratic_is_ended_and_a_pattern_that_is_in_too_many_places_is_refused() {
    let source = "Replace([a], , \".*[^x]|x\", , \"y\")";
    let expression = Expression::parse(source).unwrap();
    let long = expression.evaluate(&object("a", &["x".repeat(LONGEST_TEXT).as_str()]), &context(0));
    assert_eq!(long.unwrap_err().failure, Failure::TooMuchWork);
    let short = expression.evaluate(&object("a", &["x".repeat(200).as_str()]), &context(0)).unwrap();
    assert_eq!(short.texts(), ["y".repeat(200)]);

    let pattern = |count: usize| format!("Replace([a], , \"(?:a|bc){{{count}}}\", , \"y\")");
    assert!(Expression::parse(&pattern(333)).is_ok());
    assert!(matches!(problem(&pattern(334)), Problem::Argument { parameter: "regexPattern", .. }));
}
