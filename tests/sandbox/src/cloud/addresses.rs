//! Addresses for what must not have a loopback one: istiod Pods that the API server's webhooks reach, load balancers.
//!
//! A sandbox takes one /24 of 198.18.0.0/15, which is set aside for measurements (RFC 2544), and, where it may, makes
//! all of it local by one route. The route belongs to a child process on the sandbox's leash, which takes it away when
//! the sandbox ends, be it by kill -9. It must never touch an address or a route that it did not make.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};

use crate::error::SandboxError;
use crate::process::ProcessRecord;

const KEEP_ROUTE: &str = "trap '' INT TERM HUP; ip route add local \"$1\" dev lo || exit 1; echo ready; cat >/dev/null; ip route del local \"$1\" dev lo";

const TRIES: usize = 50;

/// The addresses of one sandbox.
#[derive(Debug)]
pub(crate) struct Addresses {
    prefix: [u8; 3],
    taken: Mutex<BTreeSet<u8>>,
    route: Option<Route>,
}

#[derive(Debug)]
struct Route {
    child: Child,
    leash: Option<ChildStdin>,
}

impl Addresses {
    /// Takes a range; with `local` its addresses can be listened on, where this process may arrange that, else the
    /// reason why not is returned beside.
    pub(crate) fn claim(local: bool) -> (Self, Option<String>) {
        let mut draws = SmallRng::from_os_rng();
        let mut why = "it was not asked for".to_owned();
        for _ in 0..if local { TRIES } else { 0 } {
            let prefix = [198, draws.random_range(18..20), draws.random_range(0..=255)];
            let probe = Ipv4Addr::new(prefix[0], prefix[1], prefix[2], 1);
            if std::net::TcpListener::bind((probe, 0)).is_ok() {
                // Another sandbox has it.
                continue;
            }
            match Route::keep(prefix) {
                Ok(route) => return (Self::new(prefix, Some(route)), None),
                Err(reason) if reason.contains("File exists") => {}
                Err(reason) => {
                    why = reason;
                    break;
                }
            }
        }
        // Group addresses take no TCP connection: the system refuses one at once (RFC 2365 has this block for local
        // use). So a webhook that cannot be reached costs no time.
        (
            Self::new([239, 255, draws.random_range(0..=255)], None),
            Some(why),
        )
    }

    fn new(prefix: [u8; 3], route: Option<Route>) -> Self {
        Self {
            prefix,
            taken: Mutex::new(BTreeSet::new()),
            route,
        }
    }

    /// Tells whether processes of this machine can listen on these addresses.
    pub(crate) fn is_local(&self) -> bool {
        self.route.is_some()
    }

    /// Takes an address that nobody has.
    pub(crate) fn take(&self) -> Result<Ipv4Addr, SandboxError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free = (1..255).find(|last| !taken.contains(last));
        let last = free.ok_or_else(|| {
            SandboxError::Usage(
                "all 254 addresses of this sandbox are taken by load balancers and istiods".to_owned(),
            )
        })?;
        taken.insert(last);
        let [a, b, c] = self.prefix;
        Ok(Ipv4Addr::new(a, b, c, last))
    }

    /// Takes one for a Pod whose webhooks the API server calls.
    ///
    /// Where it cannot be listened on it is a group address instead (RFC 2365 has this block for local use): those take
    /// no TCP connection, and the system says so at once, so a webhook out of reach costs no time.
    pub(crate) fn take_for_pod(&self) -> Result<Ipv4Addr, SandboxError> {
        let [_, _, third, last] = self.take()?.octets();
        Ok(match self.is_local() {
            true => Ipv4Addr::new(self.prefix[0], self.prefix[1], third, last),
            false => Ipv4Addr::new(239, 255, third, last),
        })
    }

    /// Gives one back.
    pub(crate) fn release(&self, address: Ipv4Addr) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.remove(&address.octets()[3]);
    }

    /// Returns the process that holds the route.
    pub(crate) fn record(&self) -> Option<ProcessRecord> {
        let route = self.route.as_ref()?;
        Some(ProcessRecord::of("route of the sandbox", route.child.id()))
    }
}

impl Route {
    fn keep(prefix: [u8; 3]) -> Result<Self, String> {
        let [a, b, c] = prefix;
        let mut child = Command::new("sh")
            .args(["-c", KEEP_ROUTE, "sh", &format!("{a}.{b}.{c}.0/24")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // What the terminal sends to a group ends the sandbox, and only then the route.
            .process_group(0)
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            // Nothing read and nothing readable are the same: it is not ready.
            let _ = BufReader::new(output).read_line(&mut line);
        }
        if line.trim() == "ready" {
            let leash = child.stdin.take();
            return Ok(Self { child, leash });
        }
        let ended = child.wait_with_output().map_err(|error| error.to_string())?;
        Err(String::from_utf8_lossy(&ended.stderr).trim().to_owned())
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        // The end of its input is what it waits for; it then takes the route away.
        self.leash = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_given_once_until_it_is_back() {
        let (addresses, why) = Addresses::claim(false);
        assert!(why.is_some() && !addresses.is_local());
        let (one, two) = (addresses.take().unwrap(), addresses.take().unwrap());
        assert_ne!(one, two);
        addresses.release(one);
        assert_eq!(addresses.take().unwrap(), one);
        let pod = addresses.take_for_pod().unwrap();
        assert!(pod.is_multicast() && pod.octets()[3] == 3, "{pod}");
    }

    #[test]
    fn addresses_are_local_only_while_they_are_held() {
        let (addresses, why) = Addresses::claim(true);
        let address = addresses.take().unwrap();
        let listens = || std::net::TcpListener::bind((address, 0)).is_ok();
        assert_eq!(listens(), addresses.is_local(), "{why:?}");
        drop(addresses);
        assert!(!listens());
    }
}
