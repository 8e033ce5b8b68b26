//! How much is written: many events share one sync, and what is done is told once it is on disk.

use meshform_engine::testing::kinds::{BY_TOKEN, LOCAL};
use meshform_engine::testing::{Lab, Make, Manners, desired};
use meshform_engine::{Desired, Event};
use meshform_state::disk::{Moment, Op, Verdict};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::shapes::ended;

/// `layers` layers of `width` resources, each of which needs all of the layer above.
pub(crate) fn layered(kind: &'static str, layers: usize, width: usize) -> Desired {
    let name = |layer: usize, n: usize| format!("l{layer}_{n}");
    desired((0..layers).flat_map(move |layer| {
        (0..width).map(move |n| {
            let make = Make::new(kind, &name(layer, n));
            let above = if layer == 0 { 0 } else { width };
            (0..above).fold(make, |make, other| {
                make.after(&format!("{kind}.{}", name(layer - 1, other)))
            })
        })
    }))
}

/// How often the journal is synced while `wanted` is applied.
fn syncs(wanted: &Desired, latency: Duration) -> u64 {
    let mut lab = Lab::new(1);
    lab.world.behave(Manners {
        latency,
        pending: Duration::ZERO,
        hidden: Duration::ZERO,
        ..Manners::default()
    });
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    lab.store.disk().on_operation(move |event| {
        let journal = event.path.to_string_lossy().ends_with(".journal");
        if event.op == Op::Sync && event.moment == Moment::After && journal {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Verdict::Go
    });
    let outcome = ended(lab.apply(wanted));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(outcome.done.len(), wanted.resources.len());
    count.load(Ordering::Relaxed)
}

#[test]
fn a_chain_of_local_steps_syncs_no_more_than_once_for_each() {
    let count = syncs(&layered(LOCAL, 1_000, 1), Duration::ZERO);
    println!("chain of 1,000 local steps: {count} syncs");
    assert!(count <= 1_001, "{count}");
}

#[test]
fn layers_of_local_steps_share_their_syncs() {
    let count = syncs(&layered(LOCAL, 100, 10), Duration::ZERO);
    println!("100 layers of 10 local steps: {count} syncs");
    assert!(count <= 210, "{count}");
}

#[test]
fn the_end_of_an_effect_and_the_intent_of_the_next_share_a_sync() {
    let count = syncs(&layered(BY_TOKEN, 200, 1), Duration::from_millis(100));
    println!("chain of 200 effects: {count} syncs");
    assert!(count <= 200 + 3, "{count}");
    let count = syncs(&layered(BY_TOKEN, 50, 10), Duration::from_millis(100));
    println!("50 layers of 10 effects: {count} syncs");
    assert!(count <= 2 * 50 + 10, "{count}");
}

#[test]
fn nothing_is_called_done_before_it_is_on_disk() {
    let mut lab = Lab::new(1);
    let wanted = layered(BY_TOKEN, 5, 2);
    // Of every tenth step on, the disk takes nothing more.
    for nth in (10..60).step_by(5) {
        let first = lab.store.disk().steps();
        lab.store.disk().on_operation(move |event| {
            if event.index >= first + nth {
                Verdict::Fail(std::io::ErrorKind::StorageFull)
            } else {
                Verdict::Go
            }
        });
        lab.apply(&wanted);
        lab.store.disk().heal();
        let records = lab.snapshot().records;
        for event in lab.heard() {
            if let Event::StepDone { address, .. } = event {
                assert!(
                    records.contains_key(&address) && !records[&address].incomplete,
                    "{nth}: {address}"
                );
            }
        }
    }
    lab.converge(&wanted).unwrap();
}
