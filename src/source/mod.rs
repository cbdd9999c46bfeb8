//! Files in, byte-exact positions, edits out.
//!
//! [`read`] takes the bytes of a rule file and gives its rules: a query and metadata each, as decoded texts. Every
//! text remembers which bytes of the file spell it, so that [`RuleText::file_span`] can place a finding and [`apply`]
//! can write a fix. Offsets count bytes of the file as it is, a byte order mark included.
//!
//! Nothing is guessed: a position is exact or the first line of the value, and an edit that cannot be proven to
//! change just what it should is refused.

mod detect;
mod document;
mod edit;
mod encode;
mod lines;
mod markdown;
mod metadata;
mod problem;
mod runs;
mod scalar;
mod text;
mod yaml;

use std::path::Path;

pub use edit::{EditRefused, apply};
pub use lines::{LineIndex, line_column};
pub use problem::{FileProblem, ProblemKind};

use crate::rule::{Metadata, RuleKind};
use crate::span::{FileSpan, Place, TextId};
use detect::Detected;
use document::View;
use problem::Flaw;
use runs::Runs;
use text::{Role, Style, Text};

/// Longest YAML or Markdown file that is read, in bytes. Rules are some kilobytes.
pub const MAX_STRUCTURED_FILE: usize = 16 * 1024 * 1024;

/// Longest bare query that is read, in bytes.
pub const MAX_QUERY_FILE: usize = 64 * 1024 * 1024;

/// How a rule file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Sentinel YAML: analytic rules, hunting queries, functions and ASIM parsers.
    SentinelYaml,
    /// Defender XDR custom detections in YAML.
    DefenderYaml,
    /// Sigma rules.
    SigmaYaml,
    /// A query and nothing else.
    Kql,
    /// Queries in fenced blocks.
    Markdown,
}

impl Format {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SentinelYaml => "sentinel-yaml",
            Self::DefenderYaml => "defender-yaml",
            Self::SigmaYaml => "sigma-yaml",
            Self::Kql => "kql",
            Self::Markdown => "markdown",
        }
    }
}

/// A file with at least one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// The file, as it was named.
    pub path: String,
    /// All of it, a byte order mark included, so that offsets are bytes of the file.
    pub text: String,
    /// How it is written; of several YAML documents, the first rule decides.
    pub format: Format,
    /// Its rules in the order of the file.
    pub rules: Vec<RuleText>,
}

/// One rule of a file: a query and what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// What the rule is for.
    pub kind: RuleKind,
    /// What the file says around the query.
    pub metadata: Metadata,
    /// The heading above a query in Markdown.
    pub title_hint: Option<String>,
    texts: Vec<Text>,
}

impl RuleText {
    /// The query.
    pub fn query(&self) -> &str {
        self.text(TextId::QUERY)
    }

    /// A key or value as decoded; empty if there is no such text.
    pub fn text(&self, id: TextId) -> &str {
        self.get(id).map_or("", |text| text.value.as_str())
    }

    /// Numbers of all texts: the query, then keys and values in the order of the file.
    pub fn text_ids(&self) -> impl Iterator<Item = TextId> + use<> {
        (0..u32::try_from(self.texts.len()).unwrap_or(u32::MAX)).map(TextId)
    }

    /// The bytes of the file at a place. Where [`Self::is_exact`] says no: the first line of the value.
    pub fn file_span(&self, place: Place) -> FileSpan {
        self.get(place.text).map_or_else(FileSpan::default, |text| text.file_span(place.span))
    }

    /// Whether places in this text are byte-exact, so that it can be edited too.
    pub fn is_exact(&self, id: TextId) -> bool {
        self.get(id).is_some_and(|text| text.runs.is_some())
    }

    /// The single value of a key of [`Metadata::keys`]; nothing for lists, mappings, aliases and the query.
    pub fn value_of(&self, key: TextId) -> Option<TextId> {
        let next = TextId(key.0.checked_add(1)?);
        let (key, value) = (self.get(key)?, self.get(next)?);
        (key.role == Role::Key && value.role == Role::Value && key.depth == value.depth).then_some(next)
    }

    fn get(&self, id: TextId) -> Option<&Text> {
        self.texts.get(id.0 as usize)
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// KQL rules.
    Rules(RuleFile),
    /// Sigma rules. Their metadata is read; the query is empty, and the kind says nothing.
    Sigma(RuleFile),
    /// Some other file, which is no error.
    NotARule {
        /// What it is, in a few words.
        reason: String,
    },
    /// A file that is meant to be a rule, but cannot be read.
    Broken(FileProblem),
}

/// How a file has to be read, before its content is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Yaml,
    Markdown,
    Kql,
}

impl Syntax {
    fn of(format: Format) -> Self {
        match format {
            Format::SentinelYaml | Format::DefenderYaml | Format::SigmaYaml => Self::Yaml,
            Format::Markdown => Self::Markdown,
            Format::Kql => Self::Kql,
        }
    }
}

/// Reads the rules of a file. `path` decides the syntax; a path without extension (`-`) is judged by its content.
/// `kind_override` is the kind of all its rules, whatever the file looks like.
pub fn read(path: &Path, bytes: Vec<u8>, kind_override: Option<RuleKind>) -> Loaded {
    let name = path.display().to_string();
    let syntax = match syntax_of(path, &bytes) {
        Ok(syntax) => syntax,
        Err(reason) => return not_a_rule(&reason),
    };
    match decode(bytes, syntax) {
        Ok(text) => read_text(name, text, syntax, kind_override),
        Err(flaw) => Loaded::Broken(flaw.of(name, String::new())),
    }
}

fn syntax_of(path: &Path, bytes: &[u8]) -> Result<Syntax, String> {
    let Some(extension) = path.extension() else { return Ok(sniff(bytes)) };
    match extension.to_string_lossy().to_ascii_lowercase().as_str() {
        "yaml" | "yml" => Ok(Syntax::Yaml),
        "md" | "markdown" => Ok(Syntax::Markdown),
        "kql" | "kusto" | "csl" | "txt" => Ok(Syntax::Kql),
        other => Err(format!("`.{other}` files are not read")),
    }
}

/// Judges a file without extension by its lines.
fn sniff(bytes: &[u8]) -> Syntax {
    match std::str::from_utf8(bytes) {
        Ok(text) if detect::looks_like_rule(text) => Syntax::Yaml,
        Ok(text) if text.len() <= MAX_STRUCTURED_FILE && !markdown::fences(text).is_empty() => Syntax::Markdown,
        Ok(_) | Err(_) => Syntax::Kql,
    }
}

fn decode(bytes: Vec<u8>, syntax: Syntax) -> Result<String, Flaw> {
    let limit = match syntax {
        Syntax::Yaml | Syntax::Markdown => MAX_STRUCTURED_FILE,
        Syntax::Kql => MAX_QUERY_FILE,
    };
    if bytes.len() > limit {
        let message = format!("the file has {} bytes; at most {limit} are read", bytes.len());
        return Err(Flaw::new(ProblemKind::TooLarge, message, FileSpan::default()));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let message = "the file is UTF-16, not UTF-8".to_owned();
        return Err(Flaw::new(ProblemKind::Encoding, message, FileSpan::new(0, 2)).help(Some("save it as UTF-8")));
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        let message = format!("the file is not text: byte {offset} is NUL");
        return Err(Flaw::new(ProblemKind::Binary, message, FileSpan::new(offset, offset + 1)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let message = format!("the file is not UTF-8: byte {offset} does not begin a character");
        Flaw::new(ProblemKind::Encoding, message, FileSpan::new(offset, offset + 1)).help(Some("save it as UTF-8"))
    })
}

fn read_text(path: String, text: String, syntax: Syntax, kind_override: Option<RuleKind>) -> Loaded {
    match syntax {
        Syntax::Yaml => read_yaml(path, text, kind_override),
        Syntax::Markdown => read_markdown(path, text, kind_override),
        Syntax::Kql => read_kql(path, text, kind_override),
    }
}

fn not_a_rule(reason: &str) -> Loaded {
    Loaded::NotARule { reason: reason.to_owned() }
}

fn read_kql(path: String, text: String, kind_override: Option<RuleKind>) -> Loaded {
    let query = text.trim_start_matches('\u{FEFF}');
    if query.trim().is_empty() {
        return not_a_rule("the file is empty");
    }
    let start = text.len() - query.len();
    let token = FileSpan::new(start, text.len());
    let query = Text::verbatim(query.to_owned(), Runs::identity(start, query.len()), token, Style::Whole);
    let rule = snippet(query, None, kind_override);
    Loaded::Rules(RuleFile { path, text, format: Format::Kql, rules: vec![rule] })
}

fn read_markdown(path: String, text: String, kind_override: Option<RuleKind>) -> Loaded {
    let fences = markdown::fences(&text);
    if fences.is_empty() {
        return not_a_rule("Markdown without a block labelled `kql`, `kusto` or `csl`");
    }
    let rule = |fence: markdown::Fence| {
        let token = FileSpan::new(fence.body.start, fence.body.end);
        let query = Text::verbatim(fence.query, fence.runs, token, Style::Fence(fence.prefix));
        snippet(query, fence.heading, kind_override)
    };
    let rules = fences.into_iter().map(rule).collect();
    Loaded::Rules(RuleFile { path, text, format: Format::Markdown, rules })
}

fn snippet(query: Text, title_hint: Option<String>, kind_override: Option<RuleKind>) -> RuleText {
    let kind = kind_override.unwrap_or(RuleKind::Snippet);
    RuleText { kind, metadata: Metadata::default(), title_hint, texts: vec![query] }
}

fn read_yaml(path: String, text: String, kind_override: Option<RuleKind>) -> Loaded {
    let documents = match yaml::read(&text) {
        Ok(documents) => documents,
        Err(flaw) if detect::looks_like_rule(&text) => return Loaded::Broken(flaw.help(advice(&text)).of(path, text)),
        Err(_) => return not_a_rule("not valid YAML, and without the keys of a rule"),
    };
    let mut format = None;
    let mut rules = Vec::new();
    let mut reason = "YAML without a query";
    for document in documents {
        let (kind, document_format) = match detect::detect(&View::new(&document, None)) {
            Detected::Other(other) => {
                reason = other;
                continue;
            }
            Detected::Sentinel(kind, _) => (kind, Format::SentinelYaml),
            Detected::Defender => (RuleKind::CustomDetection, Format::DefenderYaml),
            Detected::Sigma => (RuleKind::Snippet, Format::SigmaYaml),
        };
        // Sigma and KQL rules do not share a file; what comes first decides.
        let format = *format.get_or_insert(document_format);
        if (format == Format::SigmaYaml) == (document_format == Format::SigmaYaml) {
            rules.push(yaml_rule(document, kind_override.unwrap_or(kind)));
        }
    }
    match format {
        None => not_a_rule(reason),
        Some(Format::SigmaYaml) => Loaded::Sigma(RuleFile { path, text, format: Format::SigmaYaml, rules }),
        Some(format @ (Format::SentinelYaml | Format::DefenderYaml | Format::Kql | Format::Markdown)) => {
            Loaded::Rules(RuleFile { path, text, format, rules })
        }
    }
}

fn yaml_rule(document: yaml::Document, kind: RuleKind) -> RuleText {
    let unnumbered = View::new(&document, None);
    let detected = detect::detect(&unnumbered);
    let query = match detected {
        Detected::Sentinel(_, path) => unnumbered.at(path),
        Detected::Defender => unnumbered.at(detect::CONDITION_QUERY),
        Detected::Sigma | Detected::Other(_) => None,
    };
    let metadata = metadata::read(&View::new(&document, query), detected);
    RuleText { kind, metadata, title_hint: None, texts: document::into_texts(document, query) }
}

fn advice(text: &str) -> Option<&'static str> {
    detect::has_lost_indentation(text).then_some("indent the lines under `query: |`, two blanks each")
}
