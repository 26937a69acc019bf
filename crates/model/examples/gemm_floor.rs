//! Times the matrix products of a training step alone, for `tools/benchmarks/step_vs_pytorch.py`:
//! no step can take less.
//!
//!     gemm_floor ROUNDS, the products on standard input
//!
//! The products are a JSON array of `[m, k, n, count]`: `count` products of `[m, k]` with `[k, n]`.
//! With each go the two of its backward pass. Prints a JSON array with the seconds of each round
//! after one that is not counted.

use rayon::prelude::*;
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    ext5_core::memory::keep_freed();
    let rounds: usize = std::env::args().nth(1).ok_or("expected a number of rounds")?.parse()?;
    let products: Vec<[usize; 4]> = serde_json::from_reader(std::io::stdin())?;
    let mut seconds = Vec::new();
    for _ in 0..=rounds {
        seconds.push(products.iter().map(time).sum::<f64>());
    }
    println!("{}", serde_json::to_string(&seconds[1..])?);
    Ok(())
}

/// Seconds of `count` products and of their backward passes.
fn time(&[m, k, n, count]: &[usize; 4]) -> f64 {
    let draw = |len: usize| (0..len).map(|i| (i % 17) as f32 / 16.0 - 0.5).collect::<Vec<f32>>();
    // Some sets of factors, so that not all comes from the cache that the last product left.
    let factors = || [draw(m * k), draw(n * k), draw(m * n)];
    let outputs = || [vec![0.0; m * n], vec![0.0; m * k], vec![0.0; n * k]];
    let mut sets: Vec<_> = (0..count.min(8)).map(|_| (factors(), outputs())).collect();
    let threads = rayon::current_num_threads();
    // A product too small for several threads has one, and the others stand beside it.
    let alone = m * k * n < 1 << 22;
    let parts = if alone { 1 } else { threads };
    // Weights, and what queries are multiplied with, are stored `[outputs, inputs]`.
    let three = |([x, w, dy], [y, dx, dw]): &mut ([Vec<f32>; 3], [Vec<f32>; 3])| {
        product(y, (x, k, 1), (w, 1, k), [m, k, n], parts);
        product(dx, (dy, n, 1), (w, k, 1), [m, n, k], parts);
        product(dw, (dy, 1, n), (x, k, 1), [n, m, k], parts);
    };
    let passes = count.div_ceil(sets.len());
    let start = Instant::now();
    for _ in 0..passes {
        match alone {
            true => sets.par_iter_mut().for_each(three),
            false => sets.iter_mut().for_each(three),
        }
    }
    start.elapsed().as_secs_f64() * count as f64 / (passes * sets.len()) as f64
}

/// Writes the product of two strided factors into `output`, row-major, in stretches of rows.
fn product(
    output: &mut [f32],
    (a, a_row, a_column): (&[f32], usize, usize),
    (b, b_row, b_column): (&[f32], usize, usize),
    [m, k, n]: [usize; 3],
    parts: usize,
) {
    assert!(output.len() == m * n && a.len() == m * k && b.len() == k * n);
    let rows = m.div_ceil(parts);
    output.par_chunks_mut(rows * n).enumerate().for_each(|(part, output)| {
        let a = &a[part * rows * a_row..];
        // SAFETY: the lengths are those of the shapes, as checked, and the part's rows are there.
        unsafe {
            gemm::gemm(
                output.len() / n,
                n,
                k,
                output.as_mut_ptr(),
                1,
                n as isize,
                false,
                a.as_ptr(),
                a_column as isize,
                a_row as isize,
                b.as_ptr(),
                b_column as isize,
                b_row as isize,
                0.0,
                1.0,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
    });
}
