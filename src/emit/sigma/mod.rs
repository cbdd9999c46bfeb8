//! Sigma rules, in the key order and spelling of the public rule repository.
//!
//! A union, a table with several kinds of event or alternative thresholds become several rules, a threshold over groups
//! or a join a correlation over rules; all are documents of one file.

mod between;
mod correlation;
mod detection;
mod envelope;
mod group;
mod item;
mod join;
mod key;
mod kinds;
mod registry;
mod share;
mod sides;
mod threshold;

use super::condition::{Comparison, Condition, FieldTest, Match, Number, Origin};
use super::flatten::{Flat, Split, Step, StepKind, split};
use super::loss::{Loss, LossClass, Refusal};
use super::plan::{dropped_steps, foreign_style};
use super::reason::Reason;
use super::rows::{KeptAt, Omission, Rows, Wishes, rows};
use super::subject::ColumnSet;
use super::union::distribute;
use super::yaml::{self, Node};
use super::{Backend, Mode, Request, Unmapped, regex};
use crate::ir::{Expr, Pipeline};
use crate::mapping::{Dialect, Fit, LogSource};
use envelope::Part;
use group::Tail;

/// The Sigma writer.
pub(super) struct Sigma;

/// The taxonomy of rules whose fields are columns of Microsoft's tables.
const OWN_TAXONOMY: &str = "microsoft";

const DIALECTS: &[Dialect] = &[Dialect::Sigma, Dialect::SigmaUnofficial];

/// The documents of a file and what differs, or why there are none.
type Written = Result<(Vec<Node>, Vec<Loss>), Vec<Refusal>>;

/// A rule without what stands around it.
struct Base<'a> {
    rows: Rows<'a>,
    losses: Vec<Loss>,
    /// Whether some field has the name of a column rather than one that Sigma's taxonomy has.
    has_own_names: bool,
}

impl Backend for Sigma {
    fn emit(&self, request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
        let (documents, losses) = self::documents(request)?;
        let texts: Vec<String> = share::shared(documents).iter().map(yaml::write).collect();
        Ok((texts.join("---\n"), losses))
    }
}

fn documents(request: &Request<'_>) -> Written {
    let parts = distribute(&request.rule.pipeline);
    if let Some((kinds, of_kinds)) = kinds::decided(request, &parts)
        && let Ok((documents, losses)) = written(request, &kinds)
        && !losses.iter().any(falls_short)
    {
        return Ok((documents, losses.into_iter().chain(of_kinds).collect()));
    }
    written(request, &parts)
}

/// Whether some part could not be put on the fields of a log source.
fn falls_short(loss: &Loss) -> bool {
    loss.reason == Reason::LogsourceNative || loss.class == LossClass::NotExpressible
}

/// Rules for pipelines whose rows are wanted together.
fn written(request: &Request<'_>, parts: &[Pipeline]) -> Written {
    let splits: Vec<Split<'_>> = parts.iter().map(split).collect();
    let mut of_splits = Vec::new();
    for split in &splits {
        of_splits.push(group::read(request.hub, split)?.into_iter());
    }
    let span = request.rule.pipeline.span;
    let count = of_splits.first().map_or(0, ExactSizeIterator::len);
    if of_splits.iter().any(|tails| tails.len() != count) {
        let message = "the branches of the union are not counted alike";
        return Err(vec![Refusal::new(span, Reason::AggregateUnsupported, "union", message)]);
    }
    if count <= 1 {
        return alternative(request, &splits, of_splits.into_iter().flatten().collect());
    }
    let message = "each of the alternatives for a group has a rule of its own: a group may satisfy several";
    let loss = Loss::new(LossClass::Informational, Reason::StageDropped, span, "or").says(message);
    let (mut documents, mut losses) = (Vec::new(), vec![loss]);
    for number in 1..=count {
        let tails = of_splits.iter_mut().filter_map(Iterator::next).collect();
        let request = Request { alternative: Some(number), ..*request };
        let (found, of_alternative) = alternative(&request, &splits, tails)?;
        documents.extend(found);
        losses.extend(of_alternative);
    }
    Ok((documents, losses))
}

/// Rules for what follows the events of each pipeline.
fn alternative<'a>(request: &Request<'a>, splits: &[Split<'a>], mut tails: Vec<Tail<'a>>) -> Written {
    let has_join = tails.iter().any(|tail| tail.join.is_some());
    if has_join {
        let ([split], Some(tail)) = (splits, tails.pop()) else {
            let message = "a join of a union cannot be said by a Sigma rule";
            let span = request.rule.pipeline.span;
            return Err(vec![Refusal::new(span, Reason::OperatorUnsupported, "join", message)]);
        };
        return join::joined(request, split, tail);
    }
    if tails.iter().any(|tail| !tail.thresholds.is_empty()) {
        return correlation::counted(request, splits, tails);
    }
    let mut bases = Vec::new();
    for (split, tail) in splits.iter().zip(tails) {
        bases.push(base(request, split, tail.filters, tail.losses, &[])?);
    }
    events(request, bases)
}

/// The rule about the rows of a split.
fn base<'a>(
    request: &Request<'a>,
    split: &Split<'_>,
    filters: Vec<Expr>,
    mut losses: Vec<Loss>,
    needed: &[Expr],
) -> Result<Base<'a>, Vec<Refusal>> {
    let is_filter = |step: &&Step| matches!(step.kind, StepKind::Filter(_));
    let others: Vec<Step> = split.head.steps.iter().filter(|step| !is_filter(step)).cloned().collect();
    losses.extend(dropped_steps(&others));
    if split.head.output.as_ref().is_some_and(|columns| !columns.is_empty()) {
        // SigmaHQ's conventions have given the key `fields` up, and their checks refuse it.
        let loss = Loss::new(LossClass::Informational, Reason::OutputDropped, split.head.source.span, "output columns");
        losses.push(loss.says("a Sigma rule names no output columns"));
    }
    let mut flat: Flat<'_> = split.head.clone();
    flat.steps.extend(filters.into_iter().map(|filter| Step { span: filter.span, kind: StepKind::Filter(filter) }));
    let wishes = Wishes {
        dialects: &|source| if source.sigma.is_official { DIALECTS } else { &[] },
        places: &|source| {
            vec![KeptAt { name: name(source), dialects: DIALECTS, fit: Fit::Same, shape: ColumnSet::OwnNames }]
        },
        style: &|separator| {
            let keeps_case = request.mode == Mode::Exact;
            foreign_style(request, separator, regex::Syntax::Portable, keeps_case, item::spell)
        },
        source_name: &name,
        changes_sensor: true,
        native_prefix: &|_| Some(String::new()),
        shared_home: &|_| None,
        element: "",
        needs_condition: true,
        lists: |_| true,
        keeps_window: false,
        shape: &|_| ColumnSet::Listed,
        omission: Omission::OfTests,
    };
    let mut rows = rows(request, &wishes, &flat, needed)?;
    let keeps_names = request.options.unmapped == Unmapped::Keep
        && rows.losses.iter().any(|loss| loss.reason == Reason::FieldUnmapped);
    let has_own_names = keeps_names || rows.recognised.log_source.native_table.is_some();
    losses.append(&mut rows.losses);
    rows.condition = registry::joined(std::mem::replace(&mut rows.condition, Condition::Constant(true)));
    Ok(Base { rows, losses, has_own_names })
}

/// One rule for each part.
fn events(request: &Request<'_>, mut bases: Vec<Base<'_>>) -> Written {
    let mut losses = Vec::new();
    if let [base] = bases.as_mut_slice() {
        losses.append(&mut base.losses);
        let document = document(request, base, Part::default(), &mut losses)?;
        return Ok((vec![document], losses));
    }
    let mut documents = Vec::new();
    for (index, base) in bases.iter_mut().enumerate() {
        let suffix = format!("Part {} of {}", index + 1, "the Rule");
        losses.append(&mut base.losses);
        // What stands around the query is the same in every part and reported once.
        let mut of_part = Vec::new();
        documents.push(document(request, base, Part { suffix: &suffix, name: None }, &mut of_part)?);
        losses.extend(of_part.into_iter().filter(|loss| index == 0 || loss.reason != Reason::Envelope));
    }
    let message = "each source of events has a rule of its own";
    let span = request.rule.pipeline.span;
    losses.push(Loss::new(LossClass::Informational, Reason::StageDropped, span, "union").says(message));
    Ok((documents, losses))
}

fn document(
    request: &Request<'_>,
    base: &Base<'_>,
    part: Part<'_>,
    losses: &mut Vec<Loss>,
) -> Result<Node, Vec<Refusal>> {
    let log_source = base.rows.recognised.log_source;
    let condition = Condition::all(vec![base.rows.condition.clone(), required(log_source)]);
    let Some(detection) = detection::detection(&condition) else {
        let message = "the rule has no condition beyond its log source, and a Sigma rule needs one";
        let span = request.rule.pipeline.span;
        return Err(vec![Refusal::new(span, Reason::NoCondition, &*base.rows.recognised.name, message)]);
    };
    let mut entries = envelope::head(request, part, losses)?;
    if base.has_own_names {
        // <https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#taxonomy>
        let at = entries.iter().position(|(key, _)| key == "status").unwrap_or(entries.len());
        entries.insert(at, ("taxonomy".to_owned(), Node::Text(OWN_TAXONOMY.to_owned())));
    }
    entries.push(("logsource".to_owned(), log_source_node(log_source)));
    entries.push(("detection".to_owned(), detection));
    entries.extend(envelope::tail(request, losses));
    Ok(Node::Map(entries))
}

/// What a rule must test because the log source alone says too much.
fn required(source: &LogSource) -> Condition {
    let test = |(field, numbers): &(String, Vec<i64>)| {
        let equal = |number: &i64| {
            let test = FieldTest::Number(Comparison::Equal, Number::Integer(*number));
            Condition::Match(Match { field: field.clone(), test, origin: Origin::default() })
        };
        Condition::any(numbers.iter().map(equal).collect())
    };
    Condition::all(source.sigma.filter.iter().map(test).collect())
}

fn log_source_node(source: &LogSource) -> Node {
    let sigma = &source.sigma;
    let keys = [("category", &sigma.category), ("product", &sigma.product), ("service", &sigma.service)];
    let entry = |(key, value): (&str, &Option<String>)| Some((key.to_owned(), Node::Text(value.clone()?)));
    let mut entries: Vec<(String, Node)> = keys.into_iter().filter_map(entry).collect();
    if let Some(table) = &source.native_table {
        let definition = format!("Requirements - the events of the table {table} under its own column names");
        entries.push(("definition".to_owned(), Node::Text(definition)));
    }
    Node::Map(entries)
}

fn name(source: &LogSource) -> String {
    let sigma = &source.sigma;
    let parts = [&sigma.product, &sigma.category, &sigma.service];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/")
}
