//! Prints the meaning of a query as KQL again: one style, one stage per line.

use std::fmt::Write as _;

use super::super::flatten::map_children;
use super::super::loss::Refusal;
use super::super::reason::Reason;
use crate::ir::{
    Aggregate, Assignment, Expr, ExprKind, Join, MemberKey, Pipeline, Source, SourceKind, Stage, StageKind, Test,
    TestOp,
};
use crate::parse::is_reserved;
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// How a function's or table's name is written.
pub type Spell<'a> = &'a dyn Fn(&str) -> String;

/// The pipeline, ending in a line break.
///
/// # Errors
///
/// Stages, sources and expressions that the tree holds only by name.
pub fn pipeline(pipeline: &Pipeline, spell: Spell<'_>) -> Result<String, Refusal> {
    let mut lines = vec![source(&pipeline.source, spell)?];
    for step in &pipeline.stages {
        for expr in step.kind.expressions() {
            check(expr, spell)?;
        }
        lines.extend(stage(step, spell)?);
    }
    Ok(lines.join("\n") + "\n")
}

/// Refuses an expression that cannot be printed as what it was.
fn check(expr: &Expr, spell: Spell<'_>) -> Result<(), Refusal> {
    match &expr.kind {
        ExprKind::Opaque(reason) => return Err(Refusal::new(expr.span, Reason::Opaque, &**reason, &**reason)),
        ExprKind::Subquery(inner) => return pipeline(inner, spell).map(|_| ()),
        _ => {}
    }
    let mut checked = Ok(());
    map_children(expr, &mut |child| {
        if checked.is_ok() {
            checked = check(child, spell);
        }
        Expr { kind: ExprKind::Star, ty: child.ty, span: child.span }
    });
    checked
}

fn source(source: &Source, spell: Spell<'_>) -> Result<String, Refusal> {
    Ok(match &source.kind {
        SourceKind::Table { name: table, .. } => name(&spell(table)),
        SourceKind::LogSource(found) => return Err(unprintable(source.span, &format!("log source {found}"))),
        SourceKind::Function { name, arguments } => {
            for (_, value) in arguments {
                check(value, spell)?;
            }
            let argument = |(parameter, value): &(String, Expr)| match parameter.as_str() {
                "" => expression(value),
                _ => format!("{parameter}={}", expression(value)),
            };
            format!("{}({})", spell(name), arguments.iter().map(argument).collect::<Vec<_>>().join(", "))
        }
        SourceKind::Union(branches) => format!("union {}", branch_list(branches, spell)?),
        SourceKind::Pipeline { pipeline: inner, .. } => pipeline(inner, spell)?.trim_end().to_owned(),
        SourceKind::Inline(_) => return Err(unknown(source.span, "datatable", "rows written in the query")),
        SourceKind::External(_) => return Err(unknown(source.span, "externaldata", "rows read from URLs")),
        SourceKind::Opaque(text) => return Err(unknown(source.span, text, &quoted(text))),
    })
}

fn unprintable(span: Span, word: &str) -> Refusal {
    unknown(span, word, &format!("`{word}`"))
}

/// A word in quotes, or what is a description already.
pub(in super::super) fn quoted(text: &str) -> String {
    if text.contains(['`', ' ']) { text.to_owned() } else { format!("`{text}`") }
}

fn unknown(span: Span, word: &str, what: &str) -> Refusal {
    Refusal::new(span, Reason::OperatorUnsupported, word, format!("{what} cannot be converted"))
}

fn branch_list(branches: &[Pipeline], spell: Spell<'_>) -> Result<String, Refusal> {
    let texts: Result<Vec<String>, Refusal> = branches.iter().map(|branch| nested(branch, spell)).collect();
    Ok(texts?.join(", "))
}

/// A pipeline in parentheses on one line.
fn nested(inner: &Pipeline, spell: Spell<'_>) -> Result<String, Refusal> {
    Ok(format!("({})", pipeline(inner, spell)?.trim_end().replace('\n', " ")))
}

/// One line for a stage; `None` for one that changes no row.
pub(super) fn stage(stage: &Stage, spell: Spell<'_>) -> Result<Option<String>, Refusal> {
    let names = |names: &[String]| names.iter().map(|text| name(text)).collect::<Vec<_>>().join(", ");
    let operands = match &stage.kind {
        StageKind::Filter(predicate) => expression(predicate),
        StageKind::Extend(list) | StageKind::Project(list) | StageKind::Distinct(list) => assignments(list),
        StageKind::MvExpand(list) => list.iter().map(|item| expanded(item, stage)).collect::<Vec<_>>().join(", "),
        StageKind::ProjectAway(list) | StageKind::ProjectKeep(list) => names(list),
        StageKind::ProjectRename(renames) => {
            let rename = |(new, old): &(String, String)| format!("{} = {}", name(new), name(old));
            renames.iter().map(rename).collect::<Vec<_>>().join(", ")
        }
        StageKind::Summarize { aggregates, by } => summarize(aggregates, by),
        StageKind::Join(join) => join_text(join, spell, stage.span)?,
        StageKind::Union(branches) => branch_list(branches, spell)?,
        StageKind::Sort(keys) => {
            let keys: Vec<String> = keys.iter().map(|(key, is_descending)| ordered(key, *is_descending)).collect();
            format!("by {}", keys.join(", "))
        }
        StageKind::Take(count) => expression(count),
        StageKind::Top { count, by, is_descending } => {
            format!("{} by {}", expression(count), ordered(by, *is_descending))
        }
        StageKind::Count(column) if column == "Count" => String::new(),
        StageKind::Count(column) => format!("as {}", name(column)),
        // The order of columns and the name of an intermediate result change no row.
        StageKind::Annotation(word) if word == "serialize" => String::new(),
        StageKind::ProjectReorder | StageKind::Annotation(_) => return Ok(None),
        StageKind::Parse { .. } | StageKind::Other { .. } | StageKind::Opaque(_) => {
            return Err(unprintable(stage.span, stage.kind.word()));
        }
    };
    Ok(Some(format!("| {} {operands}", stage.kind.word()).trim_end().to_owned()))
}

fn ordered(key: &Expr, is_descending: bool) -> String {
    format!("{} {}", expression(key), if is_descending { "desc" } else { "asc" })
}

fn assignments(list: &[Assignment]) -> String {
    list.iter().map(assignment).collect::<Vec<_>>().join(", ")
}

fn assignment(assignment: &Assignment) -> String {
    let value = expression(&assignment.value);
    let is_itself = matches!(assignment.value.kind, ExprKind::Star) || value == name(&assignment.name);
    if is_itself { value } else { format!("{} = {value}", name(&assignment.name)) }
}

/// What is expanded, with its type where that is none of what an array holds by itself.
fn expanded(item: &Assignment, stage: &Stage) -> String {
    let text = assignment(item);
    match stage.output.find(&item.name).map(|column| column.ty) {
        None | Some(ScalarType::Dynamic | ScalarType::Unknown) => text,
        Some(ty) => format!("{text} to typeof({})", ty.as_str()),
    }
}

fn summarize(aggregates: &[Aggregate], by: &[Assignment]) -> String {
    let mut text = aggregates.iter().map(aggregate).collect::<Vec<_>>().join(", ");
    if !by.is_empty() {
        text.push_str(if text.is_empty() { "by " } else { " by " });
        text.push_str(&assignments(by));
    }
    text
}

/// An aggregate with its name, or with its names where they are not those that Kusto would give its columns.
fn aggregate(aggregate: &Aggregate) -> String {
    let value = expression(&aggregate.value);
    let names = match aggregate.names.as_slice() {
        [] => return value,
        [one] => return format!("{} = {value}", name(one)),
        names => names,
    };
    let ExprKind::Call { name: function, arguments } = &aggregate.value.kind else { return value };
    let is_own =
        |(argument, name): (&Expr, &String)| matches!(&argument.kind, ExprKind::Field(field) if field.name == *name);
    if matches!(arguments.last(), Some(Expr { kind: ExprKind::Star, .. })) {
        // The star keeps the names of its columns; only the first may have another.
        let is_named = arguments.len() > 1 && !is_own((&arguments[0], &names[0]));
        return if is_named { format!("{} = {value}", name(&names[0])) } else { value };
    }
    let is_automatic = function == "percentiles" && names.iter().all(|name| name.starts_with("percentile_"));
    if is_automatic || (names.len() == arguments.len() && arguments.iter().zip(names).all(is_own)) {
        return value;
    }
    format!("({}) = {value}", names.iter().map(|text| name(text)).collect::<Vec<_>>().join(", "))
}

fn join_text(join: &Join, spell: Spell<'_>, span: Span) -> Result<String, Refusal> {
    let keys = join.keys.as_ref().filter(|keys| !keys.is_empty()).ok_or_else(|| unprintable(span, "join"))?;
    Ok(join_operands(join, &nested(&join.right, spell)?, keys))
}

/// The whole operator, given the text of its right side.
pub(super) fn join_of(join: &Join, right: &str, keys: &[crate::ir::JoinKey]) -> String {
    format!("{} {}", if join.is_lookup { "lookup" } else { "join" }, join_operands(join, right, keys))
}

fn join_operands(join: &Join, right: &str, keys: &[crate::ir::JoinKey]) -> String {
    let key = |key: &crate::ir::JoinKey| {
        if key.left.name == key.right.name {
            return name(&key.left.name);
        }
        format!("$left.{} == $right.{}", name(&key.left.name), name(&key.right.name))
    };
    let kind = if join.is_kind_written { format!("kind={} ", join.kind.as_str()) } else { String::new() };
    let keys: Vec<String> = keys.iter().map(key).collect();
    format!("{kind}{right} on {}", keys.join(", "))
}

/// The expression on one line. What is only named in the tree is printed by its name.
pub fn expression(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Field(field) => name(&field.name),
        ExprKind::Value(constant) => value(constant),
        ExprKind::And(parts) => parts.iter().map(operand).collect::<Vec<_>>().join(" and "),
        ExprKind::Or(parts) => parts.iter().map(operand).collect::<Vec<_>>().join(" or "),
        ExprKind::Not(inner) => negation(inner),
        ExprKind::Test(found) => test(found, false),
        ExprKind::Case { branches, otherwise } => {
            let function = if branches.len() == 1 { "iff" } else { "case" };
            let mut parts: Vec<String> =
                branches.iter().flat_map(|(when, then)| [expression(when), expression(then)]).collect();
            parts.push(expression(otherwise));
            format!("{function}({})", parts.join(", "))
        }
        ExprKind::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            // The name of a type stands without quotes.
            ("typeof", [Expr { kind: ExprKind::Value(Value::String(ty)), .. }]) => format!("typeof({ty})"),
            // A sub-query has its own parentheses.
            ("toscalar", [rows @ Expr { kind: ExprKind::Subquery(_), .. }]) => format!("{name}{}", expression(rows)),
            _ => format!("{name}({})", list(arguments)),
        },
        ExprKind::Arithmetic { op, left, right } => format!("{} {} {}", operand(left), op.as_str(), operand(right)),
        ExprKind::Negate(inner) => format!("-{}", operand(inner)),
        ExprKind::Member { base, key } => match key {
            MemberKey::Property(property) => member(&operand(base), property),
            MemberKey::Index(index) => format!("{}[{index}]", operand(base)),
            MemberKey::Computed(key) => format!("{}[{}]", operand(base), expression(key)),
        },
        ExprKind::Star => "*".to_owned(),
        ExprKind::Subquery(inner) => {
            let spell = |name: &str| name.to_owned();
            nested(inner, &spell).unwrap_or_else(|refusal| format!("({})", refusal.construct))
        }
        ExprKind::Opaque(text) => text.clone(),
    }
}

/// What a bag has under a name.
pub(super) fn member(bag: &str, property: &str) -> String {
    if is_plain_name(property) { format!("{bag}.{property}") } else { format!("{bag}[{}]", string(property)) }
}

/// The expression with columns replaced; `None` if one of them has no counterpart or a part is only named.
pub(in super::super) fn computed(expr: &Expr, column: &dyn Fn(&Expr) -> Option<String>) -> Option<String> {
    let mut is_known = true;
    let replaced = replaced(expr, column, &mut is_known);
    is_known.then(|| format!("({})", expression(&replaced)))
}

fn replaced(expr: &Expr, column: &dyn Fn(&Expr) -> Option<String>, is_known: &mut bool) -> Expr {
    match &expr.kind {
        ExprKind::Field(_) | ExprKind::Member { .. } => match column(expr) {
            Some(name) => Expr { kind: ExprKind::Opaque(super::test::column_text(&name)), ..expr.clone() },
            // What lies below a value that is computed is as good as that value.
            None if is_below_call(expr) => map_children(expr, &mut |child| replaced(child, column, is_known)),
            None => {
                *is_known = false;
                expr.clone()
            }
        },
        ExprKind::Opaque(_) | ExprKind::Subquery(_) | ExprKind::Star => {
            *is_known = false;
            expr.clone()
        }
        _ => map_children(expr, &mut |child| replaced(child, column, is_known)),
    }
}

fn is_below_call(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Member { base, .. } => matches!(base.kind, ExprKind::Call { .. }) || is_below_call(base),
        _ => false,
    }
}

/// In parentheses where KQL's precedence would read it otherwise.
fn operand(expr: &Expr) -> String {
    let text = expression(expr);
    match &expr.kind {
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Arithmetic { .. } | ExprKind::Negate(_) => format!("({text})"),
        ExprKind::Field(_)
        | ExprKind::Value(_)
        | ExprKind::Not(_)
        | ExprKind::Test(_)
        | ExprKind::Case { .. }
        | ExprKind::Call { .. }
        | ExprKind::Member { .. }
        | ExprKind::Star
        | ExprKind::Subquery(_)
        | ExprKind::Opaque(_) => text,
    }
}

fn negation(inner: &Expr) -> String {
    match &inner.kind {
        ExprKind::Test(found) => test(found, true),
        _ => format!("not({})", expression(inner)),
    }
}

fn list(expressions: &[Expr]) -> String {
    expressions.iter().map(expression).collect::<Vec<_>>().join(", ")
}

/// What a test compares with; no value at all is an empty array.
fn compared(operands: &[Expr]) -> String {
    if operands.is_empty() { "dynamic([])".to_owned() } else { list(operands) }
}

fn test(test: &Test, is_negated: bool) -> String {
    let subject = subject(&test.subject);
    let around = |text: String| if is_negated { format!("not({text})") } else { text };
    let word = test.op.as_str();
    match test.op {
        TestOp::Equal | TestOp::EqualCi => {
            let word = match (test.op, is_negated) {
                (TestOp::Equal, true) => "!=",
                (_, true) => "!~",
                (_, false) => word,
            };
            format!("{subject} {word} {}", operands(test))
        }
        TestOp::Contains
        | TestOp::ContainsCs
        | TestOp::StartsWith
        | TestOp::StartsWithCs
        | TestOp::EndsWith
        | TestOp::EndsWithCs
        | TestOp::Has
        | TestOp::HasCs
        | TestOp::HasPrefix
        | TestOp::HasPrefixCs
        | TestOp::HasSuffix
        | TestOp::HasSuffixCs => format!("{subject} {}{word} {}", bang(is_negated), operands(test)),
        TestOp::In | TestOp::InCi => format!("{subject} {}{word} ({})", bang(is_negated), compared(&test.operands)),
        TestOp::HasAny | TestOp::HasAll => around(format!("{subject} {word} ({})", compared(&test.operands))),
        TestOp::Wildcard
        | TestOp::WildcardCs
        | TestOp::Regex
        | TestOp::Less
        | TestOp::LessOrEqual
        | TestOp::Greater
        | TestOp::GreaterOrEqual => around(format!("{subject} {word} {}", operands(test))),
        TestOp::Between => {
            let bounds: Vec<String> = test.operands.iter().map(operand).collect();
            format!("{subject} {}between ({})", bang(is_negated), bounds.join(" .. "))
        }
        TestOp::IsEmpty => format!("{}({})", if is_negated { "isnotempty" } else { word }, expression(&test.subject)),
        TestOp::IsNull => format!("{}({})", if is_negated { "isnotnull" } else { word }, expression(&test.subject)),
        TestOp::Ipv4InRange | TestOp::Ipv6InRange => {
            let name = if test.operands.len() == 1 { word.to_owned() } else { word.replace("_in_", "_in_any_") };
            around(format!("{name}({}, {})", expression(&test.subject), compared(&test.operands)))
        }
        TestOp::Ipv4IsPrivate => around(format!("{word}({})", expression(&test.subject))),
    }
}

fn bang(is_negated: bool) -> &'static str {
    if is_negated { "!" } else { "" }
}

fn subject(expr: &Expr) -> String {
    operand(expr)
}

fn operands(test: &Test) -> String {
    test.operands.iter().map(operand).collect::<Vec<_>>().join(", ")
}

/// A column or table name, in brackets where KQL needs them.
pub fn name(text: &str) -> String {
    if is_plain_name(text) { text.to_owned() } else { format!("[{}]", string(text)) }
}

fn is_plain_name(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_reserved(text)
}

/// A text as a literal: verbatim where it holds a backslash, escaped where it holds control characters.
pub fn string(text: &str) -> String {
    if text.chars().any(char::is_control) {
        let mut escaped = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                '\r' => escaped.push_str("\\r"),
                '\t' => escaped.push_str("\\t"),
                control if control.is_control() => {
                    let _ = write!(escaped, "\\u{:04X}", u32::from(control));
                }
                other => escaped.push(other),
            }
        }
        return escaped + "\"";
    }
    if text.contains('\\') {
        return verbatim(text);
    }
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// A text as a verbatim literal, in the quotes that need fewer of them doubled.
pub(in super::super) fn verbatim(text: &str) -> String {
    if text.contains('"') && !text.contains('\'') {
        return format!("@'{text}'");
    }
    format!("@\"{}\"", text.replace('"', "\"\""))
}

/// A constant as a literal.
pub fn value(constant: &Value) -> String {
    match constant {
        Value::String(text) => string(text),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("real({number:?})"),
        Value::Bool(value) => value.to_string(),
        Value::Timespan(ticks) => timespan(*ticks),
        Value::Datetime(text) => format!("datetime({text})"),
        Value::Guid(text) => format!("guid({text})"),
        Value::Dynamic(json) => format!("dynamic({json})"),
        Value::Null => "dynamic(null)".to_owned(),
    }
}

/// The shortest literal with one unit.
fn timespan(ticks: i64) -> String {
    const UNITS: [(&str, i64); 5] =
        [("d", 864_000_000_000), ("h", 36_000_000_000), ("m", 600_000_000), ("s", 10_000_000), ("ms", 10_000)];
    let fits = UNITS.iter().find(|(_, length)| ticks != 0 && ticks % length == 0);
    match fits {
        Some((unit, length)) => format!("{}{unit}", ticks / length),
        None if ticks == 0 => "0s".to_owned(),
        None => format!("{ticks}tick"),
    }
}
