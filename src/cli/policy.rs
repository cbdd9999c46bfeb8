//! What the command line and the configuration together decide about the findings of one file.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Failure;
use super::arguments::{Choice, Persona};
use super::files::Input;
use crate::config::{Compat, Date, FailOn, IgnoreEntry, Selection, Settings, Words, check_selector, names};
use crate::diagnostic::Diagnostic;
use crate::lint::{Confidence, Rule};
use crate::report::{FileReport, SuppressedBy, SuppressedDiagnostic};
use crate::source::RuleText;
use crate::suppress;

/// Checks the words of the command line; those of the configuration are checked where they are read.
pub(super) fn check_words(arguments: &Choice) -> Result<(), Failure> {
    let words = arguments.select.iter().chain(&arguments.extend_select).chain(&arguments.ignore);
    words.into_iter().try_for_each(|word| check_selector(word)).map_err(|unknown| Failure(unknown.to_string()))
}

/// The decisions for one file.
pub(super) struct Policy<'a> {
    settings: &'a Settings,
    selection: Selection,
    fail_on: FailOn,
    min_confidence: Confidence,
    today: Date,
}

impl<'a> Policy<'a> {
    /// An option of the command line comes before the key of the configuration; `--ignore` and `--extend-select` add.
    pub(super) fn new(arguments: &Choice, fail_on: Option<FailOn>, input: &'a Input) -> Self {
        let settings = &*input.settings;
        let configured = settings.words();
        let ignore = [configured.ignore, &arguments.ignore].concat();
        let everything = ["ALL".to_owned()];
        let words = match arguments.select.as_slice() {
            [] => Words {
                select: match arguments.persona {
                    Some(Persona::Pedantic) => Some(configured.select.unwrap_or(&everything)),
                    Some(Persona::Regular) | None => configured.select,
                },
                extend_select: &[configured.extend_select, &arguments.extend_select].concat(),
                ignore: &ignore,
            },
            select => {
                Words { select: Some(select), extend_select: &arguments.extend_select, ignore: &arguments.ignore }
            }
        };
        let selection = Selection::new(words).without(&settings.ignored_for(&input.absolute));
        let fail_on = fail_on.unwrap_or_else(|| settings.fail_on());
        let today = arguments.today.unwrap_or_else(today);
        let min_confidence = arguments.min_confidence.unwrap_or(Confidence::Low);
        Self { settings, selection, fail_on, min_confidence, today }
    }

    /// How comments in rule files are heard.
    pub(super) fn comments(&self) -> suppress::Options {
        suppress::Options {
            today: Some(self.today),
            requires_reason: self.settings.requires_suppression_reason(),
            compat_kql_guard: self.settings.honours(Compat::KqlGuard),
        }
    }

    /// The day of this run.
    pub(super) fn today(&self) -> Date {
        self.today
    }

    /// Whether a lint rule runs.
    pub(super) fn selects(&self, rule: &Rule) -> bool {
        self.selection.has(rule) && rule.confidence >= self.min_confidence
    }

    /// Whether a finding makes the exit code 1.
    pub(super) fn fails(&self, finding: &crate::report::Finding) -> bool {
        self.fail_on.fails(finding.severity)
    }

    /// A finding with the severity that it has here, and without a fix where that is not wanted; or the entry of the
    /// configuration that leaves it out.
    pub(super) fn judge(&self, index: usize, rule: &RuleText, mut diagnostic: Diagnostic) -> Judged {
        let (code, name) = (diagnostic.code, diagnostic.name);
        if let Some(severity) = self.settings.severity(code, name) {
            diagnostic.severity = severity;
        }
        if self.settings.is_unfixable(code, name) {
            diagnostic.fix = None;
        }
        let Some(entry) = self.ignore_entry(rule, &diagnostic) else { return Judged::Kept(diagnostic) };
        if let Some(until) = entry.until.filter(|until| *until < self.today) {
            diagnostic.notes.push(format!("the `[[ignore]]` entry for this rule ended on {until}"));
            return Judged::Kept(diagnostic);
        }
        let (by, reason) = (SuppressedBy::Configuration, entry.reason.clone());
        Judged::Suppressed(SuppressedDiagnostic { rule: index, diagnostic, by, reason })
    }

    /// The report of a file that can't be read, with the severity that this has here; empty where nobody wants to know.
    pub(super) fn judge_file(&self, mut report: FileReport) -> FileReport {
        let is_wanted = |code: &str| crate::lint::find(code).is_none_or(|rule| self.selects(rule));
        report.findings.retain(|finding| is_wanted(finding.code));
        for finding in &mut report.findings {
            if let Some(severity) = self.settings.severity(finding.code, finding.name) {
                finding.severity = severity;
            }
        }
        report
    }

    /// Of several entries, the one that holds longest.
    fn ignore_entry(&self, rule: &RuleText, diagnostic: &Diagnostic) -> Option<&'a IgnoreEntry> {
        let id = rule.metadata.id.as_ref()?;
        let entries = self.settings.ignores_of(&id.value);
        let about = entries.filter(|entry| names(&entry.codes, diagnostic.code, diagnostic.name));
        about.max_by_key(|entry| (entry.until.is_none(), entry.until))
    }
}

/// What became of a finding.
pub(super) enum Judged {
    /// It is reported.
    Kept(Diagnostic),
    /// It is left out.
    Suppressed(SuppressedDiagnostic),
}

/// The day of this run, in UTC. `SOURCE_DATE_EPOCH` sets it, for runs that have to come out the same on every day.
fn today() -> Date {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).as_ref().map(Duration::as_secs).unwrap_or_default();
    let days = fixed.unwrap_or_else(now) / 86_400;
    Date::from_days_since_1970(u32::try_from(days).unwrap_or(u32::MAX))
}
