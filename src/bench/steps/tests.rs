//! Each system's way, from its facts.

use std::path::Path;

use super::install::ZIG;
use super::{Lacks, Step, steps};
use crate::probes::{Probe, Signs, Standing, System};

const DEBIAN: &str = "ID=debian\n";
const UBUNTU: &str = "ID=ubuntu\nID_LIKE=debian\n";
const FEDORA: &str = "ID=fedora\n";
const ARCH: &str = "ID=arch\n";

fn system(os_release: &str) -> Signs {
    Signs {
        os_release: os_release.to_owned(),
        ..Signs::default()
    }
}

fn way(signs: &Signs, lacks: &Lacks) -> Vec<Step> {
    steps(&System::of(signs), lacks, Path::new("/usr/bin/syslab"))
}

/// The commands of the steps before the one that begins the lessons.
fn before_the_lessons(steps: &[Step]) -> Vec<&str> {
    steps
        .iter()
        .take_while(|step| step.goal != "Begin")
        .flat_map(|step| &step.commands)
        .map(String::as_str)
        .collect()
}

fn confinement() -> Lacks {
    Lacks {
        confinement: true,
        ..Lacks::default()
    }
}

#[test]
fn where_all_is_well_one_begins() {
    for release in [DEBIAN, UBUNTU, FEDORA, ARCH, ""] {
        let steps = way(&system(release), &Lacks::default());
        let [only] = &steps[..] else {
            panic!("{steps:?}");
        };
        assert_eq!(only.goal, "Begin");
        assert_eq!(only.commands[0], "syslab init systems --lang python");
    }
}

#[test]
fn every_distribution_installs_in_its_own_words() {
    let lacks = Lacks {
        tools: vec!["python3", "cc", "strace", "rustc"],
        ..Lacks::default()
    };
    for (release, command) in [
        (
            DEBIAN,
            "sudo apt-get update && sudo apt-get install -y python3 gcc libc6-dev strace",
        ),
        (
            UBUNTU,
            "sudo apt-get update && sudo apt-get install -y python3 gcc libc6-dev strace",
        ),
        (FEDORA, "sudo dnf install -y python3 gcc strace"),
        (ARCH, "sudo pacman -S --needed python gcc strace"),
    ] {
        let steps = way(&system(release), &lacks);
        assert_eq!(before_the_lessons(&steps), [command]);
        assert_eq!(
            steps.last().unwrap().goal,
            "Install Rust, if you want to write in it"
        );
    }
    let unknown = way(&system("ID=alpine\n"), &lacks);
    assert_eq!(before_the_lessons(&unknown), [] as [&str; 0]);
    assert!(
        unknown[0].why.contains("python3, cc, strace"),
        "{unknown:?}"
    );
}

#[test]
fn root_needs_no_sudo() {
    let lacks = Lacks {
        tools: vec!["strace"],
        ..Lacks::default()
    };
    let root = Signs {
        is_root: true,
        ..system(DEBIAN)
    };
    assert_eq!(
        before_the_lessons(&way(&root, &lacks)),
        ["apt-get update && apt-get install -y strace"]
    );
}

#[test]
fn ubuntu_gets_a_profile_for_this_program() {
    let ubuntu = Signs {
        apparmor_userns: "1\n".into(),
        ..system(UBUNTU)
    };
    let steps = way(&ubuntu, &confinement());
    assert_eq!(
        before_the_lessons(&steps),
        [
            "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile syslab /usr/bin/syslab \
             flags=(unconfined) {\\n  userns,\\n}\\n' | sudo tee /etc/apparmor.d/syslab",
            "sudo apparmor_parser -r /etc/apparmor.d/syslab",
        ]
    );
}

#[test]
fn a_path_that_would_mean_something_to_a_shell_is_in_no_command() {
    let ubuntu = System::of(&Signs {
        apparmor_userns: "1\n".into(),
        ..system(UBUNTU)
    });
    for path in [
        "/home/a b/syslab",
        "/home/'$(x)'/syslab",
        "/home/%s/syslab",
        "syslab",
    ] {
        let steps = steps(&ubuntu, &confinement(), Path::new(path));
        assert_eq!(
            before_the_lessons(&steps),
            [
                "echo kernel.apparmor_restrict_unprivileged_userns=0 | \
                 sudo tee -a /etc/sysctl.d/90-syslab.conf",
                "sudo sysctl -p /etc/sysctl.d/90-syslab.conf",
            ]
        );
    }
}

#[test]
fn switches_of_the_kernel_are_named() {
    let first = |signs: Signs, lacks: Lacks| {
        let steps = way(&signs, &lacks);
        before_the_lessons(&steps)[0].to_owned()
    };
    let hardened = Signs {
        userns_clone: "0\n".into(),
        ..system(ARCH)
    };
    assert!(first(hardened, confinement()).contains("kernel.unprivileged_userns_clone=1"));
    let none = Signs {
        max_user_namespaces: "0\n".into(),
        ..system(FEDORA)
    };
    assert!(first(none, confinement()).contains("user.max_user_namespaces=10000"));
    let scope = Signs {
        ptrace_scope: "2\n".into(),
        ..system(DEBIAN)
    };
    let tracing = Lacks {
        tracing: true,
        ..Lacks::default()
    };
    assert!(first(scope, tracing.clone()).contains("kernel.yama.ptrace_scope=1"));
    // Nothing that is known: no command is guessed.
    let steps = way(&system(DEBIAN), &tracing);
    assert!(steps[0].goal.contains("traced") && steps[0].commands.is_empty());
}

#[test]
fn containers_are_started_anew_and_not_changed_from_within() {
    let docker = Signs {
        has_docker_file: true,
        is_root: true,
        apparmor_userns: "1\n".into(),
        ..system(DEBIAN)
    };
    let steps = way(&docker, &confinement());
    assert_eq!(
        before_the_lessons(&steps),
        [
            "docker run -it --security-opt seccomp=unconfined --security-opt systempaths=unconfined \
          --security-opt apparmor=unconfined IMAGE"
        ]
    );
    let podman = Signs {
        has_podman_file: true,
        ..system(FEDORA)
    };
    let steps = way(&podman, &confinement());
    assert!(before_the_lessons(&steps)[0].starts_with("podman run "));
    let pod = Signs {
        has_kubernetes_secrets: true,
        ..system(DEBIAN)
    };
    assert!(way(&pod, &confinement())[0].why.contains("procMount"));
    // A container that can do everything needs nothing.
    assert_eq!(way(&docker, &Lacks::default()).len(), 1);
}

#[test]
fn windows_gets_a_kernel_first() {
    let first = Signs {
        version: "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)".into(),
        wsl_name: "Ubuntu-24.04".into(),
        ..system(UBUNTU)
    };
    let lacks = Lacks {
        tracing: true,
        kernel: true,
        ..confinement()
    };
    let steps = way(&first, &lacks);
    assert_eq!(
        before_the_lessons(&steps),
        ["wsl --update", "wsl --set-version Ubuntu-24.04 2"]
    );
    let second = Signs {
        version: "Linux version 5.10.16.3-microsoft-standard-WSL2".into(),
        ..system(UBUNTU)
    };
    let steps = way(&second, &lacks);
    assert_eq!(
        before_the_lessons(&steps),
        ["wsl --update", "wsl --shutdown"]
    );
    // A kernel that is new enough has the switches of any other.
    let today = Signs {
        version: "Linux version 6.6.87.2-microsoft-standard-WSL2".into(),
        ptrace_scope: "2\n".into(),
        ..system(UBUNTU)
    };
    let lacks = Lacks {
        tracing: true,
        ..Lacks::default()
    };
    assert!(before_the_lessons(&way(&today, &lacks))[0].contains("ptrace_scope=1"));
}

#[test]
fn gvisor_is_told_apart_from_linux() {
    let gvisor = Signs {
        version: "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016".into(),
        ..system(DEBIAN)
    };
    let steps = way(&gvisor, &confinement());
    assert!(steps[0].why.contains("virtual machine"), "{steps:?}");
}

#[test]
fn the_environment_has_what_setup_puts_there() {
    let setup = include_str!("../../../scripts/setup");
    assert!(setup.contains(ZIG), "scripts/setup has another version");
    let lacks = Lacks {
        extensions: true,
        kernels: true,
        ..Lacks::default()
    };
    let steps = way(&system(DEBIAN), &lacks);
    let pip = steps.last().unwrap().commands.last().unwrap();
    let packages = include_str!("../../../scripts/python-packages.txt");
    assert!(
        packages.lines().all(|package| pip.contains(package)),
        "{pip}"
    );
    assert!(pip.contains(ZIG), "{pip}");
    // What only the one lesson needs is not asked for the other.
    let lacks = Lacks {
        kernels: true,
        ..Lacks::default()
    };
    let steps = way(&system(ARCH), &lacks);
    let pip = steps.last().unwrap().commands.last().unwrap();
    assert!(pip.ends_with(&format!("install {ZIG}")), "{pip}");
}

#[test]
fn who_has_no_python_begins_in_c() {
    let lacks = Lacks {
        tools: vec!["python3"],
        ..Lacks::default()
    };
    let steps = way(&system("ID=other\n"), &lacks);
    let begin = steps.iter().find(|step| step.goal == "Begin").unwrap();
    assert_eq!(begin.commands[0], "syslab init systems --lang c");
}

#[test]
fn lacks_are_what_probes_found() {
    let probes = [
        Probe::good("ptrace", "yes"),
        Probe::new("strace", Standing::Weak, "not found", "install it"),
        Probe::new("confinement", Standing::Missing, "none", "?"),
        Probe::new("cgroups", Standing::Note, "none", ""),
    ];
    let expected = Lacks {
        tools: vec!["strace"],
        ..confinement()
    };
    assert_eq!(Lacks::of(&probes), expected);
}
