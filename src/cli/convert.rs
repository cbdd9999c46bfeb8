//! `kqlift convert`

mod attempt;
mod identity;
mod loss_report;
mod outputs;
mod sigma;
mod summary;
mod table;
mod verification;

use std::path::PathBuf;

use super::arguments::ConvertArguments;
use super::explain::{meaning, report_problem};
use super::files::{self, Input, Outcome};
use super::sigma_file::SigmaFile;
use super::world::{World, Worlds};
use super::{CommandResult, Exit, Failure, output};
use crate::emit::{Options, Target, convert};
use crate::parse::parse;
use crate::report::{self, FileReport};
use crate::source::{LineIndex, RuleFile};
use crate::span::Span;
use attempt::{Attempt, Output, PartOfFile, Status, attempt};
use sigma::Collection;
use verification::{Evidence, Purpose};

pub(super) fn run(arguments: &ConvertArguments) -> CommandResult {
    let files = files::find(&arguments.inputs)?;
    if files.is_empty() && !arguments.inputs.allow_empty {
        return Ok(Exit::NoFiles);
    }
    if let Some(input) = files.iter().find(|input| targets(input, arguments).is_empty()) {
        let name = input.name.display();
        return Err(Failure(format!("no target for {name}: give --to, or `to` under `[convert]` in kqlift.toml")));
    }
    verification::assert_possible(arguments, files.iter().flat_map(|input| targets(input, arguments)))?;
    let worlds = Worlds::new(&files, &arguments.inputs, &arguments.maps)?;
    let purpose = Purpose::of(arguments, files.len());
    let found = files::each(&files, &arguments.inputs, |input, outcome| match outcome {
        Outcome::Rules(file) => Found::Converted(convert_file(input, &file, worlds.of(input), arguments, purpose)),
        Outcome::Broken(problem) => Found::Converted(vec![Attempt::broken(FileReport::of_problem(problem), None)]),
        Outcome::Sigma(file) => Found::Sigma(Box::new(SigmaFile::read(input, file, &arguments.placeholders))),
        Outcome::Skipped => Found::Converted(Vec::new()),
    })?;
    let mut attempts = together(found, &worlds, arguments, purpose);
    outputs::name(&mut attempts, arguments.form);
    let renamed = identity::distinguish(&mut attempts);
    for report in summary::unreadable(&attempts) {
        output::complain(&report_problem(&report));
    }
    outputs::write(&attempts, arguments)?;
    loss_report::write(&attempts, arguments)?;
    let is_silent = attempts.iter().any(|attempt| attempt.evidence.has_failed());
    let is_done = attempts.iter().all(|attempt| attempt.status == Status::Converted);
    // What went wrong is said in any case.
    if !arguments.inputs.shared.quiet || is_silent || !is_done {
        for message in &renamed {
            output::complain(message);
        }
        output::complain(summary::of(&attempts, arguments.inputs.shared.verbose).trim_end());
    }
    Ok(if (is_done || arguments.exit_zero) && !is_silent { Exit::Clean } else { Exit::Findings })
}

/// What is known of a file at first sight.
enum Found {
    Converted(Vec<Attempt>),
    Sigma(Box<SigmaFile>),
}

/// What became of every rule, in the order of the files.
fn together(found: Vec<Found>, worlds: &Worlds, arguments: &ConvertArguments, purpose: Purpose) -> Vec<Attempt> {
    let (mut results, mut files, mut places) = (Vec::with_capacity(found.len()), Vec::new(), Vec::new());
    for found in found {
        match found {
            Found::Converted(attempts) => results.push(attempts),
            Found::Sigma(file) => {
                places.push(results.len());
                files.push(*file);
                results.push(Vec::new());
            }
        }
    }
    let collection = Collection::new(&files);
    for (place, attempts) in places.into_iter().zip(collection.convert(worlds, arguments, purpose)) {
        results[place] = attempts;
    }
    if collection.parts() > 0 && arguments.inputs.shared.verbose {
        let rules = report::counted(collection.parts(), "rule");
        output::complain(&format!("kqlift: {rules} only as parts of correlations; `generate: true` converts them too"));
    }
    results.into_iter().flatten().collect()
}

fn convert_file(
    input: &Input,
    file: &RuleFile,
    world: World<'_>,
    arguments: &ConvertArguments,
    purpose: Purpose,
) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let lines = LineIndex::new(&file.text);
    for (index, rule) in file.rules.iter().enumerate() {
        let parsed = parse(rule.query());
        let (line, _) = lines.position(rule.file_span(Span::at(0).into()).start as usize);
        let part = (file.rules.len() > 1).then_some(PartOfFile { number: index + 1, line });
        if !parsed.is_accepted() {
            let diagnostics = parsed.errors.iter().map(|error| (index, crate::lint::syntax_error(error))).collect();
            let placed = FileReport::of(file, diagnostics);
            let broken = |target: &Target| Attempt { part, ..Attempt::broken(placed.clone(), Some(*target)) };
            attempts.extend(targets(input, arguments).iter().map(broken));
            continue;
        }
        let meaning = meaning(rule, &parsed, world.schema);
        let number = part.map_or_else(String::new, |part| format!("-{}", part.number));
        for &target in targets(input, arguments) {
            let source = input.relative.clone();
            let output = Output { text: String::new(), source, number: number.clone(), name: PathBuf::new() };
            let conversion = convert(&meaning, target, world.hub, &options(input, arguments));
            let evidence = Evidence::of(&meaning, &conversion, world, purpose);
            attempts.push(Attempt { part, ..attempt(file, index, conversion, evidence, output) });
        }
    }
    attempts
}

/// What the command line says, else what the configuration of the file says.
fn targets<'a>(input: &'a Input, arguments: &'a ConvertArguments) -> &'a [Target] {
    match arguments.to.as_slice() {
        [] => input.settings.convert().to.as_deref().unwrap_or_default(),
        targets => targets,
    }
}

fn options(input: &Input, arguments: &ConvertArguments) -> Options {
    let configured = input.settings.convert();
    Options {
        mode: arguments.mode.or(configured.mode),
        strict: arguments.strict,
        allow: arguments.allow.clone(),
        unmapped: arguments.unmapped.or(configured.unmapped).unwrap_or_default(),
        date: arguments.date.clone(),
        prefilter: arguments.prefilter,
        splunk_style: arguments.style,
        form: arguments.form,
        name_hint: input.relative.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
    }
}
