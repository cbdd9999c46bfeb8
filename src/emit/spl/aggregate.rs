//! `summarize` as `stats`.

use std::collections::BTreeSet;

use super::super::flatten::map_children;
use super::super::loss::{Loss, LossClass};
use super::super::needed;
use super::super::reason::Reason;
use super::cim::WEIGHT;
use super::compile::{column, deduplicated};
use super::expression::field_name;
use super::tail::{Search, eval_name, list_of};
use super::{quoted_name, time};
use crate::ir::{Aggregate, Assignment, Expr, ExprKind, Stage};
use crate::mapping::Assumption;
use crate::schema::{ScalarType, Value};

/// Writes a `summarize`.
pub(super) fn summarize(search: &mut Search<'_, '_>, stage: &Stage, aggregates: &[Aggregate], by: &[Assignment]) {
    let mut used = BTreeSet::new();
    for aggregate in aggregates {
        needed::names(&aggregate.value, &mut used);
    }
    let Some(keyed) = keys(search, by, &used) else { return };
    let keys: Vec<String> = keyed.iter().map(|(field, _)| field.clone()).collect();
    let row = aggregates.iter().find_map(|aggregate| whole_row(search, &aggregate.value));
    let is_of_group = |aggregate: &&Aggregate| row.is_none() || whole_row(search, &aggregate.value).is_none();
    let of_group: Vec<&Aggregate> = aggregates.iter().filter(is_of_group).collect();
    let mut parts = Vec::new();
    let mut evals = Vec::new();
    let mut names: BTreeSet<String> = keyed.iter().map(|(_, name)| name.clone()).collect();
    for aggregate in of_group {
        match of_aggregate(search, aggregate) {
            Some(made) => {
                search.note_terms(&aggregate.value);
                names.extend(aggregate.names.iter().cloned());
                parts.extend(made.parts());
                evals.extend(made.eval);
            }
            None => lose(search, aggregate),
        }
    }
    if let Some(kept) = row {
        return keep_row(search, &keys, &parts, &evals, (&kept, names));
    }
    if keys.is_empty() && parts.is_empty() {
        search.refuse(stage, "no aggregate of it can be made on the target");
        return;
    }
    if parts.is_empty() || (keys.is_empty() && search.is_weighted) {
        parts.push("count".to_owned());
    }
    if !keys.is_empty() {
        // Rows without a key make a group in KQL, and none in `stats`.
        search.commands.push(format!("fillnull value=\"\" {}", list_of(&keys)));
    }
    let by = if keys.is_empty() { String::new() } else { format!(" by {}", list_of(&keys)) };
    search.lists = parts.iter().filter_map(|part| list_name(part)).collect();
    let counts = if keys.is_empty() && search.is_weighted { counts_of(&parts) } else { Vec::new() };
    search.commands.push(format!("stats {}{by}", parts.join(", ")));
    if !evals.is_empty() {
        search.commands.push(format!("eval {}", evals.join(", ")));
    }
    if !counts.is_empty() {
        // Without a row to add up, a sum is nothing, where a count is zero.
        search.commands.push(format!("fillnull value=0 {}", list_of(&counts)));
    }
    search.is_weighted = false;
    let renamed = keyed.iter().filter(|(field, name)| field != name);
    search.commands.extend(renamed.map(|(field, name)| format!("rename {field} as {}", quoted_name(name))));
    search.names = names;
}

/// The row itself is kept, with every column, and what is so of its group beside it.
fn keep_row(
    search: &mut Search<'_, '_>,
    keys: &[String],
    parts: &[String],
    evals: &[String],
    (kept, names): (&KeptRow<'_>, BTreeSet<String>),
) {
    if !parts.is_empty() {
        if !keys.is_empty() {
            search.commands.push(format!("fillnull value=\"\" {}", list_of(keys)));
        }
        let by = if keys.is_empty() { String::new() } else { format!(" by {}", list_of(keys)) };
        search.lists.extend(parts.iter().filter_map(|part| list_name(part)));
        search.commands.push(format!("eventstats {}{by}", parts.join(", ")));
    }
    if !evals.is_empty() {
        search.commands.push(format!("eval {}", evals.join(", ")));
    }
    let order = match kept {
        KeptRow::First { sign, by } => format!("{sign}{}", ordered_by(search, by)),
        KeptRow::Any => String::new(),
    };
    match (keys.is_empty(), order.is_empty()) {
        (true, true) => search.commands.push("head 1".to_owned()),
        (true, false) => search.commands.extend([format!("sort 0 {order}"), "head 1".to_owned()]),
        (false, true) => search.commands.extend(deduplicated(&list_of(keys), "")),
        (false, false) => search.commands.extend(deduplicated(&list_of(keys), &format!(" sortby {order}"))),
    }
    search.is_weighted = false;
    search.names.extend(names);
}

/// Leaves out an aggregate that the target cannot make.
pub(super) fn lose(search: &mut Search<'_, '_>, aggregate: &Aggregate) {
    let names = aggregate.names.join("`, `");
    let lost = search.lost_value(&aggregate.value);
    search.lost.extend(aggregate.names.iter().map(|name| (name.clone(), lost.clone())));
    search.losses.push(
        Loss::new(LossClass::Informational, Reason::OutputDropped, aggregate.span, aggregate.names.join(", "))
            .says(format!("the aggregate `{names}` cannot be made on the target and is left out")),
    );
}

/// Writes a `count`.
pub(super) fn count(search: &mut Search<'_, '_>, name: &str) {
    let function = if search.is_weighted { format!("count, sum({WEIGHT})") } else { "count".to_owned() };
    search.commands.push(format!("stats {function} as {}", quoted_name(name)));
    if search.is_weighted {
        search.commands.push(format!("fillnull value=0 {}", quoted_name(name)));
        search.is_weighted = false;
    }
    search.names = BTreeSet::from([name.to_owned()]);
}

/// The results that count events by the weight of their rows.
fn counts_of(parts: &[String]) -> Vec<String> {
    let is_count =
        |part: &&String| part.starts_with(&format!("sum({WEIGHT}) as ")) || part.contains(&format!(", {WEIGHT}, 0)"));
    let name = |part: &String| part.rsplit_once(" as ").map(|(_, name)| name.trim_matches('"').to_owned());
    parts.iter().filter(is_count).filter_map(name).collect()
}

/// The name of a result that holds several values.
pub(super) fn list_name(part: &str) -> Option<String> {
    let is_list = part.starts_with("values(") || part.starts_with("list(");
    let (_, name) = part.rsplit_once(" as ").filter(|_| is_list)?;
    Some(name.trim_matches('"').to_owned())
}

/// The keys as fields, with their names in the result; `None` if one of them is not there. A key that is called as a
/// column which the aggregates use has a name of its own until they are made.
fn keys(search: &mut Search<'_, '_>, by: &[Assignment], used: &BTreeSet<String>) -> Option<Vec<(String, String)>> {
    let mut evals = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for key in by {
        let is_there = matches!(&key.value.kind, ExprKind::Field(field) if field.name == key.name && search.names.contains(&field.name));
        if !is_there {
            let Some(value) = key_value(search, &key.value) else {
                let lost = search.lost_value(&key.value);
                search.lost.entry(key.name.clone()).or_insert(lost);
                search.refuse_lost(&key.name, "key", key.span);
                return None;
            };
            search.note_terms(&key.value);
            let is_taken = used.contains(&key.name) && search.names.contains(&key.name);
            let field = if is_taken { format!("kql_key{}", names.len() + 1) } else { key.name.clone() };
            if value != field_name(&field) {
                evals.push(format!("{}={value}", eval_name(&field)));
            }
            names.push((field, key.name.clone()));
            continue;
        }
        names.push((key.name.clone(), key.name.clone()));
    }
    if !evals.is_empty() {
        search.commands.push(format!("eval {}", evals.join(", ")));
    }
    search.names.extend(names.iter().map(|(_, name)| name.clone()));
    Some(names)
}

/// A key: `bin` rounds down to a multiple, times being seconds.
fn key_value(search: &Search<'_, '_>, expr: &Expr) -> Option<String> {
    let ExprKind::Call { name, arguments } = &expr.kind else { return search.value(expr) };
    match (name.as_str(), arguments.as_slice()) {
        ("bin" | "floor", [value, step]) => time::bin(&search.value(value)?, step),
        ("startofday", [value]) => Some(format!("floor({}/86400)*86400", search.value(value)?)),
        _ => search.value(expr),
    }
}

/// Which row of a group an aggregate keeps as a whole.
enum KeptRow<'e> {
    /// The first in the order of a value.
    First { sign: char, by: &'e Expr },
    /// Whichever.
    Any,
}

/// The row that the aggregate keeps, if it keeps one.
fn whole_row<'e>(search: &Search<'_, '_>, value: &'e Expr) -> Option<KeptRow<'e>> {
    let ExprKind::Call { name, arguments } = &value.kind else { return None };
    let is_star = |expr: &Expr| matches!(expr.kind, ExprKind::Star);
    let first = |sign: char, by: &'e Expr| search.value(by).map(|_| KeptRow::First { sign, by });
    match (name.as_str(), arguments.as_slice()) {
        ("arg_max" | "argmax", [by, star]) if is_star(star) => first('-', by),
        ("arg_min" | "argmin", [by, star]) if is_star(star) => first('+', by),
        ("take_any" | "any", [star]) if is_star(star) => Some(KeptRow::Any),
        _ => None,
    }
}

/// The field that rows are ordered by, which is made if it is none yet.
fn ordered_by(search: &mut Search<'_, '_>, by: &Expr) -> String {
    const ORDER: &str = "kql_order";
    match &by.kind {
        ExprKind::Field(field) if search.names.contains(&field.name) => quoted_name(&field.name),
        _ => {
            search.commands.extend(search.value(by).map(|value| format!("eval {ORDER}={value}")));
            ORDER.to_owned()
        }
    }
}

/// An aggregate as functions of `stats`.
#[derive(Default)]
pub(super) struct Made {
    /// The functions with the names of their results.
    pub(super) functions: Vec<(String, String)>,
    /// What makes the aggregate of these results, if none is it.
    pub(super) eval: Option<String>,
}

impl Made {
    fn parts(&self) -> impl Iterator<Item = String> {
        self.functions.iter().map(|(function, name)| format!("{function} as {}", quoted_name(name)))
    }
}

/// The functions of `stats` that an aggregate is.
pub(super) fn of_aggregate(search: &mut Search<'_, '_>, aggregate: &Aggregate) -> Option<Made> {
    if let ExprKind::Call { name, arguments } = &aggregate.value.kind {
        if matches!(name.as_str(), "arg_max" | "arg_min" | "argmax" | "argmin") {
            let functions = of_row(search, name, arguments, &aggregate.names)?;
            return Some(Made { functions, eval: None });
        }
        if let ([result], Some(function)) =
            (aggregate.names.as_slice(), function(search, name, arguments, &aggregate.value))
        {
            return Some(Made { functions: vec![(function, result.clone())], eval: None });
        }
    }
    computed(search, aggregate)
}

/// An aggregate that is computed from others.
fn computed(search: &mut Search<'_, '_>, aggregate: &Aggregate) -> Option<Made> {
    let [result] = aggregate.names.as_slice() else { return None };
    let mut made = Made::default();
    let value = with_parts(search, &aggregate.value, result, &mut made);
    if made.functions.is_empty() {
        return None;
    }
    // Only what the functions give is there behind them.
    let mut behind = Search::new(search.request, String::new(), Vec::new());
    behind.names = made.functions.iter().map(|(_, name)| name.clone()).collect();
    behind.lists = made.parts().filter_map(|part| list_name(&part)).collect();
    let text = behind.value(&value)?;
    made.eval = Some(format!("{}={text}", eval_name(result)));
    Some(made)
}

/// The expression with fields in place of the aggregates in it.
fn with_parts(search: &mut Search<'_, '_>, expr: &Expr, result: &str, made: &mut Made) -> Expr {
    if let ExprKind::Call { name, arguments } = &expr.kind
        && is_aggregate(name, arguments)
        && let Some(function) = function(search, name, arguments, expr)
    {
        let number = made.functions.len() + 1;
        let field = format!("{result}_part{number}");
        made.functions.push((function, field.clone()));
        return Expr { ty: expr.ty, span: expr.span, ..column(&field) };
    }
    map_children(expr, &mut |child| with_parts(search, child, result, made))
}

/// Whether the call is one of an aggregate, whatever it is of.
fn is_aggregate(name: &str, arguments: &[Expr]) -> bool {
    const OTHERS: [&str; 2] = ["array_length", "coalesce"];
    !OTHERS.contains(&name)
        && (arguments.len() < 2 || !matches!(name, "min" | "max"))
        && (matches!(
            name,
            "count"
                | "countif"
                | "sum"
                | "sumif"
                | "avg"
                | "avgif"
                | "min"
                | "max"
                | "minif"
                | "maxif"
                | "stdev"
                | "variance"
                | "percentile"
                | "makeset"
                | "makelist"
        ) || name.starts_with("make_set")
            || name.starts_with("make_list")
            || name.starts_with("dcount")
            || name.starts_with("take_any"))
}

fn function(search: &mut Search<'_, '_>, name: &str, arguments: &[Expr], whole: &Expr) -> Option<String> {
    let first = arguments.first().and_then(|argument| search.value(argument));
    let holds = || search.predicate(arguments.first()?);
    let when =
        |value: &str, predicate: &Expr| Some(format!("eval(if({}, {value}, null()))", search.predicate(predicate)?));
    if search.is_weighted && depends_on_number(name) {
        return None;
    }
    Some(match (name, arguments) {
        ("count", []) if search.is_weighted => format!("sum({WEIGHT})"),
        ("countif", [_]) if search.is_weighted => format!("sum(eval(if({}, {WEIGHT}, 0)))", holds()?),
        ("sum", [_]) if search.is_weighted => format!("sum(eval({}*{WEIGHT}))", first?),
        ("sumif", [_, predicate]) if search.is_weighted => {
            format!("sum({})", when(&format!("{}*{WEIGHT}", first?), predicate)?)
        }
        ("count", []) => "count".to_owned(),
        ("countif", [_]) => format!("count(eval(if({}, 1, null())))", holds()?),
        ("dcount" | "count_distinct", [_, ..]) => {
            let distinct = format!("dc({})", of_field(&first?));
            note_distinct(search, whole);
            distinct
        }
        ("dcountif" | "count_distinctif", [_, predicate, ..]) => {
            let distinct = format!("dc({})", when(&first?, predicate)?);
            note_distinct(search, whole);
            distinct
        }
        ("sum" | "avg" | "min" | "max", [_]) => format!("{name}({})", of_field(&first?)),
        ("stdev", [_]) => format!("stdev({})", of_field(&first?)),
        ("variance", [_]) => format!("var({})", of_field(&first?)),
        ("sumif" | "avgif" | "minif" | "maxif", [_, predicate]) => {
            format!("{}({})", &name[..3], when(&first?, predicate)?)
        }
        ("make_set" | "makeset", [_, limit @ ..]) => {
            if !limit.is_empty() {
                note_limit(search, whole);
            }
            format!("values({})", of_field(&first?))
        }
        ("make_list" | "makelist", [_, ..]) => {
            note_list(search, whole);
            format!("list({})", of_field(&first?))
        }
        ("make_set_if", [_, predicate, ..]) => format!("values({})", when(&first?, predicate)?),
        ("make_list_if", [_, predicate, ..]) => {
            let list = format!("list({})", when(&first?, predicate)?);
            note_list(search, whole);
            list
        }
        ("take_any" | "any" | "anyif" | "take_anyif", [_]) => format!("first({})", of_field(&first?)),
        ("percentile", [_, Expr { kind: ExprKind::Value(Value::Integer(rank)), .. }]) if (0..=100).contains(rank) => {
            format!("perc{rank}({})", of_field(&first?))
        }
        // Only `values` counts distinct values: the length of a set is a distinct count.
        ("array_length", [Expr { kind: ExprKind::Call { name, arguments }, .. }]) if name.starts_with("make_set") => {
            format!("dc({})", of_field(&search.value(arguments.first()?)?))
        }
        _ => return None,
    })
}

/// Whether the result depends on how many equal rows there are in a way that their weight cannot make up for.
fn depends_on_number(name: &str) -> bool {
    let is_list = name.starts_with("make_list") || name == "makelist";
    is_list || matches!(name, "avg" | "avgif" | "stdev" | "variance" | "percentile")
}

fn note_limit(search: &mut Search<'_, '_>, aggregate: &Expr) {
    search.losses.push(
        Loss::new(LossClass::Informational, Reason::RowsUnlimited, aggregate.span, "make_set")
            .says("the number of values in the set is not limited"),
    );
}

fn note_list(search: &mut Search<'_, '_>, aggregate: &Expr) {
    search.losses.push(
        Loss::new(LossClass::Assumption, Reason::RowsUnlimited, aggregate.span, "make_list")
            .says("`list` keeps the first 100 values of a group")
            .assuming(Assumption::Subsearch),
    );
}

fn note_distinct(search: &mut Search<'_, '_>, aggregate: &Expr) {
    search.losses.push(
        Loss::new(LossClass::Assumption, Reason::FieldAssumption, aggregate.span, "dcount")
            .says("distinct values are counted exactly on the target, and what is missing is none of them")
            .assuming(Assumption::DistinctCount),
    );
}

/// The values of a row with the greatest time: `latest` is by `_time`.
fn of_row(search: &Search<'_, '_>, name: &str, arguments: &[Expr], names: &[String]) -> Option<Vec<(String, String)>> {
    let (by, values) = arguments.split_first()?;
    if by.ty != ScalarType::Datetime || names.len() != arguments.len() || !search.names.contains("_time") {
        return None;
    }
    let (extreme, row) = if name.ends_with("max") { ("max", "latest") } else { ("min", "earliest") };
    let mut made = vec![(format!("{extreme}({})", of_field(&search.value(by)?)), names[0].clone())];
    for (value, name) in values.iter().zip(&names[1..]) {
        made.push((format!("{row}({})", of_field(&search.value(value)?)), name.clone()));
    }
    Some(made)
}

/// A field or, as `stats` wants it, `eval(…)` of an expression.
fn of_field(value: &str) -> String {
    let is_name = value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_quoted = value.starts_with('\'') && value.ends_with('\'');
    if is_name {
        field_name(value)
    } else if is_quoted {
        quoted_name(value.trim_matches('\''))
    } else {
        format!("eval({value})")
    }
}
