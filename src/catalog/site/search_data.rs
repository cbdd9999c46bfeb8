//! What the search looks through, as a script: a page opened from a file may load scripts, but fetch nothing.

use serde_json::{Value, json};

use super::{PageId, Site};
use crate::schema::Technique;

/// Assigns one array to a global name. Each entry: kind, title, address, what else it can be found by.
pub(super) fn script(site: &Site<'_>) -> String {
    let mut entries: Vec<Value> = Vec::new();
    for (number, rule) in site.catalog.index.rules.iter().enumerate() {
        let mut words: Vec<&str> = vec![&rule.path];
        words.extend(rule.id.as_deref());
        words.extend(rule.indicators.iter().map(|key| key.value.as_str()));
        words.extend(rule.tables.iter().map(String::as_str));
        words.extend(rule.techniques.iter().map(String::as_str));
        words.extend(rule.columns.iter().map(|column| column.column.as_str()));
        words.sort_unstable();
        words.dedup();
        entries.push(json!(["rule", rule.title, site.path(PageId::Rule(number)), words.join("\n")]));
    }
    let mut add = |kind: &str, title: &str, page: PageId, more: &str| {
        entries.push(json!([kind, title, site.path(page), more]));
    };
    for (number, name) in site.addresses.tables.iter().enumerate() {
        add("table", name, PageId::Table(number), "");
    }
    for (number, name) in site.addresses.columns.iter().enumerate() {
        add("column", &format!("{}.{}", name.table, name.column), PageId::Column(number), "");
    }
    for (number, id) in site.addresses.techniques.iter().enumerate() {
        let name = Technique::find(id).map_or("", |technique| technique.name);
        add("technique", &format!("{id} {name}"), PageId::Technique(number), "");
    }
    for (number, key) in site.addresses.indicators.iter().enumerate() {
        let more = format!("{} · {}", key.subject, key.class);
        add("indicator", &crate::explain::visible(&key.value), PageId::Indicator(number), &more);
    }
    // A line separator of Unicode ends a line of older scripts.
    let data = Value::Array(entries).to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("window.kqliftSearchData = {data};\n")
}
