//! COR014: a function under a name of the past.

use crate::analyze::Binding;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR014",
    name: "obsolete-function",
    category: Category::Correctness,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("obsolete_function.md"),
    check,
};

/// Names whose successors do not do the same, or that another rule speaks about.
const OTHERS: &[&str] = &["array_sum", "cnt", "makelist", "makeset", "weekofyear"];

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Call { name, .. } = &expr.kind else { continue };
        let is_built_in = matches!(cx.facts().binding(expr), Some(Binding::BuiltIn(_)));
        if !is_built_in || OTHERS.contains(&&*name.text) {
            continue;
        }
        let Some(function) = cx.schema().function(&name.text) else { continue };
        let Some(replacement) = function.replacement else { continue };
        let successor = cx.schema().function_of_kind(replacement, function.kind);
        // Where the name of a column comes from the function, the new name would rename the column.
        let keeps_names = !matches!(&*name.text, "argmax" | "argmin")
            && successor.is_some_and(|successor| successor.naming == function.naming);
        if &*name.text == "replace" {
            cx.report(name.span, "`replace` is the old form of `replace_regex`, which takes the text first")
                .label("no longer documented")
                .help("write `replace_regex(text, regex, rewrite)` with the last argument in front");
            continue;
        }
        let mut report = cx.report(name.span, format!("`{}` is the old name of `{replacement}`", name.text));
        report.label("no longer documented").help(format!("write `{replacement}`"));
        if keeps_names {
            report.replace(name.span, replacement, format!("write `{replacement}`"), Effect::Same);
        }
    }
}
