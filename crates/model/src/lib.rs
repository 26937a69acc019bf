//! The T5: modules, weights in and out, decoding.
//!
//! [`T5`] takes a [`Batch`](ext5_core::Batch) of packed rows and gives the loss of every target and
//! the gradient of every parameter. No type of the tensor library is part of the interface:
//! parameters are `f32` slices under their Hugging Face names.
//!
//! Inside, `blocks` are the operations that the model is made of, `kernels` their math on the
//! CPU, and `forward` puts them in order.

mod blocks;
mod config;
mod decode;
mod device;
mod dropout;
mod error;
mod flex;
mod forward;
mod gradients;
mod init;
mod inputs;
mod kernels;
mod losses;
mod parameters;
mod positions;
mod precision;
mod scope;
mod t5;
mod weights;

pub use config::{FeedForward, T5Config};
pub use decode::{Beam, Generation, Guards, LengthPenalty, OptionScore, Sampling, Strategy};
pub use device::Device;
pub use dropout::Dropout;
pub use error::ModelError;
#[doc(hidden)]
pub use flex::composed;
pub use gradients::Gradients;
pub use init::Init;
pub use losses::SlotLoss;
pub use precision::Precision;
pub use t5::{Backward, LossOptions, T5};
