//! The plan for people: what will be done, in the form that Terraform made familiar.

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
    change.action != Action::NoOp || change.previous_address.is_some()
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
    /// The whole plan.
    pub(crate) fn text(&self) -> String {
        let mut out = self.drift();
        let changes: Vec<&Change> = self
            .plan
            .changes
            .iter()
            .filter(|change| is_visible(change))
            .collect();
        if changes.is_empty() && self.plan.outputs.is_empty() {
            out.push_str(&self.nothing());
            return out;
        }
        if !changes.is_empty() {
            out.push_str(&self.legend(&changes));
            out.push_str("\nMeshform will perform the following actions:\n\n");
            for change in &changes {
                out.push_str(&block(change, self.sources, self.secrets, self.palette));
                out.push('\n');
            }
            out.push_str(&self.summary());
        }
        if !self.plan.outputs.is_empty() {
            out.push_str(&self.outputs());
            if changes.is_empty() {
                out.push_str(
                    "\nYou can apply this plan to save these new output values to the state, without changing\n\
                     any real infrastructure.\n",
                );
            }
        }
        out
    }

    fn legend(&self, changes: &[&Change]) -> String {
        let used = LEGEND
            .into_iter()
            .filter(|action| changes.iter().any(|change| change.action == *action));
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
        format!(
            "{} {} to add, {} to change, {} to destroy{forget}.\n",
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
mod tests {
    use meshform_engine::adapter::Owner;
    use meshform_engine::plan::{Drift, Reason, Step, StepKind};
    use meshform_state::{Type, Value};

    use super::super::testing::{address, change, json, later, object, thing};
    use super::*;

    fn text(plan: &Plan) -> String {
        let mut secrets = Secrets::default();
        secrets.learn(&Value::from("hunter2").into_secret());
        View {
            plan,
            sources: None,
            secrets: &secrets,
            palette: Palette::Plain,
        }
        .text()
    }

    fn replace(at: &str, order: Order) -> Change {
        let id = |id: Value, trigger: i64| {
            object(&[
                ("id", id),
                ("input", "same".into()),
                ("triggers_replace", Value::tuple(vec![trigger.into()])),
            ])
        };
        let mut change = change(
            at,
            Action::Replace(order),
            Some(id("a-1".into(), 1)),
            Some(id(later(), 2)),
        );
        change.replace_slots = vec![3];
        change.reason = Reason::CannotUpdate;
        change
    }

    fn with(mut change: Change, reason: Reason) -> Change {
        change.reason = reason;
        change
    }

    #[test]
    fn each_action_has_its_symbol_headline_and_reason() {
        let gone = || Some(object(&[("id", "x-1".into()), ("input", "bye".into())]));
        let mut created = change(
            "vpc.west.test_thing.private[\"a\"]",
            Action::Create,
            None,
            Some(object(&[
                ("id", later()),
                ("input", "c".into()),
                ("output", later()),
            ])),
        );
        created.why = Some("private subnet in zone us-west-2a".into());
        let mut moved = change("test_thing.new_name", Action::NoOp, gone(), gone());
        moved.previous_address = Some(address("test_thing.old_name"));
        let mut deposed = change("test_thing.cbd", Action::Delete, gone(), None);
        deposed.deposed = Some("0a1b2c3d4e5f".to_owned());
        let read = object(&[("id", later()), ("input", "q".into())]);
        let changes = vec![
            with(
                change("data.test_thing.x", Action::Read, None, Some(read)),
                Reason::ConfigUnknown,
            ),
            replace("test_thing.cbd", Order::CreateFirst),
            with(deposed, Reason::Deposed),
            with(
                change("test_thing.fe[\"a\"]", Action::Delete, gone(), None),
                Reason::KeyGone,
            ),
            with(
                change("test_thing.ct[2]", Action::Delete, gone(), None),
                Reason::IndexGone,
            ),
            with(
                change("test_thing.forget", Action::Forget, gone(), None),
                Reason::Removed,
            ),
            with(
                change("test_thing.gone", Action::Delete, gone(), None),
                Reason::NotInConfiguration,
            ),
            moved,
            change("test_thing.quiet", Action::NoOp, gone(), gone()),
            replace("test_thing.repl", Order::DeleteFirst),
            created,
        ];
        insta::assert_snapshot!(text(&Plan {
            changes,
            ..Plan::default()
        }));
    }

    #[test]
    fn values_are_shown_as_terraform_shows_them() {
        let value = |changed: bool| {
            let pick = |a: &str, b: &str| {
                json(&format!("[{}]", if changed { b } else { a }))
                    .items()
                    .unwrap()[0]
                    .clone()
            };
            let strings =
                |items: &[&str]| Value::set(Type::String, items.iter().map(|item| (*item).into()).collect());
            let long: Vec<String> = (0..20)
                .map(|n| {
                    if changed && n == 10 {
                        "x".into()
                    } else {
                        n.to_string()
                    }
                })
                .collect();
            Value::object([
                ("a".into(), pick("1", "2")),
                ("list".into(), pick(r#"["x","y"]"#, r#"["x","z","y"]"#)),
                (
                    "far".into(),
                    pick(
                        r#"["a","b","c","d","e","f","g"]"#,
                        r#"["a","b","c","X","e","f","g"]"#,
                    ),
                ),
                ("multi".into(), pick(r#""l1\nl2\nl3""#, r#""l1\nL2\nl3""#)),
                ("long".into(), long.join("\n").into()),
                (
                    "pol".into(),
                    pick(
                        r#""{\"S\":[{\"a\":[\"x\"],\"e\":\"Allow\"}]}""#,
                        r#""{\"S\":[{\"a\":[\"x\"],\"e\":\"Deny\"}]}""#,
                    ),
                ),
                ("spacing".into(), pick(r#""{\"S\":[1]}""#, r#""{ \"S\": [1] }""#)),
                (
                    "keyed".into(),
                    pick(
                        r#"[{"name":"x","p":1},{"name":"old","p":7},{"name":"y","p":2}]"#,
                        r#"[{"name":"x","p":1},{"name":"y","p":5},{"name":"z","p":3}]"#,
                    ),
                ),
                (
                    "turned".into(),
                    pick(
                        r#"[{"key":"x","p":1},{"key":"y","p":2}]"#,
                        r#"[{"key":"y","p":2},{"key":"x","p":1}]"#,
                    ),
                ),
                (
                    "objects".into(),
                    pick(r#"[{"p":1},{"q":2}]"#, r#"[{"p":2},{"q":2}]"#),
                ),
                (
                    "set".into(),
                    if changed {
                        strings(&["b", "c"])
                    } else {
                        strings(&["a", "b"])
                    },
                ),
                ("control".into(), pick(r#""a\u001b[31mred""#, r#""b""#)),
                ("we ird".into(), pick("null", r#""x""#)),
                ("kind".into(), pick(r#""x""#, r#""{\"a\":1}""#)),
                ("same".into(), "same".into()),
                ("empty".into(), pick("{}", r#"{"a":1}"#)),
                ("gone".into(), pick(r#"{"x":{"y":[1]}}"#, "null")),
            ])
        };
        let was = object(&[
            ("id", "a-1".into()),
            ("input", value(false)),
            ("output", json(r#"[{"a":[1,"x\ny"]}]"#)),
        ]);
        let is = object(&[("id", "a-1".into()), ("input", value(true)), ("output", later())]);
        let changes = vec![change("test_thing.upd", Action::Update, Some(was), Some(is))];
        insta::assert_snapshot!(text(&Plan {
            changes,
            ..Plan::default()
        }));
    }

    #[test]
    fn secrets_are_not_shown_even_where_an_attribute_echoes_them() {
        let was = object(&[
            ("id", "a-1".into()),
            ("output", "hunter2".into()),
            ("token_wo_version", 1.into()),
        ]);
        let is = object(&[
            ("id", "a-1".into()),
            ("input", Value::from("other secret").into_secret()),
            ("output", later()),
            ("token_wo", Value::from("hunter2").into_secret()),
            ("token_wo_version", 2.into()),
        ]);
        let outputs = vec![
            OutputChange {
                name: "n".into(),
                before: None,
                after: Some(later()),
                sensitive: false,
                recipe: None,
            },
            OutputChange {
                name: "s".into(),
                before: Some("a".into()),
                after: Some("b".into()),
                sensitive: true,
                recipe: None,
            },
            OutputChange {
                name: "t".into(),
                before: Some("hunter2".into()),
                after: None,
                sensitive: false,
                recipe: None,
            },
        ];
        let changes = vec![
            change("test_thing.new", Action::Create, None, Some(is.clone())),
            change("test_thing.sec", Action::Update, Some(was), Some(is)),
        ];
        let text = text(&Plan {
            changes,
            outputs,
            ..Plan::default()
        });
        assert!(
            !text.contains("hunter2") && !text.contains("other secret"),
            "{text}"
        );
        insta::assert_snapshot!(text);
    }

    #[test]
    fn drift_names_its_owner() {
        let was = object(&[("id", "a-1".into()), ("input", json(r#"[{"a":1,"b":2}]"#))]);
        let is = object(&[("id", "a-1".into()), ("input", json(r#"[{"a":5,"b":2}]"#))]);
        let owner = Owner {
            path: ".input[0].a".into(),
            manager: "kubectl-edit".into(),
            time: Some("2026-01-02T03:04:05Z".into()),
        };
        let drift = vec![
            Drift {
                address: address("test_thing.a"),
                before: was.clone(),
                after: Some(is.clone()),
                owners: vec![owner],
            },
            Drift {
                address: address("test_thing.b"),
                before: was.clone(),
                after: None,
                owners: vec![],
            },
        ];
        let changes = vec![
            change("test_thing.a", Action::Update, Some(is), Some(was.clone())),
            with(
                change("test_thing.b", Action::Create, None, Some(was)),
                Reason::Vanished,
            ),
        ];
        insta::assert_snapshot!(text(&Plan {
            changes,
            drift,
            ..Plan::default()
        }));
    }

    #[test]
    fn a_plan_without_changes_says_so() {
        let same = || Some(object(&[("id", "a-1".into())]));
        let changes = vec![change("test_thing.a", Action::NoOp, same(), same())];
        let nothing = Plan {
            changes,
            ..Plan::default()
        };
        let steps = vec![Step {
            change: 0,
            kind: StepKind::Record,
            after: vec![],
            expect: meshform_engine::plan::Expect::Anything,
        }];
        let records = Plan {
            steps,
            ..nothing.clone()
        };
        let destroy = Plan {
            destroy: true,
            ..Plan::default()
        };
        let outputs = vec![OutputChange {
            name: "o".into(),
            before: None,
            after: Some(json(r#"{"a":[1]}"#)),
            sensitive: false,
            recipe: None,
        }];
        let outputs = Plan {
            outputs,
            ..nothing.clone()
        };
        insta::assert_snapshot!(
            [nothing, records, destroy, outputs]
                .map(|plan| text(&plan))
                .join("=====\n")
        );
        assert!(thing(true).schema().data);
    }
}
