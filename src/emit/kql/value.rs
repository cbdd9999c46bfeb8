//! The value that a column of the source had, from a column of the target that may hold it in another form.

use super::super::subject::{Key, Subject, is_number};
use super::{print, test};
use crate::mapping::{Assumption, Column, Resolution, ValueForm};

/// The expression; `None` if the value cannot be told from the target's.
pub(in super::super) fn of_resolution(resolution: &Resolution) -> Option<String> {
    if resolution.source.values != resolution.target.values {
        return None;
    }
    let spellings = resolution.target.spellings();
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
        (from, to) if from.holds_same_value(to) => Some(column),
        _ => None,
    }
}

/// What the expression assumes.
pub(in super::super) fn assumed(resolution: &Resolution) -> Vec<Assumption> {
    let of_form = match (resolution.source.form, resolution.target.form) {
        (ValueForm::Name, ValueForm::Path | ValueForm::NameOrPath) => Some(Assumption::FullPath),
        (ValueForm::AcctName | ValueForm::AcctDomain, ValueForm::Acct) => Some(Assumption::DomainUser),
        (ValueForm::Host, ValueForm::Fqdn) | (ValueForm::Fqdn, ValueForm::Host) => Some(Assumption::Host),
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
