//! Which configuration file holds for which file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::Shared;
use super::{Failure, output};
use crate::config::{self, ConfigError, Settings};
use crate::report::{self, FileReport, Finding};
use crate::source::LineIndex;

/// Settings by folder. Each configuration file is read once, whatever the number of its folders.
pub(super) struct Configurations {
    /// What holds everywhere: the file that was named, or nothing at all.
    everywhere: Option<Arc<Settings>>,
    by_folder: BTreeMap<PathBuf, Arc<Settings>>,
    by_file: BTreeMap<PathBuf, Arc<Settings>>,
    /// For folders without a configuration file.
    default: Arc<Settings>,
}

impl Configurations {
    /// Reads the file that was named, if any.
    pub(super) fn new(shared: &Shared) -> Result<Self, Failure> {
        let default = Arc::new(Settings::default());
        let everywhere = match &shared.config {
            _ if shared.isolated => Some(Arc::clone(&default)),
            Some(path) => Some(Arc::new(config::load(path).map_err(|error| failure(&error))?)),
            None => None,
        };
        Ok(Self { everywhere, by_folder: BTreeMap::new(), by_file: BTreeMap::new(), default })
    }

    /// The settings for the files of a folder, given by its absolute path.
    pub(super) fn of_folder(&mut self, folder: &Path) -> Result<Arc<Settings>, Failure> {
        if let Some(settings) = self.everywhere.as_ref().or_else(|| self.by_folder.get(folder)) {
            return Ok(Arc::clone(settings));
        }
        let settings = match config::find(folder) {
            Some(path) => self.of_configuration(path)?,
            None => Arc::clone(&self.default),
        };
        self.by_folder.insert(folder.to_path_buf(), Arc::clone(&settings));
        Ok(settings)
    }

    fn of_configuration(&mut self, path: PathBuf) -> Result<Arc<Settings>, Failure> {
        if let Some(settings) = self.by_file.get(&path) {
            return Ok(Arc::clone(settings));
        }
        let settings = Arc::new(config::load(&path).map_err(|error| failure(&error))?);
        self.by_file.insert(path, Arc::clone(&settings));
        Ok(settings)
    }
}

/// What is wrong with the configuration, drawn as findings are.
fn failure(error: &ConfigError) -> Failure {
    match error {
        ConfigError::Io { path, error } => Failure::io("read", path, error),
        ConfigError::Invalid { path, text, problems } => {
            let lines = LineIndex::new(text);
            let findings = problems
                .iter()
                .map(|problem| Finding {
                    label: problem.label.clone(),
                    help: problem.help.clone(),
                    ..Finding::at(&lines, "CONFIG", "invalid-configuration", problem.place, problem.message.clone())
                })
                .collect();
            let path = shown(path);
            let title = format!("the configuration {path} can't be used");
            let report = FileReport { path, text: text.clone(), rules: 0, findings, suppressed: Vec::new(), fixed: 0 };
            let drawn = report::draw(&[report], output::for_complaints());
            Failure(format!("{title}\n\n{}", drawn.trim_end()))
        }
    }
}

/// A path as it would be typed: below the current folder, without that.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// Settings as a configuration file, with where they come from.
pub(super) fn describe(settings: &Settings) -> String {
    let origin = match &settings.path {
        Some(path) => format!("# from {}", shown(path)),
        None => "# no kqlift.toml: the defaults".to_owned(),
    };
    format!("{origin}\n{}", settings.to_toml())
}
