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
    correctness {
        mixed_and_or_without_parentheses,
        self_comparison,
        missing_ago,
        isnull_on_string,
        in_subquery_takes_first_column,
    }
    case {
        case_sensitive_filename,
        mixed_case_operators_on_one_field,
    }
    entity {
        entity_column_not_in_output,
        custom_detail_column,
    }
    exclusion {
        commented_out_exclusion,
    }
    join {
        default_join_kind,
    }
    metadata {
        quoted_block_description,
        data_type_not_used,
    }
    regex {
        invalid_regex,
    }
    schedule {
        lookback_exceeds_period,
    }
    schema {
        unknown_table,
        unknown_column,
        timestamp_column,
        string_number_compare,
        dynamic_compared_without_cast,
        bool_as_string,
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
        no_such_operator,
    }
    term {
        has_on_exact_name,
    }
    xdr {
        required_columns_missing,
        summarize_loses_reportid,
    }
}
