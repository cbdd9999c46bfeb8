//! `tstats` over a data model: events that the model holds, by their fields there.

use super::command::{Command, kept};
use super::condition::{self, Condition};
use super::statistic::{self, Statistic};
use super::{Index, Outcome, Row, Value, rejected, unknown};

/// Field of an event that names the dataset that holds it.
pub(crate) const DATASET: &str = "datamodel";

#[derive(Debug)]
pub(super) struct Model {
    /// `Model.Dataset`
    dataset: String,
    /// What stands for a missing field behind `by`; without it such rows are left out.
    fill: Option<String>,
    condition: Condition,
    functions: Vec<Statistic>,
    by: Vec<String>,
}

pub(super) fn read(text: &str) -> Outcome<Command> {
    let Some((head, rest)) = split(text, " from datamodel=") else { return unknown("`tstats` without a data model") };
    let (rest, by) = split(rest, " by ").unwrap_or((rest, ""));
    let (dataset, condition) = split(rest, " where ").unwrap_or((rest, ""));
    let (mut head, mut fill) = (head.trim(), None);
    while let Some((option, value)) = head.split(' ').next().and_then(|word| word.split_once('=')) {
        match option {
            "summariesonly" => {}
            "fillnull_value" => fill = Some(value.trim_matches('"').to_owned()),
            other => return unknown(format!("the option `{other}` of `tstats`")),
        }
        head = head.split_once(' ').map_or("", |(_, rest)| rest.trim());
    }
    if by.contains("span=") {
        return unknown("`tstats` by spans of time");
    }
    let by_clause = if by.is_empty() { String::new() } else { format!(" by {by}") };
    let (functions, by) = statistic::read(&format!("{head}{by_clause}"))?;
    let condition = condition::read(condition)?;
    Ok(Command::Model(Model { dataset: dataset.trim().to_owned(), fill, condition, functions, by }))
}

/// The text around the first such words that are not in quotes.
fn split<'t>(text: &'t str, words: &str) -> Option<(&'t str, &'t str)> {
    let is_outside = |at: usize| {
        let escaped = text[..at].replace("\\\\", "").replace("\\\"", "");
        escaped.matches('"').count().is_multiple_of(2)
    };
    let at = text.match_indices(words).map(|(at, _)| at).find(|at| is_outside(*at))?;
    Some((&text[..at], &text[at + words.len()..]))
}

impl Model {
    pub(super) fn run(&self, index: &Index) -> Outcome<Vec<Row>> {
        if self.functions.is_empty() {
            return rejected("`tstats` without a function");
        }
        let is_held = |row: &Row| row.get(DATASET).texts().contains(&self.dataset) && self.condition.holds(row, index);
        let mut rows = kept(index.events.clone(), is_held);
        for row in &mut rows {
            for field in &self.by {
                if let (true, Some(fill)) = (row.get(field).is_null(), &self.fill) {
                    row.set(field, Value::Text(fill.clone()));
                }
            }
        }
        statistic::run(&self.functions, &self.by, &rows, index)
    }
}
