//! The stages from text to plan, called one after the other; the first half, until all facts are known, is `survey`.
//!
//! `plan`, `apply`, `destroy` and `validate` are this one pipeline with other inputs; a saved plan goes through it a
//! second time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use meshform_engine::adopt::AdoptError;
use meshform_engine::compile::{Assertion, Compiled, Given, Purpose, RootNames, compile};
use meshform_engine::config::{Config, Folder, load};
use meshform_engine::event::EventSink;
use meshform_engine::facts::Facts;
use meshform_engine::plan::{Options, Plan, Selection, build, check, lost, select};
use meshform_engine::refresh::{Observed, RefreshError};
use meshform_engine::{Desired, Registry};
use meshform_lang::{Diagnostic, Diagnostics, Severity, Sources};
use meshform_state::{Address, Snapshot, Str, Value};

use crate::cli::ScopeArgs;
use crate::failure::{Failure, FailureKind, chain};
use crate::folder::Reads;
use crate::session::Session;
use crate::survey;

/// A configuration that was read, with the values of its variables.
pub(crate) struct Loaded {
    /// The configuration.
    pub(crate) config: Config,
    /// Its texts.
    pub(crate) sources: Sources,
    /// The given values of variables.
    pub(crate) values: BTreeMap<Str, Given>,
    /// Warnings so far.
    pub(crate) warnings: Diagnostics,
}

/// What is planned beside what the configuration says.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// Whether the present state is read.
    pub(crate) refresh: bool,
    /// What is planned, and how.
    pub(crate) options: Options,
    /// The moment of the plan.
    pub(crate) timestamp: String,
}

/// A plan and what it stands on.
pub(crate) struct Planned {
    /// The plan.
    pub(crate) plan: Arc<Plan>,
    /// What it was made of.
    pub(crate) loaded: Loaded,
    /// The files that functions read.
    pub(crate) reads: Arc<Reads>,
    /// The answers of the outside.
    pub(crate) facts: Facts,
    /// What was wished.
    pub(crate) wish: Wish,
}

impl Wish {
    /// What the flags `scope` ask for.
    ///
    /// # Errors
    /// If one of them is no address, or if they contradict each other.
    pub(crate) fn new(session: &Session, scope: &ScopeArgs, destroy: bool) -> Result<Self, Failure> {
        let pairs = [
            (
                scope.refresh_only && !scope.refresh,
                "-refresh-only",
                "-refresh=false",
            ),
            (scope.refresh_only && destroy, "-refresh-only", "-destroy"),
            (
                scope.refresh_only && !scope.replace.is_empty(),
                "-refresh-only",
                "-replace",
            ),
            (destroy && !scope.replace.is_empty(), "-destroy", "-replace"),
            (
                !scope.target.is_empty() && !scope.exclude.is_empty(),
                "-target",
                "-exclude",
            ),
        ];
        if let Some((_, one, other)) = pairs.into_iter().find(|(both, ..)| *both) {
            let detail =
                format!("`{one}` and `{other}` ask for different plans; only one of them can be given.");
            return Err(Failure::new(
                FailureKind::Usage,
                "Flags contradict each other",
                detail,
            ));
        }
        Ok(Wish {
            refresh: scope.refresh,
            options: Options {
                destroy,
                refresh_only: scope.refresh_only,
                replace: addresses(&scope.replace)?,
                target: addresses(&scope.target)?,
                exclude: addresses(&scope.exclude)?,
            },
            timestamp: session.now(),
        })
    }
}

/// `texts` as addresses.
///
/// # Errors
/// If one of them is none.
pub(crate) fn addresses(texts: &[String]) -> Result<BTreeSet<Address>, Failure> {
    let parse = |text: &String| {
        Address::parse(text).map_err(|error| Failure::caused(FailureKind::Usage, "Invalid address", &error))
    };
    texts.iter().map(parse).collect()
}

/// Reads the configuration in `folder`, with the values that `values` finds for its variables.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn read(
    session: &Session,
    folder: &dyn Folder,
    values: impl FnOnce(&Config, &mut Sources) -> Result<BTreeMap<Str, Given>, Diagnostics>,
) -> Result<Loaded, Failure> {
    let mut sources = Sources::default();
    let (config, mut found) = load(&mut sources, folder, session.vocabulary().words());
    let settings = &config.settings;
    let wrong = [
        settings.check_version(env!("CARGO_PKG_VERSION")),
        settings.check_backend(),
    ];
    wrong.into_iter().flatten().for_each(|wrong| found.push(wrong));
    let values = found.collect(values(&config, &mut sources));
    match values {
        Some(values) if !found.has_errors() => {
            session.printer.learn(&secrets(&config, &values));
            Ok(Loaded {
                config,
                sources,
                values,
                warnings: found,
            })
        }
        _ => Err(Failure::told(FailureKind::Configuration, found, sources)),
    }
}

/// Reads the configuration in the folder of `session`, with values from environment, files and flags.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn read_folder(session: &Session) -> Result<Loaded, Failure> {
    read_from(session, &crate::folder::OnDisk::new(&session.folder))
}

/// Reads the configuration in `folder`, with values from environment, files and flags.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn read_from(session: &Session, folder: &dyn Folder) -> Result<Loaded, Failure> {
    read(session, folder, |config, sources| {
        session
            .environment
            .values(&session.folder, &session.variables, config, sources)
    })
}

/// The values of sensitive variables, given or by default.
fn secrets(config: &Config, values: &BTreeMap<Str, Given>) -> Vec<Value> {
    let sensitive = config
        .root
        .variables
        .values()
        .filter(|variable| variable.sensitive);
    sensitive
        .filter_map(|variable| {
            let given = values.get(&variable.name).map(|given| given.value.clone());
            let default = || variable.default.as_ref()?.as_literal().cloned();
            given.or_else(default).map(Value::into_secret)
        })
        .collect()
}

/// Finds all mistakes that can be found without state and without asking anything outside.
///
/// # Errors
/// All that is wrong.
pub(crate) fn validate(session: &Session, loaded: Loaded) -> Result<Loaded, Failure> {
    names(session, loaded, None).map(|(loaded, _)| loaded)
}

/// What names mean in the configuration, as far as that is known without asking anything outside.
///
/// # Errors
/// All that is wrong.
pub(crate) fn names(
    session: &Session,
    mut loaded: Loaded,
    timestamp: Option<&str>,
) -> Result<(Loaded, Option<RootNames>), Failure> {
    let reads = Arc::new(Reads::new(&session.folder, BTreeMap::new()));
    let inputs = survey::inputs(&loaded, Purpose::Validate, reads, timestamp);
    let compiled = compile(
        &loaded.config,
        &inputs,
        &Facts::default(),
        session.vocabulary(),
        &session.kinds,
    );
    settle(&mut loaded, compiled.diagnostics)?;
    Ok((loaded, compiled.names))
}

/// Keeps warnings.
///
/// # Errors
/// If there are errors, all of both.
pub(crate) fn settle(loaded: &mut Loaded, found: Diagnostics) -> Result<(), Failure> {
    loaded.warnings.extend(found);
    if loaded.warnings.has_errors() {
        let all = std::mem::take(&mut loaded.warnings);
        return Err(Failure::told(
            FailureKind::Configuration,
            all,
            std::mem::take(&mut loaded.sources),
        ));
    }
    Ok(())
}

/// Plans: compiles `loaded`, reads what is there, compares.
///
/// # Errors
/// All that is wrong with the configuration, what cannot be read, or what must not be done.
pub(crate) async fn plan(
    session: &Session,
    registry: &Registry,
    mut loaded: Loaded,
    (answers, reads): (&BTreeMap<String, String>, Arc<Reads>),
    (snapshot, wish): (&Snapshot, Wish),
    sink: &dyn EventSink,
) -> Result<Planned, Failure> {
    let purpose = if wish.options.destroy {
        Purpose::Destroy
    } else {
        Purpose::Plan
    };
    let mut inputs = survey::inputs(&loaded, purpose, Arc::clone(&reads), Some(&wish.timestamp));
    inputs.lineage = Some(snapshot.lineage.as_str().into());
    let options = &wish.options;
    inputs.part = options.refresh_only || !options.target.is_empty() || !options.exclude.is_empty();
    let reader = session.reader(registry);
    let surveyed = survey::survey(session, &reader, &loaded.config, &inputs, answers).await;
    let (compiled, facts) = surveyed.whole(&mut loaded)?;
    let wrong = survey::locked(session, &facts, answers)?;
    settle(&mut loaded, wrong)?;
    let Compiled {
        desired,
        assertions,
        values,
        imports,
        names,
        ..
    } = compiled;
    // With the names, all that was compiled would stay.
    drop(names);
    // Whoever destroys takes nothing over first.
    let imports = if wish.options.destroy {
        &[][..]
    } else {
        &imports[..]
    };
    session.printer.learn(secrets_in(&desired));
    let told = |found| Failure::told(FailureKind::Configuration, found, loaded.sources.clone());
    // Told before it is refreshed, which would only say that it cannot be reached.
    let gone = lost(&desired, snapshot);
    if gone.has_errors() && !wish.options.destroy {
        return Err(told(gone));
    }
    let selection = select(&desired, snapshot, &wish.options).map_err(told)?;
    let observed = if wish.refresh {
        let refreshed = reader
            .refresh_selected(&selection, &desired, snapshot, sink)
            .await;
        refreshed.map_err(|errors| unreadable(errors, &loaded.sources))?
    } else {
        Observed::default()
    };
    let adopted = reader
        .adopt(imports, &desired, snapshot)
        .await
        .map_err(|error| match error {
            AdoptError::Refused(found) => {
                Failure::told(FailureKind::Configuration, found, loaded.sources.clone())
            }
            AdoptError::Unreadable(errors) => unreadable(errors, &loaded.sources),
        })?;
    let input = meshform_engine::plan::Input {
        desired,
        snapshot,
        observed: &observed,
        adopted: &adopted,
        kinds: &session.kinds,
        options: &wish.options,
    };
    let mut plan = build(input).map_err(told)?;
    checked(&plan)?;
    // What can be decided with the planned values is; the rest when applying.
    let (assertions, broken) = decided(assertions, &plan, &selection);
    settle(&mut loaded, broken)?;
    plan.assertions = assertions;
    // Of a part, or where nothing is done, most would not be known.
    plan.values = values.filter(|_| !plan.partial && !plan.refresh_only && !plan.destroy);
    let wrong = plan.values.as_ref().map(|values| values.check(&plan));
    settle(&mut loaded, wrong.unwrap_or_default())?;
    loaded.warnings.extend(partial(&plan));
    Ok(Planned {
        plan: Arc::new(plan),
        loaded,
        reads,
        facts,
        wish,
    })
}

/// The conditions that count for `plan`, and what is wrong with them by now. Where nothing is done, or what a condition of
/// the whole is about may be left out, it only warns.
fn decided(
    mut assertions: Vec<Assertion>,
    plan: &Plan,
    selection: &Selection,
) -> (Vec<Assertion>, Diagnostics) {
    assertions.retain(|one| one.address.as_ref().is_none_or(|address| selection.has(address)));
    let mut broken = Diagnostics::new();
    for assertion in &assertions {
        let warns = plan.refresh_only || (plan.partial && assertion.address.is_none());
        for mut found in assertion.check(plan) {
            if warns {
                found.severity = Severity::Warning;
            }
            broken.push(found);
        }
    }
    if plan.refresh_only {
        assertions.clear();
    } else if plan.partial {
        assertions.retain(|one| one.address.is_some());
    }
    (assertions, broken)
}

/// Says that a plan is about a part only.
fn partial(plan: &Plan) -> Diagnostics {
    if !plan.partial {
        return Diagnostics::new();
    }
    let detail =
        "`-target` or `-exclude` was given, so the plan may not have all that the configuration asks for.";
    Diagnostic::warning("The plan is about a part only", detail)
        .hint(
            "These flags are for mistakes and emergencies. Plan without them afterwards to see what is left.",
        )
        .into()
}

/// Refuses a plan that the checker does not believe.
fn checked(plan: &Plan) -> Result<(), Failure> {
    let violations = check(plan);
    if violations.is_empty() {
        return Ok(());
    }
    let found = violations.iter().map(|violation| {
        Diagnostic::error("Plan is wrong", chain(violation))
            .about(&violation.address)
            .hint(
                "This is a mistake of Meshform. Nothing was done; please report it with your configuration.",
            )
    });
    Err(Failure::told(
        FailureKind::Internal,
        Diagnostics(found.collect()),
        Sources::default(),
    ))
}

/// What of the outside could not be read.
pub(crate) fn unreadable(errors: Vec<RefreshError>, sources: &Sources) -> Failure {
    let told = errors.into_iter().map(|error| {
        let mut diagnostic = Diagnostic::error("Present state cannot be read", chain(&error));
        if let [address] = error.addresses.as_slice() {
            diagnostic = diagnostic.about(address);
        }
        diagnostic.hint = error.source.hint;
        diagnostic
    });
    Failure::told(FailureKind::Outside, Diagnostics(told.collect()), sources.clone())
}

/// Everything secret in what the configuration asks for.
fn secrets_in(desired: &Desired) -> impl Iterator<Item = &Value> {
    let fields = desired
        .resources
        .iter()
        .flat_map(|resource| resource.fields.iter());
    let outputs = desired.outputs.iter().map(|output| &output.value);
    fields.chain(outputs).filter(|value| value.has_secret())
}

/// Reads of the folder, for functions.
pub(crate) fn reads(folder: &Path) -> Arc<Reads> {
    Arc::new(Reads::new(folder, BTreeMap::new()))
}
