//! The door's socket: accepts connections, hands requests to `pipeline` or `control`, and resets connections for real.
//!
//! It must never decide anything about a request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::call::Call;
use super::pipeline::{Ending, process};
use super::state::Shared;
use super::upstream::Upstream;
use super::{Credentials, Door, control};
use crate::error::SandboxError;

/// A door that is open until this is dropped.
pub struct OpenDoor {
    /// The handle that drives it.
    pub door: Door,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset on purpose")]
struct ResetOnPurpose;

impl OpenDoor {
    /// Opens a door in front of moto on a free loopback port.
    pub(crate) fn open(moto: Arc<Upstream>, credentials: Credentials) -> Result<Self, SandboxError> {
        let failed = |action| move |source| SandboxError::System { action, source };
        let listener = std::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .map_err(failed("open a loopback port"))?;
        let address = listener.local_addr().map_err(failed("read a port"))?;
        listener.set_nonblocking(true).map_err(failed("prepare a port"))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed("start a runtime"))?;
        let shared = Arc::new(Shared::new(moto, credentials));
        let door = Door {
            shared: Arc::clone(&shared),
            endpoint: format!("http://{address}"),
        };
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("door".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, shared) => {}
                        _ = stopped => {}
                    }
                });
            })
            .map_err(failed("start a thread"))?;
        Ok(Self {
            door,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for OpenDoor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic inside the door has already been printed by its thread.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        // An accept fails when the client is gone again or descriptors are short; neither ends the door.
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, Arc::clone(&shared)))),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // The second handle on the socket lets a reset be set up while hyper owns the first.
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
        return;
    };
    let socket = Arc::new(socket);
    let service = hyper::service::service_fn(|request| {
        let (shared, socket) = (Arc::clone(&shared), Arc::clone(&socket));
        async move { answer(request, shared, &socket).await }
    });
    // Fails when the client hangs up, which is the client's business, and when we reset on purpose.
    let _ = hyper::server::conn::http1::Builder::new()
        // A client that was killed right after it sent has sent all the same.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    socket: &OwnedFd,
) -> Result<Response<Full<Bytes>>, ResetOnPurpose> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Err(ResetOnPurpose);
    };
    let body = body.to_bytes();
    if parts.uri.path().starts_with(control::PREFIX) {
        return Ok(control::answer(&shared, &parts, &body).await.into_response());
    }
    let call = Call::read(parts, body);
    // hyper drops this future when the client hangs up, so what may have an effect runs in a task of its own.
    let work = tokio::spawn(async move { process(&shared, &call).await });
    match work.await {
        Ok(Ending::Reply(reply)) => Ok(reply.into_response()),
        Ok(Ending::Reset) | Err(_) => {
            // With nothing left to linger for, closing sends RST instead of FIN. If it cannot be set, the client
            // still sees the connection end without an answer.
            let _ = rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO));
            Err(ResetOnPurpose)
        }
    }
}
