//! What a comment in a query speaks about: its line, the next stage, the next line.

use crate::span::Span;
use crate::syntax::{Head, Node, Query, StatementKind};

/// The line of a place, without its line end.
pub(super) fn line(text: &str, offset: u32) -> Span {
    let offset = offset as usize;
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let rest = text.get(offset..).unwrap_or("");
    Span::new(start, offset + rest.find('\n').unwrap_or(rest.len()))
}

/// The line after the one of a place.
pub(super) fn next_line(text: &str, offset: u32) -> Span {
    let end = line(text, offset).end as usize;
    if end < text.len() { line(text, Span::at(end + 1).start) } else { Span::at(end) }
}

/// What follows a comment on a line of its own: the stage that begins there; within a stage, the next line of code.
pub(super) fn next(text: &str, query: &Query<'_>, comment: Span) -> Span {
    let Some(code) = next_code(text, query, comment.end) else { return Span::at(text.len()) };
    let is_pipe = text.get(code as usize..).is_some_and(|rest| rest.starts_with('|'));
    let begins = |span: &Span| if is_pipe { span.start > code } else { span.start == code };
    let stage = stages(query).filter(begins).min_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    match stage {
        Some(stage) => Span { start: code, ..stage },
        None => line(text, code),
    }
}

/// The first byte behind `from` that is neither blank nor in a comment.
fn next_code(text: &str, query: &Query<'_>, from: u32) -> Option<u32> {
    let mut from = from;
    loop {
        let rest = text.get(from as usize..)?;
        let code = from + Span::new(0, rest.len() - rest.trim_start().len()).end;
        match query.comments.iter().find(|comment| comment.start == code) {
            Some(comment) => from = comment.end,
            None => return ((code as usize) < text.len()).then_some(code),
        }
    }
}

/// Sources of pipelines, operators, and statements that are no query, wherever they stand.
fn stages<'t>(query: &'t Query<'_>) -> impl Iterator<Item = Span> + 't {
    query.walk().filter_map(|node| match node {
        Node::Statement(statement) => match &statement.kind {
            StatementKind::Query(_) => None,
            StatementKind::Let { .. }
            | StatementKind::Set { .. }
            | StatementKind::DeclareParameters(_)
            | StatementKind::DeclarePattern(_)
            | StatementKind::Alias { .. }
            | StatementKind::Restrict(_)
            | StatementKind::Invalid => Some(statement.span),
        },
        Node::Pipeline(pipeline) if pipeline.as_expression().is_some() => None,
        Node::Pipeline(pipeline) => Some(match &pipeline.head {
            Head::Expr(expr) => expr.span,
            Head::Operator(operator) => operator.span,
        }),
        Node::Operator(operator) => Some(operator.span),
        Node::Expr(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{next, next_line};
    use crate::parse::parse;
    use crate::span::Span;

    fn stage_after(text: &str) -> &str {
        let parsed = parse(text);
        let comment = parsed.query.comments.iter().find(|comment| comment.slice(text) == "// x").expect("it is marked");
        next(text, &parsed.query, *comment).slice(text)
    }

    #[test]
    fn the_next_stage() {
        assert_eq!(stage_after("T\n// x\n| where a == 1\n  and b == 2\n| take 1"), "| where a == 1\n  and b == 2");
        assert_eq!(
            stage_after("T // y\n// x\n// z\n| join (U\n | take 1) on a\n| count"),
            "| join (U\n | take 1) on a"
        );
        assert_eq!(stage_after("T | join (\n // x\n U | take 1\n) on a"), "U");
        assert_eq!(stage_after("// x\nT\n| take 1"), "T");
        assert_eq!(stage_after("// x\nunion T, U\n| take 1"), "union T, U");
        assert_eq!(stage_after("// x\nlet a = T\n| take 1;\na"), "let a = T\n| take 1");
        assert_eq!(stage_after("T\n| take 1\n// x\n"), "");
    }

    #[test]
    fn within_a_stage_the_next_line() {
        assert_eq!(stage_after("T\n| where a == 1\n  // x\n  and b == 2\n  and c == 3"), "  and b == 2");
        assert_eq!(next_line("a\nbc\nd", 0), Span::new(2, 4));
        assert_eq!(next_line("a", 0), Span::new(1, 1));
    }
}
