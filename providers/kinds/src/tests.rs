//! What holds for every kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use meshform_engine::{Compare, Kinds, Object, Schema};
use meshform_state::{Type, Value};

use crate::aws::{Route, RouteTarget, Subnet, Vpc};
use crate::{CodecError, Data, Field as _, FieldError, Rules as _, Spec as _, kinds};

fn schemas(kinds: &Kinds) -> Vec<&Schema> {
    let managed = kinds.names(false).filter_map(|name| kinds.managed(name));
    let data = kinds.names(true).filter_map(|name| kinds.data(name));
    managed.chain(data).map(|kind| kind.schema()).collect()
}

#[test]
fn no_kind_repeats_an_attribute_and_all_attributes_are_described() {
    for schema in schemas(&kinds()) {
        let names: BTreeSet<&str> = schema.attributes.iter().map(|attribute| attribute.name).collect();
        assert_eq!(names.len(), schema.attributes.len(), "{}", schema.kind);
        for attribute in &schema.attributes {
            assert!(
                attribute.doc.ends_with('.'),
                "{}.{} needs a sentence",
                schema.kind,
                attribute.name
            );
            assert!(attribute.required || attribute.optional || attribute.computed);
            assert!(
                !(attribute.computed && attribute.default.is_some()),
                "{}.{}",
                schema.kind,
                attribute.name
            );
        }
    }
}

#[test]
fn schemas_are_these() {
    let mut out = String::new();
    for schema in schemas(&kinds()) {
        let mode = if schema.data { "data " } else { "" };
        writeln!(out, "{mode}{} {:?} v{}", schema.kind, schema.home, schema.version).unwrap();
        for attribute in &schema.attributes {
            let flags = [
                (attribute.required, "required"),
                (attribute.optional, "optional"),
                (attribute.computed, "computed"),
                (attribute.force_new, "force_new"),
                (attribute.write_only, "write_only"),
                (attribute.normalise.is_some(), "normalised"),
                (attribute.compare == Compare::Owned, "owned"),
            ];
            let flags: Vec<&str> = flags
                .into_iter()
                .filter_map(|(on, name)| on.then_some(name))
                .collect();
            write!(out, "  {}: {} {}", attribute.name, attribute.ty, flags.join(" ")).unwrap();
            if let Some(default) = &attribute.default {
                write!(out, " = {}", meshform_state::value::to_json(default).unwrap()).unwrap();
            }
            out.push('\n');
        }
    }
    insta::assert_snapshot!(out);
}

fn vpc() -> Vpc {
    Vpc {
        cidr_block: "10.0.0.0/16".to_owned(),
        instance_tenancy: "default".to_owned(),
        enable_dns_support: true,
        enable_dns_hostnames: false,
        tags: BTreeMap::from([("Name".to_owned(), "a".to_owned())]),
        id: Some("vpc-1".to_owned()),
        arn: None,
        owner_id: None,
        main_route_table_id: None,
        default_route_table_id: None,
        default_security_group_id: None,
        default_network_acl_id: None,
    }
}

#[test]
fn specs_survive_the_way_to_an_object_and_to_the_state_and_back() {
    let object = vpc().to_object();
    assert_eq!(object.fields.len(), Vpc::schema().attributes.len());
    for (value, attribute) in object.fields.iter().zip(&Vpc::schema().attributes) {
        assert_eq!(value.ty(), attribute.ty, "{}", attribute.name);
    }
    assert_eq!(Vpc::from_object(&object), Ok(vpc()));
    let stored = object.encode(Vpc::schema()).unwrap();
    let read = Object::decode(&stored, Vpc::schema()).unwrap();
    assert_eq!(read, object);
}

#[test]
fn what_the_api_will_set_is_none_and_what_must_be_known_is_an_error() {
    let mut object = vpc().to_object();
    object.set(Vpc::schema(), "id", Value::later(Type::String));
    object.set(Vpc::schema(), "tags", Value::Null(Type::map(Type::String)));
    let spec = Vpc::from_object(&object).unwrap();
    assert_eq!((spec.id, spec.tags), (None, BTreeMap::new()));
    object.set(Vpc::schema(), "cidr_block", Value::later(Type::String));
    let error = Vpc::from_object(&object).unwrap_err();
    assert_eq!(
        error,
        CodecError {
            kind: "aws_vpc",
            attribute: "cidr_block",
            problem: FieldError::Later
        }
    );
    assert_eq!(
        error.to_string(),
        "attribute `cidr_block` of `aws_vpc` is not known yet"
    );
}

crate::nested! {
    /// A person.
    struct Person {
        /// The name.
        name: String,
        /// Which kind of person.
        r#type: Option<String>,
        /// What they are called.
        names: Vec<String>,
    }
}

#[test]
fn nested_objects_are_read_by_name() {
    let person = Person {
        name: "a".to_owned(),
        r#type: None,
        names: vec!["b".to_owned()],
    };
    let value = person.to_value();
    assert!(value.get("type").is_some());
    assert_eq!(value.ty(), Person::ty());
    assert_eq!(Person::from_value(&value), Ok(person));
    assert_eq!(Person::from_value(&Value::object([])), Err(FieldError::Missing));
    assert_eq!(
        Vec::<Person>::from_value(&Value::from("a")),
        Err(FieldError::Type(Type::list(Person::ty())))
    );
}

#[test]
fn data_gives_back_what_it_gets_as_early_as_it_is_known() {
    let mut planned = Object::empty(Data::schema());
    for input in [Value::int(1), Value::later(Type::String), Value::Null(Type::Any)] {
        planned.set(Data::schema(), "input", input.clone());
        Data::refine(None, &mut planned);
        assert_eq!(planned.get(Data::schema(), "output"), &input);
    }
}

#[test]
fn blocks_with_host_bits_or_of_the_wrong_size_are_refused() {
    let problem = |block: &str| {
        let object = Vpc {
            cidr_block: block.to_owned(),
            ..vpc()
        }
        .to_object();
        Vpc::validate(&object)
            .into_iter()
            .map(|problem| (problem.message, problem.hint))
            .next()
    };
    assert_eq!(problem("10.0.0.0/16"), None);
    let (message, hint) = problem("10.0.1.0/16").unwrap();
    assert_eq!(message, "`10.0.1.0/16` has bits set right of its netmask.");
    assert_eq!(
        hint.as_deref(),
        Some("The block that holds this address is `10.0.0.0/16`.")
    );
    assert_eq!(
        problem("10.0.0.0/8").unwrap().0,
        "The netmask of `10.0.0.0/8` must be from /16 to /28."
    );
    assert!(problem("10.0.0.0/29").is_some());
}

#[test]
fn vpcs_are_checked_for_meaning() {
    let messages = |vpc: Vpc| -> Vec<String> {
        Vpc::validate(&vpc.to_object())
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    };
    let tags = BTreeMap::from([
        ("meshform:uid".to_owned(), "x".to_owned()),
        ("AWS:x".to_owned(), "x".repeat(257)),
    ]);
    insta::assert_debug_snapshot!(messages(Vpc {
        instance_tenancy: "host".to_owned(),
        enable_dns_support: false,
        enable_dns_hostnames: true,
        tags,
        ..vpc()
    }), @r#"
    [
        "The tag key `AWS:x` starts with `aws:`, which AWS keeps for itself.",
        "The value of the tag `AWS:x` is longer than 256 characters.",
        "The tag key `meshform:uid` starts with `meshform:`.",
        "`host` is neither `default` nor `dedicated`.",
        "DNS names need the DNS resolver, which `enable_dns_support = false` turns off.",
    ]
    "#);
    let many = (0..49)
        .map(|index| (format!("k{index}"), String::new()))
        .collect();
    assert_eq!(messages(Vpc { tags: many, ..vpc() }).len(), 1);
}

#[test]
fn subnets_without_a_zone_are_given_one_by_the_api() {
    let zone = Subnet::schema().attribute("availability_zone").unwrap();
    assert!(zone.optional && zone.computed && zone.force_new);
}

fn route() -> Route {
    Route {
        route_table_id: "rtb-1".to_owned(),
        destination_cidr_block: "0.0.0.0/0".to_owned(),
        gateway_id: None,
        nat_gateway_id: None,
        transit_gateway_id: None,
        vpc_peering_connection_id: None,
        network_interface_id: None,
        id: None,
    }
}

#[test]
fn routes_have_exactly_one_target() {
    assert_eq!(Route::validate(&route().to_object()).len(), 1);
    let one = Route {
        nat_gateway_id: Some("nat-1".to_owned()),
        ..route()
    };
    assert_eq!(Route::validate(&one.to_object()), []);
    assert_eq!(one.target(), Some(RouteTarget::NatGateway("nat-1".to_owned())));
    let two = Route {
        gateway_id: Some("igw-1".to_owned()),
        ..one
    };
    assert_eq!(Route::validate(&two.to_object()).len(), 1);
    let mut undecided = route().to_object();
    undecided.set(Route::schema(), "transit_gateway_id", Value::later(Type::String));
    assert_eq!(Route::validate(&undecided), []);
}

#[test]
fn a_routes_id_is_known_when_its_table_is() {
    let mut planned = route().to_object();
    planned.set(Route::schema(), "id", Value::later(Type::String));
    Route::refine(None, &mut planned);
    assert_eq!(
        planned.get(Route::schema(), "id").as_str(),
        Some("rtb-1_0.0.0.0/0")
    );
}
