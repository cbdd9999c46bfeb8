//! RGX001: a regular expression that Kusto refuses.
//!
//! Kusto runs the syntax of Rust's `regex` crate, so its own parser is the judge here.

use std::fmt::Display;
use std::ops::Range;

use regex_syntax::ast::{ErrorKind, Span as RegexSpan};
use regex_syntax::{Error, ParserBuilder};

use crate::diagnostic::Severity;
use crate::lint::literal::place_in_literal;
use crate::lint::regex::{patterns, string_literals};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, Literal, Operator, OperatorKind, ParsePart};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "RGX001",
    name: "invalid-regex",
    category: Category::Regex,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("invalid_regex.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    let mut patterns = patterns(cx);
    patterns.extend(cx.operators().filter(|operator| is_regex_parse(operator)).flat_map(fragments));
    for (span, user) in patterns {
        let Some(literal) = literals.get(&span) else { continue };
        // Of a literal that is none, the value is not known.
        if cx.errors().iter().any(|error| span.contains(error.span)) {
            continue;
        }
        let Some(fault) = fault_of(&literal.value) else { continue };
        let place = place_in_literal(cx.text(), literal, fault.range).unwrap_or(span);
        let mut report = cx.report(place, fault.message);
        report.label("not valid here").related(user, "takes a regular expression");
        if let Some(help) = fault.help {
            report.help(help);
        }
    }
}

fn is_regex_parse(operator: &Operator<'_>) -> bool {
    let kind = operator.parameter("kind").map(|parameter| &parameter.value.kind);
    matches!(kind, Some(ExprKind::Name(name)) if name.text == "regex")
}

/// The text parts of a `parse kind=regex` pattern. Kusto joins them with a group per column, so a part may be half of
/// a group: they are looked at one by one only if the whole does not compile.
fn fragments<'a>(operator: &'a Operator<'a>) -> Vec<(Span, Span)> {
    let OperatorKind::Parse { pattern, .. } = &operator.kind else { return Vec::new() };
    let mut whole = String::new();
    let mut parts = Vec::new();
    for part in pattern {
        match part {
            ParsePart::Star(_) => whole.push_str(".*?"),
            ParsePart::Column { .. } => whole.push_str("(.*?)"),
            ParsePart::Text(expr) => {
                let ExprKind::Literal(Literal::String(literal)) = &expr.kind else { return Vec::new() };
                whole.push_str(&literal.value);
                parts.push((expr.span, operator.keyword_span()));
            }
        }
    }
    if fault_of(&whole).is_some() { parts } else { Vec::new() }
}

/// Why a pattern cannot work.
struct Fault {
    /// One sentence.
    message: String,
    /// Where, in bytes of the pattern.
    range: Range<usize>,
    /// What to write instead, if that is known.
    help: Option<&'static str>,
}

fn fault_of(pattern: &str) -> Option<Fault> {
    let mut parser = ParserBuilder::new();
    match parser.octal(true).build().parse(pattern) {
        Ok(_) => back_reference(pattern, parser.octal(false).build().parse(pattern).err()?),
        Err(Error::Parse(error)) => Some(Fault::new(error.kind(), error.span(), help_for(error.kind()))),
        Err(Error::Translate(error)) => Some(Fault::new(error.kind(), error.span(), None)),
        // The enum may grow; the whole pattern is the best place then.
        Err(error) => Some(Fault { message: error.to_string(), range: 0..pattern.len(), help: None }),
    }
}

impl Fault {
    fn new(kind: &impl Display, span: &RegexSpan, help: Option<&'static str>) -> Self {
        let message = format!("the regular expression does not compile: {kind}");
        Self { message, range: span.start.offset..span.end.offset, help }
    }
}

/// Kusto's page lists octal codes, so `\0` and `\12` are characters. A single digit from one on is never meant as one.
fn back_reference(pattern: &str, error: Error) -> Option<Fault> {
    let Error::Parse(error) = error else { return None };
    let range = error.span().start.offset..error.span().end.offset;
    let is_single = pattern.get(range.clone()).is_some_and(|escape| escape != "\\0")
        && !pattern.get(range.end..)?.starts_with(|c: char| c.is_ascii_digit());
    (*error.kind() == ErrorKind::UnsupportedBackreference && is_single).then(|| Fault {
        message: "the regular expression has a back-reference, which Kusto does not know".to_owned(),
        range,
        help: Some(REPEAT_THE_PATTERN),
    })
}

const REPEAT_THE_PATTERN: &str = "repeat the pattern: Kusto has no back-references";

fn help_for(kind: &ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::UnsupportedLookAround => Some("use a second condition: Kusto has no look-around"),
        ErrorKind::UnsupportedBackreference => Some(REPEAT_THE_PATTERN),
        ErrorKind::RepetitionCountUnclosed
        | ErrorKind::RepetitionCountDecimalEmpty
        | ErrorKind::RepetitionCountInvalid => Some("write a repetition as `{1,3}`, or escape the brace as `\\{`"),
        ErrorKind::RepetitionMissing => {
            Some("nothing stands in front that could be repeated: write `.*` for any text, `\\{` for the brace itself")
        }
        ErrorKind::ClassUnclosed => Some("write `\\[` for the bracket itself"),
        ErrorKind::EscapeHexInvalidDigit | ErrorKind::UnicodeClassInvalid => {
            Some("a backslash of a path is `\\\\` in a regular expression")
        }
        ErrorKind::EscapeUnrecognized => Some("write the character without a backslash"),
        _ => None,
    }
}
