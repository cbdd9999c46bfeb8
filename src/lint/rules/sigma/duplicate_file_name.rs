//! SGC021: a file name that another folder has too.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::CalledBy;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC021",
    name: "duplicate-file-name",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_file_name.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let setting = rule.setting;
    if let Some(other) = setting.neighbours.other(CalledBy::FileName, rule.file_name(), setting.path)
        && other != setting.path
    {
        cx.report(rule.head(), format!("`{other}` has the same file name"))
            .label("in this file")
            .help("give one of them another name");
    }
}
