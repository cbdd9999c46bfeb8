//! Correlations: a threshold over a group of events, or several rules within a time.

use super::super::flatten::Split;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::rows::Rows;
use super::super::subject::subject;
use super::super::yaml::{self, Node};
use super::super::{Request, time};
use super::envelope::Part;
use super::group::{Measure, Tail, Threshold};
use super::{Base, base, document, envelope};
use crate::ir::{Expr, TestOp};
use crate::mapping::{Assumption, Dialect};
use crate::rule::Seconds;
use crate::span::Span;

/// How far back advanced hunting reaches, and what a workspace query looks at if nobody says otherwise.
const DEFAULT_WINDOWS: (i64, i64) = (30 * 86_400, 86_400);

/// The rules of the parts and a correlation that counts their events.
pub(super) fn counted(
    request: &Request<'_>,
    splits: &[Split<'_>],
    tails: Vec<Tail<'_>>,
) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let mut bases = Vec::new();
    let mut first: Option<(Threshold, Vec<Expr>)> = None;
    for (split, mut tail) in splits.iter().zip(tails) {
        let Some(threshold) = tail.threshold.take() else {
            let message = "the branches of the union are not counted alike";
            let span = request.rule.pipeline.span;
            return Err(vec![Refusal::new(span, Reason::AggregateUnsupported, "union", message)]);
        };
        let (base, keys) = counted_base(request, split, tail, &threshold)?;
        bases.push(base);
        first.get_or_insert((threshold, keys));
    }
    let Some((threshold, keys)) = first else { return Err(Vec::new()) };
    let span = request.rule.pipeline.span;
    let mut losses: Vec<Loss> = bases.iter_mut().flat_map(|base| std::mem::take(&mut base.losses)).collect();
    let condition = vec![(condition_word(threshold.op).to_owned(), Node::Bare(threshold.number.clone()))];
    let mut condition = condition;
    let kind = match &threshold.measure {
        Measure::Events => "event_count",
        Measure::Values(value) => {
            condition.push(("field".to_owned(), Node::Text(field(&bases[0].rows, value).unwrap_or_default())));
            losses.push(
                Loss::new(LossClass::Assumption, Reason::FieldAssumption, value.span, "dcount")
                    .says("distinct values are counted exactly on the target")
                    .assuming(Assumption::DistinctCount),
            );
            "value_count"
        }
        Measure::Number(kind, value, rank) => {
            condition.push(("field".to_owned(), Node::Text(field(&bases[0].rows, value).unwrap_or_default())));
            condition.extend(rank.map(|rank| ("percentile".to_owned(), Node::Bare(rank.to_string()))));
            kind
        }
    };
    let timespan = timespan(request, &bases[0].rows, threshold.window, span, &mut losses);
    losses.push(window_loss(&threshold, span));
    let group_by = keys.iter().filter_map(|key| field(&bases[0].rows, key)).collect::<Vec<_>>();
    let correlation = Correlation { kind, timespan, condition, ordered_keys: group_by, aliases: Vec::new() };
    write(request, &bases, &correlation, losses)
}

/// The rule whose events are counted, and the keys that are left.
fn counted_base<'a>(
    request: &Request<'a>,
    split: &Split<'_>,
    tail: Tail<'_>,
    threshold: &Threshold,
) -> Result<(Base<'a>, Vec<Expr>), Vec<Refusal>> {
    let measured = match &threshold.measure {
        Measure::Events => None,
        Measure::Values(value) | Measure::Number(_, value, _) => Some(value.clone()),
    };
    let all: Vec<Expr> = threshold.keys.iter().cloned().chain(measured.clone()).collect();
    if threshold.keys.is_empty() {
        let message = "a correlation must have a field to group by";
        let span = split.tail.first().map_or(split.head.source.span, |stage| stage.span);
        return Err(vec![Refusal::new(span, Reason::AggregateUnsupported, "summarize", message)]);
    }
    let refusals = match base(request, split, tail.filters.clone(), tail.losses.clone(), &all) {
        Ok(base) => return Ok((base, threshold.keys.clone())),
        Err(refusals) => refusals,
    };
    // Fewer keys make larger groups, which reach a lower bound at least as often.
    let is_lower_bound = matches!(threshold.op, TestOp::Greater | TestOp::GreaterOrEqual);
    let is_count = matches!(threshold.measure, Measure::Events | Measure::Values(_));
    let measured: Vec<Expr> = measured.into_iter().collect();
    let mut base = base(request, split, tail.filters, tail.losses, &measured).map_err(|_| refusals.clone())?;
    let (kept, dropped): (Vec<Expr>, Vec<Expr>) =
        threshold.keys.iter().cloned().partition(|key| field(&base.rows, key).is_some());
    if kept.is_empty() || !is_lower_bound || !is_count {
        return Err(refusals);
    }
    for key in dropped {
        let construct = super::super::kql::print::expression(&key);
        base.losses.push(
            Loss::new(LossClass::Over, Reason::JoinKeyDropped, key.span, construct)
                .says("a key of the groups has no field on the target and is left out: groups are larger"),
        );
    }
    Ok((base, kept))
}

/// The one field of a column.
pub(super) fn field(rows: &Rows<'_>, expr: &Expr) -> Option<String> {
    let (resolution, is_any) = rows.columns.resolve(&subject(expr)?)?;
    match resolution.target.names.as_slice() {
        [one] if !is_any => Some(one.clone()),
        _ => None,
    }
}

fn condition_word(op: TestOp) -> &'static str {
    match op {
        TestOp::Greater => "gt",
        TestOp::GreaterOrEqual => "gte",
        TestOp::Less => "lt",
        TestOp::LessOrEqual => "lte",
        _ => "eq",
    }
}

fn window_loss(threshold: &Threshold, span: Span) -> Loss {
    let is_lower_bound = matches!(threshold.op, TestOp::Greater | TestOp::GreaterOrEqual);
    let class = if is_lower_bound { LossClass::Over } else { LossClass::Changed };
    Loss::new(class, Reason::WindowFixed, span, "summarize")
        .says("the groups of one run become sliding windows")
        .assuming(Assumption::Window)
}

/// The length of the windows: `bin`, the time filter, the rule's lookback, or what the product looks at by default.
pub(super) fn timespan(
    request: &Request<'_>,
    rows: &Rows<'_>,
    window: Option<i64>,
    span: Span,
    losses: &mut Vec<Loss>,
) -> String {
    let period = request.rule.envelope.period.map(|period| period.0);
    let stated = window.or(rows.window.earliest).or(period).filter(|seconds| *seconds > 0);
    let seconds = stated.unwrap_or_else(|| {
        let is_hunting = matches!(rows.recognised.dialect, Dialect::Xdr | Dialect::XdrName)
            || rows.recognised.name.starts_with("Device");
        let seconds = if is_hunting { DEFAULT_WINDOWS.0 } else { DEFAULT_WINDOWS.1 };
        losses.push(
            Loss::new(LossClass::Assumption, Reason::WindowDefault, span, "lookback")
                .says(format!("the rule does not say how far back it looks; {} is written", Seconds(seconds).short()))
                .assuming(Assumption::Schedule),
        );
        seconds
    });
    time::timespan(seconds)
}

/// A correlation over rules.
pub(super) struct Correlation {
    pub(super) kind: &'static str,
    pub(super) timespan: String,
    pub(super) condition: Vec<(String, Node)>,
    pub(super) ordered_keys: Vec<String>,
    /// Name of a key, and the field that each rule has for it.
    pub(super) aliases: Vec<(String, Vec<String>)>,
}

/// The correlation and its rules as one file.
pub(super) fn write(
    request: &Request<'_>,
    bases: &[Base<'_>],
    correlation: &Correlation,
    mut losses: Vec<Loss>,
) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let names: Vec<String> = names(request, bases);
    let mut main = envelope::head(request, Part::default(), &mut losses)?;
    let mut entries = vec![("type".to_owned(), Node::Text(correlation.kind.to_owned()))];
    let list = |names: &[String]| Node::List(names.iter().cloned().map(Node::Text).collect());
    entries.push(("rules".to_owned(), list(&names)));
    entries.push(("group-by".to_owned(), list(&correlation.ordered_keys)));
    entries.push(("timespan".to_owned(), Node::Bare(correlation.timespan.clone())));
    if !correlation.aliases.is_empty() {
        let alias = |(alias, fields): &(String, Vec<String>)| {
            let of_rule = |(name, field): (&String, &String)| (name.clone(), Node::Text(field.clone()));
            (alias.clone(), Node::Map(names.iter().zip(fields).map(of_rule).collect()))
        };
        entries.push(("aliases".to_owned(), Node::Map(correlation.aliases.iter().map(alias).collect())));
    }
    if !correlation.condition.is_empty() {
        entries.push(("condition".to_owned(), Node::Map(correlation.condition.clone())));
    }
    main.push(("correlation".to_owned(), Node::Map(entries)));
    main.extend(envelope::tail(request, &mut losses));
    let mut texts = vec![yaml::write(&Node::Map(main))];
    for (index, (base, name)) in bases.iter().zip(&names).enumerate() {
        let suffix = if bases.len() == 1 { "Base".to_owned() } else { format!("Base {}", index + 1) };
        // What stands around the query is reported with the correlation.
        let document = document(request, base, Part { suffix: &suffix, name: Some(name) }, &mut Vec::new())?;
        texts.push(yaml::write(&document));
    }
    Ok((texts.join("---\n"), losses))
}

/// A name for each rule, made from the title.
fn names(request: &Request<'_>, bases: &[Base<'_>]) -> Vec<String> {
    let title = request.rule.envelope.title.as_deref().or(request.options.name_hint.as_deref()).unwrap_or("rule");
    let mut stem = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            stem.push(c);
        } else if !stem.ends_with('_') && !stem.is_empty() {
            stem.push('_');
        }
    }
    let stem: String = stem.trim_end_matches('_').chars().take(60).collect();
    let stem = if stem.starts_with(|c: char| c.is_ascii_alphabetic()) { stem } else { format!("rule_{stem}") };
    if bases.len() == 1 {
        return vec![format!("{stem}_base")];
    }
    (1..=bases.len()).map(|number| format!("{stem}_base_{number}")).collect()
}
