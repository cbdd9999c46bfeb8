//! What one configuration file says, as types.
//!
//! An absent key is absent here too, so that a file and the one that it extends can be laid over each other. Paths
//! and patterns are made absolute when the file is read: after that, nobody has to know where they stood.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Date, glob};
use crate::diagnostic::Severity;
use crate::emit::{Mode, Target, Unmapped};
use crate::rule::RuleKind;

/// The file itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConfigFile {
    /// Another configuration file, which this one is laid over.
    pub extend: Option<PathBuf>,
    /// Patterns of the files to take when a folder is walked.
    pub include: Option<Vec<String>>,
    /// Lowest severity that makes the exit code 1.
    pub fail_on: Option<FailOn>,
    /// Files that describe tables.
    pub schema: Option<Vec<PathBuf>>,
    /// Whether a suppression has to say why.
    pub require_suppression_reason: Option<bool>,
    /// Other programs whose suppression comments are honoured.
    pub compat: Option<Vec<Compat>>,
    /// `[lint]`
    pub lint: LintTable,
    /// `[convert]`
    pub convert: ConvertTable,
    /// `[[ignore]]`, in the order of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreEntry>,
    /// `[[target]]`, in the order of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<TargetEntry>,
}

/// `[lint]`: which lint rules run, where, and how much they matter. Lint rules are named by codes, prefixes and names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LintTable {
    /// Lint rules to run; absent means all that are on by default.
    pub select: Option<Vec<String>>,
    /// Lint rules to run beside those.
    pub extend_select: Option<Vec<String>>,
    /// Lint rules not to run.
    pub ignore: Option<Vec<String>>,
    /// Lint rules whose fixes are not offered.
    pub unfixable: Option<Vec<String>>,
    /// Severities that replace the built-in ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub severity: BTreeMap<String, Severity>,
    /// Patterns of files, and the lint rules that do not run on them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub per_file_ignores: BTreeMap<String, Vec<String>>,
}

/// `[[ignore]]`: findings on one detection rule that are left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IgnoreEntry {
    /// The id of the detection rule.
    pub rule_id: String,
    /// The lint rules.
    pub codes: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which this holds.
    pub until: Option<Date>,
}

/// `[[target]]`: what the rules of some files are for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TargetEntry {
    /// Patterns of the files.
    pub paths: Vec<String>,
    /// The kind of their rules.
    pub kind: Option<RuleKind>,
    /// The column that holds the time of a row.
    pub time_column: Option<String>,
}

/// `[convert]`: what `kqlift convert` does unless its options say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConvertTable {
    /// Languages to convert to.
    pub to: Option<Vec<Target>>,
    /// What to prefer where the exact form is not what rule authors write.
    pub mode: Option<Mode>,
    /// What to do with a column that the target lacks.
    pub unmapped: Option<Unmapped>,
    /// Files with mappings, which come before the built-in ones.
    pub maps: Option<Vec<PathBuf>>,
    /// Values of placeholders in Sigma rules, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub placeholders: BTreeMap<String, Vec<String>>,
}

/// Severities that make the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Errors and warnings.
    #[default]
    Warning,
    /// Anything.
    Info,
    /// Nothing.
    Never,
}

impl FailOn {
    /// Every level, the strictest last but one.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Never];

    /// The word in the configuration and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Never => "never",
        }
    }

    /// Whether a finding of this severity makes the exit code 1.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => true,
            Self::Never => false,
        }
    }
}

/// Another program whose suppression comments are honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compat {
    /// `// kql-guard:disable KQL006`
    KqlGuard,
}

impl Compat {
    /// Every program.
    pub const ALL: [Self; 1] = [Self::KqlGuard];

    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KqlGuard => "kql-guard",
        }
    }
}

impl ConfigFile {
    /// With every path and pattern made absolute, for a file that stands in `folder`.
    pub(super) fn based_on(mut self, folder: &Path) -> Self {
        let path = |path: &mut PathBuf| *path = super::absolute(&folder.join(&*path));
        let pattern = |pattern: &mut String| *pattern = glob::absolute(folder, pattern);
        self.extend.iter_mut().for_each(path);
        self.schema.iter_mut().chain(&mut self.convert.maps).flatten().for_each(path);
        self.include.iter_mut().flatten().for_each(pattern);
        self.target.iter_mut().flat_map(|entry| &mut entry.paths).for_each(pattern);
        self.lint.per_file_ignores = std::mem::take(&mut self.lint.per_file_ignores)
            .into_iter()
            .map(|(pattern, codes)| (glob::absolute(folder, &pattern), codes))
            .collect();
        self
    }

    /// Laid over another file: single values and lists replace those below, tables are merged key by key, and entries
    /// of `[[ignore]]` and `[[target]]` come before those below.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            extend: self.extend,
            include: self.include.or(below.include),
            fail_on: self.fail_on.or(below.fail_on),
            schema: self.schema.or(below.schema),
            require_suppression_reason: self.require_suppression_reason.or(below.require_suppression_reason),
            compat: self.compat.or(below.compat),
            lint: self.lint.over(below.lint),
            convert: self.convert.over(below.convert),
            ignore: [self.ignore, below.ignore].concat(),
            target: [self.target, below.target].concat(),
        }
    }
}

impl LintTable {
    fn over(self, below: Self) -> Self {
        let mut severity = below.severity;
        severity.extend(self.severity);
        let mut per_file_ignores = below.per_file_ignores;
        per_file_ignores.extend(self.per_file_ignores);
        // A file that adds to the selection adds to what it extends.
        let extend_select = match (below.extend_select, self.extend_select) {
            (Some(below), Some(own)) => Some([below, own].concat()),
            (below, own) => own.or(below),
        };
        Self {
            select: self.select.or(below.select),
            extend_select,
            ignore: self.ignore.or(below.ignore),
            unfixable: self.unfixable.or(below.unfixable),
            severity,
            per_file_ignores,
        }
    }
}

impl ConvertTable {
    fn over(self, below: Self) -> Self {
        let mut placeholders = below.placeholders;
        placeholders.extend(self.placeholders);
        Self {
            to: self.to.or(below.to),
            mode: self.mode.or(below.mode),
            unmapped: self.unmapped.or(below.unmapped),
            maps: self.maps.or(below.maps),
            placeholders,
        }
    }
}
