//! The compiled-in schema: data files are well formed and every look-up finds what the files say.

use kqlift::schema::{ColumnShape, FunctionKind, FunctionResult, NamingRule, ReturnRule, ScalarType, Schema};

static SCHEMA: Schema = Schema::builtin();

#[test]
fn tables_have_the_columns_of_both_products() {
    let table = SCHEMA.table("DeviceProcessEvents").expect("the table is in the data");
    assert!(table.is_in_defender() && table.is_in_log_analytics() && table.is_documented());
    assert_eq!(table.column("Timestamp").map(|column| column.ty), Some(ScalarType::Datetime));
    assert_eq!(table.column("TimeGenerated").map(|column| column.ty), Some(ScalarType::Datetime));
    assert_eq!(table.column("ProcessId").map(|column| column.ty), Some(ScalarType::Long));
    assert!(SCHEMA.table("deviceprocessevents").is_none());
    assert!(SCHEMA.table("DeviceProcess").is_none());
}

#[test]
fn every_line_is_found_again() {
    for table in SCHEMA.tables_starting_with("") {
        assert_eq!(SCHEMA.table(table.name), Some(table));
        assert!(table.columns().all(|column| column.ty != ScalarType::Unknown), "{}", table.name);
    }
    assert!(SCHEMA.tables_starting_with("").count() > 1900);
}

#[test]
fn data_files_are_sorted() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for name in ["common_columns", "tables", "asim_fields", "table_functions", "functions", "column_shapes"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.tsv"))).expect("the file is part of the crate");
        let lines: Vec<&str> = text.lines().skip_while(|line| line.starts_with('#')).collect();
        assert!(lines.len() < text.lines().count(), "{name} names its origin");
        let keys: Vec<&str> = lines.iter().map(|line| line.split('\t').next().unwrap_or("")).collect();
        assert!(keys.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()), "{name} is sorted, keys are unique");
    }
}

#[test]
fn asim_functions_have_four_spellings() {
    for name in ["_Im_ProcessCreate", "imProcessCreate", "_ASim_ProcessEvent_Create", "ASimProcessEventCreate"] {
        let function = SCHEMA.table_function(name).expect(name);
        assert_eq!(function.result, FunctionResult::Asim("ProcessEvent"));
    }
    let filtering = SCHEMA.table_function("_Im_Dns").expect("the parser is in the data");
    assert!(filtering.parameters().any(|parameter| parameter.name == "domain_has_any"));
    let field = SCHEMA.asim_field("ProcessEvent", "Process").expect("the field is in the data");
    assert_eq!(field.class, "Alias");
    assert_eq!(SCHEMA.table_function("_GetWatchlist").map(|function| function.result), Some(FunctionResult::Open));
}

#[test]
fn functions_have_kinds_types_and_names() {
    let function = SCHEMA.function("dcount").expect("the function is in the data");
    assert_eq!(function.kind, FunctionKind::Aggregate);
    assert_eq!(function.returns, ReturnRule::Fixed(ScalarType::Long));
    assert_eq!(function.naming, NamingRule::Prefix("dcount"));
    assert_eq!(SCHEMA.function("makeset").and_then(|function| function.replacement), Some("make_set"));
    assert_eq!(SCHEMA.function("tostring").map(|function| function.naming), Some(NamingRule::First));
    assert_eq!(SCHEMA.function("no_such_function"), None);
}

#[test]
fn shapes_of_a_table_win_over_those_for_every_table() {
    assert_eq!(SCHEMA.shape("SecurityEvent", "Process"), Some(ColumnShape::Name));
    assert_eq!(SCHEMA.shape("_Im_ProcessCreate", "Process"), Some(ColumnShape::Path));
    assert_eq!(SCHEMA.shape("DeviceFileEvents", "FileName"), Some(ColumnShape::Name));
    assert_eq!(SCHEMA.shape("DeviceFileEvents", "ReportId"), None);
}

#[test]
fn suggestions_are_near() {
    assert_eq!(SCHEMA.nearest_table("DeviceProcesEvents"), Some("DeviceProcessEvents"));
    assert_eq!(SCHEMA.nearest_table("securityevent"), Some("SecurityEvent"));
    assert_eq!(SCHEMA.nearest_function("tosting"), Some("tostring"));
    assert_eq!(SCHEMA.nearest_table("Unrelated"), None);
}
