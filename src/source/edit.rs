//! Edits of texts to a new file, proven by reading it again.
//!
//! An edit is written where it stands, in the style of its scalar. If that does not read back as it should (a colon
//! in a plain scalar, a line break in quotes), the scalar is written anew, and if that does not either, the edits are
//! refused. "As it should" means: the edited texts are exactly the expected ones, every other key and value of every
//! rule is the same, and no text turned into a number or the like.

use std::collections::BTreeMap;
use std::fmt;

use super::encode::{Patch, Surroundings};
use super::text::Text;
use super::tree::Node;
use super::{Format, Loaded, RuleFile, RuleText, Syntax, decode, documents, read_text};
use crate::diagnostic::Edit;
use crate::span::{Span, TextId};

/// Why edits are not applied. The file stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EditRefused {
    /// There is no such rule, text or range, or a range cuts a character.
    NoSuchPlace,
    /// Two edits touch the same characters.
    Overlap,
    /// It is not known which bytes spell the text.
    Inexact,
    /// An alias repeats the text, so that the edit would change another value too.
    Shared,
    /// No spelling reads back as the edited text with everything else unchanged.
    Unprovable,
}

impl fmt::Display for EditRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoSuchPlace => "the edit is outside the text",
            Self::Overlap => "two edits overlap",
            Self::Inexact => "the place in the file is not known to the byte",
            Self::Shared => "the value is repeated by an alias",
            Self::Unprovable => "no spelling of the edit leaves everything else unchanged",
        })
    }
}

impl std::error::Error for EditRefused {}

/// One text with its edits, in order.
struct Change<'a> {
    rule: usize,
    text: TextId,
    old: &'a Text,
    edits: Vec<(Span, String)>,
    new: String,
}

/// The text of the file with the edits applied; each is meant for the rule with that index.
///
/// # Errors
/// Refuses edits that overlap, have no exact place, or cannot be written without changing something else.
pub fn apply(file: &RuleFile, edits: &[(usize, Edit)]) -> Result<String, EditRefused> {
    let surroundings = Surroundings::new(&file.text);
    let changes = changes(file, edits, surroundings)?;
    let in_place: Option<Vec<Patch>> = changes
        .iter()
        .map(|change| patches_in_place(change, surroundings))
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat());
    if let Some(text) = in_place.and_then(|patches| patched(file, patches))
        && proves(file, &changes, &text)
    {
        return Ok(text);
    }
    let mut patches = Vec::new();
    for change in &changes {
        patches.extend(provable_patches(file, change, surroundings)?);
    }
    patched(file, patches).filter(|text| proves(file, &changes, text)).ok_or(EditRefused::Unprovable)
}

fn changes<'a>(
    file: &'a RuleFile,
    edits: &[(usize, Edit)],
    surroundings: Surroundings<'_>,
) -> Result<Vec<Change<'a>>, EditRefused> {
    let mut by_text: BTreeMap<(usize, TextId), Vec<&Edit>> = BTreeMap::new();
    for (rule, edit) in edits {
        by_text.entry((*rule, edit.place.text)).or_default().push(edit);
    }
    by_text.into_iter().map(|((rule, text), edits)| change(file, rule, text, edits, surroundings)).collect()
}

fn change<'a>(
    file: &'a RuleFile,
    rule: usize,
    text: TextId,
    mut edits: Vec<&Edit>,
    surroundings: Surroundings<'_>,
) -> Result<Change<'a>, EditRefused> {
    let old = file.rules.get(rule).and_then(|rule| rule.get(text)).ok_or(EditRefused::NoSuchPlace)?;
    if old.runs.is_none() {
        return Err(EditRefused::Inexact);
    }
    if old.is_shared {
        return Err(EditRefused::Shared);
    }
    // Stable, so that insertions at one place keep their order.
    edits.sort_by_key(|edit| (edit.place.span.start, edit.place.span.end));
    let mut new = String::with_capacity(old.value.len());
    let mut done = 0;
    let mut written = Vec::new();
    for edit in edits {
        let span = edit.place.span;
        if (span.start as usize) < done {
            return Err(EditRefused::Overlap);
        }
        new.push_str(old.value.get(done..span.start as usize).ok_or(EditRefused::NoSuchPlace)?);
        old.value.get(span.range()).ok_or(EditRefused::NoSuchPlace)?;
        let replacement = surroundings.normalized(old, &edit.replacement);
        new.push_str(&replacement);
        written.push((span, replacement));
        done = span.end as usize;
    }
    new.push_str(old.value.get(done..).ok_or(EditRefused::NoSuchPlace)?);
    Ok(Change { rule, text, old, edits: written, new })
}

fn patches_in_place(change: &Change<'_>, surroundings: Surroundings<'_>) -> Option<Vec<Patch>> {
    change.edits.iter().map(|(span, replacement)| surroundings.in_place(change.old, *span, replacement)).collect()
}

/// The first way to write one change that proves right by itself.
fn provable_patches(
    file: &RuleFile,
    change: &Change<'_>,
    surroundings: Surroundings<'_>,
) -> Result<Vec<Patch>, EditRefused> {
    let anew = surroundings.anew(change.old, &change.new).into_iter().map(|patch| vec![patch]);
    patches_in_place(change, surroundings)
        .into_iter()
        .chain(anew)
        .find(|patches| {
            let text = patched(file, patches.clone());
            text.is_some_and(|text| proves(file, std::slice::from_ref(change), &text))
        })
        .ok_or(EditRefused::Unprovable)
}

/// The file with all patches applied; nothing if two of them overlap.
fn patched(file: &RuleFile, mut patches: Vec<Patch>) -> Option<String> {
    patches.sort_by_key(|patch| (patch.place.start, patch.place.end));
    let mut text = String::with_capacity(file.text.len());
    let mut done = 0;
    for patch in patches {
        let place = patch.place.range();
        text.push_str(file.text.get(done..place.start)?);
        text.push_str(&patch.replacement);
        done = place.end;
    }
    text.push_str(file.text.get(done..)?);
    Some(text)
}

/// Whether reading `text` gives the rules of `file` with these changes, and nothing else.
fn proves(file: &RuleFile, changes: &[Change<'_>], text: &str) -> bool {
    let syntax = Syntax::of(file.format);
    let Ok(text) = decode(text.as_bytes().to_vec(), syntax) else { return false };
    let (Loaded::Rules(new) | Loaded::Sigma(new)) = read_text(file.path.clone(), text, syntax, None) else {
        return false;
    };
    let expected: BTreeMap<(usize, TextId), &str> =
        changes.iter().map(|change| ((change.rule, change.text), change.new.as_str())).collect();
    new.format == file.format
        && keeps_the_rest(file, changes, &new.text)
        && new.rules.len() == file.rules.len()
        && file.rules.iter().zip(&new.rules).enumerate().all(|(rule, (old, new))| {
            let edited = |id| expected.get(&(rule, id)).copied();
            old.title_hint == new.title_hint
                && old.own_texts().len() == new.own_texts().len()
                && old.text_ids().zip(old.own_texts().iter().zip(new.own_texts())).all(|(id, (old, new))| match edited(
                    id,
                ) {
                    Some(value) => is_edited(old, new, value),
                    None => is_same(old, new),
                })
                && keeps_comments(old, new, edited)
        })
}

/// Whether the comments of a rule are those of before, with these edits. One that is emptied goes away.
fn keeps_comments<'a>(old: &'a RuleText, new: &RuleText, edited: impl Fn(TextId) -> Option<&'a str>) -> bool {
    let wanted = old.comments().iter().map(|comment| edited(comment.text).unwrap_or_else(|| old.text(comment.text)));
    let read = new.comments().iter().map(|comment| new.text(comment.text));
    wanted.filter(|comment| !comment.trim().is_empty()).eq(read)
}

/// Whether `text` reads as the file does, comments aside.
pub(super) fn changes_only_comments(file: &RuleFile, text: &str) -> bool {
    let syntax = Syntax::of(file.format);
    let (Loaded::Rules(new) | Loaded::Sigma(new)) = read_text(file.path.clone(), text.to_owned(), syntax, None) else {
        return false;
    };
    let is_same_rule = |old: &RuleText, new: &RuleText| {
        old.own_texts().len() == new.own_texts().len()
            && old.own_texts().iter().zip(new.own_texts()).all(|(old, new)| is_same(old, new))
    };
    new.format == file.format
        && keeps_the_rest(file, &[], text)
        && new.rules.len() == file.rules.len()
        && file.rules.iter().zip(&new.rules).all(|(old, new)| is_same_rule(old, new))
}

/// Whether what stands outside of the rules is the same: only formats with such parts are read again as a whole.
fn keeps_the_rest(file: &RuleFile, changes: &[Change<'_>], text: &str) -> bool {
    match file.format {
        Format::SentinelYaml | Format::DefenderYaml | Format::SigmaYaml | Format::Kql | Format::Markdown => {
            return true;
        }
        Format::DefenderJson | Format::ArmJson | Format::ArmYaml => {}
    }
    let syntax = Syntax::of(file.format);
    let (Ok(old), Ok(new)) = (documents(&file.text, syntax), documents(text, syntax)) else { return false };
    let is_changed = |old: &Text| changes.iter().any(|change| change.old.token == old.token);
    let is_same_node = |old: &Node, new: &Node| match (old, new) {
        (Node::Scalar(old), Node::Scalar(new)) => is_same(old, new) || is_changed(old),
        (Node::Sequence(old), Node::Sequence(new)) => old == new,
        (Node::Mapping(old), Node::Mapping(new)) => old == new,
        (Node::Alias(old), Node::Alias(new)) => old == new,
        (Node::Scalar(_) | Node::Sequence(_) | Node::Mapping(_) | Node::Alias(_), _) => false,
    };
    old.len() == new.len()
        && old.iter().zip(&new).all(|(old, new)| {
            old.nodes.len() == new.nodes.len()
                && old.nodes.iter().zip(&new.nodes).all(|(old, new)| is_same_node(old, new))
        })
}

fn is_same(old: &Text, new: &Text) -> bool {
    old.value == new.value && old.role == new.role && old.depth == new.depth && old.is_string == new.is_string
}

fn is_edited(old: &Text, new: &Text, value: &str) -> bool {
    let keeps_type = new.is_string || !old.is_string;
    new.value == value && old.role == new.role && old.depth == new.depth && keeps_type
}
