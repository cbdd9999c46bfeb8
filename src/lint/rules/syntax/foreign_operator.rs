//! SYN004: an operator of another language.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::mistake::{Mistake, Tokens};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN004",
    name: "foreign-operator",
    category: Category::Syntax,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("foreign_operator.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    check_errors(cx);
    check_assignments(cx);
}

fn check_errors(cx: &mut Context<'_>) {
    if cx.errors().is_empty() {
        return;
    }
    let tokens = Tokens::of(cx);
    for error in cx.errors() {
        if tokens.mistake(error) != Some(Mistake::ForeignOperator) {
            continue;
        }
        let at = tokens.index_at(error.span);
        let Some(foreign) = tokens.foreign_operator(at).and_then(|start| Foreign::read(&tokens, start)) else {
            continue;
        };
        let written = cx.slice(foreign.place);
        let mut report = cx.report(foreign.place, format!("KQL has no operator `{written}`"));
        report.label("from another language").help(foreign.instead);
        if let Some(edits) = foreign.edits {
            report.fix(foreign.title, Effect::Same, edits);
        }
    }
}

/// `where a = 1`, which Kusto's parser reads as a name for `1`.
fn check_assignments(cx: &mut Context<'_>) {
    let mut tokens = None;
    for operator in cx.operators() {
        let OperatorKind::Where(condition) = &operator.kind else { continue };
        let ExprKind::Named(named) = &condition.kind else { continue };
        let Some(name) = named.name() else { continue };
        // The tokens of a whole query, once, and only if there is something to look up.
        let tokens = tokens.get_or_insert_with(|| Tokens::of(cx));
        let behind_name = tokens.index_at(Span::at(name.span.end as usize));
        let Some(sign) = tokens.get(behind_name).filter(|_| tokens.text(behind_name) == "=") else { continue };
        cx.report(sign.span, "KQL has no operator `=`")
            .label("from another language")
            .help("a comparison is `==`, or `=~` in any letter case")
            .replace(sign.span, "==", "write `==`", Effect::Unknown);
    }
}

/// An operator of another language and what to write.
struct Foreign {
    place: Span,
    instead: &'static str,
    title: &'static str,
    edits: Option<Vec<Edit>>,
}

impl Foreign {
    fn read(tokens: &Tokens<'_>, start: usize) -> Option<Self> {
        let first = tokens.get(start)?.span;
        let both = first.to(tokens.get(start + 1)?.span);
        let replace = |place: Span, text: &str| Some(vec![Edit { place: place.into(), replacement: text.to_owned() }]);
        let second = tokens.text(start + 1);
        Some(match tokens.text(start) {
            "&" => Self::new(both, "write `and`", "write `and`", replace(both, "and")),
            "|" => Self::new(both, "write `or`", "write `or`", replace(both, "or")),
            "=" if second == "!" => Self::new(both, "unequal is `!=`", "write `!=`", replace(both, "!=")),
            "=" => {
                Self::new(first, "a comparison is `==`, or `=~` in any letter case", "write `==`", replace(first, "=="))
            }
            "!" => Self::new(first, "negation is `not(…)`", "write `not`", replace(first, "not")),
            "not" => Self::negation(tokens, start),
            word => Self::prefix(tokens, start, word.strip_prefix('!')?),
        })
    }

    fn new(place: Span, instead: &'static str, title: &'static str, edits: Option<Vec<Edit>>) -> Self {
        Self { place, instead, title, edits }
    }

    /// `x not in (…)`, or `not x == 1`.
    fn negation(tokens: &Tokens<'_>, not: usize) -> Self {
        let place = tokens.get(not).map(|token| token.span).unwrap_or_default();
        let follows_value = !matches!(tokens.text_before(not), "where" | "and" | "or" | "(" | "," | "");
        if let Some(operator) = tokens.get(not + 1).filter(|_| follows_value) {
            let both = Span { start: place.start, end: operator.span.start };
            let edits = vec![Edit { place: both.into(), replacement: "!".to_owned() }];
            return Self::new(place, "write `!` in front of the operator", "write `!`", Some(edits));
        }
        let edits = operand_end(tokens, not + 1).map(|end| {
            let start = tokens.get(not + 1).map_or(place.end, |token| token.span.start);
            let blank = Span { start: place.end, end: start };
            vec![
                Edit { place: blank.into(), replacement: "(".to_owned() },
                Edit { place: Span::at(end as usize).into(), replacement: ")".to_owned() },
            ]
        });
        Self::new(place, "`not` is a function: `not(…)`", "put the test in parentheses", edits)
    }

    /// `!Field has "x"`, `!isempty(x)`.
    fn prefix(tokens: &Tokens<'_>, word: usize, name: &str) -> Self {
        let place = tokens.get(word).map(|token| token.span).unwrap_or_default();
        let sign = Span { start: place.start, end: place.start + 1 };
        let edits = operand_end(tokens, word).filter(|_| !name.is_empty()).map(|end| {
            vec![
                Edit { place: sign.into(), replacement: "not(".to_owned() },
                Edit { place: Span::at(end as usize).into(), replacement: ")".to_owned() },
            ]
        });
        Self::new(sign, "negation is `not(…)`, or `!` in front of the operator", "write `not(…)`", edits)
    }
}

/// Where a test ends that begins at a token: before `and`, `or`, a closing bracket, a comma, a pipe.
fn operand_end(tokens: &Tokens<'_>, start: usize) -> Option<u32> {
    let mut index = start;
    let mut end = None;
    loop {
        match tokens.text(index) {
            "and" | "or" | ")" | "]" | "}" | "," | "|" | ";" | "" | "AND" | "OR" | "&" => return end,
            "(" | "[" | "{" => index = tokens.closing(index)?,
            _ => {}
        }
        end = tokens.get(index).map(|token| token.span.end);
        index += 1;
    }
}
