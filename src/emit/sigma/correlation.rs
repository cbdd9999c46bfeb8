//! Correlations: a threshold over a group of events, or several rules within a time.

use super::super::flatten::Split;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::rows::Rows;
use super::super::yaml::Node;
use super::super::{Request, time};
use super::envelope::Part;
use super::group::Tail;
use super::key::{case_loss, field, key_losses, plain, with_key};
use super::threshold::{Measure, Threshold};
use super::{Base, Written, base, document, envelope, events};
use crate::ir::{Expr, TestOp};
use crate::mapping::{Assumption, Dialect};
use crate::rule::Seconds;
use crate::span::Span;

/// How far back advanced hunting reaches, and what a workspace query looks at if nobody says otherwise.
const DEFAULT_WINDOWS: (i64, i64) = (30 * 86_400, 86_400);

/// What a correlation is over.
pub(super) enum Member<'a> {
    /// Events.
    Events(Box<Base<'a>>),
    /// Groups of so many events.
    Counted(Correlation, Vec<Base<'a>>),
}

impl<'a> Member<'a> {
    fn bases(&self) -> &[Base<'a>] {
        match self {
            Self::Events(base) => std::slice::from_ref(&**base),
            Self::Counted(_, bases) => bases,
        }
    }

    /// The events, of the first branch if there are several.
    pub(super) fn rows(&self) -> &Rows<'a> {
        &self.bases()[0].rows
    }

    /// The fields of the threshold's group.
    fn keys(&self, threshold: &Threshold) -> Vec<String> {
        match self {
            Self::Events(base) => threshold.keys.iter().filter_map(|key| field(&base.rows, plain(key))).collect(),
            Self::Counted(correlation, _) => correlation.ordered_keys.clone(),
        }
    }

    /// The field of a key, which a group must be grouped by.
    pub(super) fn field(&self, key: &Expr) -> Option<String> {
        let found = field(self.rows(), key)?;
        match self {
            Self::Events(_) => Some(found),
            Self::Counted(correlation, _) => correlation.ordered_keys.contains(&found).then_some(found),
        }
    }
}

/// The rules of the parts and a correlation that counts their events; over it one that asks for several thresholds at
/// once, if there are several.
pub(super) fn counted(request: &Request<'_>, splits: &[Split<'_>], tails: Vec<Tail<'_>>) -> Written {
    let span = request.rule.pipeline.span;
    let count_of = tails.first().map_or(0, |tail| tail.thresholds.len());
    if tails.iter().any(|tail| tail.thresholds.len() != count_of) {
        let message = "the branches of the union are not counted alike";
        return Err(vec![Refusal::new(span, Reason::AggregateUnsupported, "union", message)]);
    }
    let (mut members, mut losses, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..count_of {
        let mut of_member = Vec::new();
        let one = tails.iter().map(|tail| tail.with(tail.thresholds[index].clone())).collect();
        match count(request, splits, one, &mut of_member) {
            Ok(member) => members.push(member),
            Err(found) => {
                of_member = tails.iter().map(|tail| tail.thresholds[index].dropped()).collect();
                refusals.extend(found);
            }
        }
        losses.extend(of_member.into_iter().filter(|loss| !losses.contains(loss)).collect::<Vec<_>>());
    }
    let threshold = tails.into_iter().next().and_then(|tail| tail.thresholds.into_iter().next());
    let (Some(first), Some(threshold)) = (members.first(), threshold) else { return Err(refusals) };
    if members.len() > 1 {
        let keys = first.keys(&threshold);
        if members.iter().any(|member| member.keys(&threshold) != keys) {
            let message = "the thresholds have no common group on the target";
            return Err(vec![Refusal::new(span, Reason::AggregateUnsupported, "summarize", message)]);
        }
        let timespan = time::timespan(timespan(request, first.rows(), threshold.window, span, &mut losses));
        losses.push(window_loss(&threshold, span));
        let (condition, aliases) = (Vec::new(), Vec::new());
        let all = Correlation { kind: "temporal", timespan, condition, ordered_keys: keys, aliases };
        return write(request, &members, &all, losses);
    }
    match members.pop() {
        Some(Member::Counted(correlation, bases)) => {
            let members: Vec<Member<'_>> = bases.into_iter().map(|base| Member::Events(Box::new(base))).collect();
            write(request, &members, &correlation, losses)
        }
        Some(Member::Events(base)) => {
            let (documents, mut of_events) = events(request, vec![*base])?;
            losses.append(&mut of_events);
            Ok((documents, losses))
        }
        None => Err(refusals),
    }
}

/// A correlation that counts the events of the parts, and the rules about them; only the rule, if one event is enough.
pub(super) fn count<'a>(
    request: &Request<'a>,
    splits: &[Split<'_>],
    tails: Vec<Tail<'_>>,
    losses: &mut Vec<Loss>,
) -> Result<Member<'a>, Vec<Refusal>> {
    let span = request.rule.pipeline.span;
    let mut bases = Vec::new();
    let mut first: Option<(Threshold, Vec<Expr>)> = None;
    for (split, mut tail) in splits.iter().zip(tails) {
        let Some(threshold) = tail.thresholds.pop() else { return Err(Vec::new()) };
        tail.filters.extend(threshold.condition.clone());
        let (mut base, keys) = counted_base(request, split, &tail, &threshold)?;
        losses.append(&mut base.losses);
        bases.push(base);
        first.get_or_insert((threshold, keys));
    }
    let Some((threshold, keys)) = first else { return Err(Vec::new()) };
    if threshold.is_any_event() && bases.len() == 1 {
        return bases.pop().map(|base| Member::Events(Box::new(base))).ok_or_else(Vec::new);
    }
    let rows = &bases[0].rows;
    let mut condition = vec![(condition_word(threshold.op).to_owned(), Node::Bare(threshold.number.clone()))];
    let kind = match &threshold.measure {
        Measure::Events => "event_count",
        Measure::Values(value) => {
            condition.push(("field".to_owned(), Node::Text(field(rows, value).unwrap_or_default())));
            losses.push(
                Loss::new(LossClass::Assumption, Reason::FieldAssumption, value.span, "dcount")
                    .says("distinct values are counted exactly on the target")
                    .assuming(Assumption::DistinctCount),
            );
            "value_count"
        }
        Measure::Number(kind, value, rank) => {
            condition.push(("field".to_owned(), Node::Text(field(rows, value).unwrap_or_default())));
            condition.extend(rank.map(|rank| ("percentile".to_owned(), Node::Bare(rank.to_string()))));
            kind
        }
    };
    let timespan = time::timespan(timespan(request, rows, threshold.window, span, losses));
    losses.push(window_loss(&threshold, span));
    losses.extend(keys.iter().flat_map(|key| key_losses(rows, key)));
    let mut ordered_keys: Vec<String> = Vec::new();
    for found in keys.iter().filter_map(|key| field(rows, key)) {
        if !ordered_keys.contains(&found) {
            ordered_keys.push(found);
        }
    }
    Ok(Member::Counted(Correlation { kind, timespan, condition, ordered_keys, aliases: Vec::new() }, bases))
}

/// The rule whose events are counted, and the keys that are left.
fn counted_base<'a>(
    request: &Request<'a>,
    split: &Split<'_>,
    tail: &Tail<'_>,
    threshold: &Threshold,
) -> Result<(Base<'a>, Vec<Expr>), Vec<Refusal>> {
    let measured: Vec<Expr> = match &threshold.measure {
        Measure::Events => Vec::new(),
        Measure::Values(value) | Measure::Number(_, value, _) => vec![value.clone()],
    };
    if threshold.keys.is_empty() {
        let message = "a correlation must have a field to group by";
        let span = split.tail.first().map_or(split.head.source.span, |stage| stage.span);
        return Err(vec![Refusal::new(span, Reason::AggregateUnsupported, "summarize", message)]);
    }
    let keys: Vec<Expr> = threshold.keys.iter().map(|key| plain(key).clone()).collect();
    let case_losses = threshold.keys.iter().filter_map(case_loss);
    let tail = Tail { losses: tail.losses.iter().cloned().chain(case_losses).collect(), ..tail.clone() };
    let with =
        |needed: &[Expr]| with_key(&keys, &tail, |filters, losses| base(request, split, filters, losses, needed));
    let all: Vec<Expr> = keys.iter().chain(&measured).cloned().collect();
    let refusals = match with(&all) {
        Ok(base) => return Ok((base, keys)),
        Err(refusals) => refusals,
    };
    // Fewer keys make larger groups, which reach a lower bound at least as often.
    let is_lower_bound = threshold.is_lower_bound();
    let is_count = matches!(threshold.measure, Measure::Events | Measure::Values(_));
    let mut base = with(&measured).map_err(|_| refusals.clone())?;
    let (kept, dropped): (Vec<Expr>, Vec<Expr>) = keys.into_iter().partition(|key| field(&base.rows, key).is_some());
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
    let class = if threshold.is_lower_bound() { LossClass::Over } else { LossClass::Changed };
    Loss::new(class, Reason::WindowFixed, span, "summarize")
        .says("the groups of one run become sliding windows")
        .assuming(Assumption::Window)
}

/// The length of the windows in seconds: `bin`, the time filter, the rule's lookback, or what the product looks at by default.
pub(super) fn timespan(
    request: &Request<'_>,
    rows: &Rows<'_>,
    window: Option<i64>,
    span: Span,
    losses: &mut Vec<Loss>,
) -> i64 {
    let period = request.rule.envelope.period.map(|period| period.0);
    let stated = window.or(rows.window.earliest).or(period).filter(|seconds| *seconds > 0);
    stated.unwrap_or_else(|| {
        let is_hunting = matches!(rows.recognised.dialect, Dialect::Xdr | Dialect::XdrName)
            || rows.recognised.name.starts_with("Device");
        let seconds = if is_hunting { DEFAULT_WINDOWS.0 } else { DEFAULT_WINDOWS.1 };
        losses.push(
            Loss::new(LossClass::Assumption, Reason::WindowDefault, span, "lookback")
                .says(format!("the rule does not say how far back it looks; {} is written", Seconds(seconds).short()))
                .assuming(Assumption::Schedule),
        );
        seconds
    })
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
    members: &[Member<'_>],
    correlation: &Correlation,
    mut losses: Vec<Loss>,
) -> Written {
    let stem = stem(request);
    let names: Vec<String> =
        members.iter().enumerate().map(|(index, member)| member_name(&stem, members.len(), index, member)).collect();
    let mut documents = vec![correlating(request, Part::default(), correlation, &names, &mut losses)?];
    for (index, (member, name)) in members.iter().zip(&names).enumerate() {
        let number = if members.len() == 1 { String::new() } else { format!(" {}", index + 1) };
        // What stands around the query is reported with the correlation.
        let mut of_member = |suffix: &str, name: &str, base: &Base<'_>| -> Result<(), Vec<Refusal>> {
            documents.push(document(request, base, Part { suffix, name: Some(name) }, &mut Vec::new())?);
            Ok(())
        };
        match member {
            Member::Events(base) => of_member(&format!("Base{number}"), name, base)?,
            Member::Counted(counting, bases) => {
                let of_group: Vec<String> = (1..=bases.len()).map(|part| format!("{name}_base_{part}")).collect();
                for (part, (base, base_name)) in bases.iter().zip(&of_group).enumerate() {
                    of_member(&format!("Base{number}.{}", part + 1), base_name, base)?;
                }
                let suffix = format!("Threshold{number}");
                let part = Part { suffix: &suffix, name: Some(name) };
                documents.push(correlating(request, part, counting, &of_group, &mut Vec::new())?);
            }
        }
    }
    Ok((documents, losses))
}

/// A correlation over the rules of these names.
fn correlating(
    request: &Request<'_>,
    part: Part<'_>,
    correlation: &Correlation,
    names: &[String],
    losses: &mut Vec<Loss>,
) -> Result<Node, Vec<Refusal>> {
    let mut main = envelope::head(request, part, losses)?;
    let mut entries = vec![("type".to_owned(), Node::Text(correlation.kind.to_owned()))];
    let list = |names: &[String]| Node::List(names.iter().cloned().map(Node::Text).collect());
    entries.push(("rules".to_owned(), list(names)));
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
    main.extend(envelope::tail(request, losses));
    Ok(Node::Map(main))
}

/// A name made from the title.
fn stem(request: &Request<'_>) -> String {
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
    request.alternative.map_or(stem.clone(), |number| format!("{stem}_{number}"))
}

fn member_name(stem: &str, count: usize, index: usize, member: &Member<'_>) -> String {
    let kind = match member {
        Member::Events(_) => "base",
        Member::Counted(..) => "threshold",
    };
    if count == 1 { format!("{stem}_{kind}") } else { format!("{stem}_{kind}_{}", index + 1) }
}
