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
/// If the rule is no correlation, a rule is missing or a correlation without a field that is asked of it, or there is
/// nothing to compare with.
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
    Ok(ir::Detection { envelope, pipeline: joining.pipeline(parts)?, written: None })
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
        if self.correlation.kind == CorrelationKind::TemporalOrdered {
            whole.stages.extend(self.chosen_between(&labels));
        }
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
        let of_groups = groups_of(&pipeline);
        let mut made = Vec::new();
        for alias in &self.correlation.aliases {
            if let Some((_, field)) = alias.fields.iter().find(|(rule, _)| rule == part.name)
                && *field != alias.name
            {
                // What a correlation gives are columns, no fields of an event.
                let value = match &of_groups {
                    Some(_) => self.column(field, ScalarType::Unknown, "aliases"),
                    None => self.field(field, "aliases"),
                };
                made.push(self.assign(&alias.name, value, "aliases"));
            }
        }
        self.check_groups(part.name, of_groups.as_deref())?;
        if tells_apart {
            made.push(self.assign(RULE, self.text(part.name, "rules"), "rules"));
        }
        if !made.is_empty() {
            pipeline.stages.push(self.stage(StageKind::Extend(made), "aliases"));
        }
        Ok(pipeline)
    }

    /// A correlation gives one row for each of its groups, with nothing but what it groups by.
    fn check_groups(&self, rule: &str, of_groups: Option<&[String]>) -> Lowered<()> {
        let Some(of_groups) = of_groups else { return Ok(()) };
        let fields = match &self.correlation.condition {
            Some(CorrelationCondition::Threshold { field: Some(names), .. }) => names.items.as_slice(),
            Some(_) | None => &[],
        };
        let keys = self.correlation.group_by.iter().flat_map(|names| &names.items);
        let of_rule = |name: &String| {
            let alias = self.correlation.aliases.iter().find(|alias| alias.name == *name);
            let field = alias.and_then(|alias| alias.fields.iter().find(|(of, _)| of == rule));
            field.map_or_else(|| name.clone(), |(_, field)| field.clone())
        };
        match keys.chain(fields).map(of_rule).find(|name| !of_groups.contains(name)) {
            None => Ok(()),
            Some(missing) => {
                let message =
                    format!("the correlation `{rule}` does not group by `{missing}`, so that it has no values");
                Err(problem("correlation.group-by", message))
            }
        }
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
        self.column(name, ty, "condition")
    }

    fn column(&self, name: &str, ty: ScalarType, key: &str) -> Expr {
        let span = self.at(key);
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

    /// The first match of the first rule, those of the rules between, the last match of the last rule, and that the
    /// first is not behind the last.
    fn in_order(&self, labels: &[(String, String)]) -> Lowered<(Vec<Aggregate>, Expr)> {
        let ([first, between @ .., last], true) = (labels, labels.len() > 1) else { return self.together(labels) };
        let mut sums = vec![self.time_of("first", "minif", first), self.time_of("last", "maxif", last)];
        sums.extend(between.iter().map(|label| self.time_of("times", "make_set_if", label)));
        let earliest = self.made(&format!("first_{}", first.1), ScalarType::Datetime);
        let latest = self.made(&format!("last_{}", last.1), ScalarType::Datetime);
        Ok((sums, self.test(earliest, TestOp::LessOrEqual, latest)))
    }

    fn time_of(&self, word: &str, function: &str, (rule, column): &(String, String)) -> Aggregate {
        let ty = if function == "make_set_if" { ScalarType::Dynamic } else { ScalarType::Datetime };
        let arguments = vec![self.field(TIME, "timespan"), self.is_of(rule)];
        self.aggregate(&format!("{word}_{column}"), self.call(function, arguments, ty, "rules"))
    }

    /// For each rule between the first and the last, one of its matches between those chosen before and the last; then
    /// one row for each group again.
    fn chosen_between(&self, labels: &[(String, String)]) -> Vec<Stage> {
        let ([(_, first), between @ .., (_, last)], true) = (labels, labels.len() > 2) else { return Vec::new() };
        let mut stages = Vec::new();
        let mut before = self.made(&format!("first_{first}"), ScalarType::Datetime);
        for (_, column) in between {
            let (times, chosen) = (format!("times_{column}"), format!("time_{column}"));
            let expanded = self.assign(&chosen, self.made(&times, ScalarType::Dynamic), "type");
            stages.push(self.stage(StageKind::MvExpand(vec![expanded]), "type"));
            let time = self.made(&chosen, ScalarType::Dynamic);
            let time = self.call("todatetime", vec![time], ScalarType::Datetime, "type");
            let upper = self.made(&format!("last_{last}"), ScalarType::Datetime);
            let tests = vec![
                self.test(before, TestOp::LessOrEqual, time.clone()),
                self.test(time.clone(), TestOp::LessOrEqual, upper),
            ];
            stages.push(self.stage(StageKind::Filter(every(tests, self.at("type"))), "type"));
            before = time;
        }
        let keys = self.keys().into_iter().map(|key| {
            let ty = if key.name == TIME { ScalarType::Datetime } else { ScalarType::Unknown };
            self.assign(&key.name, self.column(&key.name, ty, "group-by"), "group-by")
        });
        stages.push(self.stage(StageKind::Distinct(keys.collect()), "type"));
        stages
    }
}

/// What a correlation groups by, if the pipeline is one.
fn groups_of(pipeline: &Pipeline) -> Option<Vec<String>> {
    pipeline.stages.iter().find_map(|stage| match &stage.kind {
        StageKind::Summarize { by, .. } => Some(by.iter().map(|key| key.name.clone()).collect()),
        _ => None,
    })
}

/// The name of a rule as part of the name of a column.
fn word(name: &str) -> String {
    let word: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("rule_{word}") }
}
