//! The canonical name of a computed column: `tostring(parse_json(AdditionalFields).PipeName)` is `AdditionalFields.PipeName`.
//!
//! Functions that only change the type of a value are left out, so that every spelling of one value has one name. Emit
//! gives the same names to the expressions of a rule, and the two are compared as texts.

/// Functions whose result is the value of their argument.
const TRANSPARENT: &[&str] = &[
    "tostring",
    "parse_json",
    "parsejson",
    "todynamic",
    "toobject",
    "tolong",
    "toint",
    "tobool",
    "todouble",
    "toreal",
];

/// Whether the function gives the value of its argument, at most in another type.
pub fn is_transparent(function: &str) -> bool {
    TRANSPARENT.contains(&function)
}

/// The canonical name of an expression of the data file; `None` for prose and for what is more than a path or a call
/// over paths.
pub(super) fn canonical(text: &str) -> Option<String> {
    let mut reader = Reader { rest: text.trim() };
    let name = reader.value()?;
    reader.rest.is_empty().then_some(name)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<String> {
        if self.rest.starts_with('"') {
            return self.string();
        }
        let word = self.word()?;
        let mut name = if self.skip('(') { self.call(&word)? } else { word };
        loop {
            if self.skip('.') {
                name = format!("{name}.{}", self.word()?);
            } else if self.skip('[') {
                let end = self.rest.find(']')?;
                let index: i64 = self.rest[..end].parse().ok()?;
                self.rest = &self.rest[end + 1..];
                name = format!("{name}[{index}]");
            } else {
                return Some(name);
            }
        }
    }

    fn call(&mut self, function: &str) -> Option<String> {
        let mut arguments = vec![self.value()?];
        loop {
            self.rest = self.rest.trim_start();
            if self.skip(')') {
                break;
            }
            if !self.skip(',') {
                return None;
            }
            self.rest = self.rest.trim_start();
            arguments.push(self.value()?);
        }
        match arguments.as_slice() {
            [one] if is_transparent(function) => Some(one.clone()),
            several => Some(format!("{function}({})", several.join(","))),
        }
    }

    fn word(&mut self) -> Option<String> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then(|| word.to_owned())
    }

    /// A text between double quotes, its escapes read, written by [`literal`].
    fn string(&mut self) -> Option<String> {
        let (mut text, mut chars) = (String::new(), self.rest.char_indices().skip(1));
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(literal(&text));
                }
                '\\' => text.push(chars.next()?.1),
                other => text.push(other),
            }
        }
        None
    }

    fn skip(&mut self, c: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(c) else { return false };
        self.rest = rest;
        true
    }
}

/// A text constant within a canonical name.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn every_spelling_of_a_value_has_one_name() {
        for (text, name) in [
            ("tostring(parse_json(AdditionalFields).PipeName)", "AdditionalFields.PipeName"),
            ("tolong(parse_json(AdditionalFields).DesiredAccess)", "AdditionalFields.DesiredAccess"),
            ("tostring(TargetResources[0].type)", "TargetResources[0].type"),
            (r#"strcat(AccountDomain, "\\", AccountName)"#, r#"strcat(AccountDomain,"\\",AccountName)"#),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn prose_has_none() {
        for text in [
            "mv-expand TargetResources | p.displayName",
            "tostring(DebugData.<x>)",
            "p.newValue or q",
            r#"iff(TargetUserName == "-", A, B)"#,
            "",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
