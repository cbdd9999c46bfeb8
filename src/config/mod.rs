//! Settings of a repository of rules: `kqlift.toml`.
//!
//! The nearest file above a rule file counts, alone; what it wants from others it names with `extend`. A key that is
//! not known is an error with its place, never passed over: a misspelt `ignore` must not look like a clean run.
//! Nothing here looks at the environment or the current folder's name: [`crate::cli`] says which file to read.

mod check;
mod file;
mod glob;
mod json_schema;
mod keys;
mod load;
mod problem;
mod selection;
mod settings;

use std::path::{Component, Path, PathBuf};

pub use crate::date::Date;
pub use file::{Compat, ConfigFile, ConvertTable, FailOn, IgnoreEntry, LintTable, TargetEntry};
pub use json_schema::json_schema;
pub use load::{FILE_NAMES, find, load};
pub use problem::{ConfigError, Problem};
pub use selection::{Selection, UnknownRule, Words, check_selector, names};
pub use settings::Settings;

/// What `kqlift config init` writes: every key with its default, or with an example in a comment.
pub const TEMPLATE: &str = include_str!("template.toml");

/// A path from the root, without `.` and `..`. Links are not followed: a rule that is linked into a folder gets the
/// settings of that folder.
pub fn absolute(path: &Path) -> PathBuf {
    let rooted = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut plain = PathBuf::new();
    for component in rooted.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(component),
        }
    }
    plain
}
