//! Pages by MaxResults and NextToken. It must never depend on the number of items: a page starts behind the last item
//! of the page before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::error::PcaError;
use super::input::Input;

/// Cuts a page out of a list in its order; `largest` is what the action returns at most.
pub(crate) fn cut(
    input: Input<'_>,
    member: &str,
    largest: i64,
    items: Vec<(String, Value)>,
) -> Result<Value, PcaError> {
    let size = input.optional_number("MaxResults")?.unwrap_or(largest);
    if !(1..=1000).contains(&size) {
        return Err(PcaError::validation(format!(
            "1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: Member must \
             have value between 1 and 1000"
        )));
    }
    let after = input.optional_text("NextToken")?.map(last_of).transpose()?;
    let mut rest = items
        .into_iter()
        .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after))
        .peekable();
    let (mut page, mut last) = (Vec::new(), None);
    while let Some((key, item)) =
        rest.next_if(|_| i64::try_from(page.len()).is_ok_and(|have| have < size.min(largest)))
    {
        page.push(item);
        last = Some(key);
    }
    let mut answer = json!({ member: page });
    if let (Some(last), true) = (last, rest.peek().is_some()) {
        answer["NextToken"] = URL_SAFE_NO_PAD.encode(last).into();
    }
    Ok(answer)
}

fn last_of(token: &str) -> Result<String, PcaError> {
    let refused = || {
        PcaError::new(
            "InvalidNextTokenException",
            "The token specified in the NextToken argument is not valid.",
        )
    };
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
    String::from_utf8(bytes).map_err(|_| refused())
}
