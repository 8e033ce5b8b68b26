//! Accounts, regions, policies, tags, permissions and pages.

use std::collections::BTreeSet;

use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    ActionType, CertificateAuthorityType, KeyAlgorithm, ResourceOwner, SigningAlgorithm, Tag,
};
use meshform_sandbox::Door;

use super::hands::{create, days, quick_root, request, subordinate};
use crate::aws::{assume, code, own, pca};

const EC: SigningAlgorithm = SigningAlgorithm::Sha256Withecdsa;
const OTHER: &str = "222222222222";

pub(crate) async fn accounts_and_regions_are_kept_apart(door: &Door) {
    let client = pca(door, "eu-west-1", &own(door));
    let (arn, _) = quick_root(&client, "shared").await;
    let elsewhere = pca(door, "us-east-1", &own(door));
    let describe = elsewhere
        .describe_certificate_authority()
        .certificate_authority_arn(&arn);
    assert_eq!(code(describe.send().await), "ResourceNotFoundException");
    let listed = elsewhere.list_certificate_authorities().send().await.unwrap();
    assert!(listed.certificate_authorities().is_empty());

    let key = assume(door, OTHER, "mesh");
    let guest = pca(door, "eu-west-1", &key);
    let theirs = create(
        &guest,
        "theirs",
        CertificateAuthorityType::Root,
        KeyAlgorithm::EcPrime256v1,
        EC,
    )
    .await;
    assert!(theirs.contains(":222222222222:"));
    let csr = request(&guest, &theirs).await;
    let describe = guest
        .describe_certificate_authority()
        .certificate_authority_arn(&arn);
    assert_eq!(code(describe.clone().send().await), "AccessDeniedException");

    policy(&client, &arn).await;
    describe.send().await.unwrap();
    let shared = guest
        .list_certificate_authorities()
        .resource_owner(ResourceOwner::OtherAccounts)
        .send()
        .await;
    let shared = shared.unwrap();
    let arns: Vec<_> = shared
        .certificate_authorities()
        .iter()
        .filter_map(|held| held.arn())
        .collect();
    assert_eq!(arns, [arn.as_str()]);
    let signing = guest
        .issue_certificate()
        .certificate_authority_arn(&arn)
        .csr(Blob::new(csr))
        .signing_algorithm(EC)
        .validity(days(30));
    assert_eq!(code(signing.clone().send().await), "AccessDeniedException");
    let other = signing.clone().template_arn(subordinate(1)).send().await;
    assert_eq!(code(other), "AccessDeniedException");
    signing.clone().template_arn(subordinate(0)).send().await.unwrap();
    let update = guest
        .delete_certificate_authority()
        .certificate_authority_arn(&arn);
    assert_eq!(code(update.send().await), "AccessDeniedException");
    client.delete_policy().resource_arn(&arn).send().await.unwrap();
    assert_eq!(
        code(signing.template_arn(subordinate(0)).send().await),
        "AccessDeniedException"
    );
}

/// Puts the policy that the user guide shows for another account, after one that is refused.
async fn policy(client: &aws_sdk_acmpca::Client, arn: &str) {
    let get = client.get_policy().resource_arn(arn);
    assert_eq!(code(get.clone().send().await), "ResourceNotFoundException");
    let put = client.put_policy().resource_arn(arn);
    for wrong in ["{", r#"{"Version":"2012-10-17","Statement":[]}"#] {
        assert_eq!(
            code(put.clone().policy(wrong).send().await),
            "InvalidPolicyException"
        );
    }
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[
          {{"Sid":"1","Effect":"Allow","Principal":{{"AWS":"{OTHER}"}},"Action":[
            "acm-pca:DescribeCertificateAuthority","acm-pca:GetCertificate",
            "acm-pca:GetCertificateAuthorityCertificate","acm-pca:ListPermissions","acm-pca:ListTags"],
            "Resource":"{arn}"}},
          {{"Sid":"2","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{OTHER}:root"}},
            "Action":["acm-pca:IssueCertificate"],"Resource":"{arn}",
            "Condition":{{"StringEquals":{{"acm-pca:TemplateArn":"{}"}}}}}}]}}"#,
        subordinate(0)
    );
    let foreign = text.replace(arn, "arn:aws:acm-pca:eu-west-1:1:certificate-authority/x");
    assert_eq!(
        code(put.clone().policy(foreign).send().await),
        "InvalidPolicyException"
    );
    put.policy(&text).send().await.unwrap();
    assert_eq!(get.send().await.unwrap().policy.unwrap(), text);
}

pub(crate) async fn tags_permissions_and_pages(door: &Door) {
    let client = pca(door, "ap-southeast-2", &own(door));
    let mut made = BTreeSet::new();
    for number in 0..5 {
        let kind = CertificateAuthorityType::Root;
        made.insert(
            create(
                &client,
                &format!("page {number}"),
                kind,
                KeyAlgorithm::EcPrime256v1,
                EC,
            )
            .await,
        );
    }
    let mut seen = BTreeSet::new();
    let mut pages = client
        .list_certificate_authorities()
        .max_results(2)
        .into_paginator()
        .send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.certificate_authorities().len());
        seen.extend(
            page.certificate_authorities()
                .iter()
                .filter_map(|held| held.arn().map(str::to_owned)),
        );
    }
    assert_eq!((sizes.as_slice(), &seen), ([2, 2, 1].as_slice(), &made));
    let strange = client.list_certificate_authorities().next_token("?").send().await;
    assert_eq!(code(strange), "InvalidNextTokenException");

    let arn = made.first().unwrap();
    tags(&client, arn).await;
    permissions(&client, arn).await;
}

async fn tags(client: &aws_sdk_acmpca::Client, arn: &str) {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let add = client.tag_certificate_authority().certificate_authority_arn(arn);
    add.clone()
        .tags(tag("a", "1"))
        .tags(tag("b", "2"))
        .send()
        .await
        .unwrap();
    add.clone().tags(tag("a", "3")).send().await.unwrap();
    assert_eq!(
        code(add.clone().tags(tag("aws:x", "1")).send().await),
        "InvalidTagException"
    );
    let many: Vec<Tag> = (0..50).map(|number| tag(&format!("t{number}"), "")).collect();
    assert_eq!(
        code(add.set_tags(Some(many)).send().await),
        "TooManyTagsException"
    );
    let remove = client
        .untag_certificate_authority()
        .certificate_authority_arn(arn);
    remove.clone().tags(tag("a", "1")).send().await.unwrap();
    let held = async || {
        let listed = client
            .list_tags()
            .certificate_authority_arn(arn)
            .send()
            .await
            .unwrap();
        let tags = listed.tags().iter();
        tags.map(|tag| format!("{}={}", tag.key(), tag.value().unwrap_or("")))
            .collect::<Vec<_>>()
    };
    assert_eq!(held().await, ["a=3", "b=2"]);
    remove
        .tags(Tag::builder().key("a").build().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(held().await, ["b=2"]);
}

async fn permissions(client: &aws_sdk_acmpca::Client, arn: &str) {
    let create = client
        .create_permission()
        .certificate_authority_arn(arn)
        .principal("acm.amazonaws.com")
        .actions(ActionType::IssueCertificate)
        .actions(ActionType::GetCertificate);
    create.clone().send().await.unwrap();
    assert_eq!(code(create.send().await), "PermissionAlreadyExistsException");
    let list = client.list_permissions().certificate_authority_arn(arn);
    let listed = list.clone().send().await.unwrap();
    assert_eq!(listed.permissions()[0].source_account(), Some("123456789012"));
    let delete = client
        .delete_permission()
        .certificate_authority_arn(arn)
        .principal("acm.amazonaws.com");
    delete.clone().send().await.unwrap();
    assert_eq!(code(delete.send().await), "ResourceNotFoundException");
    assert!(list.send().await.unwrap().permissions().is_empty());
}
