//! `kqlift catalog`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::arguments::{
    CatalogBuildArguments, CatalogCommand, CatalogCoverageArguments, CatalogFormat, CatalogReport,
    CatalogSearchArguments, CatalogSimilarArguments, CatalogStatsArguments, CorpusArgument, CoverageFormat, Inputs,
    Shared,
};
use super::progress::Progress;
use super::study::{self, Depth};
use super::{CommandResult, Exit, Failure, output};
use crate::catalog::{
    Candidates, Catalog, Coverage, Index, Overlap, OverlapKind, Site, Stats, VERSION, coverage, navigator_layer,
    search, stats,
};
use crate::schema::spaced;

pub(super) fn run(command: &CatalogCommand) -> CommandResult {
    match command {
        CatalogCommand::Build(arguments) => build(arguments),
        CatalogCommand::Search(arguments) => search_rules(arguments),
        CatalogCommand::Similar(arguments) => similar(arguments),
        CatalogCommand::Coverage(arguments) => covered(arguments),
        CatalogCommand::Stats(arguments) => figures(arguments),
    }
}

fn build(arguments: &CatalogBuildArguments) -> CommandResult {
    let catalog = study::catalog(&arguments.inputs, Depth::Full)?;
    if catalog.index.rules.is_empty() && !arguments.inputs.allow_empty {
        output::complain("kqlift: there are no rules under the given paths");
        return Ok(Exit::NoFiles);
    }
    match arguments.format {
        CatalogFormat::Json => {
            output::print_or_write(&json(&catalog.index)?, Some(&arguments.output))?;
            output::complain(&format!("kqlift: {} rules in {}", catalog.index.rules.len(), arguments.output.display()));
        }
        CatalogFormat::Site => {
            let overlaps = study::overlaps(&catalog);
            let site = Site::new(&catalog, overlaps, &title(&arguments.inputs));
            let files = write_site(&site, &arguments.output, &arguments.inputs.shared)?;
            let start = arguments.output.join("index.html");
            output::complain(&format!(
                "kqlift: {} rules, {files} files; open {}",
                catalog.index.rules.len(),
                start.display()
            ));
        }
    }
    Ok(Exit::Clean)
}

/// The site is called after the folder.
fn title(inputs: &Inputs) -> String {
    let folder = inputs.paths.first().map_or(Path::new("."), PathBuf::as_path);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    folder.file_name().map_or_else(|| "Rules".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Writes every page; pages of an earlier build that are no longer there go.
fn write_site(site: &Site<'_>, folder: &Path, shared: &Shared) -> Result<usize, Failure> {
    claim(folder)?;
    for name in ["rule", "table", "column", "technique", "indicator"] {
        let folder = folder.join(name);
        if folder.is_dir() {
            std::fs::remove_dir_all(&folder).map_err(|error| Failure::io("remove", &folder, &error))?;
        }
        std::fs::create_dir_all(&folder).map_err(|error| Failure::io("make the folder", &folder, &error))?;
    }
    let pages = site.pages();
    let progress = Progress::new(pages.len(), shared);
    pages.par_iter().try_for_each(|page| {
        progress.step();
        let path = folder.join(site.path(*page));
        std::fs::write(&path, site.render(*page)).map_err(|error| Failure::io("write", &path, &error))
    })?;
    Ok(pages.len())
}

/// File that says that a folder was written by `catalog build`, and may be written again.
const MARK: &str = ".kqlift-catalog";

/// A folder with something else in it is not overwritten.
fn claim(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("make the folder", folder, &error))?;
    let mark = folder.join(MARK);
    let is_empty = std::fs::read_dir(folder).map_err(|error| Failure::io("read", folder, &error))?.next().is_none();
    if !is_empty && !mark.is_file() {
        return Err(Failure(format!("{} is not empty and was not made by `catalog build`", folder.display())));
    }
    output::write_file(&mark, "Written by `kqlift catalog build`, which replaces what is here.\n")
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure(format!("can't write JSON: {error}")))?;
    Ok(text + "\n")
}

/// An index from a file, or made from a folder.
pub(super) fn index(corpus: &Inputs, depth: Depth) -> Result<Index, Failure> {
    let corpus = match corpus.paths.as_slice() {
        [path] if path.is_file() && path.extension().is_some_and(|extension| extension == "json") => path,
        _ => return Ok(study::catalog(corpus, depth)?.index),
    };
    let text = std::fs::read_to_string(corpus).map_err(|error| Failure::io("read", corpus, &error))?;
    let index: Index = serde_json::from_str(&text)
        .map_err(|error| Failure(format!("{} is no index of rules: {error}", corpus.display())))?;
    if index.version != VERSION {
        return Err(Failure(format!("{} has version {}; build it again", corpus.display(), index.version)));
    }
    Ok(index)
}

/// The index that a command was told to look at.
fn read_corpus(corpus: &CorpusArgument, depth: Depth) -> Result<Index, Failure> {
    index(&Inputs::of(&corpus.corpus, &corpus.world), depth)
}

fn search_rules(arguments: &CatalogSearchArguments) -> CommandResult {
    let index = read_corpus(&arguments.corpus, Depth::Page)?;
    let hits = search(&index, &arguments.words);
    let text = match arguments.format {
        CatalogReport::Text => {
            let line = |hit: &crate::catalog::Hit| {
                let rule = &index.rules[hit.rule];
                format!("{}\n  {}\n  {}\n", rule.place(), rule.title, hit.found_in.join("; "))
            };
            hits.iter().map(line).collect::<Vec<_>>().concat()
        }
        CatalogReport::Json => {
            let hits: Vec<serde_json::Value> = hits
                .iter()
                .map(|hit| {
                    let rule = &index.rules[hit.rule];
                    serde_json::json!({ "path": rule.path, "number": rule.number, "title": rule.title, "found_in": hit.found_in })
                })
                .collect();
            json(&hits)?
        }
    };
    output::print(&text)?;
    if arguments.format == CatalogReport::Text {
        output::complain(&format!("{} of {} rules", hits.len(), index.rules.len()));
    }
    Ok(if hits.is_empty() { Exit::Findings } else { Exit::Clean })
}

fn similar(arguments: &CatalogSimilarArguments) -> CommandResult {
    let folder = |path| study::catalog(&Inputs::of(path, &arguments.world), Depth::Page);
    let (corpus, own) = (folder(&arguments.corpus)?, folder(&arguments.rule)?);
    let mut lines = String::new();
    let mut values = Vec::new();
    for (number, entry) in own.index.rules.iter().enumerate() {
        let found = overlaps_of(&corpus, &own, number);
        for (overlap, other) in &found {
            let other = &corpus.index.rules[*other];
            let _ = writeln!(
                lines,
                "{:>3} %  {:<16}  {}\n       {}",
                overlap.likeness,
                words(overlap.kind),
                other.place(),
                other.title
            );
            for (sign, features) in [('-', &overlap.only_first), ('+', &overlap.only_second)] {
                for feature in features {
                    let _ = writeln!(lines, "       {sign} {feature}");
                }
            }
            values.push(serde_json::json!({
                "rule": entry.place(), "other": other.place(), "title": other.title, "kind": overlap.kind,
                "likeness": overlap.likeness, "only_rule": overlap.only_first, "only_other": overlap.only_second,
            }));
        }
    }
    match arguments.format {
        CatalogReport::Text => output::print(&lines)?,
        CatalogReport::Json => output::print(&json(&values)?)?,
    }
    if arguments.format == CatalogReport::Text {
        output::complain(&format!("{} of {} rules overlap", values.len(), corpus.index.rules.len()));
    }
    Ok(Exit::Clean)
}

/// How another rule relates to the one that was asked about.
fn words(kind: OverlapKind) -> &'static str {
    match kind {
        OverlapKind::Identical => "same rows",
        OverlapKind::FirstWithinSecond => "these and more",
        OverlapKind::SecondWithinFirst => "some of these",
        OverlapKind::NearDuplicate => "nearly the same",
    }
}

/// What overlaps with one rule, and where it stands in the corpus; best first.
fn overlaps_of(corpus: &Catalog, own: &Catalog, number: usize) -> Vec<(Overlap, usize)> {
    let entry = &own.index.rules[number];
    let itself = corpus.index.find(entry);
    // The rule goes in front of the corpus, so that it is compared with all of it.
    let mut rules = vec![entry.clone()];
    rules.extend(corpus.index.rules.iter().cloned());
    let index = Index { version: VERSION, rules };
    let mut shapes = vec![own.shapes[number].clone()];
    shapes.extend(corpus.shapes.iter().cloned());
    let candidates = Candidates::new(&index);
    let pairs = candidates.after(0).into_iter().filter(|(other, _)| Some(other - 1) != itself);
    let mut found: Vec<(Overlap, usize)> =
        pairs.filter_map(|pair| Some((candidates.overlap(0, pair, &shapes)?, pair.0 - 1))).collect();
    found.sort_by_key(|(overlap, other)| (overlap.kind, 100 - overlap.likeness, *other));
    found
}

fn covered(arguments: &CatalogCoverageArguments) -> CommandResult {
    let index = read_corpus(&arguments.corpus, Depth::Page)?;
    let text = match arguments.format {
        CoverageFormat::Text => coverage_text(&coverage(&index)),
        CoverageFormat::Json => json(&coverage(&index))?,
        CoverageFormat::Navigator => {
            let name = arguments.corpus.corpus.canonicalize().ok();
            let name = name.as_deref().and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
            json(&navigator_layer(&index, name.as_deref().unwrap_or("rules")))?
        }
    };
    output::print_or_write(&text, arguments.output.as_deref())?;
    Ok(Exit::Clean)
}

fn coverage_text(coverage: &Coverage) -> String {
    // Writing to a `String` cannot fail.
    let mut text = format!("{} rules name a technique\n", coverage.rules);
    for tactic in &coverage.tactics {
        let covered = tactic.techniques.iter().filter(|technique| technique.rules > 0).count();
        let name = spaced(tactic.name);
        let _ =
            writeln!(text, "\n{name} ({covered} of {} techniques; {} rules)", tactic.techniques.len(), tactic.rules);
        for technique in tactic.techniques.iter().filter(|technique| technique.rules > 0) {
            let successor = technique.successor.map_or(String::new(), |id| format!(" (now {id})"));
            let _ = writeln!(text, "  {:>5}  {:<9}  {}{successor}", technique.rules, technique.id, technique.name);
            for (id, name, rules) in &technique.sub_techniques {
                let _ = writeln!(text, "  {rules:>5}  {id:<9}    {name}");
            }
        }
    }
    if !coverage.unknown.is_empty() {
        text += "\nNot in ATT&CK\n";
        for (id, rules) in &coverage.unknown {
            let _ = writeln!(text, "  {rules:>5}  {id}");
        }
    }
    text
}

fn figures(arguments: &CatalogStatsArguments) -> CommandResult {
    let stats = stats(&read_corpus(&arguments.corpus, Depth::Full)?);
    let text = match arguments.format {
        CatalogReport::Text => stats_text(&stats),
        CatalogReport::Json => json(&stats)?,
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

fn stats_text(stats: &Stats) -> String {
    let mut text = format!(
        "{} rules, {} without syntax errors\n{} tables, {} techniques\n{} indicators, {} in two rules or more\n",
        stats.rules, stats.accepted, stats.tables, stats.techniques, stats.indicators, stats.shared_indicators
    );
    text += "\nConverts\n";
    for target in &stats.conversions {
        let classes: Vec<String> = target.classes.iter().map(|(class, count)| format!("{class} {count}")).collect();
        let share = target.converted * 100 / target.tried.max(1);
        let _ = writeln!(
            text,
            "  {:<8} {:>5} of {} ({share} %): {}",
            target.target,
            target.converted,
            target.tried,
            classes.join(", ")
        );
    }
    let tactics: Vec<(String, usize)> = stats.by_tactic.iter().map(|(name, count)| (spaced(name), *count)).collect();
    for (title, counts) in [
        ("Severity", &stats.by_severity),
        ("Kind", &stats.by_kind),
        ("Tactic", &tactics),
        ("Last change", &stats.by_year),
        ("Table", &stats.by_table),
        ("Findings", &stats.by_finding),
    ] {
        if counts.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for (name, count) in counts.iter().take(20) {
            let _ = writeln!(text, "  {count:>5}  {name}");
        }
        if counts.len() > 20 {
            let _ = writeln!(text, "         and {} more", counts.len() - 20);
        }
    }
    text
}
