//! KQL over ASIM's normalised functions.
//!
//! A rule that is normalised already stays as it is, printed in one style and with the built-in spelling of its
//! function. Other rules get the function of their log source, its columns, and KQL's own operators.

pub mod print;
mod test;

use super::adapt::Style;
use super::boolean::{Tree, Words};
use super::flatten::{Step, StepKind};
use super::loss::{Loss, LossClass, Refusal};
use super::plan::{Plan, Wishes, plan};
use super::reason::Reason;
use super::source::row_filter_text;
use super::translate::source_column;
use super::{Backend, Request};
use crate::ir::{Expr, ExprKind, Pipeline, SourceKind};
use crate::mapping::{AsimSource, Assumption, Dialect, LogSource};
use crate::rule::Seconds;

/// The ASIM writer.
pub(super) struct Asim;

const DIALECTS: &[Dialect] = &[Dialect::Asim];
const WORDS: Words = Words { and: " and ", or: " or ", not: ("not(", ")"), constants: ("true", "false") };

impl Backend for Asim {
    fn emit(&self, request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
        match normalised_function(request) {
            Some((written, builtin)) => respelled(request, written, builtin),
            None => normalise(request),
        }
    }
}

/// The function of a rule that is normalised already: as written, and as built in.
fn normalised_function<'a>(request: &Request<'a>) -> Option<(&'a str, &'a str)> {
    let mut source = &request.rule.pipeline.source;
    while let SourceKind::Pipeline { pipeline, .. } = &source.kind {
        source = &pipeline.source;
    }
    let name = match &source.kind {
        SourceKind::Function { name, .. } | SourceKind::Table { name, .. } => name,
        SourceKind::LogSource(_)
        | SourceKind::Pipeline { .. }
        | SourceKind::Union(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => return None,
    };
    request.hub.asim_function(name).map(|builtin| (name.as_str(), builtin))
}

fn respelled(request: &Request<'_>, written: &str, builtin: &str) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let spell = |name: &str| request.hub.asim_function(name).unwrap_or(name).to_owned();
    let text = print::pipeline(&request.rule.pipeline, &spell).map_err(|refusal| vec![refusal])?;
    let mut losses = Vec::new();
    if written != builtin {
        let span = request.rule.pipeline.source.span;
        losses.push(
            Loss::new(LossClass::Informational, Reason::Respelled, span, written)
                .says(format!("`{written}` is written in its built-in spelling"))
                .emits(builtin),
        );
    }
    Ok((text, losses))
}

fn normalise(request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let wishes = Wishes {
        dialects: &|source| if source.asim.is_some() { DIALECTS } else { &[] },
        style: &|separator| Style {
            mode: request.mode,
            is_kql: true,
            keeps_case: true,
            regex: None,
            separator,
            spell: |found| test::spell(found, false),
        },
        source_name: &function_name,
        changes_sensor: false,
        keeps_window: true,
    };
    let plan = plan(request, &wishes)?;
    let Some(asim) = &plan.recognised.log_source.asim else { return Err(Vec::new()) };
    let mut losses = plan.losses.clone();
    // A function for one kind of event reads the other rows of the source's table as well, as the rule does.
    let is_narrowed = plan.recognised.is_stated || request.hub.is_general_function(&asim.builtin);
    if !is_narrowed {
        losses.retain(|loss| loss.reason != Reason::LogsourceImplied);
    }
    let span = innermost_span(&request.rule.pipeline);
    losses.push(
        Loss::new(LossClass::Assumption, Reason::LogsourceWidened, span, &*plan.recognised.name)
            .says(format!("`{}` also gives the events of other products", asim.builtin))
            .emits(&*asim.builtin)
            .assuming(Assumption::Scope),
    );
    if plan.fields.is_some() {
        losses.push(
            Loss::new(LossClass::Informational, Reason::OutputRenamed, request.rule.pipeline.span, "output columns")
                .says("the output columns have their normalised names"),
        );
    }
    Ok((text(request, &plan, asim, is_narrowed, &mut losses), losses))
}

fn innermost_span(pipeline: &Pipeline) -> crate::span::Span {
    match &pipeline.source.kind {
        SourceKind::Pipeline { pipeline, .. } => innermost_span(pipeline),
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Union(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => pipeline.source.span,
    }
}

fn function_name(source: &LogSource) -> String {
    source.asim.as_ref().map(|asim| asim.builtin.clone()).unwrap_or_default()
}

fn text(
    request: &Request<'_>,
    plan: &Plan<'_>,
    asim: &AsimSource,
    is_narrowed: bool,
    losses: &mut Vec<Loss>,
) -> String {
    let mut lines = vec![format!("{}()", asim.builtin)];
    lines.extend(window(plan));
    if let Some(filter) = asim.filter.as_ref().filter(|filter| is_narrowed && !filter.tests.is_empty()) {
        lines.push(format!("| where {}", row_filter_text(filter)));
    }
    for conjunct in plan.condition.clone().conjuncts() {
        let text = Tree::from(&conjunct).write(&WORDS, &test::spell);
        lines.push(format!("| where {text}"));
    }
    let column = |expr: &Expr| mapped_column(request, plan, expr);
    for step in &plan.steps {
        match step_text(step, &column) {
            Some(line) => lines.push(line),
            None => losses.extend(super::plan::dropped_steps(std::slice::from_ref(step))),
        }
    }
    // `distinct` has chosen the columns already.
    let is_distinct = plan.steps.iter().any(|step| matches!(step.kind, StepKind::Distinct(_)));
    let fields: Vec<&String> = plan.fields.iter().flatten().flat_map(|(_, names)| names).collect();
    if !fields.is_empty() && !is_distinct {
        let names: Vec<String> = fields.into_iter().map(|name| print::name(name)).collect();
        lines.push(format!("| project TimeGenerated, {}", names.join(", ")));
    }
    lines.join("\n") + "\n"
}

fn window(plan: &Plan<'_>) -> Option<String> {
    let ago = |seconds: i64| format!("ago({})", Seconds(seconds).short());
    Some(match (plan.window.earliest, plan.window.latest) {
        (Some(earliest), Some(latest)) => {
            format!("| where TimeGenerated between ({} .. {})", ago(earliest), ago(latest))
        }
        (Some(earliest), None) => format!("| where TimeGenerated > {}", ago(earliest)),
        (None, Some(latest)) => format!("| where TimeGenerated < {}", ago(latest)),
        (None, None) => return None,
    })
}

fn mapped_column(request: &Request<'_>, plan: &Plan<'_>, expr: &Expr) -> Option<String> {
    let ExprKind::Field(field) = &expr.kind else { return None };
    let column = source_column(field);
    if request.hub.is_time_column(column) {
        return Some("TimeGenerated".to_owned());
    }
    let id = &plan.recognised.log_source.id;
    let resolution = request.hub.resolve(id, plan.recognised.dialect, column, DIALECTS)?;
    match resolution.target.names.as_slice() {
        [one] => Some(print::name(one)),
        _ => None,
    }
}

/// The step in columns of the function; `None` if one of them is missing.
fn step_text(step: &Step, column: &impl Fn(&Expr) -> Option<String>) -> Option<String> {
    let order = |is_descending: bool| if is_descending { "desc" } else { "asc" };
    match &step.kind {
        StepKind::Filter(_) => None,
        StepKind::Take(count) => Some(format!("| take {}", print::expression(count))),
        StepKind::Sort(keys) => {
            let keys: Option<Vec<String>> = keys
                .iter()
                .map(|(key, is_descending)| Some(format!("{} {}", column(key)?, order(*is_descending))))
                .collect();
            Some(format!("| sort by {}", keys?.join(", ")))
        }
        StepKind::Top(count, key, is_descending) => {
            Some(format!("| top {} by {} {}", print::expression(count), column(key)?, order(*is_descending)))
        }
        StepKind::Distinct(columns) => {
            let names: Option<Vec<String>> = columns.iter().map(|output| column(&output.value)).collect();
            Some(format!("| distinct {}", names?.join(", ")))
        }
    }
}
