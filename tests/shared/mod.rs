//! The shared corpus, where there is one.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::print_stdout,
    reason = "each test binary uses a part, and skipping is said aloud"
)]

use std::path::{Path, PathBuf};

/// A folder of the shared corpus: `KQLIFT_SHARED`, else beside the checkout. Says aloud that a test is skipped.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KQLIFT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: no shared corpus at {}; set KQLIFT_SHARED to its folder", folder.display());
    None
}

/// The objects of a JSON-lines file.
pub(crate) fn json_lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The Sigma rules of the corpus, by path.
pub(crate) fn sigma_rules() -> Option<Vec<(String, String)>> {
    let folder = folder("corpus/sigma")?;
    let mut found = Vec::new();
    files(&folder, &mut found);
    found.sort();
    let text = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).unwrap_or(path).display().to_string();
        (name, std::fs::read_to_string(path).unwrap_or_default())
    };
    Some(found.iter().map(text).collect())
}

/// The YAML files of a folder and those within.
pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}
