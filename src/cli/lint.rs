//! `kqlift lint`

use std::collections::BTreeSet;

use super::arguments::{ColourChoice, LintArguments};
use super::files::{self, Input, Outcome};
use super::policy::{Judged, Policy, check_words, today};
use super::settings::describe;
use super::{CommandResult, Exit, Failure, output, schema};
use crate::analyze::analyze;
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::parse::parse;
use crate::report::{self, EditForm, FileReport, Format, RuleDescription, Style};
use crate::schema::Schema;
use crate::source::{RuleFile, RuleText};

pub(super) fn run(arguments: &LintArguments, colour: ColourChoice) -> CommandResult {
    check_words(arguments)?;
    let schema = schema::load(&arguments.inputs.schema)?;
    let files = files::find(&arguments.inputs)?;
    if files.is_empty() && !arguments.inputs.allow_empty {
        output::complain("kqlift: there are no rule files under the given paths");
        return Ok(Exit::NoFiles);
    }
    if arguments.show_files || arguments.show_settings {
        output::print_or_write(&plan(&files, arguments), arguments.output.as_deref())?;
        return Ok(Exit::Clean);
    }
    let (today, form) = (today(), arguments.format.edit_form());
    let checked: Vec<(FileReport, bool)> = files::each(&files, &arguments.inputs, |input, outcome| {
        let policy = Policy::new(arguments, input, today);
        let report = match outcome {
            Outcome::Rules(file) => check_file(&file, &policy, &schema, form),
            Outcome::Broken(problem) => FileReport::of_problem(problem),
            Outcome::Skipped => return None,
        };
        let fails = report.findings.iter().any(|finding| policy.fails(finding));
        Some((report, fails))
    })?
    .into_iter()
    .flatten()
    .collect();
    let fails = checked.iter().any(|(_, fails)| *fails);
    let reports: Vec<FileReport> = checked.into_iter().map(|(report, _)| report).collect();
    output::print_or_write(&render(&reports, arguments, colour)?, arguments.output.as_deref())?;
    Ok(if fails && !arguments.exit_zero { Exit::Findings } else { Exit::Clean })
}

/// What `--show-files` and `--show-settings` print.
fn plan(files: &[Input], arguments: &LintArguments) -> String {
    if arguments.show_files {
        let names: Vec<String> = files.iter().map(|input| input.name.display().to_string()).collect();
        return names.join("\n") + "\n";
    }
    let settings: BTreeSet<String> = files.iter().map(|input| describe(&input.settings)).collect();
    settings.into_iter().collect::<Vec<_>>().join("\n")
}

fn check_file(file: &RuleFile, policy: &Policy<'_>, schema: &Schema, form: EditForm) -> FileReport {
    let (mut kept, mut suppressed) = (Vec::new(), Vec::new());
    for (index, rule) in file.rules.iter().enumerate() {
        for diagnostic in check_rule(rule, policy, schema) {
            match policy.judge(index, rule, diagnostic) {
                Judged::Kept(diagnostic) => kept.push((index, diagnostic)),
                Judged::Suppressed(diagnostic) => suppressed.push(diagnostic),
            }
        }
    }
    FileReport::with_edits(file, kept, form).with_suppressed(file, suppressed)
}

fn check_rule(rule: &RuleText, policy: &Policy<'_>, schema: &Schema) -> Vec<Diagnostic> {
    let parsed = parse(rule.query());
    let facts = analyze(&parsed.query, schema);
    let input = lint::Input {
        text: rule.query(),
        query: &parsed.query,
        errors: &parsed.errors,
        facts: &facts,
        metadata: &rule.metadata,
        kind: rule.kind,
        schema,
        texts: &|text| rule.text(text),
    };
    lint::check(&input, |lint_rule| policy.selects(lint_rule))
}

fn render(reports: &[FileReport], arguments: &LintArguments, colour: ColourChoice) -> Result<String, Failure> {
    if arguments.statistics {
        return match arguments.format {
            Format::Full | Format::Concise => Ok(report::statistics(reports)),
            Format::Json => Ok(report::statistics_json(reports)),
            Format::Jsonl
            | Format::Sarif
            | Format::Github
            | Format::Gitlab
            | Format::Azure
            | Format::Junit
            | Format::Rdjson => Err(Failure("--statistics is printed as full, concise or json only".to_owned())),
        };
    }
    let style = Style {
        format: arguments.format,
        colour: output::colour(colour, arguments.output.is_some()),
        is_quiet: arguments.inputs.shared.quiet,
        rules: &descriptions(),
    };
    Ok(report::render(reports, style))
}

fn descriptions() -> Vec<RuleDescription> {
    let describe = |rule: &lint::Rule| RuleDescription {
        code: rule.code,
        name: rule.name,
        severity: rule.severity,
        category: rule.category.title(),
        document: rule.document,
        page: lint::page(rule),
    };
    lint::rules().iter().map(describe).collect()
}
