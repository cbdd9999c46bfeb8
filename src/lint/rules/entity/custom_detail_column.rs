//! ENT008: a custom detail or a placeholder of the alert that names no column of the result.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Located;
use crate::schema::Columns;
use crate::span::{Place, Span, TextId};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT008",
    name: "custom-detail-column",
    category: Category::Entity,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::SchemaAndMetadata,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("custom_detail_column.md"),
    check,
};

/// What Sentinel takes.
const MAX_DETAILS: usize = 20;
const MAX_KEY: usize = 20;

fn check(cx: &mut Context<'_>) {
    let details = &cx.metadata().custom_details;
    for (key, _) in details {
        key_form(cx, key);
    }
    if let Some((key, _)) = details.get(MAX_DETAILS) {
        cx.report(key.place, format!("there are {} custom details, and Sentinel takes {MAX_DETAILS}", details.len()))
            .help("leave some out");
    }
    let output = cx.facts().result.as_ref().filter(|columns| !columns.is_open);
    if let Some(output) = output {
        for (_, column) in details {
            column_exists(cx, column.place, &column.value, output);
        }
    }
    for format in &cx.metadata().alert_formats {
        placeholders(cx, format.place.text, output);
    }
}

fn key_form(cx: &mut Context<'_>, key: &Located<String>) {
    let name = &key.value;
    let problem = if name.chars().count() > MAX_KEY {
        format!("is longer than {MAX_KEY} letters")
    } else if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        "has other signs than letters and digits".to_owned()
    } else {
        return;
    };
    cx.report(key.place, format!("the name `{name}` of a custom detail {problem}"))
        .help(format!("use at most {MAX_KEY} letters and digits"));
}

fn column_exists(cx: &mut Context<'_>, place: Place, name: &str, output: &Columns) {
    if output.find(name).is_some() {
        return;
    }
    let same = output.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    let mut report = cx.report(place, format!("the query does not return a column `{name}`"));
    report.label("no such column");
    match same {
        Some(same) => {
            let edit = crate::diagnostic::Edit { place, replacement: same.name.clone() };
            report.help(format!("write `{}`: KQL's names are case-sensitive", same.name)).fix(
                format!("write `{}`", same.name),
                Effect::Same,
                vec![edit],
            );
        }
        None => {
            report.help(format!("return a `{name}`, or name a column that is returned"));
        }
    }
}

/// `{{Column}}` in the title or the description of the alert.
fn placeholders(cx: &mut Context<'_>, id: TextId, output: Option<&Columns>) {
    let text = cx.metadata_text(id);
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")).map(|found| at + found) {
        let rest = text.get(start + 2..).unwrap_or("");
        let length = rest.find(['{', '}']).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or("");
        let end = start + 2 + length;
        let place = |start: usize, end: usize| Place { text: id, span: Span::new(start, end) };
        if !text.get(end..).is_some_and(|rest| rest.starts_with("}}")) {
            cx.report(place(start, end), format!("the placeholder `{{{{{name}` does not end with two braces"))
                .help(format!("write `{{{{{name}}}}}`"));
        } else if let Some(output) = output {
            column_exists(cx, place(start + 2, end), name, output);
        }
        at = end;
    }
}
