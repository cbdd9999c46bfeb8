//! Parts of values: elements of arrays, members of JSON texts, parts of paths and of URLs.

use super::super::subject::{Key, Subject};
use super::compute::{Column, compute};
use super::expression::field_name;
use super::quote;
use crate::ir::{Expr, ExprKind, MemberKey};
use crate::mapping::path::is_transparent;

/// One element of an array whose elements share a field, as every event of one kind has them.
pub(in super::super) fn element(name: &str, subject: &Subject) -> Option<String> {
    let indices: Vec<i64> = subject
        .keys
        .iter()
        .filter_map(|key| match key {
            Key::Index(index) => Some(*index),
            Key::Property(_) => None,
        })
        .collect();
    // The elements of nested arrays stand in one row: only the first of the first has a known place.
    let index = match indices.as_slice() {
        [one] => *one,
        several if several.iter().all(|index| *index == 0) => 0,
        _ => return None,
    };
    Some(format!("mvindex({}, {index})", field_name(name)))
}

/// A member of a value that is no column of its own.
pub(super) fn member(base: &Expr, key: &MemberKey, column: Column<'_>) -> Option<String> {
    if let (ExprKind::Call { name, arguments }, MemberKey::Property(property)) = (&base.kind, key) {
        match (name.as_str(), arguments.as_slice()) {
            ("parse_path", [path]) => return of_path(&compute(path, column)?, property),
            ("parse_url", [url]) => return of_url(&compute(url, column)?, property),
            _ => {}
        }
    }
    // Both sides count negative positions from the end.
    if let (ExprKind::Call { name, .. }, MemberKey::Index(index)) = (&base.kind, key)
        && name == "split"
    {
        return compute(base, column).map(|array| format!("mvindex({array}, {index})"));
    }
    let mut path = Vec::new();
    let text = json_text(base, key, &mut path)?;
    Some(format!("spath({}, {})", compute(text, column)?, quote(&spelled(&path)?)))
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

/// A path of `spath`, which has no way to escape its own marks.
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
            MemberKey::Index(index) if *index >= 0 => text.push_str(&format!("{{{index}}}")),
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
