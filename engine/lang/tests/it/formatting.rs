//! The standard layout, with what `terraform fmt` 1.11.4 made of the same texts.

use crate::support::formatted;

#[test]
fn layout_is_that_of_terraform() {
    for (text, want) in [
        (
            include_str!("../fmt/basic.in.hcl"),
            include_str!("../fmt/basic.out.hcl"),
        ),
        (
            include_str!("../fmt/edge.in.hcl"),
            include_str!("../fmt/edge.out.hcl"),
        ),
        (
            include_str!("../fmt/mesh.in.hcl"),
            include_str!("../fmt/mesh.out.hcl"),
        ),
    ] {
        let got = formatted(text).unwrap();
        for (line, (got, want)) in got.lines().zip(want.lines()).enumerate() {
            assert_eq!(got, want, "line {}", line + 1);
        }
        assert_eq!(got, want);
        assert_eq!(formatted(want).unwrap(), want);
    }
}

#[test]
fn what_cannot_be_parsed_is_not_touched() {
    assert!(formatted("a = (\n").is_err());
    assert_eq!(formatted("").unwrap(), "");
    assert_eq!(formatted("a=1").unwrap(), "a = 1");
}

/// terraform drops comments between labels, unwraps values so that a comment or a line end hides them, and needs a second
/// run for the second wrapping.
#[test]
fn nothing_is_lost_and_one_run_is_enough() {
    for (text, want) in [
        (
            "a /* l */ b /* m */ \"c\"{}\n",
            "a /* l */ \"b\" /* m */ \"c\" {}\n",
        ),
        ("a = \"${ # why\nb}\"\n", "a = \"${ # why\nb}\"\n"),
        ("a = \"${\"${b}\"}\"\n", "a = b\n"),
        ("a = \"${b # why\n}\"\n", "a = \"${b # why\n}\"\n"),
        ("a = \"${(b)\n+ (c)}\"\n", "a = ((b)\n+ (c))\n"),
    ] {
        assert_eq!(formatted(text).unwrap(), want);
        assert_eq!(formatted(want).unwrap(), want);
    }
}

#[test]
fn line_ends_and_the_end_of_a_text_are_those_of_terraform() {
    for (text, want) in [
        ("a=1", Some("a = 1")),
        ("a=1\r\nb  =  2\r\n", Some("a = 1\r\nb = 2\r\n")),
        ("a=1 # c", Some("a = 1 # c")),
        ("a=1 # c\r\nbb=2 # d\r\n", Some("a  = 1 # c\r\nbb = 2 # d\r\n")),
        ("a {\r\n  b=1\r\n\r\n}\r\n", Some("a {\r\n  b = 1\r\n\r\n}\r\n")),
        (
            "a=<<EOT\r\n x\r\nEOT\r\nb=1\r\n",
            Some("a = <<EOT\r\n x\r\nEOT\r\nb = 1\r\n"),
        ),
        ("\u{feff}a=1\n", Some("a = 1\n")),
        ("# only a comment", Some("# only a comment")),
        ("/* only\n a comment */", Some("/* only\n a comment */")),
        ("\n\n\na=1\n\n\n", Some("\n\n\na = 1\n\n\n")),
        ("a=1\n\n", Some("a = 1\n\n")),
        ("   ", Some("   ")),
        ("a=1\n  \t ", Some("a = 1\n    ")),
        ("a {\n}  ", Some("a {\n}  ")),
        ("\t\n", Some("\n")),
        ("a {}", Some("a {}")),
        ("a {\nb=1}", None),
        ("a { # c\n}", Some("a { # c\n}")),
        ("a=[\n1, 2\n]", Some("a = [\n  1, 2\n]")),
        ("a=1 /* x\n y */\nbbb=2\n", Some("a   = 1 /* x\n y */\nbbb = 2\n")),
        ("a=(\r\n1\r\n)\r\n", Some("a = (\r\n  1\r\n)\r\n")),
        ("a = f(<<EOT\n x\nEOT\n)", Some("a = f(<<EOT\n x\nEOT\n)")),
        ("//c\r\na=1\r\n", Some("//c\r\na = 1\r\n")),
        ("a=\"x\"#c\r\n", Some("a = \"x\" #c\r\n")),
        ("a = 1;\n", None),
        ("a=\"${\r\nb\r\n}\"\r\n", Some("a = b\r\n")),
        ("a=1\r\n\r\n\r\nb=2", Some("a = 1\r\n\r\n\r\nb = 2")),
        ("a=\"${ /* w */ b}\"\n", Some("a = /* w */ b\n")),
    ] {
        assert_eq!(formatted(text).ok().as_deref(), want, "{text:?}");
    }
}
