//! `meshform completion`: what a shell needs to complete commands and flags.
//!
//! The scripts are those of `clap_complete`, with flags as the documentation writes them: of one dash.

use std::collections::BTreeMap;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction};
use clap_complete::Shell;

use crate::cli::{CompletionArgs, HELP, HELP_OF, NAME, bare_command};
use crate::failure::{Exit, Failure, FailureKind};
use crate::session::Session;

pub(super) fn run(session: &Session, args: &CompletionArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let mut command = definition();
    clap_complete::generate(args.shell, &mut command, NAME, &mut script);
    let text = String::from_utf8(script).map_err(|error| {
        Failure::caused(
            FailureKind::Internal,
            "Completion script cannot be written",
            &error,
        )
    })?;
    let mut text = with_one_dash(args.shell, &text, &flags(&command));
    if args.shell == Shell::Fish {
        text.extend(command.get_subcommands().map(fish_words));
    }
    session.printer.data(&text);
    Ok(Exit::Done)
}

/// What is completed.
fn definition() -> clap::Command {
    let command = switched(bare_command());
    let names: Vec<PossibleValue> = command
        .get_subcommands()
        .map(|below| PossibleValue::new(below.get_name().to_owned()))
        .collect();
    command.mut_subcommand(HELP, |help| {
        help.mut_arg(HELP_OF, |of| of.value_parser(PossibleValuesParser::new(names)))
    })
}

/// `command`, in which what is on by itself can only be put off: `-refresh=false`.
fn switched(command: clap::Command) -> clap::Command {
    let switch = |argument: Arg| {
        if !is_on(&argument) {
            return argument;
        }
        argument
            .action(ArgAction::Set)
            .num_args(1)
            .require_equals(true)
            .value_name("BOOL")
            .value_parser(PossibleValuesParser::new([OFF]))
    };
    command.mut_args(switch).mut_subcommands(switched)
}

/// What puts off a flag that is on by itself.
const OFF: &str = "false";

fn is_on(argument: &Arg) -> bool {
    argument.get_default_values().iter().any(|value| value == "true")
}

/// The flags of more than one letter of `command` and of those below, each as it is offered.
fn flags(command: &clap::Command) -> BTreeMap<String, String> {
    let own = command.get_arguments().filter_map(|argument| {
        let name = argument.get_long()?;
        let offered = if is_on(argument) {
            format!("{name}={OFF}")
        } else {
            name.to_owned()
        };
        Some((name.to_owned(), offered))
    });
    own.chain(command.get_subcommands().flat_map(flags)).collect()
}

/// `script` with one dash before each of `flags` where the shell offers it.
fn with_one_dash(shell: Shell, script: &str, flags: &BTreeMap<String, String>) -> String {
    let line = |line: &str| match shell {
        Shell::Bash => bash(line, flags),
        Shell::Zsh => zsh(line),
        Shell::Fish => fish(line, flags),
        // PowerShell and Elvish.
        _ => line.replace("'--", "'-").replace("cand --", "cand -"),
    };
    script.split_inclusive('\n').map(line).collect()
}

/// A list of what is offered, or the flags before which a value is offered.
fn bash(line: &str, flags: &BTreeMap<String, String>) -> String {
    let text = line.trim();
    if let Some(offered) = text
        .strip_prefix("opts=\"")
        .and_then(|rest| rest.strip_suffix('"'))
    {
        let offered: Vec<String> = offered
            .split(' ')
            .map(
                |word| match word.strip_prefix("--").and_then(|name| flags.get(name)) {
                    Some(flag) => format!("-{flag}"),
                    None => word.to_owned(),
                },
            )
            .collect();
        return line.replace(text, &format!("opts=\"{}\"", offered.join(" ")));
    }
    match text.strip_prefix("--").and_then(|rest| rest.strip_suffix(')')) {
        Some(flag) => line.replace(text, &format!("-{flag}|--{flag})")),
        None => line.to_owned(),
    }
}

/// `'--out=[Saves the plan]…` or `'*--var=[…`. Of bundles of single letters zsh must then know nothing.
fn zsh(line: &str) -> String {
    for (two, one) in [("'--", "'-"), ("'*--", "'*-")] {
        if let Some(rest) = line.strip_prefix(two) {
            return format!("{one}{rest}");
        }
    }
    line.replace("_arguments_options=(-s ", "_arguments_options=(")
}

/// `complete … -l out …`: fish calls long flags of one dash old. What it parses itself has two.
fn fish(line: &str, flags: &BTreeMap<String, String>) -> String {
    if line.trim() == "set -e cmd[1]" {
        return format!("{line}    set cmd (string replace -r -- '^-([a-z][a-z-]+)' '--$1' $cmd)\n");
    }
    let Some((before, after)) = line.split_once(" -l ") else {
        return line.to_owned();
    };
    let name = after.split([' ', '\n']).next().unwrap_or_default();
    if line.starts_with("complete ") && flags.contains_key(name) {
        format!("{before} -o {after}")
    } else {
        line.to_owned()
    }
}

/// The words that an argument of `command` may be, of which the script for fish knows nothing.
fn fish_words(command: &clap::Command) -> String {
    let values = command.get_positionals().flat_map(Arg::get_possible_values);
    let words: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
    if words.is_empty() {
        return String::new();
    }
    format!(
        "complete -c {NAME} -n \"__fish_{NAME}_using_subcommand {}\" -f -a \"{}\"\n",
        command.get_name(),
        words.join(" ")
    )
}
