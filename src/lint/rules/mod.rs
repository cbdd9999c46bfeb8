//! The list of lint rules: one line each, sorted by code.

/// Declares the modules of the rules, one folder per category, and the list of their constants.
macro_rules! rules {
    ($($category:ident { $($rule:ident,)+ })+) => {
        $(pub(super) mod $category { $(pub(in crate::lint) mod $rule;)+ })+

        pub(super) const ALL: &[super::Rule] = &[$($($category::$rule::RULE,)+)+];

        /// The documents of the rules, in the same order, as paths below this folder.
        pub(super) const PAGES: &[&str] =
            &[$($(concat!(stringify!($category), "/", stringify!($rule), ".md"),)+)+];
    };
}

rules! {
    asim {
        legacy_parser_name,
    }
    attack {
        unknown_technique,
        revoked_technique,
        parent_and_sub_technique,
        missing_mapping,
    }
    correctness {
        mixed_and_or_without_parentheses,
        self_comparison,
        missing_ago,
        negated_nullable_drops_rows,
        isnull_on_string,
        in_subquery_takes_first_column,
        legacy_mvexpand_row_limit,
        legacy_makeset_truncates,
        hard_coded_datetime,
    }
    case {
        case_sensitive_filename,
        case_sensitive_command_line,
        case_sensitive_account,
        case_sensitive_azure_operation,
        dead_case_fold_literal,
        redundant_case_fold,
        mixed_case_operators_on_one_field,
        case_sensitive_regex,
        case_sensitive_join_key,
    }
    entity {
        entity_column_not_in_output,
        legacy_custom_entity,
        custom_detail_column,
    }
    evasion {
        process_identified_by_name_only,
        exact_command_line,
        sibling_binary_missing,
        remote_ip_type_public_only,
    }
    exclusion {
        no_exclusion,
        commented_out_exclusion,
        attacker_controlled_exclusion,
        placeholder_literal,
    }
    join {
        default_join_kind,
        join_key_may_be_empty,
        pid_without_creation_time,
    }
    metadata {
        quoted_block_description,
        data_type_not_used,
    }
    performance {
        no_time_filter,
    }
    portability {
        mutable_externaldata,
    }
    regex {
        invalid_regex,
    }
    schedule {
        period_shorter_than_frequency,
        lookback_exceeds_period,
        no_ingestion_delay_slack,
        overlap_without_dedup,
        nrt_restrictions,
    }
    schema {
        unknown_table,
        unknown_column,
        timestamp_column,
        string_number_compare,
        dynamic_compared_without_cast,
        bool_as_string,
        unknown_enum_value,
        deprecated_table,
        beyond_retention,
        type_mismatch_in_join_or_case,
        column_name_collision_after_join,
    }
    suppression {
        unused_suppression,
        blanket_suppression,
        suppression_without_reason,
        unknown_code,
        expired_suppression,
    }
    syntax {
        syntax_error,
        invalid_string_escape,
        uppercase_logical_keyword,
        foreign_operator,
        list_operator_needs_parentheses,
        no_such_operator,
        lookalike_character,
        several_queries_in_one_file,
    }
    term {
        has_on_exact_name,
        has_inside_a_longer_term,
        has_without_alphanumeric,
        abbreviated_switch,
        dash_or_slash_only,
        multi_word_literal,
        path_literal_in_name_column,
    }
    xdr {
        required_columns_missing,
        timestamp_filter_in_custom_detection,
        summarize_loses_reportid,
        fileprofile_misuse,
    }
}
