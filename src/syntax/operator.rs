//! Tabular operators as written.

use super::{
    ColumnDeclaration, Expr, GraphElement, GraphOutput, Name, NamedExpr, NamedParameter, Pipeline, ScanStep, Statement,
    SubPipeline, TypeName,
};
use crate::span::Span;

/// One tabular operator.
#[derive(Debug, Clone, PartialEq)]
pub struct Operator<'q> {
    /// What it is.
    pub kind: OperatorKind<'q>,
    /// The word that starts it, such as `mv-expand`.
    pub keyword: &'q str,
    /// `kind=…`, `hint.…=…` and other parameters behind the word.
    pub parameters: Vec<NamedParameter<'q>>,
    /// Without the pipe.
    pub span: Span,
}

impl<'q> Operator<'q> {
    /// Where the word stands.
    pub fn keyword_span(&self) -> Span {
        Span { start: self.span.start, end: self.span.start + u32::try_from(self.keyword.len()).unwrap_or(0) }
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&NamedParameter<'q>> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// Kinds of tabular operator.
#[derive(Debug, Clone, PartialEq)]
pub enum OperatorKind<'q> {
    /// `as Name`
    As(Name<'q>),
    /// `assert-schema (…)`
    AssertSchema(Vec<ColumnDeclaration<'q>>),
    /// `consume`
    Consume,
    /// `count [as Name]`
    Count(Option<Name<'q>>),
    /// `distinct a, b`
    Distinct(Vec<NamedExpr<'q>>),
    /// `evaluate plugin(…) [: (schema)]`
    Evaluate {
        /// The call.
        call: Expr<'q>,
        /// The schema that the author promises; `(*, …)` keeps the input's columns.
        schema: Option<EvaluateSchema<'q>>,
    },
    /// `extend x = …`
    Extend(Vec<NamedExpr<'q>>),
    /// `facet by … [with …]`
    Facet {
        /// The columns.
        columns: Vec<Expr<'q>>,
        /// What each table flows through.
        with: Option<Box<Pipeline<'q>>>,
    },
    /// `find …`
    Find {
        /// The tables; empty means all.
        tables: Vec<Expr<'q>>,
        /// The condition.
        predicate: Expr<'q>,
        /// What is kept.
        project: FindProject<'q>,
    },
    /// `fork (…) (…)`
    Fork(Vec<SubPipeline<'q>>),
    /// `getschema`
    Getschema,
    /// `graph-mark-components`
    GraphMarkComponents,
    /// `graph-match`, `graph-shortest-paths`
    GraphMatch {
        /// Whether it is `graph-shortest-paths`.
        is_shortest_paths: bool,
        /// The patterns.
        patterns: Vec<Vec<GraphElement<'q>>>,
        /// `where …`
        condition: Option<Expr<'q>>,
        /// `project …`
        project: Option<Vec<NamedExpr<'q>>>,
    },
    /// `graph-to-table`
    GraphToTable(Vec<GraphOutput<'q>>),
    /// `graph-where-nodes`, `graph-where-edges`
    GraphWhere {
        /// Whether it tests nodes rather than edges.
        is_nodes: bool,
        /// The condition.
        condition: Expr<'q>,
    },
    /// `invoke f(…)`
    Invoke(Expr<'q>),
    /// `join`
    Join(Join<'q>),
    /// `lookup`
    Lookup(Join<'q>),
    /// `macro-expand group as X (…)`
    MacroExpand {
        /// The entity group.
        group: Expr<'q>,
        /// Name of the entity within the body.
        alias: Option<Name<'q>>,
        /// The body.
        body: Vec<Statement<'q>>,
    },
    /// `make-graph`
    MakeGraph {
        /// Source column.
        source: Expr<'q>,
        /// Target column.
        target: Expr<'q>,
        /// Node tables and their keys.
        nodes: Vec<(Expr<'q>, Expr<'q>)>,
        /// `partitioned-by column (…)`
        partition: Option<(Expr<'q>, Box<Pipeline<'q>>)>,
    },
    /// `make-series`
    MakeSeries(MakeSeries<'q>),
    /// `mv-apply`
    MvApply {
        /// What is expanded.
        items: Vec<MvItem<'q>>,
        /// `limit`
        limit: Option<Expr<'q>>,
        /// The sub-query that runs on each row.
        on: Box<Pipeline<'q>>,
    },
    /// `mv-expand`
    MvExpand {
        /// What is expanded.
        items: Vec<MvItem<'q>>,
        /// `limit`
        limit: Option<Expr<'q>>,
    },
    /// `parse`, `parse-where`
    Parse {
        /// Whether rows without a match are dropped (`parse-where`).
        is_where: bool,
        /// The text that is parsed.
        source: Expr<'q>,
        /// The pattern.
        pattern: Vec<ParsePart<'q>>,
    },
    /// `parse-kv`
    ParseKv {
        /// The text that is parsed.
        source: Expr<'q>,
        /// The keys.
        columns: Vec<ColumnDeclaration<'q>>,
        /// `with (…)`
        properties: Vec<NamedParameter<'q>>,
    },
    /// `partition by column (…)`
    Partition {
        /// The key.
        by: Expr<'q>,
        /// What each partition flows through.
        body: SubPipeline<'q>,
    },
    /// `print`
    Print(Vec<NamedExpr<'q>>),
    /// `project`
    Project(Vec<NamedExpr<'q>>),
    /// `project-away`
    ProjectAway(Vec<Expr<'q>>),
    /// `project-by-names`
    ProjectByNames(Vec<Expr<'q>>),
    /// `project-keep`
    ProjectKeep(Vec<Expr<'q>>),
    /// `project-rename`
    ProjectRename(Vec<NamedExpr<'q>>),
    /// `project-reorder`
    ProjectReorder(Vec<SortKey<'q>>),
    /// `range name from … to … step …`
    Range {
        /// The column.
        name: Name<'q>,
        /// First value.
        from: Expr<'q>,
        /// Last value.
        to: Expr<'q>,
        /// Distance.
        step: Expr<'q>,
    },
    /// `reduce by …`
    Reduce {
        /// The text.
        by: Expr<'q>,
        /// `with …`
        properties: Vec<NamedParameter<'q>>,
    },
    /// `render`
    Render {
        /// Kind of chart.
        chart: &'q str,
        /// Properties.
        properties: Vec<RenderProperty<'q>>,
    },
    /// `sample n`
    Sample(Expr<'q>),
    /// `sample-distinct n of x`
    SampleDistinct {
        /// How many.
        count: Expr<'q>,
        /// Of which values.
        of: Expr<'q>,
    },
    /// `scan`
    Scan {
        /// `order by`
        order: Vec<SortKey<'q>>,
        /// `partition by`
        partition: Vec<Expr<'q>>,
        /// `declare (…)`
        declarations: Vec<super::Parameter<'q>>,
        /// The steps.
        steps: Vec<ScanStep<'q>>,
    },
    /// `search`
    Search {
        /// The tables; empty means all.
        tables: Vec<Expr<'q>>,
        /// The condition.
        predicate: Expr<'q>,
    },
    /// `serialize`
    Serialize(Vec<NamedExpr<'q>>),
    /// `sort by`, `order by`
    Sort(Vec<SortKey<'q>>),
    /// `summarize`
    Summarize {
        /// The aggregates.
        aggregates: Vec<NamedExpr<'q>>,
        /// The keys.
        by: Vec<NamedExpr<'q>>,
        /// The old form `by t bin=1d`.
        bin: Option<Expr<'q>>,
    },
    /// `take`, `limit`
    Take(Expr<'q>),
    /// `top n by …`
    Top {
        /// How many.
        count: Expr<'q>,
        /// By what.
        by: SortKey<'q>,
    },
    /// `top-hitters n of x [by w]`
    TopHitters {
        /// How many.
        count: Expr<'q>,
        /// Of which values.
        of: Expr<'q>,
        /// Weight.
        by: Option<Expr<'q>>,
    },
    /// `top-nested`
    TopNested(Vec<TopNestedLevel<'q>>),
    /// `union`
    Union(Vec<Expr<'q>>),
    /// `where`, `filter`
    Where(Expr<'q>),
    /// An operator that is accepted but not modelled.
    Unknown,
    /// An operator that could not be read; the parser has reported why.
    Invalid,
}

impl OperatorKind<'_> {
    /// Whether it makes rows where nothing stands in front of it.
    pub fn is_source(&self) -> bool {
        matches!(
            self,
            Self::Evaluate { .. }
                | Self::Find { .. }
                | Self::MacroExpand { .. }
                | Self::Print(_)
                | Self::Range { .. }
                | Self::Search { .. }
                | Self::Union(_)
                | Self::Unknown
                | Self::Invalid
        )
    }
}

/// Right side and keys of `join` and `lookup`.
#[derive(Debug, Clone, PartialEq)]
pub struct Join<'q> {
    /// The right table.
    pub right: Expr<'q>,
    /// The keys.
    pub condition: JoinCondition<'q>,
}

/// How the sides of a join are matched.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinCondition<'q> {
    /// `on …`: an empty list if `on` is missing.
    On(Vec<Expr<'q>>),
    /// `where …`
    Where(Expr<'q>),
}

/// A column with a direction.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey<'q> {
    /// What is sorted by; may have a name (`top 5 by x = count()`).
    pub expr: NamedExpr<'q>,
    /// `asc`, `desc`, `granny-asc`, `granny-desc`; descending if absent.
    pub direction: Option<SortDirection>,
    /// `nulls first` is `Some(true)`.
    pub nulls_first: Option<bool>,
    /// Its text.
    pub span: Span,
}

/// Directions of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortDirection {
    /// `asc`
    Ascending,
    /// `desc`
    Descending,
    /// `granny-asc`: digits inside text are compared as numbers.
    NaturalAscending,
    /// `granny-desc`
    NaturalDescending,
}

/// One array of `mv-expand` and `mv-apply`.
#[derive(Debug, Clone, PartialEq)]
pub struct MvItem<'q> {
    /// The array, maybe with a new name.
    pub expr: NamedExpr<'q>,
    /// `to typeof(…)`
    pub to_type: Option<TypeName<'q>>,
    /// Its text.
    pub span: Span,
}

/// Part of a `parse` pattern.
#[derive(Debug, Clone, PartialEq)]
pub enum ParsePart<'q> {
    /// `*`: anything, not kept.
    Star(Span),
    /// A delimiter.
    Text(Expr<'q>),
    /// A new column.
    Column {
        /// Its name.
        name: Name<'q>,
        /// Its type; `string` if absent.
        ty: Option<TypeName<'q>>,
        /// Its text.
        span: Span,
    },
}

/// `: (schema)` of `evaluate`.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluateSchema<'q> {
    /// Whether it starts with `*`.
    pub keeps_input: bool,
    /// The columns.
    pub columns: Vec<ColumnDeclaration<'q>>,
    /// With parentheses.
    pub span: Span,
}

/// What `find` keeps.
#[derive(Debug, Clone, PartialEq)]
pub enum FindProject<'q> {
    /// Nothing is said.
    Default,
    /// `project-smart`
    Smart,
    /// `project a, b:long, pack(*)`
    Columns(Vec<FindColumn<'q>>),
}

/// A column of `find … project`.
#[derive(Debug, Clone, PartialEq)]
pub struct FindColumn<'q> {
    /// A name, or `pack(*)`.
    pub expr: Expr<'q>,
    /// Its type.
    pub ty: Option<TypeName<'q>>,
}

/// `make-series`
#[derive(Debug, Clone, PartialEq)]
pub struct MakeSeries<'q> {
    /// The aggregates with their default values.
    pub aggregates: Vec<(NamedExpr<'q>, Option<Expr<'q>>)>,
    /// The axis.
    pub on: NamedExpr<'q>,
    /// First value of the axis.
    pub from: Option<Expr<'q>>,
    /// End of the axis.
    pub to: Option<Expr<'q>>,
    /// Distance; absent with the old `in range(…)`, whose call is in `from`.
    pub step: Option<Expr<'q>>,
    /// The keys.
    pub by: Vec<NamedExpr<'q>>,
}

/// `title="…"`, `ycolumns=a, b` of `render`.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderProperty<'q> {
    /// The property.
    pub name: &'q str,
    /// Its values.
    pub values: Vec<Expr<'q>>,
    /// Its text.
    pub span: Span,
}

/// One level of `top-nested`.
#[derive(Debug, Clone, PartialEq)]
pub struct TopNestedLevel<'q> {
    /// How many; all if absent.
    pub count: Option<Expr<'q>>,
    /// Of which values.
    pub of: NamedExpr<'q>,
    /// `with others = …`
    pub others: Option<Expr<'q>>,
    /// By which aggregate.
    pub by: SortKey<'q>,
    /// Its text.
    pub span: Span,
}
