//! Ranks that are threads of one process, to test with.

use super::Ranks;
use std::sync::{Barrier, Mutex};
use std::thread;

/// What the threads share: a place for each one's values.
struct Shared {
    places: Vec<Mutex<Vec<f64>>>,
    barrier: Barrier,
}

struct Thread<'a> {
    rank: usize,
    shared: &'a Shared,
}

/// Runs `work` as each of so many ranks, and gives what they found.
pub(crate) fn run<T: Send>(size: usize, work: impl Fn(&dyn Ranks) -> T + Sync) -> Vec<T> {
    let places = (0..size).map(|_| Mutex::default()).collect();
    let shared = &Shared { places, barrier: Barrier::new(size) };
    let work = &work;
    thread::scope(|scope| {
        let start = |rank| scope.spawn(move || work(&Thread { rank, shared }));
        let threads: Vec<_> = (0..size).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

impl Thread<'_> {
    /// All ranks' values.
    fn exchange(&self, mine: Vec<f64>) -> Vec<Vec<f64>> {
        *self.shared.places[self.rank].lock().unwrap() = mine;
        self.barrier();
        let all = self.shared.places.iter().map(|place| place.lock().unwrap().clone()).collect();
        self.barrier();
        all
    }
}

impl Ranks for Thread<'_> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.shared.places.len()
    }

    fn sum(&self, values: &mut [f32]) {
        let all = self.exchange(values.iter().map(|&value| f64::from(value)).collect());
        for (place, value) in values.iter_mut().enumerate() {
            *value = all.iter().fold(0.0, |sum, values| sum + values[place] as f32);
        }
    }

    fn sum_f64(&self, values: &mut [f64]) {
        let all = self.exchange(values.to_vec());
        for (place, value) in values.iter_mut().enumerate() {
            *value = all.iter().map(|values| values[place]).sum();
        }
    }

    fn broadcast(&self, bytes: &mut [u8]) {
        let all = self.exchange(bytes.iter().map(|&byte| f64::from(byte)).collect());
        for (byte, value) in bytes.iter_mut().zip(&all[0]) {
            *byte = *value as u8;
        }
    }

    fn barrier(&self) {
        self.shared.barrier.wait();
    }

    fn end_all(&self, code: u8) -> ! {
        panic!("rank {} ends the job with {code}", self.rank)
    }
}
