//! The order holds for mixtures of 1 to 1,000 tasks with sizes from 1 to 10⁹ and any R: it needs no
//! store, so these tests have sizes alone.

use ext5_core::Key;
use ext5_mix::order::ExampleOrder;
use ext5_mix::rate::{self, Rule, Size};
use ext5_mix::schedule::Schedule;
use proptest::prelude::*;

/// Sizes of tasks, even in their logarithm, and R.
fn mixtures() -> impl Strategy<Value = (Vec<u64>, f64)> {
    let size = (0.0f64..=9.0).prop_map(|power| 10f64.powf(power) as u64);
    let count = prop_oneof![1usize..4, 1usize..60, Just(1000)];
    let sizes = count.prop_flat_map(move |count| prop::collection::vec(size.clone(), count));
    let ratio = prop_oneof![
        Just(0.0),
        Just(f64::INFINITY),
        Just(2.0),
        (-6.0f64..6.0).prop_map(|power| 10f64.powf(power))
    ];
    (sizes, ratio)
}

/// Integer rates: the tasks, then one denoising entry.
fn rates(sizes: &[u64], ratio: f64) -> Vec<u32> {
    let rule = Rule { cap: f64::INFINITY, ..Rule::default() };
    let rate = |&examples: &u64| rule.rate(Size { examples, prompts: 1 }).unwrap();
    let supervised: Vec<f64> = sizes.iter().map(rate).collect();
    let (tasks, denoising) = rate::with_denoising(&supervised, &[1.0], ratio).unwrap();
    rate::quantise(&[tasks, denoising].concat()).unwrap()
}

fn schedule(rates: &[u32], seed: u64) -> Schedule {
    let names: Vec<String> = (0..rates.len()).map(|i| format!("task {i}")).collect();
    let entries = names.iter().map(String::as_str).zip(rates.iter().copied());
    Schedule::new(entries, Key::new(seed)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Reaching a slot from the start gives what finding it alone gives.
    #[test]
    fn a_slot_is_what_reading_from_the_start_reaches((sizes, ratio) in mixtures(), seed: u64) {
        let rates = rates(&sizes, ratio);
        let schedule = schedule(&rates, seed);
        let mut counts = vec![0; rates.len()];
        for (n, draw) in (0..4000u64).zip(schedule.from(0)) {
            if n % 97 == 0 {
                prop_assert_eq!(schedule.slot(n), draw, "slot {}", n);
                prop_assert_eq!(&schedule.counts(n), &counts);
            }
            prop_assert_eq!(draw.k, counts[draw.entry], "no draw is skipped or repeated");
            counts[draw.entry] += 1;
        }
    }

    /// Within the number of entries of the exact share at every prefix, near and far.
    #[test]
    fn shares_are_exact_at_every_prefix(
        (sizes, ratio) in mixtures(), seed: u64, far in 0u64..1 << 50,
    ) {
        let rates = rates(&sizes, ratio);
        let schedule = schedule(&rates, seed);
        let (total, entries) = (i128::from(schedule.total()), rates.len() as i128);
        for start in [0, far] {
            let mut counts = schedule.counts(start);
            for (n, draw) in (start + 1..start + 500).zip(schedule.from(start)) {
                counts[draw.entry] += 1;
                let (count, rate) = (counts[draw.entry], rates[draw.entry]);
                let strays = i128::from(count) * total - i128::from(n) * i128::from(rate);
                prop_assert!(strays.abs() <= entries * total, "slot {}", n);
            }
            for (&count, &rate) in counts.iter().zip(&rates) {
                let exact = i128::from(start + 499) * i128::from(rate);
                prop_assert!((i128::from(count) * total - exact).abs() <= entries * total);
            }
        }
    }

    /// At the time of any draw every entry has supplied rate · time draws to within one. Times of
    /// different entries are bounded by their counts: k draws are supplied at some time in
    /// ((k − 1) / r, (k + 1) / r), and these meet for all entries.
    #[test]
    fn every_entry_is_within_a_draw_of_rate_by_time(
        (sizes, ratio) in mixtures(), seed: u64, n in 0u64..1 << 50,
    ) {
        let rates = rates(&sizes, ratio);
        let counts = schedule(&rates, seed).counts(n);
        // Bounds on the time as fractions (k, r), compared by cross-multiplication.
        let above = |a: (i128, i128), b: (i128, i128)| a.0 * b.1 > b.0 * a.1;
        let (mut latest, mut earliest) = ((0, 1), (i128::MAX >> 40, 1));
        for (&count, &rate) in counts.iter().zip(&rates).filter(|&(_, &rate)| rate > 0) {
            let (count, rate) = (i128::from(count), i128::from(rate));
            if above((count - 1, rate), latest) {
                latest = (count - 1, rate);
            }
            if above(earliest, (count + 1, rate)) {
                earliest = (count + 1, rate);
            }
        }
        prop_assert!(!above(latest, earliest), "no time fits all entries");
        for (&count, &rate) in counts.iter().zip(&rates) {
            prop_assert!(rate > 0 || count == 0);
        }
    }

    /// Draws of an epoch of 10⁹ examples are examples of it, unlike each other.
    #[test]
    fn great_epochs_repeat_nothing(
        examples in 1u64..=1_000_000_000, epoch in 0u64..1000, seed: u64,
    ) {
        let order = ExampleOrder::new(Key::new(seed), examples);
        let step = (examples / 2000).max(1);
        let places = (0..examples).step_by(step as usize);
        let mut seen: Vec<u64> =
            places.map(|place| order.example(epoch * examples + place)).collect();
        let drawn = seen.len();
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), drawn);
        prop_assert!(seen.iter().all(|&example| example < examples));
    }
}
