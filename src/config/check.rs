//! The text of a configuration file to its types, or to everything that is wrong with it.
//!
//! Serde would stop at the first mistake and would not know that a path, a pattern or the code of a lint rule is
//! wrong. So the parsed table is first held against the [`super::keys`]; what passes is then read by serde.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::ConfigFile;
use super::keys::{Key, ROOT, Shape};
use super::problem::Problem;
use super::{Date, check_selector, glob};

/// A checked file, and the place of its `extend`.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) file: ConfigFile,
    pub(super) extend: std::ops::Range<usize>,
}

pub(super) fn check(text: &str) -> Result<Checked, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<Problem> = errors.iter().map(syntax).collect();
    if problems.is_empty() {
        check_table(&mut problems, "", table.get_ref(), table.span(), ROOT);
    }
    check_reasons(&mut problems, table.get_ref());
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.place);
        return Err(problems);
    }
    let extend = table.get_ref().get("extend").map_or(0..0, Spanned::span);
    // The table has passed; should the types be stricter, their word counts.
    let file = toml::from_str(text).map_err(|error| vec![syntax(&error)])?;
    Ok(Checked { file, extend })
}

/// Whoever wants a reason for each suppression wants one here too.
fn check_reasons(problems: &mut Vec<Problem>, table: &DeTable<'_>) {
    let is_required = table.get("require-suppression-reason").map(Spanned::get_ref);
    let Some(DeValue::Array(entries)) = table.get("ignore").map(Spanned::get_ref) else { return };
    if !matches!(is_required, Some(DeValue::Boolean(true))) {
        return;
    }
    for entry in
        entries.iter().filter(|entry| matches!(entry.get_ref(), DeValue::Table(table) if !table.contains_key("reason")))
    {
        let problem = Problem::new(entry.span(), "an entry of `[[ignore]]` has no `reason`".to_owned());
        problems.push(problem.help(Some("say why, as `require-suppression-reason` wants it".to_owned())));
    }
}

fn syntax(error: &toml::de::Error) -> Problem {
    let message = error.message().lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
    Problem::new(error.span().unwrap_or(0..0), message)
}

fn check_table(
    problems: &mut Vec<Problem>,
    heading: &str,
    table: &DeTable<'_>,
    place: std::ops::Range<usize>,
    keys: &[Key],
) {
    for (name, value) in table {
        match keys.iter().find(|key| key.name == name.get_ref()) {
            Some(key) => check_value(problems, &Name::of(heading, key.name), value, &key.shape),
            None => problems.push(unknown(heading, name, keys)),
        }
    }
    for key in keys.iter().filter(|key| key.is_required && !table.contains_key(key.name)) {
        let message = format!("an entry of `[[{heading}]]` has no `{}`", key.name);
        problems.push(Problem::new(place.clone(), message).help(Some(format!("say {}", lower_first(key.about)))));
    }
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// What a value is called in messages.
struct Name {
    /// `` `severity` ``, or `` an item of `select` ``.
    words: String,
    /// `lint.severity`
    path: String,
}

impl Name {
    fn of(heading: &str, key: &str) -> Self {
        let path = if heading.is_empty() { key.to_owned() } else { format!("{heading}.{key}") };
        Self { words: format!("`{key}`"), path }
    }

    fn item(&self) -> Self {
        Self { words: format!("an item of {}", self.words), path: self.path.clone() }
    }
}

fn check_value(problems: &mut Vec<Problem>, name: &Name, value: &Spanned<DeValue<'_>>, shape: &Shape) {
    let place = value.span();
    match (shape, value.get_ref()) {
        (Shape::Text | Shape::Path, DeValue::String(_)) | (Shape::Flag, DeValue::Boolean(_)) => {}
        (Shape::Date, DeValue::String(text)) => problems.extend(date(text, place)),
        (Shape::Date, DeValue::Datetime(written)) => problems.extend(date(&written.to_string(), place)),
        (Shape::Glob, DeValue::String(pattern)) => problems.extend(pattern_problem(pattern, place)),
        (Shape::Selector, DeValue::String(word)) => problems.extend(selector(word, place)),
        (Shape::Choice(words), DeValue::String(word)) => problems.extend(choice(name, word, &words(), place)),
        (Shape::List(shape), DeValue::Array(values)) => {
            values.iter().for_each(|value| check_value(problems, &name.item(), value, shape));
        }
        (Shape::Table(keys), DeValue::Table(table)) => check_table(problems, &name.path, table, place, keys),
        (Shape::Tables(keys), DeValue::Array(entries)) if entries.iter().all(is_table) => {
            for entry in entries {
                if let DeValue::Table(table) = entry.get_ref() {
                    check_table(problems, &name.path, table, entry.span(), keys);
                }
            }
        }
        (Shape::Map(key_shape, value_shape), DeValue::Table(table)) => {
            for (key, value) in table {
                let text = DeValue::String(key.get_ref().clone());
                check_value(problems, name, &Spanned::new(key.span(), text), key_shape);
                check_value(problems, &Name::of(&name.path, key.get_ref()), value, value_shape);
            }
        }
        (shape, other) => problems.push(wrong_type(name, *shape, other, place)),
    }
}

fn is_table(value: &Spanned<DeValue<'_>>) -> bool {
    matches!(value.get_ref(), DeValue::Table(_))
}

fn unknown(heading: &str, name: &Spanned<std::borrow::Cow<'_, str>>, keys: &[Key]) -> Problem {
    let (word, place) = (name.get_ref(), name.span());
    let of = if heading.is_empty() { String::new() } else { format!(" in `[{heading}]`") };
    let problem = Problem::new(place, format!("there is no key `{word}`{of}")).label("unknown key");
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let help = if let Some(near) = nearest(word, &names) {
        format!("write `{near}`")
    } else if let Some((table, key)) = elsewhere(word).filter(|(table, _)| *table != heading) {
        format!("`{key}` belongs to `[{table}]`")
    } else {
        format!("the keys are {}", quoted(&names))
    };
    problem.help(Some(help))
}

/// The table that has such a key, and the key: people forget headings.
fn elsewhere(word: &str) -> Option<(&'static str, &'static str)> {
    ROOT.iter().find_map(|table| match table.shape {
        Shape::Table(keys) | Shape::Tables(keys) => {
            let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
            nearest(word, &names).map(|key| (table.name, key))
        }
        Shape::Text
        | Shape::Flag
        | Shape::Path
        | Shape::Date
        | Shape::Glob
        | Shape::Selector
        | Shape::Choice(_)
        | Shape::List(_)
        | Shape::Map(..) => None,
    })
}

fn date(text: &str, place: std::ops::Range<usize>) -> Option<Problem> {
    let is_date = Date::parse(text).is_some();
    let problem = || Problem::new(place, format!("`{text}` is not a day")).help(Some("write 2027-01-31".to_owned()));
    (!is_date).then(problem)
}

fn pattern_problem(pattern: &str, place: std::ops::Range<usize>) -> Option<Problem> {
    let problem = |why| Problem::new(place, format!("`{pattern}` is not a pattern for paths")).label(why);
    glob::problem(pattern).as_deref().map(problem)
}

fn selector(word: &str, place: std::ops::Range<usize>) -> Option<Problem> {
    let unknown = check_selector(word).err()?;
    let help = match unknown.suggestion {
        Some(near) => format!("write `{near}`"),
        None => "`kqlift rule --all` lists them".to_owned(),
    };
    Some(Problem::new(place, format!("there is no lint rule `{word}`")).help(Some(help)))
}

fn choice(name: &Name, word: &str, words: &[&str], place: std::ops::Range<usize>) -> Option<Problem> {
    if words.contains(&word) {
        return None;
    }
    let help = match nearest(word, words) {
        Some(near) => format!("write `{near}`"),
        None => format!("write one of {}", quoted(words)),
    };
    Some(Problem::new(place, format!("{} can't be `{word}`", name.words)).help(Some(help)))
}

fn wrong_type(name: &Name, shape: Shape, value: &DeValue<'_>, place: std::ops::Range<usize>) -> Problem {
    let found = match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let Name { words, path } = name;
    let (wanted, help) = match shape {
        Shape::Text | Shape::Path | Shape::Glob | Shape::Selector | Shape::Choice(_) => ("a text", None),
        Shape::Flag => ("true or false", None),
        Shape::Date => ("a date", Some("write 2027-01-31".to_owned())),
        Shape::List(_) => ("a list", Some("put it between `[` and `]`".to_owned())),
        Shape::Table(_) | Shape::Map(..) => ("a table", Some(format!("write its keys below a line `[{path}]`"))),
        Shape::Tables(_) => ("a list of tables", Some(format!("write each entry below a line `[[{path}]]`"))),
    };
    Problem::new(place, format!("{words} has to be {wanted}, not {found}")).help(help)
}

/// The word that was probably meant.
fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    /// Similarity from which a spelling counts as a slip of the same word.
    const ENOUGH: f64 = 0.65;

    let plain = word.to_lowercase().replace('_', "-");
    // `warn` is too far from `warning` for a slip, but it is how people shorten it.
    let is_short = |candidate: &&&str| plain.len() >= 3 && candidate.starts_with(&plain);
    if let Some(longer) = words.iter().find(is_short) {
        return Some(longer);
    }
    words
        .iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&plain, candidate), *candidate))
        .filter(|(similarity, _)| *similarity >= ENOUGH)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b` ``
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
