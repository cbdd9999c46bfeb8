//! `kqlift parse`

use serde_json::{Value, json};

use super::arguments::{Emit, ParseArguments, ParseFormat};
use super::explain::{meaning, report_problem};
use super::files::{self, Outcome};
use super::world::Worlds;
use super::{CommandResult, Exit, Failure, output};
use crate::analyze::{Facts, UnresolvedKind, bind};
use crate::parse::{Parsed, parse, tokens};
use crate::report::FileReport;
use crate::schema::Schema;
use crate::source::{LineIndex, RuleText, undivided};
use crate::span::Span;

pub(super) fn run(arguments: &ParseArguments) -> CommandResult {
    let files = files::find(&arguments.inputs)?;
    if files.is_empty() && !arguments.inputs.allow_empty {
        return Ok(Exit::NoFiles);
    }
    let worlds = Worlds::schemas_only(&files, &arguments.inputs)?;
    let shown = files::each(&files, &arguments.inputs, |input, outcome| match outcome {
        Outcome::Rules(file) => {
            let schema = worlds.schema(input);
            // A verdict is about the text as Kusto would read it.
            let file = if arguments.emit == Emit::Verdict { undivided(file) } else { file };
            let lines = LineIndex::new(&file.text);
            file.rules.iter().map(|rule| show((&file.path, &lines), rule, arguments, schema)).collect()
        }
        Outcome::Broken(problem) => {
            output::complain(&report_problem(&FileReport::of_problem(problem)));
            vec![Err(Failure(String::new()))]
        }
        Outcome::Sigma(file) => {
            files::pass_over_sigma(&file, &arguments.inputs);
            Vec::new()
        }
        Outcome::Skipped => Vec::new(),
    })?;
    let mut exit = Exit::Clean;
    let mut text = String::new();
    for line in shown.into_iter().flatten() {
        match line {
            Ok((line, is_accepted)) => {
                text += &line;
                if !is_accepted {
                    exit = Exit::Findings;
                }
            }
            Err(_) => exit = Exit::Findings,
        }
    }
    output::print(&text)?;
    Ok(exit)
}

/// The line of one query, and whether it has no syntax error.
fn show(
    (path, lines): (&str, &LineIndex<'_>),
    rule: &RuleText,
    arguments: &ParseArguments,
    schema: &Schema,
) -> Result<(String, bool), Failure> {
    let parsed = parse(rule.query());
    let mut value = match arguments.emit {
        Emit::Verdict => verdict(&parsed),
        Emit::Tokens => json!({ "tokens": tokens(rule.query()).iter().map(|token| {
            json!([token.kind, token.span.start, token.span.end])
        }).collect::<Vec<_>>() }),
        Emit::Ast => json!({ "ast": crate::syntax::outline(&parsed.query) }),
        Emit::Ir => json!({ "ir": meaning(rule, &parsed, schema) }),
        Emit::Columns => columns(&bind(&parsed.query, schema)),
    };
    if let Value::Object(object) = &mut value {
        object.insert("path".to_owned(), Value::from(path));
        if let Some(part) = rule.metadata.part {
            let (line, _) = lines.position(rule.file_span(Span::at(0).into()).start as usize);
            object.insert("rule".to_owned(), Value::from(part.number));
            object.insert("line".to_owned(), Value::from(line));
        }
    }
    let line = match arguments.format {
        ParseFormat::Jsonl => serde_json::to_string(&value),
        ParseFormat::Json => serde_json::to_string_pretty(&value),
    };
    let line = line.map_err(|error| Failure(format!("can't write JSON: {error}")))?;
    Ok((line + "\n", parsed.is_accepted()))
}

fn verdict(parsed: &Parsed<'_>) -> Value {
    let errors: Vec<Value> = parsed
        .errors
        .iter()
        .map(|error| {
            json!({
                "code": error.kind.kusto_code(),
                "message": error.message,
                "start": error.span.start,
                "end": error.span.end,
            })
        })
        .collect();
    json!({ "accepted": parsed.is_accepted(), "errors": errors })
}

fn columns(facts: &Facts) -> Value {
    let columns = facts.result.as_ref().filter(|columns| !columns.is_open).map(|result| {
        result.columns.iter().map(|column| format!("{}:{}", column.name, column.ty.as_str())).collect::<Vec<_>>()
    });
    let unresolved: Vec<Value> = facts
        .unresolved
        .iter()
        .map(|name| {
            let kind = match name.kind {
                UnresolvedKind::Table => "table",
                UnresolvedKind::Column => "column",
                UnresolvedKind::Function => "function",
            };
            json!({ "kind": kind, "name": name.name, "start": name.span.start, "end": name.span.end })
        })
        .collect();
    json!({ "columns": columns, "unresolved": unresolved })
}
