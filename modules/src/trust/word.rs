//! The block: what may stand in it, the root that it stands for, and how others reach its authority.

use std::collections::BTreeMap;

use meshform_engine::compile::{Arguments, Context, Derivation, Expanded, Expansion, Place, Stop, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Nested, Reach, Takes, WordSchema};
use meshform_lang::{Diagnostic, Type, Value};
use meshform_state::{Address, Scope, Str};

use super::check::check;
use crate::make::{maybe, nested, object, regional, resource, said};
use crate::{account, cluster, make};

pub(crate) const WORD: &str = "trust";

pub(super) const PRIVATE_CA: &str = "aws_private_ca";
pub(super) const LOCAL: &str = "local";

const AUTHORITY: &str = "aws_acmpca_certificate_authority";
const LOCAL_ROOT: &str = "istio_root_ca";
const ROOT: &str = "root";

/// The name of the Secret with a local root's key, and of what is beside it.
const LOCAL_ROOT_SECRET: &str = "meshform-root-ca";

/// What intermediates are where the configuration does not say. A year is what AWS's and Istio's own guides give them.
pub(super) const VALIDITY: &str = "1y";
pub(super) const ROOT_VALIDITY: &str = "10y";
const KEY_ALGORITHM: &str = "EC_prime256v1";

/// What may stand in the block `authority`, of either type.
fn authority_schema() -> BlockSchema {
    let subject = BlockSchema {
        arguments: vec![
            said("common_name", "The common name of the root."),
            said("organization", "Its organization."),
            said("organizational_unit", "The unit of the organization."),
            said("country", "Its country, in two letters."),
            said("state", "Its state or province."),
            said("locality", "Its town."),
        ],
        ..BlockSchema::default()
    };
    BlockSchema {
        arguments: vec![
            said("arn", "The private CA to adopt; without it one is made."),
            Argument::optional(
                "account",
                Takes::Word(Reach::Whole, &[account::WORD]),
                "The account of the private CA.",
            ),
            said("region", "Its region; else that of the account."),
            said(
                "key_algorithm",
                "The key of the root; `EC_prime256v1` if not given.",
            ),
            said("validity", "How long the root is valid; `10y` if not given."),
            Argument::optional(
                "cluster",
                Takes::Word(Reach::Name, &[cluster::WORD]),
                "For a local authority: the cluster that keeps the root's key in a Secret.",
            ),
        ],
        blocks: vec![nested("subject", subject, "Who the root is.")],
        open: false,
    }
}

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    let intermediate = BlockSchema {
        arguments: vec![
            said(
                "validity",
                "How long the intermediates are valid; `1y` if not given.",
            ),
            said("key_algorithm", "Their keys; `EC_prime256v1` if not given."),
        ],
        ..BlockSchema::default()
    };
    WordSchema {
        name: WORD,
        named: false,
        for_each: false,
        after: &[],
        body: BlockSchema {
            arguments: Vec::new(),
            blocks: vec![
                Nested {
                    labels: &["type"],
                    required: true,
                    ..nested(
                        "authority",
                        authority_schema(),
                        "What signs: `aws_private_ca` or `local`.",
                    )
                },
                nested("intermediate", intermediate, "What each istiod signs with."),
            ],
            open: false,
        },
        exports: &["arn", "certificate"],
        doc: "The root that all workloads of the mesh are known by.",
    }
}

/// Who signs the intermediates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Authority {
    /// A private CA of AWS.
    Private { scope: Box<Scope>, arn: Value },
    /// A key in a Secret of this cluster.
    Local { cluster: Address },
}

/// What the mesh trusts, read from its block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trust {
    pub(crate) authority: Authority,
    /// The root's certificate, in PEM.
    pub(crate) certificate: Value,
    /// What intermediates are.
    pub(crate) validity: String,
    pub(crate) key_algorithm: String,
    pub(crate) organization: Option<String>,
}

impl Trust {
    /// What `block`, expanded, says.
    pub(crate) fn of(block: &Expanded) -> Option<Self> {
        let arguments = &block.block.arguments;
        let authority = arguments.block("authority")?;
        let intermediate = arguments.block("intermediate");
        let said = |name, default: &str| {
            let text = intermediate.and_then(|block| block.text(name));
            text.unwrap_or(default).to_owned()
        };
        let subject = authority.block("subject");
        Some(Trust {
            authority: if kind(authority) == LOCAL {
                Authority::Local {
                    cluster: authority.words("cluster").first()?.address.clone(),
                }
            } else {
                let Place::Fixed(scope) = &block.place else {
                    return None;
                };
                Authority::Private {
                    scope: Box::new(scope.clone()),
                    arn: make::export(block, "arn"),
                }
            },
            certificate: make::export(block, "certificate"),
            validity: said("validity", VALIDITY),
            key_algorithm: said("key_algorithm", KEY_ALGORITHM),
            organization: subject
                .and_then(|subject| subject.text("organization"))
                .map(str::to_owned),
        })
    }
}

pub(super) fn kind(authority: &Arguments) -> &str {
    authority.labels.first().map_or("", |label| label)
}

/// The root.
pub(crate) fn expand(block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
    let Some(authority) = block.arguments.block("authority") else {
        return Ok(Expansion::default());
    };
    let found = check(block, authority);
    if found.has_errors() {
        return Err(found.into());
    }
    if kind(authority) == LOCAL {
        let root = local_root(block);
        return Ok(Expansion {
            exports: exports(
                Value::Null(Type::String),
                context.attribute(&root, LOCAL_ROOT, "certificate"),
            ),
            ..Expansion::default()
        });
    }
    let scope = scope(authority)?;
    if let Some(arn) = authority.text("arn") {
        let answer = context.ask(
            AUTHORITY,
            &scope,
            &[("arn", Value::from(arn))],
            authority.range("arn"),
        );
        let answer = answer.map_err(|stop| {
            stop.with(|| Expansion {
                place: Place::Fixed(scope.clone()),
                ..Expansion::default()
            })
        })?;
        let certificate = context.answer(AUTHORITY, &answer, "certificate").cloned();
        let status = context
            .answer(AUTHORITY, &answer, "status")
            .and_then(Value::as_str)
            .unwrap_or("unknown");
        if status != "ACTIVE" {
            let detail = format!("The private CA `{arn}` is {status}: it signs nothing.");
            return Err(Diagnostic::error("Private CA cannot be used", detail)
                .check("P19")
                .at(authority.range("arn"))
                .hint("Only an active CA signs. Enable or restore it, or name another one.")
                .into());
        }
        return Ok(Expansion {
            resources: Vec::new(),
            exports: exports(Value::from(arn), certificate.unwrap_or(Value::Null(Type::String))),
            place: Place::Fixed(scope),
        });
    }
    let root = block.resource(AUTHORITY, ROOT, None);
    let made = resource(AUTHORITY, ROOT, "the root of all identities in the mesh")
        .set("type", "ROOT")
        .set(
            "key_algorithm",
            authority.text("key_algorithm").unwrap_or(KEY_ALGORITHM),
        )
        .set("validity", authority.text("validity").unwrap_or(ROOT_VALIDITY))
        .set("subject", subject(authority))
        .done();
    Ok(Expansion {
        resources: vec![made],
        exports: exports(
            context.attribute(&root, AUTHORITY, "arn"),
            context.attribute(&root, AUTHORITY, "certificate"),
        ),
        place: Place::Fixed(scope),
    })
}

fn exports(arn: Value, certificate: Value) -> BTreeMap<Str, Value> {
    BTreeMap::from([("arn".into(), arn), ("certificate".into(), certificate)])
}

fn subject(authority: &Arguments) -> Value {
    let subject = authority.block("subject");
    let said = |name| maybe(subject.and_then(|subject| subject.text(name)));
    let common_name = subject.and_then(|subject| subject.text("common_name"));
    object([
        ("common_name", Value::from(common_name.unwrap_or("Mesh root"))),
        ("organization", said("organization")),
        ("organizational_unit", said("organizational_unit")),
        ("country", said("country")),
        ("state", said("state")),
        ("locality", said("locality")),
    ])
}

fn scope(authority: &Arguments) -> Result<Scope, Stop> {
    regional(authority).map_err(|_| {
        Diagnostic::error("No region", "Nothing says in which region the private CA is.")
            .hint("Give the authority or its account a `region`, such as `\"us-west-2\"`.")
            .at(authority.range)
            .into()
    })
}

/// The address of a local root.
fn local_root(block: &WordBlock) -> Address {
    block.resource(LOCAL_ROOT, ROOT, None)
}

/// The root that lives in a cluster: made when the cluster is known.
pub(crate) fn assemble(blocks: &[std::sync::Arc<Expanded>]) -> Option<Derivation> {
    let block = blocks.iter().find(|block| &*block.block.word == WORD)?;
    let Trust {
        authority: Authority::Local { cluster },
        ..
    } = Trust::of(block)?
    else {
        return None;
    };
    let keeper = blocks.iter().find(|block| block.block.address == cluster)?;
    let Place::Fixed(scope) = &keeper.place else {
        return None;
    };
    let authority = block.block.arguments.block("authority")?;
    let said = |name, default| authority.text(name).unwrap_or(default);
    let who = authority.block("subject");
    let root = resource(LOCAL_ROOT, ROOT, "the root of all identities in the mesh")
        .within(scope)
        .set("namespace", cluster::ISTIO_NAMESPACE)
        .set("name", LOCAL_ROOT_SECRET)
        .set("key_algorithm", said("key_algorithm", KEY_ALGORITHM))
        .set("validity", said("validity", ROOT_VALIDITY))
        .set(
            "common_name",
            who.and_then(|who| who.text("common_name")).unwrap_or("Mesh root"),
        )
        .set_some("organization", who.and_then(|who| who.text("organization")))
        .after([cluster::namespace(&keeper.block)])
        .done();
    Some(Derivation {
        block: block.block.clone(),
        resources: vec![root],
    })
}

/// The authority as the attribute `authority` of an intermediate takes it, and as `local_authority`.
pub(crate) fn reach(trust: &Trust, blocks: &dyn Fn(&Address) -> Option<Value>) -> (Value, Value) {
    let none = || Value::Null(Type::Any);
    match &trust.authority {
        Authority::Private { scope, arn } => match &**scope {
            Scope::Aws {
                account,
                region,
                plan_role,
                apply_role,
            } => {
                let reach = object([
                    ("arn", arn.clone()),
                    ("region", Value::from(region.as_str())),
                    ("account", maybe(account.as_deref())),
                    ("plan_role", maybe(plan_role.as_deref())),
                    ("apply_role", maybe(apply_role.as_deref())),
                ]);
                (reach, none())
            }
            Scope::Local | Scope::Cluster { .. } => (none(), none()),
        },
        Authority::Local { cluster } => {
            let local = object([
                ("reach", blocks(cluster).unwrap_or_else(none)),
                ("namespace", Value::from(cluster::ISTIO_NAMESPACE)),
                ("name", Value::from(LOCAL_ROOT_SECRET)),
            ]);
            (none(), local)
        }
    }
}
