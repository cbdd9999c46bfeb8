//! SGM025: values that another value of the list covers.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{Outline, Shape, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM025",
    name: "covered-value",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("covered_value.md"),
    check: |cx| sigma::check(cx, check),
};

/// Longest list that is compared.
const LONGEST: usize = 200;

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.values.len() > 1 && item.values.len() <= LONGEST) {
        let Some(shape) = item.shape().filter(|shape| *shape != Shape::Whole) else { continue };
        if item.has(Modifier::Cased) {
            continue;
        }
        let values: Vec<(Word<'_>, String)> =
            item.literals().map(|(value, text)| (value, text.to_lowercase())).collect();
        for (index, (value, text)) in values.iter().enumerate() {
            let is_covered = |(other, (_, short)): &(usize, &(Word<'_>, String))| {
                *other != index
                    && short.len() < text.len()
                    && !short.is_empty()
                    && sigma::covers((shape, text), (shape, short))
            };
            let Some((_, (covering, _))) = values.iter().enumerate().find(is_covered) else { continue };
            let (idle, other) = if item.has(Modifier::All) { (covering, value) } else { (value, covering) };
            cx.report(idle.place(), format!("`{}` decides already", other.text))
                .label("without effect")
                .related(other.place(), "decides")
                .help("delete one of the two, or make them more exact");
        }
    }
}
