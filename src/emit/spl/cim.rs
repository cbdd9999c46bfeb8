//! Searches of accelerated data models: `tstats` with what its `where` can say, then `where` for the rest.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::condition::{Condition, Match};
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::plan::{Plan, dropped_steps, plan};
use super::super::reason::Reason;
use super::{expression, search, wanted, window_terms};
use crate::mapping::{Assumption, DataModel};

/// A rule of filters as a search of a data model.
pub(super) fn modelled(request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let plan = wanted(request, |wishes| plan(request, wishes))?;
    let span = request.rule.pipeline.source.span;
    let Some(model) = &plan.recognised.log_source.data_model else {
        let message = format!("no data model is known for `{}`", plan.recognised.log_source.id);
        return Err(vec![Refusal::new(span, Reason::LogsourceUnmapped, &*plan.recognised.name, message)]);
    };
    let mut losses = plan.losses.clone();
    losses.extend(dropped_steps(&plan.steps));
    losses.push(
        Loss::new(LossClass::Assumption, Reason::FieldAssumption, span, "data model")
            .says(format!("the data model `{}.{}` is accelerated and holds these events", model.model, model.dataset))
            .assuming(Assumption::AddOn),
    );
    Ok((text(&plan, model), losses))
}

fn text(plan: &Plan<'_>, model: &DataModel) -> String {
    let prefix = format!("{}.", model.dataset);
    let (mut terms, mut behind) = (Vec::new(), Vec::new());
    let mut fields: BTreeSet<String> = plan.fields.iter().flatten().flat_map(|(_, names)| names.clone()).collect();
    for conjunct in plan.condition.clone().conjuncts() {
        let prefixed = conjunct
            .clone()
            .map(&mut |found: Match| Condition::Match(Match { field: format!("{prefix}{}", found.field), ..found }));
        // `tstats` has neither expressions nor `CASE()`.
        let exact = search::exact(&prefixed).filter(|text| !text.contains("CASE("));
        if let Some(exact) = exact {
            terms.push(exact);
            continue;
        }
        terms.extend(search::prefilter(&prefixed).filter(|text| !text.contains("CASE(")));
        conjunct.clone().map(&mut |found: Match| {
            fields.insert(found.field.clone());
            Condition::Match(found)
        });
        behind.push(format!("\n| where {}", expression::write(&conjunct)));
    }
    terms.extend(model.filter.clone());
    terms.extend(window_terms(plan.window));
    fields.insert("dest".to_owned());
    let by: Vec<String> = fields.iter().map(|field| format!("{prefix}{field}")).collect();
    let condition = if terms.is_empty() { String::new() } else { format!(" where {}", terms.join(" ")) };
    let mut text = format!(
        "| tstats summariesonly=false fillnull_value=\"unknown\" count min(_time) as firstTime max(_time) as lastTime from datamodel={}.{}{condition} by {}\n| rename {prefix}* as *",
        model.model,
        model.dataset,
        by.join(" ")
    );
    text.extend(behind);
    text + "\n"
}
