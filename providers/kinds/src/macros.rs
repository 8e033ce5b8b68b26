//! One definition of a kind: its struct, its schema and the codec between them.

/// Defines a kind.
///
/// ```
/// use std::collections::BTreeMap;
/// use meshform_kinds::{Spec, kind};
///
/// kind! {
///     /// A queue.
///     pub struct Queue: managed "acme_queue" in Aws {
///         /// Its name, unique in the region.
///         name: String => required.force_new(),
///         /// How long a message may wait.
///         delay_seconds: i64 => optional.default(meshform_state::Value::int(0)),
///         /// Tags.
///         tags: BTreeMap<String, String> => optional,
///         /// What the API calls it.
///         id: Option<String> => computed,
///     }
/// }
///
/// assert_eq!(Queue::schema().kind, "acme_queue");
/// assert_eq!(Queue::schema().attributes[0].doc, "Its name, unique in the region.");
/// ```
///
/// A field stands for the attribute of its name (`r#type` for `type`); its Rust type ([`Field`](crate::Field)) gives
/// the attribute's type, its doc comment the schema's sentence. After `=>` stands a constructor of
/// [`Attribute`](meshform_engine::Attribute) and any of its builder methods. `data` instead of `managed` makes a data
/// kind. The kind's own knowledge is an `impl Rules`, which may be empty.
#[macro_export]
macro_rules! kind {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $spec:ident : $mode:ident $kind:literal in $home:ident {
            $(
                $(#[doc = $doc:literal])+
                $field:ident : $ty:ty => $base:ident $( . $method:ident ( $($argument:expr),* $(,)? ) )*
            ),* $(,)?
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        $vis struct $spec {
            $( $(#[doc = $doc])+ pub $field: $ty, )*
        }

        impl $crate::Spec for $spec {
            fn schema() -> &'static $crate::hidden::Schema {
                static SCHEMA: ::std::sync::LazyLock<$crate::hidden::Schema> = ::std::sync::LazyLock::new(|| {
                    let attributes = ::std::vec![
                        $(
                            $crate::hidden::Attribute::$base(
                                $crate::hidden::name(stringify!($field)),
                                <$ty as $crate::Field>::ty(),
                                $crate::hidden::sentence(concat!($($doc),+)),
                            ) $( . $method ( $($argument),* ) )*,
                        )*
                    ];
                    let mut schema = $crate::hidden::Schema::new($kind, $crate::hidden::Home::$home, attributes);
                    schema.data = $crate::kind!(@data $mode);
                    schema
                });
                &SCHEMA
            }

            fn from_object(object: &$crate::hidden::Object) -> ::std::result::Result<Self, $crate::CodecError> {
                let mut values = object.fields.iter();
                Ok(Self { $( $field: $crate::hidden::take(&mut values, $kind, stringify!($field))?, )* })
            }

            fn to_object(&self) -> $crate::hidden::Object {
                $crate::hidden::Object { fields: ::std::boxed::Box::new([ $( $crate::Field::to_value(&self.$field), )* ]) }
            }
        }
    };
    (@data managed) => { false };
    (@data data) => { true };
}

/// Defines a struct that stands for an object inside an attribute. Its fields are as in [`kind!`], without `=>`: a
/// member that may be missing is an `Option` or a collection.
#[macro_export]
macro_rules! nested {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $name:ident {
            $( $(#[doc = $doc:literal])+ $field:ident : $ty:ty ),* $(,)?
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        $vis struct $name {
            $( $(#[doc = $doc])+ pub $field: $ty, )*
        }

        impl $crate::Field for $name {
            fn ty() -> $crate::hidden::Type {
                $crate::hidden::Type::object([
                    $( ($crate::hidden::Str::from($crate::hidden::name(stringify!($field))), <$ty as $crate::Field>::ty()), )*
                ])
            }

            fn from_value(value: &$crate::hidden::Value) -> ::std::result::Result<Self, $crate::FieldError> {
                match value.reveal().0 {
                    $crate::hidden::Value::Later(_) => return Err($crate::FieldError::Later),
                    $crate::hidden::Value::Null(_) => return Err($crate::FieldError::Missing),
                    $crate::hidden::Value::Object(_) | $crate::hidden::Value::Map(_) => {}
                    _ => return Err($crate::FieldError::Type(<Self as $crate::Field>::ty())),
                }
                Ok(Self { $( $field: $crate::hidden::member(value, stringify!($field))?, )* })
            }

            fn to_value(&self) -> $crate::hidden::Value {
                $crate::hidden::Value::object([
                    $( ($crate::hidden::Str::from($crate::hidden::name(stringify!($field))), $crate::Field::to_value(&self.$field)), )*
                ])
            }
        }
    };
}
