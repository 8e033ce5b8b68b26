//! The lists in EC2's answers, cut and put together without touching anything else. It must never reformat: what is
//! kept stays byte for byte what moto said.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

/// A list inside an answer.
pub(crate) struct ItemList<'a> {
    text: &'a str,
    /// Where the list's items are, from the first to the end of the last.
    inner: Range<usize>,
    /// Where the root element ends.
    end: usize,
    items: Vec<Range<usize>>,
}

impl<'a> ItemList<'a> {
    /// Finds the list `set` directly below the root of an answer; nothing when there is none or it is empty.
    pub(crate) fn find(text: &'a str, set: &str) -> Option<Self> {
        let mut reader = Reader::from_str(text);
        let (mut depth, mut inside, mut item_start) = (0_usize, false, 0);
        let (mut inner, mut items) = (None, Vec::new());
        loop {
            let before = position(&reader)?;
            match reader.read_event().ok()? {
                Event::Start(element) => {
                    if depth == 1 && element.name().as_ref() == set {
                        inside = true;
                        inner = Some(position(&reader)?);
                    }
                    if depth == 2 && inside {
                        item_start = before;
                    }
                    depth += 1;
                }
                Event::End(_) => {
                    depth = depth.checked_sub(1)?;
                    if inside && depth == 2 {
                        items.push(item_start..position(&reader)?);
                    }
                    if inside && depth == 1 {
                        inside = false;
                    }
                    if depth == 0 {
                        let empty = inner?;
                        let start = items.first().map_or(empty, |item: &Range<usize>| item.start);
                        let stop = items.last().map_or(empty, |item| item.end);
                        return Some(Self {
                            text,
                            inner: start..stop,
                            end: before,
                            items,
                        });
                    }
                }
                Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// Returns the items in their order.
    pub(crate) fn items(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.items.iter().map(|item| &self.text[item.clone()])
    }

    /// Returns the answer with these items only, and with `tail` at the end of its root.
    pub(crate) fn with(&self, items: &[&str], tail: &str) -> String {
        let Range { start, end } = self.inner;
        let text = self.text;
        format!(
            "{}{}{}{tail}{}",
            &text[..start],
            items.join("\n"),
            &text[end..self.end],
            &text[self.end..]
        )
    }
}

/// Returns the text of an element directly below the root of `text`.
pub(crate) fn child_text(text: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                if depth == 1 && element.name().as_ref() == name {
                    let start = position(&reader)?;
                    let end = text[start..].find("</")? + start;
                    return Some(text[start..end].trim().to_owned());
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.checked_sub(1)?,
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> Option<usize> {
    usize::try_from(reader.buffer_position()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "<?xml version=\"1.0\"?>\n<R xmlns=\"u\">\n<requestId>r</requestId>\n<vpcSet>\n\
        <item><vpcId>vpc-1</vpcId><tagSet><item><key>k</key></item></tagSet></item>\n\
        <item><vpcId>vpc-2</vpcId><ownerId/></item>\n</vpcSet>\n</R>";

    #[test]
    fn items_are_found_and_kept_as_they_are() {
        let list = ItemList::find(ANSWER, "vpcSet").unwrap();
        let items: Vec<&str> = list.items().collect();
        assert_eq!(items.len(), 2);
        assert_eq!(child_text(items[0], "vpcId").as_deref(), Some("vpc-1"));
        assert_eq!(child_text(items[0], "key"), None);
        assert_eq!(list.with(&items, ""), ANSWER);
    }

    #[test]
    fn items_can_be_left_out_and_a_tail_added() {
        let list = ItemList::find(ANSWER, "vpcSet").unwrap();
        let second: Vec<&str> = list.items().skip(1).collect();
        let text = list.with(&second, "<nextToken>t</nextToken>");
        assert!(
            text.ends_with("</vpcSet>\n<nextToken>t</nextToken></R>"),
            "{text}"
        );
        assert!(!text.contains("vpc-1") && text.contains("vpc-2"));
        assert!(
            ItemList::find(&list.with(&[], ""), "vpcSet")
                .unwrap()
                .items()
                .next()
                .is_none()
        );
    }

    #[test]
    fn an_answer_without_the_list_has_none() {
        assert!(ItemList::find("<R><vpcSet/></R>", "vpcSet").is_none());
        assert!(ItemList::find("<R><other><vpcSet></vpcSet></other></R>", "vpcSet").is_none());
        assert!(ItemList::find("not XML", "vpcSet").is_none());
    }
}
