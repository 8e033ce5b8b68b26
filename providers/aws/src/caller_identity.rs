//! `data "aws_caller_identity"`, and who a scope is.

use meshform_engine::adapter::Identity;
use meshform_engine::{AdapterError, ErrorClass, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::CallerIdentity;

use crate::clients::Clients;
use crate::error;

/// As whom the clients act.
pub(crate) async fn identify(clients: &Clients) -> Result<Identity, AdapterError> {
    let identity = clients.identity.get_or_try_init(|| seen(clients));
    identity.await.cloned()
}

async fn seen(clients: &Clients) -> Result<Identity, AdapterError> {
    let seen = ask(clients).await?;
    match (seen.account_id, seen.arn) {
        (Some(id), caller) => Ok(Identity {
            id,
            caller: caller.unwrap_or_default(),
        }),
        (None, _) => Err(AdapterError::refused(
            ErrorClass::Other,
            "sts:GetCallerIdentity: AWS answered without an account",
        )),
    }
}

/// Answers the data source.
pub(crate) async fn query(clients: &Clients) -> Result<Object, AdapterError> {
    Ok(ask(clients).await?.to_object())
}

async fn ask(clients: &Clients) -> Result<CallerIdentity, AdapterError> {
    let answer = clients.sts.get_caller_identity().send().await;
    let answer =
        answer.map_err(|error| error::from_sdk("sts:GetCallerIdentity", &clients.place.whom, &error))?;
    Ok(CallerIdentity {
        id: answer.account.clone(),
        account_id: answer.account,
        arn: answer.arn,
        user_id: answer.user_id,
    })
}
