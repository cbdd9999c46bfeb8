//! Functions that give a part of a text, or something made from it.

use super::super::loss::LossClass;
use super::super::term::{alternatives, literal};
use super::{Built, Inverted, split};
use crate::ir::{Expr, ExprKind, MemberKey, TestOp};
use crate::schema::{ScalarType, Value};

/// What stands in front of the host of a URL.
const BEFORE_HOST: &str = "^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#@]*@)?";

/// A test of what a call gives under a key.
pub(super) fn member(built: &Built<'_>, name: &str, arguments: &[Expr], key: &MemberKey) -> Option<Inverted> {
    let exact = |expr: Option<Expr>| expr.map(|expr| Inverted { expr, class: LossClass::Exact });
    let found = match (name, arguments, key) {
        ("split", [text, delimiter], MemberKey::Index(index)) => {
            exact(split::delimiter(delimiter).and_then(|delimiter| split::component(built, text, &delimiter, *index)))
        }
        ("parse_path", [path], MemberKey::Property(property)) => exact(of_path(built, path, property)),
        ("parse_url", [url], MemberKey::Property(property)) if property == "Host" => exact(of_host(built, url)),
        _ => None,
    };
    found.or_else(|| of_argument(built, name, arguments))
}

/// A test of a part of a path.
fn of_path(built: &Built<'_>, path: &Expr, property: &str) -> Option<Expr> {
    let ends = |before: &[&str]| {
        let op = built.cased(TestOp::EndsWith, TestOp::EndsWithCs);
        let needles = built.equals()?;
        let end = |needle: &String| before.iter().map(|before| format!("{before}{needle}")).collect::<Vec<_>>();
        Some(built.text(path, op, needles.iter().flat_map(end).collect()))
    };
    match property {
        "Filename" => {
            let needles: Vec<String> =
                built.equals()?.into_iter().filter(|needle| !needle.contains(['\\', '/'])).collect();
            if needles.is_empty() {
                return Some(built.constant(false));
            }
            let alone = built.text(path, built.cased(TestOp::EqualCi, TestOp::Equal), needles);
            Some(built.any(vec![ends(&["\\", "/"])?, alone]))
        }
        "Extension" if built.equals()?.iter().all(|needle| !needle.contains(['.', '\\', '/'])) => ends(&["."]),
        _ => None,
    }
}

/// A test of the host of a URL.
fn of_host(built: &Built<'_>, url: &Expr) -> Option<Expr> {
    const END: &str = "([:/?#]|$)";
    if built.test.op == TestOp::IsEmpty {
        return Some(built.not(built.matches(url, &format!("{BEFORE_HOST}[^:/?#]"))));
    }
    let hosts = alternatives(&built.needles()?);
    let before = match built.test.op {
        TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi => "",
        TestOp::EndsWith | TestOp::EndsWithCs => "[^:/?#]*",
        _ => return None,
    };
    Some(built.matches(url, &format!("{BEFORE_HOST}{before}{hosts}{END}")))
}

/// A test of `substring(text, start, length)`.
pub(super) fn substring(built: &Built<'_>, text: &Expr, bounds: &[Expr]) -> Option<Inverted> {
    let bound = |expr: &Expr| match expr.kind {
        ExprKind::Value(Value::Integer(number)) => Some(number).filter(|number| (0..=1000).contains(number)),
        _ => None,
    };
    let bounds: Option<Vec<i64>> = bounds.iter().map(bound).collect();
    let (Some(bounds), Some(needles)) = (bounds, built.equals()) else { return contained(built, text) };
    let (start, length) = match bounds.as_slice() {
        [start] => (*start, None),
        [start, length] => (*start, Some(*length)),
        _ => return None,
    };
    let one = |needle: &String| {
        let size = i64::try_from(needle.chars().count()).ok()?;
        let is_cut = length == Some(size);
        if length.is_some_and(|length| size > length) {
            return None;
        }
        if start == 0 {
            let op = match (is_cut, built.ignores_case()) {
                (true, true) => TestOp::StartsWith,
                (true, false) => TestOp::StartsWithCs,
                (false, true) => TestOp::EqualCi,
                (false, false) => TestOp::Equal,
            };
            return Some(built.text(text, op, vec![needle.clone()]));
        }
        let end = if is_cut { "" } else { "$" };
        Some(built.matches(text, &format!("^{}{}{end}", repeated(start), literal(needle))))
    };
    let parts: Vec<Expr> = needles.iter().filter_map(one).collect();
    let expr = if parts.is_empty() { built.constant(false) } else { built.any(parts) };
    Some(Inverted { expr, class: LossClass::Exact })
}

/// So many characters.
fn repeated(count: i64) -> String {
    if count == 1 { ".".to_owned() } else { format!(".{{{count}}}") }
}

/// `extractjson("$.a.b", json)` is `parse_json(json).a.b`.
pub(super) fn json_path(built: &Built<'_>, path: &Expr, json: &Expr) -> Option<Expr> {
    let ExprKind::Value(Value::String(path)) = &path.kind else { return None };
    let is_name = |key: &&str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let keys: Vec<&str> = path.strip_prefix("$.")?.split('.').collect();
    if !keys.iter().all(is_name) {
        return None;
    }
    let of_json = |kind| Expr { kind, ty: ScalarType::Dynamic, span: built.span };
    let parsed = of_json(ExprKind::Call { name: "parse_json".to_owned(), arguments: vec![json.clone()] });
    let member =
        |base, key: &str| of_json(ExprKind::Member { base: Box::new(base), key: MemberKey::Property(key.to_owned()) });
    let member = keys.into_iter().fold(parsed, member);
    Some(built.of(&Expr { ty: ScalarType::String, ..member }))
}

/// A test of what some function makes from a text: a part of it holds a needle only where all of it does.
pub(super) fn of_argument(built: &Built<'_>, name: &str, arguments: &[Expr]) -> Option<Inverted> {
    let made_anew = [
        "base64_decode_tostring",
        "geo_info_from_ip_address",
        "gzip_decompress_from_base64_string",
        "parse_command_line",
        "parse_ipv4",
        "parse_user_agent",
        "parse_xml",
        "replace",
        "replace_regex",
        "url_decode",
    ];
    match (name, arguments) {
        ("trim" | "trim_start" | "trim_end", [_, text])
        | ("split" | "parse_path" | "parse_url" | "extract" | "substring", [text, ..]) => contained(built, text),
        (name, [text, ..]) if made_anew.contains(&name) => emptied(built, text),
        _ => None,
    }
}

/// The whole must contain what a part of it has.
pub(super) fn contained(built: &Built<'_>, text: &Expr) -> Option<Inverted> {
    let is_text_test = built.test.op.is_term_match()
        || matches!(
            built.test.op,
            TestOp::Equal
                | TestOp::EqualCi
                | TestOp::In
                | TestOp::InCi
                | TestOp::Contains
                | TestOp::ContainsCs
                | TestOp::StartsWith
                | TestOp::StartsWithCs
                | TestOp::EndsWith
                | TestOp::EndsWithCs
        );
    if !is_text_test {
        return emptied(built, text);
    }
    let needles = built.needles()?;
    if needles.iter().any(String::is_empty) {
        return None;
    }
    let op = built.cased(TestOp::Contains, TestOp::ContainsCs);
    let one = |needle: String| built.text(text, op, vec![needle]);
    let expr = if built.test.op == TestOp::HasAll {
        built.all(needles.into_iter().map(one).collect())
    } else {
        built.any(needles.into_iter().map(one).collect())
    };
    Some(Inverted { expr, class: LossClass::Over })
}

/// Nothing is made from an empty text; from others, nothing may be made as well.
pub(super) fn emptied(built: &Built<'_>, text: &Expr) -> Option<Inverted> {
    let is_asked = matches!(built.test.op, TestOp::IsEmpty | TestOp::IsNull);
    is_asked.then(|| Inverted { expr: built.is_empty(text), class: LossClass::Under })
}
