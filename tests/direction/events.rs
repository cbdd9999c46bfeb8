//! Made-up events around the literals of a query: the value itself, in other letter case, inside longer words, at the
//! borders of terms, empty, absent.

use std::collections::{BTreeMap, BTreeSet};

use kqlift::analyze::{Facts, analyze};
use kqlift::eval::{Events, Row};
use kqlift::parse::parse;
use kqlift::schema::{ColumnShape, FunctionResult, ScalarType, Schema, Value as Constant};
use kqlift::syntax::{DynamicKind, DynamicValue, Expr, ExprKind, Literal};
use serde_json::{Map, Value, json};

/// What `now()` is.
pub(crate) const NOW: &str = "2024-03-10T12:00:00Z";

/// Events for each table.
const EVENTS: usize = 48;

/// Numbers from a seed, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }

    fn pick<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        values.get(self.below(values.len()))
    }
}

/// Events of the tables that some queries read.
pub(crate) fn make(queries: &[&str], round: u64) -> Events {
    let schema = Schema::builtin();
    let mut texts: BTreeSet<String> = BTreeSet::new();
    let mut numbers: BTreeSet<i64> = BTreeSet::from([0, 1, 2]);
    let mut tables: BTreeSet<String> = BTreeSet::new();
    let mut columns: BTreeSet<String> = BTreeSet::new();
    let mut members: BTreeSet<String> = BTreeSet::new();
    for query in queries {
        let parsed = parse(query);
        let facts = analyze(&parsed.query, &schema);
        collect(&facts, &mut texts, &mut numbers);
        tables.extend(facts.tables.iter().map(|table| table.name.clone()));
        for expr in parsed.query.expressions() {
            literals(expr, &mut texts);
            match &expr.kind {
                ExprKind::Name(name) => {
                    columns.insert(name.text.clone().into_owned());
                }
                ExprKind::Path { member, .. } => {
                    if let ExprKind::Name(name) = &member.kind {
                        members.insert(name.text.clone().into_owned());
                    }
                }
                _ => {}
            }
        }
    }
    let mut values = Pool::new(&texts, &numbers, &members);
    let is_name = |name: &&String| tables.iter().any(|table| schema.shape(table, name) == Some(ColumnShape::Name));
    values.names_only = columns.iter().filter(is_name).cloned().collect();
    let mut events = Events::default();
    let mut random = Random(round.wrapping_mul(7919) + 17);
    for (number, table) in tables.iter().enumerate() {
        let typed = columns_of(&schema, table, &columns);
        let rows: Vec<Row> =
            (0..EVENTS).map(|index| event(&typed, &values, &mut random, number * EVENTS + index)).collect();
        let name = match schema.table_function(table).map(|function| function.result) {
            Some(FunctionResult::Asim(schema)) => schema.to_owned(),
            _ => table.clone(),
        };
        events.add_to_table(&name, rows);
    }
    events
}

/// The columns of a table that a query names, with keys for joins.
fn columns_of(schema: &Schema, table: &str, named: &BTreeSet<String>) -> BTreeMap<String, ScalarType> {
    let of_table =
        schema.table(table).map(|table| table.columns().map(|column| (column.name.to_owned(), column.ty)).collect());
    let of_function = || match schema.table_function(table).map(|function| function.result) {
        Some(FunctionResult::Asim(asim)) => {
            schema.asim_fields(asim).map(|field| (field.name.to_owned(), field.ty)).collect()
        }
        _ => Vec::new(),
    };
    let all: Vec<(String, ScalarType)> = of_table.unwrap_or_else(of_function);
    all.into_iter()
        .filter(|(name, _)| named.contains(name) || matches!(name.as_str(), "TimeGenerated" | "Timestamp"))
        .collect()
}

fn event(columns: &BTreeMap<String, ScalarType>, values: &Pool, random: &mut Random, id: usize) -> Row {
    let mut cells = Map::new();
    cells.insert("_id".to_owned(), json!(id));
    for (name, ty) in columns {
        // A value that is not there.
        if random.below(12) == 0 {
            continue;
        }
        let is_key = matches!(
            name.as_str(),
            "DeviceId" | "DeviceName" | "Computer" | "UserId" | "CorrelationId" | "AccountObjectId"
        );
        let value = match ty {
            // Names never hold a folder.
            ScalarType::String if values.names_only.contains(name) => {
                let names: Vec<&Value> = values.texts.iter().filter(|text| !text.to_string().contains('\\')).collect();
                random.pick(&names).map(|text| (*text).clone())
            }
            ScalarType::String if is_key && random.below(3) > 0 => random.pick(&values.keys).cloned(),
            ScalarType::String | ScalarType::Guid | ScalarType::Unknown => random.pick(&values.texts).cloned(),
            ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal => {
                random.pick(&values.numbers).cloned()
            }
            ScalarType::Bool => random.pick(&[json!(true), json!(false)]).cloned(),
            ScalarType::Datetime => random.pick(&values.times).cloned(),
            ScalarType::Timespan => Some(json!("00:05:00")),
            ScalarType::Dynamic => Some(values.object(random)),
        };
        if let Some(value) = value {
            cells.insert(name.clone(), value);
        }
    }
    Row::of_event(&cells)
}

fn collect(facts: &Facts, texts: &mut BTreeSet<String>, numbers: &mut BTreeSet<i64>) {
    for item in facts.predicates.iter().flat_map(|predicate| &predicate.values) {
        match &item.value {
            Constant::String(text) => {
                texts.insert(text.clone());
            }
            Constant::Integer(number) => numbers.extend([number - 1, *number, number + 1]),
            _ => {}
        }
    }
}

/// Every text of a query, those in lists of `dynamic` too.
fn literals(expr: &Expr<'_>, texts: &mut BTreeSet<String>) {
    match &expr.kind {
        ExprKind::Literal(Literal::String(literal)) => {
            texts.insert(literal.value.clone().into_owned());
        }
        ExprKind::Dynamic(value) => dynamic(value, texts),
        _ => {}
    }
}

fn dynamic(value: &DynamicValue<'_>, texts: &mut BTreeSet<String>) {
    match &value.kind {
        DynamicKind::Literal(Literal::String(literal)) => {
            texts.insert(literal.value.clone().into_owned());
        }
        DynamicKind::Array(items) => items.iter().for_each(|item| dynamic(item, texts)),
        DynamicKind::Null | DynamicKind::Literal(_) | DynamicKind::Bag(_) => {}
    }
}

/// Values to choose from.
struct Pool {
    texts: Vec<Value>,
    keys: Vec<Value>,
    numbers: Vec<Value>,
    times: Vec<Value>,
    members: Vec<String>,
    names_only: BTreeSet<String>,
}

impl Pool {
    fn new(texts: &BTreeSet<String>, numbers: &BTreeSet<i64>, members: &BTreeSet<String>) -> Self {
        let mut all: BTreeSet<String> = texts.iter().flat_map(|text| around(text)).collect();
        all.extend(
            [
                "",
                "x",
                "10.0.0.1",
                "172.217.16.142",
                "172.16.0.9",
                "::ffff:10.0.0.1",
                "fe80::1",
                "Public",
                "Private",
                "FourToSixMapping",
            ]
            .map(str::to_owned),
        );
        Self {
            texts: all.into_iter().map(Value::String).collect(),
            keys: ["a", "b", "c", "A", ""].map(|key| json!(key)).to_vec(),
            numbers: numbers.iter().map(|number| json!(number)).collect(),
            times: ["2024-03-10T11:59:00Z", "2024-03-10T11:10:00Z", "2024-03-09T13:00:00Z", "2024-03-01T00:00:00Z"]
                .map(|time| json!(time))
                .to_vec(),
            members: members.iter().cloned().collect(),
            names_only: BTreeSet::new(),
        }
    }

    fn object(&self, random: &mut Random) -> Value {
        let mut object = Map::new();
        for member in &self.members {
            if let Some(text) = random.pick(&self.texts) {
                object.insert(member.clone(), text.clone());
            }
        }
        Value::Object(object)
    }
}

/// A text, and what is like it but not quite.
fn around(text: &str) -> Vec<String> {
    let trimmed = text.trim();
    let mut capitalised = trimmed.to_lowercase();
    if let Some(first) = capitalised.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    // What a regular expression may look for.
    let plain =
        text.replace("(?i)", "").replace(r"\s+", " ").replace(['\\', '^', '$', '(', ')', '*', '+', '?', '[', ']'], "");
    let first_of_list = plain.split('|').next().unwrap_or_default().to_owned();
    vec![
        text.to_owned(),
        trimmed.to_owned(),
        text.to_lowercase(),
        text.to_uppercase(),
        capitalised,
        format!("x{trimmed}"),
        format!("{trimmed}x"),
        format!("my-{trimmed}"),
        format!("{trimmed}.mui"),
        format!("one {trimmed} two"),
        format!("one\"{trimmed}\"two"),
        format!(r"C:\Temp\{trimmed}"),
        format!(r"C:\Temp\evil{trimmed}"),
        format!(r"D{}", text.get(1..).unwrap_or_default()),
        trimmed.split_whitespace().rev().collect::<Vec<_>>().join("  "),
        trimmed.replace('*', "any"),
        trimmed.trim_matches('*').to_owned(),
        trimmed.trim_start_matches('\\').to_owned(),
        trimmed.replace(r"\\", r"\"),
        trimmed.replace('-', "/"),
        trimmed.replace('/', "-"),
        trimmed.replace('.', "_"),
        plain.clone(),
        format!("a {plain} b"),
        plain.replace('.', "a"),
        first_of_list.to_uppercase(),
        first_of_list,
    ]
}
