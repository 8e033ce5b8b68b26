//! Creates that are the same request when they carry the same ClientToken ("Ensuring idempotency in Amazon EC2 API
//! requests"). It must never give a token to an action that has none at AWS, since a client could come to rely on it.

use std::collections::BTreeMap;

use crate::door::call::Call;
use crate::door::reply::Reply;

/// Actions with a ClientToken by their page in the API reference, among those about networks; the SDKs fill it in.
/// CreateVpc, CreateSubnet, CreateInternetGateway, AllocateAddress, CreateVpcPeeringConnection have none.
const IDEMPOTENT: [&str; 8] = [
    "CreateRouteTable",
    "CreateNatGateway",
    "CreateNetworkAcl",
    "CreateVpcEndpoint",
    "CreateEgressOnlyInternetGateway",
    "CreateNetworkInterface",
    "CreateManagedPrefixList",
    "RunInstances",
];

/// What was answered to creates with a token.
#[derive(Default)]
pub(crate) struct ClientTokens(BTreeMap<Key, (BTreeMap<String, String>, Reply)>);

/// A token counts within an account, a region and an action.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    account: String,
    region: String,
    action: String,
    token: String,
}

impl ClientTokens {
    /// Answers a create that was answered before: the same again, or a refusal when it asks for something else.
    pub(crate) fn replay(&self, account: &str, call: &Call) -> Option<Reply> {
        let (asked, reply) = self.0.get(&key(account, call)?)?;
        if *asked == call.parameters {
            return Some(reply.clone());
        }
        Some(Reply::error(
            "ec2",
            400,
            "IdempotentParameterMismatch",
            "The request uses the same client token as a previous, but non-identical request.",
        ))
    }

    /// Remembers the answer to a create that worked.
    pub(crate) fn remember(&mut self, account: &str, call: &Call, reply: &Reply) {
        if let Some(key) = key(account, call).filter(|_| reply.status.is_success()) {
            self.0.insert(key, (call.parameters.clone(), reply.clone()));
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

fn key(account: &str, call: &Call) -> Option<Key> {
    let token = call
        .parameters
        .get("ClientToken")
        .filter(|token| !token.is_empty())?;
    IDEMPOTENT.contains(&call.action.as_str()).then(|| Key {
        account: account.to_owned(),
        region: call.region.clone(),
        action: call.action.clone(),
        token: token.clone(),
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn call(form: &str) -> Call {
        let request = http::Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(())
            .unwrap();
        Call::read(request.into_parts().0, Bytes::from(form.to_owned()))
    }

    #[test]
    fn a_token_gives_the_same_answer_or_a_refusal() {
        let mut tokens = ClientTokens::default();
        let create = call("Action=CreateRouteTable&VpcId=vpc-1&ClientToken=t");
        assert!(tokens.replay("1", &create).is_none());
        tokens.remember("1", &create, &Reply::new(200, "text/xml", "first"));
        assert_eq!(tokens.replay("1", &create).unwrap().body, "first");
        assert!(tokens.replay("2", &create).is_none());
        let other = call("Action=CreateRouteTable&VpcId=vpc-2&ClientToken=t");
        assert_eq!(
            tokens.replay("1", &other).unwrap().code().as_deref(),
            Some("IdempotentParameterMismatch")
        );
    }

    #[test]
    fn actions_without_a_token_have_none() {
        let mut tokens = ClientTokens::default();
        let create = call("Action=CreateVpc&CidrBlock=10.0.0.0%2F16&ClientToken=t");
        tokens.remember("1", &create, &Reply::new(200, "text/xml", "first"));
        assert!(tokens.replay("1", &create).is_none());
    }
}
