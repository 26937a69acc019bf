use super::*;
use proptest::prelude::*;

fn schedule(entries: &[(&str, u32)], seed: u64) -> Schedule {
    Schedule::new(entries.iter().copied(), Key::new(seed)).unwrap()
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn rates() -> impl Strategy<Value = Vec<u32>> {
    let rate = prop_oneof![Just(0u32), 1u32..10, 1u32..500_000_000];
    prop::collection::vec(rate, 1..NAMES.len())
        .prop_filter("all zero", |rates| rates.iter().any(|&rate| rate > 0))
}

fn zip(rates: &[u32]) -> Vec<(&'static str, u32)> {
    NAMES.into_iter().zip(rates.iter().copied()).collect()
}

proptest! {
    #[test]
    fn merging_equals_bisection(
        rates in rates(),
        seed: u64,
        n in prop_oneof![0u64..100, 0u64..1_000_000_000_000, 0..=LAST_SLOT - 50],
    ) {
        let schedule = schedule(&zip(&rates), seed);
        for (slot, draw) in (n..n + 50).zip(schedule.from(n)) {
            prop_assert_eq!(draw, schedule.slot(slot));
        }
    }

    #[test]
    fn counts_follow_slots(rates in rates(), seed: u64, n in 0u64..1_000_000_000_000) {
        let schedule = schedule(&zip(&rates), seed);
        let mut counts = schedule.counts(n);
        for (slot, draw) in (n..n + 20).zip(schedule.from(n)) {
            prop_assert_eq!(counts.iter().sum::<u64>(), slot);
            prop_assert_eq!(counts[draw.entry], draw.k);
            counts[draw.entry] += 1;
            prop_assert_eq!(&schedule.counts(slot + 1), &counts);
        }
    }

    /// Equal rates whose fractions collide are ordered by key, whatever their place in the list.
    #[test]
    fn list_position_does_not_matter(rates in rates(), seed: u64, n in 0u64..1 << 40) {
        let forward = zip(&rates);
        let backward: Vec<_> = forward.iter().rev().copied().collect();
        let a = schedule(&forward, seed).from(n).take(60);
        let b = schedule(&backward, seed).from(n).take(60);
        for (a, b) in a.zip(b) {
            prop_assert_eq!((forward[a.entry].0, a.k), (backward[b.entry].0, b.k));
        }
    }
}

proptest! {
    /// A draw at X / (r·2³²) is before tick T exactly when X·2³² < T·r: neither a tick early nor a
    /// tick late, which slots drawn at random hardly ever show.
    #[test]
    fn draws_are_counted_to_the_tick(rate in 1..=u32::MAX, k in 0u64..1 << 40, seed: u64) {
        let lane = Lane { entry: 0, rate, key: Key::new(seed) };
        let first = (lane.timed(k).x << 32) / u128::from(rate) + 1;
        prop_assert_eq!(lane.count(first), k + 1);
        prop_assert_eq!(lane.count(first - 1), k);
    }

    /// As above where the draw falls on a tick: times of a rate that is a power of two are whole.
    #[test]
    fn a_draw_on_a_tick_is_not_before_it(power in 0u32..32, k in 0u64..1 << 40, seed: u64) {
        let lane = Lane { entry: 0, rate: 1 << power, key: Key::new(seed) };
        let tick = lane.timed(k).x << (32 - power);
        prop_assert_eq!(lane.count(tick), k);
        prop_assert_eq!(lane.count(tick + 1), k + 1);
    }
}

/// The first slots are the first draws: every entry starts at draw 0 and skips none.
#[test]
fn draws_are_consecutive() {
    let schedule = schedule(&[("a", 5), ("b", 1), ("c", 0), ("d", 1000)], 3);
    let mut next = [0; 4];
    for draw in schedule.from(0).take(5000) {
        assert_eq!(draw.k, next[draw.entry]);
        next[draw.entry] += 1;
    }
    assert_eq!(next[2], 0, "a rate of zero is never drawn");
}

/// Exact times that are equal are ordered by key: with a tick's worth of entries at one time, the
/// order is total and stable.
#[test]
fn equal_times_are_ordered_by_key() {
    let lane = |name: &str, entry| Lane { entry, rate: 4, key: Key::new(1).name(name) };
    let timed = |name, entry| Timed { x: 7, lane: lane(name, entry), draw: Draw { entry, k: 0 } };
    let (a, b) = (timed("a", 0), timed("b", 1));
    assert_eq!(a.cmp(&b), a.lane.key.cmp(&b.lane.key));
    assert_eq!(a.cmp(&b), timed("a", 1).cmp(&timed("b", 0)));
    assert!(a != b);
}

#[test]
fn impossible_schedules_are_refused() {
    let new = |entries: &[(&'static str, u32)]| {
        Schedule::new(entries.iter().copied(), Key::new(0)).unwrap_err()
    };
    assert_eq!(new(&[]), ScheduleError::AllZero);
    assert_eq!(new(&[("a", 0)]), ScheduleError::AllZero);
    assert_eq!(new(&[("a", 1), ("a", 2)]), ScheduleError::Duplicate("a".to_owned()));
    assert_eq!(new(&[("a", u32::MAX), ("b", 1)]), ScheduleError::TooLarge(1 << 32));
}
