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
        parser_without_filter_parameters,
        unknown_parser_parameter,
        alias_field,
        process_name_is_a_path,
        vendor_filter_in_normalised_rule,
    }
    attack {
        unknown_technique,
        tactic_technique_mismatch,
        revoked_technique,
        parent_and_sub_technique,
        missing_mapping,
    }
    correctness {
        contradictory_predicate,
        tautological_negation,
        mixed_and_or_without_parentheses,
        self_comparison,
        reversed_between,
        missing_ago,
        negated_nullable_drops_rows,
        isnull_on_string,
        in_subquery_takes_first_column,
        legacy_mvexpand_row_limit,
        legacy_makeset_truncates,
        obsolete_function,
        nondeterministic_take,
        window_function_needs_serialized_input,
        default_sort_is_descending,
        let_recomputed,
        dcount_is_an_estimate,
        wildcard_in_literal,
        dead_exclusion,
        exclusion_shadows_indicator,
        duplicate_list_value,
        unused_let,
        predicate_after_lossy_parse,
        hard_coded_datetime,
    }
    case {
        case_sensitive_filename,
        case_sensitive_command_line,
        case_sensitive_account,
        case_sensitive_azure_operation,
        case_sensitive_hash,
        dead_case_fold_literal,
        tolower_equality,
        redundant_case_fold,
        mixed_case_operators_on_one_field,
        case_variants_in_case_sensitive_list,
        case_sensitive_regex,
        case_sensitive_join_key,
        case_sensitive_group_key,
        case_sensitive_watchlist,
    }
    entity {
        entity_column_not_in_output,
        invalid_identifier,
        too_many_mappings,
        legacy_custom_entity,
        no_entity_mapping,
        entity_value_shape,
        custom_detail_column,
    }
    evasion {
        process_identified_by_name_only,
        exact_command_line,
        hard_coded_drive,
        sibling_binary_missing,
        remote_ip_type_public_only,
        parent_name_only,
        hard_coded_user_profile,
        fixed_window_threshold,
        display_name_identity,
    }
    file {
        unreadable_file,
    }
    exclusion {
        no_exclusion,
        commented_out_exclusion,
        attacker_controlled_exclusion,
        name_only_exclusion,
        user_writable_exclusion,
        placeholder_literal,
        long_inline_allow_list,
        inline_ioc_list,
        exclusion_after_aggregation,
        negation_passes_empty,
        tuning_todo,
    }
    join {
        default_join_kind,
        join_key_may_be_empty,
        pid_without_creation_time,
        join_without_time_relation,
        outer_join_undone_by_filter,
        unfiltered_right_side,
        lookup_right_side_large,
        nondeterministic_any,
        latest_state_filtered_too_early,
    }
    metadata {
        missing_field,
        invalid_guid,
        duplicate_id,
        duplicate_name,
        invalid_enum,
        quoted_block_description,
        data_type_not_used,
        placeholder_metadata,
        unknown_key,
        weak_description,
        old_branding,
        bad_reference,
    }
    performance {
        unfiltered_first_operator,
        no_time_filter,
        search_or_union_star,
        sort_in_rule,
        useless_sort_before_aggregate,
        regex_is_a_literal,
        repeated_parse,
        unbounded_make_set,
        keep_all_columns,
        arg_max_star,
        format_datetime_in_filter,
        or_chain,
        cross_resource,
    }
    portability {
        platform_function,
        workspace_dependency,
        mutable_externaldata,
    }
    regex {
        invalid_regex,
        unescaped_dot,
        too_many_groups,
        extract_group_out_of_range,
        regex_alternation_is_a_list,
    }
    schedule {
        period_shorter_than_frequency,
        lookback_exceeds_period,
        no_ingestion_delay_slack,
        query_window_differs_from_metadata,
        overlap_without_dedup,
        schedule_limits,
        nrt_restrictions,
        time_column_not_in_output,
        trigger_threshold_and_summarize,
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
    style {
        single_element_list,
        consecutive_where,
        alias_keyword,
        double_negation,
        isempty_comparison,
        magic_threshold,
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
        contains_could_be_has,
        short_term,
        has_without_alphanumeric,
        padded_literal,
        abbreviated_switch,
        dash_or_slash_only,
        multi_word_literal,
        generic_term,
        endswith_without_separator,
        path_literal_in_name_column,
        ip_as_text,
        doubled_backslash_in_verbatim,
        startswith_scheme_or_www,
    }
    xdr {
        required_columns_missing,
        timestamp_filter_in_custom_detection,
        summarize_loses_reportid,
        fileprofile_misuse,
    }
    repository {
        duplicate_logic,
        subsumed_rule,
        near_duplicate,
        operator_disagreement,
    }
}
