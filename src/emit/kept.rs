//! A rule that no schema of ASIM takes, kept on its own tables: they stand beside ASIM's functions in one workspace.
//!
//! Such a rule matches what it did, and is not normalised: it does not see other products. Every table of it says so,
//! with what stood in the way.

use super::kql::{Platform, is_at_home, rehoused};
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::{Request, Target, Unmapped};
use crate::ir::{Pipeline, SourceKind};
use crate::mapping::Assumption;
use crate::span::Span;

/// The rule on its own tables, given why it was refused; `None` where the target has none of its own, where one of the
/// tables is not in the workspace, and where leaving tests out or exactness was asked for.
pub(super) fn on_own_tables(
    request: &Request<'_>,
    target: Target,
    refusals: &[Refusal],
) -> Option<(String, Vec<Loss>)> {
    let is_of_workspace = match target {
        Target::Asim => true,
        Target::Sigma | Target::Spl | Target::Xdr | Target::Sentinel => false,
    };
    let is_wanted = match request.options.unmapped {
        Unmapped::Widen | Unmapped::Keep | Unmapped::Error => true,
        Unmapped::Drop => false,
    };
    // As for other targets: what `--strict` does not allow is refused, whatever else could be written.
    let is_forbidden = refusals.iter().all(|refusal| refusal.reason == Reason::LossNotAllowed);
    // A rule that never matches is a mistake, whatever it is written for.
    let is_mistake = refusals.iter().any(|refusal| refusal.reason == Reason::NeverTrue);
    if !is_of_workspace || !is_wanted || is_mistake || (request.options.strict && is_forbidden) {
        return None;
    }
    let pipeline = &request.rule.pipeline;
    if !is_at_home(Platform::Sentinel, request.hub, pipeline) {
        return None;
    }
    let mut tables = Vec::new();
    collect(pipeline, &mut tables);
    if tables.is_empty() {
        return None;
    }
    let (text, mut losses) = rehoused(Platform::Sentinel, request).ok()?;
    let cause = refusals.first().map(|refusal| format!("the cause: {}", refusal.message));
    for (span, name) in tables {
        let loss = Loss::new(LossClass::Assumption, Reason::LogsourceNative, span, &*name)
            .says(format!("no schema of ASIM takes the rule; it reads `{name}` as it is, and is not normalised"))
            .emits(&*name)
            .assuming(Assumption::Native);
        losses.push(Loss { suggestion: cause.clone(), ..loss });
    }
    Some((text, losses))
}

/// Collects the tables of a pipeline and of all within it, with where each is first read.
fn collect(pipeline: &Pipeline, tables: &mut Vec<(Span, String)>) {
    if let SourceKind::Table { name, .. } = &pipeline.source.kind
        && !tables.iter().any(|(_, other)| other == name)
    {
        tables.push((pipeline.source.span, name.clone()));
    }
    pipeline.parts().into_iter().for_each(|part| collect(part, tables));
}
