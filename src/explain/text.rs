//! The page for a terminal: fixed columns, no colour, no blanks at line ends.

use super::Explanation;
use super::exclusions::Exclusions;
use super::header::Header;
use super::indicators::Indicator;
use super::language::LanguageCounts;
use super::outputs::{OriginKind, Output, OutputField};
use super::sections::{Section, Sections};
use super::surroundings::ConversionNote;
use super::tree;
use super::words::{counted, visible};
use crate::page::grouped;

/// The page as text, at most `width` columns wide where words allow it.
pub fn render_text(explanation: &Explanation, width: usize) -> String {
    render_text_sections(explanation, &Sections::all(), width)
}

/// The same with the wanted parts only.
pub fn render_text_sections(explanation: &Explanation, sections: &Sections, width: usize) -> String {
    let mut page = Page { text: String::new(), width: width.max(40) };
    header(&explanation.header, &mut page);
    for section in Section::ALL.into_iter().filter(|section| sections.has(*section)) {
        match section {
            Section::Stages => stages(explanation, &mut page),
            Section::Predicates => predicates(explanation, &mut page),
            Section::Joins => joins(explanation, &mut page),
            Section::Indicators => indicators(explanation, &mut page),
            Section::Exclusions => exclusions(&explanation.exclusions, &mut page),
            Section::Output => output(explanation, &mut page),
            Section::Entities => entities(explanation, &mut page),
            Section::Conversions => conversions(explanation, &mut page),
            Section::Findings => findings(explanation, &mut page),
            Section::Notes => notes(explanation, &mut page),
        }
    }
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn section(&mut self, title: &str) {
        self.text.push('\n');
        self.line(title);
    }

    /// Words behind `lead`, wrapped; further lines start below the first word.
    fn wrapped(&mut self, lead: &str, words: &str) {
        let indent = " ".repeat(lead.chars().count());
        let (mut line, mut is_empty) = (lead.to_owned(), true);
        // At single blanks, so that the blanks inside a value stay.
        for word in words.split(' ') {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > self.width {
                self.line(&line);
                line.clone_from(&indent);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        self.line(&line);
    }

    /// Rows with aligned columns; the last column is not padded.
    fn table<const N: usize>(&mut self, rows: &[[String; N]]) {
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..N).map(width).collect();
        for row in rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str("  ");
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
            }
            self.line(&line);
        }
    }
}

fn header(header: &Header, page: &mut Page) {
    page.line(header.title.as_deref().unwrap_or("Untitled query"));
    page.line(&summary(header));
    let tactics = Some(header.tactic_words().join(", ")).filter(|tactics| !tactics.is_empty());
    for (index, line) in tactics.into_iter().chain(header.technique_words()).enumerate() {
        page.wrapped(if index == 0 { "ATT&CK  " } else { "        " }, &line);
    }
    if !header.used_data.is_empty() {
        page.wrapped("Reads   ", &header.used_data.join(", "));
    }
    if !header.declared_data.is_empty() {
        page.wrapped("Needs   ", &header.declared_data.join(", "));
    }
    if let Some(changed) = &header.changed {
        page.wrapped("Changed ", changed);
    }
    if let Some(description) = &header.description {
        page.text.push('\n');
        for paragraph in description.lines().filter(|line| !line.trim().is_empty()) {
            page.wrapped("", &paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}

/// Kind, severity, schedule and threshold on one line.
pub(super) fn summary(header: &Header) -> String {
    let mut parts = vec![header.kind.clone()];
    parts.extend(header.severity.clone());
    match (&header.every, &header.over) {
        (Some(every), Some(over)) => parts.push(format!("every {every} over {over}")),
        (Some(every), None) => parts.push(format!("every {every}")),
        (None, Some(over)) => parts.push(format!("over {over}")),
        (None, None) => {}
    }
    parts.extend(header.trigger.as_ref().map(|trigger| format!("alert on {trigger}")));
    parts.join(" · ")
}

/// Operators whose summary says how many columns there are, or which do not change their number.
const KEEPS_COUNT: [&str; 5] = ["project", "project-keep", "project-rename", "project-reorder", "distinct"];

fn stages(explanation: &Explanation, page: &mut Page) {
    page.section("Stages");
    let lead = |stage: &super::StageExplanation| format!("{}{}", "  ".repeat(stage.depth + 1), stage.number);
    let stages = &explanation.stages;
    let numbers = stages.iter().map(|stage| lead(stage).len()).max().unwrap_or(0);
    let words = stages.iter().map(|stage| stage.operator.len()).max().unwrap_or(0);
    for stage in stages {
        let columns = match &stage.columns {
            Some(columns) if !KEEPS_COUNT.contains(&stage.operator.as_str()) => {
                format!(" → {}", counted(columns.len(), "column"))
            }
            Some(_) | None => String::new(),
        };
        let lead = format!("{:numbers$}  {:words$}  ", lead(stage), stage.operator);
        page.wrapped(&lead, &format!("{}{columns}", stage.summary));
    }
}

fn predicates(explanation: &Explanation, page: &mut Page) {
    if explanation.predicates.is_empty() {
        return;
    }
    page.section("Predicates");
    let numbers = explanation.predicates.iter().map(|predicate| predicate.stage.len()).max().unwrap_or(0);
    for predicate in &explanation.predicates {
        for (index, line) in tree::lines(predicate).iter().enumerate() {
            let number = if index == 0 { predicate.stage.as_str() } else { "" };
            let bullet = if line.depth == 0 { String::new() } else { format!("{}- ", "  ".repeat(line.depth - 1)) };
            page.wrapped(&format!("  {number:numbers$}  {bullet}"), &line.text);
        }
    }
}

fn joins(explanation: &Explanation, page: &mut Page) {
    if explanation.joins.is_empty() {
        return;
    }
    page.section("Joins");
    let numbers = explanation.joins.iter().map(|join| join.stage.len()).max().unwrap_or(0);
    for join in &explanation.joins {
        let implicit = if join.is_kind_written { "" } else { " (implicit)" };
        let first = format!("{}{implicit} with {}: {}", join.kind, join.right, join.meaning);
        page.wrapped(&format!("  {:numbers$}  ", join.stage), &first);
        page.wrapped(&format!("  {:numbers$}  on ", ""), &join_keys(join));
    }
}

/// The keys of a join as KQL writes them.
pub(super) fn join_keys(join: &super::JoinExplanation) -> String {
    let Some(keys) = &join.keys else { return "a condition that is more than equal columns".to_owned() };
    let key = |key: &super::JoinKeyPair| {
        if key.left == key.right { key.left.clone() } else { format!("$left.{} == $right.{}", key.left, key.right) }
    };
    keys.iter().map(key).collect::<Vec<_>>().join(", ")
}

fn indicators(explanation: &Explanation, page: &mut Page) {
    let indicators = &explanation.indicators;
    if indicators.is_empty() {
        return;
    }
    let corpus = explanation.surroundings.corpus;
    let counts = corpus.map_or_else(String::new, |rules| {
        format!("; in front, how many of {} in the corpus look for the same", corpus_words(explanation, rules))
    });
    page.section(&format!("Indicators ({}{counts})", indicators.len()));
    let rows: Vec<[String; 6]> = indicators
        .iter()
        .map(|indicator| {
            [
                other_rules_words(explanation, indicator),
                indicator.stage.clone(),
                indicator_column(indicator),
                indicator.polarity.as_str().to_owned(),
                indicator.class.clone(),
                visible(&indicator.value),
            ]
        })
        .collect();
    if corpus.is_some() {
        page.table(&rows);
    } else {
        let rows: Vec<[String; 5]> = rows
            .into_iter()
            .map(|[_, stage, column, polarity, class, value]| [stage, column, polarity, class, value])
            .collect();
        page.table(&rows);
    }
}

/// `12 other rules`; `12 other rules (9 KQL, 3 Sigma)` where there are both.
pub(super) fn corpus_words(explanation: &Explanation, rules: usize) -> String {
    let languages = explanation.surroundings.corpus_by_language.filter(|languages| languages.is_mixed());
    let by = languages.map_or_else(String::new, |languages| format!(" ({})", languages.words()));
    let noun = if rules == 1 { "other rule" } else { "other rules" };
    format!("{} {noun}{by}", grouped(rules))
}

/// How many other rules look for the same; by language where the corpus has both.
pub(super) fn other_rules_words(explanation: &Explanation, indicator: &Indicator) -> String {
    let Some(count) = indicator.other_rules else { return String::new() };
    let is_mixed = explanation.surroundings.corpus_by_language.is_some_and(LanguageCounts::is_mixed);
    match indicator.other_rules_by_language {
        Some(languages) if is_mixed && count > 0 => languages.words(),
        Some(_) | None => count.to_string(),
    }
}

/// The column of an indicator with its table, its name at that stage, and the functions around it.
pub fn indicator_column(indicator: &Indicator) -> String {
    let mut column = match &indicator.table {
        Some(table) => format!("{table}.{}", indicator.column),
        None => indicator.column.clone(),
    };
    for step in indicator.through.iter().rev() {
        column = if step.starts_with(['.', '[']) { format!("{column}{step}") } else { format!("{step}({column})") };
    }
    match &indicator.renamed {
        Some(renamed) => format!("{column} as {renamed}"),
        None => column,
    }
}

/// From this many on, columns that pass through unchanged are only named.
const MANY_UNCHANGED: usize = 20;

fn output(explanation: &Explanation, page: &mut Page) {
    let output = &explanation.output;
    if explanation.gives_events() {
        page.section("Output");
        page.line("  the event as it is");
        return;
    }
    let more = if output.is_open { ", maybe more" } else { "" };
    if output.fields.is_empty() && output.is_open {
        page.section("Output");
        page.line("  not known");
        return;
    }
    page.section(&format!("Output ({}{more})", output.fields.len()));
    let unchanged = unchanged_tables(output);
    let is_short = |field: &&OutputField| {
        unchanged_table(field).is_some_and(|table| unchanged.iter().any(|(other, _)| *other == table))
    };
    let row = |field: &OutputField| {
        let used = field.used_by.join(", ");
        [field.name.clone(), field.ty.clone(), field.source.clone(), used]
    };
    let rows: Vec<[String; 4]> = output.fields.iter().filter(|field| !is_short(field)).map(row).collect();
    page.table(&rows);
    for (table, names) in &unchanged {
        page.line(&format!("  {} of {table}, unchanged:", counted(names.len(), "column")));
        page.wrapped("    ", &names.join(", "));
    }
}

/// The table, or the tables of a union, that a field comes from under its own name; `None` if something uses it.
fn unchanged_table(field: &OutputField) -> Option<String> {
    if !field.used_by.is_empty() {
        return None;
    }
    match &field.origin {
        OriginKind::Table { table, column, via_join: false } => (*column == field.name).then(|| table.clone()),
        OriginKind::Several { of } => {
            let suffix = format!(".{}", field.name);
            let tables: Option<Vec<&str>> = of.iter().map(|words| words.strip_suffix(&suffix)).collect();
            tables.map(|tables| tables.join(", "))
        }
        _ => None,
    }
}

/// Tables of which many columns pass unchanged, and those columns.
fn unchanged_tables(output: &Output) -> Vec<(String, Vec<String>)> {
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for field in &output.fields {
        let Some(table) = unchanged_table(field) else { continue };
        match tables.iter_mut().find(|(name, _)| *name == table) {
            Some((_, names)) => names.push(field.name.clone()),
            None => tables.push((table, vec![field.name.clone()])),
        }
    }
    tables.retain(|(_, names)| names.len() >= MANY_UNCHANGED);
    tables
}

fn entities(explanation: &Explanation, page: &mut Page) {
    if explanation.entities.is_empty() {
        return;
    }
    page.section("Entities");
    let rows: Vec<[String; 4]> = explanation
        .entities
        .iter()
        .map(|each| {
            let entity = each.entity.clone().unwrap_or_else(|| "custom detail".to_owned());
            [entity, each.name.clone(), each.column.clone(), returned(each.is_returned).to_owned()]
        })
        .collect();
    page.table(&rows);
}

/// What is wrong with a column that an entity names; empty if nothing is.
pub(super) fn returned(is_returned: Option<bool>) -> &'static str {
    match is_returned {
        Some(true) => "",
        Some(false) => "MISSING: not returned by the query",
        None => "not certain: the columns of the result are not known",
    }
}

fn exclusions(exclusions: &Exclusions, page: &mut Page) {
    if exclusions.suggestions.is_empty() && exclusions.avoid.is_empty() {
        return;
    }
    page.section("Exclusions, for a false positive that has been understood");
    for exclusion in &exclusions.suggestions {
        let lead = format!("  {:<6}  after stage {}: ", exclusion.strength.as_str(), exclusion.after_stage);
        page.line(&format!("{lead}{}", exclusion.kql));
        for column in &exclusion.columns {
            page.wrapped("            ", &format!("{}: set by {}", column.column, column.set_by));
        }
    }
    for column in &exclusions.avoid {
        page.wrapped("  never   ", &format!("{} alone: {}", column.column, column.why));
    }
}

fn conversions(explanation: &Explanation, page: &mut Page) {
    let Some(conversions) = &explanation.surroundings.conversions else { return };
    page.section("Converts");
    let width = conversions.iter().map(|conversion| conversion.target.len()).max().unwrap_or(0);
    for conversion in conversions {
        page.wrapped(&format!("  {:<width$}  ", conversion.target), &conversion_words(conversion));
    }
}

/// `over: has-to-contains ×3`
pub(super) fn conversion_words(conversion: &ConversionNote) -> String {
    let state = if conversion.is_converted { conversion.class.as_str() } else { "refused" };
    let reason = |(reason, count): &(String, usize)| match count {
        1 => reason.clone(),
        _ => format!("{reason} ×{count}"),
    };
    let reasons: Vec<String> = conversion.reasons.iter().map(reason).collect();
    if reasons.is_empty() { state.to_owned() } else { format!("{state}: {}", reasons.join(", ")) }
}

fn findings(explanation: &Explanation, page: &mut Page) {
    let Some(findings) = explanation.surroundings.findings.as_ref().filter(|findings| !findings.is_empty()) else {
        return;
    };
    page.section(&format!("Findings ({})", findings.len()));
    for finding in findings {
        let lead = format!("  line {:<4} {:<7} {}  ", finding.line, finding.severity, finding.code);
        page.wrapped(&lead, &finding.message);
    }
}

fn notes(explanation: &Explanation, page: &mut Page) {
    if explanation.notes.is_empty() {
        return;
    }
    page.section("Notes");
    for note in &explanation.notes {
        let stage = note.stage.as_ref().map_or_else(String::new, |stage| format!("stage {stage}: "));
        page.wrapped("  - ", &format!("{stage}{}", note.message));
    }
}
