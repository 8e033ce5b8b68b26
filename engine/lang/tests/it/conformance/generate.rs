//! Expressions of known values, mostly calls with odd arguments, the same ones for the same seed.
//!
//! In a template `#x` stands for one of the pool of that letter, which may hold templates again.

use crate::support::Dice;

use super::pools::{TEXTS, pool};

const TEMPLATES: &[&str] = &[
    "#n + #n",
    "#n - #n",
    "#n * #n",
    "#n / #n",
    "#n % #n",
    "-#n",
    "#n < #n",
    "#n == #n",
    "#a == #a",
    "#a != #a",
    "#b ? #a : #a",
    "#b && #b",
    "!#b",
    "\"${#a}\"",
    "\"<${#s}|${#n}>\"",
    "[for v in #L : v]",
    "{for k, v in #o : k => v}",
    "[for k, v in #L : \"${k}=${v}\"]",
    "{for v in #l : v => upper(v)...}",
    "#L[#i]",
    "#L[*]",
    "#o[#s]",
    "abs(#n)",
    "ceil(#n)",
    "floor(#n)",
    "signum(#i)",
    "log(#n, 10)",
    "pow(#n, #j)",
    "min(#n, #n)",
    "max(#n, #n, #n)",
    "parseint(#s, #i)",
    "parseint(tostring(#i), 10)",
    "sum([#n, #n])",
    "sum(#L)",
    "range(#i)",
    "range(#i, #i)",
    "range(#i, #i, #n)",
    "tonumber(#s)",
    "tonumber(\"${#n}\")",
    "tostring(#n)",
    "tostring(#a)",
    "tobool(#a)",
    "tolist(#a)",
    "toset(#a)",
    "tomap(#a)",
    "format(#V, #k)",
    "format(#V, #n)",
    "format(#V, #s)",
    "format(#V, #k, #k)",
    "format(\"%[2]v %[1]v\", #k, #k)",
    "format(\"%*d\", #i, #i)",
    "formatlist(#V, #L)",
    "formatlist(#V, #l, #l)",
    "formatlist(\"%s-%s\", #l, #s)",
    "formatdate(#F, #T)",
    "timeadd(#T, #D)",
    "timecmp(#T, #T)",
    "cidrhost(#C, #n)",
    "cidrnetmask(#C)",
    "cidrsubnet(#C, #j, #j)",
    "cidrsubnets(#P, #j, #j)",
    "cidrsubnets(#P, 1, 2, 2)",
    "regex(#R, #s)",
    "regexall(#R, #s)",
    "replace(#s, \"/#r/\", #s)",
    "replace(#s, #s, #s)",
    "split(#s, #s)",
    "split(\",\", #s)",
    "join(#s, #l)",
    "join(\",\", #l, #l)",
    "sort(#l)",
    "sort(#L)",
    "substr(#s, #i, #i)",
    "title(#s)",
    "indent(#i, #s)",
    "upper(#s)",
    "lower(#s)",
    "strrev(#s)",
    "chomp(#s)",
    "trim(#s, #s)",
    "trimprefix(#s, #s)",
    "trimsuffix(#s, #s)",
    "trimspace(#s)",
    "startswith(#s, #s)",
    "endswith(#s, #s)",
    "strcontains(#s, #s)",
    "length(#s)",
    "length(#a)",
    "slice(#L, #i, #i)",
    "chunklist(#L, #i)",
    "merge(#o, #o)",
    "merge(#o, null, #o)",
    "setproduct(#L, #L)",
    "setproduct(#l, #L, [#b])",
    "zipmap(#l, #L)",
    "transpose(#o)",
    "flatten(#L)",
    "flatten([#L, [#L], #l])",
    "distinct(#L)",
    "concat(#L, #L)",
    "contains(#L, #a)",
    "index(#L, #a)",
    "element(#L, #j)",
    "element(#l, #j)",
    "lookup(#o, #s, #a)",
    "lookup(#o, #s)",
    "keys(#o)",
    "values(#o)",
    "reverse(#L)",
    "compact(#l)",
    "coalesce(#a, #a)",
    "coalesce(null, #s, #n)",
    "coalescelist(#L, #L)",
    "matchkeys(#l, #l, #l)",
    "one(#L)",
    "setunion(#l, #l)",
    "setintersection(#l, [#n])",
    "setsubtract(#l, #l)",
    "alltrue(#L)",
    "anytrue(#L)",
    "alltrue([#b, #b])",
    "jsonencode(#a)",
    "jsonencode(#o)",
    "jsonencode({ (#s) = #a, n = #n })",
    "jsondecode(#J)",
    "yamlencode(#a)",
    "yamlencode({ (#s) = #a, n = [#n] })",
    "yamldecode(#Y)",
    "jsondecode(jsonencode(#a))",
    "yamldecode(yamlencode(#a))",
    "csvdecode(#X)",
    "base64encode(#s)",
    "base64decode(#B)",
    "textencodebase64(#s, #E)",
    "textdecodebase64(#B, #E)",
    "textdecodebase64(textencodebase64(#s, #E), #E)",
    "urlencode(#s)",
    "md5(#s)",
    "sha1(#s)",
    "base64sha256(#s)",
    "sha512(#s)",
    "uuidv5(\"dns\", #s)",
    "uuidv5(#s, #s)",
    "basename(#s)",
    "dirname(#s)",
    "basename(\"#p\")",
    "dirname(\"#p\")",
    "issensitive(#a)",
    "try(#a[#i], #s)",
    "can(#a[#s])",
    "can(tonumber(#a))",
    "nonsensitive(#a)",
];

/// Makes expressions, one after another.
pub(super) struct Generator {
    dice: Dice,
    next: usize,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Generator {
            dice: Dice::new(seed),
            next: 0,
        }
    }

    /// The next expression: each template has its turn.
    pub(super) fn expression(&mut self) -> String {
        let template = TEMPLATES[self.next % TEMPLATES.len()];
        self.next += 1;
        self.fill(template, 4)
    }

    fn fill(&mut self, template: &str, depth: usize) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find('#') {
            out.push_str(&rest[..at]);
            let letter = rest[at + 1..].chars().next().unwrap();
            if letter.is_alphabetic() {
                let part = self.part(letter, depth);
                out.push_str(&part);
                rest = &rest[at + 2..];
            } else {
                // `%#v`
                out.push('#');
                rest = &rest[at + 1..];
            }
        }
        out + rest
    }

    fn part(&mut self, letter: char, depth: usize) -> String {
        let pool = match letter {
            'a' | 'o' | 'L' | 'l' if depth == 0 => TEXTS,
            _ => pool(letter),
        };
        let chosen = pool[self.dice.below(pool.len())];
        // The texts of formats hold `#` themselves.
        if matches!(letter, 'V' | 's') {
            chosen.to_owned()
        } else {
            self.fill(chosen, depth.saturating_sub(1))
        }
    }
}
