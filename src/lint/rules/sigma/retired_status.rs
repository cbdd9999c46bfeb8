//! SGC025: a retired rule among those in use.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC025",
    name: "retired-status",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("retired_status.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let retired = |status: &Word<'_>| matches!(status.text, "deprecated" | "unsupported");
    let Some(status) = rule.scalar(&["status"]).filter(retired) else { return };
    let folder = rule.setting.path.strip_suffix(rule.file_name()).unwrap_or("");
    if !folder.contains("deprecated") && !folder.contains("unsupported") {
        cx.report(status.place(), format!("the rule is {}, and stands among those in use", status.text))
            .label("not in use")
            .help(format!("move the file into a folder `{}`", status.text));
    }
}
