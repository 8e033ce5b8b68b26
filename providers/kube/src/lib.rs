//! Kubernetes adapters: server-side apply with preconditions.
