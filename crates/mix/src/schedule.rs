//! Which entry supplies slot n of the stream.
//!
//! Every entry i with the integer rate rᵢ places its k-th draw at the virtual time
//! (k + uᵢₖ) / rᵢ, uᵢₖ a hashed fraction in [0, 1). The stream is the draws of all entries in order
//! of virtual time, ties by the entries' keys. So at virtual time t an entry has supplied rᵢ·t
//! draws to within one, at every prefix of the stream its share is exact to within a few draws, and
//! any slot can be found without the slots before it.
//!
//! Arithmetic is exact. With X = k·2³² + u, u the fraction's 32 bits, a draw's time is X / (r·2³²),
//! and two times compare by cross-multiplication in 128 bits. For bisection, time advances in ticks
//! of 2⁻⁶⁴. A draw is earlier than tick T when X / (r·2³²) < T / 2⁶⁴, that is X < T·r / 2³², that is
//! X < q with q = ⌈T·r / 2³²⌉, as X is whole. All draws with k < ⌊q / 2³²⌋ satisfy this, none with
//! a larger k do, and the one with k = ⌊q / 2³²⌋ does when u < q mod 2³².

mod merge;

pub use merge::Merge;

use crate::rate::TOTAL_LIMIT;
use ext5_core::Key;
use std::cmp::Ordering;
use std::collections::HashSet;
use thiserror::Error;

/// The last slot that can be asked for: beyond it, ticks would not fit 128 bits.
pub const LAST_SLOT: u64 = 1 << 62;

/// One draw: the `k`-th (from 0) that an entry supplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Draw {
    /// Position of the entry in the mixture's list.
    pub entry: usize,
    /// How many draws the entry has supplied before this one.
    pub k: u64,
}

/// Why a schedule could not be made.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ScheduleError {
    /// Two entries share a name, and would share their random draws.
    #[error("two entries are called `{0}`: names must differ")]
    Duplicate(String),
    /// No entry would ever be drawn.
    #[error("no entry has a rate above zero")]
    AllZero,
    /// The integer rates are too large together.
    #[error("rates sum to {0}: they must sum to less than 2^32")]
    TooLarge(u64),
}

/// The order in which entries supply the slots of the stream. It depends on the entries' names,
/// their rates and the seed, not on their positions in the list.
#[derive(Clone, Debug)]
pub struct Schedule {
    lanes: Vec<Lane>,
    entries: usize,
    total: u64,
}

/// An entry with a rate above zero.
#[derive(Clone, Copy, Debug)]
struct Lane {
    entry: usize,
    rate: u32,
    /// Orders equal times, and names the fractions.
    key: Key,
}

/// A draw with its exact time.
#[derive(Clone, Copy, Debug)]
struct Timed {
    /// k·2³² + u.
    x: u128,
    lane: Lane,
    draw: Draw,
}

impl Schedule {
    /// The schedule of `entries`, names with integer rates, under a seed's key.
    ///
    /// # Errors
    /// When names repeat, all rates are zero, or they sum to 2³² or more.
    pub fn new<'a>(
        entries: impl IntoIterator<Item = (&'a str, u32)>,
        seed: Key,
    ) -> Result<Self, ScheduleError> {
        let mut names = HashSet::new();
        let mut lanes = Vec::new();
        let mut total = 0;
        for (entry, (name, rate)) in entries.into_iter().enumerate() {
            if !names.insert(name) {
                return Err(ScheduleError::Duplicate(name.to_owned()));
            }
            if rate > 0 {
                let key = seed.name(name).name("time");
                lanes.push(Lane { entry, rate, key });
                total += u64::from(rate);
            }
        }
        match total {
            0 => Err(ScheduleError::AllZero),
            TOTAL_LIMIT.. => Err(ScheduleError::TooLarge(total)),
            _ => Ok(Schedule { lanes, entries: names.len(), total }),
        }
    }

    /// Sum of the integer rates.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The draw that supplies slot `n`, found by bisection over virtual time.
    ///
    /// # Panics
    /// When `n` is above [`LAST_SLOT`].
    pub fn slot(&self, n: u64) -> Draw {
        let (tick, before) = self.tick(n);
        self.within(tick)[(n - before) as usize].draw
    }

    /// All draws from slot `n` on, merged with a heap; equal to `slot(n)`, `slot(n + 1)`, ….
    ///
    /// # Panics
    /// When `n` is above [`LAST_SLOT`].
    pub fn from(&self, n: u64) -> Merge {
        let (tick, before) = self.tick(n);
        let first = self.lanes.iter().map(|lane| lane.timed(lane.count(tick)));
        let mut merge = Merge::new(first);
        for _ in before..n {
            merge.next();
        }
        merge
    }

    /// How many of the first `n` slots each entry supplies, in the order of the entries.
    ///
    /// # Panics
    /// When `n` is above [`LAST_SLOT`].
    pub fn counts(&self, n: u64) -> Vec<u64> {
        let (tick, before) = self.tick(n);
        let mut counts = vec![0; self.entries];
        for lane in &self.lanes {
            counts[lane.entry] = lane.count(tick);
        }
        for timed in &self.within(tick)[..(n - before) as usize] {
            counts[timed.draw.entry] += 1;
        }
        counts
    }

    /// The greatest tick with no more than `n` draws before it, and how many those are. Slot `n`
    /// lies between this tick and the next.
    fn tick(&self, n: u64) -> (u128, u64) {
        assert!(n <= LAST_SLOT, "slot {n} is beyond the last, {LAST_SLOT}");
        // An entry's count differs from its exact share by less than one draw.
        let slack = self.lanes.len() as u64;
        let total = u128::from(self.total);
        let mut low = (u128::from(n.saturating_sub(slack)) << 64) / total;
        let mut high = (u128::from(n + slack) << 64) / total + 1;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.before(middle) <= n {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low, self.before(low))
    }

    /// Number of draws before a tick.
    fn before(&self, tick: u128) -> u64 {
        self.lanes.iter().map(|lane| lane.count(tick)).sum()
    }

    /// The draws between a tick and the next, in order: at most one of each entry, since rates are
    /// below 2³².
    fn within(&self, tick: u128) -> Vec<Timed> {
        let of_lane = |lane: &Lane| {
            let lane = *lane;
            (lane.count(tick)..lane.count(tick + 1)).map(move |k| lane.timed(k))
        };
        let mut draws: Vec<_> = self.lanes.iter().flat_map(of_lane).collect();
        draws.sort_unstable();
        draws
    }
}

impl Lane {
    /// Number of draws of this entry before a tick; the module's head derives it.
    fn count(&self, tick: u128) -> u64 {
        let q = (tick * u128::from(self.rate)).div_ceil(1 << 32);
        let whole = (q >> 32) as u64;
        whole + u64::from(self.fraction(whole) < q as u32)
    }

    fn fraction(&self, k: u64) -> u32 {
        (self.key.word(k) >> 32) as u32
    }

    fn timed(&self, k: u64) -> Timed {
        Timed {
            x: u128::from(k) << 32 | u128::from(self.fraction(k)),
            lane: *self,
            draw: Draw { entry: self.entry, k },
        }
    }
}

impl Ord for Timed {
    fn cmp(&self, other: &Self) -> Ordering {
        let mine = self.x * u128::from(other.lane.rate);
        let theirs = other.x * u128::from(self.lane.rate);
        mine.cmp(&theirs)
            .then(self.lane.key.cmp(&other.lane.key))
            .then(self.draw.k.cmp(&other.draw.k))
    }
}

impl PartialOrd for Timed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timed {}

#[cfg(test)]
mod tests;
