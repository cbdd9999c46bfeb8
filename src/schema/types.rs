//! KQL's scalar types.

/// A scalar type. `Unknown` is a type that could not be inferred: findings that depend on it stay silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize)]
#[expect(missing_docs, reason = "`as_str` is KQL's own name for each")]
pub enum ScalarType {
    Bool,
    Datetime,
    Decimal,
    Dynamic,
    Guid,
    Int,
    Long,
    Real,
    String,
    Timespan,
    #[default]
    Unknown,
}

impl ScalarType {
    /// Reads every name that Kusto accepts, such as `int64`, `date` and `boolean`.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => Self::Bool,
            "datetime" | "date" => Self::Datetime,
            "decimal" => Self::Decimal,
            "dynamic" => Self::Dynamic,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "int" | "int32" => Self::Int,
            "long" | "int64" => Self::Long,
            "real" | "double" => Self::Real,
            "string" => Self::String,
            "timespan" | "time" => Self::Timespan,
            _ => return None,
        })
    }

    /// KQL's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Datetime => "datetime",
            Self::Decimal => "decimal",
            Self::Dynamic => "dynamic",
            Self::Guid => "guid",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::String => "string",
            Self::Timespan => "timespan",
            Self::Unknown => "unknown",
        }
    }
}
