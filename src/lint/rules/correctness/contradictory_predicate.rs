//! COR001: two tests of one column that no value can pass.

use crate::diagnostic::Severity;
use crate::lint::value_set::{about_the_same, listed};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR001",
    name: "contradictory-predicate",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("contradictory_predicate.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let tests = listed(cx);
    for (index, second) in tests.iter().enumerate().filter(|(_, test)| !test.is_exclusion) {
        let first = tests.iter().take(index).find(|first| {
            !first.is_exclusion && first.values.is_disjoint(&second.values) && about_the_same(cx, first, second)
        });
        let Some(first) = first else { continue };
        let column = second.column();
        cx.report(second.predicate.span, format!("no row passes both tests of `{column}`"))
            .label("never true here")
            .related(first.predicate.span, "lets only other values pass")
            .help("put both values into one list, or drop a test");
    }
}
