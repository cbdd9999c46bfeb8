//! What users say about their own workspace, in TOML files: custom tables, watchlists, saved functions, external
//! tables.
//!
//! ```toml
//! [tables.Gateway_CL]
//! columns = ["TimeGenerated:datetime", "User_s", "Bytes_d:real"]
//!
//! [tables.SecurityEvent]        # columns of your own in a table that kqlift knows
//! extends = true
//! columns = ["Site_CF"]
//!
//! [watchlists.VipUsers]
//! columns = ["UserPrincipalName", "Department"]
//!
//! [functions.SignInsOf]
//! parameters = "user:string, back:timespan = 1d"
//! query = "SigninLogs | where UserPrincipalName =~ user | where TimeGenerated > ago(back)"
//!
//! [external_tables.Assets]
//! columns = ["Host", "Owner"]
//! ```
//!
//! A column is `name:type`; `string` may be left out. Later files win over earlier ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::ScalarType;

/// What one or several files say.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overlay {
    /// Tables by name.
    pub tables: BTreeMap<String, OverlayTable>,
    /// Watchlists by alias.
    pub watchlists: BTreeMap<String, OverlayColumns>,
    /// Saved functions by name.
    pub functions: BTreeMap<String, OverlayFunction>,
    /// External tables by name.
    pub external_tables: BTreeMap<String, OverlayColumns>,
}

/// A table of the user's.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverlayTable {
    /// Whether the columns come in addition to those that the built-in table of that name has.
    #[serde(default)]
    pub extends: bool,
    /// Its columns, as `name:type`.
    pub columns: Vec<String>,
}

/// Columns of the user's.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverlayColumns {
    /// The columns, as `name:type`.
    pub columns: Vec<String>,
}

/// A saved function.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverlayFunction {
    /// Its parameters as KQL declares them.
    #[serde(default)]
    pub parameters: String,
    /// Its text. Without one, `columns` say what it gives.
    #[serde(default)]
    pub query: Option<String>,
    /// The columns that it gives, as `name:type`; found out from the text where there is one.
    #[serde(default)]
    pub columns: Option<Vec<String>>,
}

impl Overlay {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Says what is wrong, in one or more lines.
    pub fn parse(text: &str) -> Result<Self, String> {
        let overlay: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let tables = overlay.tables.iter().map(|(name, table)| (name, &table.columns));
        let watchlists = overlay.watchlists.iter().map(|(name, list)| (name, &list.columns));
        let external = overlay.external_tables.iter().map(|(name, table)| (name, &table.columns));
        let functions =
            overlay.functions.iter().filter_map(|(name, function)| Some((name, function.columns.as_ref()?)));
        for (name, columns) in tables.chain(watchlists).chain(external).chain(functions) {
            for column in columns {
                check_column(column).map_err(|problem| format!("{name}: {problem}"))?;
            }
        }
        Ok(overlay)
    }

    /// Adds what another file says, which wins.
    pub fn add(&mut self, other: Self) {
        self.tables.extend(other.tables);
        self.watchlists.extend(other.watchlists);
        self.functions.extend(other.functions);
        self.external_tables.extend(other.external_tables);
    }

    /// The text of a file with these tables, whose columns are `name:type`.
    pub fn write_tables(tables: &[(String, Vec<String>)]) -> String {
        let mut text = String::new();
        for (name, columns) in tables {
            if !text.is_empty() {
                text.push('\n');
            }
            let _ = write!(text, "[tables.{}]\ncolumns = [\n", key(name));
            for column in columns {
                let _ = writeln!(text, "  {},", quoted(column));
            }
            text += "]\n";
        }
        text
    }
}

fn check_column(column: &str) -> Result<(), String> {
    let (name, ty) = column.split_once(':').unwrap_or((column, "string"));
    if name.is_empty() || name.contains([',', '\t', '\n']) {
        return Err(format!("`{column}` names no column"));
    }
    match ScalarType::parse(ty) {
        Some(_) => Ok(()),
        None => Err(format!("`{ty}` is no type of KQL, in `{column}`")),
    }
}

/// A TOML key: bare where that is allowed.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// JSON's escapes are TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
