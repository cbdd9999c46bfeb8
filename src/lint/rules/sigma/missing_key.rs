//! SGS001: keys without which there is no rule.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{Node, ScalarKind};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS001",
    name: "missing-key",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("missing_key.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if rule.is_part_of_collection() {
        return;
    }
    if rule.kind != Kind::Correlation && rule.key("logsource").is_none() {
        cx.report(rule.head(), "the rule has no `logsource`")
            .label("in this rule")
            .help("name the events: a `category` and a `product`, or a `product` and a `service`");
    }
    if rule.scalar(&["title"]).is_none() {
        cx.report(rule.head(), "the rule has no `title`")
            .label("in this rule")
            .help("say in a few words what is found");
    }
    let logic = rule.kind.key();
    let Some(place) = rule.key(logic).map(|key| key.place()) else { return };
    if rule.kind != Kind::Correlation {
        if rule.get(&[logic, "condition"]).is_none_or(is_nothing) {
            cx.report(place, format!("the {logic} has no `condition`"))
                .label("no search is used")
                .help("add a condition such as `selection and not 1 of filter_main_*`");
        }
        if rule.searches.is_empty() && matches!(rule.get(&[logic]), Some(Node::Map(_))) {
            cx.report(place, format!("the {logic} has no search"))
                .label("nothing to look for")
                .help("add a search such as `selection`");
        }
    }
    if rule.kind == Kind::Filter && rule.get(&["filter", "rules"]).is_none_or(is_nothing) {
        cx.report(place, "the filter does not say for which rules it is")
            .label("no key `rules`")
            .help("add `rules` with their names or ids, or `any`");
    }
    let source = &rule.log_source;
    if let Some(key) = rule.key("logsource")
        && source.category.or(source.product).or(source.service).is_none()
    {
        cx.report(key.place(), "the log source names no events")
            .label("neither category, product nor service")
            .help("add `category` and `product`, or `product` and `service`");
    }
}

fn is_nothing(node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) => scalar.kind == ScalarKind::Null,
        Node::List(items) => items.is_empty(),
        Node::Map(_) | Node::Alias => false,
    }
}
