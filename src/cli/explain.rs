//! `kqlift explain`

use super::arguments::{ExplainArguments, ExplainFormat};
use super::files::{self, Input, Outcome};
use super::study::{self, Depth, Study};
use super::world::{World, Worlds};
use super::{CommandResult, Exit, Failure, output};
use crate::analyze::analyze;
use crate::catalog::{Index, Postings, RuleEntry, RuleSource, count, indicator_keys};
use crate::explain::{Explanation, Sections, render_html, render_markdown_sections, render_text_sections};
use crate::ir::Detection;
use crate::lower::lower;
use crate::parse::Parsed;
use crate::report::FileReport;
use crate::schema::Schema;
use crate::source::{RuleFile, RuleText};

/// Columns of a page for the terminal.
const WIDTH: usize = 110;

pub(super) fn run(arguments: &ExplainArguments) -> CommandResult {
    let files = files::find(&arguments.inputs)?;
    let worlds = Worlds::new(&files, &arguments.inputs, &[])?;
    let shared = &arguments.inputs.shared;
    let index =
        arguments.corpus.as_deref().map(|corpus| super::catalog::index(corpus, shared, Depth::Page)).transpose()?;
    let corpus = index.as_ref().map(|index| Corpus { index, postings: Postings::new(index) });
    let pages = files::each(&files, &arguments.inputs, |input, outcome| match outcome {
        Outcome::Rules(file) => pages(input, &file, corpus.as_ref(), worlds.of(input), arguments),
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
    if arguments.format == ExplainFormat::Html && texts.len() > 1 {
        let message = "`--format html` is a page for one rule; `catalog build` makes a site of many";
        return Err(Failure(format!("{message}, and there are {}", texts.len())));
    }
    let separator = if arguments.format == ExplainFormat::Json { "" } else { "\n" };
    output::print(&texts.join(separator))?;
    Ok(exit)
}

/// What indicators are counted in.
struct Corpus<'i> {
    index: &'i Index,
    postings: Postings<'i>,
}

/// The pages of a file's rules.
fn pages(
    input: &Input,
    file: &RuleFile,
    corpus: Option<&Corpus<'_>>,
    world: World<'_>,
    arguments: &ExplainArguments,
) -> Vec<Result<String, String>> {
    let studies = study::file(input, file, world, Depth::Full);
    let page = |(index, study): (usize, Study)| {
        let query = file.rules[index].query();
        let mut explanation = study.explanation;
        if let Some(corpus) = corpus {
            let path = input.name.to_string_lossy().replace('\\', "/");
            let source = RuleSource { path: &path, number: index + 1, query, is_accepted: study.is_accepted };
            let keys = indicator_keys(&explanation, world.hub);
            let own = corpus.index.find(&RuleEntry::of(&explanation, &keys, source));
            let others = corpus.index.rules.len() - usize::from(own.is_some());
            count(&mut explanation, &keys, &corpus.postings, own, others);
        }
        render(&explanation, query, arguments)
    };
    studies.into_iter().enumerate().map(page).collect()
}

fn render(explanation: &Explanation, query: &str, arguments: &ExplainArguments) -> Result<String, String> {
    let sections = Sections::only(&arguments.only);
    match arguments.format {
        ExplainFormat::Text => Ok(render_text_sections(explanation, &sections, WIDTH)),
        ExplainFormat::Md => Ok(render_markdown_sections(explanation, &sections)),
        ExplainFormat::Html => Ok(render_html(explanation, query, &sections)),
        ExplainFormat::Json => serde_json::to_string_pretty(&explanation.to_json(&sections))
            .map(|json| json + "\n")
            .map_err(|error| format!("can't write JSON: {error}")),
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
