//! Stable names of why a conversion differs or is refused.

/// Why something differs from the source, or cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A test of one element of an array became a test of any of them.
    AnyElement,
    /// A test of the one row that stands for a group became a test of each of its rows.
    KeptRow,
    /// A threshold is left out.
    AggregateDropped,
    /// A test of what an aggregation makes.
    AggregateUnsupported,
    /// A condition is always true and left out.
    AlwaysTrue,
    /// A condition can never be true.
    NeverTrue,
    /// A case-sensitive test became insensitive.
    CaseLost,
    /// A value is computed in a way that cannot be inlined.
    ComputedField,
    /// The column means the same only under an assumption that the mapping names.
    FieldAssumption,
    /// Two columns are compared with each other.
    FieldComparison,
    /// The target's taxonomy does not list the field.
    FieldUnofficial,
    /// The target has no column for it.
    FieldUnmapped,
    /// An argument of an ASIM function is not modelled.
    FunctionArgument,
    /// A term match became a substring match.
    HasLoosened,
    /// A term match became the end of a path.
    HasTightened,
    /// A term match became a regular expression.
    HasToRe,
    /// A test of an address became a list of networks.
    IpClass,
    /// A test of a registry key became one of the path of a value below it.
    KeyInPath,
    /// A join became a correlation.
    JoinToTemporal,
    /// A key of a join or group has no counterpart and is left out.
    JoinKeyDropped,
    /// A join is written as a statistic over both sides.
    JoinToStats,
    /// A join is written as a join of the target, with its limits.
    JoinLimits,
    /// The left side of a join keeps one row for each key.
    JoinInnerUnique,
    /// The rule's rows are one of several log sources.
    LogsourceAmbiguous,
    /// The rule does not say that it wants only the rows of the log source.
    LogsourceImplied,
    /// The target looks at fewer sources.
    LogsourceNarrowed,
    /// Another sensor reports the activity.
    LogsourceSensor,
    /// The target stores the table as it is.
    LogsourceNative,
    /// The target has no such log source.
    LogsourceUnmapped,
    /// The target looks at more sources.
    LogsourceWidened,
    /// The length of a window is a default because the rule gives none.
    WindowDefault,
    /// Fixed windows became sliding ones, or the other way round.
    WindowFixed,
    /// Nothing would be left of the condition.
    NoCondition,
    /// Missing and empty are not the same on the target.
    NullSemantics,
    /// An operator that is not modelled.
    OperatorUnsupported,
    /// Text that could not be understood.
    Opaque,
    /// Output columns have other names or forms.
    OutputRenamed,
    /// An output column has no counterpart.
    OutputDropped,
    /// A text is looked for in the whole event.
    Keyword,
    /// A value has to be filled in first.
    Placeholder,
    /// The source was not in canonical spelling.
    Respelled,
    /// The regular expression is outside what targets share.
    ReDialect,
    /// The order or the number of rows is not limited.
    RowsUnlimited,
    /// Something around the query has no counterpart.
    Envelope,
    /// A stage that changes no match is left out.
    StageDropped,
    /// A list comes from a query.
    Subquery,
    /// A calendar of another time zone.
    TimeZone,
    /// A fixed time was left out.
    TimeFixed,
    /// A relative time became the window of the rule.
    TimeWindow,
    /// The number of results that makes an alert is not kept.
    Trigger,
    /// The forms of the value differ and no rule rewrites the test.
    ValueForm,
    /// The loss is not allowed by the options.
    LossNotAllowed,
}

impl Reason {
    /// The name in reports; it never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AnyElement => "any-element",
            Self::KeptRow => "kept-row",
            Self::AggregateDropped => "aggregate-dropped",
            Self::AggregateUnsupported => "aggregate-unsupported",
            Self::AlwaysTrue => "always-true",
            Self::NeverTrue => "never-true",
            Self::CaseLost => "case-lost",
            Self::ComputedField => "computed-field",
            Self::FieldAssumption => "field-assumption",
            Self::FieldComparison => "field-comparison",
            Self::FieldUnofficial => "field-unofficial",
            Self::FieldUnmapped => "field-unmapped",
            Self::FunctionArgument => "function-argument",
            Self::HasLoosened => "has-loosened",
            Self::HasTightened => "has-tightened",
            Self::HasToRe => "has-to-re",
            Self::IpClass => "ip-class",
            Self::KeyInPath => "key-in-path",
            Self::JoinToTemporal => "join-to-temporal",
            Self::JoinKeyDropped => "join-key-dropped",
            Self::JoinToStats => "join-to-stats",
            Self::JoinLimits => "join-limits",
            Self::JoinInnerUnique => "join-innerunique",
            Self::LogsourceAmbiguous => "logsource-ambiguous",
            Self::LogsourceImplied => "logsource-implied",
            Self::LogsourceNarrowed => "logsource-narrowed",
            Self::LogsourceSensor => "logsource-sensor",
            Self::LogsourceNative => "logsource-native",
            Self::LogsourceUnmapped => "logsource-unmapped",
            Self::LogsourceWidened => "logsource-widened",
            Self::WindowDefault => "window-default",
            Self::WindowFixed => "window-fixed",
            Self::NoCondition => "no-condition",
            Self::NullSemantics => "null-semantics",
            Self::OperatorUnsupported => "operator-unsupported",
            Self::Opaque => "opaque",
            Self::OutputRenamed => "output-renamed",
            Self::OutputDropped => "output-dropped",
            Self::Keyword => "keyword",
            Self::Placeholder => "placeholder",
            Self::Respelled => "respelled",
            Self::ReDialect => "re-dialect",
            Self::RowsUnlimited => "rows-unlimited",
            Self::Envelope => "envelope",
            Self::StageDropped => "stage-dropped",
            Self::Subquery => "subquery",
            Self::TimeZone => "time-zone",
            Self::TimeFixed => "time-fixed",
            Self::TimeWindow => "time-window",
            Self::Trigger => "trigger",
            Self::ValueForm => "value-form",
            Self::LossNotAllowed => "loss-not-allowed",
        }
    }
}
