//! What we may do in a cluster, asked before anything is done.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use meshform_engine::AdapterError;
use meshform_kinds::kubernetes::Right;
use meshform_state::Scope;

use crate::KubeAdapter;

/// How many rights of one cluster are asked for at once.
const AT_ONCE: usize = 8;

impl KubeAdapter {
    /// Those of `rights` that the API server of `scope` does not give us, in their order. It answers for whatever decides
    /// behind it, access entries of EKS included; whoever may do everything is asked for nothing else.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn denied(&self, scope: &Scope, rights: &[Right]) -> Result<Vec<Right>, AdapterError> {
        let cluster = self.means.clients.cluster(scope).await?;
        let cluster = &*cluster;
        let may = |right: Right| async move {
            let subject = cluster.subject("create", "an access review".to_owned());
            let answer = cluster.wire.review_right(&right).await;
            let answer = answer.map_err(|failure| failure.into_error(&subject))?;
            Ok::<_, AdapterError>((right, answer))
        };
        if may(Right::all()).await?.1 {
            return Ok(Vec::new());
        }
        let answers: Vec<(Right, bool)> = stream::iter(rights.to_vec())
            .map(may)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let denied = answers.into_iter().filter(|(_, may)| !may);
        Ok(denied.map(|(right, _)| right).collect())
    }
}
