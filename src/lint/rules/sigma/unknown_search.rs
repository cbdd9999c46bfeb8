//! SGS021: searches that the condition names and nobody wrote.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::ConditionExpr;
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS021",
    name: "unknown-search",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_search.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if rule.kind == Kind::Correlation || rule.is_part_of_collection() {
        return;
    }
    for (word, part) in rule.condition_parts() {
        match part {
            ConditionExpr::Search { name, span } if !rule.searches.iter().any(|search| search.name.text == name) => {
                let place = word.scalar.part(*span);
                let mut report = cx.report(place, format!("there is no search `{name}`"));
                report.label("named, but not written");
                let near = nearest(name, rule.searches.iter().map(|search| search.name.text));
                match near.filter(|_| word.is_on_one_line()) {
                    Some(meant) => {
                        report.help(format!("write `{meant}`")).fix(
                            format!("write `{meant}`"),
                            Effect::Unknown,
                            vec![edit(place, meant)],
                        );
                    }
                    None => {
                        report.help("add the search, or leave its name out");
                    }
                }
            }
            ConditionExpr::Of { target, span, .. } if rule.targets(target).next().is_none() => {
                cx.report(word.scalar.part(*span), "no search is meant by this")
                    .label("names nothing")
                    .help("add a search of such a name, or leave this part out");
            }
            ConditionExpr::Search { .. }
            | ConditionExpr::Of { .. }
            | ConditionExpr::And(_)
            | ConditionExpr::Or(_)
            | ConditionExpr::Not(_) => {}
        }
    }
}
