//! What befalls the machine itself: a disk that is full, a folder that can no longer be written, a process that stands
//! still, a time of day that jumps, and deaths, at any step of what is known and at random steps of random graphs.

use meshform_engine::testing::{Death, KillAt, Lab, Trouble, desired};
use meshform_state::disk::{Cut, Moment};
use proptest::prelude::*;

use crate::matrix::SCENARIOS;
use crate::random::{config, configuration, converges, next, pictures};

#[test]
fn whatever_befalls_the_machine_at_any_step_loses_nothing() {
    let mut tried = 0;
    for scenario in SCENARIOS {
        let clean = scenario.clean();
        for (step, trouble) in clean.troubles() {
            tried += 1;
            scenario
                .case()
                .weathers(&clean, step, trouble)
                .unwrap_or_else(|wrong| panic!("{trouble:?} at {step}: {wrong}"));
        }
    }
    println!("{tried} times trouble survived");
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
    fn random_graphs_converge_whatever_befalls_the_machine(
        (first, second) in pictures(10),
        seed in any::<u64>(),
        troubles in proptest::collection::vec((0u64..60, proptest::sample::select(&Trouble::ALL)), 3),
    ) {
        let mut lab = Lab::new(seed);
        let pictures = [
            desired(configuration(&first, &second)),
            next(&first, &second),
            desired([]),
        ];
        for (wanted, (step, trouble)) in pictures.iter().zip(troubles) {
            let _came = lab.trouble(step, trouble);
            lab.apply(wanted);
            lab.store.disk().heal();
            converges(&mut lab, wanted)?;
        }
        prop_assert!(lab.world.things().is_empty());
    }

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
