//! Random valid queries: every operator, every kind of expression, sub-queries in each other.
//!
//! Texts, not trees: what is generated is spelled in the ways that people spell it.

#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses a part")]

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::Config;

/// So many cases, unless `PROPTEST_CASES` says otherwise.
pub(crate) fn config(cases: u32) -> Config {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: wanted.unwrap_or(cases), failure_persistence: None, ..Config::default() }
}

/// A query of a few statements whose nesting is at most `depth`.
pub(crate) fn query(depth: u32) -> BoxedStrategy<String> {
    (vec(statement(depth), 0..3), pipeline(depth), select(&["", ";", " ; // end", "\r\n"][..]))
        .prop_map(|(statements, result, end)| {
            let lets: String = statements.iter().flat_map(|statement| [statement.as_str(), ";\n"]).collect();
            format!("{lets}{result}{end}")
        })
        .boxed()
}

/// Fills the holes `{}` of a template, in order.
fn fill(template: &str, values: &[String]) -> String {
    let mut values = values.iter();
    let mut pieces = template.split("{}");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + values.next().map_or("", String::as_str) + piece)
}

/// One of the templates, filled with values of a strategy.
fn template(templates: &'static [&'static str], value: &BoxedStrategy<String>) -> BoxedStrategy<String> {
    let holes = templates.iter().map(|template| template.matches("{}").count()).max().unwrap_or(0);
    (select(templates), vec(value.clone(), holes)).prop_map(|(template, values)| fill(template, &values)).boxed()
}

fn statement(depth: u32) -> BoxedStrategy<String> {
    let templates: &[&str] = &[
        "let {} = {}",
        "let {} = () { {} }",
        "let {} = view (a:string, b:long = 5, T:(x:string, y:dynamic), U:(*)) { let inner = 1; {}; }",
        "let {} = materialize({})",
        "let {} = toscalar kind=nooptimization ({})",
    ];
    let declared = (select(templates), name(), pipeline(depth.saturating_sub(1)))
        .prop_map(|(template, name, value)| fill(template, &[name, value]));
    let fixed = select(
        &[
            "set notruncation",
            "set truncationmaxsize = 1048576",
            "declare query_parameters(a:string, b:long = -5)",
            "declare pattern p",
            "declare pattern q = (a:string)[b:string] { ('x').['y'] = { T }; ('z') = { T | take 1 }; }",
            "alias database d = cluster('c').database('d')",
            "restrict access to (T*, database('d').*)",
            "let f = (x:long) { x + 1 }",
        ][..],
    );
    prop_oneof![3 => declared, 1 => fixed.prop_map(str::to_owned)].boxed()
}

fn pipeline(depth: u32) -> BoxedStrategy<String> {
    let operators = vec(operator(depth), 0..4);
    let gap = select(&["\n| ", " | ", "\n// between\n|\t", "|"][..]);
    (source(depth), operators, gap)
        .prop_map(|(source, operators, gap)| {
            operators.iter().fold(source, |text, operator| format!("{text}{gap}{operator}"))
        })
        .boxed()
}

fn source(depth: u32) -> BoxedStrategy<String> {
    let heads = template(
        &[
            "union kind=outer withsource=T isfuzzy=true A, (B | take 1), C*, database('d').E",
            "print x = {}, {}",
            "range i from {} to {} step {}",
            "search kind=case_sensitive in (A, B*) * has 'x' or {}",
            "find withsource=T in (A, B) where {} project a, b:long, pack(*)",
            "find {} project-smart",
            "datatable (a:string, b:long, c:datetime) ['x', -1, datetime(2024-01-01), \"y\", 2, datetime(null)]",
            "externaldata (a:string) [@'https://example.org/x.csv', {}] with (format='csv', ignoreFirstRecord=true)",
            "evaluate plugin({}, {})",
        ],
        &expression(depth.saturating_sub(1)),
    );
    let tables = prop_oneof![
        name(),
        Just("cluster('c').database('d').Table".to_owned()),
        Just("T datascope=hotcache".to_owned()),
        Just("_GetWatchlist('names')".to_owned()),
        Just("table('T')".to_owned()),
    ];
    if depth == 0 {
        return tables.boxed();
    }
    let nested = pipeline(depth - 1).prop_map(|inner| format!("({inner})"));
    prop_oneof![4 => tables, 2 => heads, 1 => nested].boxed()
}

fn operator(depth: u32) -> BoxedStrategy<String> {
    let rows = template(
        &[
            "where {}",
            "filter {}",
            "take {}",
            "limit {}",
            "count",
            "count as n",
            "sample 5",
            "sample-distinct 5 of {}",
            "sort by {} asc nulls first, {} granny-desc, {}",
            "order by {}",
            "top 5 by {} desc nulls last",
            "top-hitters 5 of {} by {}",
            "top-nested 3 of {} with others = 'rest' by count() desc, top-nested of {} by sum(x)",
            "serialize r = row_number()",
            "as hint.materialized=true Result",
            "getschema",
            "consume decodeblocks=true",
            "invoke f({}, x = {})",
            "render timechart",
            "render columnchart with (title='x', ycolumns=a, b, ymin=-1)",
            "render piechart title='x'",
            "render timechart with (title = ~~~x~~~)",
        ],
        &expression(depth),
    );
    let columns = template(
        &[
            "extend x = {}, (a, b) = {}, ['new name'] = {}",
            "project a, b = {}, {}",
            "project",
            "project-away a*, *_b, c",
            "project-keep a, ['b c']",
            "project-rename x = y, ['a b'] = c",
            "project-reorder a asc, b* granny-desc, *",
            "project-by-names {}",
            "distinct *",
            "distinct a, {}",
            "summarize",
            "summarize by {}",
            "summarize hint.strategy=shuffle count(), dcount({}), arg_max(t, *) by {}, bin(t, 1h)",
            "summarize count() by t bin=1d",
            "make-series n = count() default=0, avg({}) default = {} on t from ago(1d) to now() step 1h by {}",
            "make-series sum({}) on t in range(ago(1d), now(), 1h)",
            "reduce by {} with threshold=0.2, characters='-'",
            "facet by a.b[{}], c with (where {} | take 1)",
            "facet by a with take 1",
            "mv-expand kind=array with_itemindex=i x = {} to typeof(string), y to typeof(long) limit 10",
            "mvexpand {}",
            "parse kind=regex flags=Ui {} with * 'a' b:long \"c\" d *",
            "parse-where {} with a 'x' b",
            "parse-kv {} as (a:string, b:long) with (pair_delimiter=',', kv_delimiter='=', greedy=true)",
            "evaluate hint.distribution=per_node bag_unpack({}, 'p_') : (*, x:string, y:long)",
            "assert-schema (a:string, b:long)",
            "scan with_match_id=m order by t asc partition by u declare (n:long = 0) with \
             (step s1 output=all: {} => n = 1, k = {}; step s2 optional: s1.x == {};)",
            "make-graph a --> b with N on id",
            "make-graph a -- b with_node_id=n partitioned-by p (take 1)",
            "graph-match cycles=none (a)-[e*1..3]->(b)<--(c), (c)--(d) where {} project x = a.n, e",
            "graph-shortest-paths output=any (a)-[e*1..5]->(b)",
            "graph-to-table nodes as N with_node_id=n, edges as E",
            "graph-where-nodes {}",
            "graph-where-edges {}",
            "graph-mark-components kind=weak with_component_id=c",
        ],
        &expression(depth),
    );
    if depth == 0 {
        return prop_oneof![rows, columns].boxed();
    }
    prop_oneof![3 => rows, 3 => columns, 2 => nested_operator(depth - 1)].boxed()
}

fn nested_operator(depth: u32) -> BoxedStrategy<String> {
    let queries = template(
        &[
            "join kind=inner hint.strategy=broadcast ({}) on a, $left.b == $right.c",
            "join ({}) on a",
            "join kind=leftanti ({}) where true",
            "lookup kind=leftouter ({}) on k",
            "union isfuzzy=true ({}), T, ({})",
            "where a in ({})",
            "extend s = toscalar({}), t = totable({})",
            "partition hint.concurrency=2 by a { {} }",
            "macro-expand G as X ({})",
        ],
        &pipeline(depth),
    );
    let operators = template(
        &[
            "mv-apply x = d.list to typeof(string) limit 5 on (where x has 'a' | {})",
            "mv-apply a, b on ({})",
            "partition by a ({} | {})",
            "fork ({}) second=({} | {})",
        ],
        &operator(depth),
    );
    prop_oneof![queries, operators].boxed()
}

/// An expression in which nothing hangs on what stands around it: names, calls, tests, sums, in any mixture.
fn expression(depth: u32) -> BoxedStrategy<String> {
    if depth == 0 {
        return operand().boxed();
    }
    let inner = expression(depth - 1);
    let simple = template(
        &[
            "({})",
            "-({})",
            "not({})",
            "f({}, {})",
            "iff({} == {}, {}, a)",
            "a.b['c'][0].['d e'].f({})",
            "({}).x",
            "d[{}]",
            "coalesce(named = {}, {})",
            "case(x has 'a', {}, y !in~ ('a', \"b\" 'c'), {}, {})",
            "toscalar(T | where {} | count)",
            "dynamic({'a': [1, -2.5, null, true, 1d, datetime(2024-01-01)], \"b\": {'x': -1, @'y': 'a' 'b'}, 'c': dynamic([])})",
            "typeof(string)",
        ],
        &inner,
    );
    let tests = template(
        &[
            "a has 'x' and {} or not({})",
            "(({}) == 1 or ({}) <> 'x') and b contains_cs 'y' == true",
            "a between (({}) .. ({}))",
            "a !between (1 .. 5) and b in ({}, {})",
            "a has_any ({}) or b has_all ('x', 'y') and c !in ({})",
            "a + ({}) * b / ({}) % 2 - -1",
            "a =~ 'x' and b !~ @'c:\\d' and c matches regex h@\"x+\" and d !startswith_cs ```a\nb```",
            "a < ({}) and b >= 1d or c != 0x1F and d <= 1.5e3 or e > guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
            "x notcontains '1' or y hasprefix 'q' or z !hassuffix_cs \"\\u00e4\\x41\\101\"",
        ],
        &inner,
    );
    prop_oneof![2 => operand(), 3 => simple, 2 => tests.prop_map(|test| format!("({test})"))].boxed()
}

fn operand() -> impl Strategy<Value = String> {
    let literals = select(
        &[
            "1",
            "-5",
            "+7",
            "0xFF",
            "1.5",
            "2.",
            "1e5",
            "1d",
            "10ms",
            "2.5h",
            "true",
            "False",
            "'x'",
            "\"a\\\"b\"",
            "'it''s'",
            "@'C:\\x'",
            "@\"a\"\"b\"",
            "h'secret'",
            "H@'s'",
            "```a 'b' \\```",
            "~~~x~~~",
            "'a' \"b\"",
            "datetime(2024-01-31 10:00)",
            "long(null)",
            "time(1.02:03:04)",
            "decimal(1.5)",
            "guid(00000000-0000-0000-0000-000000000000)",
            "dynamic(null)",
            "dynamic([])",
            "{parameter}",
        ][..],
    );
    prop_oneof![literals.prop_map(str::to_owned), name(), Just("a.b.c".to_owned()), Just("f()".to_owned())]
}

/// A name that may stand anywhere.
fn name() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z][a-z0-9_]{5,8}".prop_map(|name| format!("{name}_")),
        1 => select(&["_x", "A9", "7zip", "take", "limit", "id", "['a b']", "[\"it's\"]", "['x' 'y']", "[@'\\']"][..])
            .prop_map(str::to_owned),
    ]
    .boxed()
}
