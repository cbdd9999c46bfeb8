//! What has to hold for an event so that a condition comes out as wanted.

use crate::ir::{Expr, ExprKind, Field, MemberKey};
use crate::schema::{Origin, Value};

/// A place in an event that tests look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    /// The table, or the function that gives the rows; empty for a field of a log source.
    pub(crate) table: String,
    /// The column there.
    pub(crate) column: String,
    /// Properties inside of it.
    pub(crate) path: Vec<String>,
}

/// A condition on one place.
#[derive(Debug, Clone)]
pub(crate) struct Constraint<'r> {
    pub(crate) site: Site,
    /// What the condition calls the column.
    pub(crate) name: &'r str,
    pub(crate) expr: &'r Expr,
    /// Whether it must hold, or must not.
    pub(crate) is_wanted: bool,
    /// Whether it reads the column itself, rather than something computed from it.
    pub(crate) is_direct: bool,
}

/// Conditions that together do.
pub(crate) type Goal<'r> = Vec<Constraint<'r>>;

/// Most ways to reach a goal that are looked at.
const MOST: usize = 48;

/// The ways in which an expression becomes true, or false.
pub(crate) fn goals(expr: &Expr, is_wanted: bool) -> Vec<Goal<'_>> {
    match &expr.kind {
        ExprKind::And(operands) if is_wanted => all(operands, is_wanted),
        ExprKind::Or(operands) if !is_wanted => all(operands, is_wanted),
        ExprKind::And(operands) | ExprKind::Or(operands) => {
            let mut ways: Vec<Goal<'_>> = operands.iter().flat_map(|operand| goals(operand, is_wanted)).collect();
            ways.truncate(MOST);
            ways
        }
        ExprKind::Not(inner) => goals(inner, !is_wanted),
        ExprKind::Value(Value::Bool(value)) if *value != is_wanted => Vec::new(),
        ExprKind::Test(test) => vec![constraints(expr, &test.subject, is_wanted)],
        ExprKind::Call { .. } | ExprKind::Field(_) | ExprKind::Member { .. } => {
            vec![constraints(expr, expr, is_wanted)]
        }
        // What else there is may come out right by itself.
        ExprKind::Value(_)
        | ExprKind::Case { .. }
        | ExprKind::Arithmetic { .. }
        | ExprKind::Negate(_)
        | ExprKind::Star
        | ExprKind::Subquery(_)
        | ExprKind::Opaque(_) => vec![Vec::new()],
    }
}

fn all<'r>(operands: &'r [Expr], is_wanted: bool) -> Vec<Goal<'r>> {
    let mut ways: Vec<Goal<'r>> = vec![Vec::new()];
    for operand in operands {
        let more = goals(operand, is_wanted);
        let joined = |way: &Goal<'r>| more.iter().map(|other| [way.as_slice(), other].concat()).collect::<Vec<_>>();
        ways = ways.iter().flat_map(joined).take(MOST).collect();
    }
    ways
}

fn constraints<'r>(expr: &'r Expr, subject: &'r Expr, is_wanted: bool) -> Goal<'r> {
    let Some((field, path)) = field_in(subject) else { return Vec::new() };
    let of_site = |(site, is_direct): (Site, bool)| Constraint { site, name: &field.name, expr, is_wanted, is_direct };
    sites(field, &path).into_iter().map(of_site).collect()
}

/// The first field of an expression, and the properties of it that are looked at.
pub(crate) fn field_in(expr: &Expr) -> Option<(&Field, Vec<String>)> {
    match &expr.kind {
        ExprKind::Field(field) => Some((field, Vec::new())),
        ExprKind::Member { base, key } => {
            let (field, mut path) = field_in(base)?;
            match key {
                MemberKey::Property(name) => path.push(name.clone()),
                MemberKey::Index(_) | MemberKey::Computed(_) => return None,
            }
            Some((field, path))
        }
        ExprKind::Call { arguments, .. } => arguments.iter().find_map(field_in),
        ExprKind::Test(test) => field_in(&test.subject),
        ExprKind::Negate(inner) | ExprKind::Not(inner) => field_in(inner),
        ExprKind::Arithmetic { left, right, .. } => field_in(left).or_else(|| field_in(right)),
        ExprKind::Value(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Case { .. }
        | ExprKind::Star
        | ExprKind::Subquery(_)
        | ExprKind::Opaque(_) => None,
    }
}

/// The places that a field's value comes from, and whether it is the value there.
pub(crate) fn sites(field: &Field, path: &[String]) -> Vec<(Site, bool)> {
    let site = |table: &str, column: &str, path: &[String]| Site {
        table: table.to_owned(),
        column: column.to_owned(),
        path: path.to_vec(),
    };
    match &field.origin {
        Origin::Table { table, column, .. } => vec![(site(table, column, path), true)],
        Origin::Event { field } => vec![(site("", field, path), true)],
        Origin::Computed { inputs, .. } => {
            inputs.iter().take(1).map(|(table, column)| (site(table, column, path), false)).collect()
        }
        Origin::Several(origins) => {
            let of = |origin: &Origin| sites(&Field { origin: origin.clone(), ..field.clone() }, path);
            origins.iter().flat_map(of).collect()
        }
        Origin::Made(_) | Origin::Unknown => Vec::new(),
    }
}
