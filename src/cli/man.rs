//! `kqlift man`

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::arguments::{Arguments, ManArguments};
use super::{CommandResult, Exit, Failure, output};

pub(super) fn run(arguments: &ManArguments) -> CommandResult {
    let command = Arguments::command();
    match &arguments.output {
        Some(folder) => write_all(command, folder)?,
        None => output::print(&page(command)?)?,
    }
    Ok(Exit::Clean)
}

fn page(command: clap::Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let failure = |error| Failure(format!("can't write the manual page: {error}"));
    Man::new(command).render(&mut text).map_err(failure)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// `kqlift.1`, `kqlift-lint.1`, …
fn write_all(command: clap::Command, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("make the folder", folder, &error))?;
    clap_mangen::generate_to(command, folder).map_err(|error| Failure::io("write to", folder, &error))
}
