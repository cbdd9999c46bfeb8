//! What a rule sees of a rule file, and how it reports.

use super::Rule;
use crate::analyze::{Facts, Predicate};
use crate::diagnostic::{Diagnostic, Edit, Effect, Fix, Label, Severity};
use crate::parse::SyntaxError;
use crate::rule::{Metadata, RuleKind};
use crate::schema::{Columns, Schema};
use crate::sigma::outline::Outline;
use crate::span::{Place, Span, TextId};
use crate::syntax::{Expr, Node, Operator, Pipeline, Query};

/// One rule file, read and analysed.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The query.
    pub text: &'a str,
    /// Its tree.
    pub query: &'a Query<'a>,
    /// What is wrong with its syntax.
    pub errors: &'a [SyntaxError],
    /// What the analysis found out.
    pub facts: &'a Facts,
    /// What the file says around the query.
    pub metadata: &'a Metadata,
    /// What the file is for.
    pub kind: RuleKind,
    /// The tables and functions that the query may use.
    pub schema: &'a Schema,
    /// The decoded text of a metadata value.
    pub texts: &'a dyn Fn(TextId) -> &'a str,
}

impl<'a> Input<'a> {
    /// The same, for as long as the rules run.
    pub(super) fn for_rules<'r>(&self, texts: &'r dyn Fn(TextId) -> &'r str) -> Input<'r>
    where
        'a: 'r,
    {
        let Self { text, query, errors, facts, metadata, kind, schema, texts: _ } = *self;
        Input { text, query, errors, facts, metadata, kind, schema, texts }
    }
}

/// The nodes of a query by kind, so that the tree is walked once and not by every rule. Parents come before children.
pub(super) struct Nodes<'a> {
    pipelines: Vec<&'a Pipeline<'a>>,
    operators: Vec<&'a Operator<'a>>,
    expressions: Vec<&'a Expr<'a>>,
}

impl<'a> Nodes<'a> {
    pub(super) fn of(query: &'a Query<'a>) -> Self {
        let mut nodes = Self { pipelines: Vec::new(), operators: Vec::new(), expressions: Vec::new() };
        for node in query.walk() {
            match node {
                Node::Statement(_) => {}
                Node::Pipeline(pipeline) => nodes.pipelines.push(pipeline),
                Node::Operator(operator) => nodes.operators.push(operator),
                Node::Expr(expr) => nodes.expressions.push(expr),
            }
        }
        nodes
    }
}

/// What one rule works with.
pub struct Context<'a> {
    input: Input<'a>,
    nodes: &'a Nodes<'a>,
    sigma: Option<&'a Outline<'a>>,
    rule: &'static Rule,
    findings: Vec<Diagnostic>,
}

impl<'a> Context<'a> {
    pub(super) fn new(input: Input<'a>, nodes: &'a Nodes<'a>, rule: &'static Rule) -> Self {
        Self { input, nodes, sigma: None, rule, findings: Vec::new() }
    }

    /// With a Sigma rule; the input is that of an empty query.
    pub(super) fn with_sigma(self, sigma: &'a Outline<'a>) -> Self {
        Self { sigma: Some(sigma), ..self }
    }

    pub(super) fn into_findings(self) -> Vec<Diagnostic> {
        self.findings
    }

    /// The Sigma rule, if the file is one.
    pub fn sigma(&self) -> Option<&'a Outline<'a>> {
        self.sigma
    }

    /// The query's text.
    pub fn text(&self) -> &'a str {
        self.input.text
    }

    /// The part of the query that a span covers.
    pub fn slice(&self, span: Span) -> &'a str {
        span.slice(self.input.text)
    }

    /// The decoded text of a metadata value.
    pub fn metadata_text(&self, text: TextId) -> &'a str {
        (self.input.texts)(text)
    }

    /// The tree.
    pub fn query(&self) -> &'a Query<'a> {
        self.input.query
    }

    /// What is wrong with the syntax.
    pub fn errors(&self) -> &'a [SyntaxError] {
        self.input.errors
    }

    /// What the analysis found out.
    pub fn facts(&self) -> &'a Facts {
        self.input.facts
    }

    /// What the file says around the query.
    pub fn metadata(&self) -> &'a Metadata {
        self.input.metadata
    }

    /// What the file is for.
    pub fn kind(&self) -> RuleKind {
        self.input.kind
    }

    /// The tables and functions that the query may use.
    pub fn schema(&self) -> &'a Schema {
        self.input.schema
    }

    /// Every test of a value, in order of position.
    pub fn predicates(&self) -> &'a [Predicate] {
        &self.input.facts.predicates
    }

    /// Every tabular operator, those of nested pipelines and function bodies included.
    pub fn operators(&self) -> impl DoubleEndedIterator<Item = &'a Operator<'a>> + use<'a> {
        self.nodes.operators.iter().copied()
    }

    /// Every pipeline, nested ones and lone expressions included. A pipeline comes before those inside it.
    pub fn pipelines(&self) -> impl Iterator<Item = &'a Pipeline<'a>> + use<'a> {
        self.nodes.pipelines.iter().copied()
    }

    /// The innermost operator around a place, with the pipeline that it is part of and its index there.
    pub fn operator_around(&self, place: Span) -> Option<(&'a Pipeline<'a>, usize)> {
        let index = |pipeline: &'a Pipeline<'a>| {
            // They stand one behind the other.
            let index =
                pipeline.operators.partition_point(|operator| operator.span.start <= place.start).checked_sub(1)?;
            pipeline.operators.get(index)?.span.contains(place).then_some((pipeline, index))
        };
        self.pipelines().filter_map(index).last()
    }

    /// The columns that flow into an operator of a pipeline.
    pub fn columns_before(&self, pipeline: &Pipeline<'_>, index: usize) -> Columns {
        match index.checked_sub(1).and_then(|before| pipeline.operators.get(before)) {
            Some(before) => self.input.facts.columns_after(before),
            None => self.input.facts.columns_of_source(pipeline),
        }
    }

    /// Every expression, those inside other expressions included.
    pub fn expressions(&self) -> impl Iterator<Item = &'a Expr<'a>> + Clone + use<'a> {
        self.nodes.expressions.iter().copied()
    }

    /// Adds a finding that is made elsewhere.
    pub(super) fn add(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Reports a finding. The message is one sentence without a full stop.
    pub fn report(&mut self, place: impl Into<Place>, message: impl Into<String>) -> Report<'_> {
        let index = self.findings.len();
        self.findings.push(Diagnostic {
            code: self.rule.code,
            name: self.rule.name,
            severity: self.rule.severity,
            message: message.into(),
            place: place.into(),
            label: String::new(),
            related: Vec::new(),
            help: None,
            notes: Vec::new(),
            fix: None,
        });
        Report(&mut self.findings[index])
    }
}

/// A finding that has been reported, for saying more about it.
pub struct Report<'c>(&'c mut Diagnostic);

impl Report<'_> {
    /// How much this finding matters, where that depends on more than the rule.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.0.severity = severity;
        self
    }

    /// A few words under the place.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.0.label = label.into();
        self
    }

    /// A second place of the story.
    pub fn related(&mut self, place: impl Into<Place>, message: impl Into<String>) -> &mut Self {
        self.0.related.push(Label { place: place.into(), message: message.into() });
        self
    }

    /// What to write instead.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.0.help = Some(help.into());
        self
    }

    /// Evidence.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.0.notes.push(note.into());
        self
    }

    /// A way to mend it.
    pub fn fix(&mut self, title: impl Into<String>, effect: Effect, edits: Vec<Edit>) -> &mut Self {
        self.0.fix = Some(Fix { title: title.into(), effect, edits });
        self
    }

    /// A way to mend it that replaces one range of the query.
    pub fn replace(
        &mut self,
        span: Span,
        replacement: impl Into<String>,
        title: impl Into<String>,
        effect: Effect,
    ) -> &mut Self {
        let edit = Edit { place: span.into(), replacement: replacement.into() };
        self.fix(title, effect, vec![edit])
    }
}
