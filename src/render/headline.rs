//! What happens to a resource, and why, in words.

use meshform_engine::plan::{Action, Change, Order, Reason};
use meshform_lang::{Range, Sources};
use meshform_state::addr::Key;

use super::style::{Palette, Role};
use super::values::quote;

/// The symbol of `action`, three characters wide.
pub(crate) fn symbol(action: Action, palette: Palette) -> String {
    let paint = |role, text| palette.paint(role, text).to_string();
    match action {
        Action::NoOp => "   ".to_owned(),
        Action::Create => format!("  {}", paint(Role::Add, "+")),
        Action::Read => format!(" {}", paint(Role::Read, "<=")),
        Action::Update => format!("  {}", paint(Role::Change, "~")),
        Action::Replace(Order::DeleteFirst) => {
            format!("{}/{}", paint(Role::Remove, "-"), paint(Role::Add, "+"))
        }
        Action::Replace(Order::CreateFirst) => {
            format!("{}/{}", paint(Role::Add, "+"), paint(Role::Remove, "-"))
        }
        Action::Delete => format!("  {}", paint(Role::Remove, "-")),
        Action::Forget => format!(" {} ", paint(Role::Strong, ".")),
    }
}

/// The legend of `action`.
pub(crate) fn legend(action: Action) -> &'static str {
    match action {
        Action::NoOp => "",
        Action::Create => "create",
        Action::Read => "read (data resources)",
        Action::Update => "update in-place",
        Action::Replace(Order::DeleteFirst) => "destroy and then create replacement",
        Action::Replace(Order::CreateFirst) => "create replacement and then destroy",
        Action::Delete => "destroy",
        Action::Forget => "forget, without destroying",
    }
}

/// The address of `change`, and what distinguishes an object that waits for its deletion.
fn subject(change: &Change) -> String {
    match &change.deposed {
        Some(uid) => format!(
            "{} (deposed object {})",
            change.address,
            uid.get(..8).unwrap_or(uid)
        ),
        None => change.address.to_string(),
    }
}

/// The headline of `change`, and the lines below it.
pub(crate) fn headline(change: &Change, sources: Option<&Sources>, palette: Palette) -> Vec<String> {
    let subject = palette
        .paint(Role::Strong, format!("  # {}", subject(change)))
        .to_string();
    let destroyed = palette.paint(Role::Alarm, "destroyed");
    let replaced = palette.paint(Role::Alarm, "replaced");
    let first = match (change.action, &change.reason) {
        (Action::NoOp, _) => match &change.previous_address {
            Some(from) => palette
                .paint(
                    Role::Strong,
                    format!("  # {from} has moved to {}", change.address),
                )
                .to_string(),
            None if change.adopted => format!("{subject} will be imported"),
            None => format!("{subject} will be recorded as it is"),
        },
        (Action::Create, _) => format!("{subject} will be created"),
        (Action::Read, _) => format!("{subject} will be read during apply"),
        (Action::Update, _) => format!("{subject} will be updated in-place"),
        (Action::Replace(_), Reason::Requested) => format!("{subject} will be {replaced}, as requested"),
        (Action::Replace(_), Reason::Triggered) => {
            format!("{subject} will be {replaced} due to changes in replace_triggered_by")
        }
        (Action::Replace(_), Reason::Incomplete) => {
            format!("{subject} is incomplete, so it must be {replaced}")
        }
        (Action::Replace(_), _) => format!("{subject} must be {replaced}"),
        (Action::Delete, _) => format!("{subject} will be {destroyed}"),
        (Action::Forget, _) => {
            format!("{subject} will no longer be managed by Meshform, but will not be {destroyed}")
        }
    };
    let mut lines = vec![first];
    if let Some(because) = because(change) {
        lines.push(format!("  # ({because})"));
    }
    if let (Some(from), false) = (&change.previous_address, change.action == Action::NoOp) {
        lines.push(format!("  # (moved from {from})"));
    }
    if let (true, Some(record)) = (change.adopted && change.action != Action::NoOp, &change.record) {
        lines.push(format!("  # (imported from {})", quote(&record.id)));
    }
    if let Some(why) = &change.why {
        let place = change
            .range
            .and_then(|range| place(range, sources))
            .unwrap_or_default();
        lines.push(format!("  # why: {why}{place}"));
    }
    lines
}

fn place(range: Range, sources: Option<&Sources>) -> Option<String> {
    let sources = sources?;
    let file = sources.get(range.source)?;
    Some(format!(" ({}:{})", file.name, sources.position(range).line))
}

/// The reason of `change` as a clause.
pub(crate) fn because(change: &Change) -> Option<String> {
    let address = &change.address;
    let key = || {
        address
            .segments()
            .last()
            .and_then(|segment| segment.key.as_ref().map(Key::to_string))
            .unwrap_or_default()
    };
    Some(match &change.reason {
        Reason::None | Reason::CannotUpdate | Reason::Requested | Reason::Triggered | Reason::Destroy => {
            return None;
        }
        Reason::NotInConfiguration => format!("because {} is not in configuration", address.without_key()),
        Reason::ModuleGone(module) => format!("because {module} is not in configuration"),
        Reason::NoCount => "because resource does not use count".to_owned(),
        Reason::NoForEach => "because resource does not use for_each".to_owned(),
        Reason::Repeated => "because resource uses count or for_each".to_owned(),
        Reason::Disabled => "because it is not enabled".to_owned(),
        Reason::KeyGone => format!("because key {} is not in for_each map", key()),
        Reason::IndexGone => format!("because index {} is out of range for count", key()),
        Reason::Deposed => "left over from a replacement of this instance that did not end".to_owned(),
        Reason::Vanished => "because the recorded object was deleted outside of Meshform".to_owned(),
        Reason::Incomplete => "because its creation was interrupted".to_owned(),
        Reason::ConfigUnknown => "config refers to values not yet known".to_owned(),
        Reason::Removed => "destroy = false is set in the configuration".to_owned(),
    })
}

/// What the plan's machine-readable form calls the reason, where the reference has a word for it.
pub(crate) fn action_reason(change: &Change) -> Option<&'static str> {
    match change.reason {
        Reason::CannotUpdate => Some("replace_because_cannot_update"),
        Reason::Requested => Some("replace_by_request"),
        Reason::Triggered => Some("replace_by_triggers"),
        Reason::Incomplete if matches!(change.action, Action::Replace(_)) => Some("replace_because_tainted"),
        Reason::NotInConfiguration => Some("delete_because_no_resource_config"),
        Reason::ModuleGone(_) => Some("delete_because_no_module"),
        Reason::NoCount | Reason::NoForEach | Reason::Repeated => Some("delete_because_wrong_repetition"),
        Reason::KeyGone => Some("delete_because_each_key"),
        Reason::IndexGone => Some("delete_because_count_index"),
        Reason::ConfigUnknown => Some("read_because_config_unknown"),
        Reason::None
        | Reason::Destroy
        | Reason::Deposed
        | Reason::Vanished
        | Reason::Incomplete
        | Reason::Disabled
        | Reason::Removed => None,
    }
}
