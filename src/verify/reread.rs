//! What a converted text means, read by the readers that read everybody's rules.

use crate::analyze::analyze;
use crate::emit::Target;
use crate::ir::Detection;
use crate::lower::lower;
use crate::mapping::Hub;
use crate::parse::parse;
use crate::rule::{Metadata, RuleKind};
use crate::schema::Schema;
use crate::sigma;

/// The rules of a converted text, or why they cannot be read again.
pub(super) fn reread(target: Target, text: &str, hub: &Hub, schema: &Schema) -> Result<Vec<Detection>, String> {
    match target {
        Target::Sigma => {
            sigma::meanings(text, hub).map_err(|problem| format!("the converted rule has no meaning: {problem}"))
        }
        Target::Spl => Err("a Splunk search cannot be read again".to_owned()),
        Target::Asim | Target::Xdr | Target::Sentinel => {
            let parsed = parse(text);
            if let Some(error) = parsed.errors.first() {
                return Err(format!("the converted query has a syntax error: {}", error.message));
            }
            let facts = analyze(&parsed.query, schema);
            Ok(vec![lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet)])
        }
    }
}
