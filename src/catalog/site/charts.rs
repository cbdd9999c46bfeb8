//! Charts: numbers with their bars, and the matrix as a drawing. Made at build time; text stays text.

use serde::Serialize;

use super::super::Coverage;
use crate::schema::spaced;

/// A chart of bars: rows of a table, each with a bar beside its number.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) bars: Vec<Bar>,
    /// What is left out; may be empty.
    pub(super) rest: String,
}

/// One row.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    label: String,
    href: Option<String>,
    count: usize,
    /// Width in percent of the longest.
    width: usize,
}

/// The first rows of a count, longest first or in the order given.
pub(super) fn chart(
    title: &'static str,
    counts: &[(String, usize)],
    most: usize,
    href: &dyn Fn(&str) -> Option<String>,
) -> Chart {
    let longest = counts.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let bar = |(label, count): &(String, usize)| Bar {
        label: label.clone(),
        href: href(label),
        count: *count,
        width: (count * 100).div_ceil(longest),
    };
    let left_out = counts.len().saturating_sub(most);
    let rest = if left_out > 0 { format!("and {left_out} more") } else { String::new() };
    Chart { title, bars: counts.iter().take(most).map(bar).collect(), rest }
}

/// The matrix as a drawing.
#[derive(Debug, Serialize)]
pub(super) struct Heat {
    width: usize,
    height: usize,
    columns: Vec<HeatColumn>,
    legend: Vec<HeatStep>,
}

#[derive(Debug, Serialize)]
struct HeatColumn {
    x: usize,
    /// The tactic on one or two lines.
    lines: Vec<String>,
    cells: Vec<HeatCell>,
}

#[derive(Debug, Serialize)]
struct HeatCell {
    y: usize,
    id: &'static str,
    name: &'static str,
    rules: usize,
    level: usize,
    href: Option<String>,
}

/// One shade.
#[derive(Debug, Serialize)]
struct HeatStep {
    level: usize,
    words: String,
}

const CELL_WIDTH: usize = 64;
const CELL_HEIGHT: usize = 15;
const HEAD: usize = 34;

/// Lower ends of the shades.
const LEVELS: [usize; 5] = [1, 3, 10, 30, 100];

pub(super) fn level(rules: usize) -> usize {
    LEVELS.iter().filter(|least| rules >= **least).count()
}

pub(super) fn heat(coverage: &Coverage, href: &dyn Fn(&str) -> Option<String>) -> Heat {
    let columns: Vec<HeatColumn> = coverage
        .tactics
        .iter()
        .enumerate()
        .map(|(index, tactic)| HeatColumn {
            x: index * CELL_WIDTH,
            lines: lines(&spaced(tactic.name)),
            cells: tactic
                .techniques
                .iter()
                .enumerate()
                .map(|(row, technique)| HeatCell {
                    y: HEAD + row * CELL_HEIGHT,
                    id: technique.id,
                    name: technique.name,
                    rules: technique.rules,
                    level: level(technique.rules),
                    href: href(technique.id),
                })
                .collect(),
        })
        .collect();
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let legend = (0..=LEVELS.len()).map(|level| HeatStep { level, words: legend(level) }).collect();
    Heat { width: columns.len() * CELL_WIDTH, height: HEAD + rows * CELL_HEIGHT, columns, legend }
}

/// Two lines at most: the first word, and the rest.
fn lines(name: &str) -> Vec<String> {
    let short = name.replace("Command and Control", "Command & Control");
    match short.split_once(' ') {
        Some((first, rest)) => vec![first.to_owned(), rest.to_owned()],
        None => vec![short],
    }
}

fn legend(level: usize) -> String {
    match (level.checked_sub(1).and_then(|index| LEVELS.get(index)), LEVELS.get(level)) {
        (None, _) => "no rule".to_owned(),
        (Some(least), Some(next)) if least + 1 == *next => least.to_string(),
        (Some(least), Some(next)) => format!("{least} to {}", next - 1),
        (Some(least), None) => format!("{least} or more"),
    }
}
