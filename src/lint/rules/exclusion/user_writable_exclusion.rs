//! FPX005: an excluded folder that users can create.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::{is_one_of_several, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX005",
    name: "user-writable-exclusion",
    category: Category::Exclusion,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("user_writable_exclusion.md"),
    check,
};

/// Parts of paths that anyone may have in a path of their own, in lower case.
const TRUSTED: &[&str] = &[r"program files", r"windows\system32", r"windows defender", r"windows\syswow64"];

/// Folders that users can write to.
const WRITABLE: &[&str] =
    &[r"\appdata\", r"\users\public\", r"\windows\temp\", r"\temp\", r"\downloads\", r"\programdata\"];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_exclusion = predicate.is_filter && predicate.is_negated && !predicate.is_in_exclusion;
        let Some(column) = predicate.subject.plain_column().filter(|_| is_exclusion) else { continue };
        let is_path = matches!(shape_of(cx.schema(), column), Some(ColumnShape::Path | ColumnShape::Folder));
        if !is_path || is_one_of_several(cx, predicate) {
            continue;
        }
        let found = texts_with_places(predicate).find_map(|(text, place)| Some((place, evasion(predicate.op, text)?)));
        let Some((place, evasion)) = found else { continue };
        let name = &column.name;
        cx.report(place, "users can make a folder that this excludes")
            .label("excluded wherever it stands")
            .help("exclude the whole path from the drive on, with `startswith`, and of a folder that needs rights")
            .note(format!("excluded today: {name}=\"{evasion}\""));
    }
}

/// A path that a user can create and that the test excludes.
fn evasion(op: PredicateOp, text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let is_part = matches!(
        op,
        PredicateOp::Binary(BinaryOp::Contains | BinaryOp::NotContains | BinaryOp::Has | BinaryOp::NotHas)
            | PredicateOp::In(InOp::HasAny)
    );
    let inner = text.trim_matches('\\');
    if is_part && !lower.contains(':') && TRUSTED.iter().any(|part| lower.contains(part)) {
        return Some(format!(r"C:\Users\Public\{inner}\x.exe"));
    }
    // A folder below a writable one can be made by anyone only if the writable one is the whole of it.
    let is_writable = WRITABLE.iter().any(|folder| format!(r"\{}\", lower.trim_matches('\\')).ends_with(folder));
    (is_part && is_writable && text.contains('\\')).then(|| format!(r"C:\Users\Public\{inner}\x.exe"))
}
