//! `aws_acmpca_certificate_authority`: one resource of several effects. One that stops half-way is seen as an authority
//! without a certificate, and finished by the next plan.

use async_trait::async_trait;
use aws_sdk_acmpca::types::{
    self, Asn1Subject, CertificateAuthorityConfiguration, CertificateAuthorityStatus as Status,
    CertificateAuthorityType, CertificateAuthorityUsageMode, KeyAlgorithm, Tag,
};
use aws_smithy_types::DateTime;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Effect, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::{CertificateAuthority, CertificateSubject};
use meshform_state::journal::{Intent, Locator};

use super::certify::{certify, change};
use super::client::{self, Pca, Signed};
use super::data::rfc3339;
use super::terms;
use crate::clients::Clients;
use crate::resource::{Resource, observation, spec, unread};
use crate::step::Step;
use crate::tags;

pub(crate) struct AuthorityResource;

const CREATE: &str = "acm-pca:CreateCertificateAuthority";
const UPDATE: &str = "acm-pca:UpdateCertificateAuthority";
const DELETE: &str = "acm-pca:DeleteCertificateAuthority";

/// How many authorities are looked at once: AWS Private CA tells of one at a time.
const AT_ONCE: usize = 4;

/// How far apart the moments of a creation can be by AWS's clock and ours, in seconds.
const SKEW: i64 = 3600;

#[async_trait]
impl Resource for AuthorityResource {
    async fn read(
        &self,
        Clients { pca, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let looks: Vec<_> = targets.iter().map(|target| look(pca, target)).collect();
        stream::iter(looks).buffered(AT_ONCE).try_collect().await
    }

    /// By the tag with the uid, among those that were made around that time: there is no search by tag.
    async fn locate(&self, Clients { pca, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        if let Locator::Id(arn) = &intent.locator {
            let found = pca.authority(arn).await?;
            return Ok(found.map_or(Located::Absent, |_| Located::Found(arn.clone())));
        }
        let around = i64::try_from(intent.time_ms / 1000).unwrap_or(i64::MAX);
        let mut found = with_uid(pca, &intent.uid, Some(around)).await?;
        if found.is_empty() {
            // The clock of this machine may be wrong, or was when the intent was made.
            found = with_uid(pca, &intent.uid, None).await?;
        }
        Ok(found.into_iter().next().map_or(Located::Absent, Located::Found))
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let authority: CertificateAuthority = spec(planned)?;
        let arn = make(step, &authority).await?;
        certify(step, &arn, &authority).await?;
        end_doubles(step, &arn).await?;
        if !authority.enabled {
            set_status(step, &arn, Status::Disabled).await?;
        }
        Ok(unread(arn))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, authority): (CertificateAuthority, CertificateAuthority) =
            (spec(before)?, spec(planned)?);
        let arn = step.request.id.to_owned();
        let was = Status::from(before.status.as_deref().unwrap_or_default());
        if was == Status::Disabled && authority.enabled {
            set_status(step, &arn, Status::Active).await?;
        }
        let expired = was == Status::Expired && authority.enabled;
        if before.validity != authority.validity || expired {
            certify(step, &arn, &authority).await?;
            end_doubles(step, &arn).await?;
        }
        if was != Status::Disabled && !authority.enabled {
            set_status(step, &arn, Status::Disabled).await?;
        }
        retag(step, &arn, &before, &authority).await?;
        Ok(unread(arn))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let arn = step.request.id;
        end_doubles(step, arn).await?;
        end(step, arn).await
    }
}

async fn make(step: &mut Step<'_, '_>, authority: &CertificateAuthority) -> Result<String, AdapterError> {
    let (pca, uid) = (step.pca, step.request.uid);
    let own = [(tags::LINEAGE, step.request.lineage), (tags::UID, uid)];
    let users = authority
        .tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let tags = client::to_sdk(own.into_iter().chain(users), CREATE)?;
    let configuration = CertificateAuthorityConfiguration::builder()
        .key_algorithm(KeyAlgorithm::from(authority.key_algorithm.as_str()))
        .signing_algorithm(terms::signing_algorithm(
            authority.signing_algorithm.as_deref().unwrap_or_default(),
        ))
        .subject(to_sdk(&authority.subject))
        .build()
        .map_err(|error| AdapterError::refused(ErrorClass::Invalid, format!("{CREATE}: {error}")))?;
    let effect = Effect {
        name: CREATE,
        locator: Locator::Token(uid.to_owned()),
        repeatable: true,
        creates: true,
    };
    let (configuration, tags) = (&configuration, &tags);
    let made = step.effects.run(effect, |permit| {
        let request = pca.change(&permit).create_certificate_authority();
        let request = request
            .certificate_authority_configuration(configuration.clone())
            .certificate_authority_type(CertificateAuthorityType::from(authority.r#type.as_str()))
            .usage_mode(CertificateAuthorityUsageMode::from(authority.usage_mode.as_str()))
            .idempotency_token(uid)
            .set_tags(Some(tags.clone()));
        async move {
            let answer = request.send().await;
            let answer = answer.map_err(|error| pca.failed(CREATE, &error))?;
            Ok(answer.certificate_authority_arn)
        }
    });
    made.await?.ok_or_else(|| {
        AdapterError::lost(
            ErrorClass::Other,
            format!("{CREATE}: AWS answered without an ARN"),
        )
    })
}

async fn set_status(step: &mut Step<'_, '_>, arn: &str, status: Status) -> Result<(), AdapterError> {
    let pca = step.pca;
    change(step, UPDATE, arn, |client| {
        let request = client
            .update_certificate_authority()
            .certificate_authority_arn(arn);
        let (request, status) = (request.status(status.clone()), status.clone());
        async move {
            match pca.done(UPDATE, request.send().await) {
                // A repetition may be refused for what it repeats.
                Err(error) if error.class == ErrorClass::Invalid && has_status(pca, arn, &status).await? => {
                    Ok(())
                }
                result => result,
            }
        }
    })
    .await
}

async fn has_status(pca: &Pca, arn: &str, status: &Status) -> Result<bool, AdapterError> {
    let found = pca.authority(arn).await?;
    Ok(found.is_some_and(|authority| authority.status.as_ref() == Some(status)))
}

/// Ends the authority `arn`, whatever state it is in.
async fn end(step: &mut Step<'_, '_>, arn: &str) -> Result<(), AdapterError> {
    let (pca, settings) = (step.pca, step.settings);
    let found = settings.read(|| pca.authority(arn)).await?;
    match found.and_then(|authority| authority.status) {
        None => return Ok(()),
        Some(Status::Active) => set_status(step, arn, Status::Disabled).await?,
        Some(Status::Creating) => {
            let message = format!("the authority {arn} is being made, and cannot be deleted before it is");
            return Err(AdapterError::refused(ErrorClass::Busy, message));
        }
        Some(_) => {}
    }
    let object = step.request.before.or(step.request.recorded);
    let known: Option<CertificateAuthority> = object.map(spec).transpose()?;
    let days = known.and_then(|known| i32::try_from(known.permanent_deletion_time_in_days).ok());
    change(step, DELETE, arn, |client| {
        let request = client
            .delete_certificate_authority()
            .certificate_authority_arn(arn);
        let request = request.set_permanent_deletion_time_in_days(days);
        async move {
            match pca.done(DELETE, request.send().await) {
                Err(error) if error.class == ErrorClass::NotFound => Ok(()),
                Err(error) if error.class == ErrorClass::Invalid && pca.authority(arn).await?.is_none() => {
                    Ok(())
                }
                result => result,
            }
        }
    })
    .await
}

/// Ends others than `arn` that carry the uid of the object: what a creation made that was repeated after its token
/// had been forgotten.
async fn end_doubles(step: &mut Step<'_, '_>, arn: &str) -> Result<(), AdapterError> {
    let (pca, uid, settings) = (step.pca, step.request.uid, step.settings);
    let found = settings.read(|| pca.authority(arn)).await?;
    let Some(made) = found.and_then(|authority| authority.created_at) else {
        return Ok(());
    };
    let all = settings.read(|| with_uid(pca, uid, Some(made.secs()))).await?;
    for double in all.into_iter().filter(|other| other != arn) {
        end(step, &double).await?;
    }
    Ok(())
}

/// The ARNs of those that carry `uid`, of all that were made around `around` (in seconds since 1970) or at any time,
/// sorted.
async fn with_uid(pca: &Pca, uid: &str, around: Option<i64>) -> Result<Vec<String>, AdapterError> {
    let near = |at: &DateTime| around.is_none_or(|around| (at.secs() - around).abs() <= SKEW);
    let near: Vec<String> = pca
        .authorities()
        .await?
        .into_iter()
        .filter(|authority| authority.created_at.as_ref().is_none_or(near))
        .filter_map(|authority| authority.arn)
        .collect();
    let marked: Vec<(String, Vec<Tag>)> = stream::iter(near)
        .map(|arn| async move { pca.tags(&arn).await.map(|tags| (arn, tags)) })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let mut ours: Vec<String> = marked
        .into_iter()
        .filter(|(_, tags)| client::uid(tags) == Some(uid))
        .map(|(arn, _)| arn)
        .collect();
    ours.sort();
    Ok(ours)
}

async fn retag(
    step: &mut Step<'_, '_>,
    arn: &str,
    before: &CertificateAuthority,
    authority: &CertificateAuthority,
) -> Result<(), AdapterError> {
    let (tag, untag) = (
        "acm-pca:TagCertificateAuthority",
        "acm-pca:UntagCertificateAuthority",
    );
    let (set, gone) = tags::difference(&before.tags, &authority.tags);
    let pca = step.pca;
    if !gone.is_empty() {
        let gone = client::to_sdk(
            gone.iter().map(|key| (key.as_str(), before.tags[key].as_str())),
            untag,
        )?;
        change(step, untag, arn, |client| {
            let request = client
                .untag_certificate_authority()
                .certificate_authority_arn(arn);
            let request = request.set_tags(Some(gone.clone()));
            async move { pca.done(untag, request.send().await) }
        })
        .await?;
    }
    if !set.is_empty() {
        let set = client::to_sdk(set.iter().map(|(key, value)| (key.as_str(), value.as_str())), tag)?;
        change(step, tag, arn, |client| {
            let request = client.tag_certificate_authority().certificate_authority_arn(arn);
            let request = request.set_tags(Some(set.clone()));
            async move { pca.done(tag, request.send().await) }
        })
        .await?;
    }
    Ok(())
}

async fn look(pca: &Pca, target: &Target) -> Result<Option<Observation>, AdapterError> {
    let Some(found) = pca.authority(&target.id).await? else {
        return Ok(None);
    };
    let certified = matches!(
        found.status,
        Some(Status::Active | Status::Disabled | Status::Expired)
    );
    let certificate = async {
        match certified {
            true => pca.authority_certificate(&target.id).await,
            false => Ok(None),
        }
    };
    let (certificate, tags) = futures::try_join!(certificate, pca.tags(&target.id))?;
    let recorded = target.recorded.get();
    let recorded = recorded.and_then(|object| CertificateAuthority::from_object(object).ok());
    let readiness = readiness(&found);
    let seen = from_answer(&target.id, found, certificate, &tags, recorded);
    Ok(Some(observation(&seen, readiness)))
}

fn readiness(found: &types::CertificateAuthority) -> Readiness {
    match &found.status {
        Some(Status::Creating) => Readiness::Pending("the authority is being made".to_owned()),
        Some(Status::Failed) => {
            let why = found.failure_reason.as_ref();
            let why = why.map_or("no reason given", |why| why.as_str());
            Readiness::Failed(format!("the authority could not be made: {why}"))
        }
        _ => Readiness::Ready,
    }
}

/// What AWS does not tell is as it was recorded: how long deletion takes, and, once there is a certificate, how long
/// it was asked to be valid.
fn from_answer(
    arn: &str,
    found: types::CertificateAuthority,
    certificate: Option<Signed>,
    tags: &[Tag],
    recorded: Option<CertificateAuthority>,
) -> CertificateAuthority {
    let configuration = found.certificate_authority_configuration.as_ref();
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let (validity, days) = recorded.map_or((String::new(), DELETION_DAYS), |recorded| {
        (recorded.validity, recorded.permanent_deletion_time_in_days)
    });
    CertificateAuthority {
        r#type: text(found.r#type.as_ref().map(|kind| kind.as_str())),
        usage_mode: text(found.usage_mode.as_ref().map(|mode| mode.as_str())),
        key_algorithm: text(configuration.map(|configuration| configuration.key_algorithm.as_str())),
        signing_algorithm: configuration
            .map(|configuration| configuration.signing_algorithm.as_str().to_owned()),
        subject: from_sdk(configuration.and_then(|configuration| configuration.subject.as_ref())),
        validity: if certificate.is_some() {
            validity
        } else {
            String::new()
        },
        enabled: found.status == Some(Status::Active),
        permanent_deletion_time_in_days: days,
        tags: client::users(tags),
        arn: Some(arn.to_owned()),
        certificate: certificate.map(|signed| signed.certificate),
        not_before: found.not_before.as_ref().map(rfc3339),
        not_after: found.not_after.as_ref().map(rfc3339),
        serial: found.serial,
        status: found.status.as_ref().map(|status| status.as_str().to_owned()),
        id: Some(arn.to_owned()),
    }
}

/// For how many days AWS keeps what is deleted, if nothing is said.
const DELETION_DAYS: i64 = 30;

fn to_sdk(subject: &CertificateSubject) -> Asn1Subject {
    Asn1Subject::builder()
        .set_common_name(subject.common_name.clone())
        .set_organization(subject.organization.clone())
        .set_organizational_unit(subject.organizational_unit.clone())
        .set_country(subject.country.clone())
        .set_state(subject.state.clone())
        .set_locality(subject.locality.clone())
        .build()
}

fn from_sdk(subject: Option<&Asn1Subject>) -> CertificateSubject {
    CertificateSubject {
        common_name: subject.and_then(|subject| subject.common_name.clone()),
        organization: subject.and_then(|subject| subject.organization.clone()),
        organizational_unit: subject.and_then(|subject| subject.organizational_unit.clone()),
        country: subject.and_then(|subject| subject.country.clone()),
        state: subject.and_then(|subject| subject.state.clone()),
        locality: subject.and_then(|subject| subject.locality.clone()),
    }
}
