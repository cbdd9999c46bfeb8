//! What the modifiers of an item make of its values.

use super::super::{Item, Modifier, OPEN_PLACEHOLDER, Pattern, Segment, SigmaValue};
use super::{Lowered, problem};

/// A value that a field is tested with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// Text with wildcards.
    Pattern(Pattern),
    /// A regular expression, a network, a field.
    Raw(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
}

/// While modifiers are applied, a text may be bytes in some encoding.
enum Stage {
    Operand(Operand),
    Bytes(Vec<u8>),
}

/// Most values that the dashes of one value may become.
const MAX_VARIANTS: usize = 1_000;

/// The characters that may begin an option: hyphen, slash, en dash, em dash, horizontal bar.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// What one value becomes: one operand, or several of which one has to match.
pub(super) fn operands(value: &SigmaValue, item: &Item, path: &str) -> Lowered<Vec<Operand>> {
    let first = match value {
        SigmaValue::Text(pattern) => Operand::Pattern(pattern.clone()),
        SigmaValue::Raw(text) => Operand::Raw(text.clone()),
        SigmaValue::Integer(number) => Operand::Integer(*number),
        SigmaValue::Real(number) => Operand::Real(*number),
        SigmaValue::Bool(value) => Operand::Bool(*value),
        SigmaValue::Null => Operand::Null,
    };
    if let Operand::Pattern(pattern) = &first
        && let Some(name) = pattern.placeholder()
    {
        return Err(problem(path, format!("{OPEN_PLACEHOLDER}{name}%` has to be filled in first")));
    }
    let mut stages = vec![Stage::Operand(first)];
    for modifier in &item.modifiers {
        let mut next = Vec::with_capacity(stages.len());
        for stage in stages {
            next.extend(applied(*modifier, stage, path)?);
        }
        stages = next;
    }
    stages.into_iter().map(|stage| settled(stage, path)).collect()
}

fn applied(modifier: Modifier, stage: Stage, path: &str) -> Lowered<Vec<Stage>> {
    let word = modifier.as_str();
    Ok(match modifier {
        Modifier::Contains => vec![widened(stage, true, true, path)?],
        Modifier::StartsWith => vec![widened(stage, false, true, path)?],
        Modifier::EndsWith => vec![widened(stage, true, false, path)?],
        Modifier::WindowsDash => match settled(stage, path)? {
            Operand::Pattern(pattern) => {
                let variants = dash_variants(&pattern)
                    .ok_or_else(|| problem(path, "`windash` would make too many values of this one"))?;
                variants.into_iter().map(|pattern| Stage::Operand(Operand::Pattern(pattern))).collect()
            }
            other => vec![Stage::Operand(other)],
        },
        Modifier::Wide | Modifier::Utf16Le => vec![encoded(stage, word, path, u16::to_le_bytes, false)?],
        Modifier::Utf16Be => vec![encoded(stage, word, path, u16::to_be_bytes, false)?],
        Modifier::Utf16 => vec![encoded(stage, word, path, u16::to_le_bytes, true)?],
        Modifier::Base64 => vec![literal(&base64(&bytes(stage, word, path)?))],
        Modifier::Base64Offset => {
            let bytes = bytes(stage, word, path)?;
            (0..3).map(|offset| literal(&base64_inside(&bytes, offset))).collect()
        }
        // These say how to compare.
        Modifier::All
        | Modifier::Cased
        | Modifier::Cidr
        | Modifier::Day
        | Modifier::DotAll
        | Modifier::Exists
        | Modifier::Expand
        | Modifier::FieldRef
        | Modifier::Greater
        | Modifier::GreaterOrEqual
        | Modifier::Hour
        | Modifier::IgnoreCase
        | Modifier::Less
        | Modifier::LessOrEqual
        | Modifier::Minute
        | Modifier::Month
        | Modifier::MultiLine
        | Modifier::NotEqual
        | Modifier::Regex
        | Modifier::Week
        | Modifier::Year => vec![stage],
    })
}

fn literal(text: &str) -> Stage {
    Stage::Operand(Operand::Pattern(Pattern::literal(text)))
}

fn settled(stage: Stage, path: &str) -> Lowered<Operand> {
    match stage {
        Stage::Operand(operand) => Ok(operand),
        Stage::Bytes(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Operand::Pattern(Pattern::literal(&text))),
            Err(_) => Err(problem(path, "the encoded value is no text; `base64` or `base64offset` has to follow")),
        },
    }
}

/// Adds `*` in front and behind. Numbers become text; what is no text is compared as a whole elsewhere.
fn widened(stage: Stage, in_front: bool, behind: bool, path: &str) -> Lowered<Stage> {
    let mut pattern = match settled(stage, path)? {
        Operand::Pattern(pattern) => pattern,
        Operand::Integer(number) => Pattern::literal(&number.to_string()),
        Operand::Real(number) => Pattern::literal(&number.to_string()),
        Operand::Bool(value) => Pattern::literal(&value.to_string()),
        Operand::Null => return Err(problem(path, "`null` has no parts to compare with")),
        raw @ Operand::Raw(_) => return Ok(Stage::Operand(raw)),
    };
    if in_front && pattern.segments.first() != Some(&Segment::AnyText) {
        pattern.segments.insert(0, Segment::AnyText);
    }
    if behind && (pattern.segments.len() < 2 || pattern.segments.last() != Some(&Segment::AnyText)) {
        pattern.segments.push(Segment::AnyText);
    }
    Ok(Stage::Operand(Operand::Pattern(pattern)))
}

fn bytes(stage: Stage, word: &str, path: &str) -> Lowered<Vec<u8>> {
    match stage {
        Stage::Bytes(bytes) => Ok(bytes),
        Stage::Operand(Operand::Pattern(pattern)) => match pattern.as_literal() {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(problem(path, format!("`{word}` cannot encode a value with wildcards"))),
        },
        Stage::Operand(Operand::Integer(number)) => Ok(number.to_string().into_bytes()),
        Stage::Operand(Operand::Real(_) | Operand::Raw(_) | Operand::Bool(_) | Operand::Null) => {
            Err(problem(path, format!("`{word}` encodes text")))
        }
    }
}

fn encoded(stage: Stage, word: &str, path: &str, unit: fn(u16) -> [u8; 2], with_mark: bool) -> Lowered<Stage> {
    let bytes = bytes(stage, word, path)?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(problem(path, format!("`{word}` stands behind another encoding")));
    };
    let mark = with_mark.then_some(0xFEFF);
    Ok(Stage::Bytes(mark.into_iter().chain(text.encode_utf16()).flat_map(unit).collect()))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The digits that do not depend on what stands around the bytes, which begin at that offset in a group of three.
fn base64_inside(bytes: &[u8], offset: usize) -> String {
    let mut shifted = vec![b' '; offset];
    shifted.extend_from_slice(bytes);
    let text = base64(&shifted);
    let start = [0, 2, 3][offset];
    let cut = [0, 3, 2][shifted.len() % 3];
    text.get(start..text.len().saturating_sub(cut)).unwrap_or("").to_owned()
}

/// Every way to write the dashes that begin an option; nothing if there are too many.
fn dash_variants(pattern: &Pattern) -> Option<Vec<Pattern>> {
    let mut variants = vec![Pattern::default()];
    for segment in &pattern.segments {
        let Segment::Literal(text) = segment else {
            for variant in &mut variants {
                variant.segments.push(segment.clone());
            }
            continue;
        };
        let characters: Vec<char> = text.chars().collect();
        for (index, c) in characters.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| characters.get(before));
            if !begins_option(*c, before, characters.get(index + 1)) {
                for variant in &mut variants {
                    variant.push(*c);
                }
                continue;
            }
            if variants.len() * DASHES.len() > MAX_VARIANTS {
                return None;
            }
            let with = |variant: &Pattern, dash: char| {
                let mut variant = variant.clone();
                variant.push(dash);
                variant
            };
            variants = variants.iter().flat_map(|variant| DASHES.map(|dash| with(variant, dash))).collect();
        }
    }
    Some(variants)
}

/// A hyphen or slash between something that is no word and a word.
fn begins_option(c: char, before: Option<&char>, after: Option<&char>) -> bool {
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    matches!(c, '-' | '/') && !before.is_some_and(is_word) && after.is_some_and(is_word)
}
