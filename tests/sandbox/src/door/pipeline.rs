//! What becomes of one request: credentials, fault, delivery, record. It must never drop a delivery that has begun: a
//! client that went away is no reason for an effect not to happen.

use std::time::Duration;

use bytes::Bytes;

use super::call::Call;
use super::ec2::nouns;
use super::ec2::paging::{self, Page};
use super::eks::{self, Identity};
use super::fault::{Answer, FaultKind};
use super::pca;
use super::refusal;
use super::reply::Reply;
use super::state::{Shared, user_arn};

/// How a request ends for its client.
pub(crate) enum Ending {
    Reply(Reply),
    Reset,
}

/// Takes a request through the door.
pub(crate) async fn process(shared: &Shared, call: &Call) -> Ending {
    let (seq, account, fault) = shared.arrive(call);
    let ending = match account {
        None if call.access_key.is_empty() => Ending::Reply(refusal::unsigned(&call.service)),
        None => Ending::Reply(refusal::auth_failure(&call.service)),
        Some(account) => {
            Arrived {
                shared,
                call,
                seq,
                account,
            }
            .meet(fault)
            .await
        }
    };
    shared.note(seq, |outcome| {
        outcome.done = true;
        if let Ending::Reply(reply) = &ending {
            outcome.answered = Some(reply.status.as_u16());
            outcome.code = reply.code();
        }
    });
    ending
}

struct Arrived<'a> {
    shared: &'a Shared,
    call: &'a Call,
    seq: u64,
    account: String,
}

impl Arrived<'_> {
    async fn meet(&self, fault: Option<FaultKind>) -> Ending {
        let Some(fault) = fault else {
            return Ending::Reply(self.deliver().await);
        };
        if let Some(reply) = refusal::of_fault(&self.call.service, &fault) {
            return Ending::Reply(reply);
        }
        match fault {
            FaultKind::ResetBefore => Ending::Reset,
            FaultKind::ResetAfter => {
                self.deliver().await;
                Ending::Reset
            }
            FaultKind::ServerErrorAfter { status } => {
                self.deliver().await;
                Ending::Reply(refusal::broken(&self.call.service, status))
            }
            FaultKind::Twice { answer } => {
                let (first, second) = (self.deliver().await, self.deliver().await);
                Ending::Reply(if answer == Answer::First { first } else { second })
            }
            FaultKind::NotFoundFor { requests } => {
                let reply = self.deliver().await;
                if reply.status.is_success() && self.call.effect {
                    let text = String::from_utf8_lossy(&reply.body);
                    let mut state = self.shared.state();
                    match self.call.service.as_str() {
                        "acm-pca" => state.pca.hide_created(&reply.body, requests),
                        _ => state.hidden.hide_created(&text, requests),
                    }
                }
                Ending::Reply(reply)
            }
            FaultKind::Delay { millis } => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                Ending::Reply(self.deliver().await)
            }
            _ => Ending::Reply(self.deliver().await),
        }
    }

    /// Delivers the request to the world behind the door once.
    async fn deliver(&self) -> Reply {
        match self.call.service.as_str() {
            "ec2" => self.deliver_ec2().await,
            "acm-pca" => self.deliver_pca().await,
            "eks" => {
                let now = self.shared.state().clock.now();
                let reply = eks::answer(&self.shared.upstream.registry, &self.account, self.call, now);
                self.note_delivery(&reply);
                reply
            }
            service => {
                let mut reply = self.upstream(self.call.body.clone()).await;
                if service == "sts" {
                    self.name_user(&mut reply);
                    self.learn_key(&reply);
                }
                reply
            }
        }
    }

    async fn upstream(&self, body: Bytes) -> Reply {
        let reply = self.shared.upstream.deliver(self.call, &self.account, body).await;
        self.note_delivery(&reply);
        reply
    }

    fn note_delivery(&self, reply: &Reply) {
        self.shared
            .note(self.seq, |outcome| outcome.deliveries.push(reply.status.as_u16()));
    }

    /// Lets the door's own PCA answer. A key is made beside the door's thread: an RSA key can take seconds.
    async fn deliver_pca(&self) -> Reply {
        let (shared, call) = (self.shared, self.call);
        let key = match pca::key_wanted(&call.action, &call.body) {
            None => None,
            Some(algorithm) => tokio::task::spawn_blocking(move || pca::PrivateKey::generate(algorithm))
                .await
                .ok()
                .and_then(Result::ok),
        };
        let mut state = shared.state();
        let caller = pca::Caller {
            account: &self.account,
            region: &call.region,
            now: state.clock.now(),
        };
        let reply = pca::answer(&mut state.pca, caller, &call.action, &call.body, key);
        drop(state);
        self.note_delivery(&reply);
        reply
    }

    async fn deliver_ec2(&self) -> Reply {
        let (shared, call) = (self.shared, self.call);
        let page = match Page::of(call) {
            Ok(page) => page,
            Err(refused) => return *refused,
        };
        let refused = {
            let mut state = shared.state();
            state
                .tokens
                .replay(&self.account, call)
                .or_else(|| state.hidden.refuse(call))
        };
        if let Some(reply) = refused {
            return reply;
        }
        let body = if page.is_some() {
            call.body_without(&paging::PARAMETERS)
        } else {
            call.body.clone()
        };
        let mut reply = self.upstream(body).await;
        if !reply.status.is_success() {
            return reply;
        }
        if let Some(noun) = nouns::listed_by(&call.action) {
            let whole = String::from_utf8_lossy(&reply.body).into_owned();
            let mut shown = shared.state().hidden.without(noun, &whole);
            if let Some(page) = page {
                shown = Some(page.cut(shown.as_deref().unwrap_or(&whole)));
            }
            if let Some(text) = shown {
                reply.body = text.into();
            }
        }
        shared.state().tokens.remember(&self.account, call, &reply);
        reply
    }

    /// Accepts a key that STS has just handed out, for the account that it is for.
    fn learn_key(&self, reply: &Reply) {
        let text = String::from_utf8_lossy(&reply.body);
        let between =
            |open: &str, close: &str| Some(text.split_once(open)?.1.split_once(close)?.0.to_owned());
        if let Some(key) = between("<AccessKeyId>", "</AccessKeyId>").filter(|_| reply.status.is_success()) {
            // arn:aws:sts::ACCOUNT:assumed-role/…
            let account = between("<Arn>", "</Arn>").and_then(|arn| arn.split(':').nth(4).map(str::to_owned));
            let account = account.unwrap_or_else(|| self.account.clone());
            self.shared.upstream.registry.learn(Identity {
                access_key: key.clone(),
                secret_key: between("<SecretAccessKey>", "</SecretAccessKey>").unwrap_or_default(),
                session_token: between("<SessionToken>", "</SessionToken>"),
                arn: between("<Arn>", "</Arn>").unwrap_or_default(),
                account: account.clone(),
            });
            self.shared.state().accounts.insert(key, account);
        }
    }

    /// moto names the bearer of a plain key as no page of AWS does: a user's ARN is of IAM (API_GetCallerIdentity,
    /// "Example").
    fn name_user(&self, reply: &mut Reply) {
        let wrong = format!("arn:aws:sts::{}:user/moto", self.account);
        let text = String::from_utf8_lossy(&reply.body);
        if text.contains(&wrong) {
            reply.body = text.replace(&wrong, &user_arn(&self.account)).into();
        }
    }
}
