//! Mixtures: the stream, objectives, token stores, packing, batches.
