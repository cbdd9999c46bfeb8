//! Sigma rules, in the key order and spelling of the public rule repository.

mod detection;
mod envelope;
mod item;
mod yaml;

use super::condition::{Comparison, Condition, FieldTest, Match, Number, Origin};
use super::loss::{Loss, LossClass, Refusal};
use super::plan::{Plan, Wishes, dropped_steps, foreign_style, plan};
use super::reason::Reason;
use super::{Backend, Mode, Request, regex};
use crate::mapping::{Dialect, LogSource};
use yaml::Node;

/// The Sigma writer.
pub(super) struct Sigma;

const DIALECTS: &[Dialect] = &[Dialect::Sigma, Dialect::SigmaUnofficial];

impl Backend for Sigma {
    fn emit(&self, request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
        let wishes = Wishes {
            dialects: &|source| if source.sigma.is_official { DIALECTS } else { &[] },
            style: &|separator| {
                let keeps_case = request.mode == Mode::Exact;
                foreign_style(request, separator, regex::Syntax::Portable, keeps_case, item::spell)
            },
            source_name: &name,
            changes_sensor: true,
            keeps_window: false,
        };
        let plan = plan(request, &wishes)?;
        let mut losses = plan.losses.clone();
        losses.extend(dropped_steps(&plan.steps));
        let condition = Condition::all(vec![plan.condition.clone(), required(plan.recognised.log_source)]);
        let Some(detection) = detection::detection(&condition) else {
            let message = "the rule has no condition beyond its log source, and a Sigma rule needs one";
            let span = request.rule.pipeline.span;
            return Err(vec![Refusal::new(span, Reason::NoCondition, &*plan.recognised.name, message)]);
        };
        let text = yaml::write(&document(request, &plan, detection, &mut losses)?);
        Ok((text, losses))
    }
}

fn document(
    request: &Request<'_>,
    plan: &Plan<'_>,
    detection: Node,
    losses: &mut Vec<Loss>,
) -> Result<Node, Vec<Refusal>> {
    let mut entries = envelope::head(request, losses)?;
    entries.push(("logsource".to_owned(), log_source(plan.recognised.log_source)));
    entries.push(("detection".to_owned(), detection));
    if plan.fields.iter().flatten().next().is_some() {
        // SigmaHQ's conventions have given the key `fields` up, and their checks refuse it.
        let span = request.rule.pipeline.span;
        let loss = Loss::new(LossClass::Informational, Reason::OutputDropped, span, "output columns");
        losses.push(loss.says("a Sigma rule names no output columns"));
    }
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

fn log_source(source: &LogSource) -> Node {
    let sigma = &source.sigma;
    let keys = [("category", &sigma.category), ("product", &sigma.product), ("service", &sigma.service)];
    let entry = |(key, value): (&str, &Option<String>)| Some((key.to_owned(), Node::Text(value.clone()?)));
    Node::Map(keys.into_iter().filter_map(entry).collect())
}

fn name(source: &LogSource) -> String {
    let sigma = &source.sigma;
    let parts = [&sigma.product, &sigma.category, &sigma.service];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/")
}
