//! `kqlift config`

use std::path::Path;

use super::arguments::{ConfigCommand, Shared};
use super::settings::{Configurations, describe};
use super::{CommandResult, Exit, Failure, output};
use crate::config;

pub(super) fn run(command: &ConfigCommand, shared: &Shared) -> CommandResult {
    match command {
        ConfigCommand::Init => init()?,
        ConfigCommand::Show(arguments) => show(&arguments.path, shared)?,
        ConfigCommand::Schema => output::print(&config::json_schema())?,
    }
    Ok(Exit::Clean)
}

fn init() -> Result<(), Failure> {
    let path = Path::new(config::FILE_NAMES[0]);
    if let Some(present) = config::FILE_NAMES.iter().find(|name| Path::new(name).exists()) {
        return Err(Failure(format!("{present} exists already; it is left as it is")));
    }
    output::write_file(path, config::TEMPLATE)?;
    output::print(&format!("wrote {}\n", path.display()))
}

fn show(path: &Path, shared: &Shared) -> Result<(), Failure> {
    let absolute = config::absolute(path);
    let folder = if path.is_dir() { absolute.as_path() } else { absolute.parent().unwrap_or(&absolute) };
    let settings = Configurations::new(shared)?.of_folder(folder)?;
    output::print(&describe(&settings))
}
