//! Tree, facts and metadata in, meaning out.
//!
//! Lowering never fails. Tabular `let`s stand in place of their names, scalar ones become values, functions of the query
//! become their bodies, and what cannot be modelled becomes an `Opaque` or `Other` node with its word and place, which
//! backends refuse by name. Names are looked up lexically (a definition sees only what stands above it), so that a `let`
//! can never reach itself.

mod envelope;
mod expression;
mod join;
mod lets;
mod list;
mod operators;
mod pipeline;
mod summarize;
mod test;

use crate::analyze::Facts;
use crate::ir::{self, Detection};
use crate::rule::{Metadata, RuleKind};
use crate::schema::{Columns, ScalarType};
use crate::span::Span;
use crate::syntax::{Query, StatementKind};

use self::lets::Definition;

/// The meaning of a rule. `text` is the query that `query` and `facts` were made from.
pub fn lower(text: &str, query: &Query<'_>, facts: &Facts, metadata: &Metadata, kind: RuleKind) -> Detection {
    let mut lowering = Lowering {
        text,
        facts,
        scope: Vec::new(),
        row: Columns::open(),
        depth: 0,
        deepest: 0,
        nodes: 0,
        inlined: 0,
        definitions_open: 0,
    };
    let envelope = envelope::envelope(metadata, kind);
    Detection { envelope, pipeline: lowering.query(query), written: Some(text.to_owned()) }
}

/// Deepest nesting, inlined definitions included. The parser caps the nesting of a text, but a chain of `let`s is not
/// nested in the text.
const MAX_DEPTH: usize = 400;

/// Most nodes of one meaning.
const MAX_NODES: usize = 200_000;

/// Most nodes that definitions may add. Each `let` that uses the one above it twice doubles what it stands for.
const MAX_INLINED: usize = 60_000;

/// Reason of the opaque nodes beyond those two bounds.
const TOO_LARGE: &str = "the query is too large once its definitions stand in place";

/// State of one lowering: `'a` is the tree's lifetime, `'q` the text's.
struct Lowering<'a, 'q> {
    text: &'a str,
    facts: &'a Facts,
    /// What is defined at this point, innermost last.
    scope: Vec<Definition<'a, 'q>>,
    /// The columns at this point of the pipeline.
    row: Columns,
    /// Depth of the node that is being made, and the greatest so far.
    depth: usize,
    deepest: usize,
    /// Nodes made so far, and how many of them stand in place of a name.
    nodes: usize,
    inlined: usize,
    /// How many definitions are being put in place.
    definitions_open: usize,
}

impl<'a, 'q> Lowering<'a, 'q> {
    fn query(&mut self, query: &'a Query<'q>) -> ir::Pipeline {
        let mut result = None;
        for statement in &query.statements {
            self.define(statement);
            if let StatementKind::Query(pipeline) = &statement.kind {
                result = Some((pipeline, self.scope.len()));
            }
        }
        match result {
            // Definitions below the result are not visible to it.
            Some((pipeline, definitions)) => self.within(definitions, |lowering| lowering.pipeline(pipeline)),
            None => opaque_pipeline("a query without a result", Span::new(0, self.text.len())),
        }
    }

    /// Enters one node; `false` if the bounds are reached, and then nothing has to be left.
    fn enter(&mut self) -> bool {
        if !self.spend(1, 1) {
            return false;
        }
        self.depth += 1;
        true
    }

    /// Makes room for `size` nodes of that height; `false` if the bounds are reached.
    fn spend(&mut self, size: usize, height: usize) -> bool {
        let inlined = if self.definitions_open > 0 { size } else { 0 };
        if self.depth + height > MAX_DEPTH || self.nodes + size > MAX_NODES || self.inlined + inlined > MAX_INLINED {
            return false;
        }
        self.nodes += size;
        self.inlined += inlined;
        self.deepest = self.deepest.max(self.depth + height);
        true
    }

    /// Does `work`, and measures the nodes that it makes: how many, and how deep.
    fn measured<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Size) {
        let (nodes, deepest) = (self.nodes, std::mem::replace(&mut self.deepest, self.depth));
        let result = work(self);
        let size = Size { nodes: self.nodes - nodes, height: self.deepest - self.depth };
        self.deepest = self.deepest.max(deepest);
        (result, size)
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// Size of a part of a meaning.
#[derive(Debug, Clone, Copy)]
struct Size {
    nodes: usize,
    height: usize,
}

/// A pipeline that is named, not modelled.
fn opaque_pipeline(reason: impl Into<String>, span: Span) -> ir::Pipeline {
    let source = ir::Source { kind: ir::SourceKind::Opaque(reason.into()), columns: Columns::open(), span };
    ir::Pipeline { source, stages: Vec::new(), output: Columns::open(), span }
}

/// An expression that is named, not modelled.
fn opaque(reason: impl Into<String>, span: Span) -> ir::Expr {
    ir::Expr { kind: ir::ExprKind::Opaque(reason.into()), ty: ScalarType::Unknown, span }
}
