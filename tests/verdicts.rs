//! Short texts at the borders of the language, against the recorded verdicts of Kusto's own parser.

use std::path::Path;

use kqlift::parse::parse;
use serde::de::DeserializeOwned;

#[derive(serde::Deserialize)]
struct Verdicts {
    accepted: Vec<String>,
    refused: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Differences {
    difference: Vec<Difference>,
}

#[derive(serde::Deserialize)]
struct Difference {
    query: String,
    accepted: bool,
}

fn cases<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let text = std::fs::read_to_string(path).expect("the cases are there");
    toml::from_str(&text).expect("the cases are TOML")
}

#[test]
fn verdicts_are_those_of_kusto() {
    let verdicts: Verdicts = cases("parse-verdicts.toml");
    for text in &verdicts.accepted {
        assert_eq!(parse(text).errors, [], "{text}");
    }
    for text in &verdicts.refused {
        assert!(!parse(text).is_accepted(), "{text}");
    }
}

/// A difference that has gone must leave the list.
#[test]
fn listed_differences_exist() {
    let differences: Differences = cases("parse-differences.toml");
    for difference in &differences.difference {
        assert_eq!(parse(&difference.query).is_accepted(), difference.accepted, "{}", difference.query);
    }
}
