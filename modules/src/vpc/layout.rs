//! The fixed layout of a VPC that we create, so that what is added later replaces nothing.
//!
//! Of the block, private subnets are `cidrsubnet(block, 3, i)` for zone `i` of at most four, which take its first half;
//! public ones are `cidrsubnet(block, 6, 32 + i)`; the rest stays free.

use ipnet::Ipv4Net;

/// As many zones as the layout has room for.
pub(crate) const MAX_ZONES: usize = 4;

/// AWS has no subnets smaller than this, and public ones are a 64th of the block.
const LARGEST_PREFIX: u8 = 28 - 6;

/// A block that the layout fits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout(Ipv4Net);

impl Layout {
    /// The layout of `block`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it, and what to do.
    pub(crate) fn new(block: &str) -> Result<Self, (String, String)> {
        let example = || "Write one such as `10.10.0.0/16`.".to_owned();
        let net: Ipv4Net = block.parse().map_err(|_| {
            (
                format!("`{block}` is no IPv4 network in CIDR notation."),
                example(),
            )
        })?;
        if net.trunc() != net {
            let hint = format!("Write `{}`.", net.trunc());
            return Err((format!("`{block}` has bits set behind its prefix."), hint));
        }
        if net.prefix_len() < 16 {
            return Err((
                format!("`{block}` is larger than a VPC may be, which is a /16."),
                example(),
            ));
        }
        if net.prefix_len() > LARGEST_PREFIX {
            let hint = format!("Take a /{LARGEST_PREFIX} or larger.");
            return Err((
                format!("`{block}` is too small for private and public subnets in {MAX_ZONES} zones."),
                hint,
            ));
        }
        Ok(Layout(net))
    }

    /// The whole block.
    pub(crate) fn block(self) -> Ipv4Net {
        self.0
    }

    /// The private subnet in the zone with this index.
    pub(crate) fn private(self, zone: usize) -> Option<Ipv4Net> {
        (zone < MAX_ZONES).then(|| self.0.subnets(self.0.prefix_len() + 3).ok()?.nth(zone))?
    }

    /// The public subnet in the zone with this index.
    pub(crate) fn public(self, zone: usize) -> Option<Ipv4Net> {
        (zone < MAX_ZONES).then(|| self.0.subnets(self.0.prefix_len() + 6).ok()?.nth(32 + zone))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_subnets_are_eighths_of_the_block() {
        let layout = Layout::new("10.10.0.0/16").unwrap();
        let subnets: Vec<String> = (0..5)
            .filter_map(|zone| layout.private(zone))
            .map(|net| net.to_string())
            .collect();
        assert_eq!(
            subnets,
            ["10.10.0.0/19", "10.10.32.0/19", "10.10.64.0/19", "10.10.96.0/19"]
        );
        // Public ones start where these end.
        assert_eq!(layout.public(0).unwrap().to_string(), "10.10.128.0/22");
        assert_eq!(layout.public(3).unwrap().to_string(), "10.10.140.0/22");
        assert_eq!(layout.public(4), None);
    }

    #[test]
    fn blocks_that_do_not_fit_are_refused() {
        for block in [
            "10.0.0.0",
            "10.0.0.1/16",
            "10.0.0.0/8",
            "10.0.0.0/23",
            "fd00::/16",
        ] {
            assert!(Layout::new(block).is_err(), "{block}");
        }
        assert!(Layout::new("10.0.0.0/22").is_ok());
    }
}
