//! The arrays that pass between the data pipeline and the model.

/// One batch of packed rows.
///
/// Every array is row-major. Encoder arrays have the shape `[rows, inputs]`, decoder arrays
/// `[rows, targets]`. Segments are numbered from 1 inside a row and agree between the encoder and
/// the decoder; 0 marks padding. A position attends only to positions of its own segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// Encoder length of a row, in tokens.
    pub inputs: usize,
    /// Decoder length of a row, in tokens.
    pub targets: usize,
    /// Encoder token ids, 0 where padded.
    pub encoder_ids: Vec<u32>,
    /// Encoder segments.
    pub encoder_segments: Vec<u32>,
    /// Decoder input ids: the targets shifted right by one, 0 at every segment's start.
    pub decoder_inputs: Vec<u32>,
    /// Ids to predict, 0 where padded.
    pub decoder_targets: Vec<u32>,
    /// Decoder segments.
    pub decoder_segments: Vec<u32>,
    /// Weight of each target position in the loss; 0 where padded.
    pub loss_weights: Vec<f32>,
}

impl Batch {
    /// A batch of padding only.
    pub fn empty(rows: usize, inputs: usize, targets: usize) -> Self {
        Batch {
            rows,
            inputs,
            targets,
            encoder_ids: vec![0; rows * inputs],
            encoder_segments: vec![0; rows * inputs],
            decoder_inputs: vec![0; rows * targets],
            decoder_targets: vec![0; rows * targets],
            decoder_segments: vec![0; rows * targets],
            loss_weights: vec![0.0; rows * targets],
        }
    }

    /// The rows in `rows` as a batch of their own.
    ///
    /// # Panics
    /// When there are not so many rows.
    pub fn slice(&self, rows: std::ops::Range<usize>) -> Self {
        let encoder = rows.start * self.inputs..rows.end * self.inputs;
        let decoder = rows.start * self.targets..rows.end * self.targets;
        Batch {
            rows: rows.len(),
            inputs: self.inputs,
            targets: self.targets,
            encoder_ids: self.encoder_ids[encoder.clone()].to_vec(),
            encoder_segments: self.encoder_segments[encoder].to_vec(),
            decoder_inputs: self.decoder_inputs[decoder.clone()].to_vec(),
            decoder_targets: self.decoder_targets[decoder.clone()].to_vec(),
            decoder_segments: self.decoder_segments[decoder.clone()].to_vec(),
            loss_weights: self.loss_weights[decoder].to_vec(),
        }
    }

    /// Sum of the loss weights: the number of real target tokens when all weights are 1.
    pub fn weight(&self) -> f64 {
        self.loss_weights.iter().map(|&w| f64::from(w)).sum()
    }
}
