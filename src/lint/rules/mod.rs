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
    }
    case {
        case_sensitive_filename,
        mixed_case_operators_on_one_field,
    }
    entity {
        entity_column_not_in_output,
    }
    exclusion {
        commented_out_exclusion,
    }
    join {
        default_join_kind,
    }
    metadata {
        quoted_block_description,
    }
    regex {
        invalid_regex,
    }
    schedule {
        lookback_exceeds_period,
    }
    syntax {
        syntax_error,
    }
    term {
        has_on_exact_name,
    }
}
