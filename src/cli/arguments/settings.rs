//! What `schema` and `config` take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: SchemaCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SchemaCommand {
    /// List the tables, one a line
    List {
        /// Start of the names to list
        prefix: Option<String>,
        /// TOML file with tables of your own; may be given several times
        #[arg(long, value_name = "FILE")]
        schema: Vec<PathBuf>,
    },
    /// Show the columns of a table or of a function that gives rows, one a line
    Show {
        /// The table
        table: String,
        /// TOML file with tables of your own; may be given several times
        #[arg(long, value_name = "FILE")]
        schema: Vec<PathBuf>,
    },
    /// Turn an export of `getschema` (CSV, TSV or JSON) into a schema file
    Import {
        /// The export, with the columns `ColumnName`, `ColumnType` and perhaps `TableName`
        file: PathBuf,
        /// Name of the table where the export has none [default: the name of the file]
        #[arg(long, value_name = "NAME")]
        table: Option<String>,
        /// Write the schema file here
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Write a kqlift.toml with every key to the current folder
    Init,
    /// Print what holds for a file or folder
    Show(ConfigShowArguments),
    /// Print the JSON Schema of kqlift.toml, for editors
    Schema,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ConfigShowArguments {
    /// File or folder
    #[arg(value_name = "PATH", default_value = ".")]
    pub(in crate::cli) path: PathBuf,
}
