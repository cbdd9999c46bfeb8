//! What a lint rule declares about itself.

use super::Context;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rule::RuleKind;
use crate::span::Place;

/// A lint rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Letters of the category and a number, such as `CSE001`. Never reused.
    pub code: &'static str,
    /// What is flagged, in kebab case, such as `case-sensitive-filename`.
    pub name: &'static str,
    /// The family.
    pub category: Category,
    /// How much its findings matter unless the configuration says otherwise.
    pub severity: Severity,
    /// Whether it runs unless the configuration says otherwise. The others run only when they are selected.
    pub default_on: bool,
    /// The kinds of rule file that it looks at.
    pub kinds: &'static [RuleKind],
    /// What it cannot work without.
    pub needs: Needs,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// Whether its findings come with a fix.
    pub fixable: Fixable,
    /// Its Markdown page: what it flags, why, and examples that are run as tests.
    pub document: &'static str,
    /// Reports the findings.
    pub(super) check: fn(&mut Context<'_>),
}

impl Rule {
    /// Whether it reads Sigma rules and nothing else.
    pub fn reads_sigma(&self) -> bool {
        self.needs == Needs::SigmaRule
    }

    /// A finding of this rule that says no more than what is wrong where.
    pub(super) fn finding(&self, place: Place, message: String, label: &str) -> Diagnostic {
        Diagnostic {
            code: self.code,
            name: self.name,
            severity: self.severity,
            message,
            place,
            label: label.to_owned(),
            related: Vec::new(),
            help: None,
            notes: Vec::new(),
            fix: None,
        }
    }

    /// For rules that look at every kind of file.
    pub const EVERY_KIND: &'static [RuleKind] = &[
        RuleKind::Scheduled,
        RuleKind::Nrt,
        RuleKind::Hunting,
        RuleKind::CustomDetection,
        RuleKind::Function,
        RuleKind::Snippet,
    ];

    /// For rules that read Sigma.
    pub const SIGMA: &'static [RuleKind] = &[RuleKind::Sigma];

    /// For rules about what stands in files of every kind, Sigma included: comments.
    pub const EVERY_FILE: &'static [RuleKind] = &[
        RuleKind::Scheduled,
        RuleKind::Nrt,
        RuleKind::Hunting,
        RuleKind::CustomDetection,
        RuleKind::Function,
        RuleKind::Snippet,
        RuleKind::Sigma,
    ];

    /// For rules about metadata: the kinds that have some.
    pub const KINDS_WITH_METADATA: &'static [RuleKind] =
        &[RuleKind::Scheduled, RuleKind::Nrt, RuleKind::Hunting, RuleKind::CustomDetection, RuleKind::Function];

    /// For rules about what raises alerts unattended.
    pub const KINDS_THAT_ALERT: &'static [RuleKind] = &[RuleKind::Scheduled, RuleKind::Nrt, RuleKind::CustomDetection];
}

/// A family of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// `ASM`
    Asim,
    /// `ATK`
    Attack,
    /// `COR`
    Correctness,
    /// `CSE`
    Case,
    /// `ENT`
    Entity,
    /// `EVD`
    Evasion,
    /// `FIL`
    File,
    /// `FPX`
    Exclusion,
    /// `JON`
    Join,
    /// `MET`
    Metadata,
    /// `PRF`
    Performance,
    /// `PRT`
    Portability,
    /// `RGX`
    Regex,
    /// `SCD`
    Schedule,
    /// `SCH`
    Schema,
    /// `SGC`, `SGM`, `SGS`: conventions, meaning and structure of Sigma rules
    Sigma,
    /// `STY`
    Style,
    /// `SUP`
    Suppression,
    /// `SYN`
    Syntax,
    /// `TRM`
    Term,
    /// `XDR`
    Xdr,
    /// `XRL`
    Repository,
}

impl Category {
    /// The letters that its codes start with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Asim => "ASM",
            Self::Attack => "ATK",
            Self::Correctness => "COR",
            Self::Case => "CSE",
            Self::Entity => "ENT",
            Self::Evasion => "EVD",
            Self::File => "FIL",
            Self::Exclusion => "FPX",
            Self::Join => "JON",
            Self::Metadata => "MET",
            Self::Performance => "PRF",
            Self::Portability => "PRT",
            Self::Regex => "RGX",
            Self::Schedule => "SCD",
            Self::Schema => "SCH",
            Self::Sigma => "SG",
            Self::Style => "STY",
            Self::Suppression => "SUP",
            Self::Syntax => "SYN",
            Self::Term => "TRM",
            Self::Xdr => "XDR",
            Self::Repository => "XRL",
        }
    }

    /// What its rules are about, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Asim => "ASIM normalisation",
            Self::Attack => "MITRE ATT&CK",
            Self::Correctness => "Correctness and semantics",
            Self::Case => "Case sensitivity",
            Self::Entity => "Entity mapping",
            Self::Evasion => "Evasion",
            Self::File => "Files",
            Self::Exclusion => "False positives and exclusions",
            Self::Join => "Joins and aggregation",
            Self::Metadata => "Rule metadata",
            Self::Performance => "Performance and cost",
            Self::Portability => "Portability",
            Self::Regex => "Regular expressions",
            Self::Schedule => "Scheduling",
            Self::Schema => "Schema and types",
            Self::Sigma => "Sigma rules",
            Self::Style => "Style",
            Self::Suppression => "Suppressions",
            Self::Syntax => "Syntax",
            Self::Term => "Term matching",
            Self::Xdr => "Defender XDR custom detections",
            Self::Repository => "Across rules",
        }
    }
}

/// What a rule cannot work without: where that is missing, the rule is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Needs {
    /// The query alone.
    Query,
    /// The schema of the tables.
    Schema,
    /// The metadata around the query.
    Metadata,
    /// Both.
    SchemaAndMetadata,
    /// The other rules of the folder.
    OtherRules,
    /// A Sigma rule instead of a query.
    SigmaRule,
}

impl Needs {
    /// The words that a rule's page prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Schema => "query, schema",
            Self::Metadata => "query, metadata",
            Self::SchemaAndMetadata => "query, schema, metadata",
            Self::SigmaRule => "Sigma rule",
            Self::OtherRules => "query, schema, other rules",
        }
    }
}

/// How sure a rule's findings are: how seldom one is wrong on rules that are known to be good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint to look: many such places are meant as they are.
    Low,
    /// Depends on what a column usually holds, or on what was meant.
    Medium,
    /// Follows from what the language, the schema or the metadata say.
    High,
}

impl Confidence {
    /// The word that a rule's page prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Whether findings come with a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fixable {
    /// Every finding does.
    Always,
    /// Some do.
    Sometimes,
    /// None does.
    Never,
}

impl Fixable {
    /// The word that a rule's page prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Sometimes => "sometimes",
            Self::Never => "never",
        }
    }
}
