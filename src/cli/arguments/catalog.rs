//! What can be said to the commands that look at several rules, or several versions of one.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Inputs, Shared};

/// What rules are read with by commands that name their rules in ways of their own.
#[derive(Debug, Args)]
pub(in crate::cli) struct WorldArguments {
    /// Name to give standard input, if `-` is read; its extension decides how
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) stdin_filename: Option<PathBuf>,
    /// TOML file with tables, watchlists and functions of your own; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) schema: Vec<PathBuf>,
    /// The options that stand beside the command.
    #[arg(skip)]
    pub(in crate::cli) shared: Shared,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArguments {
    /// The first version
    #[arg(value_name = "A")]
    pub(in crate::cli) first: PathBuf,
    /// The second version
    #[arg(value_name = "B")]
    pub(in crate::cli) second: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) world: WorldArguments,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(in crate::cli) format: DiffFormat,
}

/// Shapes of the output of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DiffFormat {
    /// For the terminal
    Text,
    /// Markdown, for a comment on a pull request
    Md,
    /// One JSON object
    Json,
}

/// Shapes of the output of `catalog search`, `similar` and `stats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CatalogReport {
    /// For the terminal
    Text,
    /// One JSON value
    Json,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CatalogCommand {
    /// Write a site that needs no server, or the index as JSON
    Build(CatalogBuildArguments),
    /// Find rules by value, column, table, technique or title
    Search(CatalogSearchArguments),
    /// Rules that overlap with one rule
    Similar(CatalogSimilarArguments),
    /// ATT&CK coverage
    Coverage(CatalogCoverageArguments),
    /// Figures
    Stats(CatalogStatsArguments),
}

impl CatalogCommand {
    /// Where each keeps what every command takes.
    pub(in crate::cli) fn shared_mut(&mut self) -> &mut Shared {
        match self {
            Self::Build(arguments) => &mut arguments.inputs.shared,
            Self::Search(arguments) => &mut arguments.corpus.world.shared,
            Self::Similar(arguments) => &mut arguments.world.shared,
            Self::Coverage(arguments) => &mut arguments.corpus.world.shared,
            Self::Stats(arguments) => &mut arguments.corpus.world.shared,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CatalogBuildArguments {
    #[command(flatten)]
    pub(in crate::cli) inputs: Inputs,
    /// Folder for the site, or file for the index
    #[arg(short, long, value_name = "PATH")]
    pub(in crate::cli) output: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = CatalogFormat::Site)]
    pub(in crate::cli) format: CatalogFormat,
}

/// What `catalog build` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CatalogFormat {
    /// Pages
    Site,
    /// One JSON object
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CorpusArgument {
    /// Folder of rules, or an index that `catalog build --format json` wrote
    #[arg(long, value_name = "DIR|INDEX", default_value = ".")]
    pub(in crate::cli) corpus: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) world: WorldArguments,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CatalogSearchArguments {
    /// Words; all must occur in a rule
    #[arg(value_name = "WORD", required = true)]
    pub(in crate::cli) words: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) corpus: CorpusArgument,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = CatalogReport::Text)]
    pub(in crate::cli) format: CatalogReport,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CatalogSimilarArguments {
    /// The rule
    #[arg(value_name = "RULE")]
    pub(in crate::cli) rule: PathBuf,
    /// Folder of rules
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) corpus: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) world: WorldArguments,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = CatalogReport::Text)]
    pub(in crate::cli) format: CatalogReport,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CatalogCoverageArguments {
    #[command(flatten)]
    pub(in crate::cli) corpus: CorpusArgument,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = CoverageFormat::Text)]
    pub(in crate::cli) format: CoverageFormat,
    /// File for the output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// Shapes of the output of `catalog coverage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CoverageFormat {
    /// For the terminal
    Text,
    /// One JSON object
    Json,
    /// A layer for the ATT&CK Navigator
    Navigator,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CatalogStatsArguments {
    #[command(flatten)]
    pub(in crate::cli) corpus: CorpusArgument,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = CatalogReport::Text)]
    pub(in crate::cli) format: CatalogReport,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SnapshotArguments {
    #[command(flatten)]
    pub(in crate::cli) inputs: Inputs,
    /// Folder for the snapshots
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) into: PathBuf,
    /// Only say what would change, and exit with 1 if anything would [default]
    #[arg(long, conflicts_with = "update")]
    pub(in crate::cli) check: bool,
    /// Write what changed, and remove what no rule has any more
    #[arg(long)]
    pub(in crate::cli) update: bool,
}
