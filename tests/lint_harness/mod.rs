//! Reads, parses, analyses and lints a text as the command line does, for the tests that look at findings.
#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses a part")]

use std::path::Path;

use kqlift::analyze::analyze;
use kqlift::config::Date;
use kqlift::diagnostic::{Diagnostic, Edit, Fix};
use kqlift::lint::{Input, Rule, SigmaInput, check, check_sigma};
use kqlift::parse::parse;
use kqlift::schema::Schema;
use kqlift::sigma::Neighbours;
use kqlift::sigma::outline::{Outline, Setting};
use kqlift::source::{Loaded, RuleFile, RuleText, apply, read};
use kqlift::suppress::{Options, Outcome, apply as apply_comments};

/// The day of the tests.
pub(crate) const TODAY: &str = "2026-06-15";

/// What some lint rules say about a file after its comments were heard, where comments need a reason.
pub(crate) fn outcome(file: &RuleFile, selected: &dyn Fn(&Rule) -> bool) -> Outcome {
    let mut neighbours = Neighbours::new(true);
    neighbours.add(&file.path, &file.text);
    outcome_among(file, &neighbours, selected)
}

/// The same for a file among others with Sigma rules.
pub(crate) fn outcome_among(file: &RuleFile, neighbours: &Neighbours, selected: &dyn Fn(&Rule) -> bool) -> Outcome {
    let options = Options { today: Date::parse(TODAY), requires_reason: true, compat_kql_guard: true };
    let found = file.rules.iter().enumerate();
    let found = found.flat_map(|(index, rule)| {
        let found = sigma_findings(file, rule, neighbours, selected).unwrap_or_else(|| findings(rule, selected));
        found.into_iter().map(move |finding| (index, finding))
    });
    apply_comments(file, found.collect(), selected, options)
}

/// The findings of some lint rules on a Sigma rule, if it is one, whatever its comments say.
pub(crate) fn sigma_findings(
    file: &RuleFile,
    rule: &RuleText,
    neighbours: &Neighbours,
    selected: impl Fn(&Rule) -> bool,
) -> Option<Vec<Diagnostic>> {
    let setting = Setting::new(&file.path, &file.text, neighbours, Date::parse(TODAY));
    let texts = |id| rule.text(id);
    let outline = Outline::new(rule.tree()?, &texts, setting);
    Some(check_sigma(&SigmaInput { outline: &outline, metadata: &rule.metadata, texts: &texts }, selected))
}

/// The findings of some lint rules on one KQL rule, whatever its comments say.
pub(crate) fn findings(rule: &RuleText, selected: impl Fn(&Rule) -> bool) -> Vec<Diagnostic> {
    let schema = Schema::builtin();
    let parsed = parse(rule.query());
    let facts = analyze(&parsed.query, &schema);
    let input = Input {
        text: rule.query(),
        query: &parsed.query,
        errors: &parsed.errors,
        facts: &facts,
        metadata: &rule.metadata,
        kind: rule.kind,
        schema: &schema,
        texts: &|id| rule.text(id),
    };
    check(&input, selected)
}

/// A file with one rule, or with several Sigma rules.
pub(crate) struct Subject {
    pub(crate) file: RuleFile,
    neighbours: Neighbours,
}

impl Subject {
    pub(crate) fn new(path: &Path, text: &str) -> Self {
        match read(path, text.as_bytes().to_vec(), None) {
            Loaded::Rules(file) | Loaded::Sigma(file) => {
                let mut neighbours = Neighbours::new(true);
                neighbours.add(&file.path, &file.text);
                Self { file, neighbours }
            }
            other => panic!("{}: {other:?}", path.display()),
        }
    }

    /// With another Sigma rule beside it, of which only the file name is known.
    pub(crate) fn beside(mut self, path: &str) -> Self {
        self.neighbours.add(path, "logsource:\n");
        self
    }

    /// The findings of the lint rules that run by default and that no comment silences.
    pub(crate) fn findings(&self) -> Vec<Diagnostic> {
        self.selected(&|rule| rule.default_on)
    }

    /// The findings of the lint rules that run by default and of the one with that code.
    pub(crate) fn findings_with(&self, code: &str) -> Vec<Diagnostic> {
        self.selected(&|rule| rule.default_on || rule.code == code)
    }

    /// The same, each with the index of its rule.
    pub(crate) fn indexed_findings(&self) -> Vec<(usize, Diagnostic)> {
        outcome_among(&self.file, &self.neighbours, &|rule| rule.default_on).findings
    }

    /// The findings of all lint rules.
    pub(crate) fn all_findings(&self) -> Vec<Diagnostic> {
        self.selected(&|_| true)
    }

    fn selected(&self, selected: &dyn Fn(&Rule) -> bool) -> Vec<Diagnostic> {
        outcome_among(&self.file, &self.neighbours, selected).findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// The file after some fixes.
    pub(crate) fn with(&self, fixes: impl IntoIterator<Item = Fix>) -> String {
        let edits: Vec<(usize, Edit)> = fixes.into_iter().flat_map(|fix| fix.edits).map(|edit| (0, edit)).collect();
        apply(&self.file, &edits).unwrap_or_else(|refused| panic!("{}: {refused}", self.file.path))
    }
}
