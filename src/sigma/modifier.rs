//! Modifiers of fields.

/// A modifier, as it stands behind a field: `CommandLine|contains|all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "`as_str` is Sigma's name for each")]
pub enum Modifier {
    All,
    Base64,
    Base64Offset,
    Cased,
    Cidr,
    Contains,
    Day,
    DotAll,
    EndsWith,
    Exists,
    Expand,
    FieldRef,
    Greater,
    GreaterOrEqual,
    Hour,
    IgnoreCase,
    Less,
    LessOrEqual,
    Minute,
    Month,
    MultiLine,
    NotEqual,
    Regex,
    StartsWith,
    Utf16,
    Utf16Be,
    Utf16Le,
    Week,
    Wide,
    WindowsDash,
    Year,
}

impl Modifier {
    /// Every modifier, by name.
    pub const ALL: [Self; 31] = [
        Self::All,
        Self::Base64,
        Self::Base64Offset,
        Self::Cased,
        Self::Cidr,
        Self::Contains,
        Self::Day,
        Self::DotAll,
        Self::EndsWith,
        Self::Exists,
        Self::Expand,
        Self::FieldRef,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Hour,
        Self::IgnoreCase,
        Self::Less,
        Self::LessOrEqual,
        Self::Minute,
        Self::Month,
        Self::MultiLine,
        Self::NotEqual,
        Self::Regex,
        Self::StartsWith,
        Self::Utf16,
        Self::Utf16Be,
        Self::Utf16Le,
        Self::Week,
        Self::Wide,
        Self::WindowsDash,
        Self::Year,
    ];

    /// Reads Sigma's name, in any letter case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|modifier| modifier.as_str().eq_ignore_ascii_case(name))
    }

    /// Sigma's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Base64 => "base64",
            Self::Base64Offset => "base64offset",
            Self::Cased => "cased",
            Self::Cidr => "cidr",
            Self::Contains => "contains",
            Self::Day => "day",
            Self::DotAll => "s",
            Self::EndsWith => "endswith",
            Self::Exists => "exists",
            Self::Expand => "expand",
            Self::FieldRef => "fieldref",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
            Self::Hour => "hour",
            Self::IgnoreCase => "i",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
            Self::Minute => "minute",
            Self::Month => "month",
            Self::MultiLine => "m",
            Self::NotEqual => "neq",
            Self::Regex => "re",
            Self::StartsWith => "startswith",
            Self::Utf16 => "utf16",
            Self::Utf16Be => "utf16be",
            Self::Utf16Le => "utf16le",
            Self::Week => "week",
            Self::Wide => "wide",
            Self::WindowsDash => "windash",
            Self::Year => "year",
        }
    }

    /// Whether backslashes and stars of the value are itself, not escapes and wildcards.
    pub fn takes_raw_text(self) -> bool {
        matches!(self, Self::Regex | Self::Cidr | Self::FieldRef)
    }
}
