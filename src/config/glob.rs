//! Patterns for paths: `*` stays inside a folder, `**` does not, `{a,b}` is a choice.
//!
//! A pattern without a slash (`*.kql`) is about file names anywhere below the folder of its configuration file.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A pattern that stands in a file of `folder`, as one for absolute paths.
pub(super) fn absolute(folder: &Path, pattern: &str) -> String {
    if Path::new(pattern).is_absolute() {
        return pattern.to_owned();
    }
    let folder = globset::escape(&folder.display().to_string());
    let folder = folder.trim_end_matches('/');
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let anywhere = if pattern.contains('/') { "" } else { "**/" };
    format!("{folder}/{anywhere}{pattern}")
}

/// Why a pattern can't be used, if so.
pub(super) fn problem(pattern: &str) -> Option<String> {
    builder(pattern).build().err().map(|error| error.kind().to_string())
}

/// Patterns, of which one has to match.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(GlobSet);

impl Patterns {
    /// Compiles absolute patterns. Those that can't be used are left out: they were reported where they stand.
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a String>) -> Self {
        let mut set = GlobSetBuilder::new();
        for glob in patterns.into_iter().filter_map(|pattern| builder(pattern).build().ok()) {
            set.add(glob);
        }
        Self(set.build().unwrap_or_default())
    }

    /// Whether an absolute path matches.
    pub(super) fn matches(&self, path: &Path) -> bool {
        self.0.is_match(path)
    }
}

fn builder(pattern: &str) -> GlobBuilder<'_> {
    let mut builder = GlobBuilder::new(pattern);
    builder.literal_separator(true);
    builder
}

#[cfg(test)]
mod tests {
    use super::{Patterns, absolute};
    use std::path::Path;

    fn matches(pattern: &str, path: &str) -> bool {
        Patterns::new([&absolute(Path::new("/rules [v1]"), pattern)]).matches(Path::new(path))
    }

    #[test]
    fn patterns_are_relative_to_the_folder_of_their_file() {
        assert!(matches("Hunting/**", "/rules [v1]/Hunting/deep/a.kql"));
        assert!(matches("./Hunting/*.{yaml,kql}", "/rules [v1]/Hunting/a.yaml"));
        assert!(matches("*.kql", "/rules [v1]/Hunting/deep/a.kql"));
        assert!(!matches("Hunting/*.kql", "/rules [v1]/Hunting/deep/a.kql"));
        assert!(!matches("Hunting/**", "/rules [v1]/Detections/Hunting.kql"));
        assert!(!matches("*.kql", "/elsewhere/a.kql"));
    }
}
