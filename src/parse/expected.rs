//! What a failure of the grammar means to a person.

use super::Rule;
use super::error::{SyntaxError, SyntaxErrorKind, nearest};
use super::lexer::PAIRS;
use super::scan::is_blank;
use crate::span::Span;
use crate::syntax::BINARY_OPERATORS;

/// The words that start tabular operators, for suggestions.
const OPERATORS: &[&str] = &[
    "as",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "facet",
    "find",
    "fork",
    "getschema",
    "invoke",
    "join",
    "lookup",
    "make-series",
    "mv-apply",
    "mv-expand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
    "print",
    "project",
    "project-away",
    "project-keep",
    "project-rename",
    "project-reorder",
    "range",
    "reduce",
    "render",
    "sample",
    "sample-distinct",
    "scan",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "top-hitters",
    "top-nested",
    "union",
    "where",
];

/// A failure at `position`, where one of `rules` would have been right.
pub(super) fn describe(text: &str, position: usize, rules: &[Rule]) -> SyntaxError {
    let span = token(text, position);
    let found = span.slice(text);
    let has = |rule: Rule| rules.contains(&rule);
    let is_word = found.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if has(Rule::filter_kw) && has(Rule::extend_kw) {
        return unknown_operator(span, found, is_word);
    }
    let wanted = if has(Rule::identifier) && has(Rule::string) {
        "an expression".to_owned()
    } else if has(Rule::binary_operator) || has(Rule::in_operator) {
        let closing = closing_bracket(rules);
        match closing {
            Some(close) => format!("an operator, `,` or `{close}`"),
            None => "an operator, `|` or `;`".to_owned(),
        }
    } else {
        list(rules)
    };
    let message = if found.is_empty() {
        format!("the query ends here, but {wanted} is expected")
    } else {
        format!("unexpected `{found}`, expected {wanted}")
    };
    let help = if is_word && has(Rule::binary_operator) { operator_help(found) } else { foreign_help(found) };
    SyntaxError { kind: SyntaxErrorKind::Unexpected, message, span, help, opened: Vec::new() }
}

/// Nothing stands where `what` must.
pub(super) fn missing(text: &str, position: usize, what: &str) -> SyntaxError {
    let span = token(text, position);
    let found = span.slice(text);
    let message = if found.is_empty() {
        format!("the query ends here, but {what} is expected")
    } else {
        format!("unexpected `{found}`, expected {what}")
    };
    SyntaxError { kind: SyntaxErrorKind::Unexpected, message, span, help: None, opened: Vec::new() }
}

/// A failure that comes from brackets that are never closed, `opened` in order.
pub(super) fn unclosed(text: &str, failure: &SyntaxError, opened: Vec<Span>) -> SyntaxError {
    let brackets: Vec<String> = opened.iter().map(|span| format!("`{}`", span.slice(text))).collect();
    let verb = if opened.len() == 1 { "is" } else { "are" };
    let message = format!("{} {verb} never closed; {}", brackets.join(" and "), failure.message);
    SyntaxError { kind: SyntaxErrorKind::UnclosedBracket, message, span: failure.span, help: None, opened }
}

fn unknown_operator(span: Span, found: &str, is_word: bool) -> SyntaxError {
    let (message, help) = if is_word {
        let near = nearest(found, OPERATORS).map(|near| format!("did you mean `{near}`?"));
        (format!("there is no tabular operator `{found}`"), near)
    } else if found.is_empty() {
        ("the query ends here, but a tabular operator is expected".to_owned(), None)
    } else {
        (format!("unexpected `{found}`, expected a tabular operator"), foreign_help(found))
    };
    SyntaxError { kind: SyntaxErrorKind::UnknownOperator, message, span, help, opened: Vec::new() }
}

fn operator_help(found: &str) -> Option<String> {
    let spellings: Vec<&str> = BINARY_OPERATORS
        .iter()
        .map(|(spelling, _)| *spelling)
        .chain(["in", "in~", "!in", "has_any", "has_all", "between"])
        .filter(|spelling| spelling.len() > 1)
        .collect();
    match found {
        "not" => Some("`not` is a function: write `not(…)` around the whole test, or `!has`, `!in`, …".to_owned()),
        "has_any_cs" | "has_all_cs" => {
            Some("there is no such operator: use `has_cs` for each value, joined with `or`".to_owned())
        }
        _ => nearest(found, &spellings).map(|near| format!("did you mean `{near}`?")),
    }
}

fn foreign_help(found: &str) -> Option<String> {
    let help = match found {
        "&" => "write `and`",
        "=" => "a comparison is `==` (exact) or `=~` (any letter case)",
        "!" => "negation is `not(…)`, or `!` in front of a string operator without a blank",
        "“" | "”" | "‘" | "’" => "write a straight quote",
        "–" | "—" => "write a hyphen-minus, `-`",
        _ => return None,
    };
    Some(help.to_owned())
}

fn closing_bracket(rules: &[Rule]) -> Option<&'static str> {
    [(Rule::close_paren, ")"), (Rule::close_bracket, "]"), (Rule::close_brace, "}")]
        .into_iter()
        .find(|(rule, _)| rules.contains(rule))
        .map(|(_, close)| close)
}

/// `` `by` or a name``
fn list(rules: &[Rule]) -> String {
    let mut names: Vec<String> = rules.iter().filter_map(|rule| name(*rule)).collect();
    names.sort();
    names.dedup();
    match names.as_slice() {
        [only] => only.clone(),
        [rest @ .., last] if !rest.is_empty() && rest.len() < 5 => format!("{} or {last}", rest.join(", ")),
        _ => "something else".to_owned(),
    }
}

/// What a rule is called in a message.
fn name(rule: Rule) -> Option<String> {
    let name = match rule {
        Rule::close_paren => "`)`",
        Rule::close_bracket => "`]`",
        Rule::close_brace => "`}`",
        Rule::EOI => "the end of the query",
        Rule::assign => "`=`",
        Rule::identifier | Rule::new_name | Rule::bracketed_name => "a name",
        Rule::type_name => "a type",
        Rule::string => "a string",
        Rule::columns | Rule::loose_columns => "a list of columns in parentheses",
        Rule::json_value => "a JSON value",
        Rule::typeof_literal => "`typeof(…)`",
        Rule::in_list => "a list in parentheses",
        Rule::function_body => "a body in braces",
        Rule::graph_pattern | Rule::graph_node => "a node in parentheses",
        Rule::star => "`*`",
        _ => {
            let debug = format!("{rule:?}");
            return debug.strip_suffix("_kw").map(|word| format!("`{}`", word.replace('_', "-")));
        }
    };
    Some(name.to_owned())
}

/// The token at a position: a word with its hyphens, an operator, or one character; empty at the end.
fn token(text: &str, position: usize) -> Span {
    let rest = text.get(position..).unwrap_or("");
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let length = match rest.chars().next() {
        None => 0,
        Some(first) if word(first) => {
            let length = rest.find(|c| !word(c) && c != '-').unwrap_or(rest.len());
            rest[..length].trim_end_matches('-').len()
        }
        Some(first) if is_blank(first) => 0,
        Some(_) if PAIRS.iter().any(|pair| rest.starts_with(pair)) => 2,
        Some(first) => first.len_utf8(),
    };
    Span::new(position, position + length)
}
