//! How a resource of one cluster reaches another.

use crate::nested;

nested! {
    /// How a cluster is reached, as its `operator_api` says.
    pub struct ClusterReach {
        /// Its name in the mesh.
        name: String,
        /// The kubeconfig file; the one of the environment if there is none.
        kubeconfig: Option<String>,
        /// The context in it; its current one if there is none.
        context: Option<String>,
        /// The EKS cluster that it is; without kubeconfig and context then.
        eks: Option<EksClusterReach>,
    }
}

nested! {
    /// How an EKS cluster is reached.
    pub struct EksClusterReach {
        /// The twelve digits of its account; that of the credentials if there are none.
        account: Option<String>,
        /// Its region.
        region: String,
        /// Its name in EKS.
        cluster: String,
        /// The role that plan assumes.
        plan_role: Option<String>,
        /// The role that apply assumes.
        apply_role: Option<String>,
    }
}
