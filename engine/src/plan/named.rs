//! Addresses that stand for everything in them: a block for its instances, a module for what is below it.

use meshform_state::Address;

use crate::hash::HashSet;

/// Some such addresses. Asking them costs as much as an address is long, however many they are.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    all: HashSet<&'a str>,
}

impl<'a> Named<'a> {
    /// Those of `all`.
    pub(super) fn new(all: impl IntoIterator<Item = &'a Address>) -> Self {
        Named {
            all: all.into_iter().map(Address::as_str).collect(),
        }
    }

    /// Those that `address` is or is in.
    pub(super) fn around<'b>(&'b self, address: &'b Address) -> impl Iterator<Item = &'a str> + 'b {
        let text = address.as_str();
        let ends = text.match_indices(['.', '[']).map(|(at, _)| at);
        let longest = if self.all.is_empty() { 0 } else { usize::MAX };
        ends.chain([text.len()])
            .take(longest)
            .filter_map(|end| self.all.get(&text[..end]).copied())
    }

    /// Whether `address` is one of them or in one.
    pub(super) fn cover(&self, address: &Address) -> bool {
        self.around(address).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_an_address_begins_with_it_and_goes_on_with_a_part() {
        let parse = |text: &str| Address::parse(text).expect("an address");
        let named = ["aws_vpc.a", "module.net", "aws_subnet.s[\"x\"]"].map(parse);
        let named = Named::new(&named);
        for inside in [
            "aws_vpc.a",
            "aws_vpc.a[0]",
            "aws_vpc.a[\"k.x[1]\"]",
            "module.net.aws_vpc.b",
            "module.net[\"k\"].aws_vpc.b",
            "aws_subnet.s[\"x\"]",
        ] {
            assert!(named.cover(&parse(inside)), "{inside}");
        }
        for outside in [
            "aws_vpc.ab",
            "aws_vpc.b",
            "module.network.aws_vpc.a",
            "aws_subnet.s",
            "aws_subnet.s[\"xy\"]",
            "module.other.aws_vpc.a",
        ] {
            assert!(!named.cover(&parse(outside)), "{outside}");
        }
        assert!(!Named::default().cover(&parse("aws_vpc.a")));
    }
}
