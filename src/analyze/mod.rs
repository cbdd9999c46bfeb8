//! Tree and schema in, facts out: names, types, columns, constants, predicates.
//!
//! Facts never change the tree. What cannot be known is absent (an open schema, an unknown type, a missing constant)
//! and silences whatever depends on it; it is never guessed. Names and columns are those that Kusto's own binder gives.

mod call;
mod constant;
mod direction;
mod exclusion;
mod expression;
mod facts;
mod lets;
mod lookback;
mod names;
mod operator;
mod predicate;
mod projection;
mod scope;
mod source;
mod stack;
mod typing;

pub use facts::*;

use std::collections::HashMap;
use std::sync::Arc;

use crate::schema::{Columns, ScalarType, Schema};
use crate::span::Span;
use crate::syntax::{Expr, Name, Query, StatementKind};

use exclusion::TableUses;
use scope::{Outcome, Scope};

/// What is thought of names that the schema does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum World {
    /// They may exist: the columns of a watchlist, what a function of the workspace returns.
    Open,
    /// They do not exist.
    Closed,
}

/// Finds out everything about a query that other modules need. What lies behind something that the schema does not
/// have may exist, and is not reported.
pub fn analyze(query: &Query<'_>, schema: &Schema) -> Facts {
    analyze_in(World::Open, query, schema)
}

/// Finds out what Kusto's own binder says about a query: whatever is not declared does not exist. An unknown function
/// gives no column, a watchlist only the columns that every watchlist has, and functions that Kusto itself does not
/// have, such as `FileProfile`, are unknown. Only an unknown table may have any column.
pub fn bind(query: &Query<'_>, schema: &Schema) -> Facts {
    analyze_in(World::Closed, query, schema)
}

fn analyze_in(world: World, query: &Query<'_>, schema: &Schema) -> Facts {
    let mut analyzer = Analyzer {
        world,
        schema,
        facts: Facts { expressions: vec![ExprFacts::default(); query.expressions as usize], ..Facts::default() },
        types: vec![ScalarType::Unknown; query.expressions as usize],
        scope: Scope::default(),
        table_columns: HashMap::new(),
        reads: Vec::new(),
        uses: TableUses::default(),
        replays: 0,
        replay_budget: REPLAY_BUDGET,
        is_excluding: false,
        graph: None,
        graphs: HashMap::new(),
        all_tables: None,
        is_aggregating: false,
        is_fuzzy: false,
        is_row_open: false,
        depends_on_values: false,
        unnamed: 0,
        depth: 0,
    };
    for statement in &query.statements {
        let outcome = analyzer.statement(statement);
        if matches!(statement.kind, StatementKind::Query(_)) {
            analyzer.facts.result = match outcome {
                Outcome::Rows(columns) => Some(Columns::clone(&columns)),
                Outcome::Value(_) => None,
                Outcome::Unknown => Some(Columns::open()),
            };
        }
    }
    analyzer.mark_exclusions(query);
    analyzer.mark_unclear(query);
    analyzer.facts.sort();
    analyzer.facts
}

/// How many bodies of `let` functions are looked at again for their arguments: more calls than this can only be a
/// query that multiplies itself.
const REPLAY_BUDGET: u32 = 256;

/// More columns than all tables have together: joins that multiply themselves end here.
const MAX_COLUMNS: usize = 40_000;

#[expect(clippy::struct_excessive_bools, reason = "each says where in the query the walk is, and all combine")]
struct Analyzer<'a, 'q> {
    world: World,
    schema: &'a Schema,
    facts: Facts,
    /// Types by expression, of the walk that is going on.
    types: Vec<ScalarType>,
    scope: Scope<'a, 'q>,
    /// Columns of the tables that were asked for.
    table_columns: HashMap<String, Arc<Columns>>,
    /// Table columns that the expression at hand reads.
    reads: Vec<(String, String)>,
    uses: TableUses,
    /// How many function bodies around are being looked at again. Facts were recorded the first time.
    replays: u32,
    replay_budget: u32,
    /// Whether rows that are found here are taken away from the result.
    is_excluding: bool,
    /// The graph that the pipeline at hand has made.
    graph: Option<Arc<operator::Graph>>,
    /// Graphs that a `let` gives a name to, by the place of the name.
    graphs: HashMap<Span, Arc<operator::Graph>>,
    /// The columns of all tables together, once they were asked for.
    all_tables: Option<Arc<Columns>>,
    /// Whether calls are looked up among the aggregates first.
    is_aggregating: bool,
    /// Whether tables may be missing: `union isfuzzy=true`.
    is_fuzzy: bool,
    /// Whether names in a sub-query may be columns of the row around it, which has some that are not known.
    is_row_open: bool,
    /// Whether a function body asked for a table or a column whose name is not constant.
    depends_on_values: bool,
    /// How many columns without any name the query has made: they are numbered through.
    unnamed: usize,
    /// How many levels of the tree are being walked.
    depth: u32,
}

/// What an expression sees, and what it is for.
#[derive(Debug, Clone, Copy)]
struct Context<'c> {
    /// Columns of the row.
    columns: &'c Columns,
    /// Columns of the right side, in the condition of a join.
    right: Option<&'c Columns>,
    /// Whether it decides which rows are kept.
    is_filter: bool,
    /// Whether rows are kept when it is false.
    is_negated: bool,
}

impl<'c> Context<'c> {
    /// A value is computed.
    fn value(columns: &'c Columns) -> Self {
        Self { columns, right: None, is_filter: false, is_negated: false }
    }

    /// Rows are filtered.
    fn filter(columns: &'c Columns) -> Self {
        Self { is_filter: true, ..Self::value(columns) }
    }

    /// An operand whose value matters, not its truth.
    fn operand(self) -> Self {
        Self { is_filter: false, is_negated: false, ..self }
    }

    /// Inside a negation.
    fn flipped(self) -> Self {
        Self { is_negated: !self.is_negated, ..self }
    }

    /// Whether there may be columns that are not known.
    fn is_open(self) -> bool {
        self.columns.is_open || self.right.is_some_and(|columns| columns.is_open)
    }
}

impl Analyzer<'_, '_> {
    /// Whether facts are written down: not while a function body is looked at again.
    fn is_recording(&self) -> bool {
        self.replays == 0
    }

    fn type_of(&self, expr: &Expr<'_>) -> ScalarType {
        self.types.get(expr.id.index()).copied().unwrap_or_default()
    }

    fn unresolved(&mut self, kind: UnresolvedKind, name: &Name<'_>) {
        let is_tolerated = match kind {
            UnresolvedKind::Table => self.is_fuzzy || self.is_row_open,
            UnresolvedKind::Column | UnresolvedKind::Function => false,
        };
        if !is_tolerated {
            self.unresolved_anyway(kind, name);
        }
    }

    /// Reports a name even where tables may be missing.
    fn unresolved_anyway(&mut self, kind: UnresolvedKind, name: &Name<'_>) {
        if self.is_recording() {
            self.facts.unresolved.push(Unresolved { kind, name: name.text.clone().into_owned(), span: name.span });
        }
    }

    /// The columns of something that could not be found out.
    fn unfollowed(&self) -> Columns {
        match self.world {
            World::Open => Columns::open(),
            World::Closed => Columns::default(),
        }
    }

    /// What could not be found out, where it may be rows.
    fn unfollowed_rows(&self) -> Outcome {
        match self.world {
            World::Open => Outcome::Unknown,
            World::Closed => Outcome::Rows(Arc::new(Columns::default())),
        }
    }

    /// The number of the next column without a name.
    fn next_unnamed(&mut self) -> usize {
        self.unnamed += 1;
        self.unnamed
    }

    fn record_after(&mut self, span: Span, columns: &Arc<Columns>) {
        if self.is_recording() {
            self.facts.after.insert(span, Arc::clone(columns));
        }
    }
}
