//! The page as HTML: one file that needs no other, or the body of a page of a site.

use serde::Serialize;

use super::header::Header;
use super::language::Language;
use super::sections::{Section, Sections};
use super::text::{conversion_words, corpus_words, indicator_column, join_keys, other_rules_words, returned, summary};
use super::tree;
use super::words::visible;
use super::{Explanation, OriginKind};
use crate::page::Pages;

/// Where the names on a page lead to.
pub trait Links {
    /// The page of a table.
    fn table(&self, name: &str) -> Option<String>;
    /// The page of a column.
    fn column(&self, table: Option<&str>, column: &str) -> Option<String>;
    /// The page of an indicator, by its place in [`Explanation::indicators`].
    fn indicator(&self, index: usize) -> Option<String>;
    /// The page of a technique.
    fn technique(&self, id: &str) -> Option<String>;
}

/// Nowhere: the page stands alone.
struct NoLinks;

impl Links for NoLinks {
    fn table(&self, _: &str) -> Option<String> {
        None
    }

    fn column(&self, _: Option<&str>, _: &str) -> Option<String> {
        None
    }

    fn indicator(&self, _: usize) -> Option<String> {
        None
    }

    fn technique(&self, _: &str) -> Option<String> {
        None
    }
}

/// The page of a rule as one HTML file, light and dark, without anything from elsewhere.
pub fn render_html(explanation: &Explanation, query_text: &str, sections: &Sections) -> String {
    let view = RuleView::new(explanation, query_text, sections, &NoLinks);
    Pages::new().render("rule_alone.html", Alone { title: view.title.clone(), rule: view })
}

#[derive(Serialize)]
struct Alone<'e> {
    title: String,
    rule: RuleView<'e>,
}

/// A name, and where it leads.
#[derive(Debug, Serialize)]
struct Name {
    text: String,
    href: Option<String>,
}

/// What the template of a rule is filled in with.
#[derive(Debug, Serialize)]
pub struct RuleView<'e> {
    pub(crate) title: String,
    summary: String,
    explanation: &'e Explanation,
    shows: Vec<&'static str>,
    tables: Vec<Name>,
    tactics: Vec<String>,
    techniques: Vec<Name>,
    /// The rules that indicators are counted among; empty without a corpus.
    corpus: String,
    gives_events: bool,
    /// What the text of the rule is called.
    text_title: &'static str,
    predicates: Vec<PredicateView>,
    joins: Vec<JoinView>,
    indicators: Vec<IndicatorView>,
    fields: Vec<FieldView>,
    entities: Vec<EntityView>,
    conversions: Vec<ConversionView>,
    query: &'e str,
}

#[derive(Debug, Serialize)]
struct PredicateView {
    stage: String,
    lines: Vec<LineView>,
}

#[derive(Debug, Serialize)]
struct LineView {
    depth: usize,
    text: String,
}

#[derive(Debug, Serialize)]
struct JoinView {
    stage: String,
    text: String,
    keys: String,
}

#[derive(Debug, Serialize)]
struct IndicatorView {
    stage: String,
    column: Name,
    polarity: &'static str,
    class: String,
    value: Name,
    other_rules: String,
}

#[derive(Debug, Serialize)]
struct FieldView {
    name: String,
    ty: String,
    origin: Name,
    used_by: String,
}

#[derive(Debug, Serialize)]
struct EntityView {
    entity: String,
    name: String,
    column: String,
    problem: &'static str,
}

#[derive(Debug, Serialize)]
struct ConversionView {
    target: String,
    is_converted: bool,
    words: String,
}

impl<'e> RuleView<'e> {
    /// The page of a rule within a site.
    pub fn new(explanation: &'e Explanation, query: &'e str, sections: &Sections, links: &dyn Links) -> Self {
        let header = &explanation.header;
        let name = |text: &String, href: Option<String>| Name { text: text.clone(), href };
        Self {
            title: header.title.clone().unwrap_or_else(|| "Untitled query".to_owned()),
            summary: summary(header),
            explanation,
            shows: Section::ALL.into_iter().filter(|section| sections.has(*section)).map(Section::as_str).collect(),
            tables: header.used_data.iter().map(|table| name(table, links.table(table))).collect(),
            tactics: header.tactic_words(),
            techniques: techniques(header, links),
            corpus: explanation.surroundings.corpus.map_or_else(String::new, |rules| corpus_words(explanation, rules)),
            gives_events: explanation.gives_events(),
            text_title: match header.language {
                Language::Kql => "Query",
                Language::Sigma => "Rule",
            },
            predicates: predicates(explanation),
            joins: joins(explanation),
            indicators: indicators(explanation, links),
            fields: fields(explanation, links),
            entities: entities(explanation),
            conversions: conversions(explanation),
            query,
        }
    }

    /// The same under another title, for rules whose file has none.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }
}

fn techniques(header: &Header, links: &dyn Links) -> Vec<Name> {
    let words = header.technique_words();
    let named = |(id, text): (&String, String)| Name { text, href: links.technique(id) };
    header.techniques.iter().zip(words).map(named).collect()
}

fn predicates(explanation: &Explanation) -> Vec<PredicateView> {
    let view = |predicate| {
        let lines = tree::lines(predicate);
        lines.into_iter().map(|line| LineView { depth: line.depth, text: line.text }).collect()
    };
    explanation
        .predicates
        .iter()
        .map(|predicate| PredicateView { stage: predicate.stage.clone(), lines: view(predicate) })
        .collect()
}

fn joins(explanation: &Explanation) -> Vec<JoinView> {
    let view = |join: &super::JoinExplanation| {
        let implicit = if join.is_kind_written { "" } else { " (implicit)" };
        let text = format!("{}{implicit} with {}: {}", join.kind, join.right, join.meaning);
        JoinView { stage: join.stage.clone(), text, keys: join_keys(join) }
    };
    explanation.joins.iter().map(view).collect()
}

fn indicators(explanation: &Explanation, links: &dyn Links) -> Vec<IndicatorView> {
    let view = |(index, indicator): (usize, &super::Indicator)| {
        let log_source = indicator.log_source.as_ref().map(ToString::to_string);
        let table = indicator.table.as_ref().or(log_source.as_ref());
        let column = links.column(table.map(String::as_str), &indicator.column);
        IndicatorView {
            stage: indicator.stage.clone(),
            column: Name { text: indicator_column(indicator), href: column },
            polarity: indicator.polarity.as_str(),
            class: indicator.class.clone(),
            value: Name { text: visible(&indicator.value), href: links.indicator(index) },
            other_rules: other_rules_words(explanation, indicator),
        }
    };
    explanation.indicators.iter().enumerate().map(view).collect()
}

fn fields(explanation: &Explanation, links: &dyn Links) -> Vec<FieldView> {
    let view = |field: &super::OutputField| {
        let href = match &field.origin {
            OriginKind::Table { table, column, .. } => links.column(Some(table), column),
            OriginKind::Computed { .. }
            | OriginKind::Aggregate { .. }
            | OriginKind::Constant { .. }
            | OriginKind::Made { .. }
            | OriginKind::Several { .. }
            | OriginKind::Unknown => None,
        };
        FieldView {
            name: field.name.clone(),
            ty: field.ty.clone(),
            origin: Name { text: field.source.clone(), href },
            used_by: field.used_by.join(", "),
        }
    };
    explanation.output.fields.iter().map(view).collect()
}

fn entities(explanation: &Explanation) -> Vec<EntityView> {
    let view = |each: &super::ColumnUse| EntityView {
        entity: each.entity.clone().unwrap_or_else(|| "custom detail".to_owned()),
        name: each.name.clone(),
        column: each.column.clone(),
        problem: returned(each.is_returned),
    };
    explanation.entities.iter().map(view).collect()
}

fn conversions(explanation: &Explanation) -> Vec<ConversionView> {
    let view = |conversion: &super::ConversionNote| ConversionView {
        target: conversion.target.clone(),
        is_converted: conversion.is_converted,
        words: conversion_words(conversion),
    };
    explanation.surroundings.conversions.iter().flatten().map(view).collect()
}
