//! Which system this is: its distribution, what it runs in, and the switches that decide who may trace
//! and who may have namespaces.
//!
//! [`System::of`] is a pure function of [`Signs`], the texts in which a system says what it is, so that
//! each system can be tested from its own. Deliberately absent: whether anything works; that is tried, in
//! the files beside this one.

use std::path::Path;
use std::{env, fs};

/// The texts in which a system says what it is; empty where it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// `/etc/os-release`; see os-release(5).
    pub os_release: String,
    /// `/proc/version`; see proc_version(5).
    pub version: String,
    /// `/proc/self/cgroup`; see cgroups(7).
    pub cgroup: String,
    /// `/run/systemd/container`: the name of what systemd runs in.
    pub systemd_container: String,
    /// Whether there is `/.dockerenv`.
    pub has_docker_file: bool,
    /// Whether there is `/run/.containerenv`, which Podman makes.
    pub has_podman_file: bool,
    /// Whether there is `/var/run/secrets/kubernetes.io`.
    pub has_kubernetes_secrets: bool,
    /// `WSL_DISTRO_NAME`, as the Windows Subsystem for Linux sets it.
    pub wsl_name: String,
    /// `/proc/sys/kernel/apparmor_restrict_unprivileged_userns`, of Ubuntu's kernels.
    pub apparmor_userns: String,
    /// `/proc/sys/kernel/unprivileged_userns_clone`, of Debian's kernels and hardened ones.
    pub userns_clone: String,
    /// `/proc/sys/user/max_user_namespaces`; see namespaces(7).
    pub max_user_namespaces: String,
    /// `/proc/sys/kernel/yama/ptrace_scope`; see ptrace(2).
    pub ptrace_scope: String,
    /// Whether this process is root, in its own user namespace.
    pub is_root: bool,
}

/// A family of distributions: whose packages have the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Debian, and what is made of it.
    Debian,
    /// Ubuntu, and what is made of it: as Debian, and it restricts user namespaces.
    Ubuntu,
    /// Fedora, and those that follow it.
    Fedora,
    /// Arch Linux, and what is made of it.
    Arch,
    /// One that is not known here.
    Other,
}

/// What a system runs in, if it is not the machine itself or a virtual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// Nothing that can be seen.
    Nothing,
    /// A container of Docker's.
    Docker,
    /// A container of Podman's.
    Podman,
    /// A pod of Kubernetes.
    Kubernetes,
    /// Another container, by the name that it gives itself.
    Container(String),
    /// gVisor, which implements the system calls itself.
    Gvisor,
    /// The first Windows Subsystem for Linux, which translates system calls.
    Wsl1,
    /// The second, which has a kernel.
    Wsl2,
}

/// What keeps ordinary users from user namespaces, as far as a switch says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceSwitch {
    /// None that is known.
    None,
    /// AppArmor lets only programs with a profile have them.
    AppArmor,
    /// `kernel.unprivileged_userns_clone` is 0.
    Clone,
    /// `user.max_user_namespaces` is 0.
    Count,
}

/// Which system this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// What it calls itself: `Debian GNU/Linux 12 (bookworm)`.
    pub name: String,
    /// Whose packages it has.
    pub family: Family,
    /// What it runs in.
    pub inside: Inside,
    /// The name of the distribution in the Windows Subsystem for Linux; empty elsewhere.
    pub wsl_name: String,
    /// What keeps users from user namespaces.
    pub namespaces: NamespaceSwitch,
    /// Who may trace, 0 to 3; none where the kernel has no such switch.
    pub ptrace_scope: Option<u8>,
    /// Whether this is root.
    pub is_root: bool,
}

impl Signs {
    /// Those of this machine.
    pub fn read() -> Self {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let is_there = |path: &str| Path::new(path).exists();
        Self {
            os_release: match text("/etc/os-release") {
                release if release.is_empty() => text("/usr/lib/os-release"),
                release => release,
            },
            version: text("/proc/version"),
            cgroup: text("/proc/self/cgroup"),
            systemd_container: text("/run/systemd/container"),
            has_docker_file: is_there("/.dockerenv"),
            has_podman_file: is_there("/run/.containerenv"),
            has_kubernetes_secrets: is_there("/var/run/secrets/kubernetes.io"),
            wsl_name: env::var("WSL_DISTRO_NAME").unwrap_or_default(),
            apparmor_userns: text("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            userns_clone: text("/proc/sys/kernel/unprivileged_userns_clone"),
            max_user_namespaces: text("/proc/sys/user/max_user_namespaces"),
            ptrace_scope: text("/proc/sys/kernel/yama/ptrace_scope"),
            is_root: nix::unistd::geteuid().is_root(),
        }
    }
}

impl System {
    /// The system that gives these signs.
    pub fn of(signs: &Signs) -> Self {
        let field = |key| field(&signs.os_release, key);
        let name = [field("PRETTY_NAME"), field("NAME"), field("ID")]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "an unnamed Linux".to_owned());
        Self {
            name,
            family: family(&field("ID"), &field("ID_LIKE")),
            inside: inside(signs),
            wsl_name: signs.wsl_name.clone(),
            namespaces: namespaces(signs),
            ptrace_scope: signs.ptrace_scope.trim().parse().ok(),
            is_root: signs.is_root,
        }
    }

    /// This one.
    pub fn this() -> Self {
        Self::of(&Signs::read())
    }

    /// Whether it is a container, whose switches are the host's.
    pub fn is_container(&self) -> bool {
        use Inside::{Container, Docker, Kubernetes, Podman};
        matches!(self.inside, Docker | Podman | Kubernetes | Container(_))
    }
}

/// What a field of os-release says: shell-like assignments, the value perhaps in quotes.
fn field(release: &str, key: &str) -> String {
    let value = release.lines().find_map(|line| {
        let (name, value) = line.trim().split_once('=')?;
        (name == key).then_some(value)
    });
    let value = value.unwrap_or_default().trim();
    let bare = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    bare.unwrap_or(value).to_owned()
}

/// By the distribution's own name, else by the first of those that it says it is like.
fn family(id: &str, like: &str) -> Family {
    // Ubuntu's own offspring says `ubuntu debian`, and means both.
    let known = |name: &str| match name {
        "debian" | "raspbian" => Some(Family::Debian),
        "ubuntu" => Some(Family::Ubuntu),
        "fedora" | "rhel" | "centos" | "rocky" | "almalinux" => Some(Family::Fedora),
        "arch" | "archarm" | "manjaro" => Some(Family::Arch),
        _ => None,
    };
    std::iter::once(id)
        .chain(like.split_whitespace())
        .find_map(known)
        .unwrap_or(Family::Other)
}

fn inside(signs: &Signs) -> Inside {
    let version = signs.version.to_ascii_lowercase();
    let systemd = signs.systemd_container.trim();
    if is_gvisor(&signs.version) {
        Inside::Gvisor
    } else if signs.has_kubernetes_secrets || signs.cgroup.contains("kubepods") {
        Inside::Kubernetes
    } else if signs.has_podman_file || systemd == "podman" {
        Inside::Podman
    } else if signs.has_docker_file || systemd == "docker" || signs.cgroup.contains("/docker") {
        Inside::Docker
    } else if !matches!(systemd, "" | "wsl") {
        Inside::Container(systemd.to_owned())
    } else if signs.cgroup.contains("/lxc") {
        Inside::Container("lxc".to_owned())
    } else if version.contains("wsl2") {
        Inside::Wsl2
    } else if signs.version.contains("Microsoft") {
        // The first one's release ends so, with a capital; kernels of the second before 4.19.84 had a
        // small one.
        Inside::Wsl1
    } else if version.contains("microsoft") {
        Inside::Wsl2
    } else {
        Inside::Nothing
    }
}

/// The release and build that gVisor gives itself.
fn is_gvisor(version: &str) -> bool {
    version.starts_with("Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016")
}

fn namespaces(signs: &Signs) -> NamespaceSwitch {
    let is = |text: &str, value| text.trim() == value;
    if is(&signs.apparmor_userns, "1") {
        NamespaceSwitch::AppArmor
    } else if is(&signs.userns_clone, "0") {
        NamespaceSwitch::Clone
    } else if is(&signs.max_user_namespaces, "0") {
        NamespaceSwitch::Count
    } else {
        NamespaceSwitch::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(text: &str) -> System {
        System::of(&Signs {
            os_release: text.to_owned(),
            ..Signs::default()
        })
    }

    #[test]
    fn distributions_are_known_by_their_names_and_by_what_they_are_like() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n";
        assert_eq!(release(debian).name, "Debian GNU/Linux 12 (bookworm)");
        for (text, family) in [
            (debian, Family::Debian),
            ("ID=ubuntu\nID_LIKE=debian\n", Family::Ubuntu),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Family::Ubuntu),
            ("ID=raspbian\nID_LIKE=debian\n", Family::Debian),
            ("ID=fedora\nVERSION_ID=42\n", Family::Fedora),
            ("ID='rocky'\nID_LIKE='rhel centos fedora'\n", Family::Fedora),
            ("NAME=\"Arch Linux\"\nID=arch\n", Family::Arch),
            ("ID=endeavouros\nID_LIKE=arch\n", Family::Arch),
            ("ID=alpine\n", Family::Other),
            ("", Family::Other),
            ("not = what\n=\nID\nID=\"\n", Family::Other),
        ] {
            assert_eq!(release(text).family, family, "{text}");
        }
    }

    fn in_(signs: Signs) -> Inside {
        System::of(&signs).inside
    }

    #[test]
    fn containers_show_themselves() {
        let empty = Signs::default;
        assert_eq!(in_(empty()), Inside::Nothing);
        assert_eq!(
            in_(Signs {
                has_docker_file: true,
                ..empty()
            }),
            Inside::Docker
        );
        assert_eq!(
            in_(Signs {
                cgroup: "12:pids:/docker/0123\n".into(),
                ..empty()
            }),
            Inside::Docker
        );
        assert_eq!(
            in_(Signs {
                has_podman_file: true,
                systemd_container: "podman\n".into(),
                ..empty()
            }),
            Inside::Podman
        );
        assert_eq!(
            in_(Signs {
                has_kubernetes_secrets: true,
                has_docker_file: true,
                ..empty()
            }),
            Inside::Kubernetes
        );
        assert_eq!(
            in_(Signs {
                systemd_container: "systemd-nspawn\n".into(),
                ..empty()
            }),
            Inside::Container("systemd-nspawn".into())
        );
    }

    #[test]
    fn windows_shows_itself_in_the_kernels_name() {
        let version = |version: &str| {
            in_(Signs {
                version: version.into(),
                // With systemd, which takes it for a container.
                systemd_container: "wsl\n".into(),
                ..Signs::default()
            })
        };
        let second = "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1)";
        assert_eq!(version(second), Inside::Wsl2);
        let old = "Linux version 4.19.43-microsoft-standard (oe-user@oe-host)";
        assert_eq!(version(old), Inside::Wsl2);
        let first = "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)";
        assert_eq!(version(first), Inside::Wsl1);
        let gvisor = "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016";
        assert_eq!(version(gvisor), Inside::Gvisor);
    }

    #[test]
    fn the_first_switch_that_is_off_is_named() {
        let of = |apparmor: &str, clone: &str, count: &str| {
            System::of(&Signs {
                apparmor_userns: apparmor.into(),
                userns_clone: clone.into(),
                max_user_namespaces: count.into(),
                ..Signs::default()
            })
            .namespaces
        };
        assert_eq!(of("1\n", "1\n", "63000\n"), NamespaceSwitch::AppArmor);
        assert_eq!(of("0\n", "0\n", "63000\n"), NamespaceSwitch::Clone);
        assert_eq!(of("", "", "0\n"), NamespaceSwitch::Count);
        assert_eq!(of("", "", ""), NamespaceSwitch::None);
    }
}
