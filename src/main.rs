//! The command line of kqlift.

fn main() -> std::process::ExitCode {
    kqlift::cli::main()
}
