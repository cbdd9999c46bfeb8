//! Builds rules in their resolved form, without a parser.

use kqlift::ir::{
    Assignment, Detection, Envelope, Expr, ExprKind, Field, Pipeline, Source, SourceKind, Stage, StageKind, Test,
    TestOp,
};
use kqlift::rule::{AlertSeverity, RuleKind, Seconds};
use kqlift::schema::{Columns, Origin, ScalarType, Value};
use kqlift::span::Span;

/// A counter stands for positions: each expression gets one of its own, so that reports can be told apart.
fn span() -> Span {
    Span::new(0, 1)
}

fn expr(kind: ExprKind, ty: ScalarType) -> Expr {
    Expr { kind, ty, span: span() }
}

pub(crate) fn field(name: &str) -> Expr {
    typed(name, ScalarType::String)
}

pub(crate) fn number_field(name: &str) -> Expr {
    typed(name, ScalarType::Long)
}

pub(crate) fn typed(name: &str, ty: ScalarType) -> Expr {
    let field = Field { name: name.to_owned(), origin: Origin::Unknown, span: span() };
    expr(ExprKind::Field(field), ty)
}

pub(crate) fn text(value: &str) -> Expr {
    expr(ExprKind::Value(Value::String(value.to_owned())), ScalarType::String)
}

pub(crate) fn number(value: i64) -> Expr {
    expr(ExprKind::Value(Value::Integer(value)), ScalarType::Long)
}

pub(crate) fn call(name: &str, arguments: Vec<Expr>, ty: ScalarType) -> Expr {
    expr(ExprKind::Call { name: name.to_owned(), arguments }, ty)
}

pub(crate) fn ago(days: i64) -> Expr {
    let span = expr(ExprKind::Value(Value::Timespan(days * 864_000_000_000)), ScalarType::Timespan);
    call("ago", vec![span], ScalarType::Datetime)
}

pub(crate) fn opaque(kind: ExprKind) -> Expr {
    expr(kind, ScalarType::Unknown)
}

pub(crate) fn test(subject: Expr, op: TestOp, operands: Vec<Expr>) -> Expr {
    expr(ExprKind::Test(Box::new(Test { subject, op, operands, op_span: span() })), ScalarType::Bool)
}

/// A test of a text column.
pub(crate) fn is(column: &str, op: TestOp, values: &[&str]) -> Expr {
    test(field(column), op, values.iter().map(|value| text(value)).collect())
}

pub(crate) fn not(inner: Expr) -> Expr {
    expr(ExprKind::Not(Box::new(inner)), ScalarType::Bool)
}

pub(crate) fn and(parts: Vec<Expr>) -> Expr {
    expr(ExprKind::And(parts), ScalarType::Bool)
}

pub(crate) fn or(parts: Vec<Expr>) -> Expr {
    expr(ExprKind::Or(parts), ScalarType::Bool)
}

pub(crate) fn stage(kind: StageKind) -> Stage {
    Stage { kind, output: Columns::open(), span: span() }
}

pub(crate) fn filter(predicate: Expr) -> Stage {
    stage(StageKind::Filter(predicate))
}

pub(crate) fn assign(name: &str, value: Expr) -> Assignment {
    Assignment { name: name.to_owned(), value, span: span() }
}

pub(crate) fn project(names: &[&str]) -> Stage {
    stage(StageKind::Project(names.iter().map(|name| assign(name, field(name))).collect()))
}

pub(crate) fn pipeline(kind: SourceKind, stages: Vec<Stage>) -> Pipeline {
    let source = Source { kind, columns: Columns::open(), span: span() };
    Pipeline { source, stages, output: Columns::open(), span: span() }
}

pub(crate) fn table(name: &str) -> SourceKind {
    SourceKind::Table { name: name.to_owned(), is_known: true }
}

pub(crate) fn function(name: &str) -> SourceKind {
    SourceKind::Function { name: name.to_owned(), arguments: Vec::new() }
}

pub(crate) fn rule(kind: SourceKind, stages: Vec<Stage>) -> Detection {
    Detection { envelope: envelope(), pipeline: pipeline(kind, stages), written: None }
}

/// Process creation in Defender with these filters.
pub(crate) fn process(filters: Vec<Expr>) -> Detection {
    let kind = is("ActionType", TestOp::Equal, &["ProcessCreated"]);
    let stages = std::iter::once(kind).chain(filters).map(filter).collect();
    rule(table("DeviceProcessEvents"), stages)
}

pub(crate) fn envelope() -> Envelope {
    Envelope {
        kind: RuleKind::Scheduled,
        id: Some("0b1d2c3e-4f50-4617-8293-a4b5c6d7e8f9".to_owned()),
        title: Some("Odd process start".to_owned()),
        description: Some("A process starts that has no business on a workstation".to_owned()),
        severity: Some(AlertSeverity::Medium),
        frequency: Some(Seconds(3600)),
        period: Some(Seconds(3600)),
        trigger: None,
        suppression: None,
        is_alert_per_result: false,
        alert_format: None,
        tactics: vec!["DefenseEvasion".to_owned()],
        techniques: vec!["T1218.011".to_owned()],
        entities: Vec::new(),
        custom_details: Vec::new(),
        tags: Vec::new(),
        references: vec!["https://example.org/odd".to_owned()],
        author: Some("Jo Example".to_owned()),
        version: None,
        data_types: Vec::new(),
    }
}
