//! Matrix products.

use rayon::prelude::*;

/// Below this number of multiplications a product is not worth a second thread.
const SMALL: usize = 1 << 18;

/// A thread's part of a product is at least this wide, so that packing the other factor pays.
const LEAST_PART: usize = 64;

/// A view of a matrix in a slice.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A whole slice as a row-major matrix.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::strided(data, rows, columns, columns)
    }

    /// Rows that start `row_stride` elements apart.
    pub fn strided(data: &'a [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert_fits(data.len(), rows, columns, row_stride);
        Matrix { data, rows, columns, row_stride, column_stride: 1 }
    }

    /// The transposed view.
    pub fn t(self) -> Self {
        Matrix {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// A mutable view of a matrix in a slice.
pub(crate) struct MatrixMut<'a> {
    data: &'a mut [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
}

impl<'a> MatrixMut<'a> {
    /// A whole slice as a row-major matrix.
    pub fn new(data: &'a mut [f32], rows: usize, columns: usize) -> Self {
        Self::strided(data, rows, columns, columns)
    }

    /// Rows that start `row_stride` elements apart.
    pub fn strided(data: &'a mut [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert_fits(data.len(), rows, columns, row_stride);
        MatrixMut { data, rows, columns, row_stride }
    }
}

fn assert_fits(len: usize, rows: usize, columns: usize, row_stride: usize) {
    let end = if rows == 0 { 0 } else { (rows - 1) * row_stride + columns };
    assert!(
        columns <= row_stride && end <= len,
        "{rows} rows of {columns}, {row_stride} apart, in a slice of {len}"
    );
}

/// Whether a product replaces what was there or is added to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    Replace,
    Add,
}

/// `c = a b`, or `c += a b`, on this thread alone.
pub(crate) fn product(a: Matrix<'_>, b: Matrix<'_>, c: MatrixMut<'_>, write: Write) {
    let target = Target { pointer: c.data.as_mut_ptr(), row_stride: c.row_stride };
    check(a, b, &c);
    // SAFETY: `c` was checked to lie within its slice, which is borrowed mutably until the end.
    unsafe { part(a, b, target, 0..c.rows, 0..c.columns, write) }
}

/// As [`product`], on all threads. Which thread computes what depends on the sizes and the number
/// of threads only, and each element is summed by one thread.
pub(crate) fn parallel_product(a: Matrix<'_>, b: Matrix<'_>, c: MatrixMut<'_>, write: Write) {
    let (rows, columns) = (c.rows, c.columns);
    let threads = rayon::current_num_threads();
    if threads == 1 || rows * columns * a.columns < SMALL {
        return product(a, b, c, write);
    }
    check(a, b, &c);
    let target = Target { pointer: c.data.as_mut_ptr(), row_stride: c.row_stride };
    let by_columns = columns >= threads * LEAST_PART || columns >= rows;
    let whole = if by_columns { columns } else { rows };
    let step = whole.div_ceil(threads).next_multiple_of(16);
    (0..whole.div_ceil(step)).into_par_iter().for_each(|number| {
        let stretch = number * step..whole.min((number + 1) * step);
        // SAFETY: the parts do not overlap, and `c` was checked to lie within its slice, which is
        // borrowed mutably until all parts are done.
        unsafe {
            match by_columns {
                true => part(a, b, target, 0..rows, stretch, write),
                false => part(a, b, target, stretch, 0..columns, write),
            }
        }
    });
}

fn check(a: Matrix<'_>, b: Matrix<'_>, c: &MatrixMut<'_>) {
    assert!(
        a.columns == b.rows && a.rows == c.rows && b.columns == c.columns,
        "product of {} × {} and {} × {} into {} × {}",
        a.rows,
        a.columns,
        b.rows,
        b.columns,
        c.rows,
        c.columns
    );
}

/// Where a product goes; shared by threads that write to different parts of it.
#[derive(Clone, Copy)]
struct Target {
    pointer: *mut f32,
    row_stride: usize,
}

// SAFETY: `part`'s callers give every thread its own elements.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

/// Computes the elements in `rows` × `columns` of a product.
///
/// # Safety
/// Those elements must lie within an allocation that nobody else reads or writes meanwhile; `a` and
/// `b` must have been checked against them.
unsafe fn part(
    a: Matrix<'_>,
    b: Matrix<'_>,
    target: Target,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    write: Write,
) {
    if rows.is_empty() || columns.is_empty() {
        return;
    }
    // SAFETY: all offsets stay within the slices by the checks of the constructors and the callers.
    unsafe {
        gemm::gemm(
            rows.len(),
            columns.len(),
            a.columns,
            target.pointer.add(rows.start * target.row_stride + columns.start),
            1,
            target.row_stride as isize,
            write == Write::Add,
            a.data.as_ptr().add(rows.start * a.row_stride),
            a.column_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr().add(columns.start * b.column_stride),
            b.column_stride as isize,
            b.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 37 + seed * 11) % 23) as f32 / 8.0 - 1.25).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn equals_the_definition(
            m in 1usize..150, n in 1usize..150, k in 1usize..40,
            ta: bool, tb: bool, add: bool, extra in 0usize..5,
        ) {
            let (a, b) = (values(m * k, 1), values(k * n, 2));
            let mut c = values(m * (n + extra), 3);
            let before = c.clone();
            let of = |data, rows, columns, t: bool| match t {
                true => Matrix::new(data, columns, rows).t(),
                false => Matrix::new(data, rows, columns),
            };
            let write = if add { Write::Add } else { Write::Replace };
            let target = MatrixMut::strided(&mut c, m, n, n + extra);
            parallel_product(of(&a, m, k, ta), of(&b, k, n, tb), target, write);
            for i in 0..m {
                for j in 0..n + extra {
                    let old = before[i * (n + extra) + j];
                    let term = |l| {
                        let a = if ta { a[l * m + i] } else { a[i * k + l] };
                        let b = if tb { b[j * k + l] } else { b[l * n + j] };
                        a * b
                    };
                    let expected = match j < n {
                        true => (0..k).map(term).sum::<f32>() + if add { old } else { 0.0 },
                        false => old,
                    };
                    prop_assert!((c[i * (n + extra) + j] - expected).abs() < 1e-3);
                }
            }
        }
    }
}
