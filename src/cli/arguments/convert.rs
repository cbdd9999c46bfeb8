//! What `convert` takes.

use std::path::PathBuf;

use clap::Args;

use super::Inputs;
use crate::emit::{Form, LossClass, Mode, SplunkStyle, Target, Unmapped};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(in crate::cli) struct ConvertArguments {
    #[command(flatten)]
    pub(in crate::cli) inputs: Inputs,
    /// Target; may be given several times, or separated by commas [default: that of the configuration]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TARGET")]
    pub(in crate::cli) to: Vec<Target>,
    /// Folder for the converted rules, one file each; without it they go to standard output
    #[arg(short, long, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// File for the loss report, one JSON line for each rule and target; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    /// What to prefer where the exact form is not what rule authors write [default: idiomatic for sigma, else exact]
    #[arg(long, value_enum)]
    pub(in crate::cli) mode: Option<Mode>,
    /// Refuse every loss worse than an assumption
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Losses to accept although no assumption excuses them
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CLASS")]
    pub(in crate::cli) allow: Vec<LossClass>,
    /// What to do with a column that the target lacks [default: widen]
    #[arg(long, value_enum)]
    pub(in crate::cli) unmapped: Option<Unmapped>,
    /// Put `has` in front of tests of Sigma rules that imply it, for the index of terms; the matches are the same
    #[arg(long)]
    pub(in crate::cli) prefilter: bool,
    /// What a Splunk search reads
    #[arg(long, value_enum, default_value_t = SplunkStyle::Raw)]
    pub(in crate::cli) style: SplunkStyle,
    /// What stands around the converted query
    #[arg(long = "as", value_enum, default_value_t = Form::Query)]
    pub(in crate::cli) form: Form,
    /// Mapping files to add to the built-in mappings, in the shapes of mappings/*.yaml; may be repeated
    #[arg(long = "map", value_name = "FILE")]
    pub(in crate::cli) maps: Vec<PathBuf>,
    /// A value that takes the place of `%NAME%` in Sigma rules; may be repeated, also for one name
    #[arg(long = "placeholder", value_parser = placeholder, value_name = "NAME=VALUE")]
    pub(in crate::cli) placeholders: Vec<(String, String)>,
    /// Date for targets that want one, as YYYY-MM-DD [default: none]
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) date: Option<String>,
    /// Convert and report, but write no rule
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Read each converted rule again and run it beside its source on events made for both; a disagreement that no loss
    /// explains is an error
    #[arg(long)]
    pub(in crate::cli) verify: bool,
    /// Exit with 0 even if rules were refused
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
}

fn placeholder(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give it as NAME=VALUE")?;
    Ok((name.trim_matches('%').to_owned(), value.to_owned()))
}
