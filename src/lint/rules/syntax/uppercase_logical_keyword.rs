//! SYN003: `AND`, `OR` or `NOT` in capitals.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::mistake::{Mistake, Tokens};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN003",
    name: "uppercase-logical-keyword",
    category: Category::Syntax,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("uppercase_logical_keyword.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let words = words(cx);
    // They are written in one habit: one finding, at the first.
    let Some((first, others)) = words.split_first() else { return };
    let lower = cx.slice(*first).to_lowercase();
    let edit = |word: &Span| Edit { place: (*word).into(), replacement: cx.slice(*word).to_lowercase() };
    let edits = words.iter().map(edit).collect();
    let mut report = cx.report(*first, "the words of KQL are written in lower case");
    report.label(format!("write `{lower}`")).help("write `and`, `or`, `not(…)`");
    for other in others {
        report.related(*other, "this one too");
    }
    report.fix("write them in lower case", Effect::Same, edits);
}

/// The words in capitals: those that the parser refuses, what follows them, and `NOT(…)`, which it takes for a function.
fn words(cx: &Context<'_>) -> Vec<Span> {
    let mut words = Vec::new();
    if !cx.errors().is_empty() {
        let tokens = Tokens::of(cx);
        let is_refused = |error: &&crate::parse::SyntaxError| tokens.mistake(error) == Some(Mistake::UppercaseKeyword);
        if let Some(error) = cx.errors().iter().find(is_refused) {
            let behind = (tokens.index_at(error.span)..).map_while(|index| Some((index, tokens.get(index)?)));
            let is_word = |index: usize| match tokens.text(index) {
                "AND" | "OR" => true,
                "NOT" => tokens.text(index + 1) == "(",
                _ => false,
            };
            words.extend(behind.filter(|(index, _)| is_word(*index)).map(|(_, token)| token.span));
        }
    }
    let calls = cx.expressions().filter_map(|expr| match &expr.kind {
        ExprKind::Call { name, .. } if name.text == "NOT" && cx.facts().binding(expr).is_none() => Some(name.span),
        _ => None,
    });
    words.extend(calls);
    words.sort_unstable();
    words.dedup();
    words
}
