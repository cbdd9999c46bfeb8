//! ASM003: a parameter that the parser does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::syntax::{ExprKind, NamedExpr};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ASM003",
    name: "unknown-parser-parameter",
    category: Category::Asim,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_parser_parameter.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Call { name, arguments } = &expr.kind else { continue };
        if !name.text.starts_with("_Im_") && !name.text.starts_with("_ASim_") {
            continue;
        }
        let Some(function) = cx.schema().table_function(&name.text) else { continue };
        let parameters: Vec<&str> = function.parameters().map(|parameter| parameter.name).collect();
        for argument in arguments.iter().filter_map(NamedExpr::name) {
            if parameters.is_empty() || parameters.contains(&&*argument.text) {
                continue;
            }
            let near = nearest(&argument.text, parameters.iter().copied());
            let mut report = cx.report(argument.span, format!("`{}` has no parameter `{}`", name.text, argument.text));
            report.label("no such parameter");
            match near {
                Some(near) => {
                    report.help(format!("write `{near}`")).replace(
                        argument.span,
                        near,
                        format!("write `{near}`"),
                        Effect::Unknown,
                    );
                }
                None => {
                    report.help(format!("use one of {}", parameters.join(", ")));
                }
            }
        }
    }
}
