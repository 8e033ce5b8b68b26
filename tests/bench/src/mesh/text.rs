//! The configuration of a large mesh.

use std::fmt::Write as _;

/// How many VPCs there are; each is a network of its own, and linked with every other one.
const VPCS: usize = 4;

/// A mesh of `clusters` primaries in four linked VPCs, below one root.
#[must_use]
pub fn text(clusters: usize) -> String {
    let mut out = String::from(
        "account \"net\" {\n  id     = \"123456789012\"\n  region = \"us-west-2\"\n}\n\n\
         mesh \"acme\" {\n  trust_domain = \"acme.example\"\n  istio {\n    charts = \"charts\"\n  }\n}\n\n\
         trust {\n  authority \"aws_private_ca\" {\n    account = account.net\n    subject {\n      \
         common_name = \"Acme mesh root\"\n    }\n  }\n}\n\n",
    );
    for vpc in 0..VPCS {
        _ = writeln!(
            out,
            "vpc \"v{vpc}\" {{\n  account    = account.net\n  cidr_block = \"10.{vpc}.0.0/16\"\n  zones      = 2\n}}\n"
        );
        for other in 0..vpc {
            _ = writeln!(
                out,
                "link \"v{other}-v{vpc}\" {{\n  between = [vpc.v{other}, vpc.v{vpc}]\n  via     = \"peering\"\n}}\n"
            );
        }
    }
    for cluster in 0..clusters {
        _ = writeln!(
            out,
            "cluster \"c{cluster:03}\" {{\n  vpc = vpc.v{}\n  operator_api {{\n    context = \"c{cluster:03}\"\n  }}\n}}\n",
            cluster % VPCS
        );
    }
    out
}
