//! Joins of events: two rules within a time, with the join's keys as the group.

use super::super::flatten::{Split, map_children, split, substitute};
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::{Request, time};
use super::correlation::{Correlation, field, timespan, write};
use super::group::{self, Tail};
use super::{Base, base, events};
use crate::ir::{ArithmeticOp, Expr, ExprKind, Join, JoinKind, Stage, Test, TestOp};
use crate::mapping::Assumption;
use crate::schema::{Origin, ScalarType, Value};

/// The rule of a join.
pub(super) fn joined(
    request: &Request<'_>,
    left: &Split<'_>,
    tail: Tail<'_>,
) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let Some((join, stage)) = tail.join else { return Err(Vec::new()) };
    let refuse =
        |message: &str| Err(vec![Refusal::new(stage.span, Reason::OperatorUnsupported, "join", message.to_owned())]);
    match join.kind {
        JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi | JoinKind::RightSemi => {}
        JoinKind::LeftOuter if tail.behind_join.iter().all(|conjunct| side(conjunct) == Side::Left) => {
            return without_right(request, left, tail, stage);
        }
        JoinKind::LeftOuter => {
            return refuse("a test of what a left outer join may not have found cannot be said by a Sigma rule");
        }
        JoinKind::LeftAnti | JoinKind::RightAnti => {
            return refuse("the absence of other events cannot be said by a Sigma rule");
        }
        JoinKind::RightOuter | JoinKind::FullOuter => {
            return refuse("this kind of join cannot be said by a Sigma rule");
        }
    }
    let right = split(&join.right);
    let right_tail = group::read(request.hub, &right)?;
    if right_tail.threshold.is_some() || right_tail.join.is_some() {
        return refuse("a join with an aggregation or a further join cannot be said by a Sigma rule");
    }
    let mut between = Between::default();
    let (mut left_filters, mut right_filters, mut losses) = (tail.filters, right_tail.filters, tail.losses);
    losses.extend(right_tail.losses);
    for conjunct in tail.behind_join {
        match side(&conjunct) {
            Side::Left => left_filters.push(conjunct),
            Side::Right => right_filters.push(of_right(&conjunct, &right)),
            Side::Both if between.read(request, &conjunct) => {}
            Side::Both | Side::Unknown => losses.push(
                Loss::new(LossClass::Over, Reason::JoinToTemporal, conjunct.span, "a test of both sides")
                    .says("a condition over both sides of the join is left out"),
            ),
        }
    }
    let keys = keys(join, &tail.values, &right_tail.values);
    let first = (
        base(request, left, left_filters.clone(), losses.clone(), &[])?,
        base(request, &right, right_filters.clone(), Vec::new(), &[])?,
    );
    let Some(keys) = keys else { return refuse("a join on more than equal columns cannot be said by a Sigma rule") };
    let is_shared = |(left, right): &(Expr, Expr)| shared(&first.0, left, &first.1, right).is_some();
    if keys.iter().any(is_shared) {
        return correlate(request, first, &keys, (join, stage), &between);
    }
    // Without a common field there may be one in the tables' own columns.
    let (left_keys, right_keys): (Vec<Expr>, Vec<Expr>) = keys.iter().cloned().unzip();
    let second = (
        base(request, left, left_filters, losses, &left_keys)?,
        base(request, &right, right_filters, Vec::new(), &right_keys)?,
    );
    correlate(request, second, &keys, (join, stage), &between)
}

/// The keys as values of both sides; `None` if the join is on more than equal columns.
fn keys(join: &Join, left: &Values, right: &Values) -> Option<Vec<(Expr, Expr)>> {
    let value = |field: &crate::ir::Field, values: &Values| {
        let expr = Expr { kind: ExprKind::Field(field.clone()), ty: ScalarType::Unknown, span: field.span };
        substitute(&expr, values)
    };
    let keys = join.keys.as_ref()?;
    Some(keys.iter().map(|key| (value(&key.left, left), value(&key.right, right))).collect())
}

type Values = std::collections::BTreeMap<String, Expr>;

/// The fields of a key, if both sides have one and hold the same form in it.
fn shared(left: &Base<'_>, left_key: &Expr, right: &Base<'_>, right_key: &Expr) -> Option<Vec<String>> {
    let fields = vec![field(&left.rows, left_key)?, field(&right.rows, right_key)?];
    (form(left, left_key) == form(right, right_key)).then_some(fields)
}

fn correlate(
    request: &Request<'_>,
    (mut left_base, mut right_base): (Base<'_>, Base<'_>),
    keys: &[(Expr, Expr)],
    (join, stage): (&Join, &Stage),
    between: &Between,
) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let refuse =
        |message: &str| Err(vec![Refusal::new(stage.span, Reason::OperatorUnsupported, "join", message.to_owned())]);
    let mut losses = std::mem::take(&mut left_base.losses);
    losses.append(&mut right_base.losses);
    let mut aliases: Vec<(String, Vec<String>)> = Vec::new();
    for (key, (left_key, right_key)) in join.keys.iter().flatten().zip(keys) {
        match shared(&left_base, left_key, &right_base, right_key) {
            Some(fields) => {
                if aliases.iter().all(|(_, other)| *other != fields) {
                    aliases.push((alias(&key.left.name), fields));
                }
            }
            None => losses.push(
                Loss::new(LossClass::Over, Reason::JoinKeyDropped, key.span, &*key.left.name)
                    .says("a key of the join has no field on both sides of the target and is left out"),
            ),
        }
    }
    if aliases.is_empty() {
        return refuse("no key of the join has a field on both sides of the target");
    }
    losses.push(
        Loss::new(LossClass::Over, Reason::JoinToTemporal, stage.span, "join")
            .says("events are correlated within a sliding window instead of joined within one run")
            .assuming(Assumption::Window),
    );
    if join.kind == JoinKind::InnerUnique {
        losses.push(
            Loss::new(LossClass::Assumption, Reason::JoinInnerUnique, stage.span, "join")
                .says("the left side keeps one row for each key in KQL")
                .assuming(Assumption::Unique),
        );
    }
    let timespan = timespan(request, &left_base.rows, between.seconds, stage.span, &mut losses);
    let correlation = Correlation {
        kind: if between.is_ordered { "temporal_ordered" } else { "temporal" },
        timespan,
        condition: Vec::new(),
        ordered_keys: aliases.iter().map(|(alias, _)| alias.clone()).collect(),
        aliases,
    };
    let bases = if between.is_right_first { [right_base, left_base] } else { [left_base, right_base] };
    let mut correlation = correlation;
    if between.is_right_first {
        correlation.aliases.iter_mut().for_each(|(_, fields)| fields.reverse());
    }
    write(request, &bases, &correlation, losses)
}

fn form(base: &Base<'_>, key: &Expr) -> Option<crate::mapping::ValueForm> {
    let (resolution, _) = base.rows.columns.resolve(&super::super::subject::subject(key)?)?;
    Some(resolution.target.form)
}

/// A key's name in the correlation.
fn alias(column: &str) -> String {
    column.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// A left outer join keeps every row of the left side, so that the right side decides nothing.
fn without_right(
    request: &Request<'_>,
    left: &Split<'_>,
    mut tail: Tail<'_>,
    stage: &Stage,
) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    tail.losses.push(
        Loss::new(LossClass::Informational, Reason::StageDropped, stage.span, "join")
            .says("the right side of a left outer join only adds columns and is left out"),
    );
    tail.filters.append(&mut tail.behind_join);
    events(request, vec![base(request, left, tail.filters, tail.losses, &[])?])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Both,
    Unknown,
}

/// Which side of the join an expression looks at.
fn side(expr: &Expr) -> Side {
    let mut side = match &expr.kind {
        ExprKind::Field(field) => match &field.origin {
            Origin::Table { through_join: true, .. } => return Side::Right,
            Origin::Table { through_join: false, .. } => return Side::Left,
            Origin::Event { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Several(_) | Origin::Unknown => {
                return Side::Unknown;
            }
        },
        ExprKind::Opaque(_) | ExprKind::Subquery(_) | ExprKind::Star => return Side::Unknown,
        _ => None,
    };
    map_children(expr, &mut |child| {
        if !matches!(child.kind, ExprKind::Value(_)) && !is_constant_time(child) {
            side = Some(match (side, self::side(child)) {
                (None, found) => found,
                (Some(one), other) if one == other => one,
                (Some(Side::Unknown), _) | (_, Side::Unknown) => Side::Unknown,
                _ => Side::Both,
            });
        }
        child.clone()
    });
    side.unwrap_or(Side::Unknown)
}

fn is_constant_time(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { name, .. } if matches!(name.as_str(), "ago" | "now"))
}

/// The condition in columns of the right side's own table.
fn of_right(expr: &Expr, right: &Split<'_>) -> Expr {
    if let ExprKind::Field(field) = &expr.kind {
        let own = match field.table_column() {
            Some((_, column)) => column.to_owned(),
            None => field.name.clone(),
        };
        let origin = match &field.origin {
            Origin::Table { table, column, .. } => {
                Origin::Table { table: table.clone(), column: column.clone(), through_join: false }
            }
            other => other.clone(),
        };
        let field = crate::ir::Field { name: own, origin, span: field.span };
        return right.value(&Expr { kind: ExprKind::Field(field), ..expr.clone() });
    }
    map_children(expr, &mut |child| of_right(child, right))
}

/// How the times of both sides lie to each other.
#[derive(Debug, Default)]
struct Between {
    seconds: Option<i64>,
    is_ordered: bool,
    is_right_first: bool,
}

impl Between {
    /// Reads a condition over both times; `false` if it is something else.
    fn read(&mut self, request: &Request<'_>, conjunct: &Expr) -> bool {
        let ExprKind::Test(test) = &conjunct.kind else { return false };
        let is_time = |expr: &Expr| time::is_time(request.hub, expr);
        match (test.op, test.operands.as_slice()) {
            (TestOp::Less | TestOp::LessOrEqual, [bound]) if is_time(&test.subject) && is_time(bound) => {
                self.order(side(&test.subject) == Side::Right);
                true
            }
            (TestOp::Greater | TestOp::GreaterOrEqual, [bound]) if is_time(&test.subject) && is_time(bound) => {
                self.order(side(&test.subject) == Side::Left);
                true
            }
            (TestOp::Between, [low, high]) if is_time(&test.subject) && is_time(low) => {
                let Some(seconds) = added(high, &is_time) else { return false };
                self.seconds = Some(seconds);
                self.order(side(&test.subject) == Side::Left);
                true
            }
            (TestOp::Less | TestOp::LessOrEqual, [bound]) => self.distance(test, bound),
            _ => false,
        }
    }

    fn order(&mut self, is_right_first: bool) {
        (self.is_ordered, self.is_right_first) = (true, is_right_first);
    }

    /// `datetime_diff("minute", a, b) < 5` and `a - b < 5m`, in absolute value or not.
    fn distance(&mut self, test: &Test, bound: &Expr) -> bool {
        let subject = match &test.subject.kind {
            ExprKind::Call { name, arguments } if name == "abs" && arguments.len() == 1 => &arguments[0],
            _ => &test.subject,
        };
        let seconds = match (&subject.kind, &bound.kind) {
            (ExprKind::Arithmetic { op: ArithmeticOp::Subtract, .. }, ExprKind::Value(Value::Timespan(ticks))) => {
                ticks / time::TICKS_PER_SECOND
            }
            (ExprKind::Call { name, arguments }, ExprKind::Value(Value::Integer(number)))
                if name == "datetime_diff" =>
            {
                let [Expr { kind: ExprKind::Value(Value::String(unit)), .. }, _, _] = arguments.as_slice() else {
                    return false;
                };
                let Some(length) = unit_seconds(unit) else { return false };
                number * length
            }
            _ => return false,
        };
        if seconds <= 0 {
            return false;
        }
        self.seconds = Some(seconds);
        true
    }
}

fn unit_seconds(unit: &str) -> Option<i64> {
    match unit.to_ascii_lowercase().as_str() {
        "second" => Some(1),
        "minute" => Some(60),
        "hour" => Some(3600),
        "day" => Some(86_400),
        _ => None,
    }
}

/// `time + 5m` in seconds.
fn added(expr: &Expr, is_time: &impl Fn(&Expr) -> bool) -> Option<i64> {
    match &expr.kind {
        ExprKind::Arithmetic { op: ArithmeticOp::Add, left, right } if is_time(left) => match &right.kind {
            ExprKind::Value(Value::Timespan(ticks)) => Some(ticks / time::TICKS_PER_SECOND),
            _ => None,
        },
        _ => None,
    }
}
