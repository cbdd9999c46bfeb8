//! `summarize`: groups and their aggregates.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::datum::Datum;
use super::events::Row;
use super::expression::Scope;
use super::{Evaluated, Evaluator, aggregate};
use crate::ir::{Aggregate, Assignment, Expr, ExprKind};

type Cell = (Arc<str>, Datum);

impl Evaluator<'_> {
    /// One row for each group, in the order in which the groups begin. A null key is a group of its own.
    pub(super) fn summarize(&self, aggregates: &[Aggregate], by: &[Assignment], rows: &[Row]) -> Evaluated<Vec<Row>> {
        let mut groups: Vec<(Vec<Cell>, Vec<Row>)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        if by.is_empty() {
            // Without keys there is one group even where there is no row.
            groups.push((Vec::new(), rows.to_vec()));
        } else {
            for row in rows {
                let keys = self.assigned(by, row)?;
                let mut text = String::new();
                for (_, datum) in &keys {
                    datum.key(&mut text);
                }
                let place = *places.entry(text).or_insert_with(|| {
                    groups.push((keys, Vec::new()));
                    groups.len() - 1
                });
                groups[place].1.push(row.clone());
            }
        }
        groups.into_iter().map(|(keys, group)| self.summary(aggregates, keys, &group)).collect()
    }

    fn summary(&self, aggregates: &[Aggregate], keys: Vec<Cell>, group: &[Row]) -> Evaluated<Row> {
        let mut cells = keys;
        let empty = Row::default();
        for found in aggregates {
            if let Some((arguments, is_largest)) = extreme_row(&found.value) {
                cells.extend(self.extreme_cells(found, arguments, is_largest, group)?);
                continue;
            }
            let scope = Scope { row: &empty, group: Some(group) };
            let value = self.value(&found.value, scope)?;
            cells.extend(found.names.first().map(|name| (Arc::from(name.as_str()), value)));
        }
        Ok(Row::of_cells(cells))
    }

    /// `arg_max(x, a, b)` and `arg_max(x, *)`: values of the row with the largest x.
    fn extreme_cells(
        &self,
        found: &Aggregate,
        arguments: &[Expr],
        is_largest: bool,
        group: &[Row],
    ) -> Evaluated<Vec<Cell>> {
        let Some((by, rest)) = arguments.split_first() else { return Ok(Vec::new()) };
        let Some((row, extreme)) = self.extreme(by, is_largest, group)? else { return Ok(Vec::new()) };
        let first = found.names.first().map(|name| (Arc::from(name.as_str()), extreme));
        if rest.iter().any(|argument| matches!(argument.kind, ExprKind::Star)) {
            let all = row.cells().map(|(name, datum)| (Arc::clone(name), datum.clone()));
            return Ok(all.chain(first).collect());
        }
        let mut cells: Vec<Cell> = first.into_iter().collect();
        for (argument, name) in rest.iter().zip(found.names.iter().skip(1)) {
            cells.push((Arc::from(name.as_str()), self.value(argument, Scope::row(&row))?));
        }
        Ok(cells)
    }

    /// The row with the largest or smallest value, and the value. Null loses against everything.
    pub(super) fn extreme(&self, by: &Expr, is_largest: bool, group: &[Row]) -> Evaluated<Option<(Row, Datum)>> {
        let mut best: Option<(Row, Datum)> = None;
        for row in group {
            let value = self.value(by, Scope::row(row))?;
            let wins = match &best {
                None => true,
                Some((_, known)) if *known == Datum::Null => value != Datum::Null,
                Some(_) if value == Datum::Null => false,
                Some((_, known)) if is_largest => value.rank(known).is_gt(),
                Some((_, known)) => value.rank(known).is_lt(),
            };
            if wins {
                best = Some((row.clone(), value));
            }
        }
        Ok(best)
    }
}

/// The arguments of an aggregate that gives values of one row, and whether it is the row with the largest value.
fn extreme_row(value: &Expr) -> Option<(&[Expr], bool)> {
    let ExprKind::Call { name, arguments } = &value.kind else { return None };
    match aggregate::find(name)? {
        aggregate::Aggregation::ArgMax => Some((arguments, true)),
        aggregate::Aggregation::ArgMin => Some((arguments, false)),
        _ => None,
    }
}
