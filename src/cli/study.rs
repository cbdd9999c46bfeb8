//! Everything that is known about one rule: its meaning, its page, what the linter finds, what it converts to.

mod notes;
mod sigma;

use rayon::prelude::*;

use super::arguments::{Choice, Inputs};
use super::check::{self, Found};
use super::explain::report_problem;
use super::files::{self, Input, Outcome};
use super::lint::check_read;
use super::policy::Policy;
use super::world::{World, Worlds};
use super::{Failure, output};
use crate::analyze::analyze;
use crate::catalog::{Candidates, Catalog, Overlap, Rule, RuleEntry, RulePage, RuleSource, indicator_keys};
use crate::compare::{Shape, Side};
use crate::diagnostic::Diagnostic;
use crate::emit::{Conversion, Options, Outcome as Converted, Target, convert};
use crate::explain::{Explanation, Language, explain};
use crate::ir::Detection;
use crate::lower::lower;
use crate::parse::parse;
use crate::report::FileReport;
use crate::source::{LineIndex, RuleFile, RuleText};

/// A rule that has been looked at from every side.
pub(super) struct Study {
    pub(super) meaning: Detection,
    pub(super) explanation: Explanation,
    pub(super) conversions: Vec<Conversion>,
    /// The query; of a Sigma rule, all of it.
    pub(super) text: String,
    pub(super) language: Language,
    pub(super) is_accepted: bool,
}

impl Study {
    /// The rule as it is compared with others. The places in a Sigma rule's meaning are no places of its tests.
    pub(super) fn side(&self) -> Side<'_> {
        let query = match self.language {
            Language::Kql => self.text.as_str(),
            Language::Sigma => "",
        };
        Side { rule: &self.meaning, query }
    }
}

/// The rules of a file, and what stood in the way of others.
#[derive(Default)]
pub(super) struct Studies {
    pub(super) studies: Vec<Study>,
    /// One line each, with the file.
    pub(super) problems: Vec<String>,
}

/// How much is worth the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What the rule looks for.
    Page,
    /// Findings and conversions too.
    Full,
}

/// Looks at every rule of what was found under a path.
pub(super) fn outcome(input: &Input, outcome: Outcome, world: World<'_>, depth: Depth) -> Studies {
    match outcome {
        Outcome::Rules(rules) => Studies { studies: file(input, &rules, world, depth), problems: Vec::new() },
        Outcome::Sigma(rules) => sigma::file(input, &rules, world, depth),
        Outcome::Broken(problem) => {
            Studies { studies: Vec::new(), problems: vec![report_problem(&FileReport::of_problem(problem))] }
        }
        Outcome::Skipped => Studies::default(),
    }
}

/// The targets that a team converts to; all where it does not say.
fn targets(input: &Input) -> &[Target] {
    input.settings.convert().to.as_deref().unwrap_or(&Target::ALL)
}

fn options(input: &Input) -> Options {
    let configured = input.settings.convert();
    Options {
        mode: configured.mode,
        unmapped: configured.unmapped.unwrap_or_default(),
        name_hint: input.relative.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
        ..Options::default()
    }
}

/// Looks at every rule of a file, as its configuration has it: findings are those of `lint`, conversions those of
/// `convert`, both without options.
fn file(input: &Input, file: &RuleFile, world: World<'_>, depth: Depth) -> Vec<Study> {
    let choice = Choice::default();
    let policy = Policy::new(&choice, None, input);
    let mut found = Vec::new();
    let mut studies: Vec<Study> = Vec::new();
    for (index, text) in file.rules.iter().enumerate() {
        let (study, findings) = rule(text, input, world, depth, &policy);
        found.extend(findings.into_iter().map(|finding| (index, finding)));
        studies.push(study);
    }
    if depth == Depth::Full {
        for study in &mut studies {
            study.explanation.surroundings.findings = Some(Vec::new());
        }
        tell_findings(&mut studies, check::judge(file, found, &policy), file);
    }
    studies
}

/// Puts on each page what `lint` would report.
fn tell_findings(studies: &mut [Study], found: Found, file: &RuleFile) {
    let lines = LineIndex::new(&file.text);
    for (index, finding) in found.findings {
        if let (Some(study), Some(rule)) = (studies.get_mut(index), file.rules.get(index)) {
            let note = notes::finding(finding, rule, &lines);
            study.explanation.surroundings.findings.get_or_insert_default().push(note);
        }
    }
    for study in studies {
        let findings = study.explanation.surroundings.findings.get_or_insert_default();
        findings.sort_by(|a, b| (a.line, &a.code).cmp(&(b.line, &b.code)));
    }
}

fn rule(
    text: &RuleText,
    input: &Input,
    world: World<'_>,
    depth: Depth,
    policy: &Policy<'_>,
) -> (Study, Vec<Diagnostic>) {
    let parsed = parse(text.query());
    let facts = analyze(&parsed.query, world.schema);
    let mut meaning = lower(text.query(), &parsed.query, &facts, &text.metadata, text.kind);
    if meaning.envelope.title.is_none() {
        meaning.envelope.title.clone_from(&text.title_hint);
    }
    let mut explanation = explain(&meaning, text.query());
    let is_accepted = parsed.is_accepted();
    let (mut conversions, mut findings) = (Vec::new(), Vec::new());
    if depth == Depth::Full {
        findings = check_read(text, &parsed, &facts, policy, world.schema, None);
        let (targets, options) = (targets(input), options(input));
        if is_accepted {
            conversions = targets.iter().map(|target| of_meaning(&mut meaning, *target, world, &options)).collect();
        }
        let notes = if is_accepted { notes::conversions(&conversions) } else { notes::no_conversions(targets) };
        explanation.surroundings.conversions = Some(notes);
    }
    let (text, language) = (text.query().to_owned(), Language::Kql);
    (Study { meaning, explanation, conversions, text, language, is_accepted }, findings)
}

/// The conversion of what a rule means, so that neither a comment nor its layout changes it; of its text, if only that
/// can be converted.
fn of_meaning(meaning: &mut Detection, target: Target, world: World<'_>, options: &Options) -> Conversion {
    let written = meaning.written.take();
    let conversion = convert(meaning, target, world.hub, options);
    meaning.written = written;
    match conversion.outcome {
        Converted::Converted(_) => conversion,
        Converted::Refused(_) => convert(meaning, target, world.hub, options),
    }
}

/// The rules of folders and files as a catalogue. What cannot be read is said and passed over.
pub(super) fn catalog(inputs: &Inputs, depth: Depth) -> Result<Catalog, Failure> {
    let files = files::find(inputs)?;
    let worlds = Worlds::new(&files, inputs, &[])?;
    let found = files::each(&files, inputs, |input, outcome| {
        let world = worlds.of(input);
        let studied = self::outcome(input, outcome, world, depth);
        (rules_of(input, studied.studies, world), studied.problems)
    })?;
    let mut all = Vec::new();
    for (rules, problems) in found {
        all.extend(rules);
        for problem in problems {
            output::complain(&problem);
        }
    }
    Ok(Catalog::new(all))
}

/// A path with `/` between folders, as the index has it.
pub(super) fn catalog_path(path: &std::path::Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn rules_of(input: &Input, studies: Vec<Study>, world: World<'_>) -> Vec<Rule> {
    let path = catalog_path(&input.relative);
    let rule = |(index, study): (usize, Study)| {
        let source = RuleSource { path: &path, number: index + 1, query: &study.text, is_accepted: study.is_accepted };
        let keys = indicator_keys(&study.explanation, world.hub);
        Rule {
            entry: RuleEntry::of(&study.explanation, &keys, source),
            shape: Shape::of(study.side()),
            page: RulePage { explanation: study.explanation, keys, query: study.text },
        }
    };
    studies.into_iter().enumerate().map(rule).collect()
}

/// Which rules of a catalogue overlap, best first.
pub(super) fn overlaps(catalog: &Catalog) -> Vec<Overlap> {
    let candidates = Candidates::new(&catalog.index);
    let mut found: Vec<Overlap> = (0..catalog.shapes.len())
        .into_par_iter()
        .flat_map_iter(|first| {
            let pairs = candidates.after(first);
            pairs.into_iter().filter_map(|pair| candidates.overlap(first, pair, &catalog.shapes)).collect::<Vec<_>>()
        })
        .collect();
    found.sort_by_key(|overlap| (overlap.kind, 100 - overlap.likeness, overlap.first, overlap.second));
    found
}
