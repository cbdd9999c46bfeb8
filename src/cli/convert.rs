//! `kqlift convert`

mod sigma;
mod summary;
mod table;
mod verification;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::arguments::ConvertArguments;
use super::explain::{meaning, report_problem};
use super::files::{self, Input, Outcome};
use super::sigma_file::SigmaFile;
use super::world::{World, Worlds};
use super::{CommandResult, Exit, Failure, output};
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::{
    Assumption, Conversion, Form, Loss, LossClass, Options, Outcome as Converted, Refusal, Target, convert,
};
use crate::parse::parse;
use crate::report::{self, FileReport, Finding};
use crate::source::{LineIndex, RuleFile};
use crate::span::{Place, Span};
use crate::verify::Verification;
use sigma::Collection;

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
    let found = files::each(&files, &arguments.inputs, |input, outcome| match outcome {
        Outcome::Rules(file) => Found::Converted(convert_file(input, &file, worlds.of(input), arguments)),
        Outcome::Broken(problem) => Found::Converted(vec![Attempt::broken(FileReport::of_problem(problem), None)]),
        Outcome::Sigma(file) => Found::Sigma(Box::new(SigmaFile::read(input, file, &arguments.placeholders))),
        Outcome::Skipped => Found::Converted(Vec::new()),
    })?;
    let mut attempts = together(found, &worlds, arguments);
    name_outputs(&mut attempts, arguments.form);
    for report in unreadable(&attempts) {
        output::complain(&report_problem(&report));
    }
    write_outputs(&attempts, arguments)?;
    write_report(&attempts, arguments)?;
    output::complain(summary::of(&attempts, arguments.inputs.shared.verbose).trim_end());
    let is_done = attempts.iter().all(|attempt| attempt.status == Status::Converted);
    let is_silent = attempts.iter().any(|attempt| attempt.verification.as_ref().is_some_and(verification::has_failed));
    Ok(if (is_done || arguments.exit_zero) && !is_silent { Exit::Clean } else { Exit::Findings })
}

/// What is known of a file at first sight.
enum Found {
    Converted(Vec<Attempt>),
    Sigma(Box<SigmaFile>),
}

/// What became of every rule, in the order of the files.
fn together(found: Vec<Found>, worlds: &Worlds, arguments: &ConvertArguments) -> Vec<Attempt> {
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
    for (place, attempts) in places.into_iter().zip(collection.convert(worlds, arguments)) {
        results[place] = attempts;
    }
    if collection.parts() > 0 && arguments.inputs.shared.verbose {
        let rules = report::counted(collection.parts(), "rule");
        output::complain(&format!("kqlift: {rules} only as parts of correlations; `generate: true` converts them too"));
    }
    results.into_iter().flatten().collect()
}

/// What became of one rule and one target.
struct Attempt {
    path: String,
    /// Which rule of its file it is, if the file has several.
    part: Option<PartOfFile>,
    target: Option<Target>,
    status: Status,
    class: LossClass,
    output: Option<Output>,
    losses: Vec<Loss>,
    refusals: Vec<Refusal>,
    /// What running both rules came to, if that was asked for.
    verification: Option<Verification>,
    /// Losses, refusals and syntax errors with their places.
    placed: FileReport,
}

/// What tells a rule from the others of its file.
#[derive(Debug, Clone, Copy)]
struct PartOfFile {
    /// Its number, from 1.
    number: usize,
    /// The line where its query begins.
    line: usize,
}

/// A converted rule.
struct Output {
    text: String,
    /// The path of the input below the folder that was asked for.
    source: PathBuf,
    /// `-2` for the second of several rules in a file.
    number: String,
    /// Path of the file for it, below the folder for outputs.
    name: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Converted,
    Refused,
    /// The rule could not be read.
    Error,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Converted => "converted",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }
}

impl Attempt {
    fn broken(placed: FileReport, target: Option<Target>) -> Self {
        let (losses, refusals) = (Vec::new(), Vec::new());
        let (path, class) = (placed.path.clone(), LossClass::NotExpressible);
        let (part, output, verification) = (None, None, None);
        Self { path, part, target, status: Status::Error, class, output, losses, refusals, verification, placed }
    }

    /// `rules.kql`, or `rules.kql#2` for the second of several rules in a file.
    fn name(&self) -> String {
        match self.part {
            Some(part) => format!("{}#{}", self.path, part.number),
            None => self.path.clone(),
        }
    }

    /// Whether the rule is written for its own tables, because the target's common form cannot take it.
    fn is_on_own_tables(&self) -> bool {
        self.status == Status::Converted && self.losses.iter().any(Loss::is_of_own_table)
    }

    /// The line of a loss.
    fn line_of(&self, code: &str, message: &str) -> Option<usize> {
        finding(&self.placed, code, message).map(|finding| finding.start.line)
    }
}

fn convert_file(input: &Input, file: &RuleFile, world: World<'_>, arguments: &ConvertArguments) -> Vec<Attempt> {
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
            let verification = verification::of(&meaning, &conversion, world, arguments);
            attempts.push(Attempt { part, ..attempt(file, index, conversion, verification, output) });
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

fn attempt(
    file: &RuleFile,
    index: usize,
    conversion: Conversion,
    verification: Option<Verification>,
    output: Output,
) -> Attempt {
    let Conversion { target, outcome, class, mut losses } = conversion;
    if let Some(found) = &verification {
        verification::withdraw(found, &mut losses);
    }
    let (status, output, refusals) = match outcome {
        Converted::Converted(text) => (Status::Converted, Some(Output { text, ..output }), Vec::new()),
        Converted::Refused(refusals) => (Status::Refused, None, refusals),
    };
    let findings = losses.iter().map(loss).chain(refusals.iter().map(refusal));
    let findings = findings.chain(verification.iter().flat_map(verification::findings));
    let placed = FileReport::of(file, findings.map(|finding| (index, finding)).collect());
    let path = file.path.clone();
    Attempt { path, part: None, target: Some(target), status, class, output, losses, refusals, verification, placed }
}

/// Names each output after its input: `rule.yml`, `rule-2.yml` for the second rule of a file, and `rule.kql.yml` where
/// the folder has a `rule.yaml` as well. Where the second rule of one file would be named as another file is, both keep
/// their extensions.
fn name_outputs(attempts: &mut [Attempt], form: Form) {
    let mut sources: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for output in attempts.iter().filter_map(|attempt| attempt.output.as_ref()) {
        sources.entry(output.source.with_extension("")).or_default().insert(output.source.clone());
    }
    let mut uses: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for attempt in attempts.iter_mut() {
        let (Some(output), Some(target)) = (&mut attempt.output, attempt.target) else { continue };
        let stem = output.source.with_extension("");
        let is_alone = sources.get(&stem).is_none_or(|sources| sources.len() == 1);
        output.name = output_name(if is_alone { &stem } else { &output.source }, &output.number, target, form);
        *uses.entry(output.name.clone()).or_default() += 1;
    }
    for attempt in attempts {
        let (Some(output), Some(target)) = (&mut attempt.output, attempt.target) else { continue };
        if uses.get(&output.name).is_some_and(|uses| *uses > 1) {
            output.name = output_name(&output.source, &output.number, target, form);
        }
    }
}

fn output_name(base: &Path, number: &str, target: Target, form: Form) -> PathBuf {
    let extension = form.extension().filter(|_| target != Target::Sigma).unwrap_or(target.extension());
    let mut name = base.as_os_str().to_owned();
    name.push(format!("{number}.{extension}"));
    PathBuf::from(name)
}

/// The report of each file that could not be read, once.
fn unreadable(attempts: &[Attempt]) -> Vec<FileReport> {
    let mut reports: Vec<FileReport> = attempts
        .iter()
        .filter(|attempt| attempt.status == Status::Error)
        .map(|attempt| attempt.placed.clone())
        .collect();
    reports.dedup();
    reports
}

fn loss(loss: &Loss) -> Diagnostic {
    let severity = match loss.rule_class {
        LossClass::Exact | LossClass::Informational | LossClass::Assumption => Severity::Info,
        LossClass::Over | LossClass::Under | LossClass::Changed | LossClass::NotExpressible => Severity::Warning,
    };
    let mut notes = Vec::new();
    if !loss.emitted.is_empty() {
        notes.push(format!("written: {}", loss.emitted));
    }
    if let Some(assumption) = loss.assumption {
        notes.push(format!("{}: {}", assumption.as_str(), assumption.text()));
    }
    if let Some(example) = &loss.counter_example {
        let says = |matches| if matches { "matches" } else { "does not match" };
        notes.push(format!(
            "with {} = {:?} the source {}, the target {}",
            example.field,
            example.value,
            says(example.matches_source),
            says(example.matches_target)
        ));
    }
    Diagnostic {
        code: loss.reason.as_str(),
        name: loss.rule_class.as_str(),
        severity,
        message: loss.message.clone(),
        place: Place::query(loss.span),
        label: String::new(),
        related: Vec::new(),
        help: loss.suggestion.clone(),
        notes,
        fix: None,
    }
}

fn refusal(refusal: &Refusal) -> Diagnostic {
    Diagnostic {
        code: refusal.reason.as_str(),
        name: "refused",
        severity: Severity::Error,
        message: refusal.message.clone(),
        place: Place::query(refusal.span),
        label: String::new(),
        related: Vec::new(),
        help: refusal.suggestion.clone(),
        notes: Vec::new(),
        fix: None,
    }
}

/// Converted rules go to files of their own, or one after the other to standard output.
fn write_outputs(attempts: &[Attempt], arguments: &ConvertArguments) -> Result<(), Failure> {
    if arguments.dry_run {
        return Ok(());
    }
    let outputs = attempts.iter().filter_map(|attempt| attempt.output.as_ref());
    let Some(folder) = &arguments.output else {
        let texts: Vec<&str> = outputs.map(|output| output.text.as_str()).collect();
        return if texts.is_empty() { Ok(()) } else { output::print(&texts.join("\n")) };
    };
    for output in outputs {
        let path = folder.join(&output.name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| Failure::io("make the folder", parent, &error))?;
        }
        output::write_file(&path, &output.text)?;
    }
    Ok(())
}

/// One JSON line for each rule and target.
fn write_report(attempts: &[Attempt], arguments: &ConvertArguments) -> Result<(), Failure> {
    let Some(path) = &arguments.report else { return Ok(()) };
    let lines: String = attempts.iter().map(|attempt| report_line(attempt, arguments)).collect();
    output::print_or_write(&lines, Some(path))
}

fn report_line(attempt: &Attempt, arguments: &ConvertArguments) -> String {
    let is_written = !arguments.dry_run;
    let output = attempt.output.as_ref().filter(|_| is_written).zip(arguments.output.as_ref());
    let mut line = serde_json::json!({
        "path": attempt.path,
        "target": attempt.target.map(Target::as_str),
        "status": attempt.status.as_str(),
        "class": attempt.class.as_str(),
        "on_own_tables": attempt.is_on_own_tables(),
        "output": output.map(|(output, folder)| folder.join(&output.name).display().to_string()),
        "losses": losses_json(attempt),
        "refusals": attempt.refusals.iter().map(|refusal| refusal_json(refusal, &attempt.placed)).collect::<Vec<_>>(),
        "errors": error_json(attempt),
    });
    if let (Some(part), Some(line)) = (attempt.part, line.as_object_mut()) {
        line.insert("rule".to_owned(), part.number.into());
        line.insert("line".to_owned(), part.line.into());
    }
    if let (Some(found), Some(line)) = (&attempt.verification, line.as_object_mut()) {
        line.insert("verification".to_owned(), verification::json(found));
    }
    format!("{line}\n")
}

fn finding<'r>(placed: &'r FileReport, code: &str, message: &str) -> Option<&'r Finding> {
    placed.findings.iter().find(|finding| finding.code == code && finding.message == message)
}

fn place_json(placed: &FileReport, code: &str, message: &str) -> serde_json::Value {
    match finding(placed, code, message) {
        Some(finding) => serde_json::json!({ "start": finding.start, "end": finding.end }),
        None => serde_json::Value::Null,
    }
}

/// The losses, with the events that show their examples where both rules were run.
fn losses_json(attempt: &Attempt) -> Vec<serde_json::Value> {
    let json = |(index, loss): (usize, &Loss)| {
        let mut json = loss_json(loss, &attempt.placed);
        if let Some(found) = &attempt.verification {
            verification::add_events(found, index, &mut json);
        }
        json
    };
    attempt.losses.iter().enumerate().map(json).collect()
}

fn loss_json(loss: &Loss, placed: &FileReport) -> serde_json::Value {
    serde_json::json!({
        "reason": loss.reason.as_str(),
        "class": loss.class.as_str(),
        "rule_class": loss.rule_class.as_str(),
        "is_negated": loss.is_negated,
        "assumption": loss.assumption.map(Assumption::as_str),
        "range": place_json(placed, loss.reason.as_str(), &loss.message),
        "span": [loss.span.start, loss.span.end],
        "construct": loss.construct,
        "emitted": loss.emitted,
        "message": loss.message,
        "suggestion": loss.suggestion,
        "counter_example": loss.counter_example.as_ref().map(|example| serde_json::json!({
            "field": example.field,
            "value": example.value,
            "source_matches": example.matches_source,
            "target_matches": example.matches_target,
        })),
    })
}

fn refusal_json(refusal: &Refusal, placed: &FileReport) -> serde_json::Value {
    serde_json::json!({
        "reason": refusal.reason.as_str(),
        "range": place_json(placed, refusal.reason.as_str(), &refusal.message),
        "span": [refusal.span.start, refusal.span.end],
        "construct": refusal.construct,
        "message": refusal.message,
        "suggestion": refusal.suggestion,
    })
}

fn error_json(attempt: &Attempt) -> Vec<serde_json::Value> {
    if attempt.status != Status::Error {
        return Vec::new();
    }
    let error = |finding: &Finding| serde_json::json!({ "code": finding.code, "message": finding.message, "start": finding.start });
    attempt.placed.findings.iter().map(error).collect()
}
