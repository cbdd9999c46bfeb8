//! The page as Markdown.

use std::fmt::Write as _;

use super::Explanation;
use super::sections::{Section, Sections};
use super::text::{conversion_words, indicator_column, join_keys, other_rules_words, returned, summary};
use super::tree;
use super::words::visible;

/// The page as Markdown.
pub fn render_markdown(explanation: &Explanation) -> String {
    render_markdown_sections(explanation, &Sections::all())
}

/// The same with the wanted parts only.
pub fn render_markdown_sections(explanation: &Explanation, sections: &Sections) -> String {
    let mut page = String::new();
    header(explanation, &mut page);
    for section in Section::ALL.into_iter().filter(|section| sections.has(*section)) {
        match section {
            Section::Stages => stages(explanation, &mut page),
            Section::Predicates => predicates(explanation, &mut page),
            Section::Joins => joins(explanation, &mut page),
            Section::Indicators => indicators(explanation, &mut page),
            Section::Exclusions => exclusions(explanation, &mut page),
            Section::Output => output(explanation, &mut page),
            Section::Entities => entities(explanation, &mut page),
            Section::Conversions => conversions(explanation, &mut page),
            Section::Findings => findings(explanation, &mut page),
            Section::Notes => notes(explanation, &mut page),
        }
    }
    page
}

fn line(page: &mut String, text: &str) {
    page.push_str(text.trim_end());
    page.push('\n');
}

fn section(page: &mut String, title: &str) {
    // Writing to a `String` cannot fail.
    let _ = write!(page, "\n## {title}\n\n");
}

fn table(page: &mut String, titles: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    line(page, &format!("| {} |", titles.join(" | ")));
    line(page, &format!("|{}", "---|".repeat(titles.len())));
    for row in rows {
        line(page, &format!("| {} |", row.join(" | ")));
    }
}

/// Text in a cell or a paragraph: what Markdown would read as markup is escaped.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut is_code = false;
    for c in text.replace(['\r', '\n'], " ").chars() {
        is_code ^= c == '`';
        // A pipe ends a cell even inside code.
        if c == '|' || (!is_code && matches!(c, '*' | '_' | '<' | '>' | '\\' | '[' | ']')) {
            result.push('\\');
        }
        result.push(c);
    }
    result
}

/// A value as code, with enough backquotes around it.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    let mut fence = "`".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    if text.starts_with('`') || text.ends_with('`') {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

fn header(explanation: &Explanation, page: &mut String) {
    let header = &explanation.header;
    line(page, &format!("# {}", escaped(header.title.as_deref().unwrap_or("Untitled query"))));
    line(page, &format!("\n{}", summary(header)));
    let (tactics, techniques) = (header.tactic_words(), header.technique_words());
    let lists = [
        ("Tactics", &tactics),
        ("Techniques", &techniques),
        ("Reads", &header.used_data),
        ("Needs", &header.declared_data),
        ("References", &header.references),
    ];
    let lists: Vec<_> = lists.iter().filter(|(_, values)| !values.is_empty()).collect();
    if !lists.is_empty() {
        page.push('\n');
    }
    for (title, values) in lists {
        line(page, &format!("- {title}: {}", escaped(&values.join(", "))));
    }
    if let Some(description) = &header.description {
        line(page, &format!("\n{}", escaped(description)));
    }
}

fn stages(explanation: &Explanation, page: &mut String) {
    section(page, "Stages");
    let rows = explanation.stages.iter().map(|stage| {
        let columns = stage.columns.as_ref().map_or_else(String::new, |columns| columns.len().to_string());
        vec![stage.number.clone(), escaped(&stage.operator), escaped(&stage.summary), columns]
    });
    table(page, &["Stage", "Operator", "What it does", "Columns after"], rows);
}

fn predicates(explanation: &Explanation, page: &mut String) {
    if explanation.predicates.is_empty() {
        return;
    }
    section(page, "Predicates");
    for predicate in &explanation.predicates {
        for (index, each) in tree::lines(predicate).iter().enumerate() {
            let stage = if index == 0 { format!("**Stage {}**: ", predicate.stage) } else { String::new() };
            line(page, &format!("{}- {stage}{}", "  ".repeat(each.depth), escaped(&each.text)));
        }
    }
}

fn joins(explanation: &Explanation, page: &mut String) {
    if explanation.joins.is_empty() {
        return;
    }
    section(page, "Joins");
    for join in &explanation.joins {
        let implicit = if join.is_kind_written { "" } else { " (implicit)" };
        let text = format!(
            "- **Stage {}**: {}{implicit} with {}: {}; on {}",
            join.stage,
            join.kind,
            escaped(&join.right),
            join.meaning,
            escaped(&join_keys(join))
        );
        line(page, &text);
    }
}

fn indicators(explanation: &Explanation, page: &mut String) {
    if explanation.indicators.is_empty() {
        return;
    }
    section(page, "Indicators");
    let has_corpus = explanation.surroundings.corpus.is_some();
    let rows = explanation.indicators.iter().map(|indicator| {
        let mut row = vec![
            indicator.stage.clone(),
            escaped(&indicator_column(indicator)),
            indicator.polarity.as_str().to_owned(),
            indicator.class.clone(),
            code(&visible(&indicator.value)),
        ];
        if has_corpus {
            row.push(other_rules_words(explanation, indicator));
        }
        row
    });
    let mut titles = vec!["Stage", "Column", "Polarity", "Operator", "Value"];
    if has_corpus {
        titles.push("Other rules");
    }
    table(page, &titles, rows);
}

fn output(explanation: &Explanation, page: &mut String) {
    let output = &explanation.output;
    if explanation.gives_events() {
        section(page, "Output");
        line(page, "The event as it is.");
        return;
    }
    if output.fields.is_empty() && output.is_open {
        section(page, "Output");
        line(page, "Not known.");
        return;
    }
    section(page, &format!("Output ({}{})", output.fields.len(), if output.is_open { ", maybe more" } else { "" }));
    let rows = output.fields.iter().map(|field| {
        vec![escaped(&field.name), field.ty.clone(), escaped(&field.source), escaped(&field.used_by.join(", "))]
    });
    table(page, &["Column", "Type", "Origin", "Used by"], rows);
}

fn entities(explanation: &Explanation, page: &mut String) {
    if explanation.entities.is_empty() {
        return;
    }
    section(page, "Entities");
    let rows = explanation.entities.iter().map(|each| {
        let entity = each.entity.as_deref().unwrap_or("custom detail");
        vec![escaped(entity), escaped(&each.name), escaped(&each.column), returned(each.is_returned).to_owned()]
    });
    table(page, &["Entity", "Identifier", "Column", ""], rows);
}

fn exclusions(explanation: &Explanation, page: &mut String) {
    let exclusions = &explanation.exclusions;
    if exclusions.suggestions.is_empty() && exclusions.avoid.is_empty() {
        return;
    }
    section(page, "Exclusions");
    for exclusion in &exclusions.suggestions {
        let columns: Vec<String> = exclusion
            .columns
            .iter()
            .map(|column| format!("{}: set by {}", escaped(&column.column), column.set_by))
            .collect();
        let (strength, stage) = (exclusion.strength.as_str(), &exclusion.after_stage);
        line(page, &format!("- {strength}, after stage {stage}: {} ({})", code(&exclusion.kql), columns.join("; ")));
    }
    for column in &exclusions.avoid {
        line(page, &format!("- never on {} alone: {}", escaped(&column.column), column.why));
    }
}

fn conversions(explanation: &Explanation, page: &mut String) {
    let Some(conversions) = &explanation.surroundings.conversions else { return };
    section(page, "Converts");
    let rows = conversions.iter().map(|conversion| vec![conversion.target.clone(), conversion_words(conversion)]);
    table(page, &["Target", "Result"], rows);
}

fn findings(explanation: &Explanation, page: &mut String) {
    let Some(findings) = explanation.surroundings.findings.as_ref().filter(|findings| !findings.is_empty()) else {
        return;
    };
    section(page, "Findings");
    let rows = findings.iter().map(|finding| {
        vec![finding.line.to_string(), finding.severity.clone(), finding.code.clone(), escaped(&finding.message)]
    });
    table(page, &["Line", "Severity", "Rule", "Message"], rows);
}

fn notes(explanation: &Explanation, page: &mut String) {
    if explanation.notes.is_empty() {
        return;
    }
    section(page, "Notes");
    for note in &explanation.notes {
        let stage = note.stage.as_ref().map_or_else(String::new, |stage| format!("stage {stage}: "));
        line(page, &format!("- {stage}{}", escaped(&note.message)));
    }
}
