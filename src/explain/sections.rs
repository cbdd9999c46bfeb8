//! The parts of the page, and which of them are wanted.

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// The steps of the query.
    Stages,
    /// The conditions in words.
    Predicates,
    /// What each join keeps.
    Joins,
    /// The constants that rows are compared with.
    Indicators,
    /// What false positives can be tuned out with.
    Exclusions,
    /// What the query returns.
    Output,
    /// Entities and alert details.
    Entities,
    /// What the rule converts to.
    Conversions,
    /// Findings of the linter.
    Findings,
    /// What could not be understood.
    Notes,
}

impl Section {
    /// Every part, in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::Stages,
        Self::Predicates,
        Self::Joins,
        Self::Indicators,
        Self::Exclusions,
        Self::Output,
        Self::Entities,
        Self::Conversions,
        Self::Findings,
        Self::Notes,
    ];

    /// The name on the command line, and its key in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stages => "stages",
            Self::Predicates => "predicates",
            Self::Joins => "joins",
            Self::Indicators => "indicators",
            Self::Exclusions => "exclusions",
            Self::Output => "output",
            Self::Entities => "entities",
            Self::Conversions => "conversions",
            Self::Findings => "findings",
            Self::Notes => "notes",
        }
    }
}

/// Which parts are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sections(Vec<Section>);

impl Sections {
    /// Every part.
    pub fn all() -> Self {
        Self(Section::ALL.to_vec())
    }

    /// These parts; all if none is named.
    pub fn only(sections: &[Section]) -> Self {
        if sections.is_empty() { Self::all() } else { Self(sections.to_vec()) }
    }

    /// Whether a part is wanted.
    pub fn has(&self, section: Section) -> bool {
        self.0.contains(&section)
    }
}
