//! Comments that silence findings, and what is wrong with such comments.
//!
//! ```text
//! | where FileName == "Setup.exe"    // kqlift: ignore[CSE001] the vendor's exact case is the indicator
//! // kqlift: ignore[JON001] until:2027-01-31 waiting for the new parser       <- on its own line: the next stage
//! // kqlift: disable[TRM] … // kqlift: enable[TRM]
//! // kqlift: file-ignore[PRF]
//! severity: High                     # kqlift: ignore[FPX001] tuned elsewhere
//! query: |                           # kqlift: ignore[EVD001] the whole query
//! # kqlift: disable[MET] … # kqlift: enable[MET]
//! ```
//!
//! A comment on a line of its own inside a stage speaks of the next line of code. An expired comment has no effect.
//! Findings about suppressions are not suppressed by comments.

mod add;
mod directive;
mod foreign;
mod hygiene;
mod scope;

pub use add::{Added, add};

use crate::config::Date;
use crate::diagnostic::Diagnostic;
use crate::lint::Rule;
use crate::parse::parse;
use crate::source::{RuleFile, RuleText};
use crate::span::{Place, Span, TextId};
use directive::{Action, Comment, Directive};

/// What has to be known beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The day that `until:` is held against; without it nothing expires.
    pub today: Option<Date>,
    /// Whether each comment has to say why.
    pub requires_reason: bool,
    /// Whether comments for kql-guard count too.
    pub compat_kql_guard: bool,
}

/// A finding that a comment silences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The rule of the file.
    pub rule: usize,
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Why, in the words of the comment; may be empty.
    pub reason: String,
}

/// Findings of a file after its comments were heard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Those that stand, and those about the comments themselves; each with the index of its rule.
    pub findings: Vec<(usize, Diagnostic)>,
    /// Those that are silenced.
    pub suppressed: Vec<Suppressed>,
}

/// Sorts the findings of a file into those that stand and those that its comments silence, and adds findings about the
/// comments. `selected` says which lint rules were run: a comment for another one is not called unused.
pub fn apply(
    file: &RuleFile,
    findings: Vec<(usize, Diagnostic)>,
    selected: &dyn Fn(&Rule) -> bool,
    options: Options,
) -> Outcome {
    let mut directives = directives(file, options);
    if directives.is_empty() {
        return Outcome { findings, suppressed: Vec::new() };
    }
    let mut outcome = Outcome::default();
    for (rule, diagnostic) in findings {
        let subject = Subject::new(file, rule, &diagnostic);
        match silence(&mut directives, subject) {
            Some(reason) => outcome.suppressed.push(Suppressed { rule, diagnostic, reason }),
            None => outcome.findings.push((rule, diagnostic)),
        }
    }
    outcome.findings.extend(hygiene::findings(file, &directives, selected, options));
    outcome.findings.sort_by_key(|(rule, finding)| (*rule, finding.place, finding.code));
    outcome
}

/// A directive and what it reaches.
struct Heard {
    directive: Directive,
    reach: Reach,
    /// For each selector, whether it silenced something; one entry for a directive without any.
    used: Vec<bool>,
    is_expired: bool,
}

/// What a directive reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    /// Findings that begin in a range of the query.
    Range(Span),
    /// Findings in the query from a place on, up to the next directive of the kind about the same lint rule.
    From(u32),
    /// The same in the file, whatever rule and text they are in.
    FileFrom(u32),
    /// Findings in these texts.
    Texts(Vec<TextId>),
    /// Every finding in the file.
    File,
    /// Nothing: the directive is not understood.
    Nothing,
}

impl Heard {
    fn new(directive: Directive, reach: Reach, options: Options) -> Self {
        let used = vec![false; directive.selectors.as_ref().map_or(1, Vec::len)];
        let is_expired = directive.is_expired(options.today);
        Self { directive, reach, used, is_expired }
    }

    fn reaches(&self, subject: Subject<'_>) -> bool {
        let place = subject.finding.place;
        let is_in_query = place.text == TextId::QUERY;
        let is_same_rule = subject.rule == self.directive.rule;
        match &self.reach {
            Reach::Range(span) => {
                is_same_rule && is_in_query && (span.start..=span.end).contains(&place.span.start) && !span.is_empty()
            }
            Reach::From(start) => is_same_rule && is_in_query && *start <= place.span.start,
            Reach::FileFrom(start) => *start <= subject.offset,
            Reach::Texts(texts) => is_same_rule && texts.contains(&place.text),
            Reach::File => true,
            Reach::Nothing => false,
        }
    }

    fn mark(&mut self, code: &str, name: &str) {
        match &self.directive.selectors {
            Some(selectors) => {
                for (selector, used) in selectors.iter().zip(&mut self.used) {
                    *used |= selector.means(code, name);
                }
            }
            None => self.used.fill(true),
        }
    }
}

/// A finding that may be silenced.
#[derive(Debug, Clone, Copy)]
struct Subject<'f> {
    rule: usize,
    finding: &'f Diagnostic,
    /// Where it begins in the file.
    offset: u32,
}

impl<'f> Subject<'f> {
    fn new(file: &RuleFile, rule: usize, finding: &'f Diagnostic) -> Self {
        Self { rule, finding, offset: offset(file, rule, finding.place) }
    }
}

/// Where a place begins in the file.
fn offset(file: &RuleFile, rule: usize, place: Place) -> u32 {
    file.rules.get(rule).map_or(0, |rule| rule.file_span(place).start)
}

/// Why a finding is silenced, if it is. Every directive that would do it counts as used.
fn silence(directives: &mut [Heard], subject: Subject<'_>) -> Option<String> {
    let (code, name) = (subject.finding.code, subject.finding.name);
    let speaks = |heard: &Heard| !heard.is_expired && heard.reaches(subject) && heard.directive.means(code, name);
    let is_switch = |heard: &Heard| matches!(heard.directive.action, Some(Action::Disable | Action::Enable));
    let last_switch = directives.iter().rposition(|heard| is_switch(heard) && speaks(heard));
    let mut reason = None;
    for (index, heard) in directives.iter_mut().enumerate() {
        let silences = match heard.directive.action {
            Some(Action::Disable) => last_switch == Some(index),
            Some(Action::Ignore | Action::IgnoreNextLine | Action::FileIgnore) => speaks(heard),
            Some(Action::Enable) | None => false,
        };
        if silences {
            heard.mark(code, name);
            reason.get_or_insert_with(|| heard.directive.reason.clone());
        }
    }
    reason
}

/// Every directive of a file in order of position.
fn directives(file: &RuleFile, options: Options) -> Vec<Heard> {
    let mut heard = Vec::new();
    for (rule, text) in file.rules.iter().enumerate() {
        in_query(rule, text, options, &mut heard);
        for comment in text.comments() {
            let value = text.text(comment.text);
            let start = value.find('#').unwrap_or(0);
            let span = Span::new(start, value.trim_end().len());
            let place = Comment { rule, id: comment.text, text: value, span };
            let Some(directive) = directive::read(place, false) else { continue };
            let reach = match directive.action {
                Some(Action::Ignore) => Reach::Texts(comment.covers.clone()),
                Some(Action::FileIgnore) => Reach::File,
                Some(Action::Disable | Action::Enable) => Reach::FileFrom(offset(file, rule, directive.place)),
                Some(Action::IgnoreNextLine) | None => Reach::Nothing,
            };
            heard.push(Heard::new(directive, reach, options));
        }
    }
    heard.sort_by_key(|heard| offset(file, heard.directive.rule, heard.directive.place));
    heard
}

fn in_query(rule: usize, rule_text: &RuleText, options: Options, heard: &mut Vec<Heard>) {
    let text = rule_text.query();
    let is_part = rule_text.metadata.part.is_some();
    let is_spoken_to = text.contains("kqlift:") || (options.compat_kql_guard && text.contains("kql-guard:"));
    if !is_spoken_to {
        return;
    }
    let parsed = parse(text);
    for span in &parsed.query.comments {
        let comment = Comment { rule, id: TextId::QUERY, text, span: *span };
        let Some(directive) = directive::read(comment, options.compat_kql_guard) else { continue };
        let reach = match directive.action {
            Some(Action::Ignore) if directive.is_alone => Reach::Range(scope::next(text, &parsed.query, *span)),
            Some(Action::Ignore) => Reach::Range(scope::line(text, span.start)),
            Some(Action::IgnoreNextLine) => Reach::Range(scope::next_line(text, span.start)),
            // The file was one text before it was divided.
            Some(Action::Disable | Action::Enable) if is_part => {
                Reach::FileFrom(rule_text.file_span(Place::query(*span)).start)
            }
            Some(Action::Disable | Action::Enable) => Reach::From(span.start),
            Some(Action::FileIgnore) => Reach::File,
            None => Reach::Nothing,
        };
        heard.push(Heard::new(directive, reach, options));
    }
}
