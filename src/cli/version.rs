//! `kqlift version`

use super::arguments::{VersionArguments, VersionFormat};
use super::{CommandResult, Exit, output};
use crate::emit::Target;
use crate::lint;

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn run(arguments: &VersionArguments) -> CommandResult {
    let text = match arguments.format {
        VersionFormat::Text => format!("kqlift {VERSION}\n"),
        VersionFormat::Json => json(),
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

/// What scripts ask before they use something: the number, and what there is.
fn json() -> String {
    let value = serde_json::json!({
        "name": "kqlift",
        "version": VERSION,
        "lint_rules": lint::rules().len(),
        "targets": Target::ALL.map(Target::as_str),
    });
    // Strings and numbers only: serialising them can't fail.
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}
