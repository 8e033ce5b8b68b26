//! Which of several types is preferred where one of them must be chosen for all.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use meshform_state::{Str, Type};

/// The places of `types`, the more general before what can be converted to it, else as they stand.
pub(super) fn preference(types: &[Type]) -> Vec<usize> {
    let count = types.len();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut before = vec![0_usize; count];
    for left in 0..count {
        for right in left + 1..count {
            let (first, second) = match compare(&types[left], &types[right]) {
                Ordering::Less => (left, right),
                Ordering::Greater => (right, left),
                Ordering::Equal => continue,
            };
            behind[first].push(second);
            before[second] += 1;
        }
    }
    let mut ready: VecDeque<usize> = (0..count).filter(|at| before[*at] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(at) = ready.pop_front() {
        order.push(at);
        for next in &behind[at] {
            before[*next] -= 1;
            if before[*next] == 0 {
                ready.push_back(*next);
            }
        }
    }
    order
}

/// `Less` if `a` is to be preferred: `b` can become `a`, not the other way.
fn compare(a: &Type, b: &Type) -> Ordering {
    use Ordering::{Equal, Greater, Less};
    let primitive = |ty: &Type| matches!(ty, Type::Bool | Type::Number | Type::String);
    match (a, b) {
        (Type::Any, Type::Any) => Equal,
        (Type::Any, _) => Greater,
        (_, Type::Any) => Less,
        (Type::String, Type::String) => Equal,
        (Type::String, other) if primitive(other) => Less,
        (other, Type::String) if primitive(other) => Greater,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            compare(a, b)
        }
        (Type::Tuple(_) | Type::List(_), Type::Set(_))
        | (Type::List(_), Type::Tuple(_))
        | (Type::Map(_), Type::Object(_)) => Less,
        (Type::Set(_), Type::Tuple(_) | Type::List(_))
        | (Type::Tuple(_), Type::List(_))
        | (Type::Object(_), Type::Map(_)) => Greater,
        (Type::Object(a), Type::Object(b)) => objects(a, b),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => parts(a.iter().zip(b.iter())),
        _ => Equal,
    }
}

fn objects(a: &BTreeMap<Str, Type>, b: &BTreeMap<Str, Type>) -> Ordering {
    if a.keys().eq(b.keys()) {
        parts(a.values().zip(b.values()))
    } else {
        Ordering::Equal
    }
}

/// What all parts say that say something, `Equal` if they disagree.
fn parts<'a>(pairs: impl Iterator<Item = (&'a Type, &'a Type)>) -> Ordering {
    let mut result = Ordering::Equal;
    for (a, b) in pairs {
        match compare(a, b) {
            Ordering::Equal => {}
            found if result == Ordering::Equal || result == found => result = found,
            _ => return Ordering::Equal,
        }
    }
    result
}
