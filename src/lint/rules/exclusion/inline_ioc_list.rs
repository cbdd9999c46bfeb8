//! FPX008: hashes or addresses of an attack in the query itself.

use std::net::Ipv4Addr;

use crate::diagnostic::Severity;
use crate::lint::predicate::{selects, texts_with_places};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX008",
    name: "inline-ioc-list",
    category: Category::Exclusion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("inline_ioc_list.md"),
    check,
};

/// From this many on, a list is a feed.
const MANY: usize = 5;

fn check(cx: &mut Context<'_>) {
    let mut seen: Vec<Span> = Vec::new();
    for predicate in cx.predicates().iter().filter(|predicate| selects(predicate)) {
        let indicators: Vec<Span> =
            texts_with_places(predicate).filter(|(text, _)| is_indicator(text)).map(|(_, place)| place).collect();
        let (Some(first), Some(last)) = (indicators.first(), indicators.last()) else { continue };
        if indicators.len() < MANY || seen.contains(first) {
            continue;
        }
        seen.push(*first);
        cx.report(
            first.to(*last),
            format!("{} indicators stand in the query, and none of them ends", indicators.len()),
        )
        .label("they age")
        .help("read them from `ThreatIntelIndicators`, where each has an end, or from a watchlist");
    }
}

/// A hash, or a public address.
fn is_indicator(text: &str) -> bool {
    let is_hash = matches!(text.len(), 32 | 40 | 64) && text.chars().all(|c| c.is_ascii_hexdigit());
    let is_public = text.parse::<Ipv4Addr>().is_ok_and(|address| {
        !address.is_private()
            && !address.is_loopback()
            && !address.is_link_local()
            && !address.is_documentation()
            && !address.is_unspecified()
    });
    is_hash || is_public
}
