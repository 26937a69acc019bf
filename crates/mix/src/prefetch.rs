//! Making batches ahead of time, in the background.

use std::panic;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

/// An iterator whose items are made ahead by a thread of its own: the same items in the same
/// order, errors included. Dropping it stops the thread and waits for it.
#[derive(Debug)]
pub struct Prefetch<T> {
    /// Nothing only while dropping.
    items: Option<Receiver<T>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Prefetch<T> {
    /// Makes up to `ahead` items before they are asked for, and one more while it waits.
    pub fn new(items: impl Iterator<Item = T> + Send + 'static, ahead: usize) -> Self {
        let (sender, receiver) = mpsc::sync_channel(ahead);
        let thread = thread::spawn(move || {
            for item in items {
                // The reader is gone.
                if sender.send(item).is_err() {
                    break;
                }
            }
        });
        Prefetch { items: Some(receiver), thread: Some(thread) }
    }
}

impl<T> Iterator for Prefetch<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Some(item) = self.items.as_ref().and_then(|items| items.recv().ok()) {
            return Some(item);
        }
        // The thread has ended. If it panicked, so does its reader: an infinite sequence must not
        // look as if it had come to its end.
        if let Some(Err(payload)) = self.thread.take().map(JoinHandle::join) {
            panic::resume_unwind(payload);
        }
        None
    }
}

impl<T> Drop for Prefetch<T> {
    fn drop(&mut self) {
        // Without a reader the thread's next `send` fails.
        self.items = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_sequence_is_the_same() {
        let items = (0..100).map(|n| if n == 50 { Err(n) } else { Ok(n) });
        for ahead in [0, 1, 7] {
            assert!(Prefetch::new(items.clone(), ahead).eq(items.clone()));
        }
    }

    #[test]
    fn dropping_stops_the_thread() {
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let mut items =
            Prefetch::new((0..).inspect(move |_| assert!(Arc::strong_count(&held) > 0)), 3);
        assert_eq!(items.next(), Some(0));
        drop(items);
        assert_eq!(Arc::strong_count(&alive), 1, "the thread's iterator is gone");
    }

    #[test]
    fn a_panic_passes_through() {
        let items = (0..3).inspect(|&n| assert!(n < 2, "expected by the test"));
        let mut items = Prefetch::new(items, 1);
        assert_eq!((items.next(), items.next()), (Some(0), Some(1)));
        assert!(panic::catch_unwind(panic::AssertUnwindSafe(|| items.next())).is_err());
    }
}
