//! Tasks: how rows become examples and how predictions are scored.
