//! The forms that effects take here.
//!
//! A creation that carries our uid; a change of a named object, which may be repeated; a deletion, which may be
//! repeated too, and for which "not found" means done.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Tag, TagSpecification};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use meshform_engine::adapter::Request;
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass, Permit};
use meshform_kinds::aws::Tags;
use meshform_state::journal::{Locator, Operation};

use crate::ec2::Ec2;
use crate::pca::Pca;
use crate::settings::AwsSettings;
use crate::tagged::Tagged;
use crate::tags;

/// What comes of sending a request.
pub(crate) type Sent<T, E> = Result<T, SdkError<E, Response>>;

/// A step, and what it is done with.
pub(crate) struct Step<'a, 'e> {
    pub(crate) ec2: &'a Ec2,
    pub(crate) pca: &'a Pca,
    pub(crate) request: &'a Request<'a>,
    pub(crate) effects: &'a mut Effects<'e>,
    pub(crate) settings: &'a AwsSettings,
}

impl Step<'_, '_> {
    /// Makes the object, once: `call` gives its id. A conflict, which may be one with an earlier delivery of the same
    /// request, is settled by the engine.
    pub(crate) async fn create<F, Fut, T, E>(
        &mut self,
        tagged: Tagged,
        name: &'static str,
        user: &Tags,
        call: F,
        id: fn(T) -> Option<String>,
    ) -> Result<String, AdapterError>
    where
        F: Fn(&Client, TagSpecification) -> Fut + Send + Sync,
        Fut: Future<Output = Sent<T, E>> + Send,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
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
            async move {
                let answer = answer.await.map_err(|error| ec2.failed(name, &error));
                answer.map(id).map_err(parents_may_be_late)
            }
        });
        made.await?.ok_or_else(|| {
            AdapterError::lost(ErrorClass::Other, format!("{name}: AWS answered without an id"))
        })
    }

    /// Ends others than `id` that carry the uid of the object: what a creation made that was delivered twice.
    pub(crate) async fn end_doubles<F, Fut, T, E>(
        &mut self,
        tagged: Tagged,
        id: &str,
        name: &'static str,
        end: F,
    ) -> Result<(), AdapterError>
    where
        F: Fn(&Client, &str) -> Fut + Send + Sync,
        Fut: Future<Output = Sent<T, E>> + Send,
        T: Send,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let (ec2, uid) = (self.ec2, self.request.uid);
        let all = self.settings.read(|| tagged.with_uid(ec2, uid)).await?;
        for double in all.into_iter().filter(|other| other != id) {
            self.delete(name, &double, |client| end(client, &double)).await?;
        }
        Ok(())
    }

    /// Changes the object `id` by one request, in a way that may be repeated.
    pub(crate) async fn change<F, Fut, T, E>(
        &mut self,
        name: &'static str,
        id: &str,
        call: F,
    ) -> Result<(), AdapterError>
    where
        F: Fn(&Client) -> Fut + Send + Sync,
        Fut: Future<Output = Sent<T, E>> + Send,
        T: Send,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let ec2 = self.ec2;
        self.change_or_else(name, id, |client| {
            let answer = call(client);
            async move { ec2.done(name, answer.await) }
        })
        .await
    }

    /// [`change`](Self::change) for a request whose refusal may mean something else.
    pub(crate) async fn change_or_else<F, Fut>(
        &mut self,
        name: &'static str,
        id: &str,
        call: F,
    ) -> Result<(), AdapterError>
    where
        F: Fn(&Client) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(), AdapterError>> + Send,
    {
        let (ec2, fresh) = (self.ec2, self.request.operation == Operation::Create);
        let call = |permit: Permit| call(ec2.change(&permit));
        self.repeatable(name, id, call, |error| match fresh {
            true => Err(own_may_be_late(error)),
            false => Err(error),
        })
        .await
    }

    /// Ends the object `id`; it is well if it is gone already.
    pub(crate) async fn delete<F, Fut, T, E>(
        &mut self,
        name: &'static str,
        id: &str,
        call: F,
    ) -> Result<(), AdapterError>
    where
        F: Fn(&Client) -> Fut + Send + Sync,
        Fut: Future<Output = Sent<T, E>> + Send,
        T: Send,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let ec2 = self.ec2;
        let call = |permit: Permit| {
            let answer = call(ec2.change(&permit));
            async move { ec2.done(name, answer.await) }
        };
        self.repeatable(name, id, call, |error| match error.class {
            ErrorClass::NotFound => Ok(()),
            _ => Err(error),
        })
        .await
    }

    /// Runs one effect on the object `id` that may be repeated; `judge` says what its failure means.
    pub(crate) async fn repeatable<F, Fut>(
        &mut self,
        name: &'static str,
        id: &str,
        call: F,
        judge: impl Fn(AdapterError) -> Result<(), AdapterError> + Send + Sync,
    ) -> Result<(), AdapterError>
    where
        F: Fn(Permit) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(), AdapterError>> + Send,
    {
        let effect = Effect {
            name,
            locator: Locator::Id(id.to_owned()),
            repeatable: true,
            creates: false,
        };
        let judge = &judge;
        let done = self.effects.run(effect, |permit| {
            let answer = call(permit);
            async move { answer.await.or_else(judge).map(|()| None) }
        });
        done.await.map(|_| ())
    }

    /// Brings the tags of the object `id` from `before` to `after`.
    pub(crate) async fn retag(&mut self, id: &str, before: &Tags, after: &Tags) -> Result<(), AdapterError> {
        let (set, gone) = tags::difference(before, after);
        if !gone.is_empty() {
            let keys: Vec<Tag> = gone.iter().map(|key| Tag::builder().key(key).build()).collect();
            self.change("ec2:DeleteTags", id, |client| {
                let request = client.delete_tags().resources(id);
                request.set_tags(Some(keys.clone())).send()
            })
            .await?;
        }
        if !set.is_empty() {
            self.change("ec2:CreateTags", id, |client| {
                let request = client.create_tags().resources(id);
                request.set_tags(Some(tags::to_sdk(&set))).send()
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
