//! `kqlift explain`

use super::arguments::{ExplainArguments, ExplainFormat};
use super::files::{self, Outcome};
use super::{CommandResult, Exit, Failure, output, schema};
use crate::analyze::analyze;
use crate::explain::{explain, render_markdown, render_text};
use crate::ir::Detection;
use crate::lower::lower;
use crate::parse::{Parsed, parse};
use crate::report::FileReport;
use crate::schema::Schema;
use crate::source::RuleText;

/// Columns of a page for the terminal.
const WIDTH: usize = 110;

pub(super) fn run(arguments: &ExplainArguments) -> CommandResult {
    let schema = schema::load(&arguments.inputs.schema)?;
    let files = files::find(&arguments.inputs)?;
    let pages = files::each(&files, &arguments.inputs, |_, outcome| match outcome {
        Outcome::Rules(file) => file.rules.iter().map(|rule| page(rule, arguments.format, &schema)).collect(),
        Outcome::Broken(problem) => vec![Err(report_problem(&FileReport::of_problem(problem)))],
        Outcome::Sigma(file) => {
            files::pass_over_sigma(&file, &arguments.inputs);
            Vec::new()
        }
        Outcome::Skipped => Vec::new(),
    })?;
    if files.is_empty() && !arguments.inputs.allow_empty {
        return Ok(Exit::NoFiles);
    }
    let mut exit = Exit::Clean;
    let mut texts = Vec::new();
    for page in pages.into_iter().flatten() {
        match page {
            Ok(text) => texts.push(text),
            Err(message) => {
                output::complain(&message);
                exit = Exit::Findings;
            }
        }
    }
    let separator = if arguments.format == ExplainFormat::Json { "" } else { "\n" };
    output::print(&texts.join(separator))?;
    Ok(exit)
}

fn page(rule: &RuleText, format: ExplainFormat, schema: &Schema) -> Result<String, String> {
    let parsed = parse(rule.query());
    let explanation = explain(&meaning(rule, &parsed, schema), rule.query());
    match format {
        ExplainFormat::Text => Ok(render_text(&explanation, WIDTH)),
        ExplainFormat::Md => Ok(render_markdown(&explanation)),
        ExplainFormat::Json => serde_json::to_string_pretty(&explanation)
            .map(|json| json + "\n")
            .map_err(|error| Failure(format!("can't write JSON: {error}")).0),
    }
}

/// What a rule means; its title falls back to the heading above it.
pub(super) fn meaning(rule: &RuleText, parsed: &Parsed<'_>, schema: &Schema) -> Detection {
    let facts = analyze(&parsed.query, schema);
    let mut detection = lower(rule.query(), &parsed.query, &facts, &rule.metadata, rule.kind);
    if detection.envelope.title.is_none() {
        detection.envelope.title.clone_from(&rule.title_hint);
    }
    detection
}

/// One line for each problem of a file that can't be read.
pub(super) fn report_problem(report: &FileReport) -> String {
    let lines: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{}:{}:{}: {}", report.path, finding.start.line, finding.start.column, finding.message))
        .collect();
    lines.join("\n")
}
