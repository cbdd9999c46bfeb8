//! Rules whose tables the target has under the same names: only the names of columns differ, and sub-queries of others.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::flatten::map_children;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::platform::{BUILTIN, Platform};
use super::{print, written};
use crate::ir::{Assignment, Expr, ExprKind, Field, MemberKey, Pipeline, SourceKind, StageKind};
use crate::mapping::Hub;
use crate::schema::{ScalarType, Table};

/// Whether every source of the rule exists on the platform, so that only the names of its columns can differ.
pub(in super::super) fn is_at_home(platform: Platform, hub: &Hub, pipeline: &Pipeline) -> bool {
    let is_there = match &pipeline.source.kind {
        SourceKind::Table { name, .. } => has_table(platform, name),
        SourceKind::Function { name, .. } => platform != Platform::Xdr && hub.asim_function(name).is_none(),
        SourceKind::Pipeline { .. } | SourceKind::Union(_) | SourceKind::Inline(_) | SourceKind::External(_) => true,
        // What `search` and `find` look at depends on where they run.
        SourceKind::Opaque(_) => platform != Platform::Xdr,
        SourceKind::LogSource(_) => false,
    };
    is_there && pipeline.parts().into_iter().all(|part| is_at_home(platform, hub, part))
}

/// Whether the platform has the table under this name. A workspace may have tables that nobody else knows.
fn has_table(platform: Platform, table: &str) -> bool {
    let known = BUILTIN.table(table);
    match platform {
        Platform::Xdr => known.is_some_and(Table::is_in_defender),
        Platform::Asim | Platform::Sentinel => known.is_none_or(|table| {
            // Some lists of workspace tables have those of Defender that no connector brings there.
            let is_brought = || !table.is_in_defender() || table.column(platform.time_column()).is_some();
            table.is_in_log_analytics() && is_brought()
        }),
    }
}

/// Refuses sub-queries that read what the platform does not have.
pub(super) fn check_queries(platform: Platform, hub: &Hub, pipeline: &Pipeline) -> Result<(), Vec<Refusal>> {
    let mut refusals = Vec::new();
    for query in pipeline.stages.iter().flat_map(|stage| stage.kind.queries()) {
        if !is_at_home(platform, hub, query) {
            let message = "a query inside an expression reads a table that the target does not have";
            refusals.push(Refusal::new(query.span, Reason::Subquery, "sub-query", message));
        }
    }
    for part in pipeline.parts() {
        refusals.extend(check_queries(platform, hub, part).err().into_iter().flatten());
    }
    refusals.dedup();
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// The rule with the platform's time column, and bags read in the way that works on both.
pub(in super::super) fn rehoused(
    platform: Platform,
    request: &Request<'_>,
) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let to = platform.time_column();
    let written = request.rule.written.as_deref();
    // A workspace has both time columns, and its own tables have columns of any name.
    let keeps_time = platform == Platform::Sentinel && !reads_defender(&request.rule.pipeline);
    let renamed = written
        .and_then(|text| if keeps_time { Some((text.to_owned(), false)) } else { written::with_time_column(text, to) });
    let (text, is_changed) = match renamed {
        Some((text, is_changed)) if platform == Platform::Xdr => (written::with_parsed_bag(&text), is_changed),
        Some(renamed) => renamed,
        None => {
            let mut pipeline = request.rule.pipeline.clone();
            let mut names = Names { to, is_changed: false, is_inside: true };
            names.pipeline(&mut pipeline);
            let spell = |name: &str| name.to_owned();
            let text = print::pipeline(&pipeline, &spell).map_err(|refusal| vec![refusal])?;
            (text, names.is_changed)
        }
    };
    let mut losses = Vec::new();
    if is_changed {
        let span = request.rule.pipeline.source.span;
        losses.push(
            Loss::new(LossClass::Informational, Reason::OutputRenamed, span, "time column")
                .says(format!("the time of the event is in `{to}`")),
        );
    }
    Ok((text.trim_end().to_owned() + "\n", losses))
}

/// Whether some table of the rule is one of Defender's.
fn reads_defender(pipeline: &Pipeline) -> bool {
    let is_defender = |table: &str| BUILTIN.table(table).is_some_and(Table::is_in_defender);
    matches!(&pipeline.source.kind, SourceKind::Table { name, .. } if is_defender(name))
        || pipeline.parts().into_iter().any(reads_defender)
}

/// The pipeline with its sub-queries on the platform's time column.
pub(super) fn with_queries(platform: Platform, pipeline: &Pipeline) -> Pipeline {
    let mut pipeline = pipeline.clone();
    Names { to: platform.time_column(), is_changed: false, is_inside: false }.pipeline(&mut pipeline);
    pipeline
}

struct Names {
    to: &'static str,
    is_changed: bool,
    /// Whether what is looked at is renamed; otherwise only the sub-queries in it are.
    is_inside: bool,
}

impl Names {
    fn name(&mut self, name: &mut String) {
        if self.is_inside && matches!(name.as_str(), "Timestamp" | "TimeGenerated") && name != self.to {
            self.to.clone_into(name);
            self.is_changed = true;
        }
    }

    fn pipeline(&mut self, pipeline: &mut Pipeline) {
        match &mut pipeline.source.kind {
            SourceKind::Pipeline { pipeline, .. } => self.pipeline(pipeline),
            SourceKind::Union(branches) => branches.iter_mut().for_each(|branch| self.pipeline(branch)),
            SourceKind::Table { .. }
            | SourceKind::Function { .. }
            | SourceKind::LogSource(_)
            | SourceKind::Inline(_)
            | SourceKind::External(_)
            | SourceKind::Opaque(_) => {}
        }
        pipeline.stages.iter_mut().for_each(|stage| self.stage(&mut stage.kind));
    }

    fn stage(&mut self, kind: &mut StageKind) {
        match kind {
            StageKind::Filter(expr) | StageKind::Take(expr) => *expr = self.expr(expr),
            StageKind::Extend(list) | StageKind::MvExpand(list) => self.list(list),
            StageKind::Project(list) | StageKind::Distinct(list) => {
                self.list(list);
                // Both time columns have become one.
                let mut seen = BTreeSet::new();
                list.retain(|assignment| seen.insert(assignment.name.clone()));
            }
            StageKind::Summarize { aggregates, by } => {
                for aggregate in aggregates {
                    aggregate.value = self.expr(&aggregate.value);
                    aggregate.names.iter_mut().for_each(|name| self.name(name));
                }
                self.list(by);
            }
            StageKind::ProjectAway(names) | StageKind::ProjectKeep(names) => {
                for name in names.iter_mut() {
                    self.name(name);
                }
                names.dedup();
            }
            StageKind::ProjectRename(renames) => {
                for (new, old) in renames {
                    self.name(new);
                    self.name(old);
                }
            }
            StageKind::Sort(keys) => keys.iter_mut().for_each(|(key, _)| *key = self.expr(key)),
            StageKind::Top { by, .. } => *by = self.expr(by),
            StageKind::Join(join) => {
                self.pipeline(&mut join.right);
                for key in join.keys.iter_mut().flatten() {
                    self.name(&mut key.left.name);
                    self.name(&mut key.right.name);
                }
            }
            StageKind::Union(branches) => branches.iter_mut().for_each(|branch| self.pipeline(branch)),
            StageKind::Parse { source, .. } => *source = self.expr(source),
            StageKind::ProjectReorder
            | StageKind::Count(_)
            | StageKind::Annotation(_)
            | StageKind::Other { .. }
            | StageKind::Opaque(_) => {}
        }
    }

    fn list(&mut self, list: &mut [Assignment]) {
        for assignment in list {
            assignment.value = self.expr(&assignment.value);
            self.name(&mut assignment.name);
        }
    }

    fn expr(&mut self, expr: &Expr) -> Expr {
        match &expr.kind {
            ExprKind::Field(field) => {
                let mut field: Field = field.clone();
                self.name(&mut field.name);
                // `Timestamp1` is the column of a join's right side.
                if let Some(stem) = field.name.strip_suffix('1') {
                    let mut stem = stem.to_owned();
                    self.name(&mut stem);
                    field.name = format!("{stem}1");
                }
                Expr { kind: ExprKind::Field(field), ..expr.clone() }
            }
            ExprKind::Subquery(pipeline) => {
                let mut inner = (**pipeline).clone();
                let was_inside = std::mem::replace(&mut self.is_inside, true);
                self.pipeline(&mut inner);
                self.is_inside = was_inside;
                Expr { kind: ExprKind::Subquery(Box::new(inner)), ..expr.clone() }
            }
            // The column is dynamic in a workspace and text in Defender: `parse_json` reads both.
            ExprKind::Member { base, key: key @ MemberKey::Property(_) } if self.is_inside && is_bag_column(base) => {
                let call = ExprKind::Call { name: "parse_json".to_owned(), arguments: vec![self.expr(base)] };
                let base = Box::new(Expr { kind: call, ty: ScalarType::Dynamic, span: base.span });
                Expr { kind: ExprKind::Member { base, key: key.clone() }, ..expr.clone() }
            }
            _ => map_children(expr, &mut |child| self.expr(child)),
        }
    }
}

fn is_bag_column(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Field(field) if field.name == "AdditionalFields")
}
