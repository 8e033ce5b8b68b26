//! What a kind of resource is: its schema and the pure knowledge that planning needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_state::{Type, Value};

use crate::hash::HashMap;
use crate::object::Object;

/// The attributes of a kind.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Its name, such as `aws_vpc`. Terraform's where it has the kind.
    pub kind: &'static str,
    /// Grows when stored attributes change their meaning.
    pub version: u32,
    /// Where resources of it live.
    pub home: Home,
    /// Whether it is read with `data` instead of being managed.
    pub data: bool,
    /// The attributes; their order is that of the slots of every [`Object`].
    pub attributes: Vec<Attribute>,
    slots: HashMap<&'static str, usize>,
}

/// Where resources of a kind live, hence what `in` may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Home {
    /// In the state alone.
    Local,
    /// In an account and region.
    Aws,
    /// In a cluster.
    Cluster,
}

/// One attribute of a kind.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// Its type; values are converted to it.
    pub ty: Type,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it may be given. Neither required nor optional: only the API sets it.
    pub optional: bool,
    /// Whether the API gives it a value when the configuration does not.
    pub computed: bool,
    /// Whether it cannot change: another value makes another object.
    pub force_new: bool,
    /// Whether it is sent and never stored, compared or read back. Only here may secrets go.
    pub write_only: bool,
    /// How its present value is compared with the planned one.
    pub compare: Compare,
    /// What it is when the configuration does not say and it is not computed.
    pub default: Option<Value>,
    /// Brings a value to its one form (a network's host bits, a policy's spacing), at the boundary.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the value.
    pub normalise: Option<fn(Value) -> Result<Value, String>>,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

/// How a present value is compared with a planned one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// All of it.
    Whole,
    /// Only the parts that we set, now or at the last apply: [`Kind::project`] cuts the rest away.
    Owned,
}

/// Something that a kind does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The attribute; empty for the object as a whole.
    pub attribute: &'static str,
    /// What is wrong, in sentences.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// A kind of resource, as planning knows it. Implementations are pure.
pub trait Kind: Send + Sync {
    /// Its schema.
    fn schema(&self) -> &Schema;

    /// What is wrong with a configured object. Later parts are not judged.
    fn validate(&self, object: &Object) -> Vec<Problem> {
        let _ = object;
        Vec::new()
    }

    /// Completes a planned object: computed attributes arrive as the prior value (update) or as later (creation), and
    /// what follows from others is set here. `prior` is the object as observed.
    fn refine(&self, prior: Option<&Object>, planned: &mut Object) {
        let _ = (prior, planned);
    }

    /// The parts of `observed` that count: for [`Compare::Owned`] attributes those in `desired` or `recorded`.
    fn project(&self, observed: &Object, desired: &Object, recorded: Option<&Object>) -> Object {
        let _ = (desired, recorded);
        observed.clone()
    }
}

impl Schema {
    /// A schema of version 0 of a managed kind; set the public fields for another.
    ///
    /// # Panics
    /// Never; a repeated name keeps its first slot, and the kinds' own test refuses repetitions.
    #[must_use]
    pub fn new(kind: &'static str, home: Home, attributes: Vec<Attribute>) -> Self {
        let mut slots = HashMap::default();
        for (slot, attribute) in attributes.iter().enumerate() {
            slots.entry(attribute.name).or_insert(slot);
        }
        Schema {
            kind,
            version: 0,
            home,
            data: false,
            attributes,
            slots,
        }
    }

    /// The slot of the attribute `name`.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.slots.get(name).copied()
    }

    /// The attribute `name`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.slot(name).map(|slot| &self.attributes[slot])
    }

    /// The type of a whole object, as expressions see it.
    #[must_use]
    pub fn object_type(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|attribute| (attribute.name.into(), attribute.ty.clone())),
        )
    }
}

impl Attribute {
    /// An attribute that must be given.
    #[must_use]
    pub fn required(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Attribute {
            name,
            ty,
            required: true,
            optional: false,
            computed: false,
            force_new: false,
            write_only: false,
            compare: Compare::Whole,
            default: None,
            normalise: None,
            doc,
        }
    }

    /// An attribute that may be given.
    #[must_use]
    pub fn optional(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Attribute {
            required: false,
            optional: true,
            ..Attribute::required(name, ty, doc)
        }
    }

    /// An attribute that only the API sets.
    #[must_use]
    pub fn computed(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Attribute {
            required: false,
            computed: true,
            ..Attribute::required(name, ty, doc)
        }
    }

    /// Another value makes another object.
    #[must_use]
    pub fn force_new(mut self) -> Self {
        self.force_new = true;
        self
    }

    /// The API gives it a value when the configuration does not.
    #[must_use]
    pub fn or_computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// What it is when the configuration does not say.
    #[must_use]
    pub fn default(mut self, value: Value) -> Self {
        self.default = Some(value);
        self
    }

    /// Compared only in the parts that we set.
    #[must_use]
    pub fn owned(mut self) -> Self {
        self.compare = Compare::Owned;
        self
    }

    /// Sent, never stored.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Brought to its one form by `normalise`.
    #[must_use]
    pub fn normalised(mut self, normalise: fn(Value) -> Result<Value, String>) -> Self {
        self.normalise = Some(normalise);
        self
    }
}

/// All kinds that there are. A data kind and a managed one may share a name.
#[derive(Clone, Default)]
pub struct Kinds {
    managed: BTreeMap<&'static str, Arc<dyn Kind>>,
    data: BTreeMap<&'static str, Arc<dyn Kind>>,
}

impl Kinds {
    /// Adds a kind.
    pub fn add(&mut self, kind: Arc<dyn Kind>) {
        let schema = kind.schema();
        let name = schema.kind;
        if schema.data {
            self.data.insert(name, kind)
        } else {
            self.managed.insert(name, kind)
        };
    }

    /// The managed kind `name`.
    #[must_use]
    pub fn managed(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.managed.get(name)
    }

    /// The data kind `name`.
    #[must_use]
    pub fn data(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.data.get(name)
    }

    /// The names of all managed kinds, or of all data kinds, sorted.
    pub fn names(&self, data: bool) -> impl Iterator<Item = &'static str> + '_ {
        if data { &self.data } else { &self.managed }.keys().copied()
    }
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kinds")
            .field("managed", &self.managed.keys())
            .field("data", &self.data.keys())
            .finish()
    }
}
