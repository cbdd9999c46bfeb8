//! SGC033: a rule without a tag of ATT&CK.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC033",
    name: "untagged",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("untagged.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_whole = rule.kind == Kind::Detection && rule.scalar(&["id"]).is_some() && !rule.is_part_of_collection();
    if is_whole && !tags(rule).iter().any(|tag| tag.namespace == "attack") {
        cx.report(rule.head(), "the rule names nothing of MITRE ATT&CK")
            .label("not in any coverage view")
            .help("add tags such as `attack.discovery` and `attack.t1033`");
    }
}
