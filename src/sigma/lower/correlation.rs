//! A correlation to its meaning: the events of its rules, counted or summed up in windows of time.
//!
//! Sigma's windows slide; a pipeline has fixed ones, which miss groups that lie across their edges. Backends report it.

use super::super::{
    Body, ConditionExpr, Correlation, CorrelationCondition, CorrelationKind, Names, Quantifier, SigmaRule, Threshold,
    TimeUnit, Timespan,
};
use super::{Lowered, Places, SigmaProblem, Spans, any, condition, envelope, every, not, problem};
use crate::ir::{
    self, Aggregate, Assignment, Expr, ExprKind, Field, Pipeline, Source, SourceKind, Stage, StageKind, Test, TestOp,
};
use crate::rule::Seconds;
use crate::schema::{Columns, Origin, ScalarType, Value};
use crate::span::Span;

/// The column with the name of the rule that an event comes from.
const RULE: &str = "Rule";

/// The column with the time of an event.
const TIME: &str = "TimeGenerated";

/// Ticks of a second.
const TICKS: i64 = 10_000_000;

/// A rule that a correlation is about.
#[derive(Debug, Clone)]
pub struct Part<'r> {
    /// What the correlation calls it: its name or id.
    pub name: &'r str,
    /// Its meaning.
    pub meaning: ir::Detection,
}

/// The meaning of a correlation, given that of its rules.
///
/// # Errors
///
/// If the rule is no correlation, a rule is missing or a correlation itself, or there is nothing to compare with.
pub fn correlate(rule: &SigmaRule, parts: Vec<Part<'_>>, places: &Places) -> Result<ir::Detection, SigmaProblem> {
    let Body::Correlation(correlation) = &rule.body else {
        return Err(problem("", "the rule is no correlation"));
    };
    let spans = Spans::File(places);
    let span = spans.of("correlation", Span::default());
    let joining = Joining { correlation, span, spans };
    let mut envelope = envelope::envelope(&rule.head);
    envelope.period = Some(Seconds(joining.seconds()?));
    if envelope.tactics.is_empty() && envelope.techniques.is_empty() {
        for part in &parts {
            envelope.tactics.extend(part.meaning.envelope.tactics.iter().cloned());
            envelope.techniques.extend(part.meaning.envelope.techniques.iter().cloned());
        }
        let mut seen = Vec::new();
        let mut is_new = |text: &String| {
            !seen.contains(text) && {
                seen.push(text.clone());
                true
            }
        };
        envelope.tactics.retain(&mut is_new);
        envelope.techniques.retain(is_new);
    }
    Ok(ir::Detection { envelope, pipeline: joining.pipeline(parts)? })
}

/// The fields of a condition, and what the number made of them is compared with.
type Limits<'a> = (Option<&'a Names>, &'a [(Threshold, f64)]);

struct Joining<'a> {
    correlation: &'a Correlation,
    /// The place of the whole.
    span: Span,
    spans: Spans<'a>,
}

impl Joining<'_> {
    fn pipeline(&self, parts: Vec<Part<'_>>) -> Lowered<Pipeline> {
        if parts.is_empty() {
            return Err(problem("correlation.rules", "the correlation names no rule"));
        }
        let labels: Vec<(String, String)> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| (part.name.to_owned(), format!("{}_{}", word(part.name), index + 1)))
            .collect();
        let tells_apart = matches!(self.correlation.kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
        let mut branches: Vec<Pipeline> =
            parts.into_iter().map(|part| self.branch(part, tells_apart)).collect::<Lowered<_>>()?;
        let single = if branches.len() == 1 { branches.pop() } else { None };
        let mut whole = single.unwrap_or_else(|| {
            let kind = SourceKind::Union(branches);
            let source = Source { kind, columns: Columns::open(), span: self.at("rules") };
            Pipeline { source, stages: Vec::new(), output: Columns::open(), span: self.span }
        });
        let (aggregates, predicate) = self.sums(&labels)?;
        let by = self.keys();
        whole.stages.push(self.stage(StageKind::Summarize { aggregates, by }, "type"));
        whole.stages.push(self.stage(StageKind::Filter(predicate), "condition"));
        Ok(whole)
    }

    fn at(&self, key: &str) -> Span {
        self.spans.of(&format!("correlation.{key}"), self.span)
    }

    fn stage(&self, kind: StageKind, key: &str) -> Stage {
        Stage { kind, output: Columns::open(), span: self.at(key) }
    }

    /// The events of a rule with the names that the correlation has for their fields.
    fn branch(&self, part: Part<'_>, tells_apart: bool) -> Lowered<Pipeline> {
        let mut pipeline = part.meaning.pipeline;
        if pipeline.stages.iter().any(|stage| matches!(stage.kind, StageKind::Summarize { .. })) {
            let message = format!("`{}` is a correlation itself, which a pipeline cannot count again", part.name);
            return Err(problem("correlation.rules", message));
        }
        let mut made = Vec::new();
        for alias in &self.correlation.aliases {
            if let Some((_, field)) = alias.fields.iter().find(|(rule, _)| rule == part.name)
                && *field != alias.name
            {
                made.push(self.assign(&alias.name, self.field(field, "aliases"), "aliases"));
            }
        }
        if tells_apart {
            made.push(self.assign(RULE, self.text(part.name, "rules"), "rules"));
        }
        if !made.is_empty() {
            pipeline.stages.push(self.stage(StageKind::Extend(made), "aliases"));
        }
        Ok(pipeline)
    }

    fn assign(&self, name: &str, value: Expr, key: &str) -> Assignment {
        Assignment { name: name.to_owned(), value, span: self.at(key) }
    }

    fn field(&self, name: &str, key: &str) -> Expr {
        let span = self.at(key);
        let (origin, ty) = if name == TIME {
            (Origin::Unknown, ScalarType::Datetime)
        } else {
            (Origin::Event { field: name.to_owned() }, ScalarType::Unknown)
        };
        let field = Field { name: name.to_owned(), origin, span };
        Expr { kind: ExprKind::Field(field), ty, span }
    }

    fn text(&self, text: &str, key: &str) -> Expr {
        let kind = ExprKind::Value(Value::String(text.to_owned()));
        Expr { kind, ty: ScalarType::String, span: self.at(key) }
    }

    fn call(&self, name: &str, arguments: Vec<Expr>, ty: ScalarType, key: &str) -> Expr {
        Expr { kind: ExprKind::Call { name: name.to_owned(), arguments }, ty, span: self.at(key) }
    }

    /// The fields whose values belong together, and the window.
    fn keys(&self) -> Vec<Assignment> {
        let fields = self.correlation.group_by.iter().flat_map(|names| &names.items);
        let mut keys: Vec<Assignment> =
            fields.map(|name| self.assign(name, self.field(name, "group-by"), "group-by")).collect();
        let ticks = self.seconds().unwrap_or_default().saturating_mul(TICKS);
        let span = self.at("timespan");
        let width = Expr { kind: ExprKind::Value(Value::Timespan(ticks)), ty: ScalarType::Timespan, span };
        let time = self.field(TIME, "timespan");
        keys.push(self.assign(TIME, self.call("bin", vec![time, width], ScalarType::Datetime, "timespan"), "timespan"));
        keys
    }

    fn seconds(&self) -> Lowered<i64> {
        let Timespan { count, unit } = self.correlation.timespan;
        let length: i64 = match unit {
            TimeUnit::Second => 1,
            TimeUnit::Minute => 60,
            TimeUnit::Hour => 3_600,
            TimeUnit::Day => 86_400,
            TimeUnit::Week => 7 * 86_400,
            TimeUnit::Month => 30 * 86_400,
            TimeUnit::Year => 365 * 86_400,
        };
        let seconds = i64::try_from(count).ok().and_then(|count| count.checked_mul(length));
        let fits = |seconds: &i64| *seconds > 0 && seconds.checked_mul(TICKS).is_some();
        seconds.filter(fits).ok_or_else(|| problem("correlation.timespan", "the length of time is too long or nothing"))
    }

    /// What is summed up in each group, and what has to hold for it.
    fn sums(&self, labels: &[(String, String)]) -> Lowered<(Vec<Aggregate>, Expr)> {
        match self.correlation.kind {
            CorrelationKind::EventCount => self.compared("event_count", "count", Vec::new()),
            CorrelationKind::ValueCount => self.compared("value_count", "dcount", vec![self.values()?]),
            CorrelationKind::ValueSum => self.compared("value_sum", "sum", vec![self.number()?]),
            CorrelationKind::ValueAverage => self.compared("value_avg", "avg", vec![self.number()?]),
            CorrelationKind::ValueMedian => self.percentile(50.0),
            CorrelationKind::ValuePercentile => {
                let Some(CorrelationCondition::Threshold { percentile: Some(rank), .. }) = &self.correlation.condition
                else {
                    return Err(problem("correlation.condition", "the condition does not say which percentile"));
                };
                self.percentile(*rank)
            }
            CorrelationKind::Temporal => self.together(labels),
            CorrelationKind::TemporalOrdered => self.in_order(labels),
        }
    }

    fn percentile(&self, rank: f64) -> Lowered<(Vec<Aggregate>, Expr)> {
        let rank = self.constant(rank);
        self.compared("value_percentile", "percentile", vec![self.number()?, rank])
    }

    /// Whole numbers as such.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the comparison in front")]
    fn constant(&self, number: f64) -> Expr {
        let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
        let (value, ty) = if is_whole {
            (Value::Integer(number as i64), ScalarType::Long)
        } else {
            (Value::Real(number), ScalarType::Real)
        };
        Expr { kind: ExprKind::Value(value), ty, span: self.at("condition") }
    }

    fn threshold(&self) -> Lowered<Limits<'_>> {
        match &self.correlation.condition {
            Some(CorrelationCondition::Threshold { field, limits, .. }) if !limits.is_empty() => {
                Ok((field.as_ref(), limits))
            }
            _ => Err(problem("correlation.condition", "there is no number to compare with")),
        }
    }

    /// The field, or several as one text.
    fn values(&self) -> Lowered<Expr> {
        let fields = self.threshold()?.0.map(|names| names.items.as_slice()).unwrap_or_default();
        match fields {
            [] => Err(problem("correlation.condition", "the condition names no field")),
            [one] => Ok(self.field(one, "condition")),
            several => {
                let mut parts = Vec::new();
                for name in several {
                    if !parts.is_empty() {
                        parts.push(self.text("|", "condition"));
                    }
                    parts.push(self.field(name, "condition"));
                }
                Ok(self.call("strcat", parts, ScalarType::String, "condition"))
            }
        }
    }

    /// The field as a number, whatever the event has.
    fn number(&self) -> Lowered<Expr> {
        Ok(self.call("toreal", vec![self.values()?], ScalarType::Real, "condition"))
    }

    fn compared(&self, column: &str, function: &str, arguments: Vec<Expr>) -> Lowered<(Vec<Aggregate>, Expr)> {
        let value = self.call(function, arguments, ScalarType::Real, "type");
        let (_, limits) = self.threshold()?;
        let tests = limits.iter().map(|(threshold, limit)| {
            let (op, is_negated) = match threshold {
                Threshold::Equal => (TestOp::Equal, false),
                Threshold::NotEqual => (TestOp::Equal, true),
                Threshold::Greater => (TestOp::Greater, false),
                Threshold::GreaterOrEqual => (TestOp::GreaterOrEqual, false),
                Threshold::Less => (TestOp::Less, false),
                Threshold::LessOrEqual => (TestOp::LessOrEqual, false),
            };
            let test = self.test(self.made(column, ScalarType::Real), op, self.constant(*limit));
            if is_negated { not(test) } else { test }
        });
        let predicate = every(tests.collect(), self.at("condition"));
        Ok((vec![self.aggregate(column, value)], predicate))
    }

    fn aggregate(&self, column: &str, value: Expr) -> Aggregate {
        Aggregate { names: vec![column.to_owned()], value, span: self.at("type") }
    }

    /// A column that is made by the aggregation.
    fn made(&self, name: &str, ty: ScalarType) -> Expr {
        let span = self.at("condition");
        let field = Field { name: name.to_owned(), origin: Origin::Unknown, span };
        Expr { kind: ExprKind::Field(field), ty, span }
    }

    fn test(&self, subject: Expr, op: TestOp, operand: Expr) -> Expr {
        let span = self.at("condition");
        let test = Test { subject, op, operands: vec![operand], op_span: span };
        condition(ExprKind::Test(Box::new(test)), span)
    }

    /// Whether an event comes from the rule.
    fn is_of(&self, rule: &str) -> Expr {
        self.test(self.made(RULE, ScalarType::String), TestOp::Equal, self.text(rule, "rules"))
    }

    /// How often each rule matches, and that those that have to do.
    fn together(&self, labels: &[(String, String)]) -> Lowered<(Vec<Aggregate>, Expr)> {
        let counts = labels.iter().map(|(rule, column)| {
            self.aggregate(column, self.call("countif", vec![self.is_of(rule)], ScalarType::Long, "rules"))
        });
        let counts = counts.collect();
        let predicate = match &self.correlation.condition {
            Some(CorrelationCondition::Rules(wanted)) => self.wanted(&wanted.expr, labels)?,
            Some(CorrelationCondition::Threshold { .. }) | None => {
                every(labels.iter().map(|(_, column)| self.occurs(column)).collect(), self.at("rules"))
            }
        };
        Ok((counts, predicate))
    }

    fn occurs(&self, column: &str) -> Expr {
        self.test(self.made(column, ScalarType::Long), TestOp::Greater, self.constant(0.0))
    }

    /// Which rules have to match, as in `rule_a and not rule_b`.
    fn wanted(&self, expr: &ConditionExpr, labels: &[(String, String)]) -> Lowered<Expr> {
        let span = self.at("condition");
        let each = |parts: &[ConditionExpr]| -> Lowered<Vec<Expr>> {
            parts.iter().map(|part| self.wanted(part, labels)).collect()
        };
        match expr {
            ConditionExpr::And(parts) => Ok(every(each(parts)?, span)),
            ConditionExpr::Or(parts) => Ok(any(each(parts)?, span)),
            ConditionExpr::Not(inner) => Ok(not(self.wanted(inner, labels)?)),
            ConditionExpr::Search { name, .. } => match labels.iter().find(|(rule, _)| rule == name) {
                Some((_, column)) => Ok(self.occurs(column)),
                None => Err(problem("correlation.condition", format!("the correlation has no rule `{name}`"))),
            },
            ConditionExpr::Of { quantifier, target, .. } => {
                let meant = labels.iter().filter(|(rule, _)| target.includes(rule));
                let tests = meant.map(|(_, column)| self.occurs(column)).collect();
                Ok(match quantifier {
                    Quantifier::One => any(tests, span),
                    Quantifier::All => every(tests, span),
                })
            }
        }
    }

    /// The first match of each rule is not behind the last of the next.
    fn in_order(&self, labels: &[(String, String)]) -> Lowered<(Vec<Aggregate>, Expr)> {
        let (mut sums, mut tests) = (Vec::new(), Vec::new());
        for pair in labels.windows(2) {
            let [(rule, column), (next, next_column)] = pair else { continue };
            let (first, last) = (format!("first_{column}"), format!("last_{next_column}"));
            for (name, function, rule) in [(&first, "minif", rule), (&last, "maxif", next)] {
                let arguments = vec![self.field(TIME, "timespan"), self.is_of(rule)];
                sums.push(self.aggregate(name, self.call(function, arguments, ScalarType::Datetime, "rules")));
            }
            let first = self.made(&first, ScalarType::Datetime);
            tests.push(self.test(first, TestOp::LessOrEqual, self.made(&last, ScalarType::Datetime)));
        }
        if tests.is_empty() {
            return self.together(labels);
        }
        Ok((sums, every(tests, self.at("type"))))
    }
}

/// The name of a rule as part of the name of a column.
fn word(name: &str) -> String {
    let word: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("rule_{word}") }
}
