//! The integer rates of a mixture's entries, in the order of the entries.

use super::{Entry, MixtureError};
use crate::rate;
use std::collections::BTreeMap;

/// From the entries' own rates and R.
pub(super) fn quantised(entries: &[Entry], ratio: f64) -> Result<Vec<u32>, MixtureError> {
    for Entry { name, rate, .. } in entries {
        if !(rate.is_finite() && *rate >= 0.0) {
            return Err(MixtureError::EntryRate { name: name.clone(), rate: *rate });
        }
    }
    let of = |supervised| {
        let entries = entries.iter().filter(move |entry| entry.is_supervised() == supervised);
        entries.map(|entry| entry.rate).collect::<Vec<_>>()
    };
    let (supervised, denoising) = rate::with_denoising(&of(true), &of(false), ratio)?;
    let (mut supervised, mut denoising) = (supervised.into_iter(), denoising.into_iter());
    let next = |entry: &Entry| match entry.is_supervised() {
        true => supervised.next(),
        false => denoising.next(),
    };
    let rates: Vec<_> = entries.iter().filter_map(next).collect();
    Ok(rate::quantise(&rates)?)
}

/// Those of an earlier run.
pub(super) fn recorded(
    entries: &[Entry],
    recorded: &BTreeMap<String, u32>,
) -> Result<Vec<u32>, MixtureError> {
    let known = |name: &String| entries.iter().any(|entry| entry.name == *name);
    if let Some(name) = recorded.keys().find(|name| !known(name)) {
        return Err(MixtureError::RateUnknown(name.clone()));
    }
    let rate = |entry: &Entry| {
        let missing = || MixtureError::RateMissing(entry.name.clone());
        recorded.get(&entry.name).copied().ok_or_else(missing)
    };
    entries.iter().map(rate).collect()
}
