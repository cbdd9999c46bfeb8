//! Joins of events: two rules within a time, with the join's keys as the group.

use super::super::flatten::{Split, map_children, split, substitute};
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::subject::subject;
use super::super::{Request, time};
use super::between::Between;
use super::correlation::{Correlation, Member, count, timespan, write};
use super::group::{self, Tail};
use super::key::{key_losses, plain, with_key};
use super::sides::{Side, Sides, Values};
use super::threshold::Threshold;
use super::{Written, base, events};
use crate::ir::{Expr, ExprKind, Field, Join, JoinKind, Stage};
use crate::mapping::Assumption;
use crate::schema::{Origin, ScalarType};
use crate::span::Span;

/// The rule of a join.
pub(super) fn joined(request: &Request<'_>, left: &Split<'_>, mut tail: Tail<'_>) -> Written {
    let Some((join, stage)) = tail.join else { return Err(Vec::new()) };
    let right = split(&join.right);
    let Ok([right_tail]) = <[Tail<'_>; 1]>::try_from(group::read(request.hub, &right)?) else {
        return refuse(stage, "a join with groups that have alternatives cannot be said by a Sigma rule");
    };
    let sides = Sides { left, right: &join.right.output, right_values: &right_tail.values };
    let behind = |side: Side| tail.behind_join.iter().any(|conjunct| sides.of(conjunct) != side);
    match join.kind {
        JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi | JoinKind::RightSemi => {}
        JoinKind::LeftOuter if !behind(Side::Left) => return without_right(request, left, tail, stage),
        JoinKind::RightOuter if !behind(Side::Right) => {
            let filters = tail.behind_join.iter().map(|conjunct| sides.of_right(conjunct)).collect();
            return without_left(request, &right, filters, right_tail, stage);
        }
        // Where nothing was found, one of the tests is false: the join is an inner one.
        JoinKind::LeftOuter if tail.behind_join.iter().any(|conjunct| sides.needs_right(conjunct)) => {}
        JoinKind::LeftOuter | JoinKind::RightOuter | JoinKind::FullOuter => {
            return refuse(stage, "a test of what an outer join may not have found cannot be said by a Sigma rule");
        }
        JoinKind::LeftAnti | JoinKind::RightAnti => {
            return refuse(stage, "the absence of other events cannot be said by a Sigma rule");
        }
    }
    if right_tail.join.is_some() {
        return refuse(stage, "a join with a further join cannot be said by a Sigma rule");
    }
    let mut between = Between::default();
    let mut right_filters = Vec::new();
    for conjunct in std::mem::take(&mut tail.behind_join) {
        let conjunct = with_times(&conjunct, &sides, &tail.times, &right_tail.times);
        match sides.of(&conjunct) {
            Side::Left => tail.filters.push(conjunct),
            Side::Right => right_filters.push(sides.of_right(&conjunct)),
            Side::Both if between.read(request, &sides, &conjunct) => {}
            Side::Both | Side::Unknown => tail.losses.push(left_out(conjunct.span)),
        }
    }
    tail.losses.extend(between.dropped().map(left_out));
    let Some(keys) = keys(join, &tail.values, &right_tail.values) else {
        return refuse(stage, "a join on more than equal columns cannot be said by a Sigma rule");
    };
    let mut right_tail = right_tail;
    right_tail.filters.append(&mut right_filters);
    let mut losses = Vec::new();
    // Without a common field in the taxonomy there may be one in the tables' own columns.
    for needs_keys in [false, true] {
        losses.clear();
        let side = |split, tail: &Tail<'_>, key: fn(&Key) -> &Expr, losses: &mut Vec<Loss>| {
            let own: Vec<Expr> = keys.iter().map(|pair| key(pair).clone()).collect();
            member(request, split, tail, &own, needs_keys, losses)
        };
        let members = (
            side(left, &tail, |(left, _)| left, &mut losses)?,
            side(&right, &right_tail, |(_, right)| right, &mut losses)?,
        );
        if needs_keys || keys.iter().any(|key| shared(&members, key).is_some()) {
            return correlate(request, members, &keys, (join, stage), &between, losses);
        }
    }
    Err(Vec::new())
}

/// The loss of a condition over both sides.
fn left_out(span: Span) -> Loss {
    Loss::new(LossClass::Over, Reason::JoinToTemporal, span, "a test of both sides")
        .says("a condition over both sides of the join, or over what they aggregate, is left out")
}

/// The conjunct with the first or last time of a group as the time of its events.
fn with_times(expr: &Expr, sides: &Sides<'_>, of_left: &Values, of_right: &Values) -> Expr {
    let time = match &expr.kind {
        ExprKind::Opaque(column) => of_left.get(column).cloned(),
        ExprKind::Field(_) if sides.of(expr) == Side::Right => match sides.of_right(expr).kind {
            ExprKind::Opaque(column) => of_right.get(&column).map(through_join),
            _ => None,
        },
        ExprKind::Field(_) => None,
        _ => Some(map_children(expr, &mut |child| with_times(child, sides, of_left, of_right))),
    };
    time.unwrap_or_else(|| expr.clone())
}

/// A field of the right side as one sees it behind the join.
fn through_join(expr: &Expr) -> Expr {
    let ExprKind::Field(field) = &expr.kind else { return expr.clone() };
    let origin = match &field.origin {
        Origin::Table { table, column, .. } => {
            Origin::Table { table: table.clone(), column: column.clone(), through_join: true }
        }
        other => other.clone(),
    };
    Expr { kind: ExprKind::Field(Field { origin, ..field.clone() }), ..expr.clone() }
}

fn refuse(stage: &Stage, message: &str) -> Written {
    Err(vec![Refusal::new(stage.span, Reason::OperatorUnsupported, "join", message)])
}

/// The values of a key on both sides.
type Key = (Expr, Expr);

/// The keys; `None` if the join is on more than equal columns.
fn keys(join: &Join, left: &Values, right: &Values) -> Option<Vec<Key>> {
    let value = |field: &crate::ir::Field, values: &Values| {
        let expr = Expr { kind: ExprKind::Field(field.clone()), ty: ScalarType::Unknown, span: field.span };
        plain(&substitute(&expr, values)).clone()
    };
    let keys = join.keys.as_ref()?;
    Some(keys.iter().map(|key| (value(&key.left, left), value(&key.right, right))).collect())
}

/// One side: the rule about its events, or the correlation that counts them.
fn member<'a>(
    request: &Request<'a>,
    split: &Split<'_>,
    tail: &Tail<'_>,
    keys: &[Expr],
    needs_keys: bool,
    losses: &mut Vec<Loss>,
) -> Result<Member<'a>, Vec<Refusal>> {
    let mut thresholds = tail.thresholds.clone();
    if let Some(at) =
        thresholds.iter().position(|threshold| !threshold.is_any_event()).or(thresholds.first().map(|_| 0))
    {
        let threshold = thresholds.remove(at);
        losses.extend(thresholds.iter().map(Threshold::dropped));
        return count(request, std::slice::from_ref(split), vec![tail.with(threshold)], losses);
    }
    let needed = if needs_keys { keys } else { &[] };
    let mut base = with_key(keys, tail, |filters, losses| base(request, split, filters, losses, needed))?;
    losses.append(&mut base.losses);
    Ok(Member::Events(Box::new(base)))
}

/// The fields of a key, if both sides have one and hold the same values in it.
fn shared((left, right): &(Member<'_>, Member<'_>), (left_key, right_key): &Key) -> Option<Vec<String>> {
    let fields = vec![left.field(left_key)?, right.field(right_key)?];
    (holds_own(left, left_key) && holds_own(right, right_key) || form(left, left_key) == form(right, right_key))
        .then_some(fields)
}

/// Whether the field holds the values of the source's column, which the join found equal to the other side's.
fn holds_own(member: &Member<'_>, key: &Expr) -> bool {
    let found = subject(key).and_then(|subject| member.rows().columns.resolve(&subject));
    found.is_some_and(|(resolution, _)| resolution.source.form.holds_same_value(resolution.target.form))
}

fn form(member: &Member<'_>, key: &Expr) -> Option<crate::mapping::ValueForm> {
    let (resolution, _) = member.rows().columns.resolve(&subject(key)?)?;
    Some(resolution.target.form)
}

fn correlate(
    request: &Request<'_>,
    members: (Member<'_>, Member<'_>),
    keys: &[Key],
    (join, stage): (&Join, &Stage),
    between: &Between,
    mut losses: Vec<Loss>,
) -> Written {
    let mut aliases: Vec<(String, Vec<String>)> = Vec::new();
    for (key, values) in join.keys.iter().flatten().zip(keys) {
        match shared(&members, values) {
            Some(fields) => {
                losses.extend(key_losses(members.0.rows(), &values.0));
                losses.extend(key_losses(members.1.rows(), &values.1));
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
        return refuse(stage, "no key of the join has a field on both sides of the target");
    }
    losses.push(
        Loss::new(LossClass::Over, Reason::JoinToTemporal, stage.span, "join")
            .says("events are correlated within a sliding window instead of joined within one run")
            .assuming(Assumption::Window),
    );
    if between.narrows() {
        losses.push(
            Loss::new(LossClass::Under, Reason::JoinToTemporal, stage.span, "a distance in one direction")
                .says("the events must be as close in the other direction, too")
                .assuming(Assumption::Window),
        );
    }
    if join.kind == JoinKind::InnerUnique {
        losses.push(
            Loss::new(LossClass::Assumption, Reason::JoinInnerUnique, stage.span, "join")
                .says("the left side keeps one row for each key in KQL")
                .assuming(Assumption::Unique),
        );
    }
    // Each side reaches as far back as it says; where one says nothing, as far as is usual.
    let mut of_right = Vec::new();
    let right = timespan(request, members.1.rows(), between.seconds, stage.span, &mut of_right);
    let left = timespan(request, members.0.rows(), between.seconds, stage.span, &mut losses);
    losses.extend(of_right.into_iter().filter(|loss| !losses.contains(loss)).collect::<Vec<_>>());
    let timespan = left.max(right);
    let mut members = vec![members.0, members.1];
    if between.is_right_first {
        members.reverse();
        for (_, fields) in &mut aliases {
            fields.reverse();
        }
    }
    let correlation = Correlation {
        kind: if between.is_ordered { "temporal_ordered" } else { "temporal" },
        timespan: time::timespan(timespan),
        condition: Vec::new(),
        ordered_keys: aliases.iter().map(|(alias, _)| alias.clone()).collect(),
        aliases,
    };
    write(request, &members, &correlation, losses)
}

/// A key's name in the correlation.
fn alias(column: &str) -> String {
    column.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// A left outer join keeps every row of the left side, so that the right side decides nothing.
fn without_right(request: &Request<'_>, left: &Split<'_>, mut tail: Tail<'_>, stage: &Stage) -> Written {
    tail.losses.push(only_columns(stage, "the right side of a left outer join"));
    tail.filters.append(&mut tail.behind_join);
    alone(request, left, tail)
}

/// The same with the sides exchanged.
fn without_left(
    request: &Request<'_>,
    right: &Split<'_>,
    mut filters: Vec<Expr>,
    mut tail: Tail<'_>,
    stage: &Stage,
) -> Written {
    tail.losses.push(only_columns(stage, "the left side of a right outer join"));
    tail.filters.append(&mut filters);
    alone(request, right, tail)
}

fn only_columns(stage: &Stage, side: &str) -> Loss {
    Loss::new(LossClass::Informational, Reason::StageDropped, stage.span, "join")
        .says(format!("{side} only adds columns and is left out"))
}

/// The rule of a side that alone decides.
fn alone(request: &Request<'_>, split: &Split<'_>, mut tail: Tail<'_>) -> Written {
    tail.join = None;
    if !tail.thresholds.is_empty() {
        return super::correlation::counted(request, std::slice::from_ref(split), vec![tail]);
    }
    events(request, vec![base(request, split, tail.filters, tail.losses, &[])?])
}
