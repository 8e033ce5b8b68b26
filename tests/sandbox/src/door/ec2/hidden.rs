//! Objects that exist and are not visible yet, as in "Eventual consistency in the Amazon EC2 API". It must never hide
//! an object for good: each has a number of requests that do not see it.

use super::nouns::{self, Noun};
use super::xml::{ItemList, child_text};
use crate::door::call::Call;
use crate::door::reply::Reply;

struct Hidden {
    id: String,
    left: u32,
}

/// All objects that are not visible yet.
#[derive(Default)]
pub(crate) struct HiddenObjects(Vec<Hidden>);

impl HiddenObjects {
    /// Hides what an answer to a create says was made. A create that answers no id hides nothing.
    pub(crate) fn hide_created(&mut self, answer: &str, requests: u32) {
        if let Some(id) = created_id(answer) {
            self.0.push(Hidden { id, left: requests });
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Answers a request that names a hidden object, or takes it out of a list that would show it.
    ///
    /// Returns the error of the first hidden id that the request names as such; ids inside filters only narrow a list.
    pub(crate) fn refuse(&mut self, call: &Call) -> Option<Reply> {
        let named = |id: &str| {
            call.parameters
                .iter()
                .any(|(name, value)| value == id && !name.starts_with("Filter."))
        };
        let hidden = self
            .0
            .iter_mut()
            .find(|hidden| hidden.left > 0 && named(&hidden.id))?;
        hidden.left -= 1;
        let noun = nouns::of_id(&hidden.id)?;
        let message = format!("The {} ID '{}' does not exist", noun.kind, hidden.id);
        Some(Reply::error("ec2", 400, noun.not_found, &message))
    }

    /// Returns an answer without the items that are not visible yet; nothing when it shows none.
    pub(crate) fn without(&mut self, noun: &Noun, answer: &str) -> Option<String> {
        let list = ItemList::find(answer, noun.set)?;
        let mut shown: Vec<&str> = list.items().collect();
        let before = shown.len();
        for hidden in self.0.iter_mut().filter(|hidden| hidden.left > 0) {
            let others: Vec<&str> = shown
                .iter()
                .copied()
                .filter(|item| child_text(item, noun.id).as_deref() != Some(hidden.id.as_str()))
                .collect();
            if others.len() < shown.len() {
                hidden.left -= 1;
                shown = others;
            }
        }
        (shown.len() < before).then(|| list.with(&shown, ""))
    }
}

/// Returns the id of what a create made: EC2 answers it in the first element that ends in an id of a known kind,
/// directly below the root or one level deeper.
fn created_id(answer: &str) -> Option<String> {
    let kind = |noun: &&Noun| -> Option<String> {
        let open = format!("<{}>", noun.id);
        let (_, rest) = answer.split_once(open.as_str())?;
        Some(rest.split_once("</")?.0.trim().to_owned())
    };
    // The object that a create answers stands under its own name: `<vpc>`, `<subnet>`, `<routeTable>`.
    let wrapped = |noun: &&Noun| {
        let name = noun.id.strip_suffix("Id").unwrap_or(noun.id);
        answer.contains(&format!("<{name}>"))
    };
    let nouns = || nouns::NOUNS.iter();
    nouns()
        .find(wrapped)
        .and_then(|noun| kind(&noun))
        .or_else(|| nouns().find_map(|noun| kind(&noun)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: &str = "<CreateSubnetResponse><requestId>r</requestId><subnet><vpcId>vpc-1</vpcId>\
                           <subnetId>subnet-1</subnetId></subnet></CreateSubnetResponse>";

    #[test]
    fn the_new_id_is_the_one_of_the_object_itself() {
        assert_eq!(created_id(CREATED).as_deref(), Some("subnet-1"));
        let group = "<CreateSecurityGroupResponse><return>true</return><groupId>sg-1</groupId>\
                     </CreateSecurityGroupResponse>";
        assert_eq!(created_id(group).as_deref(), Some("sg-1"));
        assert_eq!(
            created_id("<CreateTagsResponse><return>true</return></CreateTagsResponse>"),
            None
        );
    }

    #[test]
    fn a_list_misses_it_for_a_while() {
        let mut hidden = HiddenObjects::default();
        hidden.hide_created(CREATED, 2);
        let noun = nouns::listed_by("DescribeSubnets").unwrap();
        let list = "<R><subnetSet><item><subnetId>subnet-1</subnetId></item>\
                    <item><subnetId>subnet-2</subnetId></item></subnetSet></R>";
        for _ in 0..2 {
            let answer = hidden.without(noun, list).unwrap();
            assert!(!answer.contains("subnet-1") && answer.contains("subnet-2"));
        }
        assert!(hidden.without(noun, list).is_none());
    }
}
