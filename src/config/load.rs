//! Files to settings: the nearest file, what it extends, and so on.

use std::path::{Path, PathBuf};

use super::check::check;
use super::file::ConfigFile;
use super::problem::{ConfigError, Problem};
use super::settings::Settings;

/// Names of the configuration file; in a folder with both, the first counts.
pub const FILE_NAMES: [&str; 2] = ["kqlift.toml", ".kqlift.toml"];

/// The configuration file of a folder: its own, or that of the nearest folder above it.
pub fn find(folder: &Path) -> Option<PathBuf> {
    let candidates = folder.ancestors().flat_map(|folder| FILE_NAMES.map(|name| folder.join(name)));
    candidates.into_iter().find(|path| path.is_file())
}

/// Reads a configuration file and everything that it extends.
///
/// # Errors
/// If a file can't be read, has a mistake, or extends itself.
pub fn load(path: &Path) -> Result<Settings, ConfigError> {
    let path = super::absolute(path);
    let mut chain = vec![path.clone()];
    let file = load_chain(&path, &mut chain)?;
    Ok(Settings::new(Some(path), file))
}

fn load_chain(path: &Path, chain: &mut Vec<PathBuf>) -> Result<ConfigFile, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Io { path: path.to_path_buf(), error })?;
    let invalid = |text: &str, problems| ConfigError::Invalid { path: path.to_path_buf(), text: text.into(), problems };
    let checked = check(&text).map_err(|problems| invalid(&text, problems))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let file = checked.file.based_on(folder);
    let Some(below) = file.extend.clone() else { return Ok(file) };
    if chain.contains(&below) {
        let message = format!("the configuration extends itself: {}", cycle(chain, &below));
        return Err(invalid(&text, vec![Problem::new(checked.extend, message).label("leads back here")]));
    }
    if !below.is_file() {
        let message = format!("there is no file {}", below.display());
        return Err(invalid(&text, vec![Problem::new(checked.extend, message)]));
    }
    chain.push(below.clone());
    Ok(file.over(load_chain(&below, chain)?))
}

/// `a.toml → b.toml → a.toml`
fn cycle(chain: &[PathBuf], again: &Path) -> String {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let from = chain.iter().position(|path| path == again).unwrap_or(0);
    let names: Vec<String> = chain[from..].iter().map(PathBuf::as_path).chain([again]).map(name).collect();
    names.join(" → ")
}
