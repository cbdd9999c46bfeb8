//! What a converted text means, read by the readers that read everybody's rules.

use crate::analyze::analyze;
use crate::emit::Target;
use crate::ir::Detection;
use crate::lower::lower;
use crate::mapping::Hub;
use crate::parse::parse;
use crate::rule::{Metadata, RuleKind};
use crate::schema::Schema;
use crate::sigma::{self, Collection, Places, SigmaProblem};

/// The rules of a converted text, or why they cannot be read again.
pub(super) fn reread(target: Target, text: &str, hub: &Hub, schema: &Schema) -> Result<Vec<Detection>, String> {
    match target {
        Target::Sigma => of_sigma(text, hub).map_err(|problem| format!("the converted rule has no meaning: {problem}")),
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

/// The meanings of the rules of a file that are results of their own.
fn of_sigma(text: &str, hub: &Hub) -> Result<Vec<Detection>, SigmaProblem> {
    let (rules, problems) = sigma::read(text);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let nowhere = Places::default();
    let count = rules.len();
    let rules = Collection::new(rules.iter().map(|rule| (rule, &nowhere)).collect());
    let numbers = (0..count).filter(|number| rules.stands_alone(*number));
    numbers.map(|number| rules.meaning(number, hub)).collect()
}
