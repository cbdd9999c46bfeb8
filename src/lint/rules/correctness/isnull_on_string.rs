//! COR009: `isnull` and `isnotnull` of a text, which is never null.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ScalarType;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR009",
    name: "isnull-on-string",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("isnull_on_string.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Call { name, arguments } = &expr.kind else { continue };
        let (instead, always) = match &*name.text {
            "isnull" => ("isempty", "false"),
            "isnotnull" => ("isnotempty", "true"),
            _ => continue,
        };
        let [argument] = arguments.as_slice() else { continue };
        if cx.facts().type_of(&argument.value) != ScalarType::String {
            continue;
        }
        cx.report(name.span, format!("`{}` of a text is always {always}", name.text))
            .label("texts are never null")
            .related(argument.span, "of type string")
            .help(format!("use `{instead}`"))
            .replace(name.span, instead, format!("write `{instead}`"), Effect::Unknown);
    }
}
