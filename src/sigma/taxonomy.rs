//! Sigma's own names: log sources with the fields of their events, and the events of Sysmon.

use super::outline::{SourceOutline, Word};
use crate::schema::SortedText;

static SOURCES: SortedText = SortedText::new(include_str!("../../schemas/sigma_fields.tsv"));
static EVENTS: SortedText = SortedText::new(include_str!("../../schemas/sigma_events.tsv"));

/// The fields of the events of a log source; nothing if it is not known, an empty list if any field may occur.
pub(super) fn fields(source: &SourceOutline<'_>) -> Option<Vec<&'static str>> {
    let part = |word: &Option<Word<'_>>| word.map_or("", |word| word.text).to_owned();
    fields_of(&SourceNames {
        product: part(&source.product),
        category: part(&source.category),
        service: part(&source.service),
    })
}

/// A log source by its names; a name that it lacks is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceNames {
    /// `product`
    pub product: String,
    /// `category`
    pub category: String,
    /// `service`
    pub service: String,
}

/// The fields of the events of a log source; nothing if it is not known, an empty list if any field may occur.
pub fn fields_of(source: &SourceNames) -> Option<Vec<&'static str>> {
    let part = |name: &'_ str| if name.is_empty() { "-".to_owned() } else { name.to_owned() };
    let key = [&source.product, &source.category, &source.service].map(|name| part(name)).join(" ");
    let (_, fields) = SOURCES.entry(&key)?;
    Some(fields.split(',').filter(|field| !field.is_empty()).collect())
}

/// Known log sources of a product, or all of them: category and service, one of which is empty.
pub fn sources(product: Option<&str>) -> Vec<(&'static str, &'static str)> {
    let wanted = product.unwrap_or("-");
    let entries = SOURCES.starting_with(&format!("{wanted} ")).map(|(key, _)| key);
    entries.filter_map(|key| key.strip_prefix(wanted)?.trim_start().split_once(' ')).collect()
}

/// Whether any log source is of the product.
pub fn is_product(product: &str) -> bool {
    SOURCES.starting_with(&format!("{product} ")).next().is_some()
}

/// Every product.
pub fn products() -> Vec<&'static str> {
    let mut products: Vec<&str> =
        SOURCES.all().filter_map(|(key, _)| key.split(' ').next()).filter(|product| *product != "-").collect();
    products.dedup();
    products
}

/// The category of the events that a Windows service records under a number.
pub fn category_of_event(service: &str, event: &str) -> Option<&'static str> {
    EVENTS.entry(&format!("{service} {event}")).map(|(_, category)| category)
}

/// Whether events of a Windows category are known by their number alone.
pub fn is_category_of_events(category: &str) -> bool {
    EVENTS.all().any(|(_, known)| known == category)
}
