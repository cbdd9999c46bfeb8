//! What each test means, in a sentence that does not hide its letter case, its terms or its nulls.

use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::schema::{Origin, ScalarType, Value};

use super::words;

/// A test in words.
pub(super) struct Phrase {
    /// The sentence. It ends in a colon if values follow it.
    pub(super) meaning: String,
    /// The values that follow; empty if the sentence holds its one value.
    pub(super) listed: Vec<String>,
    /// What else the test accepts or refuses, and what null does.
    pub(super) remarks: Vec<String>,
}

/// How a test is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// As it stands.
    Plain,
    /// It must be false.
    Negated,
    /// It must be false or null.
    NegatedNullFalse,
}

impl Sense {
    pub(super) fn is_negated(self) -> bool {
        matches!(self, Self::Negated | Self::NegatedNullFalse)
    }
}

/// A test, or its negation, in words.
pub(super) fn phrase(test: &Test, sense: Sense) -> Phrase {
    let is_negated = sense.is_negated();
    let subject = words::expression(&test.subject);
    let values: Vec<String> = test.operands.iter().map(words::expression).collect();
    let verb = if is_negated { negative(test) } else { positive(test) };
    let case = case(test);
    let (object, listed) = match (test.op, values.as_slice()) {
        (TestOp::Between, [low, high]) => (format!(" {low} and {high}, both included"), Vec::new()),
        (TestOp::IsEmpty | TestOp::IsNull | TestOp::Ipv4IsPrivate, _) => (String::new(), Vec::new()),
        (_, []) => (" one of no values".to_owned(), Vec::new()),
        (_, [value]) => (format!(" {}{value}", rows_of(test)), Vec::new()),
        (_, _) => (format!(" {}", list_words(test.op, is_negated)), values.clone()),
    };
    let colon = if listed.is_empty() { "" } else { ":" };
    Phrase {
        meaning: format!("{subject} {verb}{object}{}{case}{colon}", as_what(test)),
        listed,
        remarks: remarks(test, sense),
    }
}

/// What a sub-query in place of a list gives.
fn rows_of(test: &Test) -> &'static str {
    match (test.op, test.operands.as_slice()) {
        (TestOp::In | TestOp::InCi, [Expr { kind: ExprKind::Subquery(_), .. }]) => "in the first column of ",
        (TestOp::HasAny, [Expr { kind: ExprKind::Subquery(_), .. }]) => "a whole term out of the first column of ",
        (TestOp::HasAll, [Expr { kind: ExprKind::Subquery(_), .. }]) => "each whole term of the first column of ",
        _ => "",
    }
}

fn positive(test: &Test) -> &'static str {
    match test.op {
        TestOp::Equal | TestOp::In | TestOp::EqualCi | TestOp::InCi => "is",
        TestOp::Contains | TestOp::ContainsCs | TestOp::Has | TestOp::HasCs | TestOp::HasAny | TestOp::HasAll => {
            "contains"
        }
        TestOp::HasPrefix | TestOp::HasPrefixCs => "contains a term that starts with",
        TestOp::HasSuffix | TestOp::HasSuffixCs => "contains a term that ends with",
        TestOp::StartsWith | TestOp::StartsWithCs => "starts with",
        TestOp::EndsWith | TestOp::EndsWithCs => "ends with",
        TestOp::Wildcard | TestOp::WildcardCs => "fits, as a whole, the pattern",
        TestOp::Regex => "matches, anywhere, the regular expression",
        TestOp::Less => "is less than",
        TestOp::LessOrEqual => "is at most",
        TestOp::Greater => "is greater than",
        TestOp::GreaterOrEqual => "is at least",
        TestOp::Between => "lies between",
        TestOp::IsEmpty => "is empty or null",
        TestOp::IsNull if is_event_field(&test.subject) => "is not in the event",
        TestOp::IsNull => "is null (a text never is)",
        TestOp::Ipv4InRange => "is an IPv4 address in",
        TestOp::Ipv6InRange => "is an IPv6 or IPv4 address in",
        TestOp::Ipv4IsPrivate => "is a private IPv4 address (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16)",
    }
}

fn negative(test: &Test) -> &'static str {
    match test.op {
        TestOp::Equal | TestOp::In | TestOp::EqualCi | TestOp::InCi => "is not",
        TestOp::Contains | TestOp::ContainsCs | TestOp::Has | TestOp::HasCs | TestOp::HasAny | TestOp::HasAll => {
            "does not contain"
        }
        TestOp::HasPrefix | TestOp::HasPrefixCs => "contains no term that starts with",
        TestOp::HasSuffix | TestOp::HasSuffixCs => "contains no term that ends with",
        TestOp::StartsWith | TestOp::StartsWithCs => "does not start with",
        TestOp::EndsWith | TestOp::EndsWithCs => "does not end with",
        TestOp::Wildcard | TestOp::WildcardCs => "does not fit, as a whole, the pattern",
        TestOp::Regex => "matches nowhere the regular expression",
        TestOp::Less => "is not less than",
        TestOp::LessOrEqual => "is not at most",
        TestOp::Greater => "is not greater than",
        TestOp::GreaterOrEqual => "is not at least",
        TestOp::Between => "does not lie between",
        TestOp::IsEmpty => "is not empty",
        TestOp::IsNull if is_event_field(&test.subject) => "is in the event",
        TestOp::IsNull => "is not null (a text never is)",
        TestOp::Ipv4InRange => "is an IPv4 address outside of",
        TestOp::Ipv6InRange => "is an IPv6 or IPv4 address outside of",
        TestOp::Ipv4IsPrivate => "is an IPv4 address that is not private",
    }
}

/// Whether it is a field that an event may lack.
fn is_event_field(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Field(field) if matches!(field.origin, Origin::Event { .. }))
}

/// What stands in place of several values.
fn list_words(op: TestOp, is_negated: bool) -> &'static str {
    match (op, is_negated) {
        (TestOp::HasAny, false) => "at least one of these as a whole term",
        (TestOp::HasAny, true) => "any of these as a whole term",
        (TestOp::HasAll, false) => "each of these as a whole term",
        (TestOp::HasAll, true) => "all of these as whole terms",
        (TestOp::Ipv4InRange | TestOp::Ipv6InRange, false) => "one of these networks",
        (TestOp::Ipv4InRange | TestOp::Ipv6InRange, true) => "all of these networks",
        (_, false) => "one of these",
        (_, true) => "any of these",
    }
}

/// What a single value is taken as.
fn as_what(test: &Test) -> &'static str {
    let is_single = matches!(test.operands.as_slice(), [Expr { kind: ExprKind::Value(_), .. }]);
    match test.op {
        TestOp::Contains | TestOp::ContainsCs => " anywhere",
        TestOp::Has | TestOp::HasCs => term_or_text(test),
        TestOp::HasAny | TestOp::HasAll if is_single => term_or_text(test),
        _ => "",
    }
}

/// A needle without a letter or digit at its ends has no borders to look at.
fn term_or_text(test: &Test) -> &'static str {
    let has_border = test.operands.iter().any(|operand| match &operand.kind {
        ExprKind::Value(Value::String(needle)) => {
            needle.starts_with(char::is_alphanumeric) || needle.ends_with(char::is_alphanumeric)
        }
        _ => true,
    });
    if has_border { " as a whole term" } else { " anywhere" }
}

/// Letter case, where there are letters.
fn case(test: &Test) -> &'static str {
    let has_text = test.operands.iter().any(|operand| match &operand.kind {
        ExprKind::Value(value) => matches!(value, Value::String(_)),
        _ => matches!(operand.ty, ScalarType::String | ScalarType::Unknown),
    });
    match test.op {
        _ if !has_text => "",
        TestOp::Regex if regex_ignores_case(test) => ", in any letter case by its `(?i)`",
        TestOp::Equal
        | TestOp::In
        | TestOp::Regex
        | TestOp::WildcardCs
        | TestOp::ContainsCs
        | TestOp::StartsWithCs
        | TestOp::EndsWithCs
        | TestOp::HasCs
        | TestOp::HasPrefixCs
        | TestOp::HasSuffixCs => ", in exactly this letter case",
        TestOp::EqualCi
        | TestOp::InCi
        | TestOp::Contains
        | TestOp::StartsWith
        | TestOp::EndsWith
        | TestOp::Has
        | TestOp::HasPrefix
        | TestOp::HasSuffix
        | TestOp::HasAny
        | TestOp::HasAll
        | TestOp::Wildcard => ", in any letter case",
        TestOp::Less
        | TestOp::LessOrEqual
        | TestOp::Greater
        | TestOp::GreaterOrEqual
        | TestOp::Between
        | TestOp::IsEmpty
        | TestOp::IsNull
        | TestOp::Ipv4InRange
        | TestOp::Ipv6InRange
        | TestOp::Ipv4IsPrivate => "",
    }
}

/// Whether a constant regular expression begins with flags that include `i`.
pub(super) fn regex_ignores_case(test: &Test) -> bool {
    test.operands.iter().all(|operand| match &operand.kind {
        ExprKind::Value(Value::String(pattern)) => pattern
            .strip_prefix("(?")
            .and_then(|rest| rest.split_once(')'))
            .is_some_and(|(flags, _)| flags.chars().all(char::is_alphabetic) && flags.contains('i')),
        _ => false,
    })
}

fn remarks(test: &Test, sense: Sense) -> Vec<String> {
    let is_negated = sense.is_negated();
    let mut remarks: Vec<String> = Vec::new();
    remarks.extend(empty_needle(test));
    remarks.extend(term_borders(test, is_negated));
    if test.op.is_null_for_null() {
        remarks.extend(match sense {
            Sense::Plain => None,
            Sense::Negated => Some("rows without such a value are dropped, although the test is negated".to_owned()),
            Sense::NegatedNullFalse => Some("events without such a value are kept".to_owned()),
        });
    } else if is_negated {
        remarks.extend(kept_without_value(test).map(str::to_owned));
    }
    remarks
}

/// What is said of rows without a value that a negated test keeps: of events, texts, values of any type, others.
const KEPT: [&str; 4] = [
    "events without the field are kept",
    "rows where it is empty are kept",
    "rows where it is empty or null are kept",
    "rows where it is null are kept",
];

/// Rows that a negated test keeps although they have no value.
fn kept_without_value(test: &Test) -> Option<&'static str> {
    let is_known = match test.op {
        TestOp::IsEmpty | TestOp::IsNull | TestOp::Regex => false,
        // `!= ""` drops just those rows; of two fields, nothing is known.
        _ => test.operands.iter().all(|operand| match &operand.kind {
            ExprKind::Value(Value::String(needle)) => !needle.is_empty(),
            ExprKind::Value(value) => *value != Value::Null,
            _ => false,
        }),
    };
    let [of_event, empty, empty_or_null, null] = KEPT;
    is_known.then_some(match test.subject.ty {
        _ if is_event_field(&test.subject) => of_event,
        ScalarType::String => empty,
        ScalarType::Dynamic | ScalarType::Unknown => empty_or_null,
        ScalarType::Bool
        | ScalarType::Datetime
        | ScalarType::Decimal
        | ScalarType::Guid
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::Timespan => null,
    })
}

/// Whether a remark says that rows without a value are kept.
pub(super) fn is_about_missing(remark: &str) -> bool {
    KEPT.contains(&remark)
}

/// Every text contains the empty one.
fn empty_needle(test: &Test) -> Option<String> {
    let searches = test.op.is_term_match()
        || matches!(
            test.op,
            TestOp::Contains
                | TestOp::ContainsCs
                | TestOp::StartsWith
                | TestOp::StartsWithCs
                | TestOp::EndsWith
                | TestOp::EndsWithCs
        );
    let is_empty = |value: &Value| matches!(value, Value::String(needle) if needle.is_empty());
    let has_empty =
        test.operands.iter().any(|operand| matches!(&operand.kind, ExprKind::Value(value) if is_empty(value)));
    (searches && has_empty).then(|| "the empty text is in every value".to_owned())
}

/// A value that a term match accepts and its author may not expect, and one that it refuses.
fn term_borders(test: &Test, is_negated: bool) -> Option<String> {
    if !matches!(test.op, TestOp::Has | TestOp::HasCs | TestOp::HasAny | TestOp::HasAll) {
        return None;
    }
    let needle = test.operands.iter().find_map(|operand| match &operand.kind {
        ExprKind::Value(Value::String(needle)) => Some(needle),
        _ => None,
    })?;
    // Examples with numbers and addresses confuse more than they show.
    if !needle.contains(char::is_alphabetic) {
        return None;
    }
    let (inside, beside) = match (needle.starts_with(char::is_alphanumeric), needle.ends_with(char::is_alphanumeric)) {
        (true, _) => (format!("my-{needle}"), format!("my{needle}")),
        (false, true) => (format!("{needle}-x"), format!("{needle}x")),
        (false, false) => return None,
    };
    Some(if is_negated {
        format!("`{inside}` is refused as well, `{beside}` is not")
    } else {
        format!("`{inside}` is accepted as well, `{beside}` is not")
    })
}

#[cfg(test)]
mod tests {
    use super::{Sense, phrase};
    use crate::ir::{Expr, ExprKind, Field, Test, TestOp};
    use crate::schema::{Origin, ScalarType, Value};
    use crate::span::Span;

    fn words(op: TestOp, is_negated: bool, values: &[&str]) -> String {
        let expr = |kind| Expr { kind, ty: ScalarType::String, span: Span::default() };
        let field = Field { name: "FileName".to_owned(), origin: Origin::Unknown, span: Span::default() };
        let test = Test {
            subject: expr(ExprKind::Field(field)),
            op,
            operands: values.iter().map(|value| expr(ExprKind::Value(Value::String((*value).to_owned())))).collect(),
            op_span: Span::default(),
        };
        let phrase = phrase(&test, if is_negated { Sense::Negated } else { Sense::Plain });
        [vec![phrase.meaning], phrase.remarks].concat().join("; ")
    }

    #[test]
    fn letter_case_and_terms_are_said() {
        assert_eq!(words(TestOp::Equal, false, &["a.exe"]), "`FileName` is \"a.exe\", in exactly this letter case");
        assert_eq!(words(TestOp::InCi, false, &["a", "b"]), "`FileName` is one of these, in any letter case:");
        assert_eq!(
            words(TestOp::HasAny, false, &["a.exe", "b.exe"]),
            "`FileName` contains at least one of these as a whole term, in any letter case:; \
             `my-a.exe` is accepted as well, `mya.exe` is not"
        );
        assert_eq!(
            words(TestOp::Has, false, &["\\a.exe"]),
            "`FileName` contains \"\\a.exe\" as a whole term, in any letter case; \
             `\\a.exe-x` is accepted as well, `\\a.exex` is not"
        );
    }

    #[test]
    fn negations_say_what_happens_to_rows_without_a_value() {
        assert_eq!(
            words(TestOp::Contains, true, &["x"]),
            "`FileName` does not contain \"x\" anywhere, in any letter case; rows where it is empty are kept"
        );
        assert_eq!(
            words(TestOp::Ipv4InRange, true, &["10.0.0.0/8"]),
            "`FileName` is an IPv4 address outside of \"10.0.0.0/8\"; \
             rows without such a value are dropped, although the test is negated"
        );
        assert_eq!(words(TestOp::IsEmpty, true, &[]), "`FileName` is not empty");
    }

    #[test]
    fn the_empty_text_is_in_every_value() {
        assert!(words(TestOp::HasAny, false, &["a", ""]).contains("the empty text is in every value"));
    }
}
