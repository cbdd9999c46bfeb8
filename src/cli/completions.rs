//! `kqlift completions`

use clap::CommandFactory as _;
use clap_complete::Shell as Script;

use super::arguments::{Arguments, CompletionsArguments, Shell};
use super::{CommandResult, Exit, output};

pub(super) fn run(arguments: &CompletionsArguments) -> CommandResult {
    let script = match arguments.shell {
        Shell::Bash => Script::Bash,
        Shell::Elvish => Script::Elvish,
        Shell::Fish => Script::Fish,
        Shell::Power => Script::PowerShell,
        Shell::Zsh => Script::Zsh,
    };
    let mut text = Vec::new();
    clap_complete::generate(script, &mut Arguments::command(), "kqlift", &mut text);
    output::print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Clean)
}
