//! Each finding with its lines drawn, through miette.

use std::fmt::{self, Write as _};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::{FileReport, Finding, RuleDescription, Style, Summary, fix_mark};
use crate::diagnostic::Severity;
use crate::span::FileSpan;

/// Whether to colour, and how wide the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Whether escape codes are written.
    pub is_on: bool,
    /// Columns to wrap messages at.
    pub width: usize,
    /// Whether codes are links to their pages (OSC 8), which only a terminal shows as such.
    pub has_links: bool,
}

/// What miette asks for around the lines that it draws; 0 where it only wants to name the place.
const DRAWN: usize = 1;

pub(super) fn render(reports: &[FileReport], style: &Style<'_>) -> String {
    let uri = |code: &str| style.rule(code).filter(|_| style.colour.has_links).map(RuleDescription::uri);
    let drawn = draw(reports, style.colour, &uri);
    if style.is_quiet { drawn } else { drawn + &Summary::of(reports).sentence() + "\n" }
}

/// Draws findings; `uri` is where the page of a code is read.
pub(super) fn draw(reports: &[FileReport], colour: Colour, uri: &dyn Fn(&str) -> Option<String>) -> String {
    let theme = if colour.is_on { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(colour.width)
        .with_context_lines(DRAWN)
        .with_link_display_text("↗");
    let mut out = String::new();
    for report in reports {
        let source = Lines { path: &report.path, text: &report.text };
        for finding in &report.findings {
            let source = (!report.text.is_empty()).then_some(&source);
            let drawn = Drawn { finding, path: &report.path, source, uri: uri(finding.code) };
            // Writing to a string can't fail; a place that can't be drawn falls back to the one-line form.
            if handler.render_report(&mut out, &drawn).is_err() {
                let _ = writeln!(out, "{}: {}", report.path, finding.message);
            }
            out.push('\n');
        }
    }
    out.lines().map(str::trim_end).flat_map(|line| [line, "\n"]).collect()
}

/// A finding as miette wants it.
struct Drawn<'a> {
    finding: &'a Finding,
    path: &'a str,
    source: Option<&'a Lines<'a>>,
    /// Where the page of the lint rule is read.
    uri: Option<String>,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where nothing can be drawn, the message has to name the file.
        match self.source {
            Some(_) => f.write_str(&self.finding.message),
            None => write!(f, "{}: {}", self.path, self.finding.message),
        }
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mark = self.finding.fix.as_ref().map(|fix| format!(" {}", fix_mark(fix.effect))).unwrap_or_default();
        Some(Box::new(format!("{} {}{mark}", self.finding.code, self.finding.name)))
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.uri.as_ref().map(|uri| Box::new(uri) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let parts: Vec<&str> =
            self.finding.help.as_deref().into_iter().chain(self.finding.notes.iter().map(String::as_str)).collect();
        if parts.is_empty() { None } else { Some(Box::new(parts.join("\n"))) }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.source?;
        let label = |message: &str, span: FileSpan| {
            let message = (!message.is_empty()).then(|| message.to_owned());
            (message, SourceSpan::from(source.first_line(span)))
        };
        let (message, span) = label(&self.finding.label, self.finding.span);
        let primary = LabeledSpan::new_primary_with_span(message, span);
        let related = self.finding.related.iter().map(move |related| {
            let (message, span) = label(&related.message, related.span);
            LabeledSpan::new_with_span(message, span)
        });
        Some(Box::new(std::iter::once(primary).chain(related)))
    }
}

/// A file that gives whole lines: those that a span touches and no other.
#[derive(Debug)]
struct Lines<'a> {
    path: &'a str,
    text: &'a str,
}

impl Lines<'_> {
    /// A span without what stands on later lines: a long one is shown where it starts.
    fn first_line(&self, span: FileSpan) -> std::ops::Range<usize> {
        let start = span.start as usize;
        let covered = self.text.get(span.range()).unwrap_or("");
        let length = covered.find(['\n', '\r']).unwrap_or(covered.len());
        start..start + length
    }
}

impl SourceCode for Lines<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        around: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.text;
        let end = span.offset() + span.len();
        let before = text.get(..span.offset()).ok_or(MietteError::OutOfBounds)?;
        let after = text.get(end..).ok_or(MietteError::OutOfBounds)?;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = end + after.find('\n').unwrap_or(after.len());
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        let lines = text[start..end].bytes().filter(|byte| *byte == b'\n').count() + 1;
        let contents = MietteSpanContents::new_named(
            self.path.to_owned(),
            &text.as_bytes()[start..end],
            SourceSpan::from(start..end),
            line,
            if around == DRAWN { 0 } else { text[start..span.offset()].chars().count() },
            lines,
        );
        Ok(Box::new(contents))
    }
}
