//! `kqlift schema`, and the schema that the other commands use: built in, and what the user's files say.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::arguments::{SchemaArguments, SchemaCommand, Shared};
use super::world::schema_at;
use super::{CommandResult, Exit, Failure, output};
use crate::analyze::analyze;
use crate::parse::parse;
use crate::schema::{FunctionResult, Overlay, Schema, import_schema};

/// How often saved functions are looked at for those that call each other.
const ROUNDS: usize = 8;

/// The built-in schema and what the files say, in order; later files win.
pub(super) fn load(files: &[PathBuf]) -> Result<Schema, Failure> {
    let mut overlay = Overlay::default();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| Failure::io("read", file, &error))?;
        let more = Overlay::parse(&text).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
        overlay.add(more);
    }
    if files.is_empty() { Ok(Schema::builtin()) } else { with_functions(&overlay) }
}

/// Finds out which columns the saved functions give.
fn with_functions(overlay: &Overlay) -> Result<Schema, Failure> {
    let mut schema = Schema::builtin().with_overlay(overlay);
    for _ in 0..ROUNDS {
        let before = schema.clone();
        for (name, function) in &overlay.functions {
            let Some(query) = &function.query else { continue };
            // Called without arguments, the body is analysed as it is declared.
            let text = format!("let saved = ({}) {{\n{query}\n}};\nsaved", function.parameters);
            let parsed = parse(&text);
            if let Some(error) = parsed.errors.first() {
                return Err(Failure(format!("the saved function {name} can't be read: {}", error.message)));
            }
            if let Some(columns) = analyze(&parsed.query, &before).result {
                schema.declare_function(name, &columns);
            }
        }
        if schema == before {
            break;
        }
    }
    Ok(schema)
}

pub(super) fn run(arguments: &SchemaArguments, shared: &Shared) -> CommandResult {
    let known = |files: &[PathBuf]| schema_at(Path::new("."), files, shared);
    match &arguments.command {
        SchemaCommand::List { prefix, schema } => {
            let schema = known(schema)?;
            let names = schema.tables_starting_with(prefix.as_deref().unwrap_or("")).map(|table| table.name);
            output::print(&names.fold(String::new(), |text, name| text + name + "\n"))?;
            Ok(Exit::Clean)
        }
        SchemaCommand::Show { table, schema } => show(&known(schema)?, table),
        SchemaCommand::Import { file, table, output } => import(file, table.as_deref(), output.as_deref()),
    }
}

fn show(schema: &Schema, name: &str) -> CommandResult {
    let mut text = String::new();
    if let Some(table) = schema.table(name) {
        for column in table.columns() {
            let _ = writeln!(text, "{}:{}", column.name, column.ty.as_str());
        }
    } else if let Some(function) = schema.table_function(name) {
        match function.result {
            FunctionResult::Asim(asim) => {
                for field in schema.asim_fields(asim) {
                    let _ = writeln!(text, "{}:{}", field.name, field.ty.as_str());
                }
            }
            FunctionResult::Closed | FunctionResult::Open | FunctionResult::Extends => {
                for column in function.own_columns() {
                    let _ = writeln!(text, "{}:{}", column.name, column.ty.as_str());
                }
            }
        }
    } else {
        let near = schema.nearest_table(name).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        return Err(Failure(format!("there is no table {name} in the schema{near}")));
    }
    output::print(&text)?;
    Ok(Exit::Clean)
}

fn import(file: &Path, table: Option<&str>, to: Option<&Path>) -> CommandResult {
    let text = std::fs::read_to_string(file).map_err(|error| Failure::io("read", file, &error))?;
    // An export of one table is mostly called like it.
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let tables = import_schema(&text, table.unwrap_or(&stem))
        .map_err(|error| Failure(format!("can't import {}: {error}", file.display())))?;
    output::print_or_write(&Overlay::write_tables(&tables), to)?;
    Ok(Exit::Clean)
}
