//! Asking the outside: whoever does not answer is told of once, and hides nobody else.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::facts::{Facts, Query};
use meshform_engine::gather::{Round, Survey, survey};
use meshform_engine::plan::lost;
use meshform_engine::refresh::Reader;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::testing::kinds::BY_TOKEN;
use meshform_engine::testing::{Lab, Make, ManualClock, SeededEntropy, desired};
use meshform_engine::{
    Adapter, AdapterError, Attribute, Desired, Effects, ErrorClass, Home, Kinds, Located, Object,
    Observation, Registry, Schema, Target,
};
use meshform_lang::{Diagnostic, Diagnostics, Range, Sources};
use meshform_state::journal::Intent;
use meshform_state::{Scope, Type, Value};

const KIND: &str = "fact";

/// Accounts and clusters of which some do not answer.
#[derive(Default)]
struct Outside {
    asked: Mutex<Vec<String>>,
}

fn down(message: &str) -> AdapterError {
    AdapterError::refused(ErrorClass::Unavailable, message).hint("Start it.")
}

#[async_trait]
impl Adapter for Outside {
    async fn identify(&self, _scope: &Scope) -> Result<Identity, AdapterError> {
        self.asked.lock().unwrap().push("identity".to_owned());
        Ok(Identity {
            id: "111111111111".to_owned(),
            caller: "somebody".to_owned(),
        })
    }

    async fn read_many(
        &self,
        _: &Scope,
        _: &str,
        _: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        Err(down("nothing is read here"))
    }

    async fn query(&self, scope: &Scope, _kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        let key = scope.key().to_string();
        self.asked.lock().unwrap().push(key.clone());
        if key == "cluster:down" {
            return Err(down("failed to reach 127.0.0.1:1: refused"));
        }
        Ok(arguments.clone())
    }

    async fn locate(&self, _: &Scope, _: &Intent) -> Result<Located, AdapterError> {
        Ok(Located::Absent)
    }

    async fn apply(
        &self,
        _: &Scope,
        _: &Request<'_>,
        _: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        Err(down("nothing is changed here"))
    }

    fn timing(&self, _kind: &str) -> Timing {
        let none = std::time::Duration::ZERO;
        Timing {
            call: none,
            settle: none,
            ready: none,
        }
    }
}

/// What a compilation came to.
#[derive(Debug)]
struct Compiled {
    missing: Vec<Query>,
    found: Diagnostics,
}

impl Round for Compiled {
    fn missing(&self) -> &[Query] {
        &self.missing
    }

    fn diagnostics(&self) -> &Diagnostics {
        &self.found
    }
}

fn cluster(name: &str) -> Scope {
    Scope::Cluster {
        name: name.to_owned(),
        uid: None,
        kubeconfig: None,
        context: None,
        eks: None,
    }
}

fn account(id: &str, region: &str) -> Scope {
    Scope::Aws {
        account: Some(id.to_owned()),
        region: region.to_owned(),
        plan_role: None,
        apply_role: None,
    }
}

/// A question at the line `line` of a text.
fn query(scope: Scope, name: &str, line: u32) -> Query {
    let schema = Schema::new(
        KIND,
        Home::Local,
        vec![Attribute::optional("name", Type::String, "Which.")],
    );
    let mut arguments = Object::empty(&schema);
    arguments.set(&schema, "name", Value::from(name));
    let source = Sources::default().add("mesh.hcl", "");
    Query {
        kind: KIND,
        scope,
        arguments,
        range: Range {
            source,
            start: line,
            end: line + 1,
        },
    }
}

fn surveyed(compile: impl Fn(&Facts) -> Compiled) -> (Survey<Compiled>, Vec<String>) {
    let outside = Arc::new(Outside::default());
    let adapter: Arc<dyn Adapter> = outside.clone();
    let mut registry = Registry::default();
    registry.add(KIND, &adapter);
    registry.add_home(Home::Aws, &adapter);
    let reader = Reader {
        registry: &registry,
        kinds: &Kinds::default(),
        clock: &ManualClock::default(),
        entropy: &SeededEntropy::new(1),
        retry: RetryPolicy::default(),
    };
    let survey = futures::executor::block_on(survey(&reader, Facts::default(), compile));
    let mut asked = outside.asked.lock().unwrap().clone();
    asked.sort();
    asked.dedup();
    (survey, asked)
}

fn wrong(text: &str) -> Diagnostics {
    Diagnostic::error(text, "").into()
}

#[test]
fn whoever_is_down_is_told_once_and_hides_no_mistake_of_another() {
    let first = [
        query(cluster("down"), "a", 1),
        query(cluster("down"), "b", 2),
        query(cluster("up"), "a", 3),
    ];
    let second = query(cluster("up"), "b", 4);
    let (survey, asked) = surveyed(|facts| {
        let mut missing: Vec<Query> = first
            .iter()
            .filter(|one| facts.get(one).is_none())
            .cloned()
            .collect();
        let mut found = Diagnostics::new();
        if facts.get(&first[2]).is_some() {
            // An answer that is wrong, and another question behind it.
            found = wrong("Istio is there already");
            missing.extend(facts.get(&second).is_none().then(|| second.clone()));
        }
        Compiled { missing, found }
    });
    assert_eq!(asked, ["cluster:down", "cluster:up"]);
    let [only] = survey.unanswered.as_slice() else {
        panic!("{:?}", survey.unanswered)
    };
    assert_eq!(only.diagnostic.summary, "Cluster cannot be reached");
    assert_eq!(only.diagnostic.hint.as_deref(), Some("Start it."));
    assert_eq!(only.diagnostic.range, Some(first[0].range));
    assert_eq!(only.diagnostic.related.len(), 1);
    assert!(
        survey.facts.get(&second).is_some(),
        "the second round is asked all the same"
    );
    assert_eq!(survey.round.found, wrong("Istio is there already"));
}

#[test]
fn nothing_is_asked_in_the_wrong_account() {
    let all = [
        query(account("222222222222", "us-west-2"), "a", 1),
        query(account("222222222222", "us-east-1"), "a", 2),
        query(account("111111111111", "us-east-1"), "a", 3),
    ];
    let (survey, asked) = surveyed(|facts| Compiled {
        missing: all
            .iter()
            .filter(|one| facts.get(one).is_none())
            .cloned()
            .collect(),
        found: Diagnostics::new(),
    });
    assert_eq!(asked, ["aws:111111111111:us-east-1", "identity"]);
    let [only] = survey.unanswered.as_slice() else {
        panic!("{:?}", survey.unanswered)
    };
    assert_eq!(only.diagnostic.summary, "Wrong account");
    assert!(
        only.diagnostic.detail.contains("111111111111 (somebody)"),
        "{}",
        only.diagnostic.detail
    );
    assert_eq!(
        only.diagnostic.related.len(),
        1,
        "it is the wrong one in both regions"
    );
}

#[test]
fn mistakes_of_the_text_are_told_before_anything_is_asked() {
    let one = query(cluster("up"), "a", 1);
    let (survey, asked) = surveyed(|_| Compiled {
        missing: vec![one.clone()],
        found: wrong("Unsupported argument"),
    });
    assert!(asked.is_empty() && survey.unanswered.is_empty());
}

#[test]
fn answers_that_lead_to_questions_for_ever_are_a_mistake() {
    let (survey, _) = surveyed(|facts| Compiled {
        missing: vec![query(cluster("up"), &facts.iter().count().to_string(), 1)],
        found: Diagnostics::new(),
    });
    assert_eq!(survey.unanswered[0].diagnostic.summary, "Endless questions");
}

#[test]
fn what_is_recorded_in_a_place_that_is_gone_is_not_planned_away() {
    let wanted = desired([Make::new(BY_TOKEN, "net")]);
    let mut lab = Lab::new(1);
    lab.converge(&wanted).unwrap();
    let scope = wanted.resources[0].scope.clone();
    let mut gone = Desired::default();
    gone.deferred.scopes.insert(scope);
    let found = lost(&gone, &lab.snapshot());
    assert_eq!(found.0.len(), 1);
    assert_eq!(found.0[0].summary, "Place of recorded resources is gone");
    assert!(
        lab.plan(&gone).is_err(),
        "it would be planned away as no longer configured"
    );
    assert_eq!(lost(&Desired::default(), &lab.snapshot()), Diagnostics::new());
}
