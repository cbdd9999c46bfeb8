//! A search text as its commands: pipes outside of quotation marks and of subsearches separate them.

use super::{Outcome, rejected};

/// The commands. A text that does not begin with a pipe begins with `search`.
pub(super) fn split(text: &str) -> Outcome<Vec<String>> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut depth, mut is_quoted) = (0_usize, false);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' if is_quoted => {
                part.push(c);
                part.extend(characters.next());
                continue;
            }
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted && depth == 0 => return rejected("a `]` without its `[`"),
            ']' if !is_quoted => depth -= 1,
            '|' if !is_quoted && depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    if is_quoted || depth > 0 {
        return rejected("a quotation mark or bracket that is not closed");
    }
    parts.push(part);
    let mut commands: Vec<String> = parts.iter().map(|part| part.trim().to_owned()).collect();
    // The first part is a search by itself, or nothing in front of a generating command.
    match commands.first() {
        Some(first) if first.is_empty() => drop(commands.remove(0)),
        Some(first) if first.split_whitespace().next() != Some("search") => commands[0] = format!("search {first}"),
        _ => {}
    }
    if commands.iter().any(String::is_empty) {
        return rejected("an empty command between pipes");
    }
    Ok(commands)
}

/// The texts in brackets at the top of a text, and what is around them.
pub(super) fn subsearches(text: &str) -> (String, Vec<String>) {
    let (mut around, mut inside, mut part) = (String::new(), Vec::new(), String::new());
    let (mut depth, mut is_quoted) = (0_usize, false);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        let target = if depth == 0 { &mut around } else { &mut part };
        match c {
            '\\' if is_quoted => {
                target.push(c);
                target.extend(characters.next());
            }
            '[' if !is_quoted => {
                if depth > 0 {
                    target.push(c);
                }
                depth += 1;
            }
            ']' if !is_quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    inside.push(std::mem::take(&mut part));
                } else {
                    target.push(c);
                }
            }
            _ => {
                if c == '"' {
                    is_quoted = !is_quoted;
                }
                target.push(c);
            }
        }
    }
    (around, inside)
}
