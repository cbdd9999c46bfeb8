//! SCH002: a column that the rows at this point do not have.

use std::collections::BTreeMap;

use crate::analyze::{Unresolved, UnresolvedKind};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::dropped::{Dropped, is_plain};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Columns, Origin, nearest};
use crate::span::Span;
use crate::syntax::{ExprKind, Pipeline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH002",
    name: "unknown-column",
    category: Category::Schema,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_column.md"),
    check,
};

/// Further uses of the same name that a finding shows.
const SHOWN_USES: usize = 3;

fn check(cx: &mut Context<'_>) {
    let mut names: BTreeMap<&str, Vec<&Unresolved>> = BTreeMap::new();
    for unknown in &cx.facts().unresolved {
        if unknown.kind == UnresolvedKind::Column && !is_in_broken_statement(cx, unknown.span) {
            names.entry(&unknown.name).or_default().push(unknown);
        }
    }
    for (name, uses) in names {
        if name.contains('*') {
            report_pattern(cx, &uses);
        } else {
            report(cx, name, &uses);
        }
    }
}

/// What a statement with a syntax error says about its columns is not to be trusted.
fn is_in_broken_statement(cx: &Context<'_>, place: Span) -> bool {
    let statement = cx.query().statements.iter().find(|statement| statement.span.contains(place));
    statement.is_some_and(|statement| cx.errors().iter().any(|error| statement.span.contains(error.span)))
}

/// A pattern of `project-away` and its kin may match nothing.
fn report_pattern(cx: &mut Context<'_>, uses: &[&Unresolved]) {
    for unknown in uses {
        cx.report(unknown.span, format!("no column matches `{}`: it does nothing", unknown.name))
            .severity(Severity::Info)
            .label("no such column");
    }
}

fn report(cx: &mut Context<'_>, name: &str, uses: &[&Unresolved]) {
    let Some((first, others)) = uses.split_first() else { return };
    let found = Surroundings::of(cx, name, first.span);
    let edits = found.case_variant().filter(|variant| is_slip_of_case(cx, name, uses, variant)).map(|variant| {
        let edit = |unknown: &&Unresolved| Edit { place: unknown.span.into(), replacement: variant.to_owned() };
        (variant.to_owned(), uses.iter().map(edit).collect::<Vec<_>>())
    });
    let (message, help) = (found.message(name), found.help(cx, name));
    let dropped = found.dropped.map(|(_, dropped)| (dropped.operator.keyword_span(), dropped.operator.keyword));
    let mut report = cx.report(first.span, message);
    report.label("no such column");
    if let Some((span, keyword)) = dropped {
        report.related(span, format!("removed by this `{keyword}`"));
    }
    for other in others.iter().take(SHOWN_USES) {
        report.related(other.span, "used here too");
    }
    if let Some(help) = help {
        report.help(help);
    }
    if let Some((variant, edits)) = edits {
        report.fix(format!("write `{variant}`"), Effect::Same, edits);
    }
}

/// What there is where a column is looked for in vain.
struct Surroundings<'t> {
    columns: Columns,
    /// The column's name before it got lost, perhaps in another letter case, and where that was.
    dropped: Option<(String, Dropped<'t>)>,
    /// The name there is instead, which differs in letter case alone, if it is the only one.
    variant: Option<String>,
}

impl<'t> Surroundings<'t> {
    fn of(cx: &Context<'t>, name: &str, place: Span) -> Self {
        let Some((pipeline, index)) = cx.operator_around(place) else {
            return Self { columns: Columns::default(), dropped: None, variant: None };
        };
        let columns = cx.columns_before(pipeline, index);
        let variant = only_variant(&columns, name);
        let dropped = if variant.is_some() { None } else { dropped(cx, pipeline, name, place) };
        Self { columns, dropped, variant }
    }

    fn case_variant(&self) -> Option<&str> {
        self.variant.as_deref().filter(|variant| is_plain(variant))
    }

    fn message(&self, name: &str) -> String {
        match (&self.dropped, self.only_table()) {
            (Some((lost, dropped)), _) => {
                format!("`{lost}` is gone here: the `{}` above does not keep it", dropped.operator.keyword)
            }
            (None, Some(table)) => format!("`{table}` has no column `{name}`"),
            (None, None) => format!("there is no column `{name}` here"),
        }
    }

    fn help(&self, cx: &Context<'_>, name: &str) -> Option<String> {
        if let Some((lost, dropped)) = &self.dropped {
            return Some(format!("use `{lost}` before the `{}`, or keep it there", dropped.operator.keyword));
        }
        if let Some(variant) = &self.variant {
            return Some(format!("there is `{variant}`: KQL's names are case-sensitive"));
        }
        let renamed = self.only_table().and_then(|table| cx.schema().renamed_column(table, name));
        let near = || nearest(name, self.columns.columns.iter().map(|column| column.name.as_str()));
        match (renamed, near(), self.only_table()) {
            (Some(column), _, _) => Some(format!("this table calls it `{column}`")),
            (None, Some(near), _) => Some(format!("did you mean `{near}`?")),
            (None, None, Some(_)) => Some("if your workspace has it, describe it in a file for `--schema`".to_owned()),
            (None, None, None) => None,
        }
    }

    /// The table that all columns come from as they are.
    fn only_table(&self) -> Option<&str> {
        let mut tables = self.columns.columns.iter().map(|column| match &column.origin {
            Origin::Table { table, .. } => Some(table.as_str()),
            Origin::Event { .. } | Origin::Several(_) | Origin::Computed { .. } | Origin::Made(_) | Origin::Unknown => {
                None
            }
        });
        let first = tables.next()??;
        tables.all(|table| table == Some(first)).then_some(first)
    }
}

/// Where the pipeline lost the column, or one whose name differs in letter case alone.
fn dropped<'t>(cx: &Context<'t>, pipeline: &'t Pipeline<'t>, name: &str, place: Span) -> Option<(String, Dropped<'t>)> {
    let lost = |name: &str| Dropped::find(cx, pipeline, name, place.start).map(|dropped| (name.to_owned(), dropped));
    lost(name).or_else(|| lost(&only_variant(&cx.facts().columns_of_source(pipeline), name)?))
}

/// The only column whose name differs in letter case alone.
fn only_variant(columns: &Columns, name: &str) -> Option<String> {
    let mut same = columns.columns.iter().filter(|column| column.name.eq_ignore_ascii_case(name));
    let first = same.next()?;
    same.next().is_none().then(|| first.name.clone())
}

/// Whether the name was meant to be that column: it is written nowhere else, not even in a comment (where the
/// parameters of a saved function stand), and no operator that uses it names the column as well.
fn is_slip_of_case(cx: &Context<'_>, name: &str, uses: &[&Unresolved], variant: &str) -> bool {
    let is_everywhere_a_column = words(cx.text(), name).count() == uses.len();
    let names_both = uses.iter().any(|unknown| {
        cx.operator_around(unknown.span).and_then(|(pipeline, index)| pipeline.operators.get(index)).is_some_and(
            |operator| {
                cx.expressions()
                    .filter(|expr| operator.span.contains(expr.span))
                    .any(|expr| matches!(&expr.kind, ExprKind::Name(other) if other.text == variant))
            },
        )
    });
    is_everywhere_a_column && !names_both
}

/// Where `name` stands as a whole word.
fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).map(|(start, _)| start).filter(move |start| {
        let before = text[..*start].chars().next_back();
        let after = text[start + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
