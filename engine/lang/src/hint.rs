//! What may have been meant by a name that is not there.

/// The candidate that is nearest to `name`, if one is near enough to be a likely slip.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = name.chars().take(MAX_LETTERS).collect();
    let limit = if letters.len() < 2 {
        0
    } else {
        (letters.len() / 3).clamp(1, 3)
    };
    let near = |candidate: &'a str| {
        let distance = distance(&letters, candidate)?;
        (distance <= limit && candidate != name).then_some((distance, candidate))
    };
    candidates
        .into_iter()
        .filter_map(near)
        .min()
        .map(|(_, candidate)| candidate)
}

const MAX_LETTERS: usize = 64;

/// Edits (insert, delete, replace, swap two neighbours) from `from` to `to`.
fn distance(from: &[char], to: &str) -> Option<usize> {
    let to: Vec<char> = to.chars().take(MAX_LETTERS + 1).collect();
    if to.len() > MAX_LETTERS || from.len().abs_diff(to.len()) > 3 {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied()
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["value", "values", "length", "cidrsubnet"];
        assert_eq!(did_you_mean("valeu", names), Some("value"));
        assert_eq!(did_you_mean("lenght", names), Some("length"));
        assert_eq!(did_you_mean("cidrsubnets", names), Some("cidrsubnet"));
        assert_eq!(did_you_mean("frobnicate", names), None);
        assert_eq!(did_you_mean("x", ["y"]), None);
    }
}
