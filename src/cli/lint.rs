//! `kqlift lint`

use std::collections::BTreeMap;

use super::arguments::{ColourChoice, LintArguments};
use super::files::{self, Outcome};
use super::{CommandResult, Exit, Failure, output};
use crate::analyze::analyze;
use crate::diagnostic::Diagnostic;
use crate::lint::{self, Rule};
use crate::parse::parse;
use crate::report::{self, FileReport};
use crate::schema::Schema;
use crate::source::{RuleFile, RuleText};

pub(super) fn run(arguments: &LintArguments, colour: ColourChoice) -> CommandResult {
    let selection = Selection::new(&arguments.select, &arguments.ignore)?;
    let files = files::find(&arguments.inputs)?;
    let reports: Vec<FileReport> = files::each(&files, &arguments.inputs, |_, outcome| match outcome {
        Outcome::Rules(file) => Some(check_file(&file, &selection)),
        Outcome::Broken(problem) => Some(FileReport::of_problem(problem)),
        Outcome::Skipped => None,
    })?
    .into_iter()
    .flatten()
    .collect();
    if files.is_empty() && !arguments.inputs.allow_empty {
        output::complain("kqlift: there are no rule files under the given paths");
        return Ok(Exit::NoFiles);
    }
    let colour = output::colour(colour, arguments.output.is_some());
    output::print_or_write(&report::render(&reports, arguments.format, colour), arguments.output.as_deref())?;
    let fails =
        reports.iter().flat_map(|report| &report.findings).any(|finding| arguments.fail_on.fails(finding.severity));
    Ok(if fails && !arguments.exit_zero { Exit::Findings } else { Exit::Clean })
}

fn check_file(file: &RuleFile, selection: &Selection) -> FileReport {
    let diagnostics = file
        .rules
        .iter()
        .enumerate()
        .flat_map(|(index, rule)| check_rule(rule, selection).into_iter().map(move |diagnostic| (index, diagnostic)))
        .collect();
    FileReport::of(file, diagnostics)
}

fn check_rule(rule: &RuleText, selection: &Selection) -> Vec<Diagnostic> {
    let schema = Schema::builtin();
    let parsed = parse(rule.query());
    let facts = analyze(&parsed.query, &schema);
    let input = lint::Input {
        text: rule.query(),
        query: &parsed.query,
        errors: &parsed.errors,
        facts: &facts,
        metadata: &rule.metadata,
        kind: rule.kind,
        schema: &schema,
        texts: &|text| rule.text(text),
    };
    lint::check(&input, |lint_rule| selection.has(lint_rule))
}

/// Which lint rules run.
struct Selection {
    chosen: BTreeMap<&'static str, bool>,
}

impl Selection {
    fn new(select: &[String], ignore: &[String]) -> Result<Self, Failure> {
        let mut chosen: BTreeMap<&'static str, bool> =
            lint::rules().iter().map(|rule| (rule.code, select.is_empty())).collect();
        for word in select {
            Self::set(&mut chosen, word, true)?;
        }
        for word in ignore {
            Self::set(&mut chosen, word, false)?;
        }
        Ok(Self { chosen })
    }

    fn set(chosen: &mut BTreeMap<&'static str, bool>, word: &str, value: bool) -> Result<(), Failure> {
        let upper = word.to_ascii_uppercase();
        let matches = |rule: &&Rule| upper == "ALL" || rule.code.starts_with(&upper) || rule.name == word;
        let mut any = false;
        for rule in lint::rules().iter().filter(matches) {
            chosen.insert(rule.code, value);
            any = true;
        }
        if any && !word.is_empty() {
            return Ok(());
        }
        let near = lint::suggest(word).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Err(Failure(format!("there is no lint rule {word}{near}")))
    }

    fn has(&self, rule: &Rule) -> bool {
        self.chosen.get(rule.code).copied().unwrap_or(false)
    }
}
