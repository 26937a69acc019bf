//! What stands beside a segment in its row changes nothing about it.

mod support;

use ext5_core::{Batch, Key};
use support::{Segment, batch, model, sequence};

const INPUTS: usize = 40;
const TARGETS: usize = 24;
const WIDTH: usize = 48;

fn segment(seed: u64, inputs: usize, targets: usize) -> Segment {
    let key = Key::new(seed);
    (sequence(key.name("inputs"), inputs), sequence(key.name("targets"), targets))
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Three segments; `seed` is of the one in the middle.
fn row(seed: u64) -> Vec<Segment> {
    vec![segment(1, 13, 7), segment(seed, 11, 9), segment(2, 12, 6)]
}

/// Takes the lines of positions outside the middle segment.
fn others(segments: &[u32], values: &[f32], width: usize) -> Vec<u32> {
    let kept =
        segments.iter().zip(values.chunks(width)).filter(|(segment, _)| [1, 3].contains(*segment));
    kept.flat_map(|(_, line)| bits(line)).collect()
}

#[test]
fn replacing_a_segment_leaves_the_others_to_the_bit() {
    let model = model();
    let batches = [10, 11].map(|seed| batch(&[row(seed)], INPUTS, TARGETS));
    let [one, other] = batches.each_ref().map(|batch| {
        let losses = others(&batch.decoder_segments, &model.token_losses(batch).unwrap(), 1);
        let logits = model.logits(batch).unwrap();
        (losses, others(&batch.decoder_segments, &logits, 256))
    });
    assert_eq!(one.0.len(), 13);
    assert!(one == other);
    assert!(batches[0].encoder_ids != batches[1].encoder_ids);

    // The gradient of the others' loss for their own input vectors, and for the segment's.
    let gradients = batches.map(|mut batch: Batch| {
        for (weight, segment) in batch.loss_weights.iter_mut().zip(&batch.decoder_segments) {
            *weight = if *segment == 2 { 0.0 } else { *weight };
        }
        let [encoder, decoder] = model.input_gradients(&batch).unwrap();
        let sides = [(&batch.encoder_segments, &encoder), (&batch.decoder_segments, &decoder)];
        for (segments, gradient) in sides {
            for (&segment, line) in segments.iter().zip(gradient.chunks(WIDTH)) {
                assert_eq!(line.iter().all(|&g| g == 0.0), ![1, 3].contains(&segment));
            }
        }
        sides.map(|(segments, gradient)| others(segments, gradient, WIDTH))
    });
    assert!(gradients[0] == gradients[1]);
}

#[test]
fn packed_agrees_with_alone() {
    let model = model();
    let packed = batch(&[row(10)], INPUTS, TARGETS);
    let alone = batch(&row(10).into_iter().map(|s| vec![s]).collect::<Vec<_>>(), INPUTS, TARGETS);
    let real = |batch: &Batch| -> Vec<f32> {
        let losses = model.token_losses(batch).unwrap();
        let real = losses.iter().zip(&batch.loss_weights).filter(|(_, weight)| **weight > 0.0);
        real.map(|(loss, _)| *loss).collect()
    };
    let (one, other) = (real(&packed), real(&alone));
    assert_eq!(one.len(), 22);
    for (one, other) in one.iter().zip(&other) {
        assert!((one / other - 1.0).abs() < 1e-5, "{one} {other}");
    }
    let gradients = [&packed, &alone]
        .map(|batch| model.backward(batch, &Default::default()).unwrap().gradients);
    let [one, mut difference] = gradients;
    difference.scale(-1.0);
    difference.add(&one);
    assert!(difference.norm() / one.norm() < 1e-5, "{} of {}", difference.norm(), one.norm());
}

/// Padding at the end of a row changes nothing either.
#[test]
fn padding_changes_nothing() {
    let model = model();
    let segments = [vec![segment(1, 13, 7)], vec![segment(2, 12, 6)]];
    let tight = batch(&segments, 13, 7);
    let loose = batch(&segments, 30, 20);
    let sum = |batch: &Batch| {
        let backward = model.backward(batch, &Default::default()).unwrap();
        (backward.loss, backward.gradients.norm())
    };
    let (one, other) = (sum(&tight), sum(&loose));
    assert!((one.0 / other.0 - 1.0).abs() < 1e-6 && (one.1 / other.1 - 1.0).abs() < 1e-5);
}
