//! What a failure of the grammar means to a person.

use super::Rule;
use super::error::{SyntaxError, SyntaxErrorKind, nearest};
use super::keywords::{NameUse, restriction};
use super::lexer::PAIRS;
use super::scan::is_blank;
use crate::span::Span;
use crate::syntax::BINARY_OPERATORS;

const NOT_IS_A_FUNCTION: &str = "`not` is a function: write `not(…)` around the whole test, or `!has`, `!in`, …";

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
        return unknown_operator(span, found, is_word);
    }
    // Arguments may follow, so what stands in front was read as a name.
    let before = if has(Rule::arguments) { word_before(text, position) } else { Span::at(position) };
    if matches!(restriction(before.slice(text)), Some(NameUse::NewName | NameUse::Nowhere)) {
        return SyntaxError::new(SyntaxErrorKind::KeywordAsName, before, text);
    }
    let help = match found {
        _ if before.slice(text) == "not" => Some(NOT_IS_A_FUNCTION.to_owned()),
        _ if is_word && has(Rule::binary_operator) => operator_help(found),
        _ => foreign_help(found),
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
    if found.is_empty() {
        format!("the query ends here, but {wanted} is expected")
    } else {
        format!("unexpected `{found}`, expected {wanted}")
    }
}

/// What would have been right: `` an operator, `by` or `)` ``
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
        _ => "something else".to_owned(),
    }
}

/// Nothing stands where `what` must.
pub(super) fn missing(text: &str, position: usize, what: &str) -> SyntaxError {
    let span = token(text, position);
    let found = span.slice(text);
    let (message, help) = (unexpected(found, what), foreign_help(found));
    SyntaxError { kind: SyntaxErrorKind::Unexpected, message, span, help, opened: Vec::new() }
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
        "not" => Some(NOT_IS_A_FUNCTION.to_owned()),
        "has_any_cs" | "has_all_cs" => {
            Some("there is no such operator: use `has_cs` for each value, joined with `or`".to_owned())
        }
        _ => nearest(found, &spellings).map(|near| format!("did you mean `{near}`?")),
    }
}

fn foreign_help(found: &str) -> Option<String> {
    let help = match found {
        "&" => "write `and`",
        "|" => "an alternative is `or`; between operators stands one `|`",
        "=" => "a comparison is `==` (exact) or `=~` (any letter case)",
        "!" => "negation is `not(…)`, or `!` in front of a string operator without a blank",
        "“" | "”" | "‘" | "’" => "write a straight quote",
        "–" | "—" => "write a hyphen-minus, `-`",
        _ => return None,
    };
    Some(help.to_owned())
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
