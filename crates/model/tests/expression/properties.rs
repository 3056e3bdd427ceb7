//! Properties over any input: nothing panics, what is written is read as the same, and bounds hold.

use super::cases::Attributes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use vestibule_model::expression::{
    Context, Expression, LONGEST_TEXT, MOST_VALUES, Place, Problem, signatures,
};

const TOKENS: [&str; 26] = [
    "(",
    ")",
    "(",
    ")",
    ",",
    ",",
    ", ",
    " = ",
    "<>",
    ">=",
    "[a]",
    "[b]",
    "[a]",
    "\"\"",
    "\"x\"",
    "\"d\"",
    "\"yyyy-MM-dd\"",
    "\"(?<n>.)\"",
    "\"${n}\"",
    "\"\\\\\"",
    "1",
    "-2",
    "&HF",
    "vbTextCompare",
    "[\\]]",
    "\n",
];

/// Tokens in any order, most of which make no expression.
fn soup() -> impl Strategy<Value = String> {
    let names = signatures().into_iter().map(|signature| signature.split('(').next().unwrap().to_owned());
    let calls = names.map(|name| format!("{name}("));
    let tokens: Vec<String> = calls.chain(TOKENS.map(str::to_owned)).collect();
    vec(select(tokens), 0..30).prop_map(|tokens| tokens.concat())
}

/// A constant text of any characters.
fn constant() -> impl Strategy<Value = String> {
    "[ -~äß😀]{0,12}".prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// An expression that reads, of nearly every function; each gives one text.
fn text() -> impl Strategy<Value = String> {
    const SHAPES: [&str; 40] = [
        "Append(@, @)",
        "Prepend(@, @)",
        "CStr(InStr(@, @, 2, vbTextCompare))",
        "Left(@, 3)",
        "Left(@, [n])",
        "Mid(@, 2, -3)",
        "Mid(@, [n], 9)",
        "NormalizeDiacritics(@)",
        "PCase(@)",
        "PCase(@, @)",
        "StripSpaces(@)",
        "ToLower(@, \"tr\")",
        "ToUpper(@)",
        "Word(@, 2, @)",
        "Replace(@, [a], , , @)",
        "Replace(@, [a], , , , , @)",
        "Replace(@, , \"(?<n>[a-y]*)(.)\", , \"$1-${n}$$\", ,)",
        "Replace(@, , \"(?<n>x?)\", \"n\", @)",
        "Replace(@, , \"(?<n>.)\", \"n\", , [b])",
        "Coalesce(@, @, )",
        "IIF(@ = [a], @, @)",
        "IIF(@ < @, @, )",
        "IIF([n] >= 3, @, @)",
        "Switch(@, @, @, @, [b], @)",
        "Switch(Count([b]), , 1, @)",
        "Redact(@)",
        "Join(@, [b], @, Not(@ <> [a]))",
        "Join(@, Split(@, @), RemoveDuplicates([b]))",
        "Item(Split(@, [a]), 2)",
        "Item([b], [n])",
        "Join(\"\", DateAdd(\"m\", [n], Now()))",
        "CStr(DateDiff(\"ww\", [d], Now()))",
        "FormatDateTime(DateFromNum(NumFromDate([d])), , \"yyyyMMdd\", \"ddd d MMM yyyy hh:mm:ss.FFF tt zzz\")",
        "FormatDateTime([d], , \"yyyy-MM-ddTHH:mm:ssK\", \"yyyyMMddK\")",
        "Join(\" \", CBool(BitAnd([n], &HF)), IsString(@), IsNull([b]), IsPresent(@))",
        "ConvertToBase64(@)",
        "ConvertToUTF8Hex(@)",
        "SingleAppRoleAssignment([b])",
        "Append(@, DefaultDomain())",
        "Append(Guid(), RandomString(9, 1, 1, 1, 1, \"abc\"))",
    ];
    let leaf =
        prop_oneof![constant(), Just("[a]".to_owned()), Just("[b]".to_owned()), Just("[no\\]ne]".to_owned())];
    leaf.prop_recursive(4, 40, 4, |inner| {
        (select(SHAPES.to_vec()), vec(inner, 6)).prop_map(|(shape, parts)| {
            let mut parts = parts.into_iter();
            shape
                .split('@')
                .map(str::to_owned)
                .reduce(|made, rest| made + &parts.next().unwrap() + &rest)
                .unwrap()
        })
    })
}

fn object() -> impl Strategy<Value = Attributes> {
    let number = prop_oneof!["-?[0-9]{1,3}", "[0-9]{17,20}", ".{0,3}"];
    let date = prop_oneof!["20[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:00:00Z)?", ".{0,12}"];
    (".{0,20}", vec(".{0,40}", 0..5), number, date).prop_map(|(a, b, n, d)| {
        let pairs = [("a", vec![a]), ("b", b), ("n", vec![n]), ("d", vec![d])];
        pairs.into_iter().map(|(name, values)| (name.to_owned(), values)).collect()
    })
}

/// Reads a text; if it is an expression, it is written, read again and evaluated, and all agree.
fn check(source: &str, object: &Attributes) -> Result<bool, TestCaseError> {
    let Ok(expression) = Expression::parse_for(Place::Synchronization, source) else { return Ok(false) };
    let written = expression.to_string();
    let again = Expression::parse_for(Place::Synchronization, &written);
    let again = again.map_err(|error| TestCaseError::fail(format!("{written}: {error}")))?;
    prop_assert_eq!(again.to_string(), written);
    prop_assert_eq!(again.attributes(), expression.attributes());
    let exists = |value: &str| value.len().is_multiple_of(2);
    let context =
        Context { exists: Some(&exists), ..Context::new("2021-08-25T17:41:18Z".parse().unwrap(), [9; 32]) };
    let (first, second) = (expression.evaluate(object, &context), again.evaluate(object, &context));
    match (first, second) {
        (Ok(first), Ok(second)) => {
            prop_assert_eq!(&first, &second);
            let texts = first.texts();
            prop_assert!(texts.len() <= MOST_VALUES && texts.iter().all(|text| text.len() <= LONGEST_TEXT));
        }
        (Err(first), Err(second)) => prop_assert_eq!(first.failure, second.failure),
        (first, second) => prop_assert!(false, "{:?} and {:?}", first, second),
    }
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_text_is_read_or_refused(source in "\\PC{0,80}", object in object()) {
        check(&source, &object)?;
    }

    #[test]
    fn tokens_in_any_order_are_read_or_refused(source in soup(), object in object()) {
        check(&source, &object)?;
    }

    #[test]
    fn what_reads_is_written_read_again_and_evaluated_within_its_bounds(source in text(), object in object()) {
        if !check(&source, &object)? {
            // A constant that was made may be one that is refused: an empty delimiter, a key that stands there twice.
            let problem = Expression::parse(&source).unwrap_err().problem;
            prop_assert!(matches!(problem, Problem::Argument { .. } | Problem::TooManyPatterns), "{problem} in {source}");
        }
    }
}
