//! What can be said on the command line.

mod catalog;
mod convert;
mod lint;
mod settings;
mod words;

use std::path::{Path, PathBuf};

pub(super) use catalog::{
    CatalogBuildArguments, CatalogCommand, CatalogCoverageArguments, CatalogFormat, CatalogReport,
    CatalogSearchArguments, CatalogSimilarArguments, CatalogStatsArguments, CorpusArgument, CoverageFormat,
    DiffArguments, DiffFormat, SnapshotArguments, WorldArguments,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(super) use convert::ConvertArguments;
pub(super) use lint::{Choice, LintArguments, Persona};
pub(super) use settings::{ConfigCommand, SchemaArguments, SchemaCommand};

use super::baseline::BaselineArguments;
use crate::explain::Section;
use crate::rule::RuleKind;

/// Where the help lists what every command takes.
const GLOBAL: &str = "Global options";

/// Lint, explain and convert detection rules written in KQL.
#[derive(Debug, Parser)]
#[command(name = "kqlift", version, max_term_width = 100, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to colour
    #[arg(long = "color", value_enum, default_value_t = ColourChoice::Auto, global = true, value_name = "WHEN", help_heading = GLOBAL)]
    pub(super) colour: ColourChoice,
    /// Number of threads [default: one for each core]
    #[arg(short = 'j', long, global = true, value_name = "N", help_heading = GLOBAL)]
    pub(super) jobs: Option<usize>,
    #[command(flatten)]
    pub(super) shared: Shared,
}

/// Options that stand before or after the command, and that all commands with inputs heed.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(super) struct Shared {
    /// Configuration file for everything, in place of the nearest kqlift.toml above each file
    #[arg(long, global = true, value_name = "FILE", env = "KQLIFT_CONFIG", hide_env_values = true, help_heading = GLOBAL)]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(super) isolated: bool,
    /// Print findings, and nothing else
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub(super) quiet: bool,
    /// Say more: which files are passed over and why, which differences change nothing
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = GLOBAL)]
    pub(super) verbose: bool,
    /// Draw no progress bar
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(super) no_progress: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look for mistakes in rules
    #[command(visible_alias = "check")]
    Lint(LintArguments),
    /// Say what a rule really does
    Explain(ExplainArguments),
    /// Convert rules to Sigma, Splunk SPL or ASIM, naming every loss
    Convert(ConvertArguments),
    /// Run rules on events and print the rows that they return
    Eval(EvalArguments),
    /// Print the documentation of a lint rule
    Rule(RuleArguments),
    /// Keep a list of known findings
    Baseline(BaselineArguments),
    /// Show how queries are read
    Parse(ParseArguments),
    /// Write, show or describe the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a script that completes the command line in a shell
    Completions(CompletionsArguments),
    /// Print the manual page, or write those of all commands
    Man(ManArguments),
    /// Print the version
    Version(VersionArguments),
    /// List known tables, show their columns, import your own
    Schema(SchemaArguments),
    /// Compare two versions of a rule by what they mean
    Diff(DiffArguments),
    /// Index a folder of rules: a site, a search, coverage, overlaps
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Keep what rules mean and convert to under a folder, and show what changed
    Snapshot(SnapshotArguments),
}

impl Command {
    /// Where a command that reads rules keeps what every command takes.
    pub(super) fn shared_mut(&mut self) -> Option<&mut Shared> {
        match self {
            Self::Lint(arguments) => Some(&mut arguments.inputs.shared),
            Self::Explain(arguments) => Some(&mut arguments.inputs.shared),
            Self::Convert(arguments) => Some(&mut arguments.inputs.shared),
            Self::Baseline(arguments) => Some(&mut arguments.inputs_mut().shared),
            Self::Eval(arguments) => Some(&mut arguments.inputs.shared),
            Self::Parse(arguments) => Some(&mut arguments.inputs.shared),
            Self::Catalog(command) => Some(command.shared_mut()),
            Self::Diff(arguments) => Some(&mut arguments.world.shared),
            Self::Snapshot(arguments) => Some(&mut arguments.inputs.shared),
            Self::Rule(_)
            | Self::Config(_)
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Version(_)
            | Self::Schema(_) => None,
        }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Inputs {
    /// Files and folders; `-` is standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Name to give standard input; its extension decides how it is read
    #[arg(long, value_name = "PATH")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// What the rules are for, whatever their files look like
    #[arg(long, value_enum)]
    pub(super) kind: Option<RuleKind>,
    /// TOML file with tables, watchlists and functions of your own; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(super) schema: Vec<PathBuf>,
    /// Exit with 0 rather than 3 if there is no file
    #[arg(long)]
    pub(super) allow_empty: bool,
    /// The options that stand beside the command: whoever gets inputs gets these too.
    #[arg(skip)]
    pub(super) shared: Shared,
}

impl Inputs {
    /// One path, read with what a command was told that takes no list of paths.
    pub(super) fn of(path: &Path, world: &WorldArguments) -> Self {
        Self {
            paths: vec![path.to_path_buf()],
            stdin_filename: world.stdin_filename.clone(),
            kind: None,
            schema: world.schema.clone(),
            allow_empty: true,
            shared: world.shared.clone(),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    pub(super) format: ExplainFormat,
    /// Folder of rules, or an index of `catalog build --format json`, to count indicators in
    #[arg(long, value_name = "DIR|INDEX")]
    pub(super) corpus: Option<PathBuf>,
    /// Parts of the page to show, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS")]
    pub(super) only: Vec<Section>,
}

/// Shapes of the output of `explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExplainFormat {
    /// A page for the terminal
    Text,
    /// A Markdown page
    Md,
    /// One JSON object for each rule
    Json,
    /// A page that needs no other file; for one rule
    Html,
}

#[derive(Debug, Args)]
pub(super) struct EvalArguments {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Events, one JSON object a line; may be given several times. A file that is named after a table or an ASIM schema
    /// holds rows of it, any other file rows of every table
    #[arg(long, required = true, value_name = "FILE")]
    pub(super) events: Vec<PathBuf>,
    /// What `now()` is [default: the latest time in the events]
    #[arg(long, value_name = "TIME")]
    pub(super) now: Option<String>,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = EvalFormat::Jsonl)]
    pub(super) format: EvalFormat,
}

/// Shapes of the output of `eval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EvalFormat {
    /// One JSON object a line, one line for each row
    Jsonl,
    /// One JSON array of all rows
    Json,
}

#[derive(Debug, Args)]
pub(super) struct RuleArguments {
    /// Code or name of a lint rule
    #[arg(value_name = "CODE", required_unless_present = "all")]
    pub(super) code: Option<String>,
    /// List every lint rule
    #[arg(long, conflicts_with = "code")]
    pub(super) all: bool,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = RuleFormat::Text)]
    pub(super) format: RuleFormat,
}

/// Shapes of the output of `rule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RuleFormat {
    /// For the terminal
    Text,
    /// Markdown
    Md,
    /// JSON
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ParseArguments {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// What to show
    #[arg(long, value_enum, default_value_t = Emit::Verdict)]
    pub(super) emit: Emit,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = ParseFormat::Jsonl)]
    pub(super) format: ParseFormat,
}

/// What `parse` shows of each query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Emit {
    /// Whether it is accepted, and the errors
    Verdict,
    /// The tokens
    Tokens,
    /// The tree as written
    Ast,
    /// The meaning
    Ir,
    /// The columns of the result, and names that do not resolve
    Columns,
}

/// Shapes of the output of `parse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ParseFormat {
    /// One JSON object a line, one line for each query
    Jsonl,
    /// The same, indented
    Json,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(super) shell: Shell,
}

/// Shells that completions are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// GNU Bash
    Bash,
    /// Elvish
    Elvish,
    /// fish
    Fish,
    /// `PowerShell`
    #[value(name = "powershell")]
    Power,
    /// Zsh
    Zsh,
}

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Folder for the pages of kqlift and all its commands; without it, kqlift's own page is printed
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct VersionArguments {
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = VersionFormat::Text)]
    pub(super) format: VersionFormat,
}

/// Shapes of the output of `version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum VersionFormat {
    /// Name and number
    Text,
    /// One JSON object
    Json,
}
