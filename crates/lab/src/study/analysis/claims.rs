//! What becomes of the paper's claims.

use super::super::detect::{self, Spread};
use super::super::file::{Claim, Test};
use super::super::report::{Estimate, Finding, Report, Verdict};
use super::super::results::Results;
use super::affinity::Foretold;
use super::correlation::correlations;
use super::curve::{place, series};
use super::matrix::{Effects, words};
use super::pairs::Pairs;
use super::scores::{Part, contrast, difference, lacking};
use crate::study::Alone;

/// What was found of a claim: an effect, which shows it where it is above 0, or why there is none.
struct Found {
    effect: Result<Estimate, String>,
    why: String,
}

/// Gives a verdict on every claim of the study.
pub(super) fn judge(results: &Results<'_>, report: &mut Report) {
    let spread = Spread::of(results);
    for claim in &results.study.claims {
        let verdict = match &claim.test {
            Test::Loses { at } => losses(results, claim, *at),
            Test::Opposed => opposed(results, claim),
            _ => judged(results, &spread, claim),
        };
        report.claims.push(verdict);
    }
}

fn judged(results: &Results<'_>, spread: &Spread, claim: &Claim) -> Verdict {
    let Found { effect, why } = found(results, &claim.test);
    let (finding, effect, why) = match effect {
        Ok(effect) => (finding(&effect), Some(effect), why),
        Err(lacking) => (Finding::Undecided, None, lacking),
    };
    Verdict {
        text: claim.text.clone(),
        mark: claim.mark.clone(),
        finding,
        effect,
        detectable: detect::detectable(results, spread, claim).detectable,
        why,
    }
}

/// Seen where all of the interval is above 0, not seen where all of it is below.
fn finding(effect: &Estimate) -> Finding {
    match effect.interval {
        Some(interval) if interval.low > 0.0 => Finding::Seen,
        Some(interval) if interval.high < 0.0 => Finding::NotSeen,
        _ => Finding::Undecided,
    }
}

fn found(results: &Results<'_>, test: &Test) -> Found {
    match test {
        Test::Better { arm, than, on } => {
            let tasks = results.group(on.as_deref());
            let why = format!("points of {arm} above {than}");
            let (Some(arm), Some(than)) = (results.arm(arm), results.arm(than)) else {
                return Found { effect: Err("this preset lacks one of the arms".to_owned()), why };
            };
            let effect = difference(results, arm, than, &tasks);
            Found { effect: effect.ok_or_else(|| lacking(results, &[arm, than], &tasks)), why }
        }
        Test::Above { series: one, than } => {
            let pairs = common(results, one, than);
            let weight = 1.0 / pairs.len().max(1) as f64;
            let parts: Vec<(usize, f64)> =
                pairs.iter().flat_map(|&(one, than)| [(one, weight), (than, -weight)]).collect();
            let why = format!("points of {one} above {than}, mean over {} places", pairs.len());
            Found { effect: summed(results, &parts), why }
        }
        Test::Rises { series } => {
            let why = format!("points of the last arm of {series} above its first");
            Found { effect: rise(results, series).and_then(|parts| summed(results, &parts)), why }
        }
        Test::Steeper { series, than } => {
            let why = format!("points by which {series} rises more than {than}");
            let parts = rise(results, series).and_then(|mut parts| {
                parts.extend(rise(results, than)?.into_iter().map(|(arm, weight)| (arm, -weight)));
                Ok(parts)
            });
            Found { effect: parts.and_then(|parts| summed(results, &parts)), why }
        }
        Test::Helps { family } => effect_of(results, family, 1.0),
        Test::Hurts { family } => effect_of(results, family, -1.0),
        Test::Foretells => {
            let pairs = Pairs::of(results);
            let measured = Effects::of(results, &pairs, Alone::EqualData);
            let agreement = Foretold::of(results, &pairs, &measured).agreement(results);
            Found {
                effect: agreement.ok_or_else(|| "too few pairs are known".to_owned()),
                why: "rank correlation of prediction and measured effect".to_owned(),
            }
        }
        Test::Loses { .. } | Test::Opposed => {
            Found { effect: Err("counted".to_owned()), why: String::new() }
        }
    }
}

/// The mean effect of a family on the others, or the opposite of it.
fn effect_of(results: &Results<'_>, family: &str, sign: f64) -> Found {
    let pairs = Pairs::of(results);
    let why = format!(
        "points, mean {} of {family} on the others at equal data",
        match sign > 0.0 {
            true => "effect",
            false => "loss by the effect",
        }
    );
    let Some(number) = pairs.names.iter().position(|name| name == family) else {
        return Found { effect: Err("this preset lacks the family".to_owned()), why };
    };
    let effect =
        pairs.mean_effect(results, number, Alone::EqualData).map(|effect| match sign > 0.0 {
            true => effect,
            false => Estimate {
                value: -effect.value,
                interval: effect.interval.map(|interval| ext5_eval::statistics::Interval {
                    low: -interval.high,
                    high: -interval.low,
                }),
            },
        });
    Found { effect: effect.ok_or_else(|| "some of its pairs are missing".to_owned()), why }
}

/// A weighted sum of arms over all tasks.
fn summed(results: &Results<'_>, parts: &[(usize, f64)]) -> Result<Estimate, String> {
    let tasks = results.tasks();
    let of: Vec<Part<'_>> =
        parts.iter().map(|&(arm, weight)| Part { weight, arm, tasks: &tasks }).collect();
    if of.is_empty() {
        return Err("this preset lacks the arms".to_owned());
    }
    let arms: Vec<usize> = parts.iter().map(|(arm, _)| *arm).collect();
    contrast(results, &of).ok_or_else(|| lacking(results, &arms, &tasks))
}

/// A series' last arm less its first.
fn rise(results: &Results<'_>, name: &str) -> Result<Vec<(usize, f64)>, String> {
    match series(results, name)[..] {
        [first, .., last] => Ok(vec![(last, 1.0), (first, -1.0)]),
        _ => Err(format!("this preset has no two arms of {name}")),
    }
}

/// Arms of two series at the same places.
fn common(results: &Results<'_>, one: &str, other: &str) -> Vec<(usize, usize)> {
    let others = series(results, other);
    let same = |arm: usize| {
        let other = others.iter().find(|other| place(results, **other) == place(results, arm))?;
        Some((arm, *other))
    };
    series(results, one).into_iter().filter_map(same).collect()
}

/// Whether some cells lose beyond noise.
fn losses(results: &Results<'_>, claim: &Claim, given: Alone) -> Verdict {
    let pairs = Pairs::of(results);
    let effects = Effects::of(results, &pairs, given);
    let (losing, beyond) = (effects.losing(), effects.beyond_noise(-1.0));
    let gaining = effects.beyond_noise(1.0);
    let finding = match beyond {
        1.. => Finding::Seen,
        // That none is seen to lose shows little; that all gain does.
        0 if gaining > 0 && gaining == pairs.cells().len() => Finding::NotSeen,
        0 => Finding::Undecided,
    };
    let known = effects.known();
    let why = format!(
        "{losing} of {known} cells lose at {}, {beyond} of them beyond noise",
        words(given)
    );
    counted(claim, finding, why)
}

/// A verdict that rests on how many there are, not on the size of one effect.
fn counted(claim: &Claim, finding: Finding, why: String) -> Verdict {
    let (text, mark) = (claim.text.clone(), claim.mark.clone());
    Verdict { text, mark, finding, effect: None, detectable: None, why }
}

/// Whether some tasks of a family move in opposite directions.
fn opposed(results: &Results<'_>, claim: &Claim) -> Verdict {
    let all = correlations(results, &Pairs::of(results));
    let known: Vec<&Estimate> =
        all.iter().filter_map(|together| together.correlation.as_ref().ok()).collect();
    let below = known.iter().filter(|estimate| estimate.value < 0.0).count();
    let surely = known
        .iter()
        .filter(|estimate| estimate.interval.is_some_and(|interval| interval.high < 0.0))
        .count();
    let above =
        |estimate: &&&Estimate| estimate.interval.is_some_and(|interval| interval.low > 0.0);
    let together = known.iter().filter(above).count();
    let finding = match surely {
        1.. if 2 * below < known.len() => Finding::Seen,
        0 if together > 0 && together == all.len() => Finding::NotSeen,
        _ => Finding::Undecided,
    };
    let why = format!(
        "{below} of {} pairs of tasks have a correlation below 0, {surely} of them with all of the \
         interval",
        known.len()
    );
    counted(claim, finding, why)
}
