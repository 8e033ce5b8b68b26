//! `meshform state`: looks into the state, and goes on without a journal that is lost.

use meshform_state::{Address, Snapshot, Store as _};

use crate::cli::{StateArgs, StateCommand};
use crate::failure::{Exit, Failure, FailureKind};
use crate::render::outputs;
use crate::session::Session;

pub(super) fn run(session: &Session, args: &StateArgs) -> Result<Exit, Failure> {
    let snapshot = || Ok::<_, Failure>(session.store().load()?.snapshot);
    match &args.command {
        StateCommand::List { addresses, .. } => list(session, &snapshot()?, addresses),
        StateCommand::Show { address, .. } => show(session, &snapshot()?, address),
        StateCommand::Abandon { run, .. } => abandon(session, run),
    }
}

fn abandon(session: &Session, run: &str) -> Result<Exit, Failure> {
    let kept = session.store().abandon(&session.holder("state abandon"), run)?;
    let kept = kept.map_or_else(String::new, |place| {
        format!(" What was left of it is kept in {place}.")
    });
    session.printer.data(&format!(
        "The state goes on without the journal of run {run}.{kept}\nWhat that run made and nobody removed is not known to \
         it: `meshform plan` shows what it would make.\n"
    ));
    Ok(Exit::Done)
}

fn parse(text: &str) -> Result<Address, Failure> {
    Address::parse(text).map_err(|error| Failure::caused(FailureKind::Usage, "Invalid address", &error))
}

fn list(session: &Session, snapshot: &Snapshot, addresses: &[String]) -> Result<Exit, Failure> {
    let wanted = addresses
        .iter()
        .map(|text| parse(text))
        .collect::<Result<Vec<_>, _>>()?;
    let is_wanted =
        |address: &Address| wanted.is_empty() || wanted.iter().any(|wanted| is_below(address, wanted));
    let current = snapshot.records.keys().map(|address| (address, String::new()));
    let deposed = snapshot
        .deposed
        .keys()
        .map(|key| (&key.address, format!(" (deposed object {})", key.uid)));
    let mut lines: Vec<(&Address, String)> = current
        .chain(deposed)
        .filter(|(address, _)| is_wanted(address))
        .collect();
    lines.sort();
    let text: String = lines
        .into_iter()
        .map(|(address, mark)| format!("{address}{mark}\n"))
        .collect();
    session.printer.data(&text);
    Ok(Exit::Done)
}

/// Whether `address` is `above`, an instance of it, or in it.
fn is_below(address: &Address, above: &Address) -> bool {
    address
        .as_str()
        .strip_prefix(above.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn show(session: &Session, snapshot: &Snapshot, address: &str) -> Result<Exit, Failure> {
    let address = parse(address)?;
    let Some(record) = snapshot.records.get(&address) else {
        let detail = format!("The state records no resource at `{address}`.");
        return Err(Failure::new(FailureKind::Usage, "Resource not found", detail)
            .hint("`meshform state list` lists all."));
    };
    let printer = &session.printer;
    if printer.is_text() {
        printer.data(&outputs::resource(&session.kinds, &printer.secrets(), record));
    } else {
        printer.document(&outputs::resource_document(
            &session.kinds,
            &printer.secrets(),
            record,
        ));
    }
    Ok(Exit::Done)
}
