//! Exports of `getschema` to overlay files.
//!
//! CSV and TSV need a line of headings, JSON is an array of objects or the answer of a query API
//! (`{"tables":[{"columns":…,"rows":…}]}`). Headings are `ColumnName` and `ColumnType` or `DataType`, and `TableName`
//! where one export describes several tables.

use serde_json::Value;

use super::ScalarType;

/// Tables and their columns, as `name:type`, in the order of the export.
pub type ImportedTables = Vec<(String, Vec<String>)>;

/// Reads an export. `table` is the name of the table where the export has none.
///
/// # Errors
/// Says what is missing or of no known type.
pub fn import_schema(text: &str, table: &str) -> Result<ImportedTables, String> {
    let text = text.trim_start_matches('\u{feff}');
    let rows = if text.trim_start().starts_with(['[', '{']) { rows_of_json(text)? } else { rows_of_text(text)? };
    let (header, rows) = rows.split_first().ok_or("the export is empty")?;
    let position =
        |names: &[&str]| header.iter().position(|cell| names.iter().any(|name| cell.eq_ignore_ascii_case(name)));
    let name_at = position(&["ColumnName"]).ok_or("there is no heading ColumnName")?;
    let type_at =
        position(&["ColumnType"]).or_else(|| position(&["DataType"])).ok_or("there is no heading ColumnType")?;
    let table_at = position(&["TableName"]);
    let mut tables: ImportedTables = Vec::new();
    for row in rows {
        let cell = |at: usize| row.get(at).map_or("", |cell| cell.trim());
        let (name, ty) = (cell(name_at), cell(type_at));
        if name.is_empty() {
            continue;
        }
        let ty = kusto_type(ty).ok_or_else(|| format!("column {name}: `{ty}` is no type of KQL"))?;
        let table = table_at.map_or(table, cell);
        let position = tables.iter().position(|(known, _)| known == table).unwrap_or_else(|| {
            tables.push((table.to_owned(), Vec::new()));
            tables.len() - 1
        });
        if let Some((_, columns)) = tables.get_mut(position) {
            columns.push(if ty == ScalarType::String { name.to_owned() } else { format!("{name}:{}", ty.as_str()) });
        }
    }
    Ok(tables)
}

/// The type of KQL's name or of .NET's, which `DataType` has.
fn kusto_type(name: &str) -> Option<ScalarType> {
    ScalarType::parse(name).or_else(|| {
        Some(match name {
            "System.SByte" | "System.Boolean" => ScalarType::Bool,
            "System.DateTime" => ScalarType::Datetime,
            "System.Data.SqlTypes.SqlDecimal" => ScalarType::Decimal,
            "System.Object" => ScalarType::Dynamic,
            "System.Guid" => ScalarType::Guid,
            "System.Int32" => ScalarType::Int,
            "System.Int64" => ScalarType::Long,
            "System.Double" => ScalarType::Real,
            "System.String" => ScalarType::String,
            "System.TimeSpan" => ScalarType::Timespan,
            _ => return None,
        })
    })
}

fn rows_of_json(text: &str) -> Result<Vec<Vec<String>>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cells = |row: &Value| row.as_array().map(|row| row.iter().map(cell_of).collect::<Vec<_>>());
    if let Some(table) = value.get("tables").or_else(|| value.get("Tables")).and_then(|tables| tables.get(0)) {
        let part = |lower: &str, upper: &str| table.get(lower).or_else(|| table.get(upper)).and_then(Value::as_array);
        let columns = part("columns", "Columns").ok_or("the table has no columns")?;
        let name = |column: &Value| {
            ["name", "ColumnName"].iter().find_map(|key| column.get(key)).map(cell_of).unwrap_or_default()
        };
        let mut rows = vec![columns.iter().map(name).collect()];
        rows.extend(part("rows", "Rows").ok_or("the table has no rows")?.iter().filter_map(cells));
        return Ok(rows);
    }
    let objects = value.as_array().ok_or("the export is neither an array nor the answer of a query")?;
    let header = ["TableName", "ColumnName", "ColumnType", "DataType"];
    let present: Vec<&str> =
        header.into_iter().filter(|name| objects.iter().any(|object| object.get(name).is_some())).collect();
    let mut rows = vec![present.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    for object in objects {
        rows.push(present.iter().map(|name| object.get(name).map(cell_of).unwrap_or_default()).collect());
    }
    Ok(rows)
}

fn cell_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn rows_of_text(text: &str) -> Result<Vec<Vec<String>>, String> {
    let first = text.lines().next().unwrap_or("");
    let separator = if first.contains('\t') { '\t' } else { ',' };
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => cell.push(letter),
            '\r' => {}
            '\n' => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ if letter == separator => row.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    if is_quoted {
        return Err("a quoted cell does not end".to_owned());
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows.retain(|row| row.iter().any(|cell| !cell.trim().is_empty()));
    Ok(rows)
}
