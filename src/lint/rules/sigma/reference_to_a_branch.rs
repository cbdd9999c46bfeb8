//! SGC012: links to files of a branch.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC012",
    name: "reference-to-a-branch",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("reference_to_a_branch.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for reference in rule.list(&["references"]).into_iter().filter(|reference| is_file_of_branch(reference.text)) {
        cx.report(reference.place(), "this link follows a branch")
            .label("may show something else tomorrow")
            .help("press `y` on the page for a link with the commit");
    }
}

fn is_file_of_branch(link: &str) -> bool {
    let Some(path) = link.strip_prefix("https://github.com/") else { return false };
    let is_hash = |part: &str| part.len() == 40 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let extension =
        path.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map_or("", |(_, extension)| extension);
    let is_file = (1..=3).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_file && path.contains("/blob/") && !path.split('/').any(is_hash)
}
