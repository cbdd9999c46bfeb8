//! COR013: an old aggregate that keeps 128 values.

use crate::analyze::Binding;
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR013",
    name: "legacy-makeset-truncates",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("legacy_makeset_truncates.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Call { name, arguments } = &expr.kind else { continue };
        let is_built_in = matches!(cx.facts().binding(expr), Some(Binding::BuiltIn(_)));
        let Some(replacement) = replacement(&name.text).filter(|_| is_built_in && arguments.len() == 1) else {
            continue;
        };
        let Some(argument) = arguments.first().map(|argument| argument.span) else { continue };
        let edits = vec![
            Edit { place: name.span.into(), replacement: replacement.to_owned() },
            Edit { place: Span::at(argument.end as usize).into(), replacement: ", 128".to_owned() },
        ];
        cx.report(name.span, format!("`{}` keeps 128 values and drops the rest", name.text))
            .label("128 values at most")
            .help(format!(
                "use `{replacement}`, which keeps up to 1,048,576 values, or as many as its second argument says"
            ))
            .fix(format!("write `{replacement}` with the limit that is in force"), Effect::Same, edits);
    }
}

/// The aggregate of today.
fn replacement(function: &str) -> Option<&'static str> {
    match function {
        "makeset" => Some("make_set"),
        "makelist" => Some("make_list"),
        _ => None,
    }
}
