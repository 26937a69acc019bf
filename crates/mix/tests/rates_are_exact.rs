//! Rates are exact and shown: an entry's share of every prefix of the stream is its rate's to
//! within a few draws, no entry vanishes, and the report says so beforehand.

mod support;

use ext5_core::Key;
use ext5_mix::{Mixture, Schedule};
use support::{denoising, entries, mixture, settings};

/// Rates from 1 to 300,000, as the sizes of real tasks go.
const RATES: [u32; 16] = [
    300_000, 300_000, 120_000, 87_599, 67_349, 25_000, 9_427, 8_551, 5_749, 3_668, 2_490, 634, 400,
    250, 20, 1,
];

fn unequal(seed: u64) -> Schedule {
    let names: Vec<String> = (0..RATES.len()).map(|i| format!("task{i}")).collect();
    Schedule::new(names.iter().map(String::as_str).zip(RATES), Key::new(seed)).unwrap()
}

#[test]
fn no_prefix_strays_further_than_the_number_of_entries() {
    let mut worst: f64 = 0.0;
    for seed in 0..5 {
        let schedule = unequal(seed);
        let mut counts = [0u32; RATES.len()];
        for (n, draw) in (1..=20_000).zip(schedule.from(0)) {
            counts[draw.entry] += 1;
            for (count, rate) in counts.into_iter().zip(RATES) {
                let share = f64::from(rate) / schedule.total() as f64;
                worst = worst.max((f64::from(count) - share * f64::from(n)).abs());
            }
        }
    }
    eprintln!("greatest deviation from the exact share over 20,000 slots: {worst:.2} draws");
    assert!(worst <= RATES.len() as f64, "{worst}");
}

#[test]
fn no_entry_vanishes() {
    let schedule = unequal(1);
    let turns = 3;
    let counts = schedule.counts(schedule.total() * turns);
    for (count, rate) in counts.into_iter().zip(RATES) {
        let exact = u64::from(rate) * turns;
        assert!(count >= 1 && count.abs_diff(exact) <= RATES.len() as u64, "{count} of {exact}");
    }
}

#[test]
fn far_slots_are_as_exact_as_near_ones() {
    let schedule = unequal(2);
    for n in [1_000_000_000_000, 1 << 50] {
        let counts = schedule.counts(n);
        assert_eq!(counts.iter().sum::<u64>(), n);
        for (count, rate) in counts.into_iter().zip(RATES) {
            let exact = u128::from(n) * u128::from(rate) / u128::from(schedule.total());
            assert!(u128::from(count).abs_diff(exact) <= RATES.len() as u128);
        }
    }
}

#[test]
fn ratio_is_denoising_per_supervised() {
    let cache = tempfile::tempdir().unwrap();
    for ratio in [0.0, 0.3, 2.0, 100.0, f64::INFINITY] {
        let mixture = mixture(cache.path(), ratio);
        let counts = mixture.counts(100_000).unwrap();
        let denoising = counts[2] as f64 / 100_000.0;
        let exact = if ratio.is_infinite() { 1.0 } else { ratio / (1.0 + ratio) };
        assert!((denoising - exact).abs() <= 4.0 / 100_000.0, "{ratio}: {denoising}");
        if ratio == 0.0 || ratio.is_infinite() {
            assert_eq!(denoising, exact);
        }
    }
}

#[test]
fn the_report_is_what_the_stream_does() {
    let cache = tempfile::tempdir().unwrap();
    let mixture = mixture(cache.path(), 1.0);
    let budget = 5000;
    let report = mixture.report(budget).unwrap();
    let names: Vec<_> = report.entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["rte", "cola", "books", "wnli"]);
    assert_eq!((report.total_rate, report.budget), (2 * 190, budget));
    assert_eq!(report.entries.iter().map(|e| e.realised).sum::<u64>(), budget);
    assert!((report.entries.iter().map(|e| e.share).sum::<f64>() - 1.0).abs() < 1e-12);

    let mut counts = [0; 4];
    let mut longest = (0, 0);
    for example in mixture.from(0).unwrap().take(budget as usize) {
        let example = example.unwrap();
        counts[example.draw.entry] += 1;
        if example.draw.entry == 2 {
            longest = (example.inputs.len(), example.targets.len());
        }
    }
    for (entry, count) in report.entries.iter().zip(counts) {
        assert_eq!(entry.realised, count);
        assert_eq!(entry.draws, entry.share * budget as f64);
        assert_eq!(entry.epochs, entry.draws / entry.examples as f64);
        assert!((entry.realised as f64 - entry.draws).abs() <= 4.0);
    }
    let [rte, _, books, _] = &report.entries[..] else { panic!() };
    assert_eq!((rte.rate, rte.examples, rte.cap), (37, 37, Some(300_000.0)));
    assert_eq!(rte.family.as_deref(), Some("nli"));
    assert!(rte.inputs_mean > 25.0 && rte.inputs_mean < 50.0);
    assert!(rte.inputs_trimmed > 0.0 && rte.inputs_trimmed < 0.3 && rte.targets_trimmed == 0.0);
    assert_eq!((books.rate, books.family.as_ref(), books.cap), (190, None, None));
    let made = (books.inputs_mean as usize, books.targets_mean as usize);
    assert_eq!((made, books.inputs_trimmed), (longest, 0.0));
    assert!(serde_json::to_string(&report).unwrap().contains("\"share\""));
    assert!(mixture.report(u64::MAX).is_err());
}

/// Rates that are no whole numbers, and zero.
#[test]
fn the_mixture_follows_its_entries_rates() {
    let cache = tempfile::tempdir().unwrap();
    let mut entries = entries(cache.path());
    for (entry, rate) in entries.iter_mut().zip([0.5, 0.25, 3.0, 0.0]) {
        entry.rate = rate;
    }
    let mixture = Mixture::new(entries.clone(), settings(1.0)).unwrap();
    let report = mixture.report(1000).unwrap();
    let shares: Vec<f64> = report.entries.iter().map(|entry| entry.share).collect();
    for (share, exact) in shares.into_iter().zip([1.0 / 3.0, 1.0 / 6.0, 0.5, 0.0]) {
        assert!((share - exact).abs() < 1e-8, "{share} {exact}");
    }
    assert_eq!(report.entries[3].realised, 0, "a rate of zero is never drawn");
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        entries[0].rate = bad;
        let error = Mixture::new(entries.clone(), settings(1.0)).unwrap_err().to_string();
        assert!(error.contains("entry `rte` has the rate"), "{error}");
    }
}

/// Shares of tokens are those that the stream's examples have.
#[test]
fn shares_of_tokens_are_what_the_stream_has() {
    let cache = tempfile::tempdir().unwrap();
    let mixture = mixture(cache.path(), 0.5);
    let report = mixture.report(1000).unwrap();
    let mut tokens = [[0.0; 2]; 4];
    for example in mixture.from(0).unwrap().take(20 * 285) {
        let example = example.unwrap();
        tokens[example.draw.entry][0] += example.inputs.len() as f64;
        tokens[example.draw.entry][1] += example.targets.len() as f64;
    }
    let total = |side: usize| tokens.iter().map(|of| of[side]).sum::<f64>();
    for (entry, of) in report.entries.iter().zip(tokens) {
        assert!((entry.inputs_share - of[0] / total(0)).abs() < 1e-3, "{}", entry.name);
        assert!((entry.targets_share - of[1] / total(1)).abs() < 1e-3, "{}", entry.name);
    }
}

/// What a report calls realised is counted, not expected.
#[test]
fn realised_draws_are_counted() {
    let cache = tempfile::tempdir().unwrap();
    let mixture = mixture(cache.path(), 1.0);
    let mut counts = [0u64; 4];
    let mut unexpected = 0;
    for (budget, example) in (1..=200).zip(mixture.from(0).unwrap()) {
        counts[example.unwrap().draw.entry] += 1;
        let report = mixture.report(budget).unwrap();
        for (entry, count) in report.entries.iter().zip(counts) {
            assert_eq!(entry.realised, count, "{} of {budget}", entry.name);
            unexpected += u32::from(count != entry.draws.round() as u64);
        }
    }
    assert!(unexpected > 0, "the two differ somewhere, or this test shows nothing");
}

#[test]
fn impossible_mixtures_are_refused() {
    let cache = tempfile::tempdir().unwrap();
    let path = cache.path();
    let error = |entries, settings| Mixture::new(entries, settings).unwrap_err().to_string();
    let twice = vec![entries(path)[0].clone(), entries(path)[0].clone()];
    assert!(error(twice, settings(0.0)).contains("two entries are called `rte`"));
    assert!(error(entries(path)[..2].to_vec(), settings(1.0)).contains("R is 1"));
    assert!(error(vec![denoising(path, "books")], settings(1.0)).contains("R is 1"));
    assert!(error(Vec::new(), settings(0.0)).contains("R is 0"));
    let mut short = settings(1.0);
    short.shape.targets = 13;
    let message = error(entries(path), short);
    assert!(message.contains("`books` makes inputs of 64 and targets of 14"), "{message}");
}
