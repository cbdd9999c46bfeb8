//! The page as Markdown.

use std::fmt::Write as _;

use super::Explanation;
use super::text::{indicator_column, join_keys, returned, summary};
use super::tree;
use super::words::visible;

/// The page as Markdown.
pub fn render_markdown(explanation: &Explanation) -> String {
    let mut page = String::new();
    header(explanation, &mut page);
    stages(explanation, &mut page);
    predicates(explanation, &mut page);
    joins(explanation, &mut page);
    indicators(explanation, &mut page);
    output(explanation, &mut page);
    entities(explanation, &mut page);
    notes(explanation, &mut page);
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
    let lists = [
        ("Tactics", &header.tactics),
        ("Techniques", &header.techniques),
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
    let rows = explanation.indicators.iter().map(|indicator| {
        vec![
            indicator.stage.clone(),
            escaped(&indicator_column(indicator)),
            indicator.polarity.as_str().to_owned(),
            indicator.class.clone(),
            code(&visible(&indicator.value)),
        ]
    });
    table(page, &["Stage", "Column", "Polarity", "Operator", "Value"], rows);
}

fn output(explanation: &Explanation, page: &mut String) {
    let output = &explanation.output;
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
