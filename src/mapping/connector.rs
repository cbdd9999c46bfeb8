//! Which data connector fills a table of a workspace.

use crate::schema::SortedText;

static CONNECTORS: SortedText = SortedText::new(include_str!("../../mappings/connectors.tsv"));

/// The id of the connector that fills the table, as rule files name it.
pub fn connector_of(table: &str) -> Option<&'static str> {
    CONNECTORS.entry(table).map(|(_, connector)| connector)
}

#[cfg(test)]
mod tests {
    use super::{CONNECTORS, connector_of};

    #[test]
    fn connectors_are_of_known_tables() {
        assert_eq!(connector_of("SigninLogs"), Some("AzureActiveDirectory"));
        assert_eq!(connector_of("Signin"), None);
        let schema = crate::schema::Schema::builtin();
        let is_unknown = |table: &&str| schema.table(table).is_none() && !table.ends_with("_CL");
        let unknown: Vec<&str> = CONNECTORS.all().map(|(table, _)| table).filter(is_unknown).collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }
}
