//! The cloud around the control planes: load balancers and addresses. It must never be gentler than a real one: a
//! Service waits for its address, and goes only when its load balancer is gone.

mod addresses;
mod balancers;

pub(crate) use addresses::Addresses;
pub(crate) use balancers::Cloud;
pub use balancers::LoadBalancer;
