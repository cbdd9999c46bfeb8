//! COR022: an exclusion of values that an earlier test rules out.

use crate::diagnostic::Severity;
use crate::lint::value_set::{about_the_same, listed};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR022",
    name: "dead-exclusion",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("dead_exclusion.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let tests = listed(cx);
    for exclusion in tests.iter().filter(|test| test.is_exclusion) {
        let filter = tests.iter().find(|test| {
            !test.is_exclusion && test.values.is_disjoint(&exclusion.values) && about_the_same(cx, test, exclusion)
        });
        let Some(filter) = filter else { continue };
        let column = exclusion.column();
        cx.report(
            exclusion.predicate.span,
            format!("nothing is left to exclude: `{column}` never has this value here"),
        )
        .label("excludes nothing")
        .related(filter.predicate.span, "lets only other values pass")
        .help("drop it, or exclude by the column that was meant");
    }
}
