//! Where KQL runs, and what its tables are called there.

use super::super::Request;
use super::super::flatten::map_children;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::subject::ColumnSet;
use super::print;
use crate::ir::{Assignment, Expr, ExprKind, Field, MemberKey, Pipeline, SourceKind, Stage, StageKind};
use crate::mapping::{AsimSource, Dialect, Fit, Hub, LogSource, RowFilter, TableSource};
use crate::schema::{ScalarType, Schema};

/// A family of tables or functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Platform {
    /// ASIM's functions.
    Asim,
    /// Defender's advanced hunting.
    Xdr,
    /// A workspace.
    Sentinel,
}

/// Where a platform keeps a log source.
pub(super) struct Home<'s> {
    /// The table, or the call of the function.
    pub(super) text: String,
    /// The name, for the report.
    pub(super) name: String,
    /// The rows that count; `None` if the condition is known only as prose.
    pub(super) filter: Option<&'s RowFilter>,
    /// Dialect of its columns.
    pub(super) dialects: &'static [Dialect],
    /// Whether it gives more kinds of event than the log source.
    pub(super) is_general: bool,
    /// How well it records the log source.
    pub(super) fit: Fit,
    /// What its columns are, beyond those that the hub lists.
    pub(super) shape: ColumnSet<'s>,
}

/// The tables of Microsoft.
static BUILTIN: Schema = Schema::builtin();

/// The dialects of a table.
const TABLE_DIALECTS: [(Dialect, &[Dialect]); 3] = [
    (Dialect::Xdr, &[Dialect::Xdr, Dialect::XdrName]),
    (Dialect::SecurityEvent, &[Dialect::SecurityEvent]),
    (Dialect::Kql, &[Dialect::Kql]),
];

impl Platform {
    /// The column with the time of the event.
    pub(super) fn time_column(self) -> &'static str {
        match self {
            Self::Asim | Self::Sentinel => "TimeGenerated",
            Self::Xdr => "Timestamp",
        }
    }

    /// Where the platform keeps a log source, if it does.
    pub(super) fn home<'s>(self, hub: &Hub, source: &'s LogSource) -> Option<Home<'s>> {
        self.homes(hub, source).into_iter().next()
    }

    /// One of the places where the platform keeps a log source, preferred first.
    pub(super) fn home_at<'s>(self, hub: &Hub, source: &'s LogSource, place: usize) -> Option<Home<'s>> {
        self.homes(hub, source).into_iter().nth(place)
    }

    /// Everywhere that the platform keeps a log source, preferred first.
    pub(super) fn homes<'s>(self, hub: &Hub, source: &'s LogSource) -> Vec<Home<'s>> {
        if self == Self::Asim {
            return source.asim.as_ref().map(|asim| function(hub, asim)).into_iter().collect();
        }
        let wanted: &[Dialect] = match self {
            Self::Xdr => &[Dialect::Xdr],
            Self::Asim | Self::Sentinel => &[Dialect::Kql, Dialect::Xdr, Dialect::SecurityEvent],
        };
        let in_dialect = |wanted: &Dialect| {
            let is_it = |kept: &&TableSource| hub.dialect(&source.id, &kept.table) == Some(*wanted);
            source.tables.iter().filter(is_it).filter_map(|kept| table(kept, *wanted)).collect::<Vec<_>>()
        };
        let mut homes: Vec<Home<'s>> = wanted.iter().flat_map(in_dialect).collect();
        if self == Self::Sentinel {
            let holds_fields =
                |kept: &&TableSource| kept.payload.is_some() && homes.iter().all(|home| home.name != kept.table);
            let others = source.tables.iter().filter(holds_fields).filter_map(|kept| table(kept, Dialect::Kql));
            homes.extend(others.collect::<Vec<_>>());
        }
        homes
    }
}

/// The function of a log source.
fn function<'s>(hub: &Hub, asim: &'s AsimSource) -> Home<'s> {
    Home {
        text: format!("{}()", asim.builtin),
        name: asim.builtin.clone(),
        filter: asim.filter.as_ref(),
        dialects: &[Dialect::Asim],
        is_general: hub.is_general_function(&asim.builtin),
        fit: Fit::Same,
        shape: ColumnSet::Asim(&asim.schema),
    }
}

/// A table of a log source, if the rows that count are known.
fn table(kept: &TableSource, dialect: Dialect) -> Option<Home<'_>> {
    let filter = kept.filter.as_ref()?;
    Some(Home {
        text: print::name(&kept.table),
        name: kept.table.clone(),
        filter: Some(filter),
        dialects: TABLE_DIALECTS.iter().find(|(of, _)| *of == dialect)?.1,
        is_general: true,
        fit: kept.fit,
        shape: ColumnSet::Table { known: BUILTIN.table(&kept.table), payload: kept.payload },
    })
}

/// Whether the table exists under the same name on the platform.
fn is_shared(platform: Platform, table: &str) -> bool {
    let is_defender =
        ["Device", "Email", "Identity", "CloudApp", "UrlClick", "Alert"].iter().any(|word| table.starts_with(word));
    match platform {
        Platform::Asim => false,
        Platform::Xdr => is_defender,
        Platform::Sentinel => true,
    }
}

/// Whether every source of the rule exists on the platform, so that only the names of its columns can differ.
pub(super) fn is_at_home(platform: Platform, pipeline: &Pipeline) -> bool {
    let source = match &pipeline.source.kind {
        SourceKind::Table { name, .. } => is_shared(platform, name),
        SourceKind::Pipeline { pipeline, .. } => is_at_home(platform, pipeline),
        SourceKind::Union(branches) => branches.iter().all(|branch| is_at_home(platform, branch)),
        SourceKind::Function { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => false,
    };
    let of_stage = |stage: &Stage| match &stage.kind {
        StageKind::Join(join) => is_at_home(platform, &join.right),
        StageKind::Union(branches) => branches.iter().all(|branch| is_at_home(platform, branch)),
        _ => true,
    };
    source && pipeline.stages.iter().all(of_stage)
}

/// The rule with the platform's time column, and bags read in the way that works on both.
pub(in super::super) fn rehoused(
    platform: Platform,
    request: &Request<'_>,
) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let mut pipeline = request.rule.pipeline.clone();
    let mut names = Names { to: platform.time_column(), is_changed: false };
    names.pipeline(&mut pipeline);
    let spell = |name: &str| name.to_owned();
    let text = print::pipeline(&pipeline, &spell).map_err(|refusal| vec![refusal])?;
    let mut losses = Vec::new();
    if names.is_changed {
        losses.push(
            Loss::new(LossClass::Informational, Reason::OutputRenamed, pipeline.source.span, "time column")
                .says(format!("the time of the event is in `{}`", names.to)),
        );
    }
    Ok((text, losses))
}

struct Names {
    to: &'static str,
    is_changed: bool,
}

impl Names {
    fn name(&mut self, name: &mut String) {
        if matches!(name.as_str(), "Timestamp" | "TimeGenerated") && name != self.to {
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
            StageKind::Extend(list)
            | StageKind::Project(list)
            | StageKind::Distinct(list)
            | StageKind::MvExpand(list) => {
                self.list(list);
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
                self.pipeline(&mut inner);
                Expr { kind: ExprKind::Subquery(Box::new(inner)), ..expr.clone() }
            }
            // The column is dynamic in a workspace and text in Defender: `parse_json` reads both.
            ExprKind::Member { base, key: key @ MemberKey::Property(_) } if is_bag_column(base) => {
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
