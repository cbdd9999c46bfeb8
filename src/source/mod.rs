//! Files in, byte-exact positions, edits out.
//!
//! [`read`] takes the bytes of a rule file and gives its rules: a query and metadata each, as decoded texts. Every
//! text remembers which bytes of the file spell it, so that [`RuleText::file_span`] can place a finding and [`apply`]
//! can write a fix. Offsets count bytes of the file as it is, a byte order mark included.
//!
//! Nothing is guessed: a position is exact or the first line of the value, and an edit that cannot be proven to
//! change just what it should is refused.

mod arm;
mod comments;
mod detect;
mod document;
mod edit;
mod encode;
mod json;
mod lines;
mod markdown;
mod metadata;
mod outline;
mod problem;
mod runs;
mod scalar;
mod text;
mod titles;
mod tree;
mod yaml;

use std::path::Path;

pub use comments::{FileComment, annotate};
pub use edit::{EditRefused, apply};
pub use lines::{LineIndex, line_column};
pub use problem::{FileProblem, ProblemKind};

use crate::parse::queries;
use crate::rule::{Metadata, Node, Part, RuleKind};
use crate::span::{FileSpan, Place, Span, TextId};
use detect::Detected;
use document::View;
use problem::Flaw;
use runs::Runs;
use text::{Role, Style, Text};
use tree::{Document, NodeId};

/// Longest YAML, JSON or Markdown file that is read, in bytes. Rules are some kilobytes.
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
    /// Defender XDR custom detections as Graph has them.
    DefenderJson,
    /// Sentinel rules as resources: ARM templates and exports.
    ArmJson,
    /// The same in YAML.
    ArmYaml,
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
            Self::DefenderJson => "defender-json",
            Self::ArmJson => "arm-json",
            Self::ArmYaml => "arm-yaml",
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
    /// What was passed over beside them, a few words each.
    pub notes: Vec<String>,
}

/// One rule of a file: a query and what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// What the rule is for.
    pub kind: RuleKind,
    /// What the file says around the query.
    pub metadata: Metadata,
    /// A title for a query without one: the heading above it in Markdown, else the name of a file with several queries.
    /// No two rules of a file have the same.
    pub title_hint: Option<String>,
    texts: Vec<Text>,
    comments: Vec<FileComment>,
    tree: Option<Node>,
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

    /// The keys and values of a Sigma rule; nothing for other rules.
    pub fn tree(&self) -> Option<&Node> {
        self.tree.as_ref()
    }

    /// Comments of the file, outside of the query, that speak to kqlift.
    pub fn comments(&self) -> &[FileComment] {
        &self.comments
    }

    /// The texts without the comments.
    fn own_texts(&self) -> &[Text] {
        self.texts.get(..self.texts.len() - self.comments.len()).unwrap_or(&[])
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
    /// Sigma rules. Their metadata and their keys and values are read; the query is empty.
    Sigma(RuleFile),
    /// Some other file, which is no error.
    NotARule {
        /// What it is, in a few words.
        reason: String,
    },
    /// A file that is meant to be a rule, but cannot be read.
    Broken(FileProblem),
}

/// Reads a file again that has a new text. Its rules stay what they are for; nothing if it has become another sort of file.
pub fn reread(file: &RuleFile, text: String) -> Option<RuleFile> {
    let syntax = Syntax::of(file.format);
    let text = decode(text.into_bytes(), syntax).ok()?;
    let (Loaded::Rules(mut new) | Loaded::Sigma(mut new)) = read_text(file.path.clone(), text, syntax, None) else {
        return None;
    };
    for (rule, old) in new.rules.iter_mut().zip(&file.rules) {
        rule.kind = old.kind;
    }
    (new.format == file.format && new.rules.len() == file.rules.len()).then_some(new)
}

/// A file of nothing but queries as one query, whatever number it has been divided into; other files stay as they are.
pub fn undivided(mut file: RuleFile) -> RuleFile {
    if let ([first, _, ..], Format::Kql) = (file.rules.as_slice(), file.format) {
        let start = file.text.len() - file.text.trim_start_matches('\u{FEFF}').len();
        let span = Span::new(0, file.text.len() - start);
        file.rules = vec![snippet(verbatim(&file.text, start, span), None, Some(first.kind))];
    }
    file
}

/// How a file has to be read, before its content is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Yaml,
    Json,
    Markdown,
    Kql,
}

impl Syntax {
    fn of(format: Format) -> Self {
        match format {
            Format::SentinelYaml | Format::DefenderYaml | Format::SigmaYaml | Format::ArmYaml => Self::Yaml,
            Format::DefenderJson | Format::ArmJson => Self::Json,
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
        "json" => Ok(Syntax::Json),
        "md" | "markdown" => Ok(Syntax::Markdown),
        "kql" | "kusto" | "csl" | "txt" => Ok(Syntax::Kql),
        other => Err(format!("`.{other}` files are not read")),
    }
}

/// Judges a file without extension by its lines.
fn sniff(bytes: &[u8]) -> Syntax {
    match std::str::from_utf8(bytes) {
        Ok(text) if looks_like_json(text) => Syntax::Json,
        Ok(text) if detect::looks_like_rule(text) => Syntax::Yaml,
        Ok(text) if text.len() <= MAX_STRUCTURED_FILE && !markdown::fences(text).is_empty() => Syntax::Markdown,
        Ok(_) | Err(_) => Syntax::Kql,
    }
}

/// Whether a text begins as a JSON object or a list of such: no query does.
fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    text.starts_with('{') || text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'))
}

fn decode(bytes: Vec<u8>, syntax: Syntax) -> Result<String, Flaw> {
    let limit = match syntax {
        Syntax::Yaml | Syntax::Json | Syntax::Markdown => MAX_STRUCTURED_FILE,
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
        Syntax::Yaml | Syntax::Json => read_documents(path, text, syntax, kind_override),
        Syntax::Markdown => read_markdown(path, text, kind_override),
        Syntax::Kql => read_kql(path, text, kind_override),
    }
}

fn not_a_rule(reason: &str) -> Loaded {
    Loaded::NotARule { reason: reason.to_owned() }
}

fn read_kql(path: String, text: String, kind_override: Option<RuleKind>) -> Loaded {
    let code = text.trim_start_matches('\u{FEFF}');
    if code.trim().is_empty() {
        return not_a_rule("the file is empty");
    }
    let parts = queries(code);
    let count = parts.len();
    let rules = parts.into_iter().enumerate().map(|(index, span)| {
        let mut rule = snippet(verbatim(&text, text.len() - code.len(), span), None, kind_override);
        rule.metadata.part = (count > 1).then_some(Part { number: index + 1, count });
        rule
    });
    let rules = titles::distinguish(&path, rules.collect());
    Loaded::Rules(RuleFile { path, text, format: Format::Kql, rules, notes: Vec::new() })
}

/// A query that stands in the file as it is, `start` bytes behind where its span counts from.
fn verbatim(text: &str, start: usize, span: Span) -> Text {
    let token = FileSpan::new(start + span.start as usize, start + span.end as usize);
    let value = text.get(token.range()).unwrap_or("").to_owned();
    let runs = Runs::identity(token.start as usize, value.len());
    Text::verbatim(value, runs, token, Style::Whole)
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
    let rules = titles::distinguish(&path, fences.into_iter().map(rule).collect());
    Loaded::Rules(RuleFile { path, text, format: Format::Markdown, rules, notes: Vec::new() })
}

fn snippet(query: Text, title_hint: Option<String>, kind_override: Option<RuleKind>) -> RuleText {
    let kind = kind_override.unwrap_or(RuleKind::Snippet);
    RuleText { kind, metadata: Metadata::default(), title_hint, texts: vec![query], comments: Vec::new(), tree: None }
}

/// The documents of a structured file.
fn documents(text: &str, syntax: Syntax) -> Result<Vec<Document>, Flaw> {
    match syntax {
        Syntax::Yaml => yaml::read(text),
        Syntax::Json => json::read(text).map(|document| vec![document]),
        Syntax::Markdown | Syntax::Kql => Ok(Vec::new()),
    }
}

fn read_documents(path: String, text: String, syntax: Syntax, kind_override: Option<RuleKind>) -> Loaded {
    let is_json = syntax == Syntax::Json;
    let documents = match documents(&text, syntax) {
        Ok(documents) => documents,
        Err(flaw) if is_json && detect::looks_like_json_rules(&text) => return Loaded::Broken(flaw.of(path, text)),
        Err(_) if is_json => return not_a_rule("not valid JSON, and without the keys of a rule"),
        Err(flaw) if detect::looks_like_rule(&text) => return Loaded::Broken(flaw.help(advice(&text)).of(path, text)),
        Err(_) => return not_a_rule("not valid YAML, and without the keys of a rule"),
    };
    let mut reason = if is_json { "JSON without a rule" } else { "YAML without a query" };
    let (mut format, mut rules, mut notes) = (None, Vec::new(), Vec::new());
    for document in &documents {
        let found = match rules_of(document, syntax) {
            Ok(found) => found,
            Err(other) => {
                reason = other;
                continue;
            }
        };
        notes.extend(found.notes);
        for (node, detected) in found.rules {
            let Some((kind, rule_format)) = kind_and_format(detected, syntax) else { continue };
            // Sigma and KQL rules do not share a file; what comes first decides.
            let format = *format.get_or_insert(rule_format);
            if (format == Format::SigmaYaml) == (rule_format == Format::SigmaYaml) {
                let kind = kind_override.filter(|_| kind != RuleKind::Sigma).unwrap_or(kind);
                rules.push(structured_rule(&text, document, node, (detected, kind)));
            }
        }
    }
    if syntax == Syntax::Yaml {
        comments::attach(&text, &mut rules);
    }
    match format {
        None => not_a_rule(notes.first().map_or(reason, String::as_str)),
        Some(Format::SigmaYaml) => Loaded::Sigma(RuleFile { path, text, format: Format::SigmaYaml, rules, notes }),
        Some(format) => Loaded::Rules(RuleFile { path, text, format, rules, notes }),
    }
}

/// The rules of a document: itself, or some of its nodes. In JSON a `query` beside a `name` may be anything, so there
/// only resources and custom detections count.
fn rules_of(document: &Document, syntax: Syntax) -> Result<arm::Found, &'static str> {
    let view = View::new(document, None);
    if syntax == Syntax::Json || detect::is_template(&view) {
        return Ok(arm::find(document));
    }
    match detect::detect(&view) {
        Detected::Other(reason) => Err(reason),
        detected => {
            let rules = document.root().map(|root| (root, detected)).into_iter().collect();
            Ok(arm::Found { rules, notes: Vec::new() })
        }
    }
}

fn kind_and_format(detected: Detected, syntax: Syntax) -> Option<(RuleKind, Format)> {
    let is_json = syntax == Syntax::Json;
    match detected {
        Detected::Sentinel(kind, _) => Some((kind, Format::SentinelYaml)),
        Detected::Defender if is_json => Some((RuleKind::CustomDetection, Format::DefenderJson)),
        Detected::Defender => Some((RuleKind::CustomDetection, Format::DefenderYaml)),
        Detected::Resource(kind) => Some((kind, if is_json { Format::ArmJson } else { Format::ArmYaml })),
        Detected::Sigma => Some((RuleKind::Sigma, Format::SigmaYaml)),
        Detected::Other(_) => None,
    }
}

fn structured_rule(
    source: &str,
    document: &Document,
    node: NodeId,
    (detected, kind): (Detected, RuleKind),
) -> RuleText {
    let unnumbered = View::of(document, node, None);
    let query = match detected {
        Detected::Sentinel(_, path) => unnumbered.at(path),
        Detected::Defender => unnumbered.at(detect::CONDITION_QUERY),
        Detected::Resource(_) => unnumbered.at(arm::RESOURCE_QUERY),
        Detected::Sigma | Detected::Other(_) => None,
    };
    let metadata = metadata::read(&View::of(document, node, query), detected);
    let texts = document::texts(document, node, query);
    let tree = (kind == RuleKind::Sigma).then(|| outline::tree(source, document, node));
    RuleText { kind, metadata, title_hint: None, texts, comments: Vec::new(), tree }
}

fn advice(text: &str) -> Option<&'static str> {
    detect::has_lost_indentation(text).then_some("indent the lines under `query: |`, two blanks each")
}
