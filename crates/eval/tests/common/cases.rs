//! Cases for metrics, which `tools/oracles/metric_cases.py` makes in the same way, draw by draw, so
//! that only their scores need to be kept.

use serde::Deserialize;
use std::sync::LazyLock;

/// Cases of a family.
pub const CASES: u64 = 2000;

/// What texts are made of.
#[derive(Deserialize)]
pub struct Words {
    english: Vec<String>,
    odd: Vec<String>,
    marks: Vec<String>,
    between: Vec<String>,
    after: Vec<String>,
    no_numbers: Vec<String>,
    referents: Vec<String>,
}

static WORDS: LazyLock<Words> =
    LazyLock::new(|| serde_json::from_str(include_str!("../golden/words.json")).unwrap());

/// SplitMix64, started by the name of a family and the number of a case.
pub struct Draws(u64);

impl Draws {
    pub fn new(family: &str, case: u64) -> Self {
        let name = family.bytes().chain([b' '; 4]).take(4);
        Draws(name.fold(0, |name, byte| name << 8 | u64::from(byte)) << 32 | case)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a>(&mut self, items: &'a [String]) -> &'a String {
        &items[self.below(items.len())]
    }

    fn many<T>(&mut self, count: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..count).map(|_| one(self)).collect()
    }
}

fn pool(draws: &mut Draws) -> &'static [String] {
    let pools = [&WORDS.english, &WORDS.english, &WORDS.odd, &WORDS.marks];
    pools[draws.below(4)]
}

fn text(draws: &mut Draws, pool: &[String], least: usize, most: usize) -> String {
    let count = least + draws.below(most - least + 1);
    let words = draws.many(count, |draws| draws.pick(pool).as_str());
    let between = draws.pick(&WORDS.between);
    words.join(between) + draws.pick(&WORDS.after)
}

/// A text that shares words with the reference.
fn near(draws: &mut Draws, pool: &[String], reference: &str) -> String {
    let mut words: Vec<&str> = reference.split(' ').collect();
    for _ in 0..draws.below(4) {
        let place = draws.below(words.len() + 1);
        words.insert(place, draws.pick(pool));
    }
    for _ in 0..draws.below(4) {
        if !words.is_empty() {
            words.remove(draws.below(words.len()));
        }
    }
    if !words.is_empty() && draws.below(4) == 0 {
        let places = (draws.below(words.len()), draws.below(words.len()));
        words.swap(places.0, places.1);
    }
    words.join(" ")
}

/// A text, what a system makes of it, and what it should make.
#[derive(Debug)]
pub struct Rewriting {
    pub source: String,
    pub prediction: String,
    pub references: Vec<String>,
}

/// One to four references, now and then a dozen; some texts are empty, some equal.
pub fn rewriting(draws: &mut Draws) -> Rewriting {
    let own = pool(draws);
    let source = text(draws, own, 0, 14);
    let most = if draws.below(20) == 0 { 12 } else { 4 };
    let many = 1 + draws.below(most);
    let mut references = draws.many(many, |draws| match draws.below(2) {
        0 => text(draws, own, 0, 14),
        _ => near(draws, own, &source),
    });
    if draws.below(20) == 0 {
        references[draws.below(many)].clear();
    }
    let kind = draws.below(20);
    let reference = draws.pick(&references).clone();
    let prediction = match kind {
        0 => String::new(),
        1 => reference,
        2 => source.clone(),
        _ => near(draws, own, &reference),
    };
    Rewriting { source, prediction, references }
}

/// Predictions, each with references.
pub fn corpus(draws: &mut Draws) -> Vec<Rewriting> {
    let size = 1 + draws.below(6);
    draws.many(size, rewriting)
}

/// Truths and predictions by the number of their class.
#[derive(Debug)]
pub struct Classes {
    pub count: usize,
    pub truths: Vec<usize>,
    /// `count` for no class.
    pub predictions: Vec<usize>,
    pub positive: Vec<usize>,
}

pub fn classes(draws: &mut Draws) -> Classes {
    let count = 1 + draws.below(6);
    let size = 1 + draws.below(40);
    let truths = draws.many(size, |draws| draws.below(count));
    let wrong = count + draws.below(2);
    let guess = |draws: &mut Draws, &truth: &usize| {
        if draws.below(2) == 1 { truth } else { draws.below(wrong) }
    };
    let predictions = truths.iter().map(|truth| guess(draws, truth)).collect();
    let many = 1 + draws.below(2);
    let mut positive = draws.many(many, |draws| draws.below(count));
    positive.sort_unstable();
    positive.dedup();
    Classes { count, truths, predictions, positive }
}

/// Texts of true and predicted numbers, with ties; some predictions are no numbers.
pub fn numbers(draws: &mut Draws) -> Vec<(String, String)> {
    let size = 1 + draws.below(30);
    let step = [1, 2, 50][draws.below(3)];
    let number = |draws: &mut Draws| {
        format!("{:.2}", (draws.below(5 * step + 1) * 100 / step) as f64 / 100.0)
    };
    let truths = draws.many(size, number);
    let prediction = |truth| {
        let prediction = match draws.below(15) {
            0 => draws.pick(&WORDS.no_numbers).clone(),
            _ => number(draws),
        };
        (truth, prediction)
    };
    truths.into_iter().map(prediction).collect()
}

/// True and predicted labels of each example, as texts.
pub fn label_sets(draws: &mut Draws) -> Vec<(String, String)> {
    let count = 2 + draws.below(6);
    let size = count + draws.below(20);
    let truths: Vec<Vec<usize>> = (0..size)
        .map(|i| (0..count).filter(|&c| (draws.below(5) == 0) | (i % count == c)).collect())
        .collect();
    let text = |labels: &[usize]| match labels {
        [] => "none".to_owned(),
        _ => labels.iter().rev().map(|c| format!("l{c}")).collect::<Vec<_>>().join(", "),
    };
    let mut prediction = |truth: &Vec<usize>| {
        let labels: Vec<usize> = (0..=count)
            .filter(|c| draws.below(10) < if truth.contains(c) { 7 } else { 1 })
            .collect();
        (text(truth), text(&labels))
    };
    truths.iter().map(&mut prediction).collect()
}

fn tags(draws: &mut Draws, length: usize) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < length {
        if draws.below(2) == 1 {
            found.push("O".to_owned());
        } else {
            let kind = ["city", "date", "name"][draws.below(3)];
            found.push(format!("B-{kind}"));
            found.extend(vec![format!("I-{kind}"); draws.below(3)]);
        }
    }
    found.truncate(length);
    found
}

/// The spans of tags as a text, the last one first; the words of a sentence are w0, w1, …
fn spans(tags: &[String]) -> String {
    let mut found: Vec<String> = Vec::new();
    for (place, tag) in tags.iter().enumerate() {
        match tag.split_once('-') {
            Some(("B", kind)) => found.push(format!("{kind}: w{place}")),
            Some(_) => *found.last_mut().unwrap() += &format!(" w{place}"),
            None => {}
        }
    }
    found.reverse();
    if found.is_empty() { "none".to_owned() } else { found.join("; ") }
}

/// True and predicted spans of sentences, as texts.
pub fn tagged(draws: &mut Draws) -> Vec<(String, String)> {
    let size = 1 + draws.below(8);
    draws.many(size, |draws| {
        let length = 1 + draws.below(12);
        let truth = tags(draws, length);
        let prediction = if draws.below(2) == 1 { truth.clone() } else { tags(draws, length) };
        (spans(&truth), spans(&prediction))
    })
}

/// The right option and the scores of all.
#[derive(Debug)]
pub struct Options {
    pub answer: usize,
    pub scores: Vec<f64>,
}

pub fn options(draws: &mut Draws) -> Vec<Options> {
    let count = 2 + draws.below(4);
    let levels = [3, 40][draws.below(2)];
    let size = 1 + draws.below(20);
    draws.many(size, |draws| Options {
        answer: draws.below(count),
        scores: draws.many(count, |draws| -(draws.below(levels) as f64) / 8.0),
    })
}

/// One of a group of examples with two options.
#[derive(Debug)]
pub struct Grouped {
    pub group: usize,
    pub answer: usize,
    pub scores: Vec<f64>,
    /// The generated label; 2 for neither.
    pub label: usize,
}

pub fn grouped(draws: &mut Draws) -> Vec<Grouped> {
    let groups = 1 + draws.below(5);
    let levels = [3, 1000][draws.below(2)];
    let size = 1 + draws.below(20);
    draws.many(size, |draws| {
        let group = draws.below(groups);
        let answer = draws.below(2);
        let scores = draws.many(2, |draws| -(draws.below(levels) as f64) / 8.0);
        // Python draws the condition first.
        let label = if draws.below(4) == 0 { draws.below(6) / 2 } else { answer };
        Grouped { group, answer, scores, label }
    })
}

/// Questions in several parts: a group, a prediction and references.
pub fn questions(draws: &mut Draws) -> Vec<(usize, String, Vec<String>)> {
    let own = pool(draws);
    let groups = 1 + draws.below(3);
    let size = 1 + draws.below(6);
    draws.many(size, |draws| {
        let many = 1 + draws.below(3);
        let references = draws.many(many, |draws| text(draws, own, 0, 3));
        let group = draws.below(groups);
        let reference = draws.pick(&references).clone();
        (group, near(draws, own, &reference), references)
    })
}

/// A prediction and a referent.
pub fn referents(draws: &mut Draws) -> (String, String) {
    let mut words = || {
        let many = draws.below(5);
        draws.many(many, |draws| draws.pick(&WORDS.referents).as_str()).join(" ")
    };
    (words(), words())
}

/// A source, a prediction and a reference of 20 to 60 English words.
pub fn long(draws: &mut Draws) -> (String, String, String) {
    let mut text = || {
        let count = 20 + draws.below(41);
        draws.many(count, |draws| draws.pick(&WORDS.english).as_str()).join(" ")
    };
    (text(), text(), text())
}

/// A true and a predicted class of five.
pub fn label(draws: &mut Draws) -> (usize, usize) {
    let truth = draws.below(5);
    (truth, if draws.below(2) == 1 { truth } else { draws.below(5) })
}
