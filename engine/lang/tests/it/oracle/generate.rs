//! Expressions made of templates by the type of their result, so that most of them have a value.
//!
//! In a template `#n` stands for a number, `#s` for a text, `#t` for a truth value, `#l` for a list, set or tuple, `#o`
//! for a map or object, `#a` for anything.

const NUMBERS: &[&str] = &[
    "#n + #n",
    "#n - #n",
    "#n * #n",
    "#n / #n",
    "#n % #n",
    "-#n",
    "(#n)",
    "#t ? #n : #n",
    "abs(#n)",
    "ceil(#n)",
    "floor(#n)",
    "signum(#n)",
    "min(#n, #n)",
    "max(#n, #n, #n)",
    "length(#l)",
    "length(#o)",
    "length(#s)",
    "parseint(#s, 16)",
    "tonumber(#s)",
    "#l[0]",
    "element(#l, #n)",
    "try(#n, #n)",
    "log(#n, 2)",
    "pow(#n, 2)",
    "numbers[#n]",
    "counts[#s]",
    "max([for v in #l : length(v)]...)",
    "#o.a",
    "[#n, sensitive(#n)][#n]",
    "groups[#s][#n]",
    "-(#n * 1e30)",
    "floor(#n / 3)",
    "pow(#n, 0.5)",
    "sensitive(#n)",
    "later_pairs[#n].size",
    "[#n, #n][sensitive(#n)]",
];
const NUMBER_LEAVES: &[&str] = &[
    "0",
    "1",
    "2",
    "7",
    "0.5",
    "1e3",
    "12345678901234567890",
    "n",
    "later_number",
    "sure_number",
    "secret_number",
    "mixed[0]",
    "counts.a",
    "thing.a",
    "numbers[1]",
    "half_map.a",
    "half_thing.a",
    "half_thing.b",
    "part_secret.a",
    "v",
    "thing.c[2]",
    "later_thing.a",
    "secret_list[0]",
    "1e40",
    "0.1",
    "123456789012345678901234567890.5",
    "null_number",
    "later_pairs[0].size",
    "secret_map.a",
];
const TEXTS: &[&str] = &[
    "\"${#s}-${#n}\"",
    "\"a${#a}\"",
    "\"${#s}\"",
    "#t ? #s : #s",
    "upper(#s)",
    "lower(#s)",
    "title(#s)",
    "strrev(#s)",
    "trimspace(#s)",
    "chomp(#s)",
    "join(#s, #l)",
    "format(\"%s/%d\", #s, #n)",
    "format(\"%q %v\", #s, #a)",
    "substr(#s, #n, #n)",
    "trim(#s, #s)",
    "trimprefix(#s, #s)",
    "trimsuffix(#s, \"o\")",
    "indent(2, #s)",
    "jsonencode(#a)",
    "yamlencode(#a)",
    "tostring(#n)",
    "tostring(#t)",
    "try(#s, #a)",
    "words[#n]",
    "labels[#s]",
    "\"%{ if #t }yes ${#s}%{ else }no%{ endif }\"",
    "\"%{ for v in #l }<${v}>%{ endfor }\"",
    "regex(\"[a-z]+\", #s)",
    "\"%{ for k, v in #o ~}\n  ${k} %{ endfor }\"",
    "(#s)",
    "#o.b",
    "<<-EOT\n  a ${#s}\n    b\n  EOT\n",
    "format(\"%05.1f|%-4s|%t\", #n, #s, #t)",
    "keys(#o)[0]",
    "timeadd(\"2024-01-31T00:00:00Z\", \"${#n}h\")",
    "formatdate(\"DD MMM YYYY hh:mm ZZZ\", \"2024-02-03T04:05:06Z\")",
    "split(\",\", #s)[0]",
    "sensitive(#s)",
    "\"%{ if #t }${#s}%{ else }${sensitive(#s)}%{ endif }\"",
    "\"%{ for v in sensitive(#l) }<${v}>%{ endfor }\"",
    "{ a = #s, b = #s }[secret_key]",
    "\"${sensitive(#a)}\"",
    "join(\",\", [#s, sensitive(#s)])",
];
const TEXT_LEAVES: &[&str] = &[
    "\"a\"",
    "\"\"",
    "\"12\"",
    "\"true\"",
    "\"a\\n\\tb\\\"\"",
    "\"$${x} %%{y}\"",
    "\"e\\u0301\"",
    "\" x,y \"",
    "s",
    "k",
    "later_text",
    "sure_text",
    "secret_text",
    "secret_later",
    "null_text",
    "words[0]",
    "thing.b",
    "half_list[0]",
    "secret_items[0]",
    "labels.c",
    "pairs[0].id",
    "secret_key",
    "later_pairs[0].id",
];
const TRUTHS: &[&str] = &[
    "#n == #n",
    "#s == #s",
    "#a == #a",
    "#a != #a",
    "#n < #n",
    "#n >= #n",
    "#n > #n",
    "#n <= #n",
    "!#t",
    "#t && #t",
    "#t || #t",
    "(#t)",
    "#t ? #t : #t",
    "contains(#l, #a)",
    "can(#a)",
    "can(#n)",
    "tobool(#s)",
    "try(#t, #t)",
    "#l == #l",
    "#o == #o",
    "null == #a",
    "length(#l) == #n",
    "#o != null",
    "sensitive(#t)",
    "#t && sensitive(#t)",
    "sensitive(#n) > #n",
    "sensitive(#a) == #a",
    "[#a] == [#a]",
    "#t ? sensitive(#t) : #t",
];
const TRUTH_LEAVES: &[&str] = &[
    "true",
    "false",
    "t",
    "later_truth",
    "sure_truth",
    "secret_truth",
    "mixed[2]",
];
const LISTS: &[&str] = &[
    "[#a, #a]",
    "[#n, #n, #n]",
    "[#s, #s]",
    "[for v in #l : v]",
    "[for k, v in #o : k]",
    "[for k, v in #o : v]",
    "[for v in #l : #a]",
    "[for v in #l : v if #t]",
    "[for k, v in #l : \"${k}=${v}\"]",
    "#l[*]",
    "pairs[*].id",
    "pairs.*.size",
    "#o[*]",
    "concat(#l, #l)",
    "reverse(#l)",
    "distinct(#l)",
    "flatten([#l, #l])",
    "keys(#o)",
    "values(#o)",
    "slice(#l, 0, 1)",
    "chunklist(#l, 2)",
    "range(#n)",
    "range(1, #n)",
    "sort(#l)",
    "compact(#l)",
    "split(#s, #s)",
    "tolist(#l)",
    "toset(#l)",
    "setunion(#l, #l)",
    "setintersection(#l, #l)",
    "setsubtract(#l, #l)",
    "setproduct(#l, #l)",
    "#t ? #l : #l",
    "try(#l, #l)",
    "coalescelist(#l, #l)",
    "regexall(\"[a-z]\", #s)",
    "formatlist(\"%s-%v\", #l, #s)",
    "[for v in pairs : v.size > 1 ? v.id : #s]",
    "jsondecode(jsonencode(#l))",
    "yamldecode(yamlencode(#l))",
    "[[#n], [#s]][*][0]",
    "[for v in #l : [for k in #l : [k, v]]]",
    "[for v in #l : sensitive(v)]",
    "[for v in sensitive(#l) : v]",
    "[for v in #l : v if sensitive(#t)]",
    "sensitive(#l)",
    "[#s, sensitive(#s)]",
    "tolist([#l, #l])",
    "toset([#s, #s])",
    "[#l, #l][*][0]",
    "[for k, v in groups : v]",
    "groups[#s]",
    "concat([#a], #l)",
    "slice(#l, #n, #n)",
    "distinct([#a, #a])",
    "flatten([#l, [#l]])",
    "[#o, #o][*].a",
    "later_pairs[*].id",
];
const LIST_LEAVES: &[&str] = &[
    "[]",
    "[1, 2]",
    "[\"a\", 1, true]",
    "[null]",
    "numbers",
    "words",
    "none",
    "kinds",
    "sizes",
    "mixed",
    "pairs",
    "later_list",
    "sure_list",
    "later_set",
    "half_list",
    "secret_list",
    "secret_items",
    "null_list",
    "thing.c",
    "secret_set",
    "later_pairs",
    "groups.a",
];
const OBJECTS: &[&str] = &[
    "{ a = #a }",
    "{ a = #n, b = #s }",
    "{ (#s) = #a }",
    "{ \"x y\" = #a, \"${#s}\" : #a }",
    "{ for k, v in #o : k => v }",
    "{ for k, v in #o : v => k... }",
    "{ for v in #l : v => #a }",
    "{ for k, v in #l : \"k${k}\" => v if #t }",
    "{ for v in #l : \"x\" => v... }",
    "merge(#o, #o)",
    "zipmap([\"a\", \"b\"], [#a, #a])",
    "zipmap(#l, #l)",
    "tomap(#o)",
    "#t ? #o : #o",
    "try(#o, #o)",
    "jsondecode(jsonencode(#o))",
    "{ a = #o, b = #l }",
    "merge(#o, null)",
    "yamldecode(yamlencode(#o))",
    "{ for k, v in sensitive(#o) : k => v }",
    "{ for k, v in #o : k => sensitive(v) }",
    "{ (sensitive(#s)) = #a }",
    "{ for k, v in #o : k => v if sensitive(#t) }",
    "tomap({ a = #l, b = #l })",
    "tomap({ a = #a, b = #a })",
    "merge(#o, sensitive(#o))",
    "[#o, #o][#n]",
    "#t ? #o : null",
];
const OBJECT_LEAVES: &[&str] = &[
    "{}",
    "counts",
    "labels",
    "nothing",
    "thing",
    "later_map",
    "later_thing",
    "half_map",
    "half_thing",
    "part_secret",
    "pairs[0]",
    "{ a = null }",
    "groups",
    "secret_map",
];
const ANYTHING: &[&str] = &[
    "#n",
    "#s",
    "#t",
    "#l",
    "#o",
    "sensitive(#a)",
    "#t ? #a : #a",
    "try(#a, #a)",
    "#l[#n]",
    "#o[#s]",
    "[#a, #a][#n]",
    "#t ? null : #a",
    "#o.a",
    "sensitive(#o).a",
    "#l[*]",
    "#o[secret_key]",
];
const ANY_LEAVES: &[&str] = &[
    "null",
    "later_any",
    "v",
    "k",
    "nobody",
    "null_text",
    "null_number",
];

/// Makes expressions, the same ones for the same seed.
pub(super) struct Generator {
    state: u64,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Generator { state: seed }
    }

    /// The next expression.
    pub(super) fn next(&mut self) -> String {
        let depth = 1 + self.below(4);
        self.expand("#a", depth)
    }

    /// A number below `limit` (splitmix64).
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn expand(&mut self, template: &str, depth: usize) -> String {
        let mut parts = template.split('#');
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (wanted, rest) = part.split_at(1);
            let made = self.one(wanted, depth);
            out.push_str(&made);
            out.push_str(rest);
        }
        out
    }

    fn one(&mut self, wanted: &str, depth: usize) -> String {
        let (inner, leaves) = match wanted {
            "n" => (NUMBERS, NUMBER_LEAVES),
            "s" => (TEXTS, TEXT_LEAVES),
            "t" => (TRUTHS, TRUTH_LEAVES),
            "l" => (LISTS, LIST_LEAVES),
            "o" => (OBJECTS, OBJECT_LEAVES),
            _ => (ANYTHING, ANY_LEAVES),
        };
        if depth == 0 || self.below(8) == 0 {
            // A leaf of the wrong type now and then: what cannot be converted must be refused.
            let leaves = if self.below(40) == 0 { LIST_LEAVES } else { leaves };
            return leaves[self.below(leaves.len())].to_owned();
        }
        let template = inner[self.below(inner.len())];
        // What only says which kind of thing it is takes no depth.
        let depth = if template.len() == 2 { depth } else { depth - 1 };
        self.expand(template, depth)
    }
}
