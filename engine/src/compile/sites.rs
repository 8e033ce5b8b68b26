//! The places where modules are called: the configuration before `for_each` and `count` multiply it.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_state::Str;

use crate::config::Module;

/// Numbers the sites; 0 is the root module.
pub(super) type SiteId = usize;

/// One call of a module, or the root module.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) module: Arc<Module>,
    /// The site of the caller, and the call.
    pub(super) parent: Option<(SiteId, Str)>,
    /// The sites of the calls in this one.
    pub(super) children: BTreeMap<Str, SiteId>,
    /// `module.a.module.b`; empty for the root.
    pub(super) path: String,
}

/// All sites below `root`, each behind its caller.
pub(super) fn sites(root: &Arc<Module>) -> Vec<Site> {
    let mut sites = vec![Site {
        module: root.clone(),
        parent: None,
        children: BTreeMap::new(),
        path: String::new(),
    }];
    let mut at = 0;
    while at < sites.len() {
        let (module, path) = (sites[at].module.clone(), sites[at].path.clone());
        for (name, call) in &module.calls {
            let child = sites.len();
            sites[at].children.insert(name.clone(), child);
            let dot = if path.is_empty() { "" } else { "." };
            sites.push(Site {
                module: call.module.clone(),
                parent: Some((at, name.clone())),
                children: BTreeMap::new(),
                path: format!("{path}{dot}module.{name}"),
            });
        }
        at += 1;
    }
    sites
}
