//! MET017: a link that will not stay.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET017",
    name: "bad-reference",
    category: Category::Metadata,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("bad_reference.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for reference in &cx.metadata().references {
        let link = &reference.value;
        let (message, help) = if let Some(locale) = locale(link) {
            (
                format!("the link is to the pages in `{locale}`"),
                "leave the language out: the reader's own is shown then",
            )
        } else if link.starts_with("http://") {
            ("the link is not encrypted".to_owned(), "write `https://`")
        } else if is_mutable(link) {
            ("the link is to a branch, and the file there changes".to_owned(), "link to a commit")
        } else {
            continue;
        };
        cx.report(reference.place, message).label("will not stay").help(help);
    }
}

/// `en-us` of a link to Microsoft's pages.
fn locale(link: &str) -> Option<&str> {
    let rest = link.split_once("microsoft.com/")?.1;
    let first = rest.split('/').next()?;
    let is_locale = first.len() == 5 && first.as_bytes().get(2) == Some(&b'-');
    is_locale.then_some(first)
}

fn is_mutable(link: &str) -> bool {
    let is_file = |branch: &str| link.contains("github.com/") && link.contains(&format!("/blob/{branch}/"));
    is_file("main") || is_file("master")
}
