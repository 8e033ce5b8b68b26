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
