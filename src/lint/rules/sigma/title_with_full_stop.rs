//! SGC003: a title that ends with a full stop.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC003",
    name: "title-with-full-stop",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("title_with_full_stop.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(title) = rule.scalar(&["title"]).filter(|title| title.text.ends_with('.')) else { return };
    let stop = title.part(title.text.len() - 1, title.text.len());
    cx.report(stop, "the title ends with a full stop").label("a heading needs none").help("delete it").fix(
        "delete the full stop",
        Effect::Same,
        vec![edit(stop, "")],
    );
}
