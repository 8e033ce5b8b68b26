//! The two that are asked the same: bare moto and the door. It must never retry or change what is asked.

use meshform_sandbox::{Door, Sandbox};

use crate::wire::{element, post, query_in};

/// moto as it comes, without the sandbox's repairs; ends when it is dropped.
pub(crate) struct BareMoto(meshform_sandbox::BareMoto);

impl BareMoto {
    /// Starts the moto of a sandbox once more.
    pub(crate) fn beside(sandbox: &Sandbox) -> Self {
        Self(sandbox.bare_moto().unwrap())
    }

    /// Empties it.
    pub(crate) fn reset(&self) {
        let (status, body) = post(&format!("{}/moto-api/reset", self.0.endpoint()), "").unwrap();
        assert_eq!(status, 200, "{body}");
    }

    pub(crate) fn side(&self) -> Side {
        Side {
            endpoint: self.0.endpoint().to_owned(),
            key: "AKIABARE".to_owned(),
            region: "eu-west-1",
        }
    }
}

/// One who is asked.
#[derive(Clone)]
pub(crate) struct Side {
    endpoint: String,
    key: String,
    region: &'static str,
}

impl Side {
    pub(crate) fn of(door: &Door) -> Self {
        Self {
            endpoint: door.endpoint().to_owned(),
            key: door.credentials().access_key.clone(),
            region: "eu-west-1",
        }
    }

    /// The same endpoint for another account and region.
    pub(crate) fn with(&self, key: &str, region: &'static str) -> Self {
        Self {
            endpoint: self.endpoint.clone(),
            key: key.to_owned(),
            region,
        }
    }

    /// Asks, and returns status and body.
    pub(crate) fn ask(&self, form: &str) -> (u16, String) {
        let form = format!("Action={form}&Version=2016-11-15");
        query_in(&self.endpoint, self.region, "ec2", &self.key, &form).unwrap()
    }

    /// Asks, and returns `ok` or the error's code.
    pub(crate) fn code(&self, form: &str) -> String {
        let (status, body) = self.ask(form);
        match status {
            200 => "ok".to_owned(),
            _ => element(&body, "Code").unwrap_or_else(|| format!("{status}")),
        }
    }

    /// Asks, and returns an element of an answer that must be no error.
    pub(crate) fn made(&self, form: &str, name: &str) -> String {
        let (status, body) = self.ask(form);
        assert_eq!(status, 200, "{form}: {body}");
        element(&body, name).unwrap_or_else(|| panic!("{form}: no {name} in {body}"))
    }

    /// Asks, and returns how often an element is in the answer.
    pub(crate) fn count(&self, form: &str, name: &str) -> usize {
        let (status, body) = self.ask(form);
        assert_eq!(status, 200, "{form}: {body}");
        body.matches(&format!("<{name}>")).count()
    }

    pub(crate) fn vpc(&self, cidr: &str) -> String {
        self.made(&format!("CreateVpc&CidrBlock={cidr}"), "vpcId")
    }

    pub(crate) fn group(&self, vpc: &str, name: &str) -> String {
        self.made(
            &format!("CreateSecurityGroup&VpcId={vpc}&GroupName={name}&GroupDescription=d"),
            "groupId",
        )
    }
}

/// Runs the same on both sides and compares with what each is known to say.
pub(crate) fn differs<T: PartialEq + std::fmt::Debug>(
    bare: &Side,
    door: &Side,
    script: impl Fn(&Side) -> T,
    moto: impl Into<T>,
    aws: impl Into<T>,
) {
    let (moto, aws) = (moto.into(), aws.into());
    assert_ne!(moto, aws, "there is no difference");
    assert_eq!(script(bare), moto, "what bare moto says");
    assert_eq!(script(door), aws, "what the door says");
}
