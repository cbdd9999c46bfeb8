//! Stages behind the first search: each KQL stage as a Splunk command over fields with KQL's column names.

use std::collections::{BTreeMap, BTreeSet};

use super::super::adapt::Style;
use super::super::condition::Condition;
use super::super::flatten::substitute;
use super::super::fold::fold;
use super::super::kql::print;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::needed::names;
use super::super::reason::Reason;
use super::super::rows::conjuncts_of;
use super::super::subject::{ColumnSet, Columns, Subject, subject};
use super::super::translate::{Known, Position, Translator};
use super::super::{Request, Unmapped};
use super::compile::deduplicated;
use super::compute::{predicate, value};
use super::expression::{field_name, is_plain};
use super::{aggregate, cim, expression, geo, is_modelled, part, quoted_name, style, window};
use crate::ir::{Assignment, Expr, ExprKind, Stage, StageKind};
use crate::mapping::Dialect;
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// Why a column is not there, and what somebody can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    /// The reason.
    pub(super) cause: String,
    /// The advice.
    pub(super) advice: Option<&'static str>,
}

impl Lost {
    /// A value that the target cannot compute.
    pub(super) fn value(value: &Expr) -> Self {
        let cause = format!("`{}` cannot be computed", print::expression(value));
        Self { cause, advice: super::advice(value) }
    }
}

/// A search that is being written.
#[derive(Clone)]
pub(super) struct Search<'r, 'a> {
    pub(super) request: &'r Request<'a>,
    /// The first search, or `| multisearch …`.
    pub(super) first: String,
    /// The commands behind it.
    pub(super) commands: Vec<String>,
    /// Columns that are there under their KQL names.
    pub(super) names: BTreeSet<String>,
    /// Those of them that hold several values; other arrays are texts of JSON.
    pub(super) lists: BTreeSet<String>,
    /// Columns that only some of the united sources have on the target.
    pub(super) partial: BTreeSet<String>,
    /// Whether a row stands for as many equal events as [`cim::WEIGHT`] says.
    pub(super) is_weighted: bool,
    /// How many fields of its own the search has.
    pub(super) own_fields: usize,
    /// Whether the rows are in the order that the rule asks for.
    pub(super) is_sorted: bool,
    /// Columns that the stages behind the present one look at.
    pub(super) later: BTreeSet<String>,
    /// Those of them that decide which rows there are.
    pub(super) decisive: BTreeSet<String>,
    /// Columns that have the same value in every row.
    pub(super) constants: BTreeMap<String, Expr>,
    /// Columns that are not there, and why.
    pub(super) lost: BTreeMap<String, Lost>,
    /// What differs.
    pub(super) losses: Vec<Loss>,
    pub(super) refusals: Vec<Refusal>,
}

impl<'r, 'a> Search<'r, 'a> {
    /// A search of events, before anything is known of its columns.
    pub(super) fn new(request: &'r Request<'a>, first: String, commands: Vec<String>) -> Self {
        Self {
            request,
            first,
            commands,
            names: BTreeSet::new(),
            lists: BTreeSet::new(),
            partial: BTreeSet::new(),
            is_weighted: false,
            own_fields: 0,
            is_sorted: false,
            later: BTreeSet::new(),
            decisive: BTreeSet::new(),
            constants: BTreeMap::new(),
            lost: BTreeMap::new(),
            losses: Vec::new(),
            refusals: Vec::new(),
        }
    }
}

impl Search<'_, '_> {
    /// The search on several lines.
    pub(super) fn text(&self) -> String {
        let mut text = self.first.clone();
        for command in geo::with_lookups(&self.commands) {
            text.push_str("\n| ");
            text.push_str(&command);
        }
        text
    }

    /// The search as a subsearch, on one line.
    pub(super) fn bracketed(&self) -> String {
        let text = self.text().replace('\n', " ");
        if text.starts_with('|') { format!("[{text}]") } else { format!("[search {text}]") }
    }

    /// The number of a field that no column of the rule is.
    pub(super) fn next_number(&mut self) -> usize {
        self.own_fields += 1;
        self.own_fields
    }

    pub(super) fn refuse(&mut self, stage: &Stage, message: impl Into<String>) {
        let word = stage.kind.word();
        self.refusals.push(Refusal::new(stage.span, Reason::OperatorUnsupported, word, message));
    }

    /// Notes what the regular expressions in a value assume.
    pub(super) fn note_terms(&mut self, value: &Expr) {
        self.losses.extend(super::assumed(value, value.span));
    }

    /// Refuses for a column that is not there.
    pub(super) fn refuse_lost(&mut self, name: &str, kind: &str, span: Span) {
        let lost = self.lost.get(name);
        let cause = lost.map(|lost| format!(": {}", lost.cause)).unwrap_or_default();
        let message = format!("the {kind} `{name}` is not there on the target{cause}");
        let refusal = Refusal::new(span, Reason::FieldUnmapped, name, message);
        let advice = lost.and_then(|lost| lost.advice);
        self.refusals.push(match advice {
            Some(advice) => refusal.suggest(advice),
            None => refusal,
        });
    }

    /// Writes one stage.
    pub(super) fn stage(&mut self, stage: &Stage) {
        if let StageKind::Summarize { .. } | StageKind::Join(_) | StageKind::Distinct(_) | StageKind::Union(_) =
            stage.kind
        {
            self.is_sorted = false;
            self.constants.clear();
        }
        match &stage.kind {
            StageKind::Filter(predicate) => {
                for conjunct in conjuncts_of(fold(predicate)) {
                    let conjunct = window::without_window(self, &conjunct);
                    self.filter(&conjunct);
                }
            }
            StageKind::Extend(list) => {
                let list = window::without_windows(self, list);
                self.extend(&list);
            }
            StageKind::Project(list) => {
                let made = window::without_windows(self, list);
                self.extend(&made);
                self.keep(list.iter().map(|assignment| assignment.name.clone()).collect(), stage);
            }
            StageKind::ProjectKeep(kept) => self.keep(kept.clone(), stage),
            StageKind::ProjectAway(gone) => {
                let gone: Vec<String> = gone.iter().filter(|name| self.names.remove(*name)).cloned().collect();
                if !gone.is_empty() {
                    self.commands.push(format!("fields - {}", list_of(&gone)));
                }
            }
            StageKind::ProjectRename(renames) => {
                for (new, old) in renames {
                    if self.names.remove(old) {
                        self.names.insert(new.clone());
                        if self.lists.remove(old) {
                            self.lists.insert(new.clone());
                        }
                        self.commands.push(format!("rename {} as {}", quoted_name(old), quoted_name(new)));
                    }
                }
            }
            StageKind::Distinct(list) => {
                self.extend(list);
                let names: Vec<String> = list.iter().map(|assignment| assignment.name.clone()).collect();
                if self.has_all(&names, stage) {
                    self.commands.extend(deduplicated(&list_of(&names), ""));
                    self.is_weighted = false;
                    self.keep(names, stage);
                }
            }
            StageKind::Sort(keys) => {
                let keys: Vec<(&Expr, bool)> = keys.iter().map(|(key, is_descending)| (key, *is_descending)).collect();
                self.sort(&keys, "0", stage);
            }
            StageKind::Top { count, by, is_descending } => match number(count) {
                Some(count) => self.sort(&[(by, *is_descending)], &count.to_string(), stage),
                None => self.refuse(stage, "the number of rows is not constant"),
            },
            StageKind::Take(count) => match number(count) {
                Some(count) => self.commands.push(format!("head {count}")),
                None => self.refuse(stage, "the number of rows is not constant"),
            },
            StageKind::Count(name) => {
                aggregate::count(self, name);
            }
            StageKind::Summarize { aggregates, by } => aggregate::summarize(self, stage, aggregates, by),
            StageKind::MvExpand(list) => self.expand(list, stage),
            StageKind::Join(join) => super::join::join(self, join, stage),
            StageKind::ProjectReorder | StageKind::Annotation(_) => {}
            StageKind::Union(_) | StageKind::Parse { .. } | StageKind::Other { .. } | StageKind::Opaque(_) => {
                let word = stage.kind.word();
                self.refuse(stage, format!("`{word}` cannot be converted"));
            }
        }
    }

    /// The expression of a value over the fields that are there, whose result a field can hold.
    pub(super) fn value(&self, expr: &Expr) -> Option<String> {
        value(&fold(expr), &|expr| self.column(expr))
    }

    /// The field of a column, or what only the fields with several values say.
    fn column(&self, expr: &Expr) -> Option<String> {
        let of_lists = match &expr.kind {
            ExprKind::Call { name, arguments } if name == "array_length" => self.json_length(arguments),
            _ => self.of_lists(expr),
        };
        if of_lists.is_some() {
            return of_lists;
        }
        let found = subject(expr)?;
        let name = match &expr.kind {
            ExprKind::Field(field) => field.name.clone(),
            _ => found.name,
        };
        self.names.contains(&name).then(|| field_name(&name))
    }

    /// The condition of a predicate over the fields that are there.
    pub(super) fn predicate(&self, expr: &Expr) -> Option<String> {
        predicate(&fold(expr), &|expr| self.column(expr))
    }

    /// The length of an array that is a text of JSON.
    fn json_length(&self, arguments: &[Expr]) -> Option<String> {
        let [Expr { kind: ExprKind::Field(field), .. }] = arguments else { return None };
        let is_json = self.names.contains(&field.name) && !self.lists.contains(&field.name);
        is_json.then(|| format!("mvcount({})", part::elements(&field_name(&field.name))))
    }

    fn filter(&mut self, conjunct: &Expr) {
        let mut used = BTreeSet::new();
        names(conjunct, &mut used);
        if let Some(missing) = used.iter().find(|name| !self.names.contains(*name)) {
            let missing = missing.clone();
            self.refuse_lost(&missing, "column", conjunct.span);
            return;
        }
        for name in used.intersection(&self.partial) {
            let message =
                format!("`{name}` is empty in the events of a source of the union that has no counterpart of it");
            self.losses
                .push(Loss::new(LossClass::Changed, Reason::FieldUnmapped, conjunct.span, name.clone()).says(message));
        }
        let conjunct = &substitute(&self.without_lists(conjunct), &self.constants);
        // Here the time is a column that the search has made.
        let style = Style { time_field: None, ..style(self.request, '\\') };
        let columns = Columns {
            hub: self.request.hub,
            log_source: "the rows so far",
            from: Dialect::Native,
            to: &[],
            native_prefix: "",
            element: "{}",
            shape: ColumnSet::Listed,
        };
        let losses = std::mem::take(&mut self.losses);
        let mut translator = Translator {
            columns,
            style: &style,
            unmapped: Unmapped::Error,
            losses,
            refusals: Vec::new(),
            widens: false,
            known: Known::new(),
        };
        let condition = translator.condition(&self.renamed(conjunct), Position::TOP);
        let condition = if is_modelled(self.request) { cim::with_empty(condition) } else { condition };
        self.losses = translator.losses;
        self.refusals.extend(translator.refusals);
        if condition != Condition::Constant(true) {
            self.commands.push(format!("where {}", expression::write(&condition)));
        }
    }

    /// The names at this point of the pipeline, where table columns have been renamed already. A member is read from the
    /// text of its column, unless it is a column of its own.
    fn renamed(&self, expr: &Expr) -> Expr {
        if let ExprKind::Field(field) = &expr.kind {
            let field = crate::ir::Field { origin: crate::schema::Origin::Unknown, ..field.clone() };
            // Whatever was an array or a bag is a text here.
            let ty = if expr.ty == ScalarType::Dynamic { ScalarType::String } else { expr.ty };
            return Expr { kind: ExprKind::Field(field), ty, ..expr.clone() };
        }
        let is_column = |found: &Subject| self.names.contains(&found.name);
        if matches!(expr.kind, ExprKind::Member { .. })
            && !subject(expr).is_some_and(|found| is_column(&found))
            && let Some((text, path)) = part::json_place(expr)
        {
            let path = Expr {
                kind: ExprKind::Value(Value::String(format!("$.{path}"))),
                ty: ScalarType::String,
                span: expr.span,
            };
            let arguments = vec![path, self.renamed(text)];
            return Expr { kind: ExprKind::Call { name: "extractjson".to_owned(), arguments }, ..expr.clone() };
        }
        super::super::flatten::map_children(expr, &mut |child| self.renamed(child))
    }

    /// Makes columns; what cannot be said is missing from there on.
    pub(super) fn extend(&mut self, list: &[Assignment]) {
        let mut made = Vec::new();
        let mut missing = Vec::new();
        for assignment in list {
            let is_same = matches!(&assignment.value.kind, ExprKind::Field(field) if field.name == assignment.name);
            if is_same {
                continue;
            }
            match self.value(&assignment.value) {
                Some(value) => {
                    self.note_terms(&assignment.value);
                    made.push((assignment.name.clone(), value));
                }
                None => missing.push(assignment),
            }
        }
        for assignment in missing {
            let reason = self.lost_value(&assignment.value);
            self.names.remove(&assignment.name);
            self.lost.insert(assignment.name.clone(), reason);
            self.losses.push(lost_column(assignment));
        }
        if !made.is_empty() {
            let texts: Vec<String> = made.iter().map(|(name, value)| format!("{}={value}", eval_name(name))).collect();
            self.commands.push(format!("eval {}", texts.join(", ")));
            self.names.extend(made.into_iter().map(|(name, _)| name));
        }
        for assignment in list {
            if let ExprKind::Value(_) = assignment.value.kind {
                self.constants.insert(assignment.name.clone(), assignment.value.clone());
            } else {
                self.constants.remove(&assignment.name);
            }
            if self.is_list(&assignment.value) {
                self.lists.insert(assignment.name.clone());
            } else {
                self.lists.remove(&assignment.name);
            }
        }
    }

    /// Why a value cannot be made.
    pub(super) fn lost_value(&self, value: &Expr) -> Lost {
        let mut used = BTreeSet::new();
        names(value, &mut used);
        let of_column = used.iter().find_map(|name| self.lost.get(name).cloned());
        of_column.unwrap_or_else(|| Lost::value(value))
    }

    /// Keeps these columns, in this order.
    fn keep(&mut self, names: Vec<String>, stage: &Stage) {
        let kept: Vec<String> = names.into_iter().filter(|name| self.names.contains(name)).collect();
        if kept.is_empty() {
            self.refuse(stage, "none of the columns is there on the target");
            return;
        }
        let weight = if self.is_weighted { format!(" {}", cim::WEIGHT) } else { String::new() };
        self.commands.push(format!("table {}{weight}", list_of(&kept)));
        self.names = kept.into_iter().collect();
    }

    /// Shows these columns, as far as they are there.
    pub(super) fn show(&mut self, names: impl Iterator<Item = String>) {
        let shown: Vec<String> = names.filter(|name| self.names.contains(name)).collect();
        if !shown.is_empty() {
            self.commands.push(format!("table {}", list_of(&shown)));
        }
    }

    fn has_all(&mut self, wanted: &[String], stage: &Stage) -> bool {
        let missing = wanted.iter().find(|name| !self.names.contains(*name)).cloned();
        if let Some(missing) = &missing {
            self.refuse_lost(missing, "column", stage.span);
        }
        missing.is_none()
    }

    fn sort(&mut self, keys: &[(&Expr, bool)], count: &str, stage: &Stage) {
        let mut texts = Vec::new();
        for (key, is_descending) in keys {
            let ExprKind::Field(field) = &key.kind else { continue };
            if self.names.contains(&field.name) {
                texts.push(format!("{}{}", if *is_descending { "-" } else { "+" }, quoted_name(&field.name)));
            }
        }
        if texts.len() == keys.len() {
            self.commands.push(format!("sort {count} {}", texts.join(" ")));
            self.is_sorted = true;
        } else if count == "0" {
            let loss = Loss::new(LossClass::Informational, Reason::StageDropped, stage.span, "sort");
            self.losses.push(loss.says("the order of results is left out"));
        } else {
            self.refuse(stage, "the rows are ordered by something that is not there on the target");
        }
    }

    fn expand(&mut self, list: &[Assignment], stage: &Stage) {
        self.extend(list);
        match list {
            [one] if self.names.contains(&one.name) => {
                if !self.lists.remove(&one.name) {
                    let elements = part::elements(&field_name(&one.name));
                    self.commands.push(format!("eval {}={elements}", eval_name(&one.name)));
                }
                self.commands.push(format!("mvexpand {}", quoted_name(&one.name)));
            }
            [_] => self.refuse(stage, "the array to expand is not there on the target"),
            _ => self.refuse(stage, "several arrays cannot be expanded side by side"),
        }
    }
}

/// The loss of a column that the target cannot make.
pub(super) fn lost_column(assignment: &Assignment) -> Loss {
    Loss::new(LossClass::Informational, Reason::OutputDropped, assignment.span, &*assignment.name)
        .says(format!("the column `{}` cannot be made on the target and is left out", assignment.name))
}

pub(super) fn number(expr: &Expr) -> Option<i64> {
    match expr.kind {
        ExprKind::Value(Value::Integer(number)) => Some(number),
        _ => None,
    }
}

/// Names for a command.
pub(super) fn list_of(names: &[String]) -> String {
    names.iter().map(|name| quoted_name(name)).collect::<Vec<_>>().join(" ")
}

/// A name on the left of `=` in `eval`.
pub(super) fn eval_name(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\\\"")) }
}
