//! Runs that die, or lose power, at every step of the disk: what was acknowledged is there afterwards, and nothing
//! but the beginning of what was not.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::*;
use crate::disk::{Cut, Moment, Op, SimDisk, Verdict};
use crate::journal::samples::{self, LINEAGE, begin, creation, done, end, intent, picture, put, record};
use crate::journal::{Event, Outcome};
use crate::store::MemoryStore;

fn holder() -> Holder {
    Holder {
        who: "me".into(),
        process: 1,
        command: "apply".into(),
        since: "now".into(),
    }
}

/// All that can be seen of a state.
fn view(folded: &Folded) -> String {
    let doubts: Vec<u64> = folded.in_doubt.iter().map(|doubt| doubt.intent.id.0).collect();
    format!(
        "{doubts:?} {:?} {} {}",
        folded.open_run,
        folded.has_ended(),
        picture(&folded.snapshot)
    )
}

/// Whether the journal says something that the snapshot does not.
fn needs_journal(folded: &Folded) -> bool {
    folded.open_run.is_some() || folded.has_ended()
}

/// What is acknowledged, and what may be true besides because it was being written.
struct Model {
    folded: Folded,
    /// The view of what is acknowledged, then of what each further event in flight would make of it.
    possible: Vec<String>,
    created: bool,
    /// Whether something is acknowledged that no snapshot holds.
    is_open: bool,
}

impl Model {
    fn new() -> Self {
        let folded = Folded::new(Snapshot::new(LINEAGE));
        Model {
            possible: vec![view(&folded)],
            folded,
            created: false,
            is_open: false,
        }
    }

    fn in_flight(&mut self, events: &[Event]) {
        for event in events {
            self.folded.apply(event).unwrap();
            self.possible.push(view(&self.folded));
        }
    }

    fn acknowledged(&mut self) {
        self.possible.drain(..self.possible.len() - 1);
        self.created = true;
        self.is_open = needs_journal(&self.folded);
    }

    /// What a reader found after a crash: until somebody locks the state, the next crash may still take what was never
    /// acknowledged of it.
    fn seen(&mut self, folded: Folded) -> bool {
        let Some(at) = self
            .possible
            .iter()
            .position(|possible| *possible == view(&folded))
        else {
            return false;
        };
        self.possible.truncate(at + 1);
        self.folded = folded;
        true
    }

    /// The next write, by any number, of what can be true.
    fn choose(&self, choice: u8, fresh: &mut u64) -> Vec<Event> {
        *fresh += 1;
        let (number, last) = (*fresh, self.folded.last_intent);
        let oldest = self.folded.in_doubt.first().map(|doubt| &doubt.intent);
        let settled = |intent: &crate::journal::Intent| {
            let id = format!("vpc-{}", intent.uid);
            [
                done(intent.id.0, Some(&id)),
                put(record(intent.address.as_str(), &intent.uid)),
            ]
        };
        let create = |id: u64| intent(creation(id, &format!("k.n[{number}]"), &format!("u{number}")));
        match (choice % 5, oldest) {
            (0, _) => vec![create(last + 1)],
            (1, Some(open)) => settled(open).to_vec(),
            // The end of one effect and the beginning of the next share a write.
            (2, Some(open)) => settled(open).into_iter().chain([create(last + 1)]).collect(),
            (3, Some(open)) => {
                let outcome = Outcome::Failed { message: "no".into() };
                vec![Event::Outcome {
                    intent: open.id,
                    outcome,
                }]
            }
            _ => match self.folded.snapshot.records.keys().next() {
                Some(first) => vec![Event::Gone(first.clone())],
                None => vec![put(record(&format!("k.p[{number}]"), &format!("p{number}")))],
            },
        }
    }
}

/// Creates the state if there is none, goes on with an open run, and then writes what `script` says: 255 ends the run.
fn drive(store: &MemoryStore, model: &mut Model, script: &[u8], fresh: &mut u64) -> Result<(), StoreError> {
    if !model.created {
        match store.create(LINEAGE) {
            Err(StoreError::Exists { .. }) => {}
            created => model.created = created.map(|()| true)?,
        }
    }
    let mut session = store.lock(&holder())?;
    assert!(model.seen(session.load()?));
    model.possible.drain(..model.possible.len() - 1);
    if model.folded.has_ended() {
        commit(session.as_mut(), model)?;
    }
    for choice in script {
        if model.folded.open_run.is_none() {
            *fresh += 1;
            let serial = model.folded.snapshot.serial;
            append(
                session.as_mut(),
                model,
                &[
                    begin(&format!("run {fresh}"), serial),
                    Event::Scope(samples::region()),
                ],
            )?;
        }
        if model.folded.snapshot.scopes.is_empty() {
            append(session.as_mut(), model, &[Event::Scope(samples::region())])?;
        }
        if *choice != 255 {
            let events = model.choose(*choice, fresh);
            append(session.as_mut(), model, &events)?;
            continue;
        }
        let run = model.folded.open_run.clone().unwrap_or_default();
        let resolved = Outcome::Resolved { id: None };
        let doubts = model.folded.in_doubt.iter();
        let mut events: Vec<Event> = doubts
            .map(|doubt| Event::Outcome {
                intent: doubt.intent.id,
                outcome: resolved.clone(),
            })
            .collect();
        events.push(end(&run));
        append(session.as_mut(), model, &events)?;
        commit(session.as_mut(), model)?;
    }
    Ok(())
}

fn append(session: &mut dyn Session, model: &mut Model, events: &[Event]) -> Result<(), StoreError> {
    model.in_flight(events);
    session.append(events)?;
    model.acknowledged();
    Ok(())
}

fn commit(session: &mut dyn Session, model: &mut Model) -> Result<(), StoreError> {
    let mut next = model.folded.snapshot.clone();
    next.serial += 1;
    model.folded = Folded::new(next.clone());
    model.possible.push(view(&model.folded));
    session.commit(&next)?;
    model.acknowledged();
    Ok(())
}

/// Where and how a run ends.
#[derive(Debug, Clone, Copy)]
struct Crash {
    step: u64,
    moment: Moment,
    verdict: Verdict,
}

/// Runs `script` until `crash`; tells what is wrong with what is there afterwards, if anything is.
fn crash_and_look(
    disk: &SimDisk,
    model: &mut Model,
    script: &[u8],
    crash: Crash,
    fresh: &mut u64,
) -> Result<MemoryStore, String> {
    let start = disk.steps();
    disk.on_operation(move |event| {
        let here = event.index == start + crash.step && event.moment == crash.moment;
        if here { crash.verdict } else { Verdict::Go }
    });
    let driven = drive(&MemoryStore::on(disk.clone()), model, script, fresh);
    disk.heal();
    if driven.is_ok() {
        // The crash came after the end; let it come now, of the same kind.
        match crash.verdict {
            Verdict::PowerCut(cut) => _ = disk.power_cut_of(cut),
            _ => _ = disk.die(),
        }
    }
    let store = MemoryStore::on(disk.process());
    let folded = match store.load() {
        Ok(folded) => folded,
        Err(StoreError::Missing { .. }) if !model.created => return Ok(store),
        Err(error) => return Err(format!("{crash:?}: {error:?}")),
    };
    let found = view(&folded);
    if !model.seen(folded) {
        return Err(format!("{crash:?}:\n{}\n=> {found}", model.possible.join("\n")));
    }
    Ok(store)
}

const SCRIPT: [u8; 14] = [0, 0, 2, 1, 3, 255, 0, 4, 2, 255, 255, 4, 0, 1];

fn every_crash() -> Vec<Crash> {
    let disk = SimDisk::new();
    drive(&MemoryStore::on(disk.clone()), &mut Model::new(), &SCRIPT, &mut 0).unwrap();
    let some = (0..6).map(|seed| Verdict::PowerCut(Cut::Some { seed }));
    let verdicts: Vec<Verdict> = [
        Verdict::Die,
        Verdict::Tear(30),
        Verdict::Fail(io::ErrorKind::StorageFull),
        Verdict::PowerCut(Cut::Everything),
    ]
    .into_iter()
    .chain(some)
    .collect();
    let mut crashes = Vec::new();
    for step in 0..disk.steps() {
        for moment in [Moment::Before, Moment::After] {
            crashes.extend(verdicts.iter().map(|verdict| Crash {
                step,
                moment,
                verdict: *verdict,
            }));
        }
    }
    crashes
}

/// Crashes once, then goes on to a clean end, then lets a power cut show that this too was kept.
fn survive(crash: Crash, prepare: impl Fn(&SimDisk)) -> Result<(), String> {
    let disk = SimDisk::new();
    prepare(&disk);
    let (mut model, mut fresh) = (Model::new(), 0);
    let store = crash_and_look(&disk, &mut model, &SCRIPT, crash, &mut fresh)?;
    drive(&store, &mut model, &[0, 1, 255], &mut fresh).map_err(|error| format!("{crash:?}: {error:?}"))?;
    let after = store
        .after_power_cut()
        .load()
        .map_err(|error| format!("{crash:?}: {error:?}"))?;
    if view(&after) == model.possible[0] {
        Ok(())
    } else {
        Err(format!("{crash:?}: lost what came after"))
    }
}

#[test]
fn every_crash_at_every_step_leaves_what_was_acknowledged() {
    let crashes = every_crash();
    assert!(crashes.len() > 1500, "{}", crashes.len());
    for crash in crashes {
        if let Err(problem) = survive(crash, |_| ()) {
            panic!("{problem}");
        }
    }
}

/// How a journal gets lost.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Removed,
    Emptied,
    Exchanged,
}

/// Crashes, loses the journal, and tells if what was acknowledged in it is not missed, or if a journal that holds nothing
/// is.
fn lose(crash: Crash, loss: Loss) -> Result<bool, String> {
    let (mut model, mut fresh) = (Model::new(), 0);
    let disk = SimDisk::new();
    // The model forgets at the look after the crash what was acknowledged before; a reader does not.
    let acknowledged = {
        let start = disk.steps();
        disk.on_operation(move |event| {
            let here = event.index == start + crash.step && event.moment == crash.moment;
            if here { crash.verdict } else { Verdict::Go }
        });
        _ = drive(&MemoryStore::on(disk.clone()), &mut model, &SCRIPT, &mut fresh);
        disk.heal();
        model.is_open
    };
    let store = MemoryStore::on(disk.process());
    let before = match store.load() {
        Ok(folded) => folded,
        Err(_) if !model.created => return Ok(false),
        Err(error) => return Err(format!("{crash:?}: {error:?}")),
    };
    let journal = MemoryStore::folder().join("meshform.state.journal");
    if !needs_journal(&before) {
        disk.process().remove(&journal).unwrap();
        let after = store.load().map_err(|error| format!("{crash:?}: {error:?}"))?;
        return match view(&after) == view(&Folded::new(before.snapshot)) {
            true => Ok(false),
            false => Err(format!("{crash:?}: something was in the journal")),
        };
    }
    let other = [
        crate::journal::encode_header(),
        crate::journal::encode_frames(&[begin("other", before.snapshot.serial)]).unwrap(),
    ];
    match loss {
        Loss::Removed => disk.process().remove(&journal).unwrap(),
        Loss::Emptied => disk.process().plant(&journal, b""),
        Loss::Exchanged => disk.process().plant(&journal, &other.concat()),
    }
    match store.load() {
        Err(StoreError::JournalLost(lost)) => {
            store
                .abandon(&holder(), &lost.run.run)
                .map_err(|error| format!("{crash:?}: {error:?}"))?;
            store.load().map_err(|error| format!("{crash:?}: {error:?}"))?;
            Ok(true)
        }
        // No effect was let go: the write that opens the run had not returned.
        Ok(_) if !acknowledged => Ok(false),
        other => Err(format!(
            "{crash:?} {loss:?}: {:?}",
            other.map(|folded| view(&folded))
        )),
    }
}

#[test]
fn a_journal_that_is_lost_after_any_crash_is_missed() {
    let mut missed = 0;
    for crash in every_crash() {
        if matches!(crash.verdict, Verdict::PowerCut(Cut::Some { seed: 1.. })) {
            continue;
        }
        for loss in [Loss::Removed, Loss::Emptied, Loss::Exchanged] {
            missed += usize::from(lose(crash, loss).unwrap_or_else(|problem| panic!("{problem}")));
        }
    }
    assert!(missed > 500, "{missed}");
}

#[test]
fn without_syncing_the_same_crashes_lose_something() {
    let lost = every_crash()
        .into_iter()
        .filter(|crash| matches!(crash.verdict, Verdict::PowerCut(_)))
        .filter(|crash| survive(*crash, |disk| disk.sabotage_sync(true)).is_err());
    assert!(lost.count() > 100);
}

/// Each reader sees the state as it was at one moment of its reading, whatever happens between its steps.
#[test]
fn a_reader_beside_a_run_sees_one_moment() {
    let script = [0, 2, 255, 0, 1, 4, 255, 255, 0, 255, 1, 255];
    for steps_between in 1..6usize {
        for skip in 0..script.len() {
            let disk = SimDisk::new();
            let writer = MemoryStore::on(disk.clone());
            let reader = MemoryStore::on(disk.process());
            let (mut model, mut fresh) = (Model::new(), 0);
            drive(&writer, &mut model, &script[..skip], &mut fresh).unwrap();
            let seen = Arc::new(Mutex::new(BTreeSet::from([model.possible[0].clone()])));
            let (states, busy) = (Arc::clone(&seen), AtomicBool::new(false));
            let left = Mutex::new((model, fresh, script[skip..].to_vec()));
            disk.on_operation(move |event| {
                if event.op == Op::Read
                    && event.moment == Moment::After
                    && !busy.swap(true, Ordering::Relaxed)
                {
                    let mut left = left.lock().unwrap();
                    let (model, fresh, script) = &mut *left;
                    let upto = steps_between.min(script.len());
                    for choice in script.drain(..upto) {
                        drive(&writer, model, &[choice], fresh).unwrap();
                        states.lock().unwrap().insert(model.possible[0].clone());
                    }
                    busy.store(false, Ordering::Relaxed);
                }
                Verdict::Go
            });
            let found = view(&reader.load().unwrap());
            disk.heal();
            // A run that begins and what it is about are two writes of the driver; both are moments.
            let known = seen.lock().unwrap().contains(&found);
            assert!(known, "{steps_between} {skip}\n{found}");
        }
    }
}

fn any_script() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![5 => 0..5u8, 1 => Just(255u8)], 1..12)
}

fn any_crash() -> impl Strategy<Value = Crash> {
    let verdict = prop_oneof![
        Just(Verdict::Die),
        Just(Verdict::PowerCut(Cut::Everything)),
        any::<u64>().prop_map(|seed| Verdict::PowerCut(Cut::Some { seed })),
        (0..400usize).prop_map(Verdict::Tear),
        Just(Verdict::Fail(io::ErrorKind::StorageFull)),
    ];
    let moment = prop_oneof![Just(Moment::Before), Just(Moment::After)];
    (0..80u64, moment, verdict).prop_map(|(step, moment, verdict)| Crash {
        step,
        moment,
        verdict,
    })
}

proptest! {
    #[test]
    fn any_runs_survive_any_crashes(
        rounds in prop::collection::vec((any_script(), any_crash()), 1..6),
    ) {
        let (mut disk, mut model, mut fresh) = (SimDisk::new(), Model::new(), 0);
        for (script, crash) in rounds {
            let looked = crash_and_look(&disk, &mut model, &script, crash, &mut fresh);
            prop_assert!(looked.is_ok(), "{}", looked.err().unwrap_or_default());
            disk = disk.process();
        }
    }
}
