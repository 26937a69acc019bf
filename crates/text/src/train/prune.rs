//! Removing the pieces that matter least.

use super::lattice::{Lattice, Lexicon};
use super::words::Fragment;

/// The `left` pieces, and all characters, without which the text would become least likely. A
/// piece's loss is how much less likely the words with it are when it is replaced by its own best
/// split; where that split is likelier than the piece itself, it goes at once, and so does what no
/// word's best split has.
pub(crate) fn prune<'a>(
    fragments: &[Fragment],
    pieces: Vec<(&'a str, f64)>,
    left: usize,
) -> Vec<(&'a str, f64)> {
    let lexicon = Lexicon::new(&pieces);
    let mut lattice = Lattice::default();
    let mut ids = Vec::new();
    // How often each piece occurs in the best splits, and in how many words.
    let mut count = vec![0u64; pieces.len()];
    let mut within = vec![0u64; pieces.len()];
    let mut words = 0u64;
    for fragment in fragments {
        lexicon.split(&fragment.text, None, &mut lattice, &mut ids);
        for &id in &ids {
            count[id as usize] += fragment.count;
        }
        ids.sort_unstable();
        ids.dedup();
        for &id in &ids {
            within[id as usize] += fragment.count;
        }
        words += fragment.count;
    }
    let total = count.iter().sum::<u64>() as f64;
    let mut kept = vec![false; pieces.len()];
    let mut losses = Vec::new();
    for (id, &(text, score)) in pieces.iter().enumerate() {
        let instead = lexicon.split(text, Some(id as u32), &mut lattice, &mut ids);
        if !instead.is_finite() {
            // A character.
            kept[id] = true;
        } else if count[id] > 0 && score >= instead {
            let own = count[id] as f64;
            let before = libm::log(own / total);
            let longer = libm::log(total + own * (ids.len() as f64 - 1.0));
            let after: f64 =
                ids.iter().map(|&part| libm::log(count[part as usize] as f64 + own) - longer).sum();
            let share = within[id] as f64 / words as f64;
            losses.push((share * (before - after), id));
        }
    }
    losses.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let characters = kept.iter().filter(|&&kept| kept).count();
    for &(_, id) in losses.iter().take(left.saturating_sub(characters)) {
        kept[id] = true;
    }
    let mut kept = kept.into_iter();
    pieces.into_iter().filter(|_| kept.next() == Some(true)).collect()
}
