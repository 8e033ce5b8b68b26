//! Every fault, seen from both sides: what the client gets, and what happened behind the door.

use std::io;
use std::time::Duration;

use meshform_sandbox::{Answer, Door, Fault, FaultKind, RemoteDoor, Sandbox};

use crate::wire::{element, query, send};

const REGION: [&str; 1] = ["eu-west-1"];
const CREATE: &str = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.7.0.0%2F16";

struct Client<'a>(&'a Door);

impl Client<'_> {
    fn ec2(&self, form: &str) -> io::Result<(u16, String)> {
        query(self.0.endpoint(), "ec2", &self.0.credentials().access_key, form)
    }

    fn vpcs(&self) -> usize {
        self.0
            .objects(&REGION)
            .unwrap()
            .iter()
            .filter(|object| object.kind == "vpc")
            .count()
    }

    /// Creates a VPC under a fault; returns the answer and how many VPCs came into being.
    fn create_under(&self, kind: FaultKind) -> (io::Result<(u16, String)>, usize) {
        let before = self.vpcs();
        self.0.inject(Fault::new(kind).service("ec2").action("CreateVpc"));
        let answer = self.ec2(CREATE);
        assert_eq!(self.0.faults()[0].hit, 1);
        self.0.clear_faults();
        (answer, self.vpcs() - before)
    }
}

#[test]
fn the_door() {
    let mut sandbox = Sandbox::builder().start().unwrap();
    let door = sandbox.door.clone();
    let client = Client(&door);
    for scenario in [
        refusals_have_the_words_of_ec2,
        resets_are_real_and_tell_before_from_after,
        a_request_is_delivered_twice,
        a_new_object_is_not_visible_for_a_while,
        a_client_that_goes_away_stops_nothing,
        unknown_keys_are_refused_and_keys_of_sts_are_not,
        what_is_deleted_leaves_nothing,
        a_remote_handle_sees_the_same,
    ] {
        scenario(&client);
        door.clear();
        door.clear_faults();
        door.reset_world().unwrap();
    }
    doors_are_worlds_of_their_own(&sandbox);
    sandbox.check().unwrap();
}

fn doors_are_worlds_of_their_own(sandbox: &Sandbox) {
    let other = sandbox.open_door("333333333333").unwrap();
    other.door.inject(Fault::new(FaultKind::Throttle));
    let (one, two) = (Client(&sandbox.door), Client(&other.door));
    let before = two.vpcs();
    assert_eq!(one.ec2(CREATE).unwrap().0, 200);
    assert_eq!(two.ec2(CREATE).unwrap().0, 503);
    assert_eq!((two.vpcs(), other.door.requests().len()), (before, 1));
    let key = &other.door.credentials().access_key;
    let identity = query(
        other.door.endpoint(),
        "sts",
        key,
        "Action=GetCallerIdentity&Version=2011-06-15",
    )
    .unwrap();
    assert_eq!(element(&identity.1, "Account").as_deref(), Some("333333333333"));
    assert!(sandbox.open_door("three").is_err());
}

fn refusals_have_the_words_of_ec2(client: &Client<'_>) {
    let error = FaultKind::Error {
        status: 400,
        code: "VpcLimitExceeded".to_owned(),
        message: "full".to_owned(),
    };
    for (kind, status, code) in [
        (FaultKind::Throttle, 503, "RequestLimitExceeded"),
        (FaultKind::ServerError { status: 500 }, 500, "InternalError"),
        (FaultKind::ServerError { status: 503 }, 503, "Unavailable"),
        (FaultKind::AuthFailure, 401, "AuthFailure"),
        (FaultKind::Unauthorized, 403, "UnauthorizedOperation"),
        (FaultKind::ExpiredToken, 400, "RequestExpired"),
        (error, 400, "VpcLimitExceeded"),
    ] {
        let (answer, created) = client.create_under(kind);
        let (answered, body) = answer.unwrap();
        assert_eq!(
            (answered, element(&body, "Code").as_deref(), created),
            (status, Some(code), 0)
        );
    }
    assert!(client.0.effects().is_empty());
    assert!(
        client
            .0
            .requests()
            .iter()
            .all(|request| request.effect && request.outcome.done)
    );
}

fn resets_are_real_and_tell_before_from_after(client: &Client<'_>) {
    let (answer, created) = client.create_under(FaultKind::ResetBefore);
    assert_eq!(
        (answer.unwrap_err().kind(), created),
        (io::ErrorKind::ConnectionReset, 0)
    );
    let (answer, created) = client.create_under(FaultKind::ResetAfter);
    assert_eq!(
        (answer.unwrap_err().kind(), created),
        (io::ErrorKind::ConnectionReset, 1)
    );
    let effects = client.0.effects();
    assert_eq!(effects.len(), 1);
    assert_eq!(
        (
            effects[0].outcome.deliveries.as_slice(),
            effects[0].outcome.answered
        ),
        (&[200][..], None)
    );
}

fn a_request_is_delivered_twice(client: &Client<'_>) {
    let (answer, created) = client.create_under(FaultKind::Twice {
        answer: Answer::Second,
    });
    let (status, body) = answer.unwrap();
    assert_eq!((status, created), (200, 2));
    let id = element(&body, "vpcId").unwrap();
    client.0.inject(
        Fault::new(FaultKind::Twice {
            answer: Answer::Second,
        })
        .action("DeleteVpc"),
    );
    let (status, body) = client
        .ec2(&format!("Action=DeleteVpc&Version=2016-11-15&VpcId={id}"))
        .unwrap();
    assert_eq!(
        (status, element(&body, "Code").as_deref()),
        (400, Some("InvalidVpcID.NotFound"))
    );
    assert_eq!(client.0.requests().last().unwrap().outcome.deliveries, [200, 400]);
}

fn a_new_object_is_not_visible_for_a_while(client: &Client<'_>) {
    let (answer, created) = client.create_under(FaultKind::NotFoundFor { requests: 3 });
    assert_eq!(created, 1);
    let id = element(&answer.unwrap().1, "vpcId").unwrap();
    // `create_under` takes its faults away, which makes the object visible; so the fault is set once more.
    client
        .0
        .inject(Fault::new(FaultKind::NotFoundFor { requests: 3 }));
    let id = element(&client.ec2(CREATE).unwrap().1, "vpcId")
        .filter(|other| *other != id)
        .unwrap();
    let named = format!("Action=DescribeVpcs&Version=2016-11-15&VpcId.1={id}");
    let tagged = format!("Action=CreateTags&Version=2016-11-15&ResourceId.1={id}&Tag.1.Key=k&Tag.1.Value=v");
    for form in [&named, &tagged] {
        let (status, body) = client.ec2(form).unwrap();
        assert_eq!(
            (status, element(&body, "Code").as_deref()),
            (400, Some("InvalidVpcID.NotFound"))
        );
    }
    let list = "Action=DescribeVpcs&Version=2016-11-15";
    assert!(!client.ec2(list).unwrap().1.contains(&id));
    assert!(client.ec2(list).unwrap().1.contains(&id));
    assert!(client.ec2(&named).unwrap().1.contains(&id));
}

fn a_client_that_goes_away_stops_nothing(client: &Client<'_>) {
    client.0.inject(Fault::new(FaultKind::Delay { millis: 300 }));
    let before = client.vpcs();
    let key = &client.0.credentials().access_key;
    drop(send(client.0.endpoint(), "ec2", key, CREATE).unwrap());
    let done = |requests: &[meshform_sandbox::Recorded]| requests.iter().any(|request| request.outcome.done);
    assert!(client.0.wait_until(Duration::from_secs(20), done));
    assert_eq!(client.vpcs() - before, 1);
}

fn unknown_keys_are_refused_and_keys_of_sts_are_not(client: &Client<'_>) {
    let endpoint = client.0.endpoint();
    let identity = "Action=GetCallerIdentity&Version=2011-06-15";
    let code = |service, key, form| element(&query(endpoint, service, key, form).unwrap().1, "Code");
    assert_eq!(code("ec2", "AKIAWRONG", CREATE).as_deref(), Some("AuthFailure"));
    assert_eq!(
        code("sts", "AKIAWRONG", identity).as_deref(),
        Some("InvalidClientTokenId")
    );
    let good = &client.0.credentials().access_key;
    let role = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=it&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fr";
    let key = element(&query(endpoint, "sts", good, role).unwrap().1, "AccessKeyId").unwrap();
    let (status, body) = query(endpoint, "sts", &key, identity).unwrap();
    assert_eq!(
        (status, element(&body, "Account").as_deref()),
        (200, Some("222222222222"))
    );
    assert_eq!(client.0.requests().last().unwrap().account, "222222222222");
    assert!(client.0.effects().is_empty());
}

fn what_is_deleted_leaves_nothing(client: &Client<'_>) {
    let before = client.0.objects(&REGION).unwrap();
    let ask = |form: String| client.ec2(&format!("{form}&Version=2016-11-15")).unwrap();
    let made = |form: String, name| element(&ask(form).1, name).unwrap();
    let vpc = made("Action=CreateVpc&CidrBlock=10.9.0.0%2F16".to_owned(), "vpcId");
    let subnet = made(
        format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.9.1.0%2F24"),
        "subnetId",
    );
    let create_table = format!("Action=CreateRouteTable&VpcId={vpc}&ClientToken=once");
    let table = made(create_table.clone(), "routeTableId");
    assert_eq!(made(create_table, "routeTableId"), table);
    assert_eq!(
        ask(format!(
            "Action=AssociateRouteTable&RouteTableId={table}&SubnetId={subnet}"
        ))
        .0,
        200
    );
    let refused = ask(format!("Action=DeleteVpc&VpcId={vpc}"));
    assert_eq!(
        (refused.0, element(&refused.1, "Code").as_deref()),
        (400, Some("DependencyViolation"))
    );
    for form in [
        format!("Action=DeleteSubnet&SubnetId={subnet}"),
        format!("Action=DeleteRouteTable&RouteTableId={table}"),
        format!("Action=DeleteVpc&VpcId={vpc}"),
    ] {
        let (status, body) = ask(form);
        assert_eq!(status, 200, "{body}");
    }
    assert_eq!(client.0.objects(&REGION).unwrap(), before);
}

fn a_remote_handle_sees_the_same(client: &Client<'_>) {
    let remote = RemoteDoor::at(client.0.endpoint());
    let id = remote
        .inject(&Fault::new(FaultKind::Throttle).action("Create*"))
        .unwrap();
    assert_eq!(client.ec2(CREATE).unwrap().0, 503);
    assert_eq!(client.ec2(CREATE).unwrap().0, 200);
    assert_eq!(remote.faults().unwrap(), client.0.faults());
    assert_eq!(remote.faults().unwrap()[0].id, id);
    assert_eq!(remote.requests().unwrap(), client.0.requests());
    assert_eq!(remote.effects().unwrap().len(), 1);
    assert_eq!(
        remote.objects(&REGION).unwrap(),
        client.0.objects(&REGION).unwrap()
    );
    remote.clear().unwrap();
    remote.clear_faults().unwrap();
    assert!(client.0.requests().is_empty() && client.0.faults().is_empty());
}
