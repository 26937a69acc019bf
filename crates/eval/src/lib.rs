//! Evaluation: metrics, generation and option scoring, statistics.
