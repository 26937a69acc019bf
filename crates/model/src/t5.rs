//! A T5 with its weights.

use crate::blocks::Mode;
use crate::blocks::head::{Targets, cross_entropy};
use crate::config::T5Config;
use crate::device;
use crate::dropout::Dropout;
use crate::error::ModelError;
use crate::flex;
use crate::forward::Forward;
use crate::gradients::Gradients;
use crate::init::Init;
use crate::inputs::Inputs;
use crate::kernels::cross_entropy::Objective;
use crate::parameters::{Parameters, Spec, specs};
use crate::precision::Precision;
use burn::backend::flex::FlexTensor;
use burn::tensor::{Device, FloatDType, Tensor};
use ext5_core::{Batch, Key};
use std::fmt;

/// An encoder-decoder with its weights: on the CPU, until [`to_device`](T5::to_device) moves it.
///
/// Weights are visited and changed as `f32` slices under their Hugging Face names and shapes, always
/// in the same order. A clone shares them until one of the two is changed.
#[derive(Clone)]
pub struct T5 {
    pub(crate) config: T5Config,
    pub(crate) specs: Vec<Spec>,
    /// One tensor for each spec; gains have the shape `[1, d_model]`.
    pub(crate) tensors: Vec<Tensor<2>>,
    precision: Precision,
}

/// What is added to the cross-entropy, dropout, and what is kept for the backward pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct LossOptions {
    /// Weight of (log Z)² beside the cross-entropy.
    pub z_loss: f64,
    /// Share of the target's probability that is spread over all other ids. The constant entropy
    /// of the smoothed target is taken away from the loss.
    pub label_smoothing: f64,
    /// Dropout at every site of the model.
    pub dropout: Option<Dropout>,
    /// Whether blocks keep their inputs alone and compute the rest again when the backward pass
    /// comes to them (activation checkpointing): less memory for about a third more time. Results
    /// are the same to the bit. The blocks of the CPU do so; on other devices nothing changes.
    pub recompute: bool,
}

/// What a backward pass gives. Nothing is divided by the number of tokens.
#[derive(Clone, Debug)]
pub struct Backward {
    /// Negative log-likelihood of each target, `[rows, targets]`, without z-loss and smoothing; 0
    /// where its weight is 0.
    pub token_losses: Vec<f32>,
    /// The weighted sum over all targets, z-loss and smoothing included.
    pub loss: f64,
    /// The gradient of `loss` for every parameter.
    pub gradients: Gradients,
}

impl T5 {
    /// A model with first weights that depend on the configuration, `init` and `key` only.
    ///
    /// # Errors
    /// When no model can have that configuration.
    pub fn init(config: T5Config, init: Init, key: Key) -> Result<T5, ModelError> {
        config.check()?;
        let values = specs(&config).iter().map(|spec| init.values(&config, spec, key)).collect();
        Ok(T5::from_values(config, values))
    }

    /// A model with the values of all parameters in order.
    pub(crate) fn from_values(config: T5Config, values: Vec<Vec<f32>>) -> T5 {
        let specs = specs(&config);
        let device = Device::flex();
        let tensor = |(values, spec): (Vec<f32>, &Spec)| {
            let shape = match *spec.shape {
                [rows, columns] => [rows, columns],
                _ => [1, values.len()],
            };
            flex::from_vec(values, shape, &device)
        };
        let tensors = values.into_iter().zip(&specs).map(tensor).collect();
        T5 { config, specs, tensors, precision: Precision::F32 }
    }

    /// Moves the model to a device. Nothing else about it changes: all that it does, it does
    /// there, to the same results but for rounding.
    ///
    /// # Errors
    /// When the build lacks the device's feature, or the machine the device.
    pub fn to_device(mut self, device: device::Device) -> Result<T5, ModelError> {
        let device = device.open()?;
        let moved = |tensor: Tensor<2>| {
            let shape = tensor.dims();
            flex::from_vec(flex::into_vec(tensor), shape, &device)
        };
        self.tensors = self.tensors.into_iter().map(moved).collect();
        Ok(self)
    }

    /// Computes in `precision` from now on, on the device where the model is.
    ///
    /// # Errors
    /// When the device does not have it.
    pub fn with_precision(mut self, precision: Precision) -> Result<T5, ModelError> {
        let lacks = |tensor: &Tensor<2>| !tensor.device().supports_dtype(FloatDType::BF16);
        if precision == Precision::Bf16 && self.tensors.first().is_some_and(lacks) {
            let what = "it has no bf16, which graphics cards of NVIDIA have by `cuda`; use f32";
            return Err(ModelError::Device(what.to_owned()));
        }
        self.precision = precision;
        Ok(self)
    }

    /// The shape.
    pub fn config(&self) -> &T5Config {
        &self.config
    }

    /// Shows every parameter: its name, shape and values.
    pub fn visit(&self, mut look: impl FnMut(&str, &[usize], &[f32])) {
        for (spec, tensor) in self.specs.iter().zip(&self.tensors) {
            flex::read(tensor, |values| look(&spec.name, &spec.shape, values));
        }
    }

    /// Changes every parameter in place: `edit` gets its name and shape, its values and its
    /// gradient.
    ///
    /// # Panics
    /// When the gradients are those of a model of another shape.
    pub fn update(
        &mut self,
        gradients: &Gradients,
        mut edit: impl FnMut(&str, &[usize], &mut [f32], &[f32]),
    ) {
        assert_eq!(gradients.tensors.len(), self.tensors.len(), "gradients of another model");
        let tensors = std::mem::take(&mut self.tensors).into_iter();
        self.tensors = tensors
            .zip(&self.specs)
            .zip(&gradients.tensors)
            .map(|((tensor, spec), gradient)| {
                flex::change(tensor, |values| {
                    assert_eq!(values.len(), gradient.len(), "gradients of another model");
                    edit(&spec.name, &spec.shape, values, gradient);
                })
            })
            .collect();
    }

    /// Runs a batch forward and backward.
    ///
    /// # Errors
    /// When the batch does not fit its own shape or the model.
    pub fn backward(&self, batch: &Batch, options: &LossOptions) -> Result<Backward, ModelError> {
        self.run_backward(batch, options, false).map(|(backward, _)| backward)
    }

    /// The gradients of the plain loss for the input vectors of the encoder, `[rows, inputs,
    /// d_model]`, and of the decoder, `[rows, targets, d_model]`: what tests of packing look at.
    ///
    /// # Errors
    /// Those of [`backward`](Self::backward).
    #[doc(hidden)]
    pub fn input_gradients(&self, batch: &Batch) -> Result<[Vec<f32>; 2], ModelError> {
        self.run_backward(batch, &LossOptions::default(), true).map(|(_, gradients)| gradients)
    }

    fn run_backward(
        &self,
        batch: &Batch,
        options: &LossOptions,
        of_inputs: bool,
    ) -> Result<(Backward, [Vec<f32>; 2]), ModelError> {
        options.check()?;
        let inputs = Inputs::new(batch, &self.config)?;
        let tracked: Vec<Tensor<2>> = self
            .tensors
            .iter()
            .map(|tensor| Tensor::from_inner(tensor.clone()).require_grad())
            .collect();
        let mut forward = self.forward(&tracked, options.dropout);
        forward.mode.recompute = options.recompute;
        // Both sides at once: the gradient of the embedding is as large as the embedding, and would
        // otherwise be made twice and added up.
        let ids = [&batch.encoder_ids[..], &batch.decoder_inputs].concat();
        let vectors = forward.embed(&ids, 1);
        let of_encoder = batch.encoder_ids.len();
        let [encoder_vectors, decoder_vectors] = [0..of_encoder, of_encoder..ids.len()]
            .map(|part| vectors.clone().narrow(1, part.start, part.len()))
            .map(|part| part.reshape([batch.rows as isize, -1, self.config.d_model as isize]))
            .map(|part| match of_inputs {
                true => part.detach().require_grad(),
                false => part,
            });
        let memory = forward.encode(encoder_vectors.clone(), inputs.encoder);
        let hidden = forward.decode(decoder_vectors.clone(), &memory, inputs.decoder, inputs.cross);
        let targets = Targets {
            ids: &batch.decoder_targets,
            weights: &batch.loss_weights,
            objective: options.objective(),
        };
        let found = cross_entropy(&hidden, forward.head(), targets);
        let mut gradients = found.loss.backward();
        let taken = tracked
            .iter()
            .zip(&self.tensors)
            .map(|(tensor, like)| match tensor.grad_remove(&mut gradients) {
                Some(gradient) => flex::into_vec(gradient),
                None => vec![0.0; like.shape().num_elements()],
            })
            .collect();
        let vectors = [&encoder_vectors, &decoder_vectors].map(|vectors| {
            vectors.grad_remove(&mut gradients).map(flex::into_vec).unwrap_or_default()
        });
        let backward = Backward {
            token_losses: found.tokens,
            loss: found.total,
            gradients: Gradients { tensors: taken },
        };
        Ok((backward, vectors))
    }

    /// Negative log-likelihood of each target, `[rows, targets]`; 0 where its weight is 0. No
    /// dropout, no gradient.
    ///
    /// # Errors
    /// When the batch does not fit its own shape or the model.
    pub fn token_losses(&self, batch: &Batch) -> Result<Vec<f32>, ModelError> {
        let (forward, hidden) = self.hidden(batch)?;
        let targets = Targets {
            ids: &batch.decoder_targets,
            weights: &batch.loss_weights,
            objective: LossOptions::default().objective(),
        };
        Ok(cross_entropy(&hidden, forward.head(), targets).tokens)
    }

    /// The logits of every decoder position, `[rows, targets, vocab_size]`: a great deal of memory,
    /// meant for comparing models. At padded positions they mean nothing.
    ///
    /// # Errors
    /// When the batch does not fit its own shape or the model.
    pub fn logits(&self, batch: &Batch) -> Result<Vec<f32>, ModelError> {
        let (forward, hidden) = self.hidden(batch)?;
        let [rows, length, width] = hidden.dims();
        let hidden = hidden.reshape([rows * length, width]);
        Ok(flex::into_vec(hidden.matmul(forward.head().clone().transpose())))
    }

    /// What the head takes, without gradient.
    fn hidden(&self, batch: &Batch) -> Result<(Forward<'_>, Tensor<3>), ModelError> {
        let inputs = Inputs::new(batch, &self.config)?;
        let forward = self.forward(&self.tensors, None);
        let vectors = forward.embed(&batch.encoder_ids, batch.rows);
        let memory = forward.encode(vectors, inputs.encoder);
        let vectors = forward.embed(&batch.decoder_inputs, batch.rows);
        let hidden = forward.decode(vectors, &memory, inputs.decoder, inputs.cross);
        Ok((forward, hidden))
    }

    /// The weights as tensors of Flex, where they live there and are computed with as they are.
    pub(crate) fn primitives(&self) -> Option<Parameters<FlexTensor>> {
        self.mode().may_fuse()?;
        let found: Option<Vec<_>> = self.tensors.iter().map(flex::primitive).collect();
        Some(Parameters::of(&self.config, found?))
    }

    pub(crate) fn forward(&self, tensors: &[Tensor<2>], dropout: Option<Dropout>) -> Forward<'_> {
        let weights = Parameters::of(&self.config, tensors.iter().cloned());
        Forward { config: &self.config, weights, dropout, mode: self.mode() }
    }

    fn mode(&self) -> Mode {
        let epsilon = self.config.layer_norm_epsilon;
        Mode { epsilon, precision: self.precision, recompute: false }
    }
}

impl LossOptions {
    fn objective(&self) -> Objective {
        Objective { z_loss: self.z_loss, label_smoothing: self.label_smoothing }
    }

    fn check(&self) -> Result<(), ModelError> {
        self.dropout.map_or(Ok(()), |dropout| dropout.check())?;
        if !(0.0..1.0).contains(&self.label_smoothing) {
            return Err(ModelError::Config(format!(
                "label_smoothing is {}; expected 0 to 1",
                self.label_smoothing
            )));
        }
        if !(self.z_loss >= 0.0 && self.z_loss.is_finite()) {
            return Err(ModelError::Config(format!(
                "z_loss is {}; expected 0 or more",
                self.z_loss
            )));
        }
        Ok(())
    }
}

impl fmt::Debug for T5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("T5").field("config", &self.config).finish_non_exhaustive()
    }
}
