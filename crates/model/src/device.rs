//! Where a model's tensors live and its work is done.

use crate::error::ModelError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a model lives.
///
/// On the CPU the blocks' own fused bodies run; elsewhere the bodies composed of Burn's operations.
/// Every device but the CPU is a feature of the build. Weights and gradients are seen as slices in
/// this machine's memory wherever the model lives: correct, but each
/// [`update`](crate::T5::update) away from the CPU moves all weights there and back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum Device {
    /// This machine's processor.
    #[default]
    Cpu,
    /// The adapter that wgpu likes best, over Vulkan, Metal or DirectX; needs the feature `wgpu`.
    Wgpu,
    /// An NVIDIA card by its number; needs the feature `cuda`.
    Cuda(usize),
}

impl FromStr for Device {
    type Err = ModelError;

    /// Reads `cpu`, `wgpu`, `cuda`, which is the first card, or `cuda:1`.
    fn from_str(word: &str) -> Result<Device, ModelError> {
        let unknown = || {
            ModelError::Device(format!(
                "`{word}` is no device; expected cpu, wgpu, cuda or cuda: and the card's number"
            ))
        };
        match word {
            "cpu" => Ok(Device::Cpu),
            "wgpu" => Ok(Device::Wgpu),
            "cuda" => Ok(Device::Cuda(0)),
            _ => {
                let number = word.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().map(Device::Cuda).map_err(|_| unknown())
            }
        }
    }
}

impl TryFrom<String> for Device {
    type Error = ModelError;

    fn try_from(word: String) -> Result<Device, ModelError> {
        word.parse()
    }
}

impl From<Device> for String {
    fn from(device: Device) -> String {
        device.to_string()
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Wgpu => f.write_str("wgpu"),
            Device::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

impl Device {
    /// What the device calls itself, such as the name of a graphics card.
    ///
    /// # Errors
    /// When the build lacks the device's feature, or the machine the device.
    pub fn describe(self) -> Result<String, ModelError> {
        match self {
            Device::Cpu => Ok("this machine's processor".to_owned()),
            Device::Wgpu => wgpu().map(|(_, name)| name),
            Device::Cuda(number) => cuda(number).map(|(_, name)| name),
        }
    }

    /// Opens the device, which must be there and part of this build.
    pub(crate) fn open(self) -> Result<burn::tensor::Device, ModelError> {
        match self {
            Device::Cpu => Ok(burn::tensor::Device::flex()),
            Device::Wgpu => wgpu().map(|(device, _)| device),
            Device::Cuda(number) => cuda(number).map(|(device, _)| device),
        }
    }
}

/// An open device and its name.
type Named = (burn::tensor::Device, String);

/// The adapter is asked for once: opening one that is open already is an error.
#[cfg(feature = "wgpu")]
fn wgpu() -> Result<Named, ModelError> {
    use std::sync::OnceLock;
    static OPEN: OnceLock<Result<Named, String>> = OnceLock::new();
    let open = || match burn::tensor::Device::wgpu_options().init_with_setup() {
        Ok((device, setup)) => {
            let name = setup.adapter.get_info().name;
            Ok((device, format!("{name} over {:?}", setup.backend)))
        }
        Err(error) => Err(error.to_string()),
    };
    OPEN.get_or_init(open).clone().map_err(|what| {
        ModelError::Device(format!("wgpu: {what}; is a driver for Vulkan or Metal installed?"))
    })
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Result<Named, ModelError> {
    Err(missing("wgpu"))
}

#[cfg(feature = "cuda")]
fn cuda(number: usize) -> Result<Named, ModelError> {
    let cards = burn::tensor::Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec();
    if number >= cards.len() {
        return Err(ModelError::Device(format!(
            "cuda:{number}: NVIDIA's driver shows {} cards, counted from 0; is it installed?",
            cards.len()
        )));
    }
    let device = burn::tensor::Device::cuda(number);
    let name = device.identity().map_or_else(|| "CUDA card".to_owned(), |identity| identity.name);
    Ok((device, name))
}

#[cfg(not(feature = "cuda"))]
fn cuda(_: usize) -> Result<Named, ModelError> {
    Err(missing("cuda"))
}

#[cfg(not(all(feature = "wgpu", feature = "cuda")))]
fn missing(feature: &str) -> ModelError {
    ModelError::Device(format!("this build has no {feature}: build it with --features {feature}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_devices() {
        for (word, device) in [
            ("cpu", Device::Cpu),
            ("wgpu", Device::Wgpu),
            ("cuda:0", Device::Cuda(0)),
            ("cuda:12", Device::Cuda(12)),
        ] {
            assert_eq!(word.parse::<Device>().unwrap(), device);
            assert_eq!(device.to_string(), word);
        }
        assert_eq!("cuda".parse::<Device>().unwrap(), Device::Cuda(0));
        for word in ["gpu", "cuda:", "cuda:-1", "CPU", ""] {
            let error = word.parse::<Device>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{word}`")) && error.contains("wgpu"), "{error}");
        }
    }

    /// As recipes hold them.
    #[test]
    fn devices_are_written_as_words() {
        let device: Device = serde_json::from_str("\"cuda\"").unwrap();
        assert_eq!(serde_json::to_string(&device).unwrap(), "\"cuda:0\"");
        let error = serde_json::from_str::<Device>("\"tpu\"").unwrap_err().to_string();
        assert!(error.contains("`tpu` is no device"), "{error}");
    }

    #[cfg(not(feature = "wgpu"))]
    #[test]
    fn what_the_build_lacks_is_named() {
        let error = Device::Wgpu.open().unwrap_err().to_string();
        assert!(error.contains("--features wgpu"), "{error}");
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn cards_need_the_feature() {
        let error = Device::Cuda(3).open().unwrap_err().to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
