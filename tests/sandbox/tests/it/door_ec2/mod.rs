//! What the door adds to moto's EC2: each difference is a function that asks bare moto and the door the same, and holds
//! what moto answers beside what AWS's documentation says. When moto comes to do the same, the test says so.

mod groups;
mod networks;
mod pages;
mod peering;
mod routes;
mod side;

use meshform_sandbox::Sandbox;
use side::{BareMoto, Side};

#[test]
fn the_doors_ec2_beside_bare_moto() {
    let mut sandbox = Sandbox::builder().start().unwrap();
    let moto = BareMoto::beside(&sandbox);
    let (bare, door) = (moto.side(), Side::of(&sandbox.door));
    for difference in [
        peering::overlapping_networks_fail,
        peering::two_vpcs_have_one_peering,
        peering::options_are_of_active_peerings,
        peering::an_absent_peering_is_an_error_by_its_documented_name,
        peering::filters_narrow_the_list,
        peering::what_failed_cannot_be_deleted,
        peering::a_vpc_with_a_live_peering_stays,
        routes::a_route_to_an_ended_peering_is_a_blackhole,
        routes::a_route_to_a_detached_gateway_is_a_blackhole,
        routes::a_route_inside_the_vpc_is_refused,
        routes::a_route_needs_a_target_in_its_network,
        routes::a_destination_is_canonical,
        routes::a_vpc_has_one_internet_gateway,
        groups::names_are_checked,
        groups::a_group_needs_its_vpc,
        groups::a_group_in_use_stays,
        groups::the_default_group_stays,
        groups::a_request_adds_all_of_its_rules_or_none,
        groups::networks_are_canonical_and_ports_go_upwards,
        groups::descriptions_do_not_make_rules_differ,
        groups::a_rule_names_its_owner_and_says_its_description,
        groups::a_rule_can_become_another,
        groups::an_absent_rule_has_a_code_of_its_own,
        networks::a_vpc_takes_its_default_list_with_it,
        networks::a_vpc_in_use_stays,
        networks::a_subnet_takes_its_associations_with_it,
        networks::a_create_with_a_token_is_done_once,
        pages::lists_have_pages,
    ] {
        difference(&bare, &door);
        sandbox.door.reset_world().unwrap();
        moto.reset();
    }
    peering::accounts_and_regions_peer(&sandbox.door);
    sandbox.check().unwrap();
}
