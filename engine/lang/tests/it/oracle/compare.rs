//! Both sides answer the same expressions.

use std::collections::BTreeMap;

use meshform_lang::{Diagnostics, Sources, Type, Value, parse_expression};
use serde_json::Value as Json;

use super::excuse::{Excuse, excuse, null_mark};
use super::generate::Generator;
use super::names::{names, sure};
use super::reference::Reference;
use super::wire::{encode, settled};
use super::worlds::{WORLDS, world};
use crate::support::{Names, asked};

/// The expressions of a run of CI; each run has the same unless the environment says otherwise.
const SEED: u64 = 20_260_711;
const EXPRESSIONS: usize = 6_000;

fn ours(names: &Names, text: &str) -> Result<Value, Diagnostics> {
    let mut sources = Sources::default();
    let id = sources.add("oracle", text);
    parse_expression(&sources, id)?.evaluate(names)
}

/// How two answers compare before any excuse.
enum Compared {
    Same,
    Refused,
    /// The reference broke.
    Broken,
    Differ,
}

fn compared(ours: &Result<Value, Diagnostics>, theirs: &Json) -> Compared {
    match (ours, theirs.get("value")) {
        _ if theirs.get("panic").is_some() => Compared::Broken,
        (Err(_), None) => Compared::Refused,
        (Ok(ours), Some(theirs)) if settled(&encode(ours)) == settled(theirs) => Compared::Same,
        _ => Compared::Differ,
    }
}

fn shown(text: &str, ours: &Result<Value, Diagnostics>, theirs: &Json) -> String {
    let ours = match ours {
        Ok(ours) => encode(ours).to_string(),
        Err(found) => format!("{:?}", found.0.iter().map(|one| &one.detail).collect::<Vec<_>>()),
    };
    format!("{text}\n    ours   {ours}\n    theirs {theirs}")
}

/// `ORACLE_SEED` asks for other expressions.
fn seed() -> u64 {
    asked("ORACLE_SEED").map_or(SEED, |seed| seed.parse().unwrap())
}

/// An expression on which the two sides differ.
struct Difference {
    text: String,
    ours: Result<Value, Diagnostics>,
    theirs: Json,
    /// What comes of it in each world, by both.
    later: Vec<(Result<Value, Diagnostics>, Json)>,
}

impl Difference {
    /// Why it is meant; else what is wrong.
    fn excuse(&self) -> Result<Excuse, String> {
        // When all is known, there is no other excuse than this.
        let null = |ours: &Result<Value, Diagnostics>, theirs: &Json| match (ours, theirs.get("value")) {
            (Ok(ours), Some(theirs)) => null_mark(&settled(&encode(ours)), &settled(theirs)),
            _ => false,
        };
        for (world, (ours, theirs)) in self.later.iter().enumerate() {
            if matches!(compared(ours, theirs), Compared::Differ) && !null(ours, theirs) {
                return Err(shown(&format!("in world {world}"), ours, theirs));
            }
        }
        if null(&self.ours, &self.theirs) {
            return Ok(Excuse::Null);
        }
        let later: Vec<&Json> = self.later.iter().map(|(_, theirs)| theirs).collect();
        excuse(&self.ours, &self.theirs, &later).or_else(|why| {
            let sets = ["half_set", "half_sizes", "toset("];
            let is_less = why.is_less && sets.iter().any(|set| self.text.contains(set));
            if is_less { Ok(Excuse::Count) } else { Err(why.text) }
        })
    }
}

/// What the comparison of many expressions gave.
#[derive(Debug, Default)]
struct Outcome {
    same: usize,
    refused: usize,
    broken: usize,
    excused: BTreeMap<Excuse, usize>,
    meant: Vec<String>,
    differ: Vec<String>,
}

/// Asks both sides for the values of `texts`.
fn outcome(texts: &[String]) -> Outcome {
    let mut reference = Reference::start();
    let names = names();
    let answers = reference.answers(&names, texts.iter());
    assert_eq!(answers.len(), texts.len());
    let mut out = Outcome::default();
    let mut rest = Vec::new();
    for (text, theirs) in texts.iter().zip(answers) {
        let ours = ours(&names, text);
        match compared(&ours, &theirs) {
            Compared::Same => out.same += 1,
            Compared::Refused => out.refused += 1,
            Compared::Broken => out.broken += 1,
            Compared::Differ => rest.push(Difference {
                text: text.clone(),
                ours,
                theirs,
                later: Vec::new(),
            }),
        }
    }
    for number in 0..WORLDS {
        let names = world(number);
        let answers = reference.answers(&names, rest.iter().map(|one| &one.text));
        for (one, theirs) in rest.iter_mut().zip(answers) {
            one.later.push((ours(&names, &one.text), theirs));
        }
    }
    reference.end();
    for one in &rest {
        match one.excuse() {
            Ok(excuse) => {
                out.meant.push(format!(
                    "{excuse:?}: {}",
                    shown(&one.text, &one.ours, &one.theirs)
                ));
                *out.excused.entry(excuse).or_default() += 1;
            }
            Err(why) => out
                .differ
                .push(format!("{}\n    {why}", shown(&one.text, &one.ours, &one.theirs))),
        }
    }
    out
}

#[test]
fn generated_expressions_have_the_values_of_the_reference() {
    let mut generator = Generator::new(seed());
    let texts: Vec<String> = (0..EXPRESSIONS).map(|_| generator.next()).collect();
    let Outcome {
        same,
        refused,
        broken,
        excused,
        meant,
        differ,
    } = outcome(&texts);
    println!(
        "{}\n{} expressions: {same} have the same value, {refused} are refused by both, {broken} broke the reference, meant to \
         differ: {excused:?}",
        meant.join("\n"),
        texts.len(),
    );
    assert!(
        differ.is_empty(),
        "{} differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
    // Most must have a value, else the run says little, and few need an excuse.
    assert!(same >= texts.len() / 2, "only {same} have the same value");
    assert!(
        meant.len() <= texts.len() / 20,
        "{} are meant to differ",
        meant.len()
    );
    assert!(broken <= texts.len() / 100, "{broken} broke the reference");
}

/// One expression for each excuse, which it needs.
#[test]
fn each_excuse_is_needed() {
    for (text, wanted) in [
        ("sure_list[-1]", Excuse::Early),
        ("later_truth ? nobody : upper([])", Excuse::Early),
        (
            "setunion([1], [for k, v in { (sure_text) = 1 } : k])",
            Excuse::Refuted,
        ),
        ("part_secret[half_list[0]]", Excuse::Secrecy),
        ("try(secret_items[later_number], 1)", Excuse::Secrecy),
        ("secret_items[later_thing.a]", Excuse::Cautious),
        ("toset([sensitive(null), \"z\"])", Excuse::Null),
        ("tonumber(sure_text)", Excuse::Sharper),
        ("tomap(later_thing)", Excuse::Sharper),
        (
            "setintersection(range(1), [for v in later_list : [v]])",
            Excuse::Open,
        ),
        ("length([for v in half_set : v]) > 7", Excuse::Count),
        ("[1, 2][length([for v in half_set : v]) + 9]", Excuse::Count),
        (
            "[null, part_secret.a][half_map.b + half_map.a * 0 + 1e3]",
            Excuse::Doomed,
        ),
    ] {
        let out = outcome(&[text.to_owned()]);
        assert_eq!(out.excused, BTreeMap::from([(wanted, 1)]), "{text}: {out:?}");
    }
}

/// What is not so in a world has no excuse, nor has a difference when all is known.
#[test]
fn a_mistake_of_ours_has_no_excuse() {
    let mut reference = Reference::start();
    let later = Type::Number;
    for (text, wrong) in [
        ("later_number", Value::int(1)),
        ("sure_text", Value::later(Type::Number)),
        ("later_number", sure(Type::Number)),
        ("secret_later", Value::later(Type::String)),
        ("later_truth ? 1 : 2", Value::Null(later)),
        ("half_list", Value::later(Type::Any)),
        ("1 + 1", Value::int(3)),
    ] {
        let texts = [text.to_owned()];
        let theirs = reference.answers(&names(), texts.iter()).remove(0);
        let later: Vec<Json> = (0..WORLDS)
            .flat_map(|number| reference.answers(&world(number), texts.iter()))
            .collect();
        let later: Vec<&Json> = later.iter().collect();
        let found = excuse(&Ok(wrong), &theirs, &later);
        assert!(found.is_err(), "{text}: {found:?}");
        // Nor has a failure of what has a value in some world.
        let failed = ours(&names(), "nobody");
        assert!(excuse(&failed, &theirs, &later).is_err(), "{text}");
    }
    reference.end();
}
