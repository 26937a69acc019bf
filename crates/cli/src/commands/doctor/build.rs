//! What this build can use.

use super::Finding;
use super::machine::widest;
use ext5_model::Device;
use ext5_train::parallel;
use std::process::{Command, Stdio};

/// What multiplies matrices.
pub fn matrix_products() -> Finding {
    let name = "matrix products";
    let width = widest().and_then(|widest| widest.split(':').next());
    let kernels = width.unwrap_or("plain instructions");
    Finding::ok(name, format!("the crate gemm with {kernels}; no system BLAS is needed or used"))
}

/// Training over several processes.
pub fn mpi() -> Finding {
    let name = "mpi";
    let launcher = launcher();
    match (parallel::library(), launcher) {
        (Some(library), Some(launcher)) => Finding::ok(name, format!("{library}; {launcher}")),
        (Some(library), None) => Finding::warn(
            name,
            format!("{library}; no mpirun"),
            "install your MPI's launcher (`tools/setup --mpi`), or use the batch system's",
        ),
        (None, Some(launcher)) => Finding::ok(
            name,
            format!(
                "not in this build, and {launcher} is here: build with `--features mpi` to train with several processes"
            ),
        ),
        (None, None) => Finding::ok(
            name,
            "not in this build; only training with several processes needs it (`--features mpi`)",
        ),
    }
}

/// What `mpirun` calls itself, where it is there.
fn launcher() -> Option<String> {
    let output = Command::new("mpirun").arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
}

/// Graphics cards over Vulkan, Metal or DirectX.
pub fn wgpu() -> Finding {
    device("wgpu", cfg!(feature = "wgpu"), Device::Wgpu)
}

/// NVIDIA's cards.
pub fn cuda() -> Finding {
    device("cuda", cfg!(feature = "cuda"), Device::Cuda(0))
}

fn device(name: &'static str, built: bool, device: Device) -> Finding {
    if !built {
        return Finding::ok(
            name,
            format!("not in this build; training on the CPU needs none (`--features {name}`)"),
        );
    }
    match device.describe() {
        Ok(found) => Finding::ok(name, found),
        Err(error) => Finding::warn(name, error.to_string(), "until then, use `device = \"cpu\"`"),
    }
}
