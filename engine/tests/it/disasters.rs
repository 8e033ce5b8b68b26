//! What befalls the machine itself: a folder that can no longer be written, a process that is suspended at any moment,
//! and deaths at random steps of random graphs.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use meshform_engine::testing::{Death, KillAt, Lab, desired};
use meshform_state::disk::{Cut, Moment, Op, Verdict};
use proptest::prelude::*;

use crate::matrix::Scenario;
use crate::random::{config, configuration, converges, next, pictures};
use crate::shapes::whole;

#[test]
fn a_folder_that_becomes_read_only_loses_nothing() {
    let clean = Scenario::Create.clean();
    let steps = clean.told.iter().map(|(step, _, _)| step + 1).max().unwrap();
    let mut refused = 0;
    for nth in 0..steps {
        let mut lab = Lab::new(1);
        let first = lab.store.disk().steps();
        lab.store.disk().on_operation(move |event| {
            // Files that are open can still be written; names can no longer be made, changed or removed.
            let names = matches!(event.op, Op::Create | Op::Rename | Op::Remove);
            if event.index >= first + nth && event.moment == Moment::Before && names {
                Verdict::Fail(ErrorKind::ReadOnlyFilesystem)
            } else {
                Verdict::Go
            }
        });
        let ran = lab.apply(&whole());
        refused += usize::from(
            !matches!(&ran, meshform_engine::testing::Ran::Ended(outcome) if outcome.is_complete()),
        );
        lab.store.disk().heal();
        lab.converge(&whole())
            .unwrap_or_else(|wrong| panic!("{nth}: {wrong}"));
        assert_eq!(lab.world.happened("create"), 5, "{nth}");
    }
    assert!(refused > 0, "a folder that cannot be written was never noticed");
    println!("{steps} moments at which a folder becomes read-only survived");
}

#[test]
fn a_process_that_is_suspended_anywhere_makes_no_duplicate() {
    let clean = Scenario::Create.clean();
    for (step, _, moment) in &clean.told {
        let (step, moment) = (*step, *moment);
        let mut lab = Lab::new(1);
        let (first, clock) = (lab.store.disk().steps(), Arc::clone(&lab.world.clock));
        let once = Arc::new(AtomicBool::new(false));
        let slept = Arc::clone(&once);
        lab.store.disk().on_operation(move |event| {
            let here = event.index == first + step && event.moment == moment;
            if here && !slept.swap(true, Ordering::Relaxed) {
                clock.advance(Duration::from_secs(3_600));
            }
            Verdict::Go
        });
        lab.converge(&whole())
            .unwrap_or_else(|wrong| panic!("{step} {moment:?}: {wrong}"));
        assert!(once.load(Ordering::Relaxed), "{step} {moment:?} came to pass");
        assert_eq!(lab.world.happened("create"), 5, "{step} {moment:?}");
    }
    println!("{} suspensions survived", clean.told.len());
}

fn death() -> impl Strategy<Value = Death> {
    prop_oneof![
        Just(Death::Process),
        Just(Death::Power(Cut::Everything)),
        any::<u64>().prop_map(|seed| Death::Power(Cut::Some { seed })),
        (0usize..60).prop_map(Death::Torn),
    ]
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn random_graphs_converge_wherever_the_process_dies(
        (first, second) in pictures(10),
        seed in any::<u64>(),
        deaths in proptest::collection::vec((0u64..60, any::<bool>(), death()), 3),
    ) {
        let mut lab = Lab::new(seed);
        let pictures = [
            desired(configuration(&first, &second)),
            next(&first, &second),
            desired([]),
        ];
        for (wanted, (step, after, death)) in pictures.iter().zip(deaths) {
            let moment = if after { Moment::After } else { Moment::Before };
            // Twice, so that recoveries die too. What an apply that comes to its end looks at later is not its own.
            for step in [step, step / 2] {
                lab.kill_at(KillAt { step, moment, death });
                lab.apply(wanted);
                lab.store.disk().heal();
            }
            converges(&mut lab, wanted)?;
        }
        prop_assert!(lab.world.things().is_empty());
    }
}
