//! COR023: a value that is looked for and excluded.

use crate::diagnostic::Severity;
use crate::lint::value_set::{about_the_same, listed};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR023",
    name: "exclusion-shadows-indicator",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("exclusion_shadows_indicator.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let tests = listed(cx);
    for exclusion in tests.iter().filter(|test| test.is_exclusion) {
        let both = tests.iter().filter(|test| !test.is_exclusion).find_map(|test| {
            let value = test.values.intersection(&exclusion.values).next()?;
            about_the_same(cx, test, exclusion).then_some((test, value))
        });
        let Some((filter, value)) = both else { continue };
        let column = exclusion.column();
        cx.report(exclusion.predicate.span, format!("`{value}` is looked for in `{column}` and excluded again"))
            .label("takes it away")
            .related(filter.predicate.span, "looks for it")
            .help(format!("take `{value}` out of one of the two lists"));
    }
}
