//! Parts of values: elements of arrays, members of JSON texts, parts of paths and of URLs.

use super::super::subject::{Key, Subject};
use super::compute::{Column, compute};
use super::expression::field_name;
use super::{geo, quote};
use crate::ir::{Expr, ExprKind, MemberKey};
use crate::mapping::path::is_transparent;

/// What the event's JSON holds at a place for which there is no field: an array, a bag, one element of an array.
pub(in super::super) fn inside(name: &str, subject: &Subject) -> Option<String> {
    if subject.is_in_text() {
        return in_text(name, subject);
    }
    let mut path = name.to_owned();
    for key in &subject.keys {
        match key {
            Key::Index(index) if *index >= 0 => path = path.replacen("{}", &format!("{{{index}}}"), 1),
            // From the end, among the elements that have the field.
            Key::Index(index) => {
                let is_only = subject.keys.iter().filter(|key| matches!(key, Key::Index(_))).count() == 1;
                return is_only.then(|| format!("mvindex({}, {index})", field_name(name)));
            }
            // A path cannot say that a key has a dot; the field that is extracted is called so anyhow.
            Key::Property(property) if property.contains('.') => return Some(field_name(name)),
            Key::Property(_) => {}
        }
    }
    Some(format!("json_extract(_raw, {})", quote(&path)))
}

/// A member of a text that is JSON within the event's JSON.
fn in_text(name: &str, subject: &Subject) -> Option<String> {
    let (mut suffix, mut path) = (String::new(), Vec::new());
    for key in &subject.keys {
        match key {
            Key::Property(property) => {
                suffix.push('.');
                suffix.push_str(property);
                path.push(MemberKey::Property(property.clone()));
            }
            Key::Index(index) => {
                suffix.push_str("{}");
                path.push(MemberKey::Index(*index));
            }
        }
    }
    let column = name.strip_suffix(&suffix)?;
    let path = spelled(&path.iter().collect::<Vec<_>>())?;
    Some(format!("json_extract(json_extract(_raw, {}), {})", quote(column), quote(&path)))
}

/// The elements of an array as the values of one field.
pub(super) fn elements(array: &str) -> String {
    format!("json_array_to_mv({array})")
}

/// The values of a field as the text of an array.
pub(super) fn json_of(values: &str) -> String {
    format!("({} . mvjoin({values}, {}) . {})", quote("[\""), quote("\",\""), quote("\"]"))
}

/// A member of a value that is no column of its own.
pub(super) fn member(base: &Expr, key: &MemberKey, column: Column<'_>) -> Option<String> {
    if let (ExprKind::Call { name, arguments }, MemberKey::Property(property)) = (&base.kind, key) {
        match (name.as_str(), arguments.as_slice()) {
            ("geo_info_from_ip_address", [address]) => return geo::part(address, property, column),
            ("parse_path", [path]) => return of_path(&compute(path, column)?, property),
            ("parse_url" | "parseurl", [url]) => return of_url(&compute(url, column)?, property),
            _ => {}
        }
    }
    // Both sides count negative positions from the end.
    if let (ExprKind::Call { name, arguments }, MemberKey::Index(index)) = (&base.kind, key)
        && name == "split"
    {
        return match arguments.as_slice() {
            [_, _] => compute(base, column).map(|array| format!("mvindex({array}, {index})")),
            // An array of one part.
            _ if *index == 0 => compute(base, column),
            _ => None,
        };
    }
    let mut path = Vec::new();
    let text = json_text(base, key, &mut path)?;
    Some(format!("json_extract({}, {})", compute(text, column)?, quote(&spelled(&path)?)))
}

/// The text that a member is read from, and its path within.
pub(super) fn json_place(expr: &Expr) -> Option<(&Expr, String)> {
    let ExprKind::Member { base, key } = &expr.kind else { return None };
    let mut path = Vec::new();
    let text = json_text(base, key, &mut path)?;
    matches!(text.kind, ExprKind::Field(_)).then_some((text, spelled(&path)?))
}

/// The text that a member is read from, and the way to it.
fn json_text<'e>(base: &'e Expr, key: &'e MemberKey, path: &mut Vec<&'e MemberKey>) -> Option<&'e Expr> {
    let text = match &base.kind {
        ExprKind::Member { base, key } => json_text(base, key, path)?,
        ExprKind::Call { name, arguments } if is_transparent(name) => match arguments.as_slice() {
            [Expr { kind: ExprKind::Member { base, key }, .. }] => json_text(base, key, path)?,
            [one] => one,
            _ => return None,
        },
        ExprKind::Field(_) => base,
        _ => return None,
    };
    path.push(key);
    Some(text)
}

/// A path of `json_extract`, which has no way to escape its own marks.
fn spelled(path: &[&MemberKey]) -> Option<String> {
    let mut text = String::new();
    for key in path {
        match key {
            MemberKey::Property(name) if !name.contains(['.', '{', '}', '"']) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            MemberKey::Index(index) if *index >= 0 => text.extend(["{", &index.to_string(), "}"]),
            MemberKey::Property(_) | MemberKey::Index(_) | MemberKey::Computed(_) => return None,
        }
    }
    Some(text)
}

/// What `parse_path` gives; a part that is not there is empty.
fn of_path(path: &str, part: &str) -> Option<String> {
    const NAME: &str = r"^.*[\\/]";
    let name = format!("replace({path}, {}, \"\")", quote(NAME));
    Some(match part {
        "Filename" => name,
        "Extension" => {
            let (has, before) = (quote(r"[.][^.\\/]+$"), quote(r"^.*[.]"));
            format!("if(match({path}, {has}), replace({path}, {before}, \"\"), \"\")")
        }
        "DirectoryPath" => {
            let (has, after) = (quote(r"[\\/]"), quote(r"[\\/][^\\/]*$"));
            format!("if(match({path}, {has}), replace({path}, {after}, \"\"), \"\")")
        }
        "DirectoryName" => {
            let whole = r"^(?:.*[\\/])?([^\\/]+)[\\/][^\\/]*$";
            format!("if(match({path}, {0}), replace({path}, {0}, \"\\\\1\"), \"\")", quote(whole))
        }
        _ => return None,
    })
}

/// What `parse_url` gives of an absolute URL.
fn of_url(url: &str, part: &str) -> Option<String> {
    let whole = match part {
        "Scheme" => r"^([a-zA-Z][a-zA-Z0-9+.-]*)://.*$",
        "Host" => r"^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]*).*$",
        "Port" => r"^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?[^/?#:]*:([0-9]+).*$",
        "Path" => r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*([^?#]*).*$",
        "Fragment" => r"^[^#]*#(.*)$",
        "Username" => r"^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#@:]*)(?::[^/?#@]*)?@.*$",
        "Password" => r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#@:]*:([^/?#@]*)@.*$",
        _ => return None,
    };
    Some(format!("if(match({url}, {0}), replace({url}, {0}, \"\\\\1\"), \"\")", quote(whole)))
}

/// Whether the value is read from JSON inside of a text.
pub(super) fn is_json_member(expr: &Expr) -> bool {
    let ExprKind::Member { base, .. } = &expr.kind else { return false };
    let ExprKind::Call { name, arguments } = &base.kind else { return false };
    is_transparent(name) && arguments.iter().any(|text| matches!(text.kind, ExprKind::Call { .. }))
}
