//! YAML scalars, decoded by our own code so that every character has a place in the file.
//!
//! The YAML parser gives a value and a mark, but not where each character comes from. A decoder here reads the same
//! bytes again; its map counts only if the text is byte for byte what the parser gave. Where it is not, the value is
//! the parser's and there is no map.

mod block;
mod flow;

use std::ops::Range;

use super::runs::Runs;
use super::text::Style;
use crate::span::FileSpan;

/// How the file spells a scalar, as the YAML parser names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// After `|` or `>`.
    Block,
}

/// Layout of a block scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Blanks in front of each line.
    pub(super) indent: usize,
    /// The `|` or `>` and its indicators.
    pub(super) header: FileSpan,
    /// The lines, from the one after the header to the last one that the text has.
    pub(super) body: FileSpan,
}

/// A decoded scalar.
#[derive(Debug)]
struct Decoded {
    text: String,
    runs: Runs,
    token: FileSpan,
}

/// A scalar that our own decoder read as the parser did.
#[derive(Debug)]
pub(super) struct Exact {
    /// Its map.
    pub(super) runs: Runs,
    /// All its bytes, quotes and block header included.
    pub(super) token: FileSpan,
    /// How to write it.
    pub(super) style: Style,
}

/// Reads the scalar again that the parser saw at `range` and took for `value`. `after` is where the event before it
/// ended: the header of a block scalar is looked for from there, since the parser's mark may be on the first content.
pub(super) fn decode(
    source: &str,
    spelling: Spelling,
    after: usize,
    range: Range<usize>,
    value: &str,
) -> Option<Exact> {
    let start = || skip_properties(source, range.start);
    let (decoded, style) = match spelling {
        Spelling::Plain => (flow::plain(source, start().min(range.end)..range.end), Style::Plain),
        Spelling::Single => (flow::single(source, start())?, Style::Single),
        Spelling::Double => (flow::double(source, start())?, Style::Double),
        Spelling::Block => {
            let header = block_header(source, after)?;
            let (decoded, block) = block::decode(source, header, value)?;
            (decoded, Style::Block(block))
        }
    };
    (decoded.text == value).then_some(Exact { runs: decoded.runs, token: decoded.token, style })
}

/// The `|` or `>` that follows byte `from`: only indicators, properties and comments may stand between.
fn block_header(source: &str, from: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut position = from;
    loop {
        position = skip_properties(source, position);
        match bytes.get(position)? {
            b'|' | b'>' => return Some(position),
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'-' | b'?' => position += 1,
            b'#' => position += count(bytes, position, |byte| !matches!(byte, b'\n' | b'\r')),
            _ => return None,
        }
    }
}

/// Steps over an anchor and a tag, which the parser's mark of a scalar includes, and over what follows them.
fn skip_properties(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes();
    let mut position = from;
    while matches!(bytes.get(position), Some(b'&' | b'!')) {
        position += count(bytes, position, |byte| !byte.is_ascii_whitespace());
        position += count(bytes, position, |byte| byte.is_ascii_whitespace());
        while bytes.get(position) == Some(&b'#') {
            position += count(bytes, position, |byte| !matches!(byte, b'\n' | b'\r'));
            position += count(bytes, position, |byte| byte.is_ascii_whitespace());
        }
    }
    position
}

/// How many bytes from `position` on hold.
fn count(bytes: &[u8], position: usize, holds: impl Fn(u8) -> bool) -> usize {
    bytes.get(position..).unwrap_or(&[]).iter().take_while(|byte| holds(**byte)).count()
}
