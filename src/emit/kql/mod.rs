//! KQL over ASIM's normalised functions, over Defender's tables, over a workspace's tables.
//!
//! A rule that is in the target's form already stays as it was written, but for names. Other rules get the function or
//! table of their log source, its columns, and KQL's own operators; columns that later stages look at are given their
//! old names first, so that those stages stay as they are.

mod combine;
mod compile;
mod event;
mod growth;
mod head;
mod missing;
mod parameter;
mod platform;
mod prefilter;
pub mod print;
mod rehouse;
mod spread;
mod test;
mod value;
mod written;

use std::borrow::Cow;

use super::log_source::is_named;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::{Backend, Request};
use crate::ir::{Pipeline, SourceKind};
use crate::mapping::Assumption;
pub(super) use platform::Platform;
pub(super) use rehouse::{is_at_home, rehoused};
pub(super) use test::column_text;
pub(super) use value::{assumed, below, is_whole, of_resolution};

/// The KQL writer.
pub(super) struct Kql(pub(super) Platform);

impl Backend for Kql {
    fn emit(&self, request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
        if self.0 == Platform::Asim {
            if let Some((written, builtin)) = normalised_function(request) {
                return respelled(request, written, builtin);
            }
        } else if rehouse::is_at_home(self.0, request.hub, &request.rule.pipeline) {
            return rehouse::rehoused(self.0, request);
        }
        let mut pipeline = Cow::Borrowed(&request.rule.pipeline);
        // Sigma has no queries inside expressions.
        if !is_named(&pipeline) {
            rehouse::check_queries(self.0, request.hub, &pipeline)?;
            pipeline = Cow::Owned(rehouse::with_queries(self.0, &pipeline));
        }
        let wanted = request.rule.envelope.entities.iter().flat_map(|entity| &entity.fields);
        let wanted = wanted.map(|(_, column)| column.clone()).collect();
        let written = compile::compile(self.0, request, &pipeline, wanted)?;
        Ok((written.lines.join("\n") + "\n", written.losses))
    }
}

/// The function or table of a rule that is normalised already: as written, and as built in.
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
    let hub = request.hub;
    hub.asim_function(name).or_else(|| hub.function_of_asim_table(name)).map(|builtin| (name.as_str(), builtin))
}

fn respelled(request: &Request<'_>, written: &str, builtin: &str) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let hub = request.hub;
    let spell = |name: &str| match hub.function_of_asim_table(name) {
        Some(function) => function.to_owned(),
        None => hub.asim_function(name).unwrap_or(name).to_owned(),
    };
    let text = match &request.rule.written {
        Some(text) => written::renamed(text, |word| {
            let name = Some(spell(word.text)).filter(|name| name != word.text)?;
            let is_source = !word.is_property && word.next != Some('=');
            is_source.then(|| if word.next == Some('(') { name } else { format!("{name}()") })
        }),
        None => print::pipeline(&request.rule.pipeline, &spell).map_err(|refusal| vec![refusal])?,
    };
    let text = text.trim_end().to_owned() + "\n";
    let mut losses = Vec::new();
    if hub.function_of_asim_table(written).is_some() {
        losses.push(
            Loss::new(LossClass::Assumption, Reason::LogsourceWidened, request.rule.pipeline.source.span, written)
                .says(format!("`{builtin}` also gives the events of other products"))
                .emits(builtin)
                .assuming(Assumption::Scope),
        );
    } else if written != builtin {
        let span = request.rule.pipeline.source.span;
        losses.push(
            Loss::new(LossClass::Informational, Reason::Respelled, span, written)
                .says(format!("`{written}` is written in its built-in spelling"))
                .emits(builtin),
        );
    }
    Ok((text, losses))
}

/// The place of the innermost source.
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
