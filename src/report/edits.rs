//! The edits of a fix as places of the file.

use super::Position;
use super::finding::position;
use crate::diagnostic::Edit;
use crate::source::{LineIndex, RuleFile, apply};
use crate::span::FileSpan;

/// What the new text of an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EditForm {
    /// The text as YAML gives it: enough to show.
    Decoded,
    /// The bytes to put into the file, proven by reading the file again. That costs a reading for each fix, so only
    /// the formats that other programs apply ask for it. A fix that can't be proven has no edits.
    File,
}

/// An edit of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingEdit {
    /// Bytes of the file that are replaced.
    pub span: FileSpan,
    /// Where they start.
    pub start: Position,
    /// Where they end.
    pub end: Position,
    /// The new text.
    pub replacement: String,
}

pub(super) fn place_edits(
    file: &RuleFile,
    rule: usize,
    lines: &LineIndex<'_>,
    edits: Vec<Edit>,
    form: EditForm,
) -> Vec<FindingEdit> {
    let placed = match form {
        EditForm::Decoded => edits.into_iter().filter_map(|edit| decoded(file, rule, edit)).collect(),
        EditForm::File => encoded(file, rule, &edits).unwrap_or_default(),
    };
    let place = |(span, replacement): (FileSpan, String)| FindingEdit {
        span,
        start: position(lines, span.start),
        end: position(lines, span.end),
        replacement,
    };
    placed.into_iter().map(place).collect()
}

fn decoded(file: &RuleFile, rule: usize, edit: Edit) -> Option<(FileSpan, String)> {
    Some((file.rules.get(rule)?.file_span(edit.place), edit.replacement))
}

/// Each edit by itself if that can be proven, so that the places between them stay as they are; else all in one.
fn encoded(file: &RuleFile, rule: usize, edits: &[Edit]) -> Option<Vec<(FileSpan, String)>> {
    let each: Option<Vec<_>> = edits.iter().map(|edit| replaced(file, rule, std::slice::from_ref(edit))).collect();
    each.or_else(|| Some(vec![replaced(file, rule, edits)?]))
}

/// The one range of the file that edits change, and what it becomes.
fn replaced(file: &RuleFile, rule: usize, edits: &[Edit]) -> Option<(FileSpan, String)> {
    let owned: Vec<(usize, Edit)> = edits.iter().map(|edit| (rule, edit.clone())).collect();
    let new = apply(file, &owned).ok()?;
    let old = file.text.as_str();
    let places = edits.iter().filter_map(|edit| Some(file.rules.get(rule)?.file_span(edit.place).range()));
    let (first, last) =
        places.fold((old.len(), 0), |(first, last), place| (first.min(place.start), last.max(place.end)));
    // The place of the edits is kept whole: `==` becomes `=~`, rather than the second `=` becoming `~`.
    let start = common_prefix(old, &new).min(first);
    let tail = common_suffix(&old[start..], new.get(start..)?).min(old.len() - last.max(start));
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    Some((FileSpan::new(start, old_end), new.get(start..new_end)?.to_owned()))
}

/// Bytes of the characters that both texts begin with.
fn common_prefix(left: &str, right: &str) -> usize {
    left.chars().zip(right.chars()).take_while(|(left, right)| left == right).map(|(c, _)| c.len_utf8()).sum()
}

/// Bytes of the characters that both texts end with.
fn common_suffix(left: &str, right: &str) -> usize {
    let pairs = left.chars().rev().zip(right.chars().rev());
    pairs.take_while(|(left, right)| left == right).map(|(c, _)| c.len_utf8()).sum()
}
