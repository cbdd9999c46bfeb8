//! `kqlift lint`

use std::collections::BTreeSet;

use super::across::Across;
use super::arguments::{ColourChoice, LintArguments, Shared};
use super::check::{Checker, KnownFindings};
use super::files::{self, Input, Outcome};
use super::fix::{self, Change, FixArguments};
use super::policy::{Policy, check_words};
use super::settings::describe;
use super::timings::Timings;
use super::world::Worlds;
use super::{CommandResult, Exit, Failure, output, sigma};
use crate::analyze::{Facts, analyze};
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::parse::{Parsed, parse};
use crate::report::{self, FileReport, Format, RuleDescription, Style};
use crate::schema::Schema;
use crate::source::{RuleFile, RuleText};
use crate::suppress;

/// What became of one file.
struct Checked {
    report: FileReport,
    fails: bool,
    change: Option<Change>,
    /// Findings that comments were written for.
    silenced: usize,
    /// Entries of the baseline that stand for nothing any more.
    stale: usize,
}

pub(super) fn run(arguments: &LintArguments, colour: ColourChoice) -> CommandResult {
    check_words(&arguments.choice)?;
    arguments.changes.validate()?;
    let baseline = arguments.baseline.as_deref().map(KnownFindings::read).transpose()?;
    let files = files::find(&arguments.inputs)?;
    if files.is_empty() && !arguments.inputs.allow_empty {
        output::complain("kqlift: there are no rule files under the given paths");
        return Ok(Exit::NoFiles);
    }
    if arguments.show_files || arguments.show_settings {
        output::print_or_write(&plan(&files, arguments), arguments.output.as_deref())?;
        return Ok(Exit::Clean);
    }
    let across = looks_across(arguments).then(|| Across::of(&files, &arguments.inputs)).transpose()?;
    let timings = arguments.timings.then(Timings::default);
    let worlds = Worlds::schemas_only(&files, &arguments.inputs)?;
    let neighbours = sigma::neighbours(&files, &arguments.inputs);
    let checked: Vec<Checked> = files::each(&files, &arguments.inputs, |input, outcome| {
        let policy = Policy::new(&arguments.choice, arguments.fail_on, input);
        let checker = Checker {
            policy,
            baseline: baseline.as_ref(),
            schema: worlds.schema(input),
            across: across.as_ref(),
            neighbours: &neighbours,
            timings: timings.as_ref(),
        };
        let mut result = match outcome {
            Outcome::Rules(file) | Outcome::Sigma(file) => check_file(input, &file, &checker, arguments),
            Outcome::Broken(problem) => {
                let report = checker.policy.judge_file(FileReport::of_problem(problem));
                Checked { report, fails: false, change: None, silenced: 0, stale: 0 }
            }
            Outcome::Skipped => return None,
        };
        result.fails = result.report.findings.iter().any(|finding| checker.policy.fails(finding));
        Some(result)
    })?
    .into_iter()
    .flatten()
    .collect();
    let Shared { quiet, verbose, .. } = arguments.inputs.shared;
    if checked.is_empty() && !files.is_empty() && !quiet && !verbose {
        let files = report::counted(files.len(), "file");
        output::complain(&format!("kqlift: {files}, and no rule in any; --verbose says why"));
    }
    if let Some(timings) = &timings {
        output::complain(&timings.table());
    }
    finish(checked, arguments, colour)
}

/// Whether the rules of a folder are held against each other: not where single files are named, which are a part of the
/// folder, and not where files change, which moves the places.
fn looks_across(arguments: &LintArguments) -> bool {
    let paths = &arguments.inputs.paths;
    let has_folder = paths.is_empty() || paths.iter().any(|path| path.is_dir());
    has_folder && !arguments.changes.changes_files()
}

/// Shows or writes what is to be changed, then reports what is left.
fn finish(checked: Vec<Checked>, arguments: &LintArguments, colour: ColourChoice) -> CommandResult {
    let stale: usize = checked.iter().map(|checked| checked.stale).sum();
    if stale > 0 {
        let stale = report::counted(stale, "stale finding");
        output::complain(&format!("kqlift: the baseline lists {stale}; `kqlift baseline update` takes them out"));
    }
    let silenced: usize = checked.iter().map(|checked| checked.silenced).sum();
    let fails = checked.iter().any(|checked| checked.fails);
    let (reports, changes): (Vec<FileReport>, Vec<Option<Change>>) =
        checked.into_iter().map(|checked| (checked.report, checked.change)).unzip();
    let changes: Vec<Change> = changes.into_iter().flatten().collect();
    if arguments.changes.diff {
        let text = fix::diff(&changes, output::colour(colour, arguments.output.is_some()));
        output::print_or_write(&text, arguments.output.as_deref())?;
        let fixed = reports.iter().map(|report| report.fixed).sum();
        return Ok(fix::conclude_diff(&changes, fixed, silenced));
    }
    fix::write(&changes)?;
    if arguments.changes.add_ignore.is_some() {
        output::complain(&format!("Silenced {}", report::counted(silenced, "finding")));
    }
    let text = render(&reports, arguments, colour)?;
    // The new text of standard input is the output then.
    if changes.iter().any(|change| change.path.is_none()) && arguments.output.is_none() {
        output::complain(text.trim_end());
    } else {
        output::print_or_write(&text, arguments.output.as_deref())?;
    }
    let is_refused = arguments.changes.exit_non_zero_on_fix && changes.iter().any(Change::is_one);
    Ok(if (fails && !arguments.exit_zero) || is_refused { Exit::Findings } else { Exit::Clean })
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

fn check_file(input: &Input, file: &RuleFile, checker: &Checker<'_>, arguments: &LintArguments) -> Checked {
    let changes = &arguments.changes;
    let (new, fixed, silenced) = if changes.changes_files() { change(file, checker, changes) } else { (None, 0, 0) };
    let now = new.as_ref().unwrap_or(file);
    let found = checker.find(now);
    let mut report = FileReport::with_edits(now, found.findings, arguments.format.edit_form());
    report = report.with_suppressed(now, found.suppressed);
    report.fixed = fixed;
    let change = new.as_ref().and_then(|new| input.change(file, new));
    Checked { report, fails: false, change, silenced, stale: checker.stale(file) }
}

/// The file with fixes or comments, and how many findings each has mended or silenced.
fn change(file: &RuleFile, checker: &Checker<'_>, changes: &FixArguments) -> (Option<RuleFile>, usize, usize) {
    let check = |file: &RuleFile| checker.find(file).findings;
    if let Some(reason) = &changes.add_ignore {
        let added = suppress::add(file, &check, reason);
        fix::say_not_silenced(&added.file, &added.remaining);
        return (Some(added.file), 0, added.silenced);
    }
    // What the configuration calls unfixable has lost its fix by now.
    let policy = crate::fix::Policy { unsafe_fixes: changes.unsafe_fixes, is_fixable: &|_| true };
    let fixed = crate::fix::fix(file, &check, &policy);
    fix::say_withheld(&fixed);
    let count = fixed.applied.len();
    (Some(fixed.file), count, 0)
}

/// Runs the selected lint rules on one KQL rule.
pub(super) fn check_rule(rule: &RuleText, checker: &Checker<'_>) -> Vec<Diagnostic> {
    let Checker { policy, schema, timings, .. } = checker;
    if let Some(finding) = lint::too_large(rule.query()) {
        return vec![finding];
    }
    let parsed = parse(rule.query());
    check_read(rule, &parsed, &analyze(&parsed.query, schema), policy, schema, *timings)
}

/// The same for a query that is parsed and analysed already.
pub(super) fn check_read(
    rule: &RuleText,
    parsed: &Parsed<'_>,
    facts: &Facts,
    policy: &Policy<'_>,
    schema: &Schema,
    timings: Option<&Timings>,
) -> Vec<Diagnostic> {
    let input = lint::Input {
        text: rule.query(),
        query: &parsed.query,
        errors: &parsed.errors,
        facts,
        metadata: &rule.metadata,
        kind: rule.kind,
        schema,
        texts: &|text| rule.text(text),
    };
    let selects = |lint_rule: &lint::Rule| policy.selects(lint_rule);
    match timings {
        Some(timings) => lint::check_and_tell(&input, selects, &mut timings.clock()),
        None => lint::check(&input, selects),
    }
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
