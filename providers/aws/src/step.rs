//! The forms that effects take here.
//!
//! A creation that carries our uid; a change of a named object, which may be repeated; a deletion, which may be
//! repeated too, and for which "not found" means done.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Tag, TagSpecification};
use meshform_engine::adapter::Request;
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass};
use meshform_kinds::aws::Tags;
use meshform_state::journal::{Locator, Operation};

use crate::ec2::Ec2;
use crate::settings::AwsSettings;
use crate::tagged::Tagged;
use crate::tags;

/// A step, and what it is done with.
pub(crate) struct Step<'a, 'e> {
    pub(crate) ec2: &'a Ec2,
    pub(crate) request: &'a Request<'a>,
    pub(crate) effects: &'a mut Effects<'e>,
    pub(crate) settings: &'a AwsSettings,
}

impl Step<'_, '_> {
    /// Makes the object, once: `call` gives its id. A conflict, which may be one with an earlier delivery of the same
    /// request, is settled by the engine.
    pub(crate) async fn create<F, Fut>(
        &mut self,
        tagged: Tagged,
        name: &'static str,
        user: &Tags,
        call: F,
    ) -> Result<String, AdapterError>
    where
        F: Fn(&Client, TagSpecification) -> Fut + Send + Sync,
        Fut: Future<Output = Result<Option<String>, AdapterError>> + Send,
    {
        let (ec2, uid) = (self.ec2, self.request.uid);
        let specification = tags::at_creation(&tagged.resource_type(), user, self.request.lineage, uid);
        let effect = Effect {
            name,
            locator: Locator::Uid,
            repeatable: tagged.takes_token(),
            creates: true,
        };
        let made = self.effects.run(effect, |permit| {
            let answer = call(ec2.change(&permit), specification.clone());
            async move { answer.await.map_err(parents_may_be_late) }
        });
        let id = made.await?;
        id.ok_or_else(|| AdapterError::lost(ErrorClass::Other, format!("{name}: AWS answered without an id")))
    }

    /// Ends others than `id` that carry the uid of the object: what a creation made that was delivered twice.
    pub(crate) async fn end_doubles<F, Fut>(
        &mut self,
        tagged: Tagged,
        id: &str,
        name: &'static str,
        end: F,
    ) -> Result<(), AdapterError>
    where
        F: Fn(&Client, &str) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(), AdapterError>> + Send,
    {
        let (settings, ec2, uid) = (self.settings, self.ec2, self.request.uid);
        let look = || tagged.with_uid(ec2, uid);
        let all = settings
            .retry
            .read(&*settings.clock, &*settings.entropy, look)
            .await?;
        for double in all.into_iter().filter(|other| other != id) {
            self.delete(name, &double, |client| end(client, &double)).await?;
        }
        Ok(())
    }

    /// Changes the object `id`, in a way that may be repeated.
    pub(crate) async fn change<F, Fut>(
        &mut self,
        name: &'static str,
        id: &str,
        call: F,
    ) -> Result<(), AdapterError>
    where
        F: Fn(&Client) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(), AdapterError>> + Send,
    {
        let ec2 = self.ec2;
        let fresh = self.request.operation == Operation::Create;
        let effect = Effect {
            name,
            locator: Locator::Id(id.to_owned()),
            repeatable: true,
            creates: false,
        };
        let changed = self.effects.run(effect, |permit| {
            let answer = call(ec2.change(&permit));
            async move {
                match answer.await {
                    Ok(()) => Ok(None),
                    Err(error) if fresh => Err(own_may_be_late(error)),
                    Err(error) => Err(error),
                }
            }
        });
        changed.await.map(|_| ())
    }

    /// Ends the object `id`; it is well if it is gone already.
    pub(crate) async fn delete<F, Fut>(
        &mut self,
        name: &'static str,
        id: &str,
        call: F,
    ) -> Result<(), AdapterError>
    where
        F: Fn(&Client) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(), AdapterError>> + Send,
    {
        let ec2 = self.ec2;
        let effect = Effect {
            name,
            locator: Locator::Id(id.to_owned()),
            repeatable: true,
            creates: false,
        };
        let ended = self.effects.run(effect, |permit| {
            let answer = call(ec2.change(&permit));
            async move {
                match answer.await {
                    Err(error) if error.class != ErrorClass::NotFound => Err(error),
                    _ => Ok(None),
                }
            }
        });
        ended.await.map(|_| ())
    }

    /// Brings the tags of the object `id` from `before` to `after`.
    pub(crate) async fn retag(&mut self, id: &str, before: &Tags, after: &Tags) -> Result<(), AdapterError> {
        let (set, gone) = tags::difference(before, after);
        let ec2 = self.ec2;
        if !gone.is_empty() {
            let keys: Vec<Tag> = gone.iter().map(|key| Tag::builder().key(key).build()).collect();
            self.change("ec2:DeleteTags", id, |client| {
                let request = client.delete_tags().resources(id).set_tags(Some(keys.clone()));
                async move { ec2.done("ec2:DeleteTags", request.send().await) }
            })
            .await?;
        }
        if !set.is_empty() {
            self.change("ec2:CreateTags", id, |client| {
                let request = client
                    .create_tags()
                    .resources(id)
                    .set_tags(Some(tags::to_sdk(&set)));
                async move { ec2.done("ec2:CreateTags", request.send().await) }
            })
            .await?;
        }
        Ok(())
    }
}

/// What a creation needs was made before, but EC2 may not see it everywhere yet: worth a few more attempts.
pub(crate) fn parents_may_be_late(mut error: AdapterError) -> AdapterError {
    if error.class == ErrorClass::NotFound {
        error.class = ErrorClass::Unavailable;
    }
    error
}

/// What this step has just made is there, whatever EC2 says: worth many attempts.
fn own_may_be_late(mut error: AdapterError) -> AdapterError {
    if error.class == ErrorClass::NotFound {
        error.class = ErrorClass::Busy;
    }
    error
}
