//! SGS044: correlations that can't run.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Node;
use crate::sigma::outline::Outline;
use crate::sigma::{CorrelationKind, Threshold};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS044",
    name: "correlation-key",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("correlation_key.md"),
    check: |cx| sigma::check(cx, check),
};

const KEYS: &[&str] = &["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(correlation) = rule.key("correlation") else { return };
    for key in ["type", "rules", "timespan"] {
        if rule.get(&["correlation", key]).is_none() {
            cx.report(correlation.place(), format!("the correlation has no `{key}`"))
                .label("can't run")
                .help(format!("add `{key}`"));
        }
    }
    for (key, _) in rule.get(&["correlation"]).map_or(&[][..], Node::entries) {
        let key = rule.word(key);
        if !KEYS.contains(&key.text) {
            cx.report(key.place(), format!("a correlation has no key `{}`", key.text))
                .label("without effect")
                .help(format!("use {}", KEYS.join(", ")));
        }
    }
    let Some(word) = rule.scalar(&["correlation", "type"]) else { return };
    let Some(kind) = CorrelationKind::parse(word.text) else {
        let known: Vec<&str> = CorrelationKind::ALL.iter().map(|kind| kind.as_str()).collect();
        cx.report(word.place(), format!("there is no correlation `{}`", word.text))
            .label("refused by tools")
            .help(format!("use {}", known.join(", ")));
        return;
    };
    let condition = rule.get(&["correlation", "condition"]).map_or(&[][..], Node::entries);
    let compares = condition.iter().any(|(key, _)| Threshold::parse(rule.word(key).text).is_some());
    if kind.needs_threshold() && !compares {
        cx.report(word.place(), format!("`{}` compares with no number", kind.as_str()))
            .label("needs a condition")
            .help("add a condition such as `gte: 10`");
    }
}
