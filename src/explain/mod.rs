//! The page of a rule: stages, predicates in words, indicators, output fields with their origin, entities.
//!
//! [`explain`] makes a plain data model, which is also the JSON that `kqlift explain` prints; [`render_text`],
//! [`render_markdown`] and [`render_html`] only lay it out. What other parts of the program know about the rule is put in
//! as [`Surroundings`]. It sees the meaning and the query's text, never the tree. Spans are UTF-8 bytes
//! of the query.

mod exclusions;
mod header;
mod html;
mod indicators;
mod joins;
mod language;
mod markdown;
mod notation;
mod notes;
mod outline;
mod outputs;
mod phrases;
mod predicates;
mod sections;
mod stages;
mod surroundings;
mod text;
mod tree;
mod words;

use serde::Serialize;

use self::language::Written;
use crate::ir::Detection;
use crate::rule::RuleKind;

pub use self::exclusions::{Exclusion, ExclusionColumn, Exclusions, Strength, WrittenColumn};
pub use self::header::Header;
pub use self::html::{Links, RuleView, render_html};
pub use self::indicators::{ANY_COLUMN, Indicator, Polarity};
pub use self::joins::{JoinExplanation, JoinKeyPair};
pub use self::language::{Language, LanguageCounts};
pub use self::markdown::{render_markdown, render_markdown_sections};
pub(crate) use self::notation::notation;
pub use self::notes::{Note, NoteKind};
pub use self::outputs::{ColumnUse, OriginKind, Output, OutputField};
pub use self::predicates::{Branch, PredicateNode, StagePredicate};
pub use self::sections::{Section, Sections};
pub use self::stages::StageExplanation;
pub use self::surroundings::{ConversionNote, FindingNote, Surroundings};
pub use self::text::{indicator_column, render_text, render_text_sections};
pub(crate) use self::words::{one_line, visible};

/// Version of the data model: raised when a field changes its meaning or goes, not when one is added.
pub const VERSION: u32 = 1;

/// Everything that the page of a rule says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// [`VERSION`].
    pub version: u32,
    /// Title, schedule, ATT&CK, required data.
    pub header: Header,
    /// The steps of the query in order, those inside another one behind it.
    pub stages: Vec<StageExplanation>,
    /// The conditions, by stage.
    pub predicates: Vec<StagePredicate>,
    /// The joins, by stage.
    pub joins: Vec<JoinExplanation>,
    /// The constants that rows are compared with.
    pub indicators: Vec<Indicator>,
    /// What false positives can be tuned out with.
    pub exclusions: Exclusions,
    /// What the query returns.
    pub output: Output,
    /// Entities and alert details with the columns that fill them.
    pub entities: Vec<ColumnUse>,
    /// What could not be understood, or is not certain.
    pub notes: Vec<Note>,
    /// What other parts of the program know: conversions, findings, the size of the corpus.
    #[serde(flatten)]
    pub surroundings: Surroundings,
}

impl Explanation {
    /// Whether the rule gives events as they are: a Sigma rule that only chooses them.
    pub(crate) fn gives_events(&self) -> bool {
        self.header.language == Language::Sigma && self.output.fields.is_empty()
    }

    /// As JSON, with the wanted parts. Header and version always stand in it.
    pub fn to_json(&self, sections: &Sections) -> serde_json::Value {
        // Strings, numbers and lists only: serialising them can't fail.
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let serde_json::Value::Object(object) = &mut value {
            for section in Section::ALL.into_iter().filter(|section| !sections.has(*section)) {
                object.remove(section.as_str());
            }
        }
        value
    }
}

/// The page of a rule. `query_text` is the text that the rule's spans count in.
pub fn explain(rule: &Detection, query_text: &str) -> Explanation {
    page(rule, Written { language: Language::Kql, text: query_text })
}

/// The page of a Sigma rule. `condition` is its condition as written; empty if its meaning is made of several.
pub fn explain_sigma(rule: &Detection, condition: &str) -> Explanation {
    page(rule, Written { language: Language::Sigma, text: condition })
}

fn page(rule: &Detection, written: Written<'_>) -> Explanation {
    let steps = outline::outline(&rule.pipeline);
    let output = outputs::output(rule, &steps);
    let entities = outputs::column_uses(&rule.envelope, &rule.pipeline.output);
    let indicators = indicators::indicators(&steps);
    Explanation {
        version: VERSION,
        header: header::header(&rule.envelope, &steps, written.language),
        stages: stages::stages(&steps, written),
        predicates: predicates::predicates(&steps),
        joins: joins::joins(&steps),
        exclusions: exclusions::exclusions(rule, &indicators),
        indicators,
        notes: notes::notes(&steps, &output, &entities, written),
        output,
        entities,
        surroundings: Surroundings::default(),
    }
}

/// How the file calls the rule's kind. Sigma knows one.
fn kind_words(kind: RuleKind, language: Language) -> &'static str {
    match kind {
        _ if language == Language::Sigma => "Sigma rule",
        RuleKind::Scheduled => "Scheduled",
        RuleKind::Nrt => "NRT",
        RuleKind::Hunting => "Hunting query",
        RuleKind::CustomDetection => "Custom detection",
        RuleKind::Function => "Function",
        RuleKind::Snippet => "Query",
        RuleKind::Sigma => "Sigma rule",
    }
}
