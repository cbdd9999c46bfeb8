//! Rules on events: what each operator, function and stage does.

#![expect(clippy::print_stdout, reason = "figures for whoever reads the log")]

mod shared;

use kqlift::analyze::analyze;
use kqlift::eval::{EvalError, Events, Row, Timestamp, evaluate};
use kqlift::lower::lower;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use serde_json::{Value, json};

fn run(query: &str, events: &Events) -> Result<Vec<Value>, EvalError> {
    let parsed = parse(query);
    assert!(parsed.is_accepted(), "{query}");
    let facts = analyze(&parsed.query, &Schema::builtin());
    let detection = lower(query, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet);
    let rows = evaluate(&detection, events, Timestamp::parse("2024-03-10T12:00:00Z"))?;
    Ok(rows.iter().map(|row| row.to_json(&detection.pipeline.output)).collect())
}

fn events(rows: Value) -> Events {
    let rows = serde_json::from_value::<Vec<serde_json::Map<String, Value>>>(rows).expect("a list of objects");
    Events::of_every_table(rows.iter().map(Row::of_event))
}

/// The rows of a query without events.
fn rows(query: &str) -> Vec<Value> {
    match run(query, &Events::default()) {
        Ok(rows) => rows,
        Err(error) => panic!("{query}\n{error}"),
    }
}

/// The value of an expression.
fn value(expression: &str) -> Value {
    let rows = rows(&format!("datatable(one:long)[1] | project x = {expression}"));
    rows[0]["x"].clone()
}

fn values(cases: &[(&str, Value)]) {
    for (expression, expected) in cases {
        assert_eq!(value(expression), *expected, "{expression}");
    }
}

#[test]
fn the_truth_table() {
    let Some(reference) = shared::folder("reference") else { return };
    let lines = shared::json_lines(&reference.join("string-operator-truth.jsonl"));
    let mut wrong = Vec::new();
    for line in &lines {
        let predicate = line["kql_predicate"].as_str().unwrap_or_default();
        let query = format!("SecurityEvent | extend v = CommandLine | where {predicate}");
        let events = events(match &line["value"] {
            Value::Null => json!([{ "EventID": 1 }]),
            value => json!([{ "CommandLine": value }]),
        });
        let found = run(&query, &events).map(|rows| !rows.is_empty());
        if found != Ok(line["expected"] == true) {
            wrong.push(format!("{} {predicate} on {}: {found:?}", line["id"], line["value"]));
        }
    }
    println!("{} lines of the truth table, {} wrong", lines.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Values of one column, in the order of the rows.
fn column(rows: &[Value], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row[name].clone()).collect()
}

#[test]
fn texts() {
    values(&[
        ("strcat('a', 1, true, long(null))", json!("a1True")),
        ("substring('äbcdef', 1, 3)", json!("bcd")),
        ("substring('abcdef', -2)", json!("ef")),
        ("indexof('äxe', 'xe')", json!(1)),
        ("indexof('a', 'b')", json!(-1)),
        ("split('a,b,c', ',')", json!(["a", "b", "c"])),
        ("split('a,b,c', ',', 1)", json!(["b"])),
        ("strlen('äö')", json!(2)),
        ("countof('aaa', 'aa')", json!(2)),
        ("countof('aaa', 'a+', 'regex')", json!(1)),
        ("replace_string('a.b.c', '.', '-')", json!("a-b-c")),
        ("replace_regex('ab12', @'(\\w)(\\d+)', @'\\2\\1')", json!("a12b")),
        ("trim('-', '--a-')", json!("-a")),
        ("trim_end(@'\\.+', 'a..')", json!("a")),
        ("extract('(x)(y)', 2, 'axyb')", json!("y")),
        ("extract('z', 0, 'a')", json!("")),
        ("base64_decode_tostring('Zm9vIGJhcg==')", json!("foo bar")),
        ("base64_encode_tostring('foo bar')", json!("Zm9vIGJhcg==")),
        ("base64_decode_tostring('no base64')", json!("")),
        ("url_decode('a%20b%C3%A4')", json!("a bä")),
        ("toupper('aß')", json!("ASS")),
        ("'x' in~ ('X', 'y')", json!(true)),
        ("has_any_ipv4('at 10.0.0.1:80', '10.0.0.1', 'x')", json!(true)),
        ("has_ipv4('at 110.0.0.1', '10.0.0.1')", json!(false)),
        ("'CAFÉ noir' has 'café'", json!(true)),
        ("'alpha_beta' has 'alpha'", json!(true)),
        ("'1_2_3' has '2.3'", json!(false)),
        ("'ab' has ''", json!(true)),
        ("'ab' has_all ('ab', '')", json!(true)),
    ]);
}

#[test]
fn conversions_and_null() {
    values(&[
        ("toint('3.14')", json!(null)),
        ("tolong('0x3e7')", json!(999)),
        ("toint(' 45 ')", json!(45)),
        ("toint('+7')", json!(7)),
        ("todouble('0x1F')", json!(null)),
        ("tostring(true)", json!("True")),
        ("tostring(long(null))", json!("")),
        ("tobool('1')", json!(true)),
        ("coalesce('', 'b')", json!("b")),
        ("coalesce(long(null), 2)", json!(2)),
        ("isnull(long(null))", json!(true)),
        ("long(null) == 1", json!(false)),
        ("long(null) != 1", json!(true)),
        ("long(null) == long(null)", json!(null)),
        ("long(null) < 1", json!(null)),
        ("not(long(null) < 1)", json!(null)),
        ("long(null) < 1 and false", json!(false)),
        ("long(null) < 1 or true", json!(true)),
        ("long(null) in (1, 2)", json!(false)),
        ("iff(long(null) > 1, 'a', 'b')", json!("b")),
        ("case(1 > 2, 'a', 2 > 1, 'b', 'c')", json!("b")),
        ("7 / 2", json!(3)),
        ("-7 % 3", json!(2)),
        ("7 / 2.0", json!(3.5)),
        ("1 / 0", json!(null)),
        ("bin(-7, 5)", json!(-10)),
        ("ipv4_is_private('127.0.0.1')", json!(false)),
        ("ipv4_is_private('fe80::1')", json!(null)),
        ("ipv4_is_in_range('fe80::1', '10.0.0.0/8')", json!(null)),
        ("ipv6_is_in_range('2001:db8::5', '2001:db8::/32')", json!(true)),
        ("coalesce(ipv4_is_private('x'), false)", json!(false)),
    ]);
}

#[test]
fn dynamic_values() {
    values(&[
        ("parse_json('{\"a\": {\"b\": [1, 2]}}').a.b[-1]", json!(2)),
        ("parse_json('not json')", json!("not json")),
        ("isnull(parse_json(''))", json!(true)),
        ("isnull(dynamic({\"a\": 1}).A)", json!(true)),
        ("array_length(dynamic([1, 2]))", json!(2)),
        ("array_length(split('', ','))", json!(1)),
        ("set_has_element(dynamic(['a', 'b']), 'b')", json!(true)),
        ("strcat_array(dynamic(['a', 1]), '-')", json!("a-1")),
        ("pack('a', 1, 'b', 'c')", json!({ "a": 1, "b": "c" })),
        ("tostring(dynamic({\"a\":[1]}))", json!("{\"a\":[1]}")),
    ]);
}

#[test]
fn times() {
    values(&[
        ("now()", json!("2024-03-10T12:00:00.0000000Z")),
        ("ago(1d)", json!("2024-03-09T12:00:00.0000000Z")),
        ("bin(datetime(2024-03-10 12:34:56), 5m)", json!("2024-03-10T12:30:00.0000000Z")),
        ("bin(datetime(2024-03-10), 7d)", json!("2024-03-04T00:00:00.0000000Z")),
        ("startofweek(datetime(2024-03-13 10:00))", json!("2024-03-10T00:00:00.0000000Z")),
        ("endofmonth(datetime(2024-02-13))", json!("2024-02-29T23:59:59.9999999Z")),
        ("datetime_diff('month', datetime(2020-01-31), datetime(2019-12-31))", json!(1)),
        ("datetime_diff('week', datetime(2024-03-10), datetime(2024-03-09))", json!(1)),
        ("datetime_add('month', 1, datetime(2024-01-31))", json!("2024-02-29T00:00:00.0000000Z")),
        ("datetime_part('hour', datetime(2024-03-10 12:34:56))", json!(12)),
        ("hourofday(datetime(2024-03-10 23:00))", json!(23)),
        ("dayofweek(datetime(2024-03-11)) / 1d", json!(1.0)),
        ("tostring(datetime(2024-03-10) - datetime(2024-03-08 23:00))", json!("1.01:00:00")),
        ("datetime(2024-03-10) between (datetime(2024-03-09) .. 1d)", json!(true)),
        ("todatetime('never') > ago(1d)", json!(null)),
        ("(now() - 2h) > ago(1h)", json!(false)),
    ]);
}

#[test]
fn stages() {
    let table = "datatable(k:string, n:long)['a', 1, 'b', 2, 'a', 3, 'c', long(null)]";
    let found =
        rows(&format!("{table} | summarize c = count(), s = sum(n), m = max(n), l = make_list(n), d = dcount(k) by k"));
    assert_eq!(column(&found, "c"), [2, 1, 1]);
    assert_eq!(column(&found, "s"), [json!(4), json!(2), json!(0)]);
    assert_eq!(column(&found, "m"), [json!(3), json!(2), json!(null)]);
    assert_eq!(column(&found, "l"), [json!([1, 3]), json!([2]), json!([])]);
    assert_eq!(rows(&format!("{table} | where n > 99 | summarize count()")), [json!({ "count_": 0 })]);
    assert_eq!(rows(&format!("{table} | where n > 99 | summarize count() by k")), Vec::<Value>::new());
    assert_eq!(rows(&format!("{table} | summarize arg_max(n, *) by k"))[0], json!({ "k": "a", "n": 3 }));
    assert_eq!(
        rows(&format!("{table} | summarize countif(n > 1), x = array_length(make_set(k))")),
        [json!({ "countif_": 2, "x": 3 })]
    );
    assert_eq!(rows(&format!("{table} | count")), [json!({ "Count": 4 })]);
    assert_eq!(column(&rows(&format!("{table} | distinct k")), "k"), ["a", "b", "c"]);
    assert_eq!(column(&rows(&format!("{table} | sort by n")), "n"), [json!(3), json!(2), json!(1), json!(null)]);
    assert_eq!(column(&rows(&format!("{table} | sort by n asc")), "n"), [json!(null), json!(1), json!(2), json!(3)]);
    assert_eq!(column(&rows(&format!("{table} | top 2 by n")), "n"), [3, 2]);
    assert_eq!(rows(&format!("{table} | take 1 | project-rename m = n | project-away k")), [json!({ "m": 1 })]);
    assert_eq!(rows(&format!("{table} | take 1 | extend n = n + 1, old = n")), [json!({ "k": "a", "n": 2, "old": 1 })]);
    assert_eq!(rows(&format!("{table} | union ({table}) | count")), [json!({ "Count": 8 })]);
    let expanded =
        rows("datatable(i:long, l:dynamic)[1, dynamic([1, 2]), 2, dynamic([]), 3, dynamic(null)] | mv-expand l");
    assert_eq!(column(&expanded, "i"), [1, 1, 3]);
    assert_eq!(column(&expanded, "l"), [json!(1), json!(2), json!(null)]);
}

#[test]
fn joins() {
    let query = |kind: &str| {
        format!(
            "let L = datatable(k:string, a:long)['x', 1, 'x', 2, 'y', 3, '', 4]; \
             let R = datatable(k:string, a:long)['x', 10, 'z', 20, '', 40]; \
             L | join kind={kind} R on k"
        )
    };
    let count = |kind: &str| rows(&query(kind)).len();
    assert_eq!(count("inner"), 3, "empty keys match each other");
    assert_eq!(count("innerunique"), 2);
    assert_eq!(count("leftouter"), 4);
    assert_eq!(count("rightouter"), 4);
    assert_eq!(count("fullouter"), 5);
    assert_eq!(count("leftsemi"), 3);
    assert_eq!(count("leftanti"), 1);
    assert_eq!(count("rightsemi"), 2);
    assert_eq!(count("rightanti"), 1);
    assert_eq!(rows(&query("inner"))[0], json!({ "k": "x", "a": 1, "k1": "x", "a1": 10 }));
    let looked_up = rows("datatable(k:string)['x'] | lookup (datatable(k:string, v:long)['x', 5]) on k");
    assert_eq!(looked_up, [json!({ "k": "x", "v": 5 })]);
}

#[test]
fn lists_from_queries() {
    let let_list = "let bad = datatable(name:string)['a.exe', 'b.exe']; ";
    assert_eq!(
        rows(&format!("{let_list} datatable(f:string)['A.EXE', 'c.exe'] | where f in~ (bad)")),
        [json!({ "f": "A.EXE" })]
    );
    let scalar =
        rows("let n = toscalar(datatable(v:long)[5] | summarize max(v)); datatable(a:long)[5, 6] | where a == n");
    assert_eq!(scalar, [json!({ "a": 5 })]);
}

#[test]
fn events_keep_their_names() {
    let events = events(json!([
        { "_id": "e1", "FileName": "CMD.exe", "ProcessCommandLine": "cmd /c whoami", "AdditionalFields": "{\"a\": 1}" },
        { "_id": "e2", "FileName": "notepad.exe" },
    ]));
    let found = |query: &str| run(query, &events).unwrap_or_else(|error| panic!("{query}: {error}"));
    assert_eq!(
        found("DeviceProcessEvents | where FileName =~ 'cmd.exe' | project FileName"),
        [json!({ "_id": "e1", "FileName": "CMD.exe" })]
    );
    assert_eq!(column(&found("DeviceProcessEvents | where ProcessCommandLine !has 'whoami'"), "_id"), ["e2"]);
    assert_eq!(column(&found("DeviceProcessEvents | where isempty(ProcessCommandLine)"), "_id"), ["e2"]);
    assert_eq!(column(&found("DeviceProcessEvents | where ProcessId != 5"), "_id"), ["e1", "e2"]);
    assert_eq!(column(&found("DeviceProcessEvents | where not(ProcessId < 5)"), "_id"), Vec::<Value>::new());
    assert_eq!(column(&found("DeviceProcessEvents | where parse_json(AdditionalFields).a == 1"), "_id"), ["e1"]);
    assert_eq!(column(&found("DeviceProcessEvents | where * has 'whoami'"), "_id"), ["e1"]);
    assert_eq!(
        found("DeviceProcessEvents | summarize n = count() by FileName")[1],
        json!({ "FileName": "notepad.exe", "n": 1 })
    );
}

#[test]
fn what_is_not_modelled_is_named() {
    let error = |query: &str| match run(query, &Events::default()) {
        Ok(rows) => panic!("{query} gave {rows:?}"),
        Err(error) => format!("{} @ {}", error.message, error.span.slice(query)),
    };
    assert_eq!(
        error("DeviceEvents | extend x = geo_info_from_ip_address('1.2.3.4')"),
        "the function `geo_info_from_ip_address` is not modelled @ geo_info_from_ip_address('1.2.3.4')"
    );
    assert!(
        error("DeviceEvents | evaluate bag_unpack(AdditionalFields)").starts_with("the operator `evaluate` is not")
    );
    assert!(error("_GetWatchlist('x')").starts_with("what the arguments of `_GetWatchlist` filter"));
    assert!(error("DeviceEvents | where FileName matches regex '('").contains("no regular expression of Kusto"));
    assert!(error("search 'x'").starts_with("the source is not modelled: search"));
    let number = run("DeviceEvents | where ProcessId has '4'", &events(json!([{ "ProcessId": 4 }])));
    assert!(number.is_err_and(|error| error.message.contains("does not take a value of type long")));
}
