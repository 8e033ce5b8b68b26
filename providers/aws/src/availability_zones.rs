//! `data "aws_availability_zones"`.

use aws_sdk_ec2::types::{AvailabilityZone, AvailabilityZoneOptInStatus, AvailabilityZoneState};
use meshform_engine::{AdapterError, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::AvailabilityZones;

use crate::ec2::Ec2;
use crate::resource::spec;

/// Answers the data source. It asks for all zones and picks here, so that every question costs one request.
pub(crate) async fn query(ec2: &Ec2, arguments: &Object) -> Result<Object, AdapterError> {
    let asked: AvailabilityZones = spec(arguments)?;
    let zones = ec2.availability_zones().await?;
    Ok(answer(asked, &zones, ec2.region()).to_object())
}

fn answer(asked: AvailabilityZones, zones: &[AvailabilityZone], region: &str) -> AvailabilityZones {
    let mut picked: Vec<(&str, &str)> = zones
        .iter()
        .filter(|zone| is_regular(zone))
        .filter(|zone| match (&asked.state, &zone.state) {
            (None, _) => true,
            (Some(wanted), state) => state.as_ref().map(AvailabilityZoneState::as_str) == Some(wanted),
        })
        .filter_map(|zone| Some((zone.zone_name()?, zone.zone_id().unwrap_or_default())))
        .filter(|(name, _)| !asked.exclude_names.iter().any(|excluded| excluded == name))
        .collect();
    picked.sort_unstable();
    AvailabilityZones {
        names: picked.iter().map(|(name, _)| (*name).to_owned()).collect(),
        zone_ids: picked.iter().map(|(_, id)| (*id).to_owned()).collect(),
        id: Some(region.to_owned()),
        ..asked
    }
}

/// Whether this is a zone of the region itself, which needs no opting in.
fn is_regular(zone: &AvailabilityZone) -> bool {
    zone.opt_in_status
        .as_ref()
        .is_none_or(|status| *status == AvailabilityZoneOptInStatus::OptInNotRequired)
        && zone
            .zone_type
            .as_deref()
            .is_none_or(|kind| kind == "availability-zone")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(
        name: &str,
        status: AvailabilityZoneOptInStatus,
        state: AvailabilityZoneState,
    ) -> AvailabilityZone {
        let zone = AvailabilityZone::builder()
            .zone_name(name)
            .zone_id(format!("id-{name}"));
        zone.opt_in_status(status).state(state).build()
    }

    #[test]
    fn local_zones_and_excluded_ones_are_left_out_and_the_rest_is_sorted() {
        use AvailabilityZoneOptInStatus::{OptInNotRequired, OptedIn};
        use AvailabilityZoneState::{Available, Impaired};
        let zones = [
            zone("r-c", OptInNotRequired, Available),
            zone("r-a", OptInNotRequired, Available),
            zone("r-b", OptInNotRequired, Impaired),
            zone("r-d", OptInNotRequired, Available),
            zone("r-lax-1a", OptedIn, Available),
        ];
        let asked = AvailabilityZones {
            state: Some("available".to_owned()),
            exclude_names: vec!["r-d".to_owned()],
            names: Vec::new(),
            zone_ids: Vec::new(),
            id: None,
        };
        let answer = answer(asked, &zones, "r");
        assert_eq!(answer.names, ["r-a", "r-c"]);
        assert_eq!(answer.zone_ids, ["id-r-a", "id-r-c"]);
        assert_eq!(answer.id.as_deref(), Some("r"));
    }
}
