//! A connection to a port of a pod, through the API server.

use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use meshform_kinds::evidence::Seen;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Probe;

/// Bytes to and from a port of a pod.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for T {}

impl Probe<'_> {
    /// Opens `port` of `pod`.
    pub(super) async fn forward(&self, pod: &str, port: u16) -> Seen<impl Stream + use<>> {
        let pods: Api<Pod> = Api::namespaced(self.cluster.wire.client(), &self.look.namespace);
        let mut forwarder = pods
            .portforward(pod, &[port])
            .await
            .map_err(|error| format!("no port-forward to {pod}: {error}"))?;
        forwarder
            .take_stream(port)
            .ok_or_else(|| format!("no port-forward to port {port} of {pod}"))
    }
}

/// Speaks HTTP/1.1 over `stream`: one GET.
pub(super) async fn get(stream: impl Stream, path: &str) -> Seen<Vec<u8>> {
    use http_body_util::{BodyExt as _, Empty};
    let failed = |error: hyper::Error| format!("GET {path} failed: {error}");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let request = http::Request::get(path)
        .header(http::header::HOST, "localhost")
        .body(Empty::<bytes::Bytes>::new())
        .map_err(|error| format!("GET {path} failed: {error}"))?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(failed)?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(failed)?.to_bytes();
        if status.is_success() {
            Ok(body.to_vec())
        } else {
            Err(format!("GET {path} was answered with {status}"))
        }
    };
    // The connection must be driven while the exchange goes on; what becomes of it afterwards is of no interest.
    tokio::select! {
        seen = exchange => seen,
        ended = connection => match ended {
            Ok(()) => Err(format!("GET {path} failed: the connection ended")),
            Err(error) => Err(failed(error)),
        },
    }
}
