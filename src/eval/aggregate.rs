//! Aggregate functions over the rows of one group.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::datum::Datum;
use super::events::Row;
use super::expression::Scope;
use super::{Evaluated, Evaluator};
use crate::ir::{Expr, ExprKind};

/// An aggregate function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregation {
    ArgMax,
    ArgMin,
    Avg,
    Count,
    CountIf,
    Dcount,
    DcountIf,
    MakeList,
    MakeListIf,
    MakeSet,
    MakeSetIf,
    Max,
    MaxIf,
    Min,
    MinIf,
    Sum,
    SumIf,
    TakeAny,
}

/// The aggregate of that name.
pub(super) fn find(name: &str) -> Option<Aggregation> {
    Some(match name {
        "arg_max" | "argmax" => Aggregation::ArgMax,
        "arg_min" | "argmin" => Aggregation::ArgMin,
        "avg" => Aggregation::Avg,
        "count" => Aggregation::Count,
        "countif" => Aggregation::CountIf,
        "dcount" | "count_distinct" => Aggregation::Dcount,
        "dcountif" | "count_distinctif" => Aggregation::DcountIf,
        "make_list" | "makelist" => Aggregation::MakeList,
        "make_list_if" => Aggregation::MakeListIf,
        "make_set" | "makeset" => Aggregation::MakeSet,
        "make_set_if" => Aggregation::MakeSetIf,
        "max" => Aggregation::Max,
        "maxif" => Aggregation::MaxIf,
        "min" => Aggregation::Min,
        "minif" => Aggregation::MinIf,
        "sum" => Aggregation::Sum,
        "sumif" => Aggregation::SumIf,
        "take_any" | "any" => Aggregation::TakeAny,
        _ => return None,
    })
}

impl Aggregation {
    /// Which argument is the condition of the rows that count.
    fn condition(self) -> Option<usize> {
        match self {
            Self::CountIf => Some(0),
            Self::DcountIf | Self::MakeListIf | Self::MakeSetIf | Self::MaxIf | Self::MinIf | Self::SumIf => Some(1),
            Self::ArgMax
            | Self::ArgMin
            | Self::Avg
            | Self::Count
            | Self::Dcount
            | Self::MakeList
            | Self::MakeSet
            | Self::Max
            | Self::Min
            | Self::Sum
            | Self::TakeAny => None,
        }
    }

    /// Which argument bounds the length of a list.
    fn limit(self) -> Option<usize> {
        match self {
            Self::MakeList | Self::MakeSet => Some(1),
            Self::MakeListIf | Self::MakeSetIf => Some(2),
            Self::ArgMax
            | Self::ArgMin
            | Self::Avg
            | Self::Count
            | Self::CountIf
            | Self::Dcount
            | Self::DcountIf
            | Self::Max
            | Self::MaxIf
            | Self::Min
            | Self::MinIf
            | Self::Sum
            | Self::SumIf
            | Self::TakeAny => None,
        }
    }
}

impl Evaluator<'_> {
    /// The aggregate of a group. Null counts for `count` only.
    pub(super) fn aggregated(&self, found: Aggregation, arguments: &[Expr], group: &[Row]) -> Evaluated<Datum> {
        let rows = match found.condition().and_then(|index| arguments.get(index)) {
            Some(condition) => self.rows_where(condition, group)?,
            None => group.iter().collect(),
        };
        if matches!(found, Aggregation::Count | Aggregation::CountIf) {
            return Ok(length(rows.len()));
        }
        let Some(argument) = arguments.first().filter(|argument| !matches!(argument.kind, ExprKind::Star)) else {
            return Ok(Datum::Null);
        };
        let mut values = Vec::with_capacity(rows.len());
        for row in rows {
            values.push(self.value(argument, Scope::row(row))?);
        }
        values.retain(|value| *value != Datum::Null);
        let limit = match found.limit().and_then(|index| arguments.get(index)) {
            Some(limit) => self.value(limit, Scope::row(&Row::default()))?.to_long(),
            None => None,
        };
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        Ok(match found {
            Aggregation::Count | Aggregation::CountIf => length(values.len()),
            Aggregation::ArgMax | Aggregation::Max | Aggregation::MaxIf => {
                values.into_iter().max_by(Datum::rank).unwrap_or(Datum::Null)
            }
            Aggregation::ArgMin | Aggregation::Min | Aggregation::MinIf => {
                values.into_iter().min_by(Datum::rank).unwrap_or(Datum::Null)
            }
            Aggregation::TakeAny => values.into_iter().next().unwrap_or(Datum::Null),
            Aggregation::Sum | Aggregation::SumIf => sum(&values),
            Aggregation::Avg => average(&values),
            Aggregation::Dcount | Aggregation::DcountIf => length(distinct(values).len()),
            Aggregation::MakeList | Aggregation::MakeListIf => list(values.into_iter().take(limit)),
            Aggregation::MakeSet | Aggregation::MakeSetIf => list(distinct(values).into_iter().take(limit)),
        })
    }

    fn rows_where<'r>(&self, condition: &Expr, group: &'r [Row]) -> Evaluated<Vec<&'r Row>> {
        let mut rows = Vec::new();
        for row in group {
            if self.condition(condition, Scope::row(row))? == Some(true) {
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

fn length(count: usize) -> Datum {
    Datum::Long(i64::try_from(count).unwrap_or(i64::MAX))
}

fn list(values: impl Iterator<Item = Datum>) -> Datum {
    Datum::Dynamic(Arc::new(Json::Array(values.map(|value| value.to_json()).collect())))
}

/// Each value once, in the order of first occurrence; arrays count by their elements.
fn distinct(values: Vec<Datum>) -> Vec<Datum> {
    let mut seen = BTreeSet::new();
    let is_new = |value: &Datum| {
        let mut key = String::new();
        value.key(&mut key);
        seen.insert(key)
    };
    let flat = values.into_iter().flat_map(|value| match &value {
        Datum::Dynamic(json) => match &**json {
            Json::Array(items) => items.iter().map(Datum::from_json).collect(),
            _ => vec![value],
        },
        _ => vec![value],
    });
    flat.filter(is_new).collect()
}

/// Whole numbers stay whole; the sum of nothing is 0.
fn sum(values: &[Datum]) -> Datum {
    let whole: Option<i64> = values.iter().try_fold(0_i64, |sum, value| match value {
        Datum::Long(number) => Some(sum.wrapping_add(*number)),
        _ => None,
    });
    let spans: Option<i64> = values.iter().try_fold(0_i64, |sum, value| match value {
        Datum::Span(ticks) => Some(sum.wrapping_add(*ticks)),
        _ => None,
    });
    match (whole, spans) {
        (Some(whole), _) => Datum::Long(whole),
        (None, Some(ticks)) => Datum::Span(ticks),
        (None, None) => Datum::Real(values.iter().filter_map(Datum::to_real).sum()),
    }
}

/// The average of nothing is no number.
#[expect(clippy::cast_precision_loss, reason = "a number of rows is far below 2^52")]
fn average(values: &[Datum]) -> Datum {
    let numbers: Vec<f64> = values.iter().filter_map(Datum::to_real).collect();
    Datum::Real(numbers.iter().sum::<f64>() / numbers.len() as f64)
}
