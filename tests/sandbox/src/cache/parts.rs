//! What a sandbox builds: which sources, from which versions. It must never name a registry host: where packages come
//! from is the user's configuration of pip and Go.

use super::go::{GoFiles, GoProgram};
use super::venv::MotoVenv;

/// The program that runs moto inside its venv.
pub(crate) const MOTO_SERVE: &str = include_str!("../../moto/serve.py");
pub(crate) const MOTO_BARE: &str = include_str!("../../moto/bare.py");
pub(crate) const MOTO_REPAIRS: &str = include_str!("../../moto/repairs.py");

/// What kwok plays on nodes and Pods.
pub(crate) const STAGES: &str = include_str!("../../kwok/stages.yaml");

/// moto in a venv of its own.
pub(crate) const MOTO: MotoVenv = MotoVenv {
    requirements: include_str!("../../moto/requirements.txt"),
};

/// etcd, as a program of ours around its embeddable server.
pub(crate) const ETCD: GoProgram = GoProgram {
    name: "etcd",
    usual: "1 to 2 minutes",
    package: ".",
    sources: &[
        ("main.go", include_str!("../../etcd/main.go")),
        ("go.mod", include_str!("../../etcd/go.mod")),
        ("go.sum", include_str!("../../etcd/go.sum")),
    ],
    ldflags: "-s -w",
};

/// The API server, the controller manager and the scheduler. Clients parse the version, so a build without one is
/// useless to them.
pub(crate) const CONTROL_PLANE: GoProgram = GoProgram {
    name: "controlplane",
    usual: "4 to 7 minutes",
    package: ".",
    sources: &[
        ("main.go", include_str!("../../controlplane/main.go")),
        ("go.mod", include_str!("../../controlplane/go.mod")),
        ("go.sum", include_str!("../../controlplane/go.sum")),
    ],
    ldflags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.4 \
              -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34 \
              -X k8s.io/component-base/version.gitTreeState=clean",
};

/// kwok, which plays the kubelet.
pub(crate) const KWOK: GoProgram = GoProgram {
    name: "kwok",
    usual: "1 to 2 minutes",
    package: ".",
    sources: &[
        ("main.go", include_str!("../../kwok/main.go")),
        ("go.mod", include_str!("../../kwok/go.mod")),
        ("go.sum", include_str!("../../kwok/go.sum")),
    ],
    ldflags: "-s -w",
};

/// helm, as its project builds it: the two numbers are the Kubernetes of its own modules, which charts see when
/// nobody names a version.
pub(crate) const HELM: GoProgram = GoProgram {
    name: "helm",
    usual: "1 to 2 minutes",
    package: "helm.sh/helm/v3/cmd/helm",
    sources: &[
        ("go.mod", include_str!("../../helm/go.mod")),
        ("go.sum", include_str!("../../helm/go.sum")),
    ],
    ldflags: "-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0 \
              -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=37 \
              -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=37",
};

/// Istio's pilot-discovery.
pub(crate) const ISTIOD: GoProgram = GoProgram {
    name: "istiod",
    usual: "5 to 8 minutes",
    package: ".",
    sources: &[
        ("main.go", include_str!("../../istio/main.go")),
        ("go.mod", ISTIO_MOD),
        ("go.sum", ISTIO_SUM),
    ],
    // The name that Istio's own builds of a commit give themselves; the commit is that of the version in go.mod.
    ldflags: "-s -w -X istio.io/istio/pkg/version.buildVersion=1.31-alpha.eed52ebb66ad \
              -X istio.io/istio/pkg/version.buildGitRevision=eed52ebb66ad",
};

/// Istio's charts, under the names of a release.
pub(crate) const CHARTS: GoFiles = GoFiles {
    name: "charts",
    usual: "half a minute",
    module: "istio.io/istio",
    folders: &[
        ("manifests/charts/base", "base"),
        ("manifests/charts/istio-control/istio-discovery", "istiod"),
        ("manifests/charts/gateway", "gateway"),
    ],
    sources: &[("go.mod", ISTIO_MOD), ("go.sum", ISTIO_SUM)],
};

const ISTIO_MOD: &str = include_str!("../../istio/go.mod");
const ISTIO_SUM: &str = include_str!("../../istio/go.sum");
