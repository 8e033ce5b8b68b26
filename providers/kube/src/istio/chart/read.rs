//! Looking at charts: every object of each, in as few requests as the API allows.

use std::collections::BTreeMap;

use meshform_engine::adapter::Owner;
use meshform_engine::{AdapterError, Observation, Readiness, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{CHANGED, Chart};
use meshform_kinds::kubernetes::ObjectName;

use super::owned::Kept;
use super::{Private, id, invalid, key, ready, spec};
use crate::client::Cluster;
use crate::live::Live;
use crate::read::look_whole;
use crate::{DIGEST_MARK, UID_MARK};

/// One chart that is looked at.
struct Seen<'a> {
    target: &'a Target,
    chart: Chart,
    private: Private,
    names: Vec<(String, ObjectName)>,
}

/// Looks at `targets`, one answer for each in order.
pub(super) async fn read_many(
    cluster: &Cluster,
    targets: &[Target],
) -> Result<Vec<Option<Observation>>, AdapterError> {
    let charts: Vec<Seen<'_>> = targets.iter().map(seen).collect::<Result<_, _>>()?;
    let names: Vec<ObjectName> = charts
        .iter()
        .flat_map(|seen| seen.names.iter().map(|(_, name)| name.clone()))
        .collect();
    let mut found = look_whole(cluster, &names).await?.into_iter();
    let mut answers = Vec::new();
    for seen in charts {
        let lives: Vec<Option<Live>> = found.by_ref().take(seen.names.len()).collect();
        answers.push(observe(seen, &lives));
    }
    Ok(answers)
}

fn seen(target: &Target) -> Result<Seen<'_>, AdapterError> {
    let Some(recorded) = target.recorded.get() else {
        let message = format!(
            "chart `{}` cannot be imported: nothing tells which objects it has",
            target.id
        );
        return Err(invalid(message).hint("Import its objects one by one, or let this chart replace them."));
    };
    let chart = spec(recorded)?;
    let private = Private::read(target.private.as_deref());
    let named = |text: &String| Ok((text.clone(), private.name(&key(text)?)));
    let names = chart
        .objects
        .keys()
        .map(named)
        .collect::<Result<_, AdapterError>>()?;
    Ok(Seen {
        target,
        chart,
        private,
        names,
    })
}

/// What there is of a chart; `None` if nothing of it is left.
fn observe(seen: Seen<'_>, lives: &[Option<Live>]) -> Option<Observation> {
    let Seen {
        target,
        chart,
        mut private,
        names,
    } = seen;
    let (mut objects, mut owners, mut present) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut missing = None;
    for ((text, name), live) in names.iter().zip(lives) {
        let Some(live) = live
            .as_ref()
            .filter(|live| is_ours(live, private.objects.get(text), &target.uid))
        else {
            missing = missing.or(Some(name));
            continue;
        };
        present.push(live);
        let rendered = chart.objects.get(text).cloned().unwrap_or_default();
        let state = match private.objects.get(text) {
            Some(kept) if kept.agrees(live) => rendered,
            Some(kept) => {
                owners.extend(kept.takers(live).into_iter().map(|(manager, time)| Owner {
                    path: format!(".objects[\"{text}\"]"),
                    manager,
                    time,
                }));
                CHANGED.to_owned()
            }
            // A run that was interrupted kept nothing; the object itself says what was applied.
            None if live.annotation(DIGEST_MARK) == Some(rendered.as_str()) => {
                private
                    .objects
                    .insert(text.clone(), Kept::of(live, name.version()));
                rendered
            }
            None => CHANGED.to_owned(),
        };
        objects.insert(text.clone(), state);
    }
    if objects.is_empty() && !chart.objects.is_empty() {
        return None;
    }
    let mut load_balancer: Vec<String> = present.iter().flat_map(|live| ready::addresses(live)).collect();
    load_balancer.sort();
    let observed = Chart {
        objects,
        load_balancer: Some(load_balancer),
        manifests: None,
        id: Some(id(&chart)),
        ..chart
    };
    Some(Observation {
        object: observed.to_object(),
        private: private.raw(),
        readiness: match missing {
            Some(name) => Readiness::Pending(format!("{name} to be there")),
            None => ready::of(&present),
        },
        owners,
        version: None,
    })
}

/// Whether `live` is an object of the chart, and not one of its name that somebody else made.
pub(super) fn is_ours(live: &Live, kept: Option<&Kept>, uid: &str) -> bool {
    match kept {
        Some(kept) => kept.uid == live.uid(),
        None => live.annotation(UID_MARK) == Some(uid),
    }
}
