//! What `lint` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Inputs;
use crate::cli::fix::FixArguments;
use crate::config::{Date, FailOn};
use crate::lint::Confidence;
use crate::report::Format;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(in crate::cli) struct LintArguments {
    #[command(flatten)]
    pub(in crate::cli) inputs: Inputs,
    #[command(flatten)]
    pub(in crate::cli) choice: Choice,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = Format::Full, env = "KQLIFT_FORMAT", hide_env_values = true)]
    pub(in crate::cli) format: Format,
    /// Lowest severity that makes the exit code 1 [default: warning]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) fail_on: Option<FailOn>,
    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Count the findings of each lint rule, and do not list them
    #[arg(long)]
    pub(in crate::cli) statistics: bool,
    /// Print how long each lint rule took, with -v
    #[arg(long, requires = "verbose")]
    pub(in crate::cli) timings: bool,
    /// List the files that would be read, and stop
    #[arg(long)]
    pub(in crate::cli) show_files: bool,
    /// Print the settings that would hold, and stop
    #[arg(long)]
    pub(in crate::cli) show_settings: bool,
    #[command(flatten)]
    pub(in crate::cli) changes: FixArguments,
    /// Leave out findings that this file lists: see `kqlift baseline`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
}

/// Which lint rules run, and on which day.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Choice {
    /// Lint rules to run: codes, prefixes of codes, or names, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    pub(in crate::cli) select: Vec<String>,
    /// Lint rules to run beside those that the configuration chooses
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    pub(in crate::cli) extend_select: Vec<String>,
    /// Lint rules not to run; a longer prefix in --select wins
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    pub(in crate::cli) ignore: Vec<String>,
    /// For whom to lint where nothing is selected [default: regular]
    #[arg(long, value_enum)]
    pub(in crate::cli) persona: Option<Persona>,
    /// How sure a lint rule has to be to run [default: low]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) min_confidence: Option<Confidence>,
    /// The day to hold `until:` against
    #[arg(long, value_parser = date, value_name = "DATE", hide = true)]
    pub(in crate::cli) today: Option<Date>,
}

/// For whom findings are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Persona {
    /// Those who want what is likely wrong: the lint rules that are on by default
    Regular,
    /// Those who want to see everything: the others too
    Pedantic,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "it is no day such as 2027-01-31".to_owned())
}
