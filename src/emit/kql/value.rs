//! The value that a column of the source had, from a column of the target that may hold it in another form.

use super::super::subject::{Key, Subject, is_number};
use super::{print, test};
use crate::mapping::{Assumption, Column, Resolution, ValueForm};

/// The expression; `None` if the value cannot be told from the target's.
pub(in super::super) fn of_resolution(resolution: &Resolution) -> Option<String> {
    let spellings = resolution.target.spellings();
    if resolution.source.values != resolution.target.values {
        let [one] = spellings.as_slice() else { return None };
        return decoded(resolution, &test::column_text(one));
    }
    let column = match spellings.as_slice() {
        [one] => test::column_text(one),
        // Which of the two holds the value depends on the sensor.
        [one, other] => {
            let (one, other) = (test::column_text(one), test::column_text(other));
            format!("iff(isnotempty({one}), {one}, {other})")
        }
        _ => return None,
    };
    match (resolution.source.form, resolution.target.form) {
        (ValueForm::Int, ValueForm::IntText) => Some(format!("tolong({column})")),
        (ValueForm::IntText, ValueForm::Int) => Some(format!("tostring({column})")),
        (ValueForm::Name, ValueForm::Path | ValueForm::NameOrPath) => {
            Some(format!(r#"tostring(split(replace_string({column}, "/", "\\"), "\\")[-1])"#))
        }
        (ValueForm::AcctName, ValueForm::Acct) => Some(format!(r#"tostring(split({column}, "\\")[-1])"#)),
        (ValueForm::AcctDomain, ValueForm::Acct) => Some(format!(r#"extract(@"^([^\\]*)\\", 1, {column})"#)),
        // The scheme is gone, and nothing else.
        (ValueForm::Url, ValueForm::UrlRest) => Some(column),
        (from, to) if from.holds_same_value(to) => Some(column),
        _ => None,
    }
}

/// Whether what is computed from the target's value is what comes of the source's: a scheme that is gone may be what an
/// expression looks for.
pub(in super::super) fn is_whole(resolution: &Resolution) -> bool {
    !matches!((resolution.source.form, resolution.target.form), (ValueForm::Url, ValueForm::UrlRest))
}

/// The source's text for each of the target's, where there is exactly one.
fn decoded<'a>(resolution: &'a Resolution, column: &str) -> Option<String> {
    let (from, to) = (&resolution.source.values, &resolution.target.values);
    let pairs: Vec<(&String, &String)> = match (from.is_empty(), to.is_empty()) {
        (true, _) => to.iter().map(|(theirs, meaning)| (theirs, meaning)).collect(),
        (false, true) => from.iter().map(|(ours, meaning)| (meaning, ours)).collect(),
        (false, false) => {
            let same = |row: &'a (String, String)| from.iter().filter(move |other| other.1 == row.1);
            to.iter().flat_map(|row| same(row).map(move |other| (&row.0, &other.0))).collect()
        }
    };
    let is_once = |theirs: &String| pairs.iter().filter(|pair| pair.0 == theirs).count() == 1;
    if pairs.is_empty() || !pairs.iter().all(|(theirs, ours)| is_once(theirs) && *ours != "*") {
        return None;
    }
    let text = |text: &str| match resolution.source.form {
        ValueForm::Int | ValueForm::Bool => text.to_owned(),
        _ => print::string(text),
    };
    let none = match resolution.source.form {
        ValueForm::Int => "long(null)",
        ValueForm::Bool => "bool(null)",
        _ => "\"\"",
    };
    let cases: Vec<String> =
        pairs.iter().map(|(theirs, ours)| format!("{column} =~ {}, {}", print::string(theirs), text(ours))).collect();
    Some(format!("case({}, {none})", cases.join(", ")))
}

/// What the expression assumes.
pub(in super::super) fn assumed(resolution: &Resolution) -> Vec<Assumption> {
    let of_form = match (resolution.source.form, resolution.target.form) {
        (ValueForm::Name, ValueForm::Path | ValueForm::NameOrPath) => Some(Assumption::FullPath),
        (ValueForm::AcctName | ValueForm::AcctDomain, ValueForm::Acct) => Some(Assumption::DomainUser),
        (ValueForm::Host, ValueForm::Fqdn)
        | (ValueForm::Fqdn, ValueForm::Host)
        | (ValueForm::Url, ValueForm::UrlRest) => Some(Assumption::Host),
        (ValueForm::RegLongKey, ValueForm::RegAsimKey) => Some(Assumption::RegistryForm),
        _ => None,
    };
    resolution.assumptions.iter().copied().chain(of_form).collect()
}

/// What lies below a bag, as a text or number.
pub(in super::super) fn below(mut base: Resolution, subject: &Subject) -> Option<Resolution> {
    let spellings = base.target.spellings();
    let [bag] = spellings.as_slice() else { return None };
    if !base.source.values.is_empty() || !base.target.values.is_empty() {
        return None;
    }
    let mut path = format!("parse_json({})", test::column_text(bag));
    for key in &subject.keys {
        match key {
            Key::Property(property) => path = print::member(&path, property),
            Key::Index(index) => path = format!("{path}[{index}]"),
        }
    }
    let form = if is_number(subject.ty) { ValueForm::Int } else { ValueForm::Text };
    let expression = format!("{}({path})", if form == ValueForm::Int { "tolong" } else { "tostring" });
    base.source = Column::plain(subject.name.clone(), form);
    base.target = Column {
        names: Vec::new(),
        path: Some(expression.clone()),
        expression: Some(expression),
        ..Column::plain(String::new(), form)
    };
    base.assumptions.push(Assumption::ParseJson);
    Some(base)
}
