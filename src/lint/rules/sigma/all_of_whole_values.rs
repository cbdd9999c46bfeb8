//! SGS028: `all` where a field would have to equal several values.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS028",
    name: "all-of-whole-values",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("all_of_whole_values.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.has(Modifier::All) && !item.field.is_empty()) {
        let literals: Vec<String> = item.literals().map(|(_, text)| text.to_lowercase()).collect();
        let differs = literals.first().is_some_and(|first| literals.iter().any(|other| other != first));
        if item.shape() == Some(Shape::Whole) && differs {
            let place = item.modifier(Modifier::All).unwrap_or_else(|| item.key.place());
            cx.report(place, format!("`{}` would have to equal several values", item.field))
                .label("never the case")
                .help("write `contains|all`");
        }
    }
}
