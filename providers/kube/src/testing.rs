//! Faults between the adapter's clients and the API server, behind which effects really happen. For tests only.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Method, Request, Response, StatusCode};
use kube::Client;
use kube::client::Body;
use serde_json::json;
use tokio::sync::Notify;

use crate::Wrap;
use crate::rendered::{self, Rendered};

/// Objects as rendering gives them: the attributes `manifests` and `objects` of a chart.
///
/// # Panics
/// If one of them is no object.
#[must_use]
#[expect(clippy::expect_used, reason = "for tests only")]
pub fn rendered(objects: &[serde_json::Value]) -> (String, BTreeMap<String, String>) {
    let each = objects.iter().map(|object| Rendered::new(object.clone()));
    let mut all: Vec<Rendered> = each.collect::<Result<_, _>>().expect("objects");
    rendered::sort(&mut all);
    let digests = all
        .iter()
        .map(|object| (object.key.to_string(), object.digest.clone()));
    (rendered::array(&all), digests.collect())
}

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens; it is not sent.
    Refused,
    /// It is not passed on; the answer is 503.
    FailBefore,
    /// It is passed on; the answer is 503.
    FailAfter,
    /// It is passed on; the connection breaks before the answer.
    AnswerLost,
    /// It is passed on twice; the answer is that to the second.
    Twice,
    /// It is not passed on; the answer is 429.
    Throttled,
    /// It is not passed on; the answer is 404, as if its object could not be seen yet.
    NotFound,
    /// It is passed on and answered, and that many looks at its object see nothing after that.
    Hidden(u32),
    /// It is not passed on and never answered: the process is to die now.
    Hangs,
    /// It is passed on and never answered: the process is to die now.
    HangsAfter,
}

/// One request, as it came from the adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The scope.
    pub scope: String,
    /// The method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The query.
    pub query: String,
    /// What the API server said, if it was asked.
    pub status: Option<u16>,
    /// What went wrong on purpose.
    pub fault: Option<Fault>,
    /// What form of answer was asked for.
    pub accept: String,
}

/// Records all requests and lets chosen ones go wrong.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<State>,
    hanging: Notify,
}

#[derive(Debug, Default)]
struct State {
    rules: Vec<(When, Fault)>,
    changes: usize,
    hidden: HashMap<String, u32>,
    requests: Vec<Recorded>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    /// The change with this number, from 1.
    Change(usize),
    /// The next request with this method whose path contains this.
    Next(Method, String),
    /// The first request in this scope with this method for exactly this path.
    On(String, String, String),
}

type Failed = Box<dyn Error + Send + Sync>;

impl Recorded {
    /// Whether it asked for a change.
    #[must_use]
    pub fn is_change(&self) -> bool {
        changes(&self.method, &self.path)
    }

    /// Whether it asked for the metadata of objects alone.
    #[must_use]
    pub fn is_metadata_only(&self) -> bool {
        self.accept.contains("as=PartialObjectMetadata")
    }
}

/// A review is asked by POST and changes nothing.
fn changes(method: &str, path: &str) -> bool {
    method != "GET" && !path.ends_with("reviews")
}

impl Faults {
    /// Nothing goes wrong yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// For [`KubeAdapter::with_wrap`](crate::KubeAdapter::with_wrap).
    #[must_use]
    pub fn wrap(self: &Arc<Self>) -> Wrap {
        let faults = Arc::clone(self);
        Arc::new(move |scope, client| {
            let (faults, scope) = (Arc::clone(&faults), scope.key().to_string());
            let namespace = client.default_namespace().to_owned();
            let service = tower::service_fn(move |request: Request<Body>| {
                let (faults, client, scope) = (Arc::clone(&faults), client.clone(), scope.clone());
                async move { faults.pass(&client, scope, request).await }
            });
            Client::new(service, namespace)
        })
    }

    /// Lets the change with the number `nth`, counted from 1 since the start, go wrong.
    pub fn at(&self, nth: usize, fault: Fault) {
        self.state().rules.push((When::Change(nth), fault));
    }

    /// Lets the next `method` request whose path contains `part` go wrong.
    pub fn next(&self, method: &Method, part: &str, fault: Fault) {
        self.state()
            .rules
            .push((When::Next(method.clone(), part.to_owned()), fault));
    }

    /// Lets the next `method` request for exactly `path` in the scope `scope` go wrong.
    pub fn on(&self, scope: &str, method: &str, path: &str, fault: Fault) {
        let when = When::On(scope.to_owned(), method.to_owned(), path.to_owned());
        self.state().rules.push((when, fault));
    }

    /// Returns when a request hangs.
    pub async fn hangs(&self) {
        self.hanging.notified().await;
    }

    async fn hang(&self) -> Failed {
        self.hanging.notify_one();
        std::future::pending().await
    }

    /// All requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state().requests.clone()
    }

    /// How many changes the API server said yes to.
    #[must_use]
    pub fn effects(&self) -> usize {
        let happened = |status: u16| (200..300).contains(&status);
        self.state()
            .requests
            .iter()
            .filter(|request| request.is_change() && request.status.is_some_and(happened))
            .count()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(
        &self,
        client: &Client,
        scope: String,
        request: Request<Body>,
    ) -> Result<Response<Body>, Failed> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let query = request.uri().query().unwrap_or_default().to_owned();
        let accept = request.headers().get(http::header::ACCEPT);
        let accept = accept
            .and_then(|accept| accept.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let (index, fault) = {
            let mut state = self.state();
            let fault = state.choose(&scope, &method, &path);
            let status = None;
            let method = method.to_string();
            state.requests.push(Recorded {
                scope,
                method,
                path: path.clone(),
                query,
                status,
                fault,
                accept,
            });
            (state.requests.len() - 1, fault)
        };
        if method == Method::GET && self.state().hides(&path) {
            return Ok(answer(StatusCode::NOT_FOUND, "NotFound"));
        }
        match fault {
            Some(Fault::Refused) => return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into()),
            Some(Fault::FailBefore) => {
                return Ok(answer(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable"));
            }
            Some(Fault::Hangs) => return Err(self.hang().await),
            Some(Fault::NotFound) => return Ok(answer(StatusCode::NOT_FOUND, "NotFound")),
            Some(Fault::Throttled) => return Ok(answer(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests")),
            _ => {}
        }
        let again = (fault == Some(Fault::Twice)).then(|| copy(&request)).flatten();
        let mut response = client.send(request).await?;
        self.state().requests[index].status = Some(response.status().as_u16());
        if let Some(again) = again {
            // Read to its end, so that the first has really been dealt with before the second arrives.
            response.into_body().collect_bytes().await?;
            response = client.send(again).await?;
        }
        match fault {
            Some(Fault::FailAfter) => Ok(answer(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable")),
            Some(Fault::HangsAfter) => Err(self.hang().await),
            Some(Fault::AnswerLost) => Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
            Some(Fault::Hidden(looks)) => {
                self.state().hidden.insert(path, looks);
                Ok(response)
            }
            _ => Ok(response),
        }
    }
}

impl State {
    fn choose(&mut self, scope: &str, method: &Method, path: &str) -> Option<Fault> {
        if changes(method.as_str(), path) {
            self.changes += 1;
        }
        let number = self.changes;
        let index = self.rules.iter().position(|(when, _)| match when {
            When::Change(nth) => changes(method.as_str(), path) && *nth == number,
            When::Next(wanted, part) => wanted == method && path.contains(part.as_str()),
            When::On(place, wanted, exact) => place == scope && wanted == method.as_str() && exact == path,
        })?;
        Some(self.rules.remove(index).1)
    }

    fn hides(&mut self, path: &str) -> bool {
        match self.hidden.get_mut(path) {
            Some(looks) if *looks > 0 => {
                *looks -= 1;
                true
            }
            _ => false,
        }
    }
}

fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut again = Request::new(request.body().try_clone()?);
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    Some(again)
}

fn answer(status: StatusCode, reason: &str) -> Response<Body> {
    let body = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status.as_u16(),
        "reason": reason, "message": "a fault on purpose" });
    let mut response = Response::new(Body::from(body.to_string().into_bytes()));
    *response.status_mut() = status;
    response
}
