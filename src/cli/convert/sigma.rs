//! Sigma rules: all files are read before any is converted, since correlations and filters are about rules of others.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Attempt, Output, PartOfFile, Status, options, targets, verification};
use crate::cli::arguments::ConvertArguments;
use crate::cli::files::Input;
use crate::cli::world::{World, Worlds};
use crate::emit::{Conversion, LossClass, Outcome as Converted, Reason, Refusal, Target, convert};
use crate::ir::Detection;
use crate::mapping::Hub;
use crate::report::FileReport;
use crate::sigma::{Body, Correlation, Part, Places, SigmaProblem, SigmaRule, correlate, lower_placed, read, write};
use crate::source::{Loaded, RuleFile, line_column};
use crate::span::Span;
use crate::verify::Verification;

/// Correlations about correlations are followed no deeper than this.
const MAX_DEPTH: usize = 4;

/// A file of Sigma rules.
pub(super) struct SigmaFile {
    input: Input,
    file: RuleFile,
    rules: Vec<SigmaRule>,
    places: Vec<Places>,
    problems: Vec<SigmaProblem>,
}

impl SigmaFile {
    /// Reads the rules of a file.
    pub(super) fn read(input: &Input, file: RuleFile) -> Self {
        let (rules, problems) = read(&file.text);
        // Old collections have documents that are no rules; then nobody knows which is which.
        let is_plain = rules.len() == file.rules.len();
        let places = rules.iter().enumerate().map(|(index, _)| match file.rules.get(index).filter(|_| is_plain) {
            Some(rule) => Places::of(rule),
            None => Places::default(),
        });
        Self { input: input.clone(), places: places.collect(), file, rules, problems }
    }

    /// What tells a rule from the others of the file.
    fn part(&self, rule: usize) -> Option<PartOfFile> {
        let start = self.places.get(rule)?.find("title").unwrap_or_default().start;
        let (line, _) = line_column(&self.file.text, start as usize);
        Some(PartOfFile { number: rule + 1, line })
    }

    /// The file as one text, which places in the meaning of its rules are places of.
    fn as_text(&self) -> RuleFile {
        let bytes = self.file.text.clone().into_bytes();
        match crate::source::read(Path::new("rules.kql"), bytes, None) {
            Loaded::Rules(whole) => RuleFile { path: self.file.path.clone(), ..whole },
            Loaded::Sigma(_) | Loaded::NotARule { .. } | Loaded::Broken(_) => self.file.clone(),
        }
    }
}

/// The rules of all files.
pub(super) struct Collection<'f> {
    files: &'f [SigmaFile],
    /// Ids and names of rules: file and rule.
    names: HashMap<&'f str, (usize, usize)>,
    filters: Vec<&'f SigmaRule>,
    /// Rules that only serve correlations.
    parts: BTreeSet<(usize, usize)>,
}

impl<'f> Collection<'f> {
    /// Finds out what belongs together.
    pub(super) fn new(files: &'f [SigmaFile]) -> Self {
        let mut collection = Self { files, names: HashMap::new(), filters: Vec::new(), parts: BTreeSet::new() };
        for (file, found) in files.iter().enumerate() {
            for (index, rule) in found.rules.iter().enumerate() {
                for name in ["id", "name"].iter().filter_map(|key| rule.head.text(key)) {
                    collection.names.entry(name).or_insert((file, index));
                }
                if let Body::Filter { .. } = &rule.body {
                    collection.filters.push(rule);
                }
            }
        }
        let rules = files.iter().flat_map(|file| &file.rules);
        for (rule, correlation) in rules.filter_map(|rule| Some((rule, correlation(rule)?))) {
            let generates = rule.head.get("generate").and_then(serde_yaml::Value::as_bool).or(correlation.generate);
            if generates != Some(true) {
                let named = correlation.rules.items.iter();
                collection.parts.extend(named.filter_map(|name| collection.names.get(name.as_str())));
            }
        }
        collection
    }

    /// What becomes of the rules of each file, in order.
    pub(super) fn convert(&self, worlds: &Worlds, arguments: &ConvertArguments) -> Vec<Vec<Attempt>> {
        let each =
            |(index, file): (usize, &SigmaFile)| self.convert_file(index, file, worlds.of(&file.input), arguments);
        self.files.par_iter().enumerate().map(each).collect()
    }

    /// How many rules are converted only as parts of correlations.
    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    fn convert_file(
        &self,
        index: usize,
        file: &SigmaFile,
        world: World<'_>,
        arguments: &ConvertArguments,
    ) -> Vec<Attempt> {
        let whole = file.as_text();
        let mut attempts = Vec::new();
        for problem in &file.problems {
            attempts.push(unreadable(file, &whole, problem));
        }
        let is_output = |(number, rule): &(usize, &SigmaRule)| {
            !matches!(rule.body, Body::Filter { .. }) && !self.parts.contains(&(index, *number))
        };
        let outputs: Vec<(usize, &SigmaRule)> = file.rules.iter().enumerate().filter(is_output).collect();
        for (number, rule) in &outputs {
            let meaning = self.meaning((index, *number), world.hub, 0);
            let part = file.part(*number).filter(|_| outputs.len() > 1);
            for &target in targets(&file.input, arguments) {
                let conversion = match (&meaning, target) {
                    (_, Target::Sigma) => as_sigma(rule),
                    (Ok(meaning), _) => convert(meaning, target, world.hub, &options(&file.input, arguments)),
                    (Err(problem), _) => refused(target, problem, &file.places[*number]),
                };
                let verification = meaning
                    .as_ref()
                    .ok()
                    .filter(|_| target != Target::Sigma)
                    .and_then(|meaning| verification::of(meaning, &conversion, world, arguments));
                attempts.push(attempt(&whole, file, conversion, verification, part));
            }
        }
        attempts
    }

    /// The meaning of a rule with the filters and rules that belong to it.
    fn meaning(&self, at: (usize, usize), hub: &Hub, depth: usize) -> Result<Detection, SigmaProblem> {
        let file = &self.files[at.0];
        let (rule, places) = (&file.rules[at.1], &file.places[at.1]);
        let Some(correlation) = correlation(rule) else {
            return lower_placed(rule, self.filters.iter().copied(), hub, places);
        };
        let mut parts = Vec::new();
        for name in &correlation.rules.items {
            let Some(part) = self.names.get(name.as_str()).filter(|_| depth < MAX_DEPTH) else {
                return Err(problem(format!("there is no rule `{name}` among the files given")));
            };
            let meaning = self
                .meaning(*part, hub, depth + 1)
                .map_err(|found| problem(format!("the rule `{name}` has no meaning: {}", found.message)))?;
            parts.push(Part { name, meaning });
        }
        correlate(rule, parts, places)
    }
}

fn correlation(rule: &SigmaRule) -> Option<&Correlation> {
    match &rule.body {
        Body::Correlation(correlation) => Some(correlation),
        Body::Detection { .. } | Body::Filter { .. } => None,
    }
}

fn problem(message: String) -> SigmaProblem {
    SigmaProblem { document: 0, path: "correlation.rules".to_owned(), message, span: None }
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
    refusal(target, reason, problem.message.clone(), span, &problem.path)
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
    verification: Option<Verification>,
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
    Attempt { part, ..super::attempt(whole, 0, conversion, verification, output) }
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
    let placed = FileReport::of(whole, vec![(0, super::refusal(&refusal))]);
    Attempt { status: Status::Error, ..Attempt::broken(placed, None) }
}
