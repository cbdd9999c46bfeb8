//! SGM002: a command line that has to be just so.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM002",
    name: "whole-command-line",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("whole_command_line.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_exact = |item: &&ItemOutline<'_>| item.is_about(&["CommandLine"]) && item.shape() == Some(Shape::Whole);
    for item in rule.items.iter().filter(is_exact).filter(|item| rule.selects(item)) {
        let exact = item.literals().find(|(_, text)| text.trim().contains(' '));
        if let Some((value, _)) = exact {
            cx.report(value.place(), "the command line has to be exactly this")
                .label("a second blank hides it")
                .help("write `contains|all` with the parts that matter");
        }
    }
}
