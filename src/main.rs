//! The command line of kqlift.

/// Trees and facts are many small values: the system's allocator takes a quarter of a run over a folder.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kqlift::cli::main()
}
