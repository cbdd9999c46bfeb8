//! Settings: a configuration file laid over those that it extends, ready to be asked.

use std::path::{Path, PathBuf};

use super::file::{Compat, ConfigFile, ConvertTable, FailOn, IgnoreEntry};
use super::glob::Patterns;
use super::selection::{Words, most_exact, names};
use crate::diagnostic::Severity;
use crate::rule::RuleKind;

/// What holds for the files of a folder.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The configuration file; absent if there is none.
    pub path: Option<PathBuf>,
    /// What it says together with what it extends; paths and patterns are absolute.
    pub file: ConfigFile,
    include: Option<Patterns>,
    per_file_ignores: Vec<(Patterns, Vec<String>)>,
    targets: Vec<Patterns>,
}

impl Settings {
    /// Settings of a file whose paths and patterns are absolute.
    pub(super) fn new(path: Option<PathBuf>, file: ConfigFile) -> Self {
        let per_file_ignores = &file.lint.per_file_ignores;
        Self {
            path,
            include: file.include.as_ref().map(Patterns::new),
            per_file_ignores: per_file_ignores
                .iter()
                .map(|(pattern, words)| (Patterns::new([pattern]), words.clone()))
                .collect(),
            targets: file.target.iter().map(|entry| Patterns::new(&entry.paths)).collect(),
            file,
        }
    }

    /// Whether a file is taken when its folder is walked. The path is absolute, here and below.
    pub fn includes(&self, path: &Path) -> bool {
        self.include.as_ref().is_none_or(|patterns| patterns.matches(path))
    }

    /// Lowest severity that makes the exit code 1.
    pub fn fail_on(&self) -> FailOn {
        self.file.fail_on.unwrap_or_default()
    }

    /// Files that describe tables.
    pub fn schema(&self) -> &[PathBuf] {
        self.file.schema.as_deref().unwrap_or_default()
    }

    /// Whether a suppression has to say why.
    pub fn requires_suppression_reason(&self) -> bool {
        self.file.require_suppression_reason.unwrap_or(false)
    }

    /// Whether the suppression comments of another program are honoured.
    pub fn honours(&self, program: Compat) -> bool {
        self.file.compat.as_ref().is_some_and(|programs| programs.contains(&program))
    }

    /// Which lint rules the configuration chooses.
    pub fn words(&self) -> Words<'_> {
        let lint = &self.file.lint;
        Words {
            select: lint.select.as_deref(),
            extend_select: lint.extend_select.as_deref().unwrap_or_default(),
            ignore: lint.ignore.as_deref().unwrap_or_default(),
        }
    }

    /// Words for the lint rules that do not run on a file.
    pub fn ignored_for(&self, path: &Path) -> Vec<String> {
        let of_file = self.per_file_ignores.iter().filter(|(patterns, _)| patterns.matches(path));
        of_file.flat_map(|(_, words)| words.iter().cloned()).collect()
    }

    /// The severity that replaces the built-in one of a lint rule.
    pub fn severity(&self, code: &str, name: &str) -> Option<Severity> {
        most_exact(&self.file.lint.severity, code, name)
    }

    /// Whether the fixes of a lint rule are withheld.
    pub fn is_unfixable(&self, code: &str, name: &str) -> bool {
        names(self.file.lint.unfixable.as_deref().unwrap_or_default(), code, name)
    }

    /// The entries of `[[ignore]]` about one detection rule, in the order of the file.
    pub fn ignores_of<'a>(&'a self, rule_id: &str) -> impl Iterator<Item = &'a IgnoreEntry> {
        let rule_id = rule_id.trim().to_ascii_lowercase();
        self.file.ignore.iter().filter(move |entry| entry.rule_id.trim().eq_ignore_ascii_case(&rule_id))
    }

    /// The kind of the rules of a file, if the configuration says so.
    pub fn kind(&self, path: &Path) -> Option<RuleKind> {
        self.target(path).and_then(|index| self.file.target.get(index)?.kind)
    }

    /// The column that holds the time of a row in the rules of a file, if the configuration says so.
    pub fn time_column(&self, path: &Path) -> Option<&str> {
        self.target(path).and_then(|index| self.file.target.get(index)?.time_column.as_deref())
    }

    fn target(&self, path: &Path) -> Option<usize> {
        self.targets.iter().position(|patterns| patterns.matches(path))
    }

    /// What holds, with the defaults of absent keys filled in.
    pub fn resolved(&self) -> ConfigFile {
        let mut file = self.file.clone();
        file.fail_on = Some(self.fail_on());
        file.require_suppression_reason = Some(self.requires_suppression_reason());
        // No `select` is more than `ALL`: it leaves out what is off by default.
        file.lint.ignore.get_or_insert_with(Vec::new);
        file
    }

    /// [`Self::resolved`] as the text of a configuration file.
    pub fn to_toml(&self) -> String {
        // Texts, numbers and tables in the order that TOML wants: serialising them can't fail.
        toml::to_string_pretty(&self.resolved()).unwrap_or_default()
    }

    /// What `kqlift convert` does unless its options say otherwise.
    pub fn convert(&self) -> &ConvertTable {
        &self.file.convert
    }
}
