//! The pest grammar of `grammar/*.pest`. Its rules are an implementation detail of the parser.

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/lexical.pest"]
#[grammar = "../grammar/expression.pest"]
#[grammar = "../grammar/operator.pest"]
#[grammar = "../grammar/query.pest"]
pub(super) struct Grammar;
