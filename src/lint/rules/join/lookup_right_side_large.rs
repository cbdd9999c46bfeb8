//! JON009: a lookup in a whole table of events.

use crate::diagnostic::Severity;
use crate::lint::rules::join::unfiltered_right_side::{is_of_events, whole_table};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON009",
    name: "lookup-right-side-large",
    category: Category::Join,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("lookup_right_side_large.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let OperatorKind::Lookup(lookup) = &operator.kind else { continue };
        let Some((place, table)) = whole_table(cx, &lookup.right).filter(|(_, table)| is_of_events(table)) else {
            continue;
        };
        cx.report(place, format!("`lookup` sends all of `{table}` to every node"))
            .label("a whole table")
            .help("use `join`, or filter and project the table first");
    }
}
