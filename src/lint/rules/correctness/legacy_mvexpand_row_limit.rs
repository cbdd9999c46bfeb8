//! COR012: the old spelling of `mv-expand`, which keeps 128 rows.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR012",
    name: "legacy-mvexpand-row-limit",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("legacy_mvexpand_row_limit.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        if !matches!(operator.kind, OperatorKind::MvExpand { limit: None, .. }) || operator.keyword != "mvexpand" {
            continue;
        }
        let keyword = operator.keyword_span();
        cx.report(keyword, "`mvexpand` makes 128 rows of a record at most and drops the rest")
            .label("128 rows at most")
            .help("write `mv-expand`, which has no such limit")
            .note("an indicator in element 129 is not seen")
            .replace(keyword, "mv-expand", "write `mv-expand`", Effect::Unknown);
    }
}
