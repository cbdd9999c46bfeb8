//! Literals: decoding strings, reading `dynamic(…)`.

use std::borrow::Cow;

use super::{Builder, Children, Pair};
use crate::parse::Rule;
use crate::span::Span;
use crate::syntax::{DynamicKind, DynamicValue, Literal, StringLiteral, StringPart, StringStyle, TypedKeyword};

impl<'q> Builder<'q> {
    pub(super) fn literal(&mut self, pair: Pair<'q>) -> Literal<'q> {
        let text = pair.as_str();
        match pair.as_rule() {
            Rule::string => Literal::String(self.string_literal(pair)),
            Rule::timespan => Literal::Timespan(text),
            Rule::real => Literal::Real(text),
            Rule::boolean => Literal::Bool(text.eq_ignore_ascii_case("true")),
            Rule::typed_literal => typed_literal(text),
            _ => Literal::Long(text),
        }
    }

    pub(super) fn string_literal(&mut self, pair: Pair<'q>) -> StringLiteral<'q> {
        let mut value: Option<Cow<'q, str>> = None;
        let mut parts = Vec::with_capacity(1);
        for part in pair.into_inner() {
            let (part, decoded) = string_part(part.as_str(), self.base + part.as_span().start());
            parts.push(part);
            value = Some(match value {
                None => decoded,
                Some(before) => Cow::Owned(before.into_owned() + &decoded),
            });
        }
        StringLiteral { value: value.unwrap_or_default(), parts }
    }

    pub(super) fn dynamic_value(&mut self, pair: Pair<'q>) -> DynamicValue<'q> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            // `json_value` and a nested `dynamic(…)` hold exactly one value.
            Rule::json_value | Rule::dynamic_literal => {
                let inner = Children::new(pair).required();
                let value = self.dynamic_value(inner);
                return DynamicValue { span: value.span, kind: value.kind };
            }
            Rule::json_array => DynamicKind::Array(self.dynamic_elements(pair)),
            Rule::json_bag => DynamicKind::Bag(self.dynamic_pairs(pair)),
            Rule::json_null => DynamicKind::Null,
            Rule::json_number => DynamicKind::Literal(json_number(pair)),
            _ => DynamicKind::Literal(self.literal(pair)),
        };
        DynamicValue { kind, span }
    }

    fn dynamic_elements(&mut self, pair: Pair<'q>) -> Vec<DynamicValue<'q>> {
        Children::new(pair)
            .filter(|child| child.as_rule() == Rule::json_value)
            .map(|child| self.dynamic_value(child))
            .collect()
    }

    fn dynamic_pairs(&mut self, pair: Pair<'q>) -> Vec<(StringLiteral<'q>, DynamicValue<'q>)> {
        Children::new(pair)
            .filter(|child| child.as_rule() == Rule::json_pair)
            .map(|child| {
                let mut children = Children::new(child);
                let key = children.required();
                let key = self.string_literal(key);
                let value = children.required();
                (key, self.dynamic_value(value))
            })
            .collect()
    }
}

/// A number in `dynamic(…)`; its sign, if any, belongs to the text.
fn json_number(pair: Pair<'_>) -> Literal<'_> {
    let text = pair.as_str();
    match Children::new(pair).required().as_rule() {
        Rule::timespan => Literal::Timespan(text),
        Rule::real => Literal::Real(text),
        _ => Literal::Long(text),
    }
}

fn typed_literal(text: &str) -> Literal<'_> {
    let (word, rest) = text.split_once('(').unwrap_or((text, ""));
    let keyword = match word {
        "bool" => TypedKeyword::Bool,
        "datetime" | "date" => TypedKeyword::Datetime,
        "timespan" | "time" => TypedKeyword::Timespan,
        "int" | "int32" => TypedKeyword::Int,
        "real" | "double" => TypedKeyword::Real,
        "decimal" => TypedKeyword::Decimal,
        "guid" => TypedKeyword::Guid,
        // The grammar has no other word than `long` and `int64`.
        _ => TypedKeyword::Long,
    };
    Literal::Typed { keyword, text: rest.trim_end_matches(')').trim() }
}

/// One quoted part: where it stands and what it means.
fn string_part(text: &str, start: usize) -> (StringPart, Cow<'_, str>) {
    let is_obfuscated = text.starts_with(['h', 'H']);
    let prefix = usize::from(is_obfuscated);
    let body = &text[prefix..];
    let (style, opening, closing) = if body.starts_with('@') {
        (StringStyle::Verbatim, 2, 1)
    } else if body.starts_with("```") || body.starts_with("~~~") {
        (StringStyle::MultiLine, 3, 3)
    } else {
        (StringStyle::Plain, 1, 1)
    };
    let content = &body[opening..body.len() - closing];
    let content_start = start + prefix + opening;
    let part = StringPart {
        style,
        is_obfuscated,
        span: Span::new(start, start + text.len()),
        content: Span::new(content_start, content_start + content.len()),
    };
    let value = match style {
        StringStyle::MultiLine => Cow::Borrowed(content),
        StringStyle::Verbatim if body.starts_with("@\"") => doubled(content, "\"\"", "\""),
        StringStyle::Verbatim => doubled(content, "''", "'"),
        StringStyle::Plain => unescaped(content),
    };
    (part, value)
}

fn doubled<'q>(content: &'q str, pair: &str, single: &str) -> Cow<'q, str> {
    if content.contains(pair) { Cow::Owned(content.replace(pair, single)) } else { Cow::Borrowed(content) }
}

/// Resolves the escapes of a plain string. A bad escape, which the scan has reported, stands for itself.
fn unescaped(content: &str) -> Cow<'_, str> {
    if !content.contains('\\') {
        return Cow::Borrowed(content);
    }
    let mut value = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(backslash) = rest.find('\\') {
        value.push_str(&rest[..backslash]);
        rest = &rest[backslash + 1..];
        let (decoded, length) = escape(rest);
        match decoded {
            Some(c) => value.push(c),
            None => value.push('\\'),
        }
        rest = &rest[length..];
    }
    value.push_str(rest);
    Cow::Owned(value)
}

/// The character that the escape behind a backslash stands for, and the bytes that it takes.
fn escape(rest: &str) -> (Option<char>, usize) {
    let Some(first) = rest.chars().next() else { return (None, 0) };
    let hex = |digits: usize| {
        let code = rest.get(1..=digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        // A lone surrogate has no character; Kusto keeps the code unit, which UTF-8 can't.
        (code.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)), digits + 1)
    };
    let simple = |c| (Some(c), 1);
    match first {
        'n' => simple('\n'),
        't' => simple('\t'),
        'r' => simple('\r'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{C}'),
        'v' => simple('\u{B}'),
        '\\' | '\'' | '"' => simple(first),
        'x' if rest.get(1..3).is_some() => hex(2),
        'u' if rest.get(1..5).is_some() => hex(4),
        'U' if rest.get(1..9).is_some() => hex(8),
        '0'..='7' => octal(rest),
        _ => (None, 0),
    }
}

fn octal(rest: &str) -> (Option<char>, usize) {
    let limit = if rest.starts_with(['0', '1', '2', '3']) { 3 } else { 2 };
    let length = rest.bytes().take(limit).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    (u32::from_str_radix(&rest[..length], 8).ok().and_then(char::from_u32), length)
}
