//! The condition that makes the rows of a table one log source: `EventID == 4688`.

use crate::schema::Value;

/// A conjunction of tests; empty for a table that is one log source as a whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowFilter {
    /// All of these hold.
    pub tests: Vec<RowTest>,
}

/// A column has one of some values.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTest {
    /// The column.
    pub column: String,
    /// The values: text or integers.
    pub values: Vec<Value>,
}

impl RowFilter {
    /// Reads `a == "x" and b in (1, 2)`; `None` for anything else, which can then never be recognised in a rule.
    pub fn parse(text: &str) -> Option<Self> {
        let tests = text.split(" and ").map(|part| RowTest::parse(part.trim())).collect::<Option<_>>()?;
        Some(Self { tests })
    }
}

impl RowTest {
    fn parse(text: &str) -> Option<Self> {
        let name_end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let (column, rest) = text.split_at(name_end);
        let rest = rest.trim_start();
        let values = if let Some(value) = rest.strip_prefix("==") {
            vec![constant(value.trim())?]
        } else {
            let list = rest.strip_prefix("in")?.trim().strip_prefix('(')?.strip_suffix(')')?;
            list.split(',').map(|item| constant(item.trim())).collect::<Option<_>>()?
        };
        if column.is_empty() { None } else { Some(Self { column: column.to_owned(), values }) }
    }
}

fn constant(text: &str) -> Option<Value> {
    if let Some(quoted) = text.strip_prefix('"') {
        let inner = quoted.strip_suffix('"')?;
        return if inner.contains(['"', '\\', '<']) { None } else { Some(Value::String(inner.to_owned())) };
    }
    text.parse().ok().map(Value::Integer)
}

#[cfg(test)]
mod tests {
    use super::RowFilter;
    use crate::schema::Value;

    #[test]
    fn conjunctions_of_equalities_and_lists_are_read() {
        let filter = RowFilter::parse(r#"Source == "Microsoft-Windows-Sysmon" and EventID in (23, 26)"#);
        let tests = filter.map(|filter| filter.tests).unwrap_or_default();
        assert_eq!(tests.len(), 2);
        assert_eq!(tests[0].values, [Value::String("Microsoft-Windows-Sysmon".to_owned())]);
        assert_eq!(tests[1].column, "EventID");
        assert_eq!(tests[1].values, [Value::Integer(23), Value::Integer(26)]);
    }

    #[test]
    fn prose_and_other_operators_are_not() {
        for text in [
            r#"ActionType startswith "Antivirus""#,
            r#"A == 1 or B == "x""#,
            "DeviceVendor of the proxy",
            r#"EventLog == "<channel>""#,
        ] {
            assert_eq!(RowFilter::parse(text), None, "{text}");
        }
    }
}
