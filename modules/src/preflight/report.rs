//! The verdicts: what is wrong first, then what lets others do more than they need, then what is in order.

use std::sync::Arc;

use meshform_engine::Desired;
use meshform_engine::compile::Expanded;
use meshform_engine::desired::Resource;
use meshform_kinds::kubernetes::Right;

use super::{readers, text};
use crate::cluster::is_member;
use crate::report::{Finding, Report, Verdict};
use crate::{make, mesh, trust, vpc};

/// How many rights a sentence names.
const NAMED: usize = 8;

/// Everything that is known before anything is done.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    /// The blocks that could be looked at.
    pub blocks: Vec<Arc<Expanded>>,
    /// What they compile to; without what lies between blocks if something is wrong.
    pub desired: Desired,
    /// What is wrong or doubtful.
    pub problems: Vec<Problem>,
    /// The accounts and clusters that were reached.
    pub met: Vec<Met>,
    /// What may not be done there.
    pub denied: Vec<Denied>,
}

/// Something that is wrong or doubtful.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The check that found it.
    pub check: &'static str,
    /// Whether nothing can be applied before it is mended.
    pub is_error: bool,
    /// Where it is in the configuration, `mesh.hcl:3:1`.
    pub place: String,
    /// Its title and its sentences.
    pub detail: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// An account or cluster that was reached.
#[derive(Debug, Clone)]
pub struct Met {
    /// Which.
    pub place: String,
    /// As whom.
    pub caller: String,
}

/// What may not be done in a cluster.
#[derive(Debug, Clone)]
pub struct Denied {
    /// Which cluster.
    pub place: String,
    /// The rights that are missing; or why they are not known.
    pub rights: Result<Vec<Right>, String>,
}

/// The report.
#[must_use]
pub fn report(outlook: &Outlook) -> Report {
    let mut findings: Vec<Finding> = outlook.problems.iter().map(problem).collect();
    findings.extend(outlook.met.iter().map(|met| {
        let detail = format!("reached as `{}`", met.caller);
        finding("P10", Verdict::Passed, &met.place, detail)
    }));
    findings.extend(outlook.denied.iter().map(denied));
    findings.extend(readers::readers(&outlook.desired).iter().map(reader));
    let right = passed(outlook);
    let wrong = |check: &str| outlook.problems.iter().any(|problem| problem.check == check);
    findings.extend(right.into_iter().filter(|finding| !wrong(finding.check)));
    Report::of(findings)
}

fn finding(check: &'static str, verdict: Verdict, place: &str, detail: String) -> Finding {
    Finding {
        check,
        verdict,
        place: place.to_owned(),
        detail,
        hint: None,
    }
}

fn problem(problem: &Problem) -> Finding {
    Finding {
        check: problem.check,
        verdict: if problem.is_error {
            Verdict::Failed
        } else {
            Verdict::Warning
        },
        place: problem.place.clone(),
        detail: problem.detail.clone(),
        hint: problem.hint.clone(),
    }
}

fn denied(denied: &Denied) -> Finding {
    let (verdict, detail, hint) = match &denied.rights {
        Ok(rights) if rights.is_empty() => {
            let detail = "whoever applies may do all that it takes".to_owned();
            (Verdict::Passed, detail, None)
        }
        Ok(rights) => {
            let named: Vec<String> = rights.iter().take(NAMED).map(Right::to_string).collect();
            let more = match rights.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let detail = format!("whoever applies may not: {}{more}", named.join(", "));
            let hint =
                "Give the caller these rights, by a role and its binding or by an access entry of EKS.";
            (Verdict::Failed, detail, Some(hint.to_owned()))
        }
        Err(why) => (
            Verdict::Unknown,
            format!("what whoever applies may do: {why}"),
            None,
        ),
    };
    Finding {
        hint,
        ..finding("P33", verdict, &denied.place, detail)
    }
}

fn reader(reader: &readers::Reader) -> Finding {
    let cluster = reader.scope.0.strip_prefix("cluster:").unwrap_or(&reader.scope.0);
    let place = format!("cluster {cluster}");
    let Some(may) = &reader.may else {
        let detail = format!("what account `{}` may read is in no chart", reader.name);
        return finding("P36", Verdict::Unknown, &place, detail);
    };
    let each = may.iter().map(|(verbs, resources)| {
        let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
        format!("{verbs} {}", resources.join(", "))
    });
    let detail = format!(
        "{} (`{}`) may in all namespaces: {}",
        reader.why,
        reader.name,
        each.collect::<Vec<_>>().join("; ")
    );
    if reader.reads_secrets() {
        let hint = format!(
            "Every Secret of {cluster} can be read with its token, the key that istiod signs with included: guard it as \
             that. Istio does not work with less (docs/preflight.md)."
        );
        return Finding {
            hint: Some(hint),
            ..finding("P36", Verdict::Warning, &place, detail)
        };
    }
    finding("P36", Verdict::Passed, &place, detail)
}

/// What is in order, unless a problem of the same check says otherwise.
fn passed(outlook: &Outlook) -> Vec<Finding> {
    let of = |word: &'static str| outlook.blocks.iter().filter(move |one| &*one.block.word == word);
    let members: Vec<&Arc<Expanded>> = outlook.blocks.iter().filter(|one| is_member(one)).collect();
    let mut all = Vec::new();
    let mut pass =
        |check, place: &str, detail: String| all.push(finding(check, Verdict::Passed, place, detail));
    let names: Vec<String> = members
        .iter()
        .filter_map(|member| make::text(member, "name"))
        .collect();
    let names = names.join(", ");
    if let (Some(mesh), false) = (of(mesh::WORD).next(), members.is_empty()) {
        let place = mesh.block.address.to_string();
        pass("P01", &place, format!("names tell the clusters apart: {names}"));
        let domain = make::text(mesh, "trust_domain").unwrap_or_default();
        pass(
            "P03",
            &place,
            format!("no Istio in {names} has another trust domain than `{domain}`"),
        );
        pass(
            "P17",
            &place,
            format!("no other root or authority is in place in {names}"),
        );
        pass(
            "P21",
            &place,
            format!("no other Istio is in {names}, and no other network"),
        );
    }
    let vpcs = of(vpc::WORD).count();
    if vpcs > 1 {
        pass("P05", "vpc", format!("{vpcs} VPCs share no addresses"));
    }
    for trust in of(trust::WORD) {
        if let (Some(arn), Some(_)) = (make::text(trust, "arn"), make::text(trust, "certificate")) {
            pass("P19", "trust", format!("the private CA `{arn}` is active"));
        }
    }
    for member in members {
        let name = make::text(member, "name").unwrap_or_default();
        let (version, istiod) = (make::text(member, "version"), istiod(outlook, member));
        if let (Some(version), Some(istio)) = (version, istiod.and_then(|chart| text(chart, "version"))) {
            let detail = format!("Kubernetes {version} runs Istio {istio}");
            pass("P13", &format!("cluster {name}"), detail);
        }
    }
    all
}

/// The chart of the istiod that `member` gets.
fn istiod<'a>(outlook: &'a Outlook, member: &Expanded) -> Option<&'a Resource> {
    let address = crate::cluster::chart(&member.block, "istiod");
    outlook
        .desired
        .resources
        .iter()
        .find(|one| one.address == address)
}
