//! A JSON Schema validator for the keywords that the schemas of the tests use, and for no other: a keyword that it does
//! not know is a panic, so that nothing is passed over in silence. The crates that do this bring forty others with them.

use serde_json::Value;

/// Keywords that say something to people only.
const PROSE: &[&str] = &["$schema", "$id", "title", "description", "default", "definitions", "examples"];

/// Everything that is wrong with a value, each with the path of its place.
pub(crate) fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut validator = Validator { root: schema, problems: Vec::new() };
    validator.check(schema, value, "$");
    validator.problems
}

struct Validator<'s> {
    root: &'s Value,
    problems: Vec<String>,
}

impl<'s> Validator<'s> {
    fn check(&mut self, schema: &'s Value, value: &Value, path: &str) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return self.say(path, "nothing is allowed here"),
            schema => schema.as_object().expect("a schema is an object or a boolean"),
        };
        for (keyword, argument) in keywords {
            self.check_keyword(keyword, argument, schema, value, path);
        }
    }

    fn check_keyword(&mut self, keyword: &str, argument: &'s Value, schema: &'s Value, value: &Value, path: &str) {
        match keyword {
            "$ref" => {
                let pointer = argument.as_str().and_then(|target| target.strip_prefix('#')).expect("a place in here");
                self.check(self.root.pointer(pointer).expect("it is there"), value, path);
            }
            "type" => self.claim(is_of_type(argument, value), path, || format!("{value} is no {argument}")),
            "enum" => {
                let is_one = argument.as_array().is_some_and(|values| values.contains(value));
                self.claim(is_one, path, || format!("{value} is none of {argument}"));
            }
            "anyOf" | "oneOf" => {
                let choices = argument.as_array().expect("a list of schemas");
                let fits = choices.iter().filter(|choice| self.fits(choice, value)).count();
                let is_right = if keyword == "oneOf" { fits == 1 } else { fits > 0 };
                self.claim(is_right, path, || format!("{value} fits {fits} of {keyword}"));
            }
            "properties" | "required" | "additionalProperties" | "propertyNames" => {
                self.check_object(keyword, argument, schema, value, path);
            }
            "items" | "minItems" | "uniqueItems" => self.check_list(keyword, argument, value, path),
            "minimum" | "maximum" => {
                let order = value.as_f64().zip(argument.as_f64()).and_then(|(value, limit)| value.partial_cmp(&limit));
                let wrong = if keyword == "minimum" { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater };
                self.claim(order != Some(wrong), path, || format!("{value} is beyond the {keyword} {argument}"));
            }
            "pattern" => {
                let pattern = regex::Regex::new(argument.as_str().expect("a text")).expect("a regex");
                let is_match = value.as_str().is_none_or(|text| pattern.is_match(text));
                self.claim(is_match, path, || format!("{value} does not match {argument}"));
            }
            "format" => {
                let is_right = value.as_str().is_none_or(|text| is_of_format(argument.as_str(), text));
                self.claim(is_right, path, || format!("{value} is no {argument}"));
            }
            prose => assert!(PROSE.contains(&prose), "the keyword {prose} is not known"),
        }
    }

    fn check_object(&mut self, keyword: &str, argument: &'s Value, schema: &'s Value, value: &Value, path: &str) {
        let Some(object) = value.as_object() else { return };
        let declared = |name: &str| schema["properties"].get(name);
        match keyword {
            "required" => {
                for name in argument.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    self.claim(object.contains_key(name), path, || format!("`{name}` is missing"));
                }
            }
            "properties" => {
                for (name, value) in object {
                    if let Some(schema) = argument.get(name) {
                        self.check(schema, value, &format!("{path}.{name}"));
                    }
                }
            }
            "additionalProperties" => {
                for (name, value) in object.iter().filter(|(name, _)| declared(name).is_none()) {
                    self.check(argument, value, &format!("{path}.{name}"));
                }
            }
            _ => {
                for name in object.keys() {
                    self.check(argument, &Value::from(name.as_str()), &format!("{path}.{name}"));
                }
            }
        }
    }

    fn check_list(&mut self, keyword: &str, argument: &'s Value, value: &Value, path: &str) {
        let Some(items) = value.as_array() else { return };
        match keyword {
            "items" => {
                for (index, item) in items.iter().enumerate() {
                    self.check(argument, item, &format!("{path}[{index}]"));
                }
            }
            "minItems" => {
                let is_enough = argument.as_u64().is_none_or(|least| items.len() as u64 >= least);
                self.claim(is_enough, path, || format!("fewer than {argument} items"));
            }
            _ => {
                let is_unique = items.iter().enumerate().all(|(index, item)| !items[..index].contains(item));
                self.claim(is_unique || argument == &Value::Bool(false), path, || "an item stands twice".to_owned());
            }
        }
    }

    fn fits(&self, schema: &'s Value, value: &Value) -> bool {
        let mut validator = Validator { root: self.root, problems: Vec::new() };
        validator.check(schema, value, "");
        validator.problems.is_empty()
    }

    fn claim(&mut self, holds: bool, path: &str, message: impl Fn() -> String) {
        if !holds {
            self.say(path, &message());
        }
    }

    fn say(&mut self, path: &str, message: &str) {
        self.problems.push(format!("{path}: {message}"));
    }
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    let is_one = |name: &Value| match name.as_str().expect("the name of a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not known"),
    };
    wanted.as_array().map_or_else(|| is_one(wanted), |names| names.iter().any(is_one))
}

fn is_of_format(format: Option<&str>, text: &str) -> bool {
    let is_reference = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte));
    match format {
        Some("uri") => is_reference && text.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty()),
        Some("uri-reference") => is_reference,
        Some("date") => kqlift::config::Date::parse(text).is_some(),
        Some("date-time") => text.get(..10).and_then(kqlift::config::Date::parse).is_some(),
        other => panic!("the format {other:?} is not known"),
    }
}
