//! No mistake tells anything of what is secret, nor of what is made of it.

use std::collections::BTreeSet;

use meshform_lang::{Diagnostic, Type, Value};

use crate::support::{Dice, Names};

/// Parts of these are in no message by chance.
const CANARY: &str = "Kw7Zq9Xv-Tn4Rb2Ly";
const NUMBER: i64 = 7_351_928_460;

/// What is made of the secret text: `#s`.
const TEXTS: &[&str] = &[
    "pw",
    "pw",
    "upper(#s)",
    "lower(#s)",
    "title(#s)",
    "strrev(#s)",
    "replace(#s, \"-\", \"_\")",
    "split(\"-\", #s)[0]",
    "split(\"-\", #s)[1]",
    "substr(#s, 0, 6)",
    "substr(#s, 4, -1)",
    "base64encode(#s)",
    "urlencode(#s)",
    "md5(#s)",
    "\"x${#s}\"",
    "\"1${#s}\"",
    "\"!${#s} x\"",
    "\"[${#s}\"",
    "\"%${#s}\"",
    "\"$${${#s}}\"",
    "\"\\\"${#s}\"",
    "\"%{ for p in [#s] }${p}%{ endfor }\"",
    "join(\"/\", [#s, \"a\"])",
    "format(\"%s:\", #s)",
    "jsonencode({ k = #s })",
    "trimspace(#s)",
    "try(#s, 1)",
    "true ? #s : \"\"",
    "[#s, \"a\"][0]",
    "{ k = #s }.k",
    "keys({ (#s) = 1 })[0]",
    "[for v in { k = #s } : v][0]",
    "[for p in split(\"\", #s) : p][0]",
    "vault.user",
    "vault[\"Kw7Zq9Xv\"]",
    "half.a",
    "items[0]",
    "one([#s])",
    "values(vault)[0]",
    "tostring(digits)",
    "pins[\"Kw7Zq9Xv\"]",
];

/// Anything secret: `#a`.
const VALUES: &[&str] = &[
    "#s",
    "#s",
    "#s",
    "digits",
    "vault",
    "pins",
    "half",
    "items",
    "[#s, #s]",
    "{ (#s) = #s }",
    "{ (#s) = { (#s) = 1 } }",
    "toset([#s, \"a\"])",
    "tolist([{ (#s) = 1 }])",
    "tomap({ k = #s })",
    "tomap({ (#s) = 1 })",
    "split(\"-\", #s)",
    "regexall(\"..\", #s)",
    "[for k, v in { (#s) = 1 } : k]",
    "{ for p in split(\"-\", #s) : p => p }",
];

/// What mostly fails. `#f` is something that fails inside.
const FAILING: &[&str] = &[
    "parseint(#s, 10)",
    "timeadd(\"2024-01-31T00:00:00Z\", #s)",
    "timeadd(#s, \"1h\")",
    "timecmp(#s, #s)",
    "formatdate(\"YYYY\", #s)",
    "formatdate(#s, \"2024-01-31T00:00:00Z\")",
    "formatdate(\"'${#s}\", \"2024-01-31T00:00:00Z\")",
    "cidrsubnet(#s, 1, 1)",
    "cidrhost(#s, 1)",
    "cidrnetmask(#s)",
    "cidrsubnets(#s, 1)",
    "textencodebase64(\"a\", #s)",
    "textdecodebase64(#s, \"UTF-8\")",
    "base64decode(#s)",
    "base64gzip(#a)",
    "yamldecode(#s)",
    "jsondecode(#s)",
    "csvdecode(\"${#s}\\n\\\"${#s}\")",
    "csvdecode(\"a,a${#s},a${#s}\\n1\")",
    "urldecode(#s)",
    "templatestring(#s, {})",
    "templatestring(#s, { k = 1 })",
    "templatestring(\"$${parseint(upper(v), 10)}\", { v = #s })",
    "templatestring(\"$${v.x}\", { v = #a })",
    "templatestring(\"$${v.x}$${y}\", { v = #a })",
    "templatestring(\"$${[for e in v : e.x]}\", { v = #a })",
    "templatestring(\"$${Kw7.x}\", { (#s) = 1 })",
    "templatestring(\"$${user.x}\", vault)",
    "templatestring(\"$${parseint(user, 10)}\", vault)",
    "format(#s, 1)",
    "format(\"%d\", #a)",
    "format(\"%d %s\", 1, #a, 2, 3)",
    "formatlist(\"%d\", [#s])",
    "formatlist(\"%s%s\", [1, 2], split(\"-\", \"a${#s}\"), [1])",
    "regex(#s, \"a\")",
    "regex(\"(${#s}\", \"a\")",
    "regexall(\"[${#s}\", #s)",
    "replace(\"a\", \"/(${#s}/\", \"x\")",
    "regex(\"nothing\", #s)",
    "file(#s)",
    "fileset(#s, \"(\")",
    "abs(#a)",
    "max(1, #s)",
    "max(#a...)",
    "upper(#a...)",
    "lookup(vault, #s)",
    "lookup({ a = 1 }, #s)",
    "lookup(tomap({ a = 1 }), \"b\", #s)",
    "tonumber(#s)",
    "tobool(#a)",
    "tolist(#a)",
    "tomap(#a)",
    "tomap({ a = #s, b = [] })",
    "toset([#s, {}])",
    "zipmap([#s], [1, 2])",
    "zipmap([#a], [1])",
    "merge(#a, 1)",
    "index([1], #s)",
    "element(#a, 0)",
    "slice(#a, 1, 99)",
    "one(#a)",
    "sum(#a)",
    "range(#s)",
    "chunklist(#a, -1)",
    "coalesce(#a, [])",
    "matchkeys([1], [#s], [[]])",
    "setproduct(#a, 1)",
    "setunion([#a], [{}])",
    "transpose({ a = #s })",
    "nothing(#a)",
    "#a.x",
    "#a.kw7zq9x",
    "#a[0].x",
    "#a[\"x\"]",
    "#a[99]",
    "#a[#a]",
    "{ a = 1 }[#s]",
    "{ Kw7Zq9X = 1 }[#s]",
    "[1, 2][#s]",
    "[1][digits]",
    "plain[#a]",
    "plain[*][#s]",
    "#a + 1",
    "-#a",
    "!#a",
    "#a && true",
    "#a < 1",
    "\"${#a}\"",
    "\"%{ if #a }a%{ endif }\"",
    "\"%{ for k, v in #a }${v.x}${k.x}%{ endfor }\"",
    "#a ? 1 : 2",
    "true ? #a : [1]",
    "true ? { a = #a } : { a = [#a], b = [1] }",
    "{ (#a) = 1 }",
    "[for v in #a : v.x]",
    "[for k, v in #a : k.x]",
    "[for v in #a : { a = 1 }[v]]",
    "[for v in #a : [for w in [v] : w.x]]",
    "[for v in #a : [v][*].x]",
    "[for v in #a : v if v]",
    "[for v in #a : parseint(upper(v), 10)]",
    "{ for k, v in #a : v => k if k }",
    "{ for k, v in #a : k => k.x... }",
    "{ for k, v in [1, 2] : #s => v }",
    "{ for v in [#s, #s] : v => v }",
    "{ for v in split(\"-\", \"a-a-${#s}\") : v => upper([v]) }",
    "[for v in [[#s]] : v[*].x]",
    "#a[*].x",
    "#a[*][7]",
    "#a.*.x",
    "try(#f, #f)",
    "[#f, #f]",
    "{ a = #f }",
    "upper(#f)",
    "[for v in #a : #f]",
    "true ? #f : 1",
    "\"a${#f}\"",
    "(#f)",
];

fn expand(template: &str, depth: usize, dice: &mut Dice) -> String {
    let mut parts = template.split('#');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (wanted, rest) = part.split_at(1);
        let (templates, leaf) = match wanted {
            "s" => (TEXTS, "pw"),
            "a" => (VALUES, "pw"),
            _ => (FAILING, "pw.x"),
        };
        let made = if depth == 0 {
            leaf.to_owned()
        } else {
            expand(dice.pick(templates), depth - 1, dice)
        };
        out.push_str(&made);
        out.push_str(rest);
    }
    out
}

fn names() -> Names {
    let text = || Value::from(CANARY);
    let number = || Value::int(NUMBER);
    let (first, _) = CANARY.split_once('-').unwrap();
    Names::new([
        ("pw", text().into_secret()),
        ("digits", number().into_secret()),
        (
            "vault",
            Value::object([("user".into(), text()), (first.into(), text())]).into_secret(),
        ),
        (
            "pins",
            Value::map(Type::Number, [(first.into(), number())].into()).into_secret(),
        ),
        (
            "half",
            Value::object([("a".into(), text().into_secret()), ("b".into(), Value::int(1))]),
        ),
        (
            "items",
            Value::list(Type::String, vec![text().into_secret(), Value::from("b")]),
        ),
        ("plain", Value::object([("a".into(), Value::int(1))])),
    ])
}

const PART: usize = 4;

/// All that would tell of the secrets, in lower case.
fn telling() -> BTreeSet<String> {
    let plain = Names::new([("pw", Value::from(CANARY)), ("n", Value::int(NUMBER))]);
    let mut texts: Vec<String> = ["pw", "strrev(pw)", "md5(pw)", "tostring(n)"]
        .map(|text| plain.evaluate(text).unwrap().as_str().unwrap().to_owned())
        .into();
    for before in ["", "a", "aa"] {
        for case in ["pw", "upper(pw)", "lower(pw)"] {
            let encoded = plain
                .evaluate(&format!("base64encode(\"{before}${{{case}}}\")"))
                .unwrap();
            // What stands beside the secret is told in the first and last letters.
            let encoded = encoded.as_str().unwrap();
            texts.push(encoded[4..encoded.len() - 4].to_owned());
        }
    }
    let windows = texts.iter().flat_map(|text| {
        let letters: Vec<char> = text.to_lowercase().chars().collect();
        let parts: Vec<String> = letters.windows(PART).map(|part| part.iter().collect()).collect();
        parts
    });
    windows.collect()
}

/// All of what is told to the user.
fn told(found: &Diagnostic) -> String {
    let mut all = vec![found.summary.clone(), found.detail.clone()];
    all.extend(found.hint.clone());
    all.extend(found.related.iter().map(|one| one.label.clone()));
    for note in &found.values {
        all.extend([note.traversal.clone(), note.statement.clone()]);
    }
    all.join("\n")
}

fn leaks(text: &str, names: &Names, telling: &BTreeSet<String>) -> Option<String> {
    let found = names.evaluate(text).err()?;
    for one in &found.0 {
        let told = told(one).to_lowercase();
        // What is written in the expression is no secret.
        let leak =
            |part: &&String| told.contains(part.as_str()) && !text.to_lowercase().contains(part.as_str());
        if let Some(part) = telling.iter().find(leak) {
            return Some(format!("{text}\n    tells `{part}`: {told}"));
        }
    }
    None
}

#[test]
fn no_mistake_tells_of_a_secret() {
    let (names, telling) = (names(), telling());
    let mut dice = Dice::new(20_261_126);
    let mut found = Vec::new();
    let mut failed = 0;
    let mut texts: Vec<String> = FAILING
        .iter()
        .map(|template| expand(template, 1, &mut dice))
        .collect();
    texts.extend((0..6_000).map(|_| {
        let depth = 1 + dice.below(3);
        expand(dice.pick(FAILING), depth, &mut dice)
    }));
    for text in &texts {
        failed += usize::from(names.evaluate(text).is_err());
        found.extend(leaks(text, &names, &telling));
    }
    assert!(found.is_empty(), "{} tell:\n{}", found.len(), found.join("\n"));
    assert!(failed > texts.len() / 2, "only {failed} fail");
}

/// What such a test looks for is found where it is told.
#[test]
fn what_is_no_secret_is_told() {
    let telling = telling();
    let open = Names::new([("pw", Value::from(CANARY))]);
    for text in [
        "parseint(pw, 10)",
        "parseint(upper(pw), 10)",
        "parseint(strrev(pw), 10)",
        "parseint(\"x${base64encode(\"ab${pw}\")}!\", 10)",
        "[for v in [pw] : v.x]",
        "{ a = 1 }[substr(pw, 0, 6)]",
    ] {
        assert!(leaks(text, &open, &telling).is_some(), "{text}");
    }
}

/// A mistake that has nothing to do with what is secret is told in full.
#[test]
fn what_else_is_wrong_is_told_beside_a_secret() {
    let names = names();
    for (text, wanted) in [
        (
            "merge(half, \"x\")",
            "a map or an object is required, but this is a string",
        ),
        (
            "templatestring(\"a\\n$${foo}\", { v = pw })",
            "there is no variable `foo`",
        ),
        (
            "templatestring(\"$${v}\\n$${lenght(v)}\", { v = pw })",
            "There is no function `lenght`",
        ),
        ("[for v in vault : lenght(v)]", "There is no function `lenght`"),
        (
            "parseint(upper(pw), 10)",
            "`number` of `parseint`: the reason is not told",
        ),
        ("[for v in pins : v.x]", "which has no attributes"),
    ] {
        let found = names.evaluate(text).unwrap_err();
        assert!(told(&found.0[0]).contains(wanted), "{text}: {:?}", found.0[0]);
    }
}

/// Of what `for` makes of a secret collection, the collection is secret and its parts are not.
#[test]
fn marks_are_of_the_whole_only() {
    let names = names();
    for text in [
        "nonsensitive([for v in pins : v])",
        "nonsensitive({ for k, v in pins : k => v })",
        "nonsensitive(tolist(items)[*])",
        "nonsensitive([for v in vault : try(v.x, issensitive(v))])",
    ] {
        let whole = text
            .strip_prefix("nonsensitive(")
            .unwrap()
            .strip_suffix(')')
            .unwrap();
        let value = names.evaluate(text).unwrap();
        if text.contains("items") {
            assert!(!matches!(names.evaluate(whole).unwrap(), Value::Secret(_)));
            continue;
        }
        assert!(
            matches!(names.evaluate(whole).unwrap(), Value::Secret(_)),
            "{whole}"
        );
        assert!(!value.has_secret(), "{text}: {value:?}");
    }
}
