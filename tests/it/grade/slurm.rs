//! The same over a real Slurm of four nodes on this machine: `scripts/slurm/up`.

use std::path::{Path, PathBuf};
use std::process::Command;

use syslab::exit;

use super::{Arrivals, GRADE, MANY, class, marks, said};
use crate::workspace::syslab;

/// A Slurm that is taken down when it is dropped.
struct Cluster(PathBuf);

impl Cluster {
    /// Brings one up; `None`, said aloud, where it is not installed.
    fn up(directory: &Path) -> Option<Self> {
        let is_there = |program: &str| {
            ["/usr/bin", "/usr/sbin"]
                .iter()
                .any(|place| Path::new(place).join(program).exists())
        };
        let is_root = nix::unistd::geteuid().is_root();
        if !is_root
            || !["sbatch", "slurmctld", "slurmd", "munged"]
                .into_iter()
                .all(is_there)
        {
            println!("skipped: Slurm is not installed; see scripts/slurm/up");
            return None;
        }
        let up = script("up", directory);
        assert!(up, "scripts/slurm/up failed");
        Some(Self(directory.to_owned()))
    }

    fn conf(&self) -> PathBuf {
        self.0.join("slurm.conf")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script("down", &self.0);
    }
}

fn script(name: &str, directory: &Path) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scripts/slurm")
        .join(name);
    let status = Command::new(path).arg(directory).status().unwrap();
    status.success()
}

#[test]
fn jobs_of_a_cluster_grade_a_class_and_killed_ones_cost_nobody_anything() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let Some(cluster) = Cluster::up(&here.join("slurm")) else {
        return;
    };
    class(here, &MANY);
    let arrivals = Arrivals::watch(here);
    let mut driver = syslab(here)
        .args(GRADE)
        .args(["--engine", "slurm", "-j", "4", "--slurm", "mem=400"])
        .env("SLURM_CONF", cluster.conf())
        .spawn()
        .unwrap();
    arrivals.next();
    // Whatever runs is killed, and never comes back by itself.
    let killed = Command::new("scancel")
        .args(["--signal=KILL", "--state=RUNNING", "--user=root"])
        .env("SLURM_CONF", cluster.conf())
        .status()
        .unwrap();
    assert!(killed.success());
    let status = driver.wait().unwrap();
    assert_eq!(status.code(), Some(i32::from(exit::DONE)));
    let status = said(here, &["grade", "status", "run"], exit::DONE);
    assert!(status.contains("graded      10"), "{status}");
    assert_eq!(marks(here, ".begun"), 0);
}
