//! Charts from elsewhere, with a real helm: a repository over HTTP and a registry, on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use meshform_sandbox::Sandbox;

use crate::support::{Registry, Said};

/// A chart, and what it renders to.
fn configuration(source: &str) -> String {
    format!(
        "data \"helm_chart\" \"mesh\" {{\n  source  = \"{source}\"\n  name    = \"mesh\"\n  version = \"1.2.3\"\n}}\n\
         data \"helm_template\" \"mesh\" {{\n  source    = data.helm_chart.mesh.source\n  name      = \"mesh\"\n  \
         version   = data.helm_chart.mesh.version\n  digest    = data.helm_chart.mesh.digest\n  release   = \"mesh\"\n  \
         namespace = \"shop\"\n}}\n\
         resource \"meshform_data\" \"rendered\" {{\n  input = jsondecode(data.helm_template.mesh.manifests)[0].data.size\n}}\n\
         output \"size\" {{ value = meshform_data.rendered.output }}\n"
    )
}

struct Folder {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl Folder {
    fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_meshform"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.env.iter().cloned())
            .env("HOME", self.folder.path())
            .output()
            .unwrap();
        Said::of(&output)
    }
}

/// The program helm of the sandbox.
fn helm(env: &[(String, String)]) -> PathBuf {
    let path = env.iter().find(|(name, _)| name == "PATH").unwrap();
    let folders = std::env::split_paths(&path.1);
    folders
        .map(|folder| folder.join("helm"))
        .find(|file| file.is_file())
        .unwrap()
}

fn lives(source: &str, registry: &Registry, env: &[(String, String)], helm: &Path) {
    registry.offer(helm, "mesh", "1.2.3", "size: 1\n");
    let folder = Folder {
        folder: tempfile::tempdir().unwrap(),
        env: env.to_vec(),
    };
    std::fs::write(folder.folder.path().join("mesh.hcl"), configuration(source)).unwrap();
    folder.run(&["init"]).ended(0).said(&["Locked chart mesh 1.2.3"]);
    let lock = std::fs::read_to_string(folder.folder.path().join("meshform.lock.hcl")).unwrap();
    assert!(lock.contains(source) && lock.contains("sha256:"), "{lock}");
    folder.run(&["apply", "-auto-approve"]).ended(0);
    assert_eq!(folder.run(&["output", "-raw", "size"]).ended(0).out, "1");

    // Somebody puts another chart where the version is.
    registry.offer(helm, "mesh", "1.2.3", "size: 2\n");
    folder
        .run(&["plan"])
        .ended(1)
        .said(&["Chart has become another one", "meshform init -upgrade"]);
    folder
        .run(&["preflight"])
        .ended(2)
        .said(&["P35", "Chart has become another one"]);
    folder.run(&["init"]).ended(1);
    folder.run(&["init", "-upgrade"]).ended(0);
    folder.run(&["apply", "-auto-approve"]).ended(0);
    assert_eq!(folder.run(&["output", "-raw", "size"]).ended(0).out, "2");

    // A version that is not there.
    let other = configuration(source).replace("1.2.3", "9.9.9");
    std::fs::write(folder.folder.path().join("mesh.hcl"), other).unwrap();
    folder
        .run(&["plan"])
        .ended(1)
        .said(&["helm pull failed", "9.9.9"]);
}

#[test]
fn charts_are_fetched_and_locked() {
    let sandbox = Sandbox::builder().helm().start().unwrap();
    let env = sandbox.env();
    let (helm, registry) = (helm(&env), Registry::start());
    lives(&registry.repository(), &registry, &env, &helm);
    lives(&registry.oci(), &registry, &env, &helm);
}
