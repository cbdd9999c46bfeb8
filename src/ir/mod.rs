//! The meaning of a rule, in no product's words.
//!
//! A [`Detection`] is a pipeline of stages over one or more event sources, and the envelope around it. Names are
//! resolved: a field knows the table and column that it comes from. Operators keep the identity and letter-case
//! behaviour of the language they came from (`has` is a term match, never a substring). Whatever could not be
//! understood is an `Opaque` node with its span, which backends refuse by name.

mod envelope;
mod expression;

pub use envelope::*;
pub use expression::*;

use crate::schema::{Columns, Value};
use crate::span::Span;

/// A whole rule.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Detection {
    /// Title, schedule, ATT&CK and everything else around the query.
    pub envelope: Envelope,
    /// The query.
    pub pipeline: Pipeline,
    /// The query as its author wrote it; nothing where the pipeline was read from no KQL or is not what was written.
    #[serde(skip)]
    pub written: Option<String>,
}

/// A source and the stages that its rows flow through.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Pipeline {
    /// Where rows come from.
    pub source: Source,
    /// What happens to them.
    pub stages: Vec<Stage>,
    /// The columns of the result.
    pub output: Columns,
    /// Place in the query.
    pub span: Span,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// The columns that it gives.
    pub columns: Columns,
    /// Place in the query.
    pub span: Span,
}

/// Kinds of source.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum SourceKind {
    /// A table.
    Table {
        /// Its name.
        name: String,
        /// Whether the schema knows it.
        is_known: bool,
    },
    /// A log source, as Sigma names it: no table yet.
    LogSource(LogSource),
    /// A function that returns rows and whose body is not in the query: an ASIM parser, a watchlist, a saved function.
    Function {
        /// Its name as written.
        name: String,
        /// Arguments; the name is empty for a positional one.
        arguments: Vec<(String, Expr)>,
    },
    /// `union` at the start of a pipeline.
    Union(Vec<Pipeline>),
    /// A sub-query, or a tabular `let` inlined at its use.
    Pipeline {
        /// The name of the `let`, if it has one.
        name: Option<String>,
        /// What it stands for.
        pipeline: Box<Pipeline>,
    },
    /// `datatable`: rows written in the query.
    Inline(Vec<Vec<Value>>),
    /// `externaldata`: rows read from URLs at run time.
    External(Vec<String>),
    /// `print`, `range`, `search`, `find` and others that are named but not modelled.
    Opaque(String),
}

/// A kind of event, in Sigma's words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize)]
pub struct LogSource {
    /// Its id in the hub, if the hub knows it.
    pub id: Option<String>,
    /// `category`
    pub category: Option<String>,
    /// `product`
    pub product: Option<String>,
    /// `service`
    pub service: Option<String>,
}

impl LogSource {
    /// The name under which events of the log source are given: the hub's id, else the category, else the service.
    pub fn key(&self) -> &str {
        let names = [&self.id, &self.category, &self.service];
        names.into_iter().flatten().next().map_or("", String::as_str)
    }
}

impl std::fmt::Display for LogSource {
    /// `windows process_creation`
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<&str> =
            [&self.product, &self.category, &self.service].into_iter().flatten().map(String::as_str).collect();
        formatter.write_str(&words.join(" "))
    }
}

/// One step of a pipeline.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Stage {
    /// What it does.
    pub kind: StageKind,
    /// The columns after it.
    pub output: Columns,
    /// Place of the operator in the query.
    pub span: Span,
}

/// Kinds of stage.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum StageKind {
    /// Keeps the rows for which the predicate is true; null counts as false.
    Filter(Expr),
    /// Adds or replaces columns.
    Extend(Vec<Assignment>),
    /// Keeps exactly these columns.
    Project(Vec<Assignment>),
    /// Removes these columns.
    ProjectAway(Vec<String>),
    /// Keeps these columns in their old order.
    ProjectKeep(Vec<String>),
    /// Renames: new name, old name.
    ProjectRename(Vec<(String, String)>),
    /// Changes only the order of columns.
    ProjectReorder,
    /// Aggregates.
    Summarize {
        /// The aggregates, with their result columns.
        aggregates: Vec<Aggregate>,
        /// The keys.
        by: Vec<Assignment>,
    },
    /// Keeps one row for each combination of these.
    Distinct(Vec<Assignment>),
    /// `join` or `lookup`.
    Join(Box<Join>),
    /// `union` in the middle of a pipeline: the input and these.
    Union(Vec<Pipeline>),
    /// Orders rows: key and whether it is descending.
    Sort(Vec<(Expr, bool)>),
    /// Keeps any so many rows.
    Take(Expr),
    /// Keeps the first so many rows by a key: count, key, whether it is descending.
    Top {
        /// How many.
        count: Expr,
        /// By what.
        by: Expr,
        /// Whether the largest come first.
        is_descending: bool,
    },
    /// One row with the number of rows.
    Count(String),
    /// One row for each element of these arrays.
    MvExpand(Vec<Assignment>),
    /// Splits a text into columns.
    Parse {
        /// The text.
        source: Expr,
        /// Whether rows without a match are dropped.
        drops_rows: bool,
        /// The new columns.
        columns: Vec<String>,
    },
    /// Changes neither rows nor their columns' values: `as`, `serialize` without columns, `render`.
    Annotation(String),
    /// A known operator that no backend models, by its word.
    Other {
        /// The word, such as `evaluate`.
        operator: String,
        /// The expressions in it, for `explain`.
        expressions: Vec<Expr>,
        /// The pipelines in it.
        pipelines: Vec<Pipeline>,
    },
    /// An operator that could not be read.
    Opaque(String),
}

impl Pipeline {
    /// The pipelines right below: what it reads, joins and unites, and the queries in its expressions.
    pub fn parts(&self) -> Vec<&Self> {
        let mut parts: Vec<&Self> = match &self.source.kind {
            SourceKind::Pipeline { pipeline, .. } => vec![pipeline],
            SourceKind::Union(branches) => branches.iter().collect(),
            SourceKind::Table { .. }
            | SourceKind::LogSource(_)
            | SourceKind::Function { .. }
            | SourceKind::Inline(_)
            | SourceKind::External(_)
            | SourceKind::Opaque(_) => Vec::new(),
        };
        for stage in &self.stages {
            parts.extend(stage.kind.pipelines());
            parts.extend(stage.kind.queries());
        }
        parts
    }
}

impl StageKind {
    /// The expressions in it, in order.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Self::Filter(expr) | Self::Take(expr) | Self::Parse { source: expr, .. } => vec![expr],
            Self::Extend(items) | Self::Project(items) | Self::Distinct(items) | Self::MvExpand(items) => {
                items.iter().map(|item| &item.value).collect()
            }
            Self::Summarize { aggregates, by } => {
                aggregates.iter().map(|item| &item.value).chain(by.iter().map(|item| &item.value)).collect()
            }
            Self::Sort(keys) => keys.iter().map(|(key, _)| key).collect(),
            Self::Top { count, by, .. } => vec![count, by],
            Self::Other { expressions, .. } => expressions.iter().collect(),
            Self::ProjectAway(_)
            | Self::ProjectKeep(_)
            | Self::ProjectRename(_)
            | Self::ProjectReorder
            | Self::Join(_)
            | Self::Union(_)
            | Self::Count(_)
            | Self::Annotation(_)
            | Self::Opaque(_) => Vec::new(),
        }
    }

    /// The queries in its expressions.
    pub fn queries(&self) -> Vec<&Pipeline> {
        self.expressions().into_iter().flat_map(Expr::queries).collect()
    }

    /// The pipelines that it reads rows from.
    pub fn pipelines(&self) -> &[Pipeline] {
        match self {
            Self::Join(join) => std::slice::from_ref(&join.right),
            Self::Union(branches) | Self::Other { pipelines: branches, .. } => branches,
            _ => &[],
        }
    }

    /// The operator of KQL that the stage is.
    pub fn word(&self) -> &str {
        match self {
            Self::Filter(_) => "where",
            Self::Extend(_) => "extend",
            Self::Project(_) => "project",
            Self::ProjectAway(_) => "project-away",
            Self::ProjectKeep(_) => "project-keep",
            Self::ProjectRename(_) => "project-rename",
            Self::ProjectReorder => "project-reorder",
            Self::Summarize { .. } => "summarize",
            Self::Distinct(_) => "distinct",
            Self::Join(join) if join.is_lookup => "lookup",
            Self::Join(_) => "join",
            Self::Union(_) => "union",
            Self::Sort(_) => "sort",
            Self::Take(_) => "take",
            Self::Top { .. } => "top",
            Self::Count(_) => "count",
            Self::MvExpand(_) => "mv-expand",
            Self::Parse { .. } => "parse",
            Self::Annotation(word) | Self::Opaque(word) => word,
            Self::Other { operator, .. } => operator,
        }
    }
}

/// `name = value`. For a plain column the name is the column's.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Assignment {
    /// The column.
    pub name: String,
    /// Its value.
    pub value: Expr,
    /// Place in the query.
    pub span: Span,
}

/// One aggregate of `summarize`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Aggregate {
    /// Result columns; `arg_max(T, *)` has many.
    pub names: Vec<String>,
    /// The whole expression, usually a call of an aggregate function.
    pub value: Expr,
    /// Place in the query.
    pub span: Span,
}

/// `join` or `lookup`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Join {
    /// Which rows are kept.
    pub kind: JoinKind,
    /// Whether the query says so, rather than leaving it to the default.
    pub is_kind_written: bool,
    /// Whether it is `lookup`.
    pub is_lookup: bool,
    /// The right side.
    pub right: Pipeline,
    /// The keys; `None` if a key is more than an equality of two fields.
    pub keys: Option<Vec<JoinKey>>,
}

/// `$left.a == $right.b`
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct JoinKey {
    /// Field of the left side.
    pub left: Field,
    /// Field of the right side.
    pub right: Field,
    /// Place in the query.
    pub span: Span,
}

/// Kinds of join, one for each of KQL's meanings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[expect(missing_docs, reason = "`as_str` is KQL's own name for each")]
pub enum JoinKind {
    InnerUnique,
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    RightSemi,
    LeftAnti,
    RightAnti,
}

impl JoinKind {
    /// Reads KQL's names, synonyms included. Names are case-insensitive in Kusto.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "innerunique" => Self::InnerUnique,
            "inner" => Self::Inner,
            "leftouter" => Self::LeftOuter,
            "rightouter" => Self::RightOuter,
            "fullouter" => Self::FullOuter,
            "leftsemi" => Self::LeftSemi,
            "rightsemi" => Self::RightSemi,
            "leftanti" | "anti" | "leftantisemi" => Self::LeftAnti,
            "rightanti" | "rightantisemi" => Self::RightAnti,
            _ => return None,
        })
    }

    /// KQL's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InnerUnique => "innerunique",
            Self::Inner => "inner",
            Self::LeftOuter => "leftouter",
            Self::RightOuter => "rightouter",
            Self::FullOuter => "fullouter",
            Self::LeftSemi => "leftsemi",
            Self::RightSemi => "rightsemi",
            Self::LeftAnti => "leftanti",
            Self::RightAnti => "rightanti",
        }
    }
}
