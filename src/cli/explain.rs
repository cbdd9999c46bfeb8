//! `kqlift explain`

use super::arguments::{ExplainArguments, ExplainFormat, Inputs};
use super::files::{self, Input};
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
use crate::source::RuleText;

/// Columns of a page for the terminal.
const WIDTH: usize = 110;

pub(super) fn run(arguments: &ExplainArguments) -> CommandResult {
    let files = files::find(&arguments.inputs)?;
    let worlds = Worlds::new(&files, &arguments.inputs, &[])?;
    let index = corpus(arguments).map(|corpus| super::catalog::index(&corpus, Depth::Page)).transpose()?;
    let corpus = index.as_ref().map(|index| Corpus { index, postings: Postings::new(index) });
    let pages = files::each(&files, &arguments.inputs, |input, outcome| {
        let world = worlds.of(input);
        let studied = study::outcome(input, outcome, world, Depth::Full);
        let pages = pages(input, studied.studies, corpus.as_ref(), world, arguments);
        pages.into_iter().chain(studied.problems.into_iter().map(Err)).collect::<Vec<_>>()
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

/// The folder or index of `--corpus`, read as the rules are.
fn corpus(arguments: &ExplainArguments) -> Option<Inputs> {
    let Inputs { schema, shared, .. } = &arguments.inputs;
    let paths = vec![arguments.corpus.clone()?];
    Some(Inputs {
        paths,
        stdin_filename: None,
        kind: None,
        schema: schema.clone(),
        allow_empty: true,
        shared: shared.clone(),
    })
}

/// What indicators are counted in.
struct Corpus<'i> {
    index: &'i Index,
    postings: Postings<'i>,
}

/// The pages of a file's rules.
fn pages(
    input: &Input,
    studies: Vec<Study>,
    corpus: Option<&Corpus<'_>>,
    world: World<'_>,
    arguments: &ExplainArguments,
) -> Vec<Result<String, String>> {
    let page = |(index, study): (usize, Study)| {
        let mut explanation = study.explanation;
        if let Some(corpus) = corpus {
            let path = study::catalog_path(&input.name);
            let (query, is_accepted) = (study.text.as_str(), study.is_accepted);
            let source = RuleSource { path: &path, number: index + 1, query, is_accepted };
            let keys = indicator_keys(&explanation, world.hub);
            let own = corpus.index.find(&RuleEntry::of(&explanation, &keys, source));
            count(&mut explanation, &keys, &corpus.postings, own);
        }
        // Data say what the file says; a page has a title.
        if arguments.format != ExplainFormat::Json && explanation.header.title.is_none() {
            explanation.header.title = page_title(input, index);
        }
        render(&explanation, &study.text, arguments)
    };
    studies.into_iter().enumerate().map(page).collect()
}

/// The name of the file, and which rule of it.
fn page_title(input: &Input, index: usize) -> Option<String> {
    let stem = input.name.file_stem()?.to_string_lossy().into_owned();
    match index {
        _ if stem == "-" => None,
        0 => Some(stem),
        _ => Some(format!("{stem} ({})", index + 1)),
    }
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
