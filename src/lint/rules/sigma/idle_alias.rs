//! SGS062: aliases that no rule of the correlation fills.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Node;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS062",
    name: "idle-alias",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("idle_alias.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let named = rule.list(&["correlation", "rules"]);
    let mut used = rule.list(&["correlation", "group-by"]);
    used.extend(rule.list(&["correlation", "condition", "field"]));
    for (alias, fields) in rule.get(&["correlation", "aliases"]).map_or(&[][..], Node::entries) {
        let alias = rule.word(alias);
        if !used.iter().any(|field| field.text == alias.text) {
            cx.report(alias.place(), format!("nothing is grouped by `{}`", alias.text))
                .label("without effect")
                .help("add it to `group-by`, or delete the alias");
        }
        for (other, _) in fields.entries() {
            let other = rule.word(other);
            if !named.iter().any(|name| name.text == other.text) {
                cx.report(other.place(), format!("the correlation does not name the rule `{}`", other.text))
                    .label("not under `rules`")
                    .help("write the name of a rule as it stands under `rules`");
            }
        }
    }
}
