//! SGS004: a rule that can't be referred to.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS004",
    name: "missing-id",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("missing_id.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let keys = ["status", "author", "date", "description", "level"];
    let is_finished = keys.iter().filter(|key| rule.scalar(&[key]).is_some()).count() > 2;
    if is_finished && rule.get(&["id"]).is_none() && !rule.is_part_of_collection() {
        cx.report(rule.head(), "the rule has no `id`")
            .label("in this rule")
            .help("add a random UUID, such as `uuidgen` gives");
    }
}
