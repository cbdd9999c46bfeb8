//! SGM011: exclusions that whoever runs the command can write.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, Shape, Uses};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM011",
    name: "exclusion-by-argument",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("exclusion_by_argument.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for search in rule.searches.iter().filter(|search| search.uses == (Uses { selects: false, excludes: true })) {
        for alternative in &search.alternatives {
            let items = rule.items_of(alternative);
            let is_typed =
                |item: &ItemOutline<'_>| item.is_about(&["CommandLine"]) && matches!(item.shape(), Some(Shape::Inside));
            if let Some(first) = items.first().filter(|_| items.iter().all(is_typed)) {
                cx.report(first.key.place(), "whoever runs the command can write what is excluded")
                    .label("one more argument hides it")
                    .help("bind the filter to the parent, the user or the path of the program too");
            }
        }
    }
}
