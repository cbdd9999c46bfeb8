//! SGC029: rules of a special folder without the tag that says so.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC029",
    name: "missing-detection-tag",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("missing_detection_tag.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for name in ["dfir", "emerging-threats", "threat-hunting"] {
        let is_there = rule.setting.path.split(['/', '\\']).any(|folder| folder.strip_prefix("rules-") == Some(name));
        let is_tagged = || tags(rule).iter().any(|tag| tag.namespace == "detection" && tag.name == name);
        if is_there && !is_tagged() {
            cx.report(rule.head(), format!("the rule has no tag `detection.{name}`"))
                .label("in this rule")
                .help("add the tag of the folder");
        }
    }
}
