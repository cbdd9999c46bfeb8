//! What `lint` and `baseline` find in a file: lint rules, then comments, then the baseline.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::across::Across;
use super::lint::check_rule;
use super::policy::{Judged, Policy};
use super::timings::Timings;
use super::{Failure, sigma};
use crate::baseline::{Baseline, Entry, entries};
use crate::diagnostic::Diagnostic;
use crate::lint::{self, Rule};
use crate::report::{SuppressedBy, SuppressedDiagnostic};
use crate::schema::Schema;
use crate::sigma::Neighbours;
use crate::sigma::outline::Setting;
use crate::source::{RuleFile, RuleText};
use crate::suppress;

/// What stands and what is left out, each with the index of its rule.
#[derive(Default)]
pub(super) struct Found {
    /// What is reported.
    pub(super) findings: Vec<(usize, Diagnostic)>,
    /// What a comment, the configuration or the baseline leaves out.
    pub(super) suppressed: Vec<SuppressedDiagnostic>,
}

/// Everything that decides what is found in a file.
pub(super) struct Checker<'a> {
    /// What the command line and the configuration say.
    pub(super) policy: Policy<'a>,
    /// Findings that are known already.
    pub(super) baseline: Option<&'a KnownFindings>,
    /// The tables and functions that queries may use.
    pub(super) schema: &'a Schema,
    /// What the rules of the folder say about each other.
    pub(super) across: Option<&'a Across>,
    /// What the Sigma rules of the run are called.
    pub(super) neighbours: &'a Neighbours,
    /// How long each lint rule takes, if that is asked for.
    pub(super) timings: Option<&'a Timings>,
}

impl Checker<'_> {
    /// What is found in a file.
    pub(super) fn find(&self, file: &RuleFile) -> Found {
        let found = self.find_all(file);
        match self.baseline {
            Some(known) => known.filter(file, found),
            None => found,
        }
    }

    /// What is found in a file, known or not. Comments are heard before the configuration, so that one does not make the
    /// other look unused.
    pub(super) fn find_all(&self, file: &RuleFile) -> Found {
        let rules = file.rules.iter().enumerate();
        let findings = rules.flat_map(|(index, rule)| {
            let own = self.check_rule(file, rule);
            let about = self.across.map_or(&[][..], |across| across.about(file, index)).iter().cloned();
            let about = about.filter(|found| lint::find(found.code).is_some_and(|rule| self.policy.selects(rule)));
            own.into_iter().chain(about).map(move |diagnostic| (index, diagnostic)).collect::<Vec<_>>()
        });
        judge(file, findings.collect(), &self.policy)
    }

    fn check_rule(&self, file: &RuleFile, rule: &RuleText) -> Vec<Diagnostic> {
        match rule.tree() {
            Some(tree) => {
                let today = Some(self.policy.today());
                let setting = Setting::new(&file.path, &file.text, self.neighbours, today);
                sigma::check_rule(rule, tree, setting, &self.policy)
            }
            None => check_rule(rule, self),
        }
    }

    /// Number of entries of the baseline about the rules of a file that stand for nothing any more.
    pub(super) fn stale(&self, file: &RuleFile) -> usize {
        self.baseline.map_or(0, |known| known.stale(file, &self.find_all(file)))
    }
}

/// What comments and the configuration say to what lint rules have found in a file.
pub(super) fn judge(file: &RuleFile, findings: Vec<(usize, Diagnostic)>, policy: &Policy<'_>) -> Found {
    let selected = |rule: &Rule| policy.selects(rule);
    let heard = suppress::apply(file, findings, &selected, policy.comments());
    let mut found = Found::default();
    for suppress::Suppressed { rule, diagnostic, reason } in heard.suppressed {
        let reason = (!reason.is_empty()).then_some(reason);
        found.suppressed.push(SuppressedDiagnostic { rule, diagnostic, by: SuppressedBy::Comment, reason });
    }
    for (index, diagnostic) in heard.findings {
        let Some(rule) = file.rules.get(index) else { continue };
        match policy.judge(index, rule, diagnostic) {
            Judged::Kept(diagnostic) => found.findings.push((index, diagnostic)),
            Judged::Suppressed(diagnostic) => found.suppressed.push(diagnostic),
        }
    }
    found
}

/// A baseline and the folder that its paths start from.
pub(super) struct KnownFindings {
    baseline: Baseline,
    root: PathBuf,
}

impl KnownFindings {
    /// Reads a baseline file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
        let baseline =
            Baseline::parse(&text).map_err(|error| Failure(format!("can't read {}: {error}", path.display())))?;
        Ok(Self { baseline, root: root_of(path) })
    }

    /// What it lists.
    pub(super) fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    fn stale(&self, file: &RuleFile, found_now: &Found) -> usize {
        let name = name_below(&self.root, &file.path);
        let found: BTreeSet<Entry> = entries(file, &name, &found_now.findings).into_iter().collect();
        let ids = file.rules.iter().filter_map(|rule| rule.metadata.id.as_ref());
        let names: BTreeSet<String> = ids.map(|id| id.value.to_ascii_lowercase()).chain([name]).collect();
        self.baseline.stale(&found).into_iter().filter(|entry| names.contains(&entry.rule)).count()
    }

    /// Sets aside what is listed.
    fn filter(&self, file: &RuleFile, found: Found) -> Found {
        let entries = entries(file, &name_below(&self.root, &file.path), &found.findings);
        let mut filtered = Found { findings: Vec::new(), suppressed: found.suppressed };
        for ((rule, diagnostic), entry) in found.findings.into_iter().zip(entries) {
            if self.baseline.contains(&entry) {
                let (by, reason) = (SuppressedBy::Configuration, Some("in the baseline".to_owned()));
                filtered.suppressed.push(SuppressedDiagnostic { rule, diagnostic, by, reason });
            } else {
                filtered.findings.push((rule, diagnostic));
            }
        }
        filtered
    }
}

/// The folder of a baseline file.
pub(super) fn root_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf())
}

/// A path as baselines write it: below the folder of the baseline, whatever folder the command runs in.
pub(super) fn name_below(root: &Path, name: &str) -> String {
    let path = std::fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name));
    let below = path.strip_prefix(root).unwrap_or(Path::new(name));
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
