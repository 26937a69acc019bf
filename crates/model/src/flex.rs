//! The glue between tensors and slices: fused operations with a hand-written backward pass, on
//! Burn's CPU backend Flex.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Bytes, DType, Flex};
use burn::tensor::{Device, Tensor, TensorData};
use std::cell::Cell;
use std::fmt::Debug;

type Tracked = FloatTensor<Autodiff<Flex>>;

/// Values as a tensor. They are moved, not copied.
pub(crate) fn from_vec<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A tensor's values; moved where the tensor is their only user.
pub(crate) fn into_vec<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let Ok(values) = tensor.into_data().try_into_vec() else {
        unreachable!("all tensors of this crate are f32")
    };
    values
}

/// Shows a tensor's values.
pub(crate) fn read<R>(tensor: &Tensor<2>, look: impl FnOnce(&[f32]) -> R) -> R {
    match tensor.clone().try_into_primitive::<Flex>() {
        Ok(primitive) => look(slice(&dense(primitive))),
        Err(_) => look(&into_vec(tensor.clone())),
    }
}

/// Changes a tensor's values: in place where it lives on Flex and is their only user.
pub(crate) fn change(tensor: Tensor<2>, edit: impl FnOnce(&mut [f32])) -> Tensor<2> {
    let (device, shape) = (tensor.device(), tensor.dims());
    if !on_flex(&device) {
        let mut values = into_vec(tensor);
        edit(&mut values);
        return from_vec(values, shape, &device);
    }
    match tensor.try_into_primitive::<Flex>() {
        Ok(primitive) => {
            let mut primitive = dense(primitive);
            edit(primitive.storage_mut::<f32>());
            Tensor::from_primitive::<Flex>(primitive)
        }
        Err(error) => unreachable!("{shape:?} on {device:?} is no Flex tensor: {error:?}"),
    }
}

/// Whether tensors of a device live on Flex.
pub(crate) fn on_flex(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// A contiguous tensor of the same values that starts where its storage starts.
fn dense(tensor: FlexTensor) -> FlexTensor {
    let whole = tensor.storage::<f32>().len() == tensor.layout().shape().num_elements();
    if tensor.is_contiguous() && whole { tensor } else { tensor.to_contiguous() }
}

/// The values of an operation's input.
pub(crate) fn slice(tensor: &FlexTensor) -> &[f32] {
    match tensor.as_slice::<f32>() {
        Some(values) => values,
        None => unreachable!("inputs of fused operations are made contiguous f32"),
    }
}

/// A tensor that lives on Flex, for whoever computes on its slice; none where it does not, or where
/// the composed bodies are to run.
pub(crate) fn primitive(tensor: &Tensor<2>) -> Option<FlexTensor> {
    if COMPOSED.get() {
        return None;
    }
    tensor.clone().try_into_primitive::<Flex>().ok().map(dense)
}

/// One input of a fused operation.
pub(crate) struct Input {
    tensor: Tracked,
    autodiff: bool,
}

thread_local! {
    static COMPOSED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` with the composed bodies even on the CPU: what tests compare the fused ones with.
pub fn composed<R>(work: impl FnOnce() -> R) -> R {
    let before = COMPOSED.replace(true);
    let result = work();
    COMPOSED.set(before);
    result
}

impl Input {
    /// None where the tensor does not live on Flex.
    pub fn new<const D: usize>(tensor: &Tensor<D>) -> Option<Input> {
        if COMPOSED.get() {
            return None;
        }
        if let Ok(tensor) = tensor.clone().try_into_primitive::<Autodiff<Flex>>() {
            return Some(Input { tensor, autodiff: true });
        }
        let tensor = tensor.clone().try_into_primitive::<Flex>().ok()?;
        Some(Input { tensor: Tracked::new(tensor), autodiff: false })
    }
}

impl Input {
    /// An input that may be missing; it is empty then.
    pub fn optional<const D: usize>(tensor: Option<&Tensor<D>>) -> Option<Input> {
        match tensor {
            Some(tensor) => Input::new(tensor),
            None => {
                let empty = wrap(Vec::new(), [0]);
                Some(Input { tensor: Tracked::new(empty), autodiff: false })
            }
        }
    }
}

fn wrap<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(shape.into()), DType::F32)
}

/// What a fused operation keeps for its backward pass, and the pass itself.
pub(crate) trait Saved<const N: usize>: Clone + Debug + Send + 'static {
    /// The gradients of the operation's inputs from that of its output. `needed` says which are
    /// wanted; others may be empty.
    fn backward(self, inputs: [&[f32]; N], gradient: &[f32], needed: [bool; N]) -> [Vec<f32>; N];
}

/// Runs a fused operation: `forward` gets the inputs' values and gives the output's, and what the
/// backward pass needs. The latter is dropped where nothing is tracked.
pub(crate) fn operation<const N: usize, const D: usize, S: Saved<N>>(
    inputs: [Input; N],
    shape: [usize; D],
    forward: impl FnOnce([&[f32]; N], bool) -> (Vec<f32>, S),
) -> Tensor<D> {
    let autodiff = inputs.iter().any(|input| input.autodiff);
    let mut nodes = Vec::with_capacity(N);
    let inputs = inputs.map(|input| {
        let (primitive, node) = input.tensor.into_parts();
        nodes.push(node);
        dense(primitive)
    });
    let Ok(nodes) = <[_; N]>::try_from(nodes) else { unreachable!("one node for each input") };
    let run = |keep| forward(inputs.each_ref().map(slice), keep);
    if !autodiff {
        return Tensor::from_primitive::<Flex>(wrap(run(false).0, shape));
    }
    let pass = Pass::<S>(std::marker::PhantomData);
    Tensor::from_primitive::<Autodiff<Flex>>(
        match pass.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (values, saved) = run(true);
                prepared.finish((inputs, saved), wrap(values, shape))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(wrap(run(false).0, shape)),
        },
    )
}

struct Pass<S>(std::marker::PhantomData<fn() -> S>);

impl<S> Debug for Pass<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::any::type_name::<S>())
    }
}

impl<const N: usize, S: Saved<N>> Backward<Flex, N> for Pass<S> {
    type State = ([FlexTensor; N], S);

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = dense(grads.consume::<Flex>(&ops.node));
        let (inputs, saved) = ops.state;
        let needed = ops.parents.each_ref().map(Option::is_some);
        let found = saved.backward(inputs.each_ref().map(slice), slice(&gradient), needed);
        for ((parent, values), input) in ops.parents.into_iter().zip(found).zip(&inputs) {
            if let Some(parent) = parent {
                let layout = Layout::contiguous(input.layout().shape().clone());
                let tensor = FlexTensor::new(Bytes::from_elems(values), layout, DType::F32);
                grads.register::<Flex>(parent.id, tensor);
            }
        }
    }
}
