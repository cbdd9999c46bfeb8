//! How much of real rules converts, and that what is written can be read again.
//!
//! The figures may only improve: `tests/cases/ratchet/convert.json` and `spl_cim.json` hold the last ones. Needs the
//! shared corpus; says aloud when it is absent. With `KQLIFT_SHOW=refusals` every refusal is printed, with the name of
//! a goal what is written for it.

#![expect(clippy::print_stdout, reason = "the figures are the point of this test")]

mod shared;

use std::collections::BTreeMap;
use std::path::Path;

use kqlift::analyze::analyze;
use kqlift::emit::{Options, Outcome, SplunkStyle, Target, convert};
use kqlift::ir::{Detection, Expr, ExprKind, Join, Pipeline, SourceKind, StageKind};
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use serde::Deserialize;
use serde_json::Value;

/// What a query is made of, as far as conversion is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Filters, columns, order on one mapped table.
    Filter,
    /// The same, with `summarize`, `distinct` or `count`.
    Summarize,
    /// One join of two mapped tables, around which only the above stand.
    Join,
}

impl Class {
    const ALL: [Self; 3] = [Self::Filter, Self::Summarize, Self::Join];

    fn as_str(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Summarize => "summarize",
            Self::Join => "join",
        }
    }
}

/// Stages of a pipeline and of those that it is made from; `None` if its source is no mapped table.
fn stages<'ir>(hub: &Hub, pipeline: &'ir Pipeline) -> Option<Vec<&'ir StageKind>> {
    let mut stages = match &pipeline.source.kind {
        SourceKind::Table { name, .. } | SourceKind::Function { name, .. } => {
            (!hub.candidates(name).is_empty()).then(Vec::new)?
        }
        SourceKind::Pipeline { pipeline, .. } => self::stages(hub, pipeline)?,
        SourceKind::Union(_)
        | SourceKind::LogSource(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => return None,
    };
    stages.extend(pipeline.stages.iter().map(|stage| &stage.kind));
    Some(stages)
}

/// Whether something is so of every table or function that is read.
fn is_every_source(pipeline: &Pipeline, is_it: &impl Fn(&SourceKind) -> bool) -> bool {
    let source = match &pipeline.source.kind {
        SourceKind::Pipeline { pipeline, .. } => is_every_source(pipeline, is_it),
        source => is_it(source),
    };
    let mut joins = pipeline.stages.iter().filter_map(|stage| match &stage.kind {
        StageKind::Join(join) => Some(&join.right),
        _ => None,
    });
    source && joins.all(|right| is_every_source(right, is_it))
}

/// What a rule is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Goal {
    Sigma,
    Spl,
    Asim,
    /// SPL over data models.
    Cim,
}

impl Goal {
    const ALL: [Self; 4] = [Self::Sigma, Self::Spl, Self::Asim, Self::Cim];

    fn as_str(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Spl => "spl",
            Self::Asim => "asim",
            Self::Cim => "cim",
        }
    }

    fn target(self) -> Target {
        match self {
            Self::Sigma => Target::Sigma,
            Self::Spl | Self::Cim => Target::Spl,
            Self::Asim => Target::Asim,
        }
    }

    /// Whether it has every table, for some kind of event that the hub knows: many tables have no parser of ASIM, and
    /// no data model.
    fn has(self, hub: &Hub, pipeline: &Pipeline) -> bool {
        match self {
            Self::Sigma | Self::Spl => true,
            Self::Asim => is_every_source(pipeline, &|source| match source {
                SourceKind::Table { name, .. } => hub.is_normalised(name),
                SourceKind::Function { name, .. } => hub.asim_function(name).is_some(),
                _ => false,
            }),
            Self::Cim => is_every_source(pipeline, &|source| match source {
                SourceKind::Table { name, .. } | SourceKind::Function { name, .. } => {
                    hub.candidates(name).iter().any(|candidate| candidate.log_source.data_model.is_some())
                }
                _ => false,
            }),
        }
    }
}

fn has_query(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Subquery(_) => true,
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().any(has_query),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => has_query(inner),
        ExprKind::Test(test) => has_query(&test.subject) || test.operands.iter().any(has_query),
        ExprKind::Call { arguments, .. } => arguments.iter().any(has_query),
        _ => false,
    }
}

/// Rank of a stage: 0 for a filter, 1 for an aggregate, 2 for a join of mapped tables; `None` for anything else.
fn rank(hub: &Hub, stage: &StageKind) -> Option<u8> {
    match stage {
        StageKind::Filter(predicate) => (!has_query(predicate)).then_some(0),
        StageKind::Extend(list) | StageKind::Project(list) | StageKind::Distinct(list) => {
            (!list.iter().any(|assignment| has_query(&assignment.value))).then_some(0)
        }
        StageKind::ProjectAway(_)
        | StageKind::ProjectKeep(_)
        | StageKind::ProjectRename(_)
        | StageKind::ProjectReorder
        | StageKind::Sort(_)
        | StageKind::Take(_)
        | StageKind::Top { .. }
        | StageKind::Annotation(_) => Some(0),
        StageKind::Summarize { .. } | StageKind::Count(_) => Some(1),
        StageKind::Join(join) => is_mapped(hub, join).then_some(2),
        _ => None,
    }
}

fn is_mapped(hub: &Hub, join: &Join) -> bool {
    let right = stages(hub, &join.right);
    right.is_some_and(|stages| stages.iter().all(|stage| rank(hub, stage).is_some_and(|rank| rank < 2)))
}

fn class(hub: &Hub, rule: &Detection) -> Option<Class> {
    let ranks: Option<Vec<u8>> = stages(hub, &rule.pipeline)?.into_iter().map(|stage| rank(hub, stage)).collect();
    let ranks = ranks?;
    match (ranks.iter().map(|rank| usize::from(*rank == 2)).sum::<usize>(), ranks.contains(&1)) {
        (0, false) if rule_filters(&rule.pipeline) => Some(Class::Filter),
        (0, true) => Some(Class::Summarize),
        (1, _) => Some(Class::Join),
        _ => None,
    }
}

/// Whether there is any filter: a listing of a whole table is no rule.
fn rule_filters(pipeline: &Pipeline) -> bool {
    let own = pipeline.stages.iter().any(|stage| matches!(stage.kind, StageKind::Filter(_)));
    own || matches!(&pipeline.source.kind, SourceKind::Pipeline { pipeline, .. } if rule_filters(pipeline))
}

fn rule(text: &str, schema: &Schema) -> Option<Detection> {
    let parsed = parse(text);
    if !parsed.is_accepted() {
        return None;
    }
    let facts = analyze(&parsed.query, schema);
    Some(lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet))
}

/// What is wrong with an output, if anything.
fn fault(target: Target, text: &str, schema: &Schema) -> Option<String> {
    match target {
        Target::Sigma => sigma_fault(text),
        Target::Spl => spl_fault(text),
        _ => kql_fault(text, schema),
    }
}

fn sigma_fault(text: &str) -> Option<String> {
    let documents: Result<Vec<serde_yaml::Value>, _> =
        serde_yaml::Deserializer::from_str(text).map(serde_yaml::Value::deserialize).collect();
    match documents {
        Err(error) => Some(error.to_string()),
        Ok(documents) => documents
            .iter()
            .find(|document| document.get("detection").or_else(|| document.get("correlation")).is_none())
            .map(|_| "a document without detection and correlation".to_owned()),
    }
}

/// Quotes and brackets must pair, brackets inside quotes aside.
fn spl_fault(text: &str) -> Option<String> {
    let (mut open, mut is_quoted, mut chars) = (Vec::new(), false, text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' if is_quoted => {
                chars.next();
            }
            '"' => is_quoted = !is_quoted,
            '(' | '[' | '{' if !is_quoted => open.push(c),
            ')' | ']' | '}' if !is_quoted => {
                let expected = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                if open.pop() != Some(expected) {
                    return Some(format!("`{c}` closes nothing"));
                }
            }
            _ => {}
        }
    }
    if is_quoted || !open.is_empty() { Some("a quote or bracket stays open".to_owned()) } else { None }
}

fn kql_fault(text: &str, schema: &Schema) -> Option<String> {
    let parsed = parse(text);
    if let Some(error) = parsed.errors.first() {
        return Some(error.message.clone());
    }
    let facts = analyze(&parsed.query, schema);
    facts.unresolved.first().map(|unresolved| format!("unresolved {:?} `{}`", unresolved.kind, unresolved.name))
}

/// How many rules of a class reach a goal.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    /// In the target's common form.
    converted: u64,
    /// On the rule's own tables, beside that form.
    on_own_tables: u64,
    all: u64,
}

#[derive(Default)]
struct Figures {
    shares: BTreeMap<(Class, Goal), Share>,
    reasons: BTreeMap<(Class, Goal), BTreeMap<String, usize>>,
    faults: Vec<String>,
}

impl Figures {
    fn add(&mut self, file: &str, text: &str, class: Class, rule: &Detection, hub: &Hub, schema: &Schema) {
        for goal in Goal::ALL.into_iter().filter(|goal| goal.has(hub, &rule.pipeline)) {
            let splunk_style = if goal == Goal::Cim { SplunkStyle::Cim } else { SplunkStyle::Raw };
            let options = Options { date: Some("2024-01-01".to_owned()), splunk_style, ..Options::default() };
            let target = goal.target();
            let share = self.shares.entry((class, goal)).or_default();
            share.all += 1;
            let conversion = convert(rule, target, hub, &options);
            // Other targets store any table; that is how public rules for them look, too.
            let is_beside = goal == Goal::Asim && conversion.is_on_own_tables();
            match conversion.outcome {
                Outcome::Converted(written) => {
                    if is_beside {
                        share.on_own_tables += 1;
                        let of_table = conversion.losses.iter().find(|loss| loss.is_of_own_table());
                        let cause = of_table.and_then(|loss| loss.suggestion.as_deref()).unwrap_or_default();
                        show(class, goal, file, &format!("on own tables, {cause}"));
                    } else {
                        share.converted += 1;
                    }
                    if std::env::var("KQLIFT_SHOW").is_ok_and(|shown| shown == goal.as_str()) {
                        println!("=== {} {file}\n{written}", class.as_str());
                    }
                    // What is kept as it is has the mistakes that it had.
                    let is_old = || is_beside && kql_fault(text, schema).is_some();
                    if let Some(fault) = fault(target, &written, schema).filter(|_| !is_old()) {
                        self.faults.push(format!("{file} {}: {fault}\n{written}", goal.as_str()));
                    }
                }
                Outcome::Refused(refusals) => {
                    let Some(first) = refusals.first() else { continue };
                    let reasons = self.reasons.entry((class, goal)).or_default();
                    *reasons.entry(first.reason.as_str().to_owned()).or_default() += 1;
                    let all: Vec<String> = refusals
                        .iter()
                        .map(|refusal| format!("{}: {}", refusal.reason.as_str(), refusal.message))
                        .collect();
                    show(class, goal, file, &all.join(" ; "));
                }
            }
        }
    }
}

/// Prints why a rule is refused or kept, if that is asked for.
fn show(class: Class, goal: Goal, file: &str, why: &str) {
    if std::env::var("KQLIFT_SHOW").is_ok_and(|shown| shown == "refusals") {
        println!("{}\t{}\t{file}\t{why}", class.as_str(), goal.as_str());
    }
}

#[test]
fn real_rules_convert() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let mut figures = Figures::default();
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        let Some(rule) = rule(&text, &schema) else { continue };
        if let Some(class) = class(&hub, &rule) {
            figures.add(file, &text, class, &rule, &hub, &schema);
        }
    }
    let mut measured = BTreeMap::new();
    for class in Class::ALL {
        for goal in Goal::ALL {
            let key = (class, goal);
            let Share { converted, on_own_tables, all } = figures.shares.get(&key).copied().unwrap_or_default();
            let name = format!("{} {}", class.as_str(), goal.as_str());
            measured.insert(name.clone(), converted);
            if goal == Goal::Asim {
                println!("{} to asim: {converted} normalised + {on_own_tables} on own tables of {all}", class.as_str());
                measured.insert(format!("{name} with own tables"), converted + on_own_tables);
            } else {
                println!("{} to {}: {converted} of {all}", class.as_str(), goal.as_str());
            }
            let mut reasons: Vec<_> = figures.reasons.remove(&key).unwrap_or_default().into_iter().collect();
            reasons.sort_by_key(|(_, count)| usize::MAX - count);
            let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            println!("  {}", reasons.join(", "));
        }
    }
    for fault in figures.faults.iter().take(20) {
        println!("FAULT {fault}");
    }
    assert_eq!(figures.faults.len(), 0, "outputs that cannot be read again");
    let (models, others) = measured.into_iter().partition(|(name, _)| name.ends_with(" cim"));
    assert_ratchet("convert.json", &others);
    assert_ratchet("spl_cim.json", &models);
}

/// Fails where fewer convert than before; writes better figures down.
fn assert_ratchet(file: &str, measured: &BTreeMap<String, u64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ratchet").join(file);
    let before: Value =
        std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    for (name, count) in measured {
        let before = before[name].as_u64().unwrap_or(0);
        assert!(*count >= before, "{name}: {count} rules convert, {before} did before");
    }
    if std::env::var_os("KQLIFT_RATCHET").is_some() || before.is_null() {
        let text = serde_json::to_string_pretty(measured).expect("names and numbers are JSON");
        std::fs::write(&path, text + "\n").expect("the ratchet file is writable");
    }
}
