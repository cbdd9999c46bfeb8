//! SGC018: a file whose name is not of the usual form.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC018",
    name: "file-name",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("file_name.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let name = rule.file_name();
    if name.is_empty() || name == "-" {
        return;
    }
    let stem = name.strip_suffix(".yml");
    let is_plain =
        |stem: &str| stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let is_good = stem.is_some_and(|stem| is_plain(stem) && stem.contains('_') && (10..=90).contains(&stem.len()));
    if !is_good {
        cx.report(rule.head(), format!("the file is called `{name}`"))
            .label("in this file")
            .help("name it in 10 to 90 small letters, digits and underscores, and `.yml`");
    }
}
