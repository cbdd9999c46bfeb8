//! Where addresses are: `iplocation`, a command, in front of the first command that looks at a place.

use super::compute::{Column, compute, value};
use crate::ir::{Expr, ExprKind};

/// What is in front of the fields with the place of an address, before the name of the field with the address.
const PLACE: &str = "kql_geo.";

/// A part of the place of an address, as a field that [`with_lookups`] makes.
pub(super) fn part(address: &Expr, property: &str, column: Column<'_>) -> Option<String> {
    let field = match property {
        "country" => "Country",
        "state" => "Region",
        "city" => "City",
        "latitude" => "lat",
        "longitude" => "lon",
        _ => return None,
    };
    let address = compute(address, column)?;
    let name = address.trim_matches('\'');
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    is_name.then(|| format!("'{PLACE}{name}.{field}'"))
}

/// A call about places.
pub(super) fn write(name: &str, arguments: &[Expr], column: Column<'_>) -> Option<String> {
    let ("geo_distance_2points", [from_longitude, from_latitude, to_longitude, to_latitude]) = (name, arguments) else {
        return None;
    };
    let degrees = |expr: &Expr| value(expr, column);
    let (from, to) = (degrees(from_latitude)?, degrees(to_latitude)?);
    let (start, end) = (degrees(from_longitude)?, degrees(to_longitude)?);
    // On a ball with the mean radius of the Earth, in metres.
    let half = |one: &str, other: &str| format!("pow(sin(({other} - {one})*pi()/360), 2)");
    let along = format!("cos({from}*pi()/180)*cos({to}*pi()/180)*{}", half(&start, &end));
    Some(format!("(2*6371009*asin(sqrt({} + {along})))", half(&from, &to)))
}

/// Whether the expression asks for a place or for the distance of two.
pub(super) fn is_of_place(expr: &Expr) -> bool {
    let is_it = |name: &str| matches!(name, "geo_info_from_ip_address" | "geo_distance_2points");
    matches!(&expr.kind, ExprKind::Call { name, .. } if is_it(name))
}

/// The commands, each behind the lookups of the places that it looks at.
pub(super) fn with_lookups(commands: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for command in commands {
        // A subsearch looks up its own.
        let has_subsearch = ["join ", "append ["].iter().any(|start| command.starts_with(start));
        let own = if has_subsearch { "" } else { command.as_str() };
        for name in own.split(&format!("'{PLACE}")).skip(1).filter_map(address) {
            if !found.contains(&name) {
                all.push(format!("iplocation prefix={PLACE}{name}. {name}"));
                found.push(name);
            }
        }
        all.push(command.clone());
    }
    all
}

/// The field with the address, from the name of one with a part of its place.
fn address(text: &str) -> Option<String> {
    let (name, _) = text.split_once('\'')?;
    name.rsplit_once('.').map(|(address, _)| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::with_lookups;

    #[test]
    fn a_place_is_looked_up_once_in_front_of_its_first_use() {
        let commands =
            ["where x=1", "eval a='kql_geo.d.src.Country', b='kql_geo.d.src.City'", "where 'kql_geo.d.src.City'=b"];
        let commands = commands.map(str::to_owned);
        let all = with_lookups(&commands);
        assert_eq!(all.len(), 4);
        assert_eq!(all[1], "iplocation prefix=kql_geo.d.src. d.src");
    }
}
