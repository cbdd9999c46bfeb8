//! The JSON Schema of the configuration file, for completion and checks in editors.

use serde_json::{Map, Value, json};

use super::keys::{Key, ROOT, Shape};

/// Where the schema of the current version is found.
const ID: &str = "https://raw.githubusercontent.com/kqlift/kqlift/main/schemas/kqlift.schema.json";

/// The schema, draft 7: that is what the editors' TOML plugins read.
pub fn json_schema() -> String {
    let mut schema = table(ROOT);
    if let Value::Object(schema) = &mut schema {
        schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        schema.insert("$id".to_owned(), json!(ID));
        schema.insert("title".to_owned(), json!("kqlift.toml"));
        schema.insert("description".to_owned(), json!("Settings of kqlift for the rules below a folder."));
    }
    // Strings and lists only: serialising them can't fail.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn table(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let mut value = shape(&key.shape);
        if let Value::Object(value) = &mut value {
            value.insert("description".to_owned(), json!(key.about));
        }
        properties.insert(key.name.to_owned(), value);
    }
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if let (Value::Object(table), false) = (&mut table, required.is_empty()) {
        table.insert("required".to_owned(), json!(required));
    }
    table
}

fn shape(of: &Shape) -> Value {
    match of {
        Shape::Text | Shape::Path => json!({ "type": "string" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Date => json!({ "type": "string", "format": "date" }),
        Shape::Glob => json!({ "type": "string", "examples": ["Hunting/**", "*.kql"] }),
        // The lint rules themselves are not listed, so that an older schema does not refuse a newer rule.
        Shape::Selector => json!({
            "type": "string",
            "pattern": "^([A-Za-z]{1,4}[0-9]{0,3}|[a-z0-9]+(-[a-z0-9]+)+)$",
            "examples": ["ALL", "CSE", "CSE001", "case-sensitive-filename"],
        }),
        Shape::Choice(words) => json!({ "type": "string", "enum": words() }),
        Shape::List(items) => json!({ "type": "array", "items": shape(items) }),
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Shape::Map(keys, values) => {
            let mut map = json!({ "type": "object", "additionalProperties": shape(values) });
            if let (Value::Object(map), Value::Object(mut names)) = (&mut map, shape(keys)) {
                names.remove("type");
                names.remove("examples");
                if !names.is_empty() {
                    map.insert("propertyNames".to_owned(), Value::Object(names));
                }
            }
            map
        }
    }
}
