//! COR025: a `let` that nothing uses.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::parse::{Token, TokenKind, tokens};
use crate::span::Span;
use crate::syntax::{ExprKind, LetValue, Node, StatementKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR025",
    name: "unused-let",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unused_let.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let has_result = cx.query().results().next().is_some();
    // What could not be read may use anything, and a wildcard may stand for a view.
    let may_hide_uses =
        !cx.errors().is_empty() || cx.expressions().any(|expr| matches!(expr.kind, ExprKind::Wildcard(_)));
    if !has_result || may_hide_uses {
        return;
    }
    let tokens = tokens(cx.text());
    for node in cx.query().walk() {
        let Node::Statement(statement) = node else { continue };
        let StatementKind::Let { name, value } = &statement.kind else { continue };
        // `search`, `find` and `union *` read a view without naming it.
        if matches!(value, LetValue::Function(function) if function.is_view) {
            continue;
        }
        let is_name = |token: &Token| token.kind != TokenKind::Comment && cx.slice(token.span).contains(&*name.text);
        if tokens.iter().filter(|token| is_name(token)).count() > 1 {
            continue;
        }
        let comment = tokens.iter().find(|token| {
            token.kind == TokenKind::Comment && words(cx.slice(token.span)).any(|word| word == &*name.text)
        });
        if let Some(comment) = comment {
            cx.report(name.span, format!("only a comment uses `{}`", name.text))
                .severity(Severity::Info)
                .label("used by nothing that runs")
                .related(comment.span, "used here")
                .help("take the comment out, or delete both");
            continue;
        }
        let whole = with_end(cx.text(), &tokens, statement.span);
        let mut report = cx.report(name.span, format!("nothing uses `{}`", name.text));
        report.label("never used").help("use it where it was meant, or delete the statement");
        if let Some(whole) = whole {
            report.replace(whole, "", "delete the statement", Effect::Same);
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The statement with its semicolon and the line end behind it.
fn with_end(text: &str, tokens: &[Token], statement: Span) -> Option<Span> {
    let semicolon =
        tokens.iter().find(|token| token.span.start >= statement.end && token.kind != TokenKind::Comment)?;
    if semicolon.span.slice(text) != ";" {
        return None;
    }
    let rest = text.get(semicolon.span.end as usize..)?;
    let is_blank = |c: char| c.is_whitespace() && !matches!(c, '\r' | '\n');
    let blank = rest.len() - rest.trim_start_matches(is_blank).len();
    let line_end =
        rest.get(blank..)?.chars().take(2).take_while(|c| matches!(c, '\r' | '\n')).map(char::len_utf8).sum::<usize>();
    let line_end = if rest.get(blank..)?.starts_with('\n') { 1 } else { line_end };
    Some(Span { start: statement.start, end: semicolon.span.end + u32::try_from(blank + line_end).ok()? })
}
