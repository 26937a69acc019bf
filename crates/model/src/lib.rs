//! The T5: modules, weights in and out, decoding.
