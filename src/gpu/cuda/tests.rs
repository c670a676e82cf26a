//! The driver's side, against the simulated device: no GPU is needed, and none is looked for.
//!
//! A test starts the device process' own loop, which starts this test program once more, with nothing to run
//! but the test that needs a device. That one does nothing where it was not started so.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::gpu::host::{Fact, serve};

/// By which the inner test knows where the library is.
const DRIVER: &str = "SYSLAB_TEST_DRIVER";

const KERNEL: &str = r#"
.version 7.5
.target sm_75
.address_size 64
.visible .entry twice(.param .u64 p, .param .u32 n)
{
    .reg .pred %p<2>;
    .reg .b32 %r<4>;
    .reg .b64 %rd<4>;
    ld.param.u64 %rd1, [p];
    ld.param.u32 %r1, [n];
    mov.u32 %r2, %tid.x;
    setp.ge.u32 %p1, %r2, %r1;
    @%p1 bra done;
    mul.wide.u32 %rd2, %r2, 4;
    add.s64 %rd3, %rd1, %rd2;
    ld.global.u32 %r3, [%rd3];
    add.u32 %r3, %r3, %r3;
    st.global.u32 [%rd3], %r3;
done:
    ret;
}
"#;

/// The library, compiled; none where there is no compiler.
fn library(place: &Path) -> Option<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gpu/host/library");
    let files = std::fs::read_dir(sources).unwrap();
    let files = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "c"));
    let made = place.join("libcuda.so.1");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-shared", "-fPIC", "-fvisibility=hidden"])
        .arg("-Wl,-soname,libcuda.so.1")
        .args(files)
        .arg("-o")
        .arg(&made)
        .args(["-pthread", "-ldl"])
        .status();
    match compiled {
        Ok(status) => {
            assert!(status.success());
            Some(made)
        }
        Err(error) => {
            eprintln!("skipped: cc: {error}");
            None
        }
    }
}

/// The facts of a run of one of the inner tests, with the device in this state.
fn facts(test: &str, device: &[&str]) -> Option<Vec<Fact>> {
    if !cuda::CAN_LOAD {
        println!("skipped: {}", cuda::CANNOT_LOAD);
        return None;
    }
    let place = tempfile::tempdir().unwrap();
    let driver = library(place.path())?;
    let mut args: Vec<OsString> = device.iter().map(OsString::from).collect();
    args.extend(["--", "/usr/bin/env"].map(OsString::from));
    args.push(format!("{DRIVER}={}", driver.display()).into());
    args.push(std::env::current_exe().unwrap().into());
    args.extend(["--exact", "--nocapture", test].map(OsString::from));
    let mut out = Vec::new();
    serve(&args, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

fn passed(facts: &[Fact]) {
    let end = facts.iter().find_map(|fact| match fact {
        Fact::End(end) => Some(end),
        _ => None,
    });
    let end = end.unwrap();
    assert_eq!(end.status, Some(0), "{}\n{}", end.stdout, end.stderr);
    assert!(end.stdout.contains("1 passed"), "{}", end.stdout);
}

fn driver() -> Option<PathBuf> {
    std::env::var_os(DRIVER).map(PathBuf::from)
}

#[test]
fn with_a_device_inside() {
    let Some(driver) = driver() else {
        return;
    };
    let cuda = Cuda::find(Some(&driver)).unwrap();
    assert_eq!(cuda.description().capability, (7, 5));
    let kernel = cuda.load(KERNEL, "twice").unwrap();
    assert!(cuda.load(KERNEL, "thrice").is_err());
    let numbers: Vec<u8> = (0..40_u32).flat_map(u32::to_le_bytes).collect();
    let mut buffer = cuda.alloc(numbers.len()).unwrap();
    assert!(cuda.write(&mut buffer, &[0; 161]).is_err());
    cuda.write(&mut buffer, &numbers).unwrap();
    let arguments = [Arg::Ptr(buffer.pointer()), Arg::U32(40)];
    let shape = (Dim3::line(1), Dim3::line(64));
    cuda.launch(&kernel, shape, 0, &arguments).unwrap();
    let doubled: Vec<u8> = (0..40_u32).flat_map(|n| (2 * n).to_le_bytes()).collect();
    assert_eq!(cuda.read(&buffer).unwrap(), doubled);
    let timing = cuda.time(
        |_| Ok(()),
        |cuda| cuda.launch(&kernel, shape, 0, &arguments),
    );
    assert_eq!(timing.unwrap().sorted_us.len(), 15);
    // Too many threads: refused at once.
    let shape = (Dim3::line(1), Dim3::line(2048));
    assert!(cuda.launch(&kernel, shape, 0, &arguments).is_err());
    // Nowhere: refused when somebody waits.
    let arguments = [Arg::U64(1 << 20), Arg::U32(40)];
    let shape = (Dim3::line(1), Dim3::line(64));
    cuda.launch(&kernel, shape, 0, &arguments).unwrap();
    assert!(cuda.wait().is_err());
}

#[test]
fn a_device_computes_and_refuses() {
    let Some(facts) = facts(
        "gpu::cuda::tests::with_a_device_inside",
        &["--late", "first"],
    ) else {
        return;
    };
    passed(&facts);
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact, Fact::KernelFault { .. }))
    );
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Left(_))));
}

#[test]
fn without_a_device_inside() {
    let Some(driver) = driver() else {
        return;
    };
    let error = Cuda::find(Some(&driver)).unwrap_err();
    assert!(matches!(error, CudaError::NoDevice), "{error}");
}

#[test]
fn no_device_is_an_ordinary_error() {
    let test = "gpu::cuda::tests::without_a_device_inside";
    if let Some(facts) = facts(test, &["--no-device"]) {
        passed(&facts);
    }
}

#[test]
fn no_driver_is_an_ordinary_error() {
    let error = Cuda::find(Some(Path::new("/nowhere/libcuda.so.1"))).unwrap_err();
    assert!(matches!(error, CudaError::NoDriver(_)), "{error}");
}

#[test]
fn a_peak_is_two_transfers_a_clock() {
    assert_eq!(peak(5_001_000, 256), Some(2.0 * 5.001e9 * 32.0));
    assert_eq!(peak(0, 256), None);
}
