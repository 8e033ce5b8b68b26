//! Pages of EC2's lists by MaxResults and NextToken ("Pagination" in the Amazon EC2 API's developer guide). It must
//! never depend on the number of items alone: a page starts behind the last id of the page before.

use super::nouns::{self, Noun};
use super::xml::{ItemList, child_text};
use crate::door::call::Call;
use crate::door::reply::Reply;

/// The parameters that moto must not see, because it would page by them in its own way.
pub(crate) const PARAMETERS: [&str; 2] = ["MaxResults", "NextToken"];

/// One page that a client asks for.
#[derive(Debug)]
pub(crate) struct Page {
    noun: &'static Noun,
    size: usize,
    after: Option<String>,
}

/// The lists that the door pages, with the largest page of each (the page of each action, MaxResults); the smallest is
/// 5 for all.
const PAGED: [(&str, usize); 7] = [
    ("DescribeVpcs", 1000),
    ("DescribeSubnets", 1000),
    ("DescribeRouteTables", 100),
    ("DescribeVpcPeeringConnections", 1000),
    ("DescribeInternetGateways", 1000),
    ("DescribeSecurityGroups", 1000),
    ("DescribeSecurityGroupRules", 1000),
];
const SMALLEST: usize = 5;
const TOKEN: &str = "after-";

impl Page {
    /// Reads the page that a call asks for; nothing when it asks for none, or an error as EC2 words it.
    pub(crate) fn of(call: &Call) -> Result<Option<Self>, Box<Reply>> {
        let Some((_, largest)) = PAGED.iter().find(|(action, _)| *action == call.action) else {
            return Ok(None);
        };
        let Some(noun) = nouns::listed_by(&call.action) else {
            return Ok(None);
        };
        let (size, token) = (
            call.parameters.get("MaxResults"),
            call.parameters.get("NextToken"),
        );
        if size.is_none() && token.is_none() {
            return Ok(None);
        }
        let after = match token.filter(|token| !token.is_empty()) {
            None => None,
            Some(token) => Some(token.strip_prefix(TOKEN).ok_or_else(bad_token)?.to_owned()),
        };
        let size = match size {
            None => *largest,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (SMALLEST..=*largest).contains(size))
                .ok_or_else(|| bad_size(text, *largest))?,
        };
        Ok(Some(Self { noun, size, after }))
    }

    /// Cuts the page out of the whole list.
    pub(crate) fn cut(&self, answer: &str) -> String {
        let Some(list) = ItemList::find(answer, self.noun.set) else {
            return answer.to_owned();
        };
        let mut items: Vec<(String, &str)> = list
            .items()
            .map(|item| (child_text(item, self.noun.id).unwrap_or_default(), item))
            .collect();
        items.sort();
        let rest: Vec<_> = items
            .into_iter()
            .filter(|(id, _)| self.after.as_ref().is_none_or(|after| id > after))
            .collect();
        let page: Vec<&str> = rest.iter().take(self.size).map(|(_, item)| *item).collect();
        let next = match rest.get(page.len().saturating_sub(1)) {
            Some((last, _)) if rest.len() > page.len() => format!("<nextToken>{TOKEN}{last}</nextToken>"),
            _ => String::new(),
        };
        list.with(&page, &next)
    }
}

fn bad_token() -> Box<Reply> {
    Box::new(Reply::error(
        "ec2",
        400,
        "InvalidPaginationToken",
        "The specified pagination token is not valid or is expired.",
    ))
}

fn bad_size(size: &str, largest: usize) -> Box<Reply> {
    let message = format!(
        "Value ( {size} ) for parameter maxResults is invalid. Expecting a value between {SMALLEST} and {largest}."
    );
    Box::new(Reply::error("ec2", 400, "InvalidParameterValue", &message))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn page(form: &str) -> Result<Option<Page>, Box<Reply>> {
        let request = http::Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(())
            .unwrap();
        Page::of(&Call::read(request.into_parts().0, Bytes::from(form.to_owned())))
    }

    #[test]
    fn pages_cover_the_list_once() {
        let items: String = (1..=12)
            .map(|n| format!("<item><vpcId>vpc-{n:02}</vpcId></item>"))
            .collect();
        let answer = format!("<R><vpcSet>{items}</vpcSet></R>");
        let mut sizes = Vec::new();
        let mut token = String::new();
        loop {
            let form = format!("Action=DescribeVpcs&MaxResults=5&NextToken={token}");
            let text = page(&form).unwrap().unwrap().cut(&answer);
            sizes.push(text.matches("<item>").count());
            match child_text(&text, "nextToken") {
                Some(next) => token = next,
                None => break,
            }
        }
        assert_eq!(sizes, [5, 5, 2]);
    }

    #[test]
    fn what_ec2_refuses_is_refused() {
        for (form, code) in [
            ("Action=DescribeVpcs&MaxResults=4", "InvalidParameterValue"),
            (
                "Action=DescribeRouteTables&MaxResults=101",
                "InvalidParameterValue",
            ),
            ("Action=DescribeVpcs&NextToken=stranger", "InvalidPaginationToken"),
        ] {
            assert_eq!(page(form).unwrap_err().code().as_deref(), Some(code), "{form}");
        }
        assert!(page("Action=DescribeVpcs").unwrap().is_none());
        assert!(page("Action=DescribeImages&MaxResults=4").unwrap().is_none());
    }
}
