//! Functions that make a value of another kind.

use super::super::error::EvalError;
use super::super::eval::Run;
use super::super::node::Call;
use super::super::signature::{Function, Takes, Type, needed};
use super::super::value::Value;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "BitAnd",
        &[needed("value1", Takes::Integer), needed("value2", Takes::Integer)],
        Type::Integer,
        bit_and,
    ),
    Function::new("CBool", &[needed("expression", Takes::Condition)], Type::Boolean, |run, call| {
        Ok(run.truth(call, 0)?.map_or(Value::Null, Value::Boolean))
    }),
    Function::new("CStr", &[needed("value", Takes::Single)], Type::Text, |run, call| {
        run.text(call, 0).map(Value::from)
    }),
    Function::new("ConvertToBase64", &[needed("source", Takes::Text)], Type::Text, |run, call| {
        let bytes = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        Ok(run.text(call, 0)?.map(|text| BASE64_STANDARD.encode(bytes(text))).into())
    }),
    Function::new("ConvertToUTF8Hex", &[needed("source", Takes::Text)], Type::Text, |run, call| {
        let hexadecimal = |text: String| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
        Ok(run.text(call, 0)?.map(hexadecimal).into())
    }),
];

fn bit_and(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    match (run.integer(call, 0)?, run.integer(call, 1)?) {
        (Some(left), Some(right)) => Ok(Value::Integer(left & right)),
        _ => Ok(Value::Null),
    }
}
