//! From a directory to a module that Python can import: by the battery's own building program.
//!
//! That runs in the sandbox like any compiler, and what it says is hostile text: a submission's
//! build scripts run in its process tree.

use super::super::job::Audit;
use super::confined::{Confined, how};
use super::toolchain::{self, Tools};
use super::{BuildError, Built, environment, put};
use crate::model::experiment::SUBMISSION_DIR;
use crate::model::module::{Failed, Warning};
use crate::model::{Battery, ExitStatus, ModuleBuild};
use crate::sandbox::{Bind, Workshop};

/// Where a battery's files are, inside.
pub const BATTERY_DIR: &str = "/battery";

/// Where what was built is, below the submission's directory.
const BUILT: &str = ".built";

/// Builds what is in the workshop as the module of this lab; what is then started is the battery's
/// program that tries it.
///
/// # Errors
/// What the submission lacks, or what its compiler says of it; what this machine lacks.
pub fn build_module(
    workshop: &Workshop,
    lab: &str,
    name: &str,
    battery: &'static Battery,
) -> Result<Built, BuildError> {
    let about = ["--lab".to_owned(), lab.to_owned()];
    build(
        workshop,
        battery,
        &["--module".to_owned(), name.to_owned()],
        &about,
    )
}

/// Builds what is in the workshop, or takes it as it is, for trying a module that is in no lab.
///
/// # Errors
/// As [`build_module`].
pub fn build_audited(
    workshop: &Workshop,
    audit: &Audit,
    battery: &'static Battery,
) -> Result<Built, BuildError> {
    let mut about = vec!["--import".to_owned(), audit.module.clone()];
    for call in &audit.calls {
        about.push(format!("--call={call}"));
    }
    let how = match &audit.built {
        Some(file) => vec![format!("--built={file}")],
        None => vec!["--module".to_owned(), audit.module.clone()],
    };
    build(workshop, battery, &how, &about)
}

/// Builds by the battery: `how` is for its building program, `about` for the one that tries.
fn build(
    workshop: &Workshop,
    battery: &'static Battery,
    how_to: &[String],
    about: &[String],
) -> Result<Built, BuildError> {
    let python = toolchain::python_with_packages()?;
    let place = workshop.battery_dir();
    put(battery.files(), &place)
        .map_err(|error| BuildError::Io("put the battery in place", error))?;
    let bind = Bind {
        source: place,
        target: BATTERY_DIR.into(),
        is_writable: false,
    };
    let program = |file: &str| vec![python.program_text(), format!("{BATTERY_DIR}/{file}")];
    let mut tools = Tools::of(python.clone());
    // What is missing is said by the build, if it is needed.
    for tool in [toolchain::rustc(), toolchain::cargo()] {
        tools.extend(tool.ok());
    }
    let mut command = program(battery.build);
    command.push(SUBMISSION_DIR.to_owned());
    command.push(format!("{SUBMISSION_DIR}/{BUILT}"));
    command.extend(how_to.iter().cloned());
    let (status, said) =
        Confined::at_submission(workshop, tools.clone(), vec![bind.clone()]).attempt(&command)?;
    let (document, output) = said.apart()?;
    let refusal = |output| BuildError::Failed {
        command: super::typed(&command),
        status: how(status),
        output,
    };
    let Ok(built) = serde_json::from_str::<ModuleBuild>(&document) else {
        return Err(refusal(output));
    };
    if let Some(missing) = built.missing {
        return Err(BuildError::MissingPackage(missing));
    }
    if let Some(failed) = built.failed {
        return Err(blame(failed));
    }
    if status != ExitStatus::Code(0) {
        return Err(refusal(output));
    }
    let mut binds = tools.binds();
    binds.push(bind);
    let mut argv = program(battery.probe);
    argv.extend(about.iter().cloned());
    Ok(Built {
        argv,
        env: environment(&tools),
        binds,
        warnings: built.warnings.iter().map(remark).collect(),
    })
}

fn blame(failed: Failed) -> BuildError {
    if failed.command.is_empty() {
        return BuildError::NothingToBuild(failed.output.trim_end().to_owned());
    }
    BuildError::Failed {
        command: super::typed(&failed.command),
        status: match failed.status {
            Some(status @ ..0) => how(ExitStatus::Signal(-status)),
            Some(status) => how(ExitStatus::Code(status)),
            None => "not started".to_owned(),
        },
        output: failed.output,
    }
}

/// A compiler's remark, as it was printed.
fn remark(warning: &Warning) -> String {
    let option = match warning.option.is_empty() {
        true => String::new(),
        false => format!(" [{}]", warning.option),
    };
    format!(
        "{}:{}: {}{option}\n",
        warning.file, warning.line, warning.text
    )
}
