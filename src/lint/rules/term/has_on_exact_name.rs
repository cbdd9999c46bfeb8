//! TRM001: a term or substring test with a whole file name, on a column that holds exactly a file name.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, texts};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM001",
    name: "has-on-exact-name",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("has_on_exact_name.md"),
    check,
};

/// Extensions of programs, libraries and scripts.
const EXTENSIONS: &[&str] = &[
    "aspx", "bat", "cmd", "com", "cpl", "dll", "exe", "hta", "iso", "jar", "js", "jse", "jsp", "lnk", "msi", "ocx",
    "one", "php", "ps1", "psd1", "psm1", "py", "scr", "sh", "sys", "vbe", "vbs", "wsf",
];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let (Some(exact), Some(first)) = (exact_operator(predicate.op), whole_names(predicate)) else { continue };
        let Some(column) = predicate.subject.plain_column() else { continue };
        // The version resource of a localised program may hold `Cmd.Exe.MUI`: the longer name is wanted there.
        let is_version = column.name.contains("VersionInfo");
        if is_version || shape_of(cx.schema(), column) != Some(ColumnShape::Name) {
            continue;
        }
        let written = cx.slice(predicate.op_span);
        let accepts = if excludes(predicate) { "excludes" } else { "accepts" };
        let (today, after) = if excludes(predicate) {
            ("also excluded today", "kept after the fix")
        } else {
            ("also matched today", "lost after the fix")
        };
        let is_substring = matches!(predicate.op, PredicateOp::Binary(BinaryOp::Contains | BinaryOp::NotContains));
        let longer = if is_substring { format!("not{first}") } else { format!("my-{first}") };
        // Only an exclusion that takes too much loses anything.
        let severity = if excludes(predicate) { Severity::Warning } else { Severity::Info };
        cx.report(
            predicate.op_span,
            format!("`{written}` with a whole file name also {accepts} longer names such as `{longer}`"),
        )
        .label(match_kind(predicate.op))
        .related(predicate.subject.span, "holds exactly a file name")
        .help(format!("use `{exact}` for the exact name"))
        .severity(severity)
        .note(format!("{today}, {after}: {}=\"{longer}\"", column.name))
        .replace(
            predicate.op_span,
            exact,
            format!("write `{exact}`"),
            effect_on_rule(predicate, Effect::Narrower),
        );
    }
}

/// The operator that tests the whole value, for one that looks for a part of it.
fn exact_operator(op: PredicateOp) -> Option<&'static str> {
    match op {
        PredicateOp::Binary(BinaryOp::Has | BinaryOp::Contains) => Some(BinaryOp::EqualCi.as_str()),
        PredicateOp::Binary(BinaryOp::NotHas | BinaryOp::NotContains) => Some(BinaryOp::NotEqualCi.as_str()),
        PredicateOp::In(InOp::HasAny) => Some(InOp::InCi.as_str()),
        PredicateOp::Binary(_)
        | PredicateOp::In(InOp::In | InOp::NotIn | InOp::InCi | InOp::NotInCi | InOp::HasAll)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => None,
    }
}

fn match_kind(op: PredicateOp) -> &'static str {
    match op {
        PredicateOp::Binary(BinaryOp::Contains | BinaryOp::NotContains) => "matches anywhere in the value",
        PredicateOp::Binary(_)
        | PredicateOp::In(_)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => "matches terms: `.` and `-` are borders",
    }
}

/// The first value, if every value is known and a whole file name.
fn whole_names(predicate: &Predicate) -> Option<&str> {
    let all_whole = predicate.is_complete
        && texts(predicate).count() == predicate.values.len()
        && texts(predicate).all(is_whole_file_name);
    texts(predicate).next().filter(|_| all_whole)
}

/// Whether a text is a name with one of the extensions, without a path, an argument or a wildcard.
fn is_whole_file_name(text: &str) -> bool {
    let Some((stem, extension)) = text.rsplit_once('.') else { return false };
    let is_known = EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension));
    let is_in_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    is_known && stem.starts_with(|c: char| c.is_alphanumeric() || c == '_') && stem.chars().all(is_in_name)
}
