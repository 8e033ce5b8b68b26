//! What other words want to know of a VPC, whether it was created or adopted.

use ipnet::Ipv4Net;
use meshform_engine::compile::Expanded;
use meshform_lang::Value;

/// The networks of a VPC, as far as they are known: all of them for an adopted one.
pub(crate) fn blocks_of(vpc: &Expanded) -> Vec<Ipv4Net> {
    let all = vpc.exports.get("cidr_blocks").and_then(Value::items);
    let one = vpc.exports.get("cidr_block");
    all.unwrap_or_default()
        .iter()
        .chain(one.filter(|_| all.is_none()))
        .filter_map(|block| block.as_str()?.parse().ok())
        .collect()
}

/// A network of `a` and one of `b` that share addresses.
pub(super) fn overlap(a: &Expanded, b: &Expanded) -> Option<(Ipv4Net, Ipv4Net)> {
    let (a, b) = (blocks_of(a), blocks_of(b));
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (*a, *b)));
    pairs.into_iter().find(|(a, b)| a.contains(b) || b.contains(a))
}

/// The route tables of a VPC: what to call each in an address, and its id.
pub(crate) fn route_tables(vpc: &Expanded) -> Vec<(String, Value)> {
    let list = |name: &str| {
        let items = vpc.exports.get(name).and_then(Value::items);
        items.unwrap_or_default().to_vec()
    };
    let zones = list("zones");
    let mut tables: Vec<(String, Value)> = list("route_table_ids")
        .into_iter()
        .filter_map(|id| Some((id.as_str()?.to_owned(), id)))
        .collect();
    for name in ["private", "public"] {
        let ids = list(&format!("{name}_route_table_ids"));
        let each = zones.iter().filter_map(Value::as_str).zip(ids);
        tables.extend(each.map(|(zone, id)| (format!("{name}-{zone}"), id)));
    }
    tables
}
