//! Text to hashes of words and of runs of words.

/// FNV-1a's constants.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
/// The base of the polynomial over a run's words: any odd number without structure does.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
/// Keeps whole texts and runs of words apart.
const WHOLE: u64 = 0xd6e8_feb8_6659_fd93;

/// The 64-bit hashes of a text's words: runs of letters and digits, in lower case.
pub fn hashes(text: &str, words: &mut Vec<u64>) {
    first_hashes(text, usize::MAX, words);
}

/// As [`hashes`], of the first `most` words.
pub fn first_hashes(text: &str, most: usize, words: &mut Vec<u64>) {
    words.clear();
    let (mut hash, mut inside) = (OFFSET, false);
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let width = match byte {
            0..0x80 if byte.is_ascii_alphanumeric() => {
                (hash, inside) = (add(hash, byte.to_ascii_lowercase()), true);
                at += 1;
                continue;
            }
            0..0x80 => 1,
            _ => {
                let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
                at += c.len_utf8();
                if c.is_alphanumeric() {
                    let mut buffer = [0; 4];
                    for lower in c.to_lowercase() {
                        hash = lower.encode_utf8(&mut buffer).bytes().fold(hash, add);
                    }
                    inside = true;
                    continue;
                }
                0
            }
        };
        at += width;
        if inside {
            words.push(mix(hash));
            (hash, inside) = (OFFSET, false);
            if words.len() >= most {
                return;
            }
        }
    }
    if inside {
        words.push(mix(hash));
    }
}

/// Murmur3's finaliser.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The hash of each run of `n` words, in order; none where there are fewer.
pub fn runs(words: &[u64], n: usize) -> impl Iterator<Item = u64> + '_ {
    let first = polynomial(words.get(..n).unwrap_or_default());
    let leaving = (1..n).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let steps = words.iter().zip(words.get(n..).unwrap_or_default());
    let rolled = steps.scan(first, move |hash, (old, new)| {
        let rest = hash.wrapping_sub(old.wrapping_mul(leaving));
        *hash = rest.wrapping_mul(BASE).wrapping_add(*new);
        Some(*hash)
    });
    (words.len() >= n).then_some(first).into_iter().chain(rolled).map(mix)
}

/// The hash of a whole text.
pub fn whole(words: &[u64]) -> u64 {
    mix(polynomial(words) ^ (words.len() as u64).wrapping_mul(WHOLE) ^ WHOLE)
}

fn polynomial(words: &[u64]) -> u64 {
    words.iter().fold(0, |hash: u64, word| hash.wrapping_mul(BASE).wrapping_add(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u64> {
        let mut words = Vec::new();
        hashes(text, &mut words);
        words
    }

    #[test]
    fn words_are_letters_and_digits_whatever_stands_between() {
        assert_eq!(of("The cat's 3 Äpfel."), of("  the CAT s\t3 — äpfel"));
        assert_eq!(of("a b").len(), 2);
        assert_ne!(of("a b"), of("b a"));
        assert!(of(" …\n").is_empty());
    }

    #[test]
    fn runs_are_found_wherever_they_stand() {
        let long = of("one two three four five six seven");
        let runs_of = |words: &[u64], n| runs(words, n).collect::<Vec<_>>();
        let all = runs_of(&long, 3);
        assert_eq!(all.len(), 5);
        for (start, hash) in all.iter().enumerate() {
            assert_eq!(runs_of(&long[start..start + 3], 3), [*hash]);
        }
        assert!(runs_of(&long[..2], 3).is_empty());
        assert_ne!(whole(&long[..3]), all[0]);
        assert_ne!(whole(&long[..3]), whole(&long[..4]));
    }
}
