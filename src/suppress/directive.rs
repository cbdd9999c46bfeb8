//! What a comment says: `kqlift: ignore[CODE, name, FAMILY] until:DATE reason`.

use crate::config::Date;
use crate::lint::Rule;
use crate::span::{Place, Span, TextId};

use super::foreign;

/// What a comment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Action {
    /// This line, or the next stage.
    Ignore,
    /// The next line: only other programs have it.
    IgnoreNextLine,
    /// From here on.
    Disable,
    /// No longer.
    Enable,
    /// The whole file.
    FileIgnore,
}

impl Action {
    const WORDS: &[(&str, Self)] = &[
        ("ignore", Self::Ignore),
        ("disable", Self::Disable),
        ("enable", Self::Enable),
        ("file-ignore", Self::FileIgnore),
    ];

    fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(name, _)| *name == word).map(|(_, action)| *action)
    }
}

/// A code, a name or the first letters of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selector {
    /// As written, or what it stands for.
    pub(super) word: String,
    /// Where it stands.
    pub(super) span: Span,
}

impl Selector {
    /// Whether it means a lint rule.
    pub(super) fn means(&self, code: &str, name: &str) -> bool {
        let upper = self.word.to_ascii_uppercase();
        !upper.is_empty() && (code.starts_with(&upper) || name == self.word)
    }

    /// Whether it means some rule of a list.
    pub(super) fn means_any<'r>(&self, mut rules: impl Iterator<Item = &'r Rule>) -> bool {
        rules.any(|rule| self.means(rule.code, rule.name))
    }
}

/// The date behind `until:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Until {
    /// The date; absent if it is none.
    pub(super) date: Option<Date>,
    /// Where it stands.
    pub(super) span: Span,
}

/// One suppression, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    /// The rule of the file in which it stands.
    pub(super) rule: usize,
    /// What it asks for; absent if the word is not known.
    pub(super) action: Option<Action>,
    /// The word.
    pub(super) word: Span,
    /// For what; absent if it names nothing and means everything.
    pub(super) selectors: Option<Vec<Selector>>,
    /// Why.
    pub(super) reason: String,
    /// Up to and including which day.
    pub(super) until: Option<Until>,
    /// The comment.
    pub(super) place: Place,
    /// What to delete together with it: the blanks in front of it, or its line.
    pub(super) removal: Span,
    /// Whether nothing else stands on its line.
    pub(super) is_alone: bool,
    /// Whether it is written for another program, so that nothing about it is reported.
    pub(super) is_foreign: bool,
}

impl Directive {
    /// Whether it speaks of a lint rule. What names nothing speaks of all, but of those about suppressions.
    pub(super) fn means(&self, code: &str, name: &str) -> bool {
        match &self.selectors {
            Some(selectors) => selectors.iter().any(|selector| selector.means(code, name)),
            None => true,
        }
    }

    /// Whether it has an end and that is behind us.
    pub(super) fn is_expired(&self, today: Option<Date>) -> bool {
        self.until.is_some_and(|until| match (until.date, today) {
            (Some(date), Some(today)) => date < today,
            (Some(_), None) => false,
            // A date that can't be read is no licence for ever.
            (None, _) => true,
        })
    }
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'a> {
    /// The rule of the file.
    pub(super) rule: usize,
    /// The text that holds it.
    pub(super) id: TextId,
    /// That text.
    pub(super) text: &'a str,
    /// Its range, from `//` or `#` on.
    pub(super) span: Span,
}

/// Reads a comment; nothing if it is not meant for a linter.
pub(super) fn read(comment: Comment<'_>, compat_kql_guard: bool) -> Option<Directive> {
    own(comment).or_else(|| if compat_kql_guard { foreign::read(comment) } else { None })
}

fn own(comment: Comment<'_>) -> Option<Directive> {
    let body = body(comment, "kqlift:")?;
    let rest = body.slice(comment.text);
    let word_length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
    let start = body.start as usize;
    let word = Span::new(start, start + word_length);
    let (selectors, tail) = selectors(comment.text, Span::new(start + word_length, body.end as usize));
    let (until, reason) = until(comment.text, tail);
    let mut directive = bare(comment, Action::parse(word.slice(comment.text)));
    directive.word = word;
    directive.selectors = selectors;
    directive.until = until;
    directive.reason = reason;
    Some(directive)
}

/// What follows a marker at the start of a comment, or of a comment within the comment.
pub(super) fn body(comment: Comment<'_>, marker: &str) -> Option<Span> {
    let text = comment.span.slice(comment.text);
    let sign = if text.starts_with('#') { "#" } else { "//" };
    let (at, _) = text.match_indices(marker).find(|(at, _)| text[..*at].trim_end().ends_with(sign))?;
    let rest = &text[at + marker.len()..];
    let start = comment.span.start as usize + at + marker.len() + (rest.len() - rest.trim_start().len());
    Some(Span::new(start, start + rest.trim().len()))
}

/// A directive that says nothing yet, at the place of a comment.
pub(super) fn bare(comment: Comment<'_>, action: Option<Action>) -> Directive {
    let Comment { rule, id, text, span } = comment;
    let before = text.get(..span.start as usize).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let is_alone = before[line_start..].trim().is_empty() && (id == TextId::QUERY || text.ends_with('\n'));
    let end = span.end as usize;
    let removal = if is_alone {
        let rest = text.get(end..).unwrap_or("");
        let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        Span::new(line_start, end + line_end)
    } else {
        Span::new(before.trim_end_matches([' ', '\t']).len(), end)
    };
    Directive {
        rule,
        action,
        word: span,
        selectors: None,
        reason: String::new(),
        until: None,
        place: Place { text: id, span },
        removal,
        is_alone,
        is_foreign: false,
    }
}

/// The words in brackets, and what follows. Brackets without a word are as good as none.
fn selectors(text: &str, span: Span) -> (Option<Vec<Selector>>, Span) {
    let rest = span.slice(text);
    let Some((inner, _)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else { return (None, span) };
    let start = span.start as usize + 1;
    let tail = Span::new(start + inner.len() + 1, span.end as usize);
    let found = words(inner, start, &[',']);
    (if found.is_empty() { None } else { Some(found) }, tail)
}

/// The words of a list whose first byte is `start`.
pub(super) fn words(list: &str, start: usize, separators: &[char]) -> Vec<Selector> {
    let mut found = Vec::new();
    let mut at = start;
    for part in list.split(separators) {
        let word = part.trim();
        let first = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        if !word.is_empty() {
            found.push(Selector { word: word.to_owned(), span: Span::new(first, first + word.len()) });
        }
    }
    found
}

/// The date behind `until:`, and the words without it.
fn until(text: &str, span: Span) -> (Option<Until>, String) {
    const MARKER: &str = "until:";

    let mut until = None;
    let mut reason: Vec<&str> = Vec::new();
    for word in words(span.slice(text), span.start as usize, &[' ', '\t']) {
        match word.span.slice(text).strip_prefix(MARKER) {
            Some(date) => {
                let span = Span { start: word.span.end - Span::new(0, date.len()).end, end: word.span.end };
                until = Some(Until { date: Date::parse(date), span });
            }
            None => reason.push(word.span.slice(text)),
        }
    }
    (until, reason.join(" "))
}
