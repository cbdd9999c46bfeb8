//! Sigma rules: all files are read before any is converted, since correlations and filters are about rules of others.

use std::path::PathBuf;

use rayon::prelude::*;

use super::attempt::{self, Attempt, Output, PartOfFile, Status};
use super::verification::{Evidence, Purpose};
use super::{options, targets};
use crate::cli::arguments::ConvertArguments;
use crate::cli::sigma_file::SigmaFile;
use crate::cli::world::{World, Worlds};
use crate::emit::{Conversion, LossClass, Outcome as Converted, Reason, Refusal, Target, convert};
use crate::report::FileReport;
use crate::sigma::{self, Places, SigmaProblem, SigmaRule, write};
use crate::source::{RuleFile, line_column};
use crate::span::Span;

/// The rules of all files, by file.
pub(super) struct Collection<'f> {
    files: &'f [SigmaFile],
    /// The number of the first rule of each file.
    starts: Vec<usize>,
    rules: sigma::Collection<'f>,
}

impl<'f> Collection<'f> {
    /// Finds out what belongs together.
    pub(super) fn new(files: &'f [SigmaFile]) -> Self {
        let (rules, starts) = SigmaFile::collect(files);
        Self { files, starts, rules }
    }

    /// What becomes of the rules of each file, in order.
    pub(super) fn convert(&self, worlds: &Worlds, arguments: &ConvertArguments, purpose: Purpose) -> Vec<Vec<Attempt>> {
        let each = |(index, file): (usize, &SigmaFile)| {
            self.convert_file(index, file, worlds.of(&file.input), arguments, purpose)
        };
        self.files.par_iter().enumerate().map(each).collect()
    }

    /// How many rules are converted only as parts of correlations.
    pub(super) fn parts(&self) -> usize {
        self.rules.parts()
    }

    fn convert_file(
        &self,
        index: usize,
        file: &SigmaFile,
        world: World<'_>,
        arguments: &ConvertArguments,
        purpose: Purpose,
    ) -> Vec<Attempt> {
        let whole = file.as_text();
        let mut attempts = Vec::new();
        for problem in &file.problems {
            attempts.push(unreadable(file, &whole, problem));
        }
        let start = self.starts[index];
        let is_output = |(number, _): &(usize, &SigmaRule)| self.rules.stands_alone(start + *number);
        let outputs: Vec<(usize, &SigmaRule)> = file.rules.iter().enumerate().filter(is_output).collect();
        for (number, rule) in &outputs {
            let meaning = self.rules.meaning(start + *number, world.hub);
            let part = part(file, *number).filter(|_| outputs.len() > 1);
            for &target in targets(&file.input, arguments) {
                let conversion = match (&meaning, target) {
                    (_, Target::Sigma) => as_sigma(rule),
                    (Ok(meaning), _) => convert(meaning, target, world.hub, &options(&file.input, arguments)),
                    (Err(problem), _) => refused(target, problem, &file.places[*number]),
                };
                let meaning = meaning.as_ref().ok().filter(|_| target != Target::Sigma);
                let evidence = meaning.map(|meaning| Evidence::of(meaning, &conversion, world, purpose));
                attempts.push(attempt(&whole, file, conversion, evidence.unwrap_or_default(), part));
            }
        }
        attempts
    }
}

/// What tells a rule from the others of the file.
fn part(file: &SigmaFile, rule: usize) -> Option<PartOfFile> {
    let start = file.places.get(rule)?.find("title").unwrap_or_default().start;
    let (line, _) = line_column(&file.file.text, start as usize);
    Some(PartOfFile { number: rule + 1, line })
}

/// The rule itself, in the spelling of the writer.
fn as_sigma(rule: &SigmaRule) -> Conversion {
    let target = Target::Sigma;
    match write(std::slice::from_ref(rule)) {
        Ok(text) => {
            let outcome = Converted::Converted(text);
            Conversion { target, outcome, class: LossClass::Exact, losses: Vec::new() }
        }
        Err(message) => refusal(target, Reason::Opaque, message, Span::default(), "rule"),
    }
}

fn refused(target: Target, problem: &SigmaProblem, places: &Places) -> Conversion {
    let reason = if problem.is_open_placeholder() { Reason::Placeholder } else { Reason::Opaque };
    let span = places.find(&problem.path).unwrap_or_default();
    let mut conversion = refusal(target, reason, problem.message.clone(), span, &problem.path);
    if let (Reason::Placeholder, Converted::Refused(refusals)) = (reason, &mut conversion.outcome) {
        let suggestion = "give its values with `--placeholder NAME=VALUE`, or under `[convert.placeholders]`";
        for refusal in refusals {
            refusal.suggestion = Some(suggestion.to_owned());
        }
    }
    conversion
}

fn refusal(target: Target, reason: Reason, message: String, span: Span, construct: &str) -> Conversion {
    let refusal = Refusal { span, reason, construct: construct.to_owned(), message, suggestion: None };
    let outcome = Converted::Refused(vec![refusal]);
    Conversion { target, outcome, class: LossClass::NotExpressible, losses: Vec::new() }
}

/// The attempt, with constructs in the words of the rule.
fn attempt(
    whole: &RuleFile,
    file: &SigmaFile,
    mut conversion: Conversion,
    evidence: Evidence,
    part: Option<PartOfFile>,
) -> Attempt {
    let words = |span: Span, construct: &mut String| {
        let written = span.slice(&whole.text).split_whitespace().collect::<Vec<_>>().join(" ");
        if !written.is_empty() {
            *construct = written;
        }
    };
    for loss in &mut conversion.losses {
        words(loss.span, &mut loss.construct);
    }
    if let Converted::Refused(refusals) = &mut conversion.outcome {
        for refusal in refusals {
            words(refusal.span, &mut refusal.construct);
        }
    }
    let source = file.input.relative.clone();
    let number = part.map_or_else(String::new, |part| format!("-{}", part.number));
    let output = Output { text: String::new(), source, number, name: PathBuf::new() };
    Attempt { part, ..attempt::attempt(whole, 0, conversion, evidence, output) }
}

/// A rule that cannot be read.
fn unreadable(file: &SigmaFile, whole: &RuleFile, problem: &SigmaProblem) -> Attempt {
    let place = file.file.rules.get(problem.document).and_then(|rule| Places::of(rule).find(&problem.path));
    let refusal = Refusal {
        span: place.unwrap_or_default(),
        reason: Reason::Opaque,
        construct: problem.path.clone(),
        message: problem.to_string(),
        suggestion: None,
    };
    let placed = FileReport::of(whole, vec![(0, attempt::refusal(&refusal))]);
    Attempt { status: Status::Error, ..Attempt::broken(placed, None) }
}
