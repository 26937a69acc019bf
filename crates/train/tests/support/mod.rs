//! Numbers that the oracles draw, too: those of `tools/oracles/hashed.py`.

/// Number `index` of a seed, in [-0.5, 0.5).
pub fn number(seed: u64, index: u64) -> f64 {
    let mut h = (index * 2_654_435_761 + seed * 40_503) & 0xFFFF_FFFF;
    for _ in 0..2 {
        h ^= h >> 15;
        h = (h * 2_246_822_519) & 0xFFFF_FFFF;
        h ^= h >> 13;
    }
    (h >> 8) as f64 / f64::from(1 << 24) - 0.5
}

/// A tensor of them, their size falling by powers of two along rows and columns.
pub fn draw(seed: u64, shape: &[usize]) -> Vec<f32> {
    let columns = shape.last().copied().unwrap() as u64;
    let smaller = |index: u64| {
        let power = (index / columns) % 5 + (index % columns) % 3;
        (number(seed, index) / f64::from(1 << power)) as f32
    };
    (0..shape.iter().product::<usize>() as u64).map(smaller).collect()
}
