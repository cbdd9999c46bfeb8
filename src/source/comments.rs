//! YAML comments that speak to kqlift: `severity: High  # kqlift: ignore[…]`.
//!
//! The YAML parser drops comments. One that names kqlift is looked for in the bytes between scalars and becomes a text
//! of the rule, so that a finding can point at it and a fix can edit it like any other text.

use std::ops::Range;

use super::text::{Role, Style, Text};
use super::{EditRefused, RuleFile, RuleText, Runs, edit};
use crate::span::{FileSpan, TextId};

/// What a comment begins with that is meant for kqlift.
const MARKER: &str = "kqlift:";

/// A comment and what it speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileComment {
    /// Its text: the blanks in front of `#`, and the whole line if nothing else stands on it.
    pub text: TextId,
    /// The keys and values on its line, and everything below such a key. On a line of its own: those of the next line.
    pub covers: Vec<TextId>,
}

/// Adds the comments of a YAML file to its rules.
pub(super) fn attach(source: &str, rules: &mut [RuleText]) {
    if !source.contains(MARKER) {
        return;
    }
    let mut contents: Vec<Range<usize>> = rules.iter().flat_map(|rule| &rule.texts).filter_map(content).collect();
    contents.sort_unstable_by_key(|content| content.start);
    for line in lines(source) {
        let Some(comment) = comment(source, &line, &contents) else { continue };
        let owner = rules.iter().rposition(|rule| begins(rule) <= comment.start).unwrap_or(0);
        let Some(rule) = rules.get_mut(owner) else { return };
        let is_alone = comment.start == line.start;
        let target = if is_alone { next_line(source, line.end) } else { line.clone() };
        let covers = covered(rule, &target);
        let id = u32::try_from(rule.texts.len()).unwrap_or(u32::MAX);
        let value = source.get(comment.clone()).unwrap_or("").to_owned();
        let runs = Runs::identity(comment.start, value.len());
        let token = FileSpan::new(comment.start, comment.end);
        let text = Text { role: Role::Comment, ..Text::verbatim(value, runs, token, Style::Comment) };
        rule.texts.push(text);
        rule.comments.push(FileComment { text: TextId(id), covers });
    }
}

/// Where the rule begins in the file.
fn begins(rule: &RuleText) -> usize {
    rule.own_texts()
        .iter()
        .filter(|text| !text.token.is_empty())
        .map(|text| text.token.range().start)
        .min()
        .unwrap_or(0)
}

/// The bytes in which a `#` belongs to a scalar. The header of a block may be followed by a comment.
fn content(text: &Text) -> Option<Range<usize>> {
    let span = match &text.style {
        Style::Block(block) => block.body,
        Style::Plain | Style::Single | Style::Double => text.token,
        Style::JsonString | Style::JsonWord | Style::Whole | Style::Fence(_) | Style::Comment => return None,
    };
    (!span.is_empty()).then(|| span.range())
}

/// Each line with its line end.
fn lines(source: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    source.split_inclusive('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        range
    })
}

/// The comment of a line: with the blanks in front of it, or the whole line.
fn comment(source: &str, line: &Range<usize>, contents: &[Range<usize>]) -> Option<Range<usize>> {
    let text = source.get(line.clone())?;
    let (hash, _) = text.match_indices('#').find(|(at, _)| {
        let is_apart = text[..*at].chars().next_back().is_none_or(char::is_whitespace);
        is_apart && text[at + 1..].trim_start().starts_with(MARKER) && !is_content(line.start + at, contents)
    })?;
    let before = text[..hash].trim_end();
    if before.is_empty() {
        return Some(line.clone());
    }
    let end = text.trim_end_matches(['\n', '\r']).len();
    Some(line.start + before.len()..line.start + end)
}

fn is_content(offset: usize, contents: &[Range<usize>]) -> bool {
    let index = contents.partition_point(|content| content.start <= offset);
    index.checked_sub(1).and_then(|index| contents.get(index)).is_some_and(|content| content.contains(&offset))
}

/// The next line that holds more than a comment.
fn next_line(source: &str, from: usize) -> Range<usize> {
    let rest = source.get(from..).unwrap_or("");
    let says_something = |line: &Range<usize>| {
        let text = rest.get(line.clone()).unwrap_or("").trim_start();
        !text.is_empty() && !text.starts_with('#')
    };
    lines(rest).find(says_something).map_or(from..from, |line| from + line.start..from + line.end)
}

/// The texts that begin on a line, and everything below a key there.
fn covered(rule: &RuleText, line: &Range<usize>) -> Vec<TextId> {
    let texts = rule.own_texts();
    let starts_there = |text: &Text| line.contains(&text.token.range().start);
    let query = texts.first().map_or(0, |query| query.token.range().start);
    let mut covers = Vec::new();
    let mut below = 0;
    for (index, text) in texts.iter().enumerate().skip(1) {
        if text.role == Role::Key && starts_there(text) && index >= below {
            let is_beyond =
                |next: &&Text| next.depth < text.depth || (next.depth == text.depth && next.role != Role::Value);
            let rest = texts.get(index + 1..).unwrap_or(&[]);
            let length = rest.iter().position(|next| is_beyond(&next)).unwrap_or(rest.len());
            below = index + 1 + length;
            let end = texts.get(below).map_or(usize::MAX, |next| next.token.range().start);
            if (text.token.range().start..end).contains(&query) {
                covers.push(TextId::QUERY);
            }
        }
        if index < below || starts_there(text) {
            covers.push(TextId(u32::try_from(index).unwrap_or(u32::MAX)));
        }
    }
    covers
}

/// The text of the file with a comment for each of these texts, `#` left out: behind the line on which the text begins,
/// or on a line above it where the text goes on over lines and would swallow a comment.
///
/// # Errors
/// Refuses files that are no YAML, and comments that would change a value.
pub fn annotate(file: &RuleFile, comments: &[(usize, TextId, String)]) -> Result<String, EditRefused> {
    let mut insertions = Vec::new();
    for (rule, text, comment) in comments {
        let text = file.rules.get(*rule).and_then(|rule| rule.get(*text)).ok_or(EditRefused::NoSuchPlace)?;
        insertions.push(insertion(&file.text, text, comment).ok_or(EditRefused::NoSuchPlace)?);
    }
    insertions.sort_by_key(|(offset, _)| *offset);
    let mut text = String::with_capacity(file.text.len());
    let mut done = 0;
    for (offset, insertion) in insertions {
        text.push_str(file.text.get(done..offset).ok_or(EditRefused::Unprovable)?);
        text.push_str(&insertion);
        done = offset;
    }
    text.push_str(file.text.get(done..).ok_or(EditRefused::Unprovable)?);
    if edit::changes_only_comments(file, &text) { Ok(text) } else { Err(EditRefused::Unprovable) }
}

fn insertion(source: &str, text: &Text, comment: &str) -> Option<(usize, String)> {
    let start = text.token.range().start;
    let token = source.get(text.token.range())?;
    let line_start = source.get(..start)?.rfind('\n').map_or(0, |end| end + 1);
    match &text.style {
        Style::Plain | Style::Single | Style::Double if token.contains('\n') => {
            let line = source.get(line_start..)?;
            let indent = line.get(..line.len() - line.trim_start_matches(' ').len())?;
            let line_end = if source.contains("\r\n") { "\r\n" } else { "\n" };
            Some((line_start, format!("{indent}# {comment}{line_end}")))
        }
        Style::Plain | Style::Single | Style::Double | Style::Block(_) => {
            let line = source.get(start..)?.split('\n').next()?;
            Some((start + line.trim_end().len(), format!(" # {comment}")))
        }
        Style::JsonString | Style::JsonWord | Style::Whole | Style::Fence(_) | Style::Comment => None,
    }
}
