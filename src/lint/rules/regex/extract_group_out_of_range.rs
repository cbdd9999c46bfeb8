//! RGX005: a group that the pattern does not have.

use crate::diagnostic::Severity;
use crate::lint::regex::groups;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::Value;
use crate::syntax::{ExprKind, NamedExpr};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "RGX005",
    name: "extract-group-out-of-range",
    category: Category::Regex,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("extract_group_out_of_range.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Call { name, arguments } = &expr.kind else { continue };
        let [pattern, group, ..] = arguments.as_slice() else { continue };
        if name.text != "extract" {
            continue;
        }
        let constant =
            |argument: &NamedExpr<'_>| cx.facts().constant(&argument.value).map(|constant| constant.value.clone());
        let (Some(Value::String(pattern_text)), Some(Value::Integer(number))) = (constant(pattern), constant(group))
        else {
            continue;
        };
        let Some(groups) = groups(&pattern_text) else { continue };
        if number > i64::from(groups) {
            let has = match groups {
                0 => "no group".to_owned(),
                1 => "one group".to_owned(),
                many => format!("{many} groups"),
            };
            cx.report(group.span, format!("the pattern has {has}, so there is no group {number}"))
                .label("always empty")
                .related(pattern.span, "the pattern")
                .help("put the part that is meant in parentheses, or count again; 0 is the whole match");
        }
    }
}
