//! Comments for findings that stand, so that only new ones are reported from now on.

use std::collections::BTreeSet;

use super::scope;
use crate::diagnostic::{Diagnostic, Edit};
use crate::source::{RuleFile, annotate, apply, reread};
use crate::span::{Place, Span, TextId};

/// A file with comments for its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The file with the comments.
    pub file: RuleFile,
    /// How many findings they silence.
    pub silenced: usize,
    /// Findings that are left: JSON has no comments, some lines can't take one.
    pub remaining: Vec<(usize, Diagnostic)>,
}

/// Adds comments for all findings of a file, those about comments aside. `check` gives what is found after comments were
/// heard. A comment counts only if nothing but the silenced findings is different afterwards.
pub fn add(file: &RuleFile, check: &dyn Fn(&RuleFile) -> Vec<(usize, Diagnostic)>, reason: &str) -> Added {
    let found = check(file);
    let before = found.len();
    let mut added = Added { file: file.clone(), silenced: 0, remaining: found };
    // Comments behind a line first; where that does not work (a string over lines), above the stage; for metadata, and
    // for queries that can't take any, in the YAML.
    for form in [Form::BehindLine, Form::AboveStage, Form::Yaml] {
        let keys: Vec<Key> = added.remaining.iter().filter_map(|finding| key(&added.file, finding, form)).collect();
        for key in keys.into_iter().rev().collect::<BTreeSet<_>>().into_iter().rev() {
            added.attempt(&key, form, check, reason);
        }
    }
    added.silenced = before.saturating_sub(added.remaining.len());
    added
}

/// How a comment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    BehindLine,
    AboveStage,
    Yaml,
}

/// Findings that share a comment: the rule, the text, and the line of the query.
type Key = (usize, TextId, u32);

fn key(file: &RuleFile, (rule, finding): &(usize, Diagnostic), form: Form) -> Option<Key> {
    if is_about_comments(finding) {
        return None;
    }
    let text = finding.place.text;
    match (form, text) {
        (Form::BehindLine | Form::AboveStage, TextId::QUERY) => {
            Some((*rule, text, scope::line(file.rules.get(*rule)?.query(), finding.place.span.start).start))
        }
        (Form::Yaml, _) => Some((*rule, text, 0)),
        (Form::BehindLine | Form::AboveStage, _) => None,
    }
}

fn is_about_comments(finding: &Diagnostic) -> bool {
    finding.code.starts_with("SUP")
}

impl Added {
    fn attempt(&mut self, key: &Key, form: Form, check: &dyn Fn(&RuleFile) -> Vec<(usize, Diagnostic)>, reason: &str) {
        let belongs = |finding: &&(usize, Diagnostic)| self::key(&self.file, finding, form).as_ref() == Some(key);
        let codes: BTreeSet<&str> = self.remaining.iter().filter(belongs).map(|(_, finding)| finding.code).collect();
        if codes.is_empty() {
            return;
        }
        let codes: Vec<&str> = codes.into_iter().collect();
        let Some(new) = self.written(key, form, &codes, reason) else { return };
        let found = check(&new);
        let count = |findings: &[(usize, Diagnostic)], wanted: &dyn Fn(&(usize, Diagnostic)) -> bool| {
            findings.iter().filter(|finding| wanted(finding)).count()
        };
        let is_meant = |(rule, finding): &(usize, Diagnostic)| *rule == key.0 && codes.contains(&finding.code);
        let keeps_the_others =
            count(&found, &|finding| !is_meant(finding)) == count(&self.remaining, &|finding| !is_meant(finding));
        if keeps_the_others && count(&found, &is_meant) < count(&self.remaining, &is_meant) {
            self.file = new;
            self.remaining = found;
        }
    }

    fn written(&self, (rule, text, line): &Key, form: Form, codes: &[&str], reason: &str) -> Option<RuleFile> {
        let query = self.file.rules.get(*rule)?.query();
        let line = scope::line(query, *line);
        let new = match form {
            Form::BehindLine => {
                let edit = extended(query, line, codes).unwrap_or_else(|| {
                    let end = line.start as usize + line.slice(query).trim_end().len();
                    insertion(end, format!(" // {}", directive(codes, reason)))
                });
                apply(&self.file, &[(*rule, edit)]).ok()?
            }
            Form::AboveStage => {
                let start = line.start as usize;
                let code = line.slice(query);
                let indent = &code[..code.len() - code.trim_start().len()];
                let edit = insertion(start, format!("{indent}// {}\n", directive(codes, reason)));
                apply(&self.file, &[(*rule, edit)]).ok()?
            }
            Form::Yaml => annotate(&self.file, &[(*rule, *text, directive(codes, reason))]).ok()?,
        };
        reread(&self.file, new)
    }
}

fn directive(codes: &[&str], reason: &str) -> String {
    format!("kqlift: ignore[{}] {reason}", codes.join(", ")).trim_end().to_owned()
}

fn insertion(offset: usize, replacement: String) -> Edit {
    Edit { place: Place::query(Span::at(offset)), replacement }
}

/// More codes in the brackets of a comment that the line has already.
fn extended(query: &str, line: Span, codes: &[&str]) -> Option<Edit> {
    const OPENING: &str = "// kqlift: ignore[";

    let text = line.slice(query);
    let open = text.rfind(OPENING)? + OPENING.len();
    let close = open + text.get(open..)?.find(']')?;
    Some(insertion(line.start as usize + close, format!(", {}", codes.join(", "))))
}
