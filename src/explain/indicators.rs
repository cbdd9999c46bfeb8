//! The constants that rows are compared with, kept apart by stage, table, column, operator and polarity.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::language::LanguageCounts;
use crate::ir::{Expr, ExprKind, Field, LogSource, StageKind, Test, TestOp};
use crate::schema::{Origin, ScalarType, Value};

use super::outline::{Step, StepKind, decided};
use super::phrases::regex_ignores_case;
use super::words::plain_value;

/// The column of a value that is looked for everywhere.
pub const ANY_COLUMN: &str = "any column";

/// One value that a column is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Indicator {
    /// Number of the stage.
    pub stage: String,
    /// The table that the column comes from; `null` for a computed one.
    pub table: Option<String>,
    /// The log source whose events have the column as a field; absent outside Sigma.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_source: Option<LogSource>,
    /// Name of the column in its table; for a computed column, its name at that stage.
    pub column: String,
    /// Its name at that stage, if it was renamed.
    pub renamed: Option<String>,
    /// Functions and properties between the column and the test, outermost first: `tolower`, `.UserId`.
    pub through: Vec<String>,
    /// KQL's operator, without a negation.
    pub operator: String,
    /// What the operator looks at: `term, any case`.
    pub class: String,
    /// Whether rows with the value are wanted.
    pub polarity: Polarity,
    /// The value.
    pub value: String,
    /// Number of other rules of the corpus that look for the same; absent without a corpus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_rules: Option<usize>,
    /// The same by the language of those rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_rules_by_language: Option<LanguageCounts>,
}

/// What a value does to the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// Rows with it are wanted.
    Matches,
    /// Rows with it are kept out.
    Excludes,
}

impl Polarity {
    /// The word that the page prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Excludes => "excludes",
        }
    }
}

pub(super) fn indicators(steps: &[Step<'_>]) -> Vec<Indicator> {
    let mut found = Found::default();
    for step in steps.iter().filter(|step| step.decides_rows) {
        if let StepKind::Stage(stage) = step.kind
            && let StageKind::Filter(predicate) = &stage.kind
        {
            let place = Place { stage: &step.number, log_source: step.log_source };
            collect(predicate, step.is_in_exclusion, place, &mut found);
        }
    }
    found.indicators
}

/// Indicators in order, each once.
#[derive(Default)]
struct Found {
    indicators: Vec<Indicator>,
    seen: HashSet<Indicator>,
}

/// Where a test stands.
#[derive(Clone, Copy)]
struct Place<'r> {
    stage: &'r str,
    log_source: Option<&'r LogSource>,
}

fn collect(expr: &Expr, is_negated: bool, stage: Place<'_>, found: &mut Found) {
    if let Some(test) = decided(expr) {
        return collect(test, is_negated, stage, found);
    }
    match &expr.kind {
        ExprKind::And(operands) | ExprKind::Or(operands) => {
            for operand in operands {
                collect(operand, is_negated, stage, found);
            }
        }
        ExprKind::Not(inner) => collect(inner, !is_negated, stage, found),
        ExprKind::Case { branches, otherwise } => {
            for (when, then) in branches {
                collect(when, is_negated, stage, found);
                collect(then, is_negated, stage, found);
            }
            collect(otherwise, is_negated, stage, found);
        }
        ExprKind::Test(test) => of_test(test, is_negated, stage, found),
        ExprKind::Field(_)
        | ExprKind::Value(_)
        | ExprKind::Call { .. }
        | ExprKind::Arithmetic { .. }
        | ExprKind::Negate(_)
        | ExprKind::Member { .. }
        | ExprKind::Star
        | ExprKind::Subquery(_)
        | ExprKind::Opaque(_) => {}
    }
}

fn of_test(test: &Test, is_negated: bool, place: Place<'_>, found: &mut Found) {
    let mut through = Vec::new();
    let Some(subject) = subject(&test.subject, &mut through) else { return };
    let (table, column, renamed) = named(&subject);
    let log_source = place.log_source.filter(|_| is_of_event(&subject)).cloned();
    for value in values(test) {
        let indicator = Indicator {
            stage: place.stage.to_owned(),
            table: table.clone(),
            log_source: log_source.clone(),
            column: column.clone(),
            renamed: renamed.clone(),
            through: through.clone(),
            operator: test.op.as_str().to_owned(),
            class: class(test, &value).to_owned(),
            polarity: if is_negated { Polarity::Excludes } else { Polarity::Matches },
            value: plain_value(&value),
            other_rules: None,
            other_rules_by_language: None,
        };
        if found.seen.insert(indicator.clone()) {
            found.indicators.push(indicator);
        }
    }
}

/// What a test looks at.
enum Subject<'r> {
    Field(&'r Field),
    AnyColumn,
}

/// The field that a test looks at, maybe through functions of it and constants.
fn subject<'r>(expr: &'r Expr, through: &mut Vec<String>) -> Option<Subject<'r>> {
    match &expr.kind {
        ExprKind::Field(field) => Some(Subject::Field(field)),
        ExprKind::Star => Some(Subject::AnyColumn),
        ExprKind::Member { base, key } => {
            through.push(match key {
                crate::ir::MemberKey::Property(name) => format!(".{name}"),
                crate::ir::MemberKey::Index(index) => format!("[{index}]"),
                crate::ir::MemberKey::Computed(_) => "[…]".to_owned(),
            });
            subject(base, through)
        }
        ExprKind::Call { name, arguments } => {
            let mut fields = arguments.iter().filter(|argument| !matches!(argument.kind, ExprKind::Value(_)));
            match (fields.next(), fields.next()) {
                (Some(only), None) => {
                    through.push(name.clone());
                    subject(only, through)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether it is a field of an event, or any of them.
fn is_of_event(subject: &Subject<'_>) -> bool {
    match subject {
        Subject::Field(field) => matches!(field.origin, Origin::Event { .. }),
        Subject::AnyColumn => true,
    }
}

/// Table, column there, and name here if it differs.
fn named(subject: &Subject<'_>) -> (Option<String>, String, Option<String>) {
    let Subject::Field(field) = subject else { return (None, ANY_COLUMN.to_owned(), None) };
    match origin_column(&field.origin) {
        Some((table, column)) => {
            let renamed = (column != field.name).then(|| field.name.clone());
            (Some(table), column, renamed)
        }
        None => (None, field.name.clone(), None),
    }
}

/// A union's branches often give the same column of several tables.
fn origin_column(origin: &Origin) -> Option<(String, String)> {
    match origin {
        Origin::Table { table, column, .. } => Some((table.clone(), column.clone())),
        Origin::Several(origins) => {
            let columns: Option<Vec<_>> = origins.iter().map(origin_column).collect();
            let columns = columns.filter(|columns| !columns.is_empty())?;
            let column = columns[0].1.clone();
            let mut tables: Vec<&str> = columns.iter().map(|(table, _)| table.as_str()).collect();
            tables.dedup();
            columns.iter().all(|(_, other)| *other == column).then(|| (tables.join(", "), column))
        }
        Origin::Event { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Unknown => None,
    }
}

/// The constants of a test.
fn values(test: &Test) -> Vec<Value> {
    let constant = |operand: &Expr| match &operand.kind {
        ExprKind::Value(value) => Some(value.clone()),
        _ => None,
    };
    let values: Vec<Value> = test.operands.iter().filter_map(constant).collect();
    match (test.op, values.as_slice()) {
        (TestOp::Between, [low, high]) => {
            vec![Value::String(format!("{} .. {}", plain_value(low), plain_value(high)))]
        }
        (TestOp::Between, _) => Vec::new(),
        (TestOp::Ipv4IsPrivate, _) => vec![Value::String("RFC 1918".to_owned())],
        _ => values,
    }
}

/// What an operator looks at.
fn class(test: &Test, value: &Value) -> &'static str {
    let is_text = matches!(value, Value::String(_)) || test.subject.ty == ScalarType::String;
    match test.op {
        TestOp::Equal | TestOp::In => match value {
            Value::Bool(_) => "is",
            _ if is_text => "equals, exact case",
            Value::Integer(_) | Value::Real(_) => "number equals",
            _ => "equals",
        },
        TestOp::EqualCi | TestOp::InCi => "equals, any case",
        TestOp::Contains => "contains, any case",
        TestOp::ContainsCs => "contains, exact case",
        TestOp::StartsWith => "starts with, any case",
        TestOp::StartsWithCs => "starts with, exact case",
        TestOp::EndsWith => "ends with, any case",
        TestOp::EndsWithCs => "ends with, exact case",
        TestOp::Has | TestOp::HasAny => "term, any case",
        TestOp::HasCs => "term, exact case",
        TestOp::HasAll => "all terms, any case",
        TestOp::HasPrefix => "term prefix, any case",
        TestOp::HasPrefixCs => "term prefix, exact case",
        TestOp::HasSuffix => "term suffix, any case",
        TestOp::HasSuffixCs => "term suffix, exact case",
        TestOp::Wildcard => "fits, any case",
        TestOp::WildcardCs => "fits, exact case",
        TestOp::Regex if regex_ignores_case(test) => "regex, any case",
        TestOp::Regex => "regex",
        TestOp::Less => "less than",
        TestOp::LessOrEqual => "at most",
        TestOp::Greater => "greater than",
        TestOp::GreaterOrEqual => "at least",
        TestOp::Between => "between, inclusive",
        TestOp::IsEmpty | TestOp::IsNull => "empty",
        TestOp::Ipv4InRange | TestOp::Ipv6InRange => "network range",
        TestOp::Ipv4IsPrivate => "private network",
    }
}
