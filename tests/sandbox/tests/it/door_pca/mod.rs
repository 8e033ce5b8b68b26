//! The door's PCA by the real SDK, its certificates by openssl and x509-parser. It must never read the door's own code
//! for what is right: each scenario is named for what the documentation says.

mod chains;
mod faults;
mod hands;
mod imports;
mod refusals;
mod sharing;
mod states;

use meshform_sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn the_doors_pca() {
    let mut sandbox = tokio::task::block_in_place(|| Sandbox::builder().start()).unwrap();
    let door = sandbox.door.clone();
    chains::chains_hold_for_every_kind_of_key(&door).await;
    chains::an_end_entity_certificate_is_the_default(&door).await;
    refusals::what_pca_refuses_is_refused(&door).await;
    imports::a_certificate_that_does_not_fit_is_not_imported(&door).await;
    sharing::accounts_and_regions_are_kept_apart(&door).await;
    sharing::tags_permissions_and_pages(&door).await;
    faults::faults_and_records_work_for_pca_too(&door).await;
    // These put the door's clock forward; what openssl looks at comes before.
    states::an_authority_goes_through_its_states(&door).await;
    states::an_authority_expires_and_is_renewed(&door).await;
    states::a_token_makes_one_within_five_minutes(&door).await;
    sandbox.check().unwrap();
}
