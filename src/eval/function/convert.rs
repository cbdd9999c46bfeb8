//! Functions that read a value as another type.

use super::super::time::{SECOND, Timestamp};
use super::{Call, Datum, Function, Outcome};
use crate::schema::ScalarType;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { names: &["tostring"], least: 1, most: 1, body: |call| cast(call, ScalarType::String) },
    Function { names: &["toint", "tolong"], least: 1, most: 1, body: |call| cast(call, ScalarType::Long) },
    Function {
        names: &["todouble", "toreal", "todecimal"],
        least: 1,
        most: 1,
        body: |call| cast(call, ScalarType::Real),
    },
    Function { names: &["tobool", "toboolean"], least: 1, most: 1, body: |call| cast(call, ScalarType::Bool) },
    Function { names: &["todatetime"], least: 1, most: 1, body: |call| cast(call, ScalarType::Datetime) },
    Function { names: &["totimespan"], least: 1, most: 1, body: |call| cast(call, ScalarType::Timespan) },
    Function { names: &["toguid"], least: 1, most: 1, body: |call| cast(call, ScalarType::Guid) },
    Function {
        names: &["tohex"],
        least: 1,
        most: 1,
        body: |call| Ok(call.get(0).to_long().map_or(Datum::Null, |number| Datum::text(format!("{number:x}")))),
    },
    Function { names: &["base64_decode_tostring"], least: 1, most: 1, body: decode },
    Function { names: &["base64_encode_tostring"], least: 1, most: 1, body: encode },
    Function { names: &["url_decode"], least: 1, most: 1, body: |call| Ok(Datum::text(url_decoded(&call.text(0)))) },
    Function { names: &["unixtime_seconds_todatetime"], least: 1, most: 1, body: |call| unix_time(call, SECOND) },
    Function {
        names: &["unixtime_milliseconds_todatetime"],
        least: 1,
        most: 1,
        body: |call| unix_time(call, SECOND / 1_000),
    },
];

fn cast(call: &Call<'_>, ty: ScalarType) -> Outcome {
    Ok(call.get(0).clone().cast(ty))
}

fn unix_time(call: &Call<'_>, unit: i64) -> Outcome {
    let ticks = call.get(0).to_long().and_then(|number| number.checked_mul(unit));
    Ok(ticks.and_then(Timestamp::from_unix_ticks).map_or(Datum::Null, Datum::Time))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes that are no text give the empty text.
fn decode(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let Some(digit) = ALPHABET.iter().position(|letter| *letter == byte) else { return Ok(Datum::text("")) };
        bits = (bits << 6) | u32::try_from(digit).unwrap_or(0);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from((bits >> count) & 0xFF));
        }
    }
    Ok(Datum::text(String::from_utf8(bytes).unwrap_or_default()))
}

fn encode(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            encoded.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    Ok(Datum::text(encoded))
}

fn url_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
