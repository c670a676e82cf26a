//! Adds two vectors on the GPU, and prints the sum of the result: prog N.

use cudarc::driver::{CudaContext, LaunchConfig, PushKernelArg};
use cudarc::nvrtc::Ptx;

/// Made of kernel.cu before this is compiled.
const KERNEL: &str = include_str!("../kernel.ptx");

/// Threads of a block.
const BLOCK: u32 = 256;

fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    if n == 0 {
        println!("0");
        return;
    }
    // TODO: what if there is no device?
    let context = CudaContext::new(0).unwrap();
    let module = context.load_module(Ptx::from_src(KERNEL)).unwrap();
    let add = module.load_function("add").unwrap();

    // TODO: two streams, each with one half; all of it is issued before anything is waited for.
    let stream = context.default_stream();
    // TODO: a copy into ordinary memory waits. Which memory does a copy need that does not?
    let a: Vec<f32> = (0..n).map(|i| (i % 1000) as f32).collect();
    let b: Vec<f32> = (0..n).map(|i| (i % 7) as f32).collect();
    // TODO: all of these can fail. Who says which one it was, and with which status does the program exit?
    let da = stream.clone_htod(&a).unwrap();
    let db = stream.clone_htod(&b).unwrap();
    let mut dc = stream.alloc_zeros::<f32>(n).unwrap();
    let count = n as i32;
    let mut launch = stream.launch_builder(&add);
    launch.arg(&da).arg(&db).arg(&mut dc).arg(&count);
    // SAFETY: these are the kernel's parameters, and it stays below `count`.
    unsafe {
        launch
            .launch(LaunchConfig {
                grid_dim: ((n as u32).div_ceil(BLOCK), 1, 1),
                block_dim: (BLOCK, 1, 1),
                shared_mem_bytes: 0,
            })
            .unwrap();
    }
    let c = stream.clone_dtoh(&dc).unwrap();
    let sum: f64 = c.iter().copied().map(f64::from).sum();
    println!("{sum:.0}");
}
