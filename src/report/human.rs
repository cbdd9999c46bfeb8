//! Each finding with its lines drawn, through miette.

use std::fmt::{self, Write as _};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use super::{FileReport, Finding, Summary, fix_mark};
use crate::diagnostic::Severity;
use crate::span::FileSpan;

/// Whether to colour, and how wide the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Whether escape codes are written.
    pub is_on: bool,
    /// Columns to wrap messages at.
    pub width: usize,
}

pub(super) fn render(reports: &[FileReport], colour: Colour) -> String {
    let theme = if colour.is_on { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(colour.width).with_context_lines(0);
    let mut out = String::new();
    for report in reports {
        let source = NamedSource::new(&report.path, report.text.clone());
        for finding in &report.findings {
            let drawn = Drawn { finding, source: (!report.text.is_empty()).then_some(&source) };
            // Writing to a string can't fail; a place that can't be drawn falls back to the one-line form.
            if handler.render_report(&mut out, &drawn).is_err() {
                let _ = writeln!(out, "{}: {}", report.path, finding.message);
            }
            out.push('\n');
        }
    }
    let trimmed: String = out.lines().map(str::trim_end).flat_map(|line| [line, "\n"]).collect();
    trimmed + &Summary::of(reports).sentence() + "\n"
}

/// A finding as miette wants it.
struct Drawn<'a> {
    finding: &'a Finding,
    source: Option<&'a NamedSource<String>>,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mark = self.finding.fix.as_ref().map(|fix| format!(" {}", fix_mark(fix.effect))).unwrap_or_default();
        Some(Box::new(format!("{} {}{mark}", self.finding.code, self.finding.name)))
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
        self.source?;
        let label = |message: &str, span: FileSpan| {
            let message = (!message.is_empty()).then(|| message.to_owned());
            LabeledSpan::new(message, span.start as usize, span.len())
        };
        let primary = label(&self.finding.label, self.finding.span);
        let primary = LabeledSpan::new_primary_with_span(primary.label().map(str::to_owned), *primary.inner());
        let related = self.finding.related.iter().map(move |related| label(&related.message, related.span));
        Some(Box::new(std::iter::once(primary).chain(related)))
    }
}
