//! The words of the command line for enums of the library, so that only this folder knows of clap.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::config::FailOn;
use crate::emit::{Form, LossClass, Mode, SplunkStyle, Target, Unmapped};
use crate::explain::Section;
use crate::fix::UnsafeFixes;
use crate::lint::Confidence;
use crate::report::Format;
use crate::rule::RuleKind;

/// Implements [`ValueEnum`] for an enum of the library.
macro_rules! value_enum {
    ($enum:ty: $($variant:ident = $name:literal $help:literal),+ $(; not $hidden:ident)? $(,)?) => {
        impl ValueEnum for $enum {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant),+]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(match self {
                    $(Self::$variant => PossibleValue::new($name).help($help),)+
                    $(Self::$hidden => return None,)?
                })
            }
        }
    };
}

value_enum!(Section:
    Stages = "stages" "The steps of the query",
    Predicates = "predicates" "The conditions in words",
    Joins = "joins" "What each join keeps",
    Indicators = "indicators" "The constants that rows are compared with",
    Exclusions = "exclusions" "What false positives can be tuned out with",
    Output = "output" "What the query returns",
    Entities = "entities" "Entities and alert details",
    Conversions = "conversions" "What the rule converts to",
    Findings = "findings" "Findings of the linter",
    Notes = "notes" "What could not be understood",
);
value_enum!(Format:
    Full = "full" "Each finding with its lines drawn",
    Concise = "concise" "One line a finding",
    Json = "json" "One JSON object",
    Jsonl = "jsonl" "One JSON object a finding, a line each",
    Sarif = "sarif" "SARIF 2.1.0, for code scanning",
    Github = "github" "Annotations of GitHub Actions",
    Gitlab = "gitlab" "Code Quality report of GitLab",
    Azure = "azure" "Issues of Azure Pipelines",
    Junit = "junit" "JUnit XML",
    Rdjson = "rdjson" "Reviewdog's diagnostic format",
);
value_enum!(FailOn:
    Error = "error" "Errors only",
    Warning = "warning" "Errors and warnings",
    Info = "info" "Anything",
    Never = "never" "Nothing",
);
value_enum!(Confidence:
    Low = "low" "Any, hints to look included",
    Medium = "medium" "Likely, from what columns usually hold",
    High = "high" "Certain, from language, schema and metadata",
);
value_enum!(UnsafeFixes:
    Widen = "widen" "A rule may match more, never less",
    Narrow = "narrow" "A rule may match less, never more",
    Any = "any" "All",
);
value_enum!(RuleKind:
    Scheduled = "scheduled" "Sentinel analytic rule on a schedule",
    Nrt = "nrt" "Sentinel near-real-time rule",
    Hunting = "hunting" "Hunting query",
    CustomDetection = "custom-detection" "Defender XDR custom detection",
    Function = "function" "Saved function or ASIM parser",
    Snippet = "snippet" "A query with nothing around it"; not Sigma,
);
value_enum!(Target:
    Sigma = "sigma" "Sigma rule",
    Spl = "spl" "Splunk search",
    Asim = "asim" "KQL over ASIM's normalised functions",
    Xdr = "xdr" "KQL over Defender's tables",
    Sentinel = "sentinel" "KQL over a workspace's tables",
);
value_enum!(Mode:
    Idiomatic = "idiomatic" "What rule authors write",
    Exact = "exact" "Regular expressions where only they are equal",
);
value_enum!(SplunkStyle:
    Raw = "raw" "Events, with the fields of the add-ons",
    Cim = "cim" "Accelerated data models",
);
value_enum!(Form:
    Query = "query" "Nothing: the query alone",
    Rule = "rule" "The rule file of a KQL platform",
    SavedSearch = "savedsearch" "A stanza of savedsearches.conf",
    ContentControl = "contentctl" "A detection of Splunk's content repository",
);
value_enum!(Unmapped:
    Widen = "widen" "Leave the test out where that can only add matches, else take the own table or refuse",
    Error = "error" "Refuse the rule",
    Keep = "keep" "Keep the column under its own name",
    Drop = "drop" "Leave the test out",
);
value_enum!(LossClass:
    Exact = "exact" "The same set for every input",
    Assumption = "assumption" "The same set if a named assumption holds",
    Over = "over" "May add matches",
    Under = "under" "May lose matches",
    Changed = "changed" "May add and lose matches",
    NotExpressible = "not-expressible" "Can't be written",
    Informational = "informational" "The same set; something else differs",
);
