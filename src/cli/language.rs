//! The flags of the commands that concern the language alone: no state is changed, nothing outside is asked.

use clap::Args;

use super::{Colour, Talk, VariableArgs};

/// `fmt`
#[derive(Debug, Args)]
pub(crate) struct FmtArgs {
    /// Files and folders; without one, the folder of the configuration. `-` formats stdin to stdout.
    #[arg(value_name = "TARGET", allow_hyphen_values = false)]
    pub(crate) targets: Vec<String>,
    /// Names the files whose form differs.
    #[arg(long, default_value = "true")]
    pub(crate) list: bool,
    /// Writes the standard form into the files.
    #[arg(long, default_value = "true")]
    pub(crate) write: bool,
    /// Shows what differs.
    #[arg(long)]
    pub(crate) diff: bool,
    /// Writes nothing, and exits with 2 if a file is not in the standard form.
    #[arg(long)]
    pub(crate) check: bool,
    /// Goes into the folders below too; those whose name starts with a dot are left out.
    #[arg(long)]
    pub(crate) recursive: bool,
    #[command(flatten)]
    pub(crate) colour: Colour,
}

/// `console`
#[derive(Debug, Args)]
pub(crate) struct ConsoleArgs {
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// `schema`
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {}

/// `completion`
#[derive(Debug, Args)]
pub(crate) struct CompletionArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}
