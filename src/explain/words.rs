//! Values, sources and pieces of the query as a reader wants to see them.

use crate::ir::{Expr, ExprKind, Source, SourceKind};
use crate::schema::Value;
use crate::span::Span;

use super::notation::notation;

/// A piece of the query on one line, without comments; strings stay as they are.
pub(crate) fn one_line(span: Span, query_text: &str) -> String {
    let mut result = String::new();
    let (mut quote, mut is_verbatim, mut previous) = (None, false, ' ');
    let mut rest = span.slice(query_text).chars().peekable();
    while let Some(c) = rest.next() {
        match quote {
            None if c == '/' && rest.peek() == Some(&'/') => {
                while rest.next_if(|c| *c != '\n').is_some() {}
                continue;
            }
            None if c.is_whitespace() => {
                if !result.ends_with(' ') {
                    result.push(' ');
                }
                previous = c;
                continue;
            }
            None if c == '"' || c == '\'' => (quote, is_verbatim) = (Some(c), previous == '@'),
            Some(_) if c == '\\' && !is_verbatim => {
                result.push(c);
                result.extend(rest.next());
                continue;
            }
            // A string ends at the end of its line at the latest.
            Some(open) if c == open || c == '\n' => quote = None,
            _ => {}
        }
        previous = c;
        result.push(if c == '\n' { ' ' } else { c });
    }
    result.trim().to_owned()
}

/// At most `length` characters, cut with `…`.
pub(super) fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut result: String = text.chars().take(length.saturating_sub(1)).collect();
    result.truncate(result.trim_end().len());
    result.push('…');
    result
}

/// `1 column`, `2 columns`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) if !noun.ends_with("ey") => format!("{count} {stem}ies"),
        (_, _) => format!("{count} {noun}s"),
    }
}

/// The first few names, and how many more there are.
pub(super) fn listed<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A constant without quotes.
pub(super) fn plain_value(value: &Value) -> String {
    match value {
        Value::String(text) | Value::Datetime(text) | Value::Guid(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Timespan(ticks) => timespan(*ticks),
        Value::Dynamic(json) => json.to_string(),
        Value::Null => "null".to_owned(),
    }
}

/// A value in a table: in quotes where blanks at its ends would not show. Blanks decide what `has " -e "` finds.
pub(crate) fn visible(value: &str) -> String {
    let has_blank_end = value.is_empty() || value.starts_with(' ') || value.ends_with(' ');
    if has_blank_end { format!("\"{}\"", on_one_line(value)) } else { on_one_line(value) }
}

/// Line breaks and other control characters as escapes.
fn on_one_line(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            result.extend(c.escape_default());
        } else {
            result.push(c);
        }
    }
    result
}

/// A constant as it stands in a sentence: texts in quotes.
pub(super) fn quoted_value(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", on_one_line(text)),
        Value::Integer(_)
        | Value::Real(_)
        | Value::Bool(_)
        | Value::Timespan(_)
        | Value::Datetime(_)
        | Value::Guid(_)
        | Value::Dynamic(_)
        | Value::Null => plain_value(value),
    }
}

/// Ticks of 100 nanoseconds in the largest unit that divides them.
fn timespan(ticks: i64) -> String {
    const UNITS: [(&str, i64); 6] = [
        ("d", 864_000_000_000),
        ("h", 36_000_000_000),
        ("m", 600_000_000),
        ("s", 10_000_000),
        ("ms", 10_000),
        ("microseconds", 10),
    ];
    let unit = UNITS.iter().find(|(_, length)| ticks != 0 && ticks % length == 0);
    unit.map_or_else(|| format!("{ticks}tick"), |(unit, length)| format!("{}{unit}", ticks / length))
}

/// An expression as it stands in a sentence.
pub(super) fn expression(expr: &Expr) -> String {
    if let Some(rows) = expr.scalar_query() {
        return format!("the one value that is made of the rows of {}", source(&rows.source));
    }
    match &expr.kind {
        ExprKind::Value(value) => quoted_value(value),
        ExprKind::Star => "any column".to_owned(),
        ExprKind::Subquery(pipeline) => format!("the rows of {}", source(&pipeline.source)),
        ExprKind::Opaque(reason) => reason.clone(),
        ExprKind::Field(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Not(_)
        | ExprKind::Test(_)
        | ExprKind::Case { .. }
        | ExprKind::Call { .. }
        | ExprKind::Arithmetic { .. }
        | ExprKind::Negate(_)
        | ExprKind::Member { .. } => format!("`{}`", shortened(&notation(expr), 200)),
    }
}

/// What a source is.
pub(super) fn source(source: &Source) -> String {
    match &source.kind {
        SourceKind::Table { name, .. } => name.clone(),
        SourceKind::LogSource(found) => format!("{found} events"),
        SourceKind::Function { name, .. } => format!("{name}()"),
        SourceKind::Union(branches) => {
            let names: Vec<String> = branches.iter().map(|branch| self::source(&branch.source)).collect();
            format!("union of {}", listed(&names, 6))
        }
        SourceKind::Pipeline { name: Some(name), .. } => format!("`let {name}`"),
        SourceKind::Pipeline { name: None, pipeline } => self::source(&pipeline.source),
        SourceKind::Inline(rows) => format!("{} written in the query", counted(rows.len(), "row")),
        SourceKind::External(urls) => format!("rows read at run time from {}", listed(urls, 2)),
        SourceKind::Opaque(reason) => reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, one_line, shortened, timespan, visible};
    use crate::span::Span;

    #[test]
    fn comments_go_and_strings_stay() {
        let text = "where a == \"https://x\" // why\n  or b == @'\\' // \"\n or c";
        assert_eq!(one_line(Span::new(0, text.len()), text), "where a == \"https://x\" or b == @'\\' or c");
    }

    #[test]
    fn blanks_that_decide_are_shown() {
        assert_eq!(visible("a  b"), "a  b");
        assert_eq!(visible(" -e "), "\" -e \"");
        assert_eq!(visible("a\tb\n"), "a\\tb\\n");
        assert_eq!(visible(""), "\"\"");
    }

    #[test]
    fn counts_and_cuts() {
        assert_eq!(counted(1, "key"), "1 key");
        assert_eq!(counted(2, "key"), "2 keys");
        assert_eq!(counted(3, "query"), "3 queries");
        assert_eq!(shortened("abc def", 5), "abc…");
        assert_eq!(timespan(600_000_000 * 90), "90m");
        assert_eq!(timespan(7), "7tick");
    }
}
