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
