//! SGS040: a condition that takes in whatever is added later.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;
use crate::sigma::{ConditionExpr, Quantifier, Target};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS040",
    name: "all-of-them",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("all_of_them.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (word, part) in rule.condition_parts() {
        if let ConditionExpr::Of { quantifier: Quantifier::All, target: Target::Them, span } = part
            && rule.searches.len() > 1
        {
            cx.report(word.scalar.part(*span), "every search that is added later has to match too")
                .label("filters among them")
                .help("name the searches: `all of selection_*`");
        }
    }
}
