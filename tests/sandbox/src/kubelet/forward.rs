//! The way from a client's port-forward to an istiod of this machine: kwok forwards each port of the Pod to a fixed
//! port here, and this hands the connection on to the istiod that runs now. It must never answer for one that does not.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::SandboxError;

/// The ports of istiod in a Pod (Istio's documentation, "Application Requirements", ports used by Istio).
pub(super) const DEBUG: u16 = 8080;
pub(super) const XDS: u16 = 15010;
pub(super) const TLS: u16 = 15012;
pub(super) const MONITORING: u16 = 15014;
pub(super) const WEBHOOK: u16 = 15017;

/// Loopback ports of this machine behind which a cluster's istiod is, whichever Pod of it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IstiodPorts {
    /// 8080: `/debug/…`, `/ready`.
    pub debug: u16,
    /// 15010: XDS in the clear.
    pub xds: u16,
    /// 15012: XDS and certificates over TLS.
    pub tls: u16,
    /// 15014: `/metrics`, `/debug/…`, `/version`.
    pub monitoring: u16,
    /// 15017: webhooks.
    pub webhook: u16,
}

/// Where the parts of one istiod listen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listens {
    pub(super) debug: SocketAddr,
    pub(super) xds: SocketAddr,
    pub(super) tls: SocketAddr,
    pub(super) monitoring: SocketAddr,
    pub(super) webhook: SocketAddr,
}

type Target = Arc<Mutex<Option<SocketAddr>>>;
type Part = fn(&Listens) -> SocketAddr;

/// The fixed ports of one cluster.
pub(crate) struct Forward {
    doors: Vec<(u16, Part, Target, Option<TcpListener>)>,
    ports: IstiodPorts,
}

impl Forward {
    /// Takes free loopback ports; [`Self::serve`] opens them.
    pub(crate) fn bind() -> Result<Self, SandboxError> {
        let mut doors: Vec<(u16, Part, Target, Option<TcpListener>)> = Vec::new();
        let mut open = |port: u16, part: Part| {
            let system = |source| SandboxError::System {
                action: "listen on a loopback port",
                source,
            };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(system)?;
            listener.set_nonblocking(true).map_err(system)?;
            let here = listener.local_addr().map_err(system)?.port();
            doors.push((port, part, Target::default(), Some(listener)));
            Ok(here)
        };
        let ports = IstiodPorts {
            debug: open(DEBUG, |listens| listens.debug)?,
            xds: open(XDS, |listens| listens.xds)?,
            tls: open(TLS, |listens| listens.tls)?,
            monitoring: open(MONITORING, |listens| listens.monitoring)?,
            webhook: open(WEBHOOK, |listens| listens.webhook)?,
        };
        Ok(Self { doors, ports })
    }

    pub(crate) fn ports(&self) -> IstiodPorts {
        self.ports
    }

    /// Serves the ports in the current runtime, for as long as that runs.
    pub(super) fn serve(&mut self) -> Result<(), SandboxError> {
        for (.., target, listener) in &mut self.doors {
            let Some(listener) = listener.take() else { continue };
            let listener =
                tokio::net::TcpListener::from_std(listener).map_err(|source| SandboxError::System {
                    action: "listen on a loopback port",
                    source,
                })?;
            tokio::spawn(accept(listener, Arc::clone(target)));
        }
        Ok(())
    }

    /// Hands new connections to this istiod from now on; without one they are closed.
    pub(super) fn point_to(&self, listens: Option<Listens>) {
        for (_, part, target, _) in &self.doors {
            *target.lock().unwrap_or_else(PoisonError::into_inner) = listens.as_ref().map(part);
        }
    }
}

impl IstiodPorts {
    /// Returns each port in a Pod with its port here.
    pub(crate) fn pairs(&self) -> [(u16, u16); 5] {
        [
            (DEBUG, self.debug),
            (XDS, self.xds),
            (TLS, self.tls),
            (MONITORING, self.monitoring),
            (WEBHOOK, self.webhook),
        ]
    }
}

async fn accept(listener: tokio::net::TcpListener, target: Target) {
    loop {
        let Ok((mut client, _)) = listener.accept().await else {
            // As when the process has no more files: the next look may find some.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let address = *target.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::spawn(async move {
            let Some(address) = address else { return };
            if let Ok(mut istiod) = tokio::net::TcpStream::connect(address).await {
                // Either side ends it by going away.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut istiod).await;
            }
        });
    }
}
