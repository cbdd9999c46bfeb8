//! SGS020: searches that no condition names.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, SearchOutline, Uses};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS020",
    name: "unused-search",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("unused_search.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_clear = !rule.conditions.is_empty() && rule.logic().len() == rule.conditions.len();
    let Some(condition) = rule.conditions.first().filter(|_| is_clear) else { return };
    let unused = |search: &&SearchOutline<'_>| search.uses == Uses::default() && !search.name.text.starts_with('_');
    for search in rule.searches.iter().filter(unused) {
        cx.report(search.name.place(), format!("no condition uses `{}`", search.name.text))
            .label("without effect")
            .related(condition.word.place(), "not named here")
            .help("use it in the condition, or delete it");
    }
}
