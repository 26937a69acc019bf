//! Training runs: recipes, optimisers, schedules, the loop, checkpoints.
