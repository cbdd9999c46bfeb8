//! What a failure of the grammar means to a person.

use super::Rule;
use super::advice::{NOT_IS_A_FUNCTION, Stumble};
use super::error::{SyntaxError, SyntaxErrorKind, nearest};
use super::keywords::{NameUse, restriction};
use super::lexer::PAIRS;
use super::scan::is_blank;
use crate::span::Span;

/// The words that start tabular operators, for suggestions.
pub(super) const OPERATORS: &[&str] = &[
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
    if has(Rule::operator) || is_lone_operator(rules) {
        return unknown_operator(span, Stumble::new(text, position, found), is_word);
    }
    // Arguments may follow, so what stands in front was read as a name.
    let before = if has(Rule::arguments) { word_before(text, position) } else { Span::at(position) };
    if matches!(restriction(before.slice(text)), Some(NameUse::NewName | NameUse::Nowhere)) {
        return SyntaxError::new(SyntaxErrorKind::KeywordAsName, before, text);
    }
    let stumble = Stumble::new(text, position, found);
    let help = match found {
        _ if before.slice(text) == "not" => Some(NOT_IS_A_FUNCTION.to_owned()),
        _ if has(Rule::binary_operator) && is_word => stumble.advice_about_word(),
        _ if has(Rule::binary_operator) && has(Rule::EOI) => {
            stumble.advice().or_else(|| stumble.advice_about_lone_bracket())
        }
        _ => stumble.advice(),
    };
    let message = unexpected(found, &wanted(rules));
    SyntaxError { kind: SyntaxErrorKind::Unexpected, message, span, help, opened: Vec::new() }
}

/// Whether one operator was tried, the only one with that first letter.
fn is_lone_operator(rules: &[Rule]) -> bool {
    matches!(
        rules,
        [Rule::filter_kw | Rule::join_kw | Rule::sort_kw | Rule::distinct_kw | Rule::union_kw | Rule::invoke_kw]
    )
}

fn unexpected(found: &str, wanted: &str) -> String {
    let found = if found == "`" { "a backquote".to_owned() } else { format!("`{found}`") };
    match (found.as_str(), wanted) {
        ("``", "") => "the query ends too early".to_owned(),
        ("``", _) => format!("the query ends here, but {wanted} is expected"),
        (_, "") => format!("unexpected {found}"),
        (_, _) => format!("unexpected {found}, expected {wanted}"),
    }
}

/// What would have been right: `` an operator, `by` or `)` ``; empty if that is too much to say.
fn wanted(rules: &[Rule]) -> String {
    let has = |rule: Rule| rules.contains(&rule);
    let mut wanted: Vec<String> = Vec::new();
    let mut want = |name: String| {
        if !wanted.contains(&name) {
            wanted.push(name);
        }
    };
    let is_behind_operand = has(Rule::binary_operator) || has(Rule::in_operator) || has(Rule::path_step);
    if is_behind_operand {
        want("an operator".to_owned());
    }
    for rule in rules {
        // Behind an operand, only words and brackets are worth a mention.
        match name(*rule) {
            Some(name) if !is_behind_operand || name.starts_with('`') && *rule != Rule::assign => want(name),
            _ => {}
        }
    }
    if is_behind_operand {
        let closes = has(Rule::close_paren) || has(Rule::close_bracket) || has(Rule::close_brace);
        if closes {
            want("`,`".to_owned());
        } else if has(Rule::EOI) {
            want("`|`".to_owned());
            want("`;`".to_owned());
        }
    }
    match wanted.as_slice() {
        [only] => only.clone(),
        [rest @ .., last] if rest.len() < 5 && !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => String::new(),
    }
}

/// Nothing stands where `what` must.
pub(super) fn missing(text: &str, position: usize, what: &str) -> SyntaxError {
    let span = token(text, position);
    let found = span.slice(text);
    let (message, help) = (unexpected(found, what), Stumble::new(text, position, found).advice());
    SyntaxError { kind: SyntaxErrorKind::Unexpected, message, span, help, opened: Vec::new() }
}

/// A failure that comes from brackets that are never closed, `opened` in order.
pub(super) fn unclosed(text: &str, failure: &SyntaxError, opened: Vec<Span>) -> SyntaxError {
    let brackets: Vec<String> = opened.iter().map(|span| format!("`{}`", span.slice(text))).collect();
    let verb = if opened.len() == 1 { "is" } else { "are" };
    let message = format!("{} {verb} never closed; {}", brackets.join(" and "), failure.message);
    SyntaxError { kind: SyntaxErrorKind::UnclosedBracket, message, span: failure.span, help: None, opened }
}

fn unknown_operator(span: Span, stumble: Stumble<'_>, is_word: bool) -> SyntaxError {
    let found = stumble.found;
    let (message, help) = if is_word {
        let near = nearest(found, OPERATORS).map(|near| format!("did you mean `{near}`?"));
        (format!("there is no tabular operator `{found}`"), near)
    } else if found.is_empty() {
        ("the query ends here, but a tabular operator is expected".to_owned(), None)
    } else {
        (format!("unexpected `{found}`, expected a tabular operator"), stumble.advice())
    };
    SyntaxError { kind: SyntaxErrorKind::UnknownOperator, message, span, help, opened: Vec::new() }
}

/// What a rule is called in a message; rules that say nothing to a person have no name.
fn name(rule: Rule) -> Option<String> {
    let name = match rule {
        Rule::close_paren => "`)`",
        Rule::close_bracket => "`]`",
        Rule::close_brace => "`}`",
        Rule::assign => "`=`",
        Rule::expression
        | Rule::operand
        | Rule::pipeline
        | Rule::predicate
        | Rule::argument
        | Rule::named_expression
        | Rule::parenthesized
        | Rule::sort_key
        | Rule::series_item
        | Rule::mv_item
        | Rule::top_nested_count => "an expression",
        Rule::operators => "a tabular operator",
        Rule::statement | Rule::statements => "a statement",
        Rule::source => "a table",
        Rule::identifier
        | Rule::new_name
        | Rule::bracketed_name
        | Rule::name_pattern
        | Rule::reorder_key
        | Rule::find_column
        | Rule::render_column
        | Rule::function_parameter
        | Rule::column_declaration => "a name",
        Rule::type_name => "a type",
        Rule::string | Rule::json_key => "a string",
        Rule::literal_value | Rule::typed_literal | Rule::render_value | Rule::parameter_value => "a literal",
        Rule::columns | Rule::loose_columns => "a list of columns in parentheses",
        Rule::json_value => "a JSON value",
        Rule::json_pair => "a quoted key",
        Rule::typeof_literal => "`typeof(…)`",
        Rule::in_list => "a list in parentheses",
        Rule::arguments => "arguments in parentheses",
        Rule::function_body => "a body in braces",
        Rule::sub_pipeline | Rule::fork_branch => "operators in parentheses",
        Rule::graph_pattern | Rule::graph_node => "a node in parentheses",
        Rule::render_chart => "a kind of chart",
        Rule::scan_step => "`step`",
        Rule::star => "`*`",
        _ => {
            let debug = format!("{rule:?}");
            return debug.strip_suffix("_kw").map(|word| format!("`{}`", word.replace('_', "-")));
        }
    };
    Some(name.to_owned())
}

/// The word that ends at a position, blanks aside; empty if something else stands there.
fn word_before(text: &str, position: usize) -> Span {
    let before = text.get(..position).unwrap_or("").trim_end_matches(is_blank);
    let word = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    Span::new(word.len(), before.len())
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
