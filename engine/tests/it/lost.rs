//! The journal of a run that was killed gets lost: no effect is forgotten.

use meshform_engine::testing::{Death, KillAt, Ran};
use meshform_state::disk::Disk as _;
use meshform_state::store::MemoryStore;
use meshform_state::{Store as _, StoreError};

use crate::matrix::SCENARIOS;

/// Killed at every step of the disk, the journal removed or emptied: where an effect may have happened that the snapshot
/// does not hold, the next run refuses; with the journal back it goes on.
#[test]
fn no_effect_is_forgotten_with_its_journal() {
    let journal = MemoryStore::folder().join("meshform.state.journal");
    let (mut refused, mut tried) = (0, 0);
    for scenario in SCENARIOS {
        let clean = scenario.clean();
        for (step, _, moment) in clean.told {
            for is_emptied in [false, true] {
                tried += 1;
                let (mut lab, wanted) = scenario.begin();
                let before = lab.world.ledger().len();
                let death = Death::Process;
                lab.kill_at(KillAt { step, moment, death });
                lab.apply(&wanted);
                let effects = lab.world.ledger().len() - before;
                lab.store = lab.store.after_death();
                let folded = lab.store.load().unwrap();
                let matters = folded.open_run.is_some() || folded.has_ended();
                let Ok(bytes) = lab.store.disk().read(&journal) else {
                    continue;
                };
                if is_emptied {
                    lab.store.disk().plant(&journal, b"");
                } else {
                    lab.store.disk().remove(&journal).unwrap();
                }
                let lost = matches!(lab.store.load(), Err(StoreError::JournalLost(_)));
                assert!(lost || !matters || effects == 0, "{step} {moment:?}: forgotten");
                assert!(!lost || matters, "{step} {moment:?}: missed for nothing");
                if lost {
                    refused += 1;
                    let ran = lab.apply(&wanted);
                    assert!(
                        matches!(&ran, Ran::Refused(why) if why.contains("was interrupted, and its journal")),
                        "{step} {moment:?}: {ran:?}"
                    );
                    lab.store.disk().plant(&journal, &bytes);
                }
                lab.converge(&wanted)
                    .unwrap_or_else(|wrong| panic!("{step} {moment:?}: {wrong}"));
            }
        }
    }
    assert!(refused > tried / 3, "{refused} of {tried}");
}
