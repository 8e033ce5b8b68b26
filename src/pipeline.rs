//! The stages from text to plan, called one after the other.
//!
//! `plan`, `apply`, `destroy` and `validate` are this one pipeline with other inputs; a saved plan goes through it a
//! second time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use meshform_engine::adopt::AdoptError;
use meshform_engine::compile::{Compiled, Given, Inputs, Purpose, RootNames, compile};
use meshform_engine::config::{Config, Folder, load};
use meshform_engine::event::EventSink;
use meshform_engine::facts::{Facts, Query};
use meshform_engine::gather::{Round, gather};
use meshform_engine::plan::{Options, Plan, build, check, select};
use meshform_engine::refresh::{Observed, RefreshError};
use meshform_engine::{Desired, Kinds, Object, Registry};
use meshform_kinds::istio::HELM_CHART;
use meshform_lang::{Diagnostic, Diagnostics, Sources};
use meshform_state::{Address, Snapshot, Str, Value};

use crate::cli::ScopeArgs;
use crate::failure::{Failure, FailureKind, chain};
use crate::folder::Reads;
use crate::locks::{self, Locks};
use crate::session::{Access, Session};

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
    let inputs = inputs(&loaded, Purpose::Validate, reads, timestamp);
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

fn inputs(loaded: &Loaded, purpose: Purpose, files: Arc<Reads>, timestamp: Option<&str>) -> Inputs {
    Inputs {
        variables: loaded.values.clone(),
        purpose,
        files,
        plan_timestamp: timestamp.map(Str::from),
    }
}

/// Keeps warnings.
///
/// # Errors
/// If there are errors, all of both.
fn settle(loaded: &mut Loaded, found: Diagnostics) -> Result<(), Failure> {
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

/// One round of compilation.
struct Once(Compiled);

impl Round for Once {
    fn missing(&self) -> &[Query] {
        &self.0.missing
    }

    fn has_errors(&self) -> bool {
        self.0.diagnostics.has_errors()
    }
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
    let inputs = inputs(&loaded, purpose, Arc::clone(&reads), Some(&wish.timestamp));
    let reader = session.reader(registry);
    let gathered = {
        let (config, kinds): (&Config, &Kinds) = (&loaded.config, &session.kinds);
        let once = |facts: &Facts| Once(compile(config, &inputs, facts, session.vocabulary(), kinds));
        gather(&reader, answered(&once, answers, kinds), once).await
    };
    let (Once(compiled), facts) =
        gathered.map_err(|found| Failure::told(FailureKind::Outside, found, loaded.sources.clone()))?;
    settle(&mut loaded, compiled.diagnostics)?;
    locked(session, &loaded, &facts, answers)?;
    let (desired, assertions) = (compiled.desired, compiled.assertions);
    // Whoever destroys takes nothing over first.
    let imports = if wish.options.destroy {
        &[][..]
    } else {
        &compiled.imports
    };
    session.printer.learn(secrets_in(&desired));
    let told = |found| Failure::told(FailureKind::Configuration, found, loaded.sources.clone());
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
    let mut broken = Diagnostics::new();
    assertions
        .iter()
        .for_each(|assertion| broken.extend(assertion.check(&plan)));
    settle(&mut loaded, broken)?;
    plan.assertions = assertions;
    loaded.warnings.extend(partial(&plan));
    Ok(Planned {
        plan: Arc::new(plan),
        loaded,
        reads,
        facts,
        wish,
    })
}

/// Refuses charts that are not those of the lock file. Those that a saved plan brings were looked at when it was made.
fn locked(
    session: &Session,
    loaded: &Loaded,
    facts: &Facts,
    answers: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let charts = locks::charts(facts).into_iter();
    let charts: Vec<locks::Chart> = charts
        .filter(|(key, _)| !answers.contains_key(key))
        .map(|(_, chart)| chart)
        .collect();
    if charts.is_empty() {
        return Ok(());
    }
    let wrong = Locks::read(&session.folder)?.check(&charts);
    if wrong.has_errors() {
        return Err(Failure::told(
            FailureKind::Configuration,
            wrong,
            loaded.sources.clone(),
        ));
    }
    Ok(())
}

/// The charts that the configuration means, as far as that can be told without asking anything but helm.
///
/// # Errors
/// What of them cannot be read.
pub(crate) async fn charts(session: &Session, loaded: &Loaded) -> Result<Vec<locks::Chart>, Failure> {
    let reads = reads(&session.folder);
    let inputs = inputs(loaded, Purpose::Plan, reads, Some(&session.now()));
    let registry = session.registry(Access::Read);
    let reader = session.reader(&registry);
    let gathered = {
        let once = |facts: &Facts| {
            let mut compiled = compile(
                &loaded.config,
                &inputs,
                facts,
                session.vocabulary(),
                &session.kinds,
            );
            // What is wrong with the rest, a plan says.
            compiled.diagnostics = Diagnostics::new();
            compiled.missing.retain(|query| query.kind == HELM_CHART);
            Once(compiled)
        };
        gather(&reader, Facts::default(), once).await
    };
    let (_, facts) =
        gathered.map_err(|found| Failure::told(FailureKind::Outside, found, loaded.sources.clone()))?;
    Ok(locks::charts(&facts)
        .into_iter()
        .map(|(_, chart)| chart)
        .collect())
}

/// Facts from saved answers: only the questions say which they are, so each round adds those that it asks for.
fn answered(once: &dyn Fn(&Facts) -> Once, answers: &BTreeMap<String, String>, kinds: &Kinds) -> Facts {
    let mut facts = Facts::default();
    if answers.is_empty() {
        return facts;
    }
    loop {
        let mut news = false;
        for query in once(&facts).missing() {
            let saved = answers.get(&query.key()).and_then(|text| {
                let raw = serde_json::value::RawValue::from_string(text.clone()).ok()?;
                Object::decode(&raw, kinds.data(query.kind)?.schema()).ok()
            });
            if let (Some(object), None) = (saved, facts.get(query)) {
                facts.insert(query, object);
                news = true;
            }
        }
        if !news {
            return facts;
        }
    }
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
