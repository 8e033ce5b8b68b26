//! The plan for people: what will be done, in the form that Terraform made familiar.

use std::io::{self, Write};

use meshform_engine::plan::{Action, Change, Order, OutputChange, Plan};
use meshform_lang::Sources;
use meshform_state::Address;

use super::diff::diff;
use super::headline::{legend, symbol};
use super::lines::{Attribute, Lines, Options};
use super::resource::{block, drift_block};
use super::style::{Palette, Role};
use super::values::{Secrets, key};

/// The order of the legend.
const LEGEND: [Action; 7] = [
    Action::Create,
    Action::Update,
    Action::Delete,
    Action::Replace(Order::DeleteFirst),
    Action::Replace(Order::CreateFirst),
    Action::Read,
    Action::Forget,
];

/// What it takes to show a plan.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// The texts that its places are in.
    pub(crate) sources: Option<&'a Sources>,
    /// What must not be shown.
    pub(crate) secrets: &'a Secrets,
    /// Colours.
    pub(crate) palette: Palette,
}

/// Whether something happens to `change` that a reader must see.
pub(crate) fn is_visible(change: &Change) -> bool {
    change.action != Action::NoOp || change.previous_address.is_some() || change.adopted
}

/// The change at `address`; changes are sorted by it.
pub(crate) fn change_at<'a>(plan: &'a Plan, address: &Address) -> Option<&'a Change> {
    let at = plan
        .changes
        .binary_search_by(|change| change.address.cmp(address))
        .ok()?;
    plan.changes.get(at)
}

impl View<'_> {
    /// Writes the whole plan, block by block.
    ///
    /// # Errors
    /// As `out` says.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.drift().as_bytes())?;
        let visible = || self.plan.changes.iter().filter(|change| is_visible(change));
        if self.plan.refresh_only && !self.plan.is_empty() {
            return self.recorded(out, visible());
        }
        let nothing = visible().next().is_none();
        if nothing && self.plan.outputs.is_empty() {
            return out.write_all(self.nothing().as_bytes());
        }
        if !nothing {
            out.write_all(self.legend().as_bytes())?;
            out.write_all(b"\nMeshform will perform the following actions:\n\n")?;
            self.blocks(out, visible())?;
            out.write_all(self.summary().as_bytes())?;
        }
        if !self.plan.outputs.is_empty() {
            out.write_all(self.outputs().as_bytes())?;
            if nothing {
                out.write_all(
                    b"\nYou can apply this plan to save these new output values to the state, without changing\n\
                      any real infrastructure.\n",
                )?;
            }
        }
        Ok(())
    }

    fn blocks<'c>(&self, out: &mut dyn Write, changes: impl Iterator<Item = &'c Change>) -> io::Result<()> {
        for change in changes {
            out.write_all(block(change, self.sources, self.secrets, self.palette).as_bytes())?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// A plan that only records what was observed, which is told already.
    fn recorded<'c>(&self, out: &mut dyn Write, moved: impl Iterator<Item = &'c Change>) -> io::Result<()> {
        self.blocks(out, moved)?;
        if !self.plan.outputs.is_empty() {
            out.write_all(self.outputs().as_bytes())?;
        }
        out.write_all(
            b"\nThis is a refresh-only plan, so Meshform will not take any actions to undo\nthese. If you were \
              expecting these changes then you can apply this plan to record\nthe updated values in the state without \
              changing any remote objects.\n",
        )
    }

    fn legend(&self) -> String {
        let visible = || self.plan.changes.iter().filter(|change| is_visible(change));
        let used = LEGEND
            .into_iter()
            .filter(|action| visible().any(|change| change.action == *action));
        let lines: String = used
            .map(|action| format!("{} {}\n", symbol(action, self.palette), legend(action)))
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        format!(
            "\nMeshform compared the configuration with what is there and made the following\n\
             plan. Resource actions are indicated with the following symbols:\n{lines}"
        )
    }

    fn drift(&self) -> String {
        if self.plan.drift.is_empty() {
            return String::new();
        }
        let note = self
            .palette
            .paint(Role::Strong, "Note: Objects have changed outside of Meshform");
        let mut out = format!(
            "\n{note}\n\nMeshform detected the following changes made outside of Meshform since the\n\
             last `meshform apply`:\n\n"
        );
        for drift in &self.plan.drift {
            if let Some(change) = change_at(self.plan, &drift.address) {
                out.push_str(&drift_block(drift, &change.kind, self.secrets, self.palette));
                out.push('\n');
            }
        }
        if self.plan.refresh_only {
            out.truncate(out.trim_end().len() + 1);
            return out;
        }
        out.push_str(
            "Unless you have made equivalent changes to your configuration, or ignored the\n\
             relevant attributes using `ignore_changes`, the following plan may include\n\
             actions to undo or respond to these changes.\n\n",
        );
        out.push_str(&rule());
        out
    }

    fn nothing(&self) -> String {
        let strong = |text| self.palette.paint(Role::Strong, text).to_string();
        if self.plan.destroy {
            return format!(
                "\n{} No objects need to be destroyed.\n\nEither you have not created any objects yet, or the \
                 existing objects were already\ndeleted outside of Meshform.\n",
                strong("No changes.")
            );
        }
        if self.plan.refresh_only {
            return format!(
                "\n{} Your infrastructure still matches the state.\n\nMeshform has checked that the real objects still \
                 match the result of your most\nrecent changes, and found no differences.\n",
                strong("No changes.")
            );
        }
        if !self.plan.steps.is_empty() {
            return format!(
                "\n{} Your infrastructure still matches the configuration.\n\nMeshform has detected changes made \
                 outside that need no action. They will be\nrecorded by the next apply that has something to do.\n",
                strong("No changes.")
            );
        }
        format!(
            "\n{} Your infrastructure matches the configuration.\n\nMeshform has compared your real infrastructure \
             against your configuration\nand found no differences, so no changes are needed.\n",
            strong("No changes.")
        )
    }

    /// `Plan: 1 to add, 0 to change, 0 to destroy.`
    pub(crate) fn summary(&self) -> String {
        let summary = self.plan.summary();
        let forget = if summary.forget > 0 {
            format!(", {} to forget", summary.forget)
        } else {
            String::new()
        };
        let import = if summary.import > 0 {
            format!("{} to import, ", summary.import)
        } else {
            String::new()
        };
        format!(
            "{} {import}{} to add, {} to change, {} to destroy{forget}.\n",
            self.palette.paint(Role::Strong, "Plan:"),
            summary.add,
            summary.change,
            summary.destroy
        )
    }

    fn outputs(&self) -> String {
        let attributes: Vec<Attribute> = self
            .plan
            .outputs
            .iter()
            .map(|output| self.output(output))
            .collect();
        let mut lines = Lines::new(self.palette);
        lines.attributes(
            &attributes,
            0,
            Options {
                to_null: true,
                ..Options::default()
            },
        );
        format!("\nChanges to Outputs:\n{}", lines.finish())
    }

    fn output(&self, output: &OutputChange) -> Attribute {
        let hide = |value: &Option<meshform_state::Value>| match value {
            Some(value) if output.sensitive => Some(value.clone().into_secret()),
            other => other.clone(),
        };
        let mut diff = diff(
            self.secrets,
            hide(&output.before).as_ref(),
            hide(&output.after).as_ref(),
        );
        if diff.sign == super::diff::Sign::Same {
            // It is listed because it changes; where that must not be shown, the sign still says so.
            diff.sign = super::diff::Sign::Change;
        }
        Attribute {
            name: key(&output.name),
            diff,
            forces: false,
            instead: None,
        }
    }
}

/// A line between parts.
pub(crate) fn rule() -> String {
    format!("{}\n", "─".repeat(77))
}

#[cfg(test)]
mod tests;
