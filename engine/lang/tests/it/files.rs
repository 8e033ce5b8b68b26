//! Functions that read files or take moments: only through what the scope gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{
    Diagnostics, Files, Range, Resolved, Scope, Sources, Str, Traversal, Type, Value, parse_expression,
};

use crate::support::Names;

/// Files in memory.
struct Memory(BTreeMap<&'static str, &'static [u8]>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.0
            .get(path)
            .map(|bytes| Arc::from(*bytes))
            .ok_or_else(|| format!("there is no file `{path}`"))
    }

    fn list(&self, folder: &str, pattern: &str) -> Result<Vec<String>, String> {
        assert_eq!((folder, pattern), (".", "*.txt"));
        Ok(self
            .0
            .keys()
            .filter(|path| path.ends_with(".txt"))
            .map(|path| (*path).to_owned())
            .collect())
    }

    fn folder(&self) -> &str {
        "/mesh"
    }
}

struct World {
    names: Names,
    files: Memory,
}

impl Scope for World {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        self.names.resolve(traversal)
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn plan_timestamp(&self) -> Option<Str> {
        Some("2026-01-02T03:04:05Z".into())
    }
}

fn evaluate(text: &str) -> Result<Value, Diagnostics> {
    let names = [
        ("later", Value::later(Type::String)),
        ("secret", Value::from("s3cret").into_secret()),
    ];
    let files: [(&str, &[u8]); 5] = [
        ("a.txt", b"hello\n"),
        ("t.tpl", b"%{ for n in names ~}\n- ${upper(n)}\n%{ endfor ~}\n"),
        ("bad.tpl", b"x\n  ${nmaes}"),
        ("self.tpl", b"${templatefile(\"self.tpl\", {})}"),
        ("bin", b"\xff\xfe"),
    ];
    let world = World {
        names: Names::new(names),
        files: Memory(files.into_iter().collect()),
    };
    let mut sources = Sources::default();
    let source = sources.add("test", text);
    parse_expression(&sources, source)?.evaluate(&world)
}

#[test]
fn files_are_read_through_the_scope() {
    assert_eq!(evaluate("file(\"a.txt\")").unwrap(), Value::from("hello\n"));
    assert_eq!(evaluate("filebase64(\"bin\")").unwrap(), Value::from("//4="));
    assert_eq!(
        evaluate("filemd5(\"a.txt\")").unwrap(),
        Value::from("b1946ac92492d2347c6235b4d2611184")
    );
    assert_eq!(
        evaluate("[fileexists(\"a.txt\"), fileexists(\"b\")]")
            .unwrap()
            .items()
            .unwrap()[1],
        Value::Bool(false)
    );
    assert_eq!(
        evaluate("fileset(\".\", \"*.txt\")").unwrap().items().unwrap(),
        [Value::from("a.txt")]
    );
    assert_eq!(evaluate("abspath(\"x/../y\")").unwrap(), Value::from("/mesh/y"));
    assert!(
        evaluate("file(\"bin\")").unwrap_err().0[0]
            .detail
            .contains("no UTF-8 text")
    );
    assert!(
        evaluate("file(\"none\")").unwrap_err().0[0]
            .detail
            .contains("there is no file `none`")
    );
}

#[test]
fn templates_see_their_variables_only() {
    let text = "templatefile(\"t.tpl\", { names = [\"a\", \"b\"] })";
    assert_eq!(evaluate(text).unwrap(), Value::from("- A\n- B\n"));
    let text = "templatefile(\"t.tpl\", { names = [\"a\", later] })";
    assert_eq!(evaluate(text).unwrap().ty(), Type::String);
    let text = "templatefile(\"t.tpl\", { names = [\"a\", secret] })";
    assert!(matches!(evaluate(text).unwrap(), Value::Secret(_)));
    let found = evaluate("templatefile(\"bad.tpl\", { names = [] })").unwrap_err();
    assert!(
        found.0[0].detail.starts_with("Invalid value for `vars`"),
        "{found:?}"
    );
    assert!(found.0[0].detail.contains("bad.tpl:2:5"), "{found:?}");
    assert!(found.0[0].detail.contains("did you mean `names`?"), "{found:?}");
    assert!(evaluate("templatefile(\"self.tpl\", {})").is_err());
    assert_eq!(
        evaluate("templatestring(\"$${x}!\", { x = 1 })").unwrap(),
        Value::from("1!")
    );
}

#[test]
fn moments_and_chance_are_inputs_or_later() {
    assert_eq!(
        evaluate("plantimestamp()").unwrap(),
        Value::from("2026-01-02T03:04:05Z")
    );
    for text in ["timestamp()", "uuid()", "bcrypt(\"x\")"] {
        assert!(matches!(evaluate(text).unwrap(), Value::Later(_)), "{text}");
    }
    assert_eq!(evaluate("uuid() == \"x\"").unwrap().ty(), Type::Bool);
}

/// A scope while things are done.
struct Run;

impl Scope for Run {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        Names::new([]).resolve(traversal)
    }

    fn now(&self) -> Option<Str> {
        Some("2026-01-02T03:04:05Z".into())
    }

    fn chance(&self, place: Range) -> Option<[u8; 16]> {
        Some([u8::try_from(place.start).unwrap(); 16])
    }
}

#[test]
fn moments_and_chance_are_known_once_things_are_done() {
    let evaluate = |text: &str| {
        let mut sources = Sources::default();
        let source = sources.add("test", text);
        parse_expression(&sources, source).and_then(|expr| expr.evaluate(&Run))
    };
    assert_eq!(
        evaluate("timestamp()").unwrap(),
        Value::from("2026-01-02T03:04:05Z")
    );
    assert_eq!(
        evaluate("templatestring(\"$${uuid()}\", {})").unwrap(),
        Value::from("02020202-0202-4202-8202-020202020202")
    );
    let hashed = evaluate("bcrypt(\"secret\", 4)").unwrap();
    let hashed = hashed.as_str().unwrap();
    assert!(
        hashed.starts_with("$2a$04$") && bcrypt::verify("secret", hashed).unwrap(),
        "{hashed}"
    );
    for text in [
        "bcrypt(\"x\", 3)",
        "bcrypt(\"x\", 17)",
        "bcrypt(join(\"\", range(100)))",
    ] {
        assert!(evaluate(text).is_err(), "{text}");
    }
}
