//! The command line: flags and their help, nothing else.

mod language;

use std::ffi::OsString;

use clap::builder::BoolishValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::args::normalise;
pub(crate) use language::{CompletionArgs, ConsoleArgs, FmtArgs, SchemaArgs};

/// Plans and applies multi-cluster Istio meshes on AWS from one HCL description.
#[derive(Debug, Parser)]
#[command(
    name = NAME,
    version,
    disable_help_subcommand = true,
    propagate_version = false
)]
#[command(
    after_help = "Flags may have one dash or two: `-out=FILE` and `--out=FILE` are the same.\n\n\
    Exit codes: 0 done; 1 error; 2 `plan -detailed-exitcode` found changes, a check of `preflight`\n\
    or `verify` failed, or `fmt -check` found a file to format; 3 the state is locked; 4 the saved plan is stale; 5 applied in part; 130 interrupted."
)]
pub(crate) struct Cli {
    /// Runs the command in another folder.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) chdir: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// `-var` and `-var-file` in the order in which they were given.
    #[arg(skip)]
    pub(crate) variables: Vec<VariableArg>,
}

/// Reads `arguments`, the name of the program first.
///
/// # Errors
/// What is wrong with them, or the text of a help or version that was asked for.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(normalise(arguments))?;
    if let Some((HELP, asked)) = matches.subcommand() {
        let words = asked.get_many::<String>(HELP_OF).into_iter().flatten();
        let asked: Vec<&str> = std::iter::once(NAME)
            .chain(words.map(String::as_str))
            .chain(["--help"])
            .collect();
        command().try_get_matches_from(asked)?;
    }
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.variables = variables(&matches);
    Ok(cli)
}

/// The name of the program.
pub(crate) const NAME: &str = "meshform";
/// The command that shows the help of others.
pub(crate) const HELP: &str = "help";
/// Its argument: which command, a word for each level.
pub(crate) const HELP_OF: &str = "command";

/// The whole definition, for parsing.
fn command() -> clap::Command {
    switches(bare_command())
}

/// The definition with flags that are true or false as bare words.
pub(crate) fn bare_command() -> clap::Command {
    let of = Arg::new(HELP_OF)
        .value_name("COMMAND")
        .num_args(0..)
        .help("Which command; without one, all are listed");
    let help = clap::Command::new(HELP)
        .about("Shows the help of a command, as `-help` behind it does")
        .arg(of);
    Cli::command().subcommand(help)
}

/// Lets every flag that is true or false also be written with its value: `-refresh=false`, `-json=true`.
fn switches(command: clap::Command) -> clap::Command {
    let switch = |argument: Arg| {
        if !matches!(argument.get_action(), ArgAction::SetTrue) {
            return argument;
        }
        let on = argument.get_default_values().iter().any(|value| value == "true");
        argument
            .action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .value_name("BOOL")
            .value_parser(BoolishValueParser::new())
            .default_value(if on { "true" } else { "false" })
            .default_missing_value("true")
            .hide_default_value(!on)
            .hide_possible_values(true)
    };
    command.mut_args(switch).mut_subcommands(switches)
}

/// `-var` and `-var-file` of the command, in their order.
fn variables(matches: &ArgMatches) -> Vec<VariableArg> {
    if let Some((_, below)) = matches.subcommand() {
        return variables(below);
    }
    let mut found: Vec<(usize, VariableArg)> = Vec::new();
    for (id, make) in [
        ("var", VariableArg::Value as fn(String) -> VariableArg),
        ("var_file", VariableArg::File),
    ] {
        if matches.ids().any(|given| given == id) {
            let places = matches.indices_of(id).into_iter().flatten();
            let values = matches.get_many::<String>(id).into_iter().flatten();
            found.extend(places.zip(values.cloned().map(make)));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, argument)| argument).collect()
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prepares a folder: makes an empty state for a new mesh.
    Init(InitArgs),
    /// Checks the configuration, without state and without asking anything outside.
    Validate(ValidateArgs),
    /// Says what would be in the way of the configuration: access, addresses, versions, another Istio, another root.
    Preflight(PreflightArgs),
    /// Shows what apply would do, and changes nothing.
    Plan(PlanArgs),
    /// Carries out a plan: a saved one, or one that it makes and asks about.
    Apply(ApplyArgs),
    /// Deletes everything that the state records.
    Destroy(DestroyArgs),
    /// Shows the state, or a saved plan.
    Show(ShowArgs),
    /// Shows the outputs that the last apply recorded.
    Output(OutputArgs),
    /// Says whether the mesh that was applied works: trust, discovery, gateways.
    Verify(VerifyArgs),
    /// Looks into the state, or mends it.
    State(StateArgs),
    /// Says who holds the lock of the state.
    Unlock(UnlockArgs),
    /// Lays configuration files out in the standard form.
    Fmt(FmtArgs),
    /// Evaluates expressions with the names of the configuration: all of stdin as one, or line by line on a terminal.
    Console(ConsoleArgs),
    /// Prints the JSON Schema of configurations, for editors.
    Schema(SchemaArgs),
    /// Prints the completion script of a shell.
    Completion(CompletionArgs),
    /// Shows the version.
    Version(VersionArgs),
}

/// How a command speaks.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Talk {
    /// Writes JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) colour: Colour,
}

/// Whether a command uses colours.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Colour {
    /// Uses no colours.
    #[arg(long)]
    pub(crate) no_color: bool,
}

/// The values of variables.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct VariableArgs {
    /// Sets a variable: `-var 'name=value'`. May be given several times; later ones win, `-var-file` included.
    #[arg(long, value_name = "NAME=VALUE", action = ArgAction::Append)]
    pub(crate) var: Vec<String>,
    /// Sets variables from a file of `name = value` lines. May be given several times.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub(crate) var_file: Vec<String>,
}

/// One `-var` or `-var-file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VariableArg {
    /// `-var`
    Value(String),
    /// `-var-file`
    File(String),
}

/// How the state is locked.
#[derive(Debug, Clone, Args)]
pub(crate) struct LockArgs {
    /// How long to wait for the lock of the state, such as `30s` or `5m`.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub(crate) lock_timeout: String,
}

/// What is planned.
#[derive(Debug, Clone, Args)]
pub(crate) struct ScopeArgs {
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    /// Reads the present state of objects before planning; `-refresh=false` trusts what is recorded.
    #[arg(long, default_value = "true")]
    pub(crate) refresh: bool,
    /// Only records what changed outside; changes nothing there.
    #[arg(long)]
    pub(crate) refresh_only: bool,
    /// Replaces this resource. May be given several times.
    #[arg(long, value_name = "ADDRESS", action = ArgAction::Append)]
    pub(crate) replace: Vec<String>,
    /// Plans only this resource, block or module and what it needs. May be given several times.
    #[arg(long, value_name = "ADDRESS", action = ArgAction::Append)]
    pub(crate) target: Vec<String>,
    /// Leaves this resource, block or module and what needs it as they are. May be given several times.
    #[arg(long, value_name = "ADDRESS", action = ArgAction::Append)]
    pub(crate) exclude: Vec<String>,
    /// Whether the user may be asked anything; with `-input=false` what needs approval needs `-auto-approve`.
    #[arg(long, default_value = "true")]
    pub(crate) input: bool,
    /// How many steps run at once at most; without it, 10 in each account, region or cluster, and 32 in all.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) parallelism: Option<u16>,
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Takes charts that have become others, and drops those that nothing uses any more.
    #[arg(long)]
    pub(crate) upgrade: bool,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// `validate`
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub(crate) talk: Talk,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
}

/// `preflight`
#[derive(Debug, Args)]
pub(crate) struct PreflightArgs {
    #[command(flatten)]
    pub(crate) talk: Talk,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
}

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Saves the plan, so that `meshform apply FILE` carries out exactly it.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
    /// Exits with 2 if there are changes, with 0 if there are none.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Plans the deletion of everything that the state records.
    #[arg(long)]
    pub(crate) destroy: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// `apply`
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// A plan that `meshform plan -out=FILE` saved.
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<String>,
    /// Deletes everything that the state records.
    #[arg(long)]
    pub(crate) destroy: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// `destroy`
#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// What apply and destroy share.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArgs {
    /// Does not ask before it acts.
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Starts nothing more after the first failure; else what does not depend on it goes on.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// `show`
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A saved plan; without one the state is shown.
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<String>,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// `output`
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// One output; without a name all are shown.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Writes the bare text of one output.
    #[arg(long)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// `state`
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

/// The commands below `state`.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Lists the addresses of all recorded resources.
    List {
        /// Lists only those at or below these addresses.
        #[arg(value_name = "ADDRESS")]
        addresses: Vec<String>,
        #[command(flatten)]
        colour: Colour,
    },
    /// Shows one recorded resource.
    Show {
        /// Its address.
        #[arg(value_name = "ADDRESS")]
        address: String,
        #[command(flatten)]
        talk: Talk,
    },
    /// Goes on without the journal of an interrupted run, once it is lost for good.
    Abandon {
        /// The run, as the error names it.
        #[arg(value_name = "RUN")]
        run: String,
        #[command(flatten)]
        colour: Colour,
    },
}

/// `unlock`
#[derive(Debug, Args)]
pub(crate) struct UnlockArgs {
    #[command(flatten)]
    pub(crate) colour: Colour,
}

/// `verify`
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Looks again until all checks pass, for so long at most, such as `3m`: what was just applied takes a while to work.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub(crate) wait: String,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// `version`
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {
    #[command(flatten)]
    pub(crate) talk: Talk,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Cli {
        parse(arguments.iter().map(OsString::from)).unwrap()
    }

    #[test]
    fn the_definition_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_flag_and_command_has_a_help_text() {
        fn check(command: &clap::Command) {
            assert!(
                command.get_about().is_some(),
                "`{}` has no help",
                command.get_name()
            );
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "`{}` of `{}` has no help",
                    argument.get_id(),
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&command());
    }

    #[test]
    fn flags_have_one_dash_or_two_and_switches_take_values() {
        let cli = parsed(&[
            "meshform",
            "-chdir=x",
            "plan",
            "-refresh=false",
            "--json",
            "-detailed-exitcode=true",
            "-out=p",
        ]);
        let Command::Plan(plan) = cli.command else {
            panic!("not a plan")
        };
        assert_eq!(cli.chdir.as_deref(), Some("x"));
        assert_eq!((plan.scope.refresh, plan.scope.input), (false, true));
        assert!(plan.talk.json && plan.detailed_exitcode && !plan.destroy && !plan.talk.colour.no_color);
        assert_eq!(plan.out.as_deref(), Some("p"));
    }

    #[test]
    fn help_is_a_command_and_a_flag() {
        let told = |arguments: &[&str]| {
            let error = parse(arguments.iter().map(OsString::from)).unwrap_err();
            (error.kind(), error.render().to_string())
        };
        for words in [&[][..], &["plan"], &["state", "list"]] {
            let asked = told(&[&["meshform", "help"], words].concat());
            assert_eq!(asked, told(&[&["meshform"], words, &["-help"]].concat()));
            assert_eq!(asked.0, clap::error::ErrorKind::DisplayHelp);
        }
        assert_eq!(
            told(&["meshform", "help", "plam"]).0,
            clap::error::ErrorKind::InvalidSubcommand
        );
    }

    #[test]
    fn variables_keep_their_order_over_both_flags() {
        let cli = parsed(&["meshform", "plan", "-var", "a=1", "-var-file=f", "-var=a=2"]);
        let value = |text: &str| VariableArg::Value(text.to_owned());
        assert_eq!(
            cli.variables,
            [value("a=1"), VariableArg::File("f".to_owned()), value("a=2")]
        );
        assert!(parsed(&["meshform", "state", "list"]).variables.is_empty());
    }
}
