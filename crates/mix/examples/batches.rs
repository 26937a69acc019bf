//! Speed, fill and first batches of a mixture of real tasks, on one thread.
//!
//! ```text
//! cargo run --release -p ext5-mix --example batches -- TASKS DATA_ROOT CACHE
//! ```
//!
//! `TASKS` is a folder of task files, `DATA_ROOT` has their data, `vocab/spiece.model` and
//! `corpus/*.txt`; token stores are built in `CACHE` at the first run.

use ext5_mix::store::{CorpusStore, TokenStore};
use ext5_mix::{
    BatchOptions, Batches, Cursor, Denoiser, Entry, EntryKind, Mixture, Objective, Sentinels,
    Settings, Shape, SpanCorruption,
};
use ext5_task::{Registry, Task};
use ext5_text::Vocabulary;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SHAPES: [(usize, usize); 4] = [(256, 64), (512, 114), (512, 128), (1024, 256)];
const RATIOS: [f64; 4] = [0.0, 1.0, 2.0, 4.0];
const WINDOW: u64 = 4096;
/// A mixture larger than what is on disk: tasks, and examples of each.
const TASKS: usize = 1000;
const EXAMPLES: u64 = 1_000_000;
const CAP: f64 = 300_000.0;

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [tasks, root, cache] = &arguments[..] else {
        return Err("usage: batches TASKS DATA_ROOT CACHE".into());
    };
    let vocabulary = Vocabulary::open(&root.join("vocab/spiece.model"))?;
    let registry = Registry::with_built_in(std::slice::from_ref(tasks))?;
    let tasks = registry.select(&["*".to_owned()])?;
    let open = |task: &Task| {
        TokenStore::open_or_build(task, root, "train", &vocabulary, cache, &mut |_| ())
    };
    let (mut stores, mut usable) = (Vec::new(), Vec::new());
    for task in tasks {
        if task.evaluation_only || !task.has_split(root, "train") {
            continue;
        }
        match open(task) {
            Ok(store) => {
                stores.push((task.name.clone(), Arc::new(store)));
                usable.push(task);
            }
            Err(error) => println!("left out: {error}"),
        }
    }
    let corpus = Arc::new(corpus(root, cache, &vocabulary)?);
    println!("{} tasks, windows of {WINDOW} examples\n", stores.len());
    println!("| rows | R | encoder | decoder | least rows / rows | million tokens/s |");
    println!("|---|---|---|---|---|---|");
    for (inputs, targets) in SHAPES {
        for ratio in RATIOS {
            let shape = Shape { inputs, targets };
            let mixture = mixture(&stores, &corpus, &vocabulary, shape, ratio)?;
            println!("{}", line(&Arc::new(mixture), ratio)?);
        }
    }
    let started = Instant::now();
    let mut many = Vec::new();
    for number in 0..TASKS {
        let task = usable[number % usable.len()];
        let store = open(task)?;
        let times = EXAMPLES.div_ceil(store.examples());
        many.push((format!("{} {number}", task.name), Arc::new(store.repeated(times))));
    }
    println!("\n{TASKS} stores opened in {:?}", started.elapsed());
    first_batches(&many, &corpus, &vocabulary)
}

fn corpus(root: &Path, cache: &Path, vocabulary: &Vocabulary) -> Result<CorpusStore> {
    let entries = fs::read_dir(root.join("corpus"))?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    files.sort();
    Ok(CorpusStore::open_or_build("corpus", &files, None, vocabulary, cache, &mut |_| ())?)
}

fn mixture(
    stores: &[(String, Arc<TokenStore>)],
    corpus: &Arc<CorpusStore>,
    vocabulary: &Vocabulary,
    shape: Shape,
    ratio: f64,
) -> Result<Mixture> {
    let supervised = |(name, store): &(String, Arc<TokenStore>)| {
        let rate = (store.examples() as f64).min(CAP);
        let kind = EntryKind::Supervised { family: "any".to_owned(), store: Arc::clone(store) };
        Entry { name: name.clone(), kind, rate, cap: Some(CAP) }
    };
    let objective = Objective::SpanCorruption(SpanCorruption::default());
    let denoiser = Denoiser::from(objective);
    let kind = EntryKind::Denoising { corpus: Arc::clone(corpus), denoiser };
    let denoising = Entry { name: "corpus".to_owned(), kind, rate: 1.0, cap: None };
    let mut entries: Vec<_> = stores.iter().map(supervised).collect();
    if ratio > 0.0 {
        entries.push(denoising);
    }
    let settings = Settings {
        ratio,
        seed: 1,
        shape,
        trim: Default::default(),
        sentinels: Sentinels::of(vocabulary),
        rates: None,
    };
    Ok(Mixture::new(entries, settings)?)
}

fn batches(mixture: &Arc<Mixture>, start: Cursor) -> Result<Batches> {
    let options = BatchOptions { rows: 128, window: WINDOW, rank: 0, world: 1 };
    Ok(Batches::new(Arc::clone(mixture), options, start)?)
}

/// A line of the table: how full rows are, how many rows any packing must take as a share of those
/// taken, and the speed of making batches, the median of three runs over the same windows.
fn line(mixture: &Arc<Mixture>, ratio: f64) -> Result<String> {
    const WINDOWS: u64 = 8;
    let shape = mixture.settings().shape;
    let (mut rows, mut inputs, mut targets, mut speeds) = (0, 0, 0, Vec::new());
    for _ in 0..3 {
        (rows, inputs, targets) = (0, 0, 0);
        let start = Instant::now();
        for batch in batches(mixture, Cursor::default())? {
            let batch = batch?;
            let tokens = |segments: &[u32]| segments.iter().filter(|&&s| s > 0).count();
            rows += batch.batch.rows;
            inputs += tokens(&batch.batch.encoder_segments);
            targets += tokens(&batch.batch.decoder_segments);
            if batch.end.window >= WINDOWS {
                break;
            }
        }
        speeds.push((inputs + targets) as f64 / start.elapsed().as_secs_f64() / 1e6);
    }
    speeds.sort_by(f64::total_cmp);
    // Windows that were packed whole, as a remainder would count for the bound and not for rows.
    let (mut least, mut taken) = (0.0, 0.0);
    for window in 0..4 {
        let examples = mixture.from(window * WINDOW)?.take(WINDOW as usize);
        let examples = examples.collect::<std::result::Result<Vec<_>, _>>()?;
        let lengths: Vec<_> = examples.iter().map(|e| (e.inputs.len(), e.targets.len())).collect();
        least += least_rows(&lengths, shape);
        let key = ext5_core::Key::new(window);
        taken += ext5_mix::pack::pack(examples, shape, key).len() as f64;
    }
    let percent = |tokens: usize, length: usize| 100.0 * tokens as f64 / (rows * length) as f64;
    Ok(format!(
        "| {}/{} | {ratio} | {:.1} % | {:.1} % | {:.1} % | {:.1} |",
        shape.inputs,
        shape.targets,
        percent(inputs, shape.inputs),
        percent(targets, shape.targets),
        100.0 * least / taken,
        speeds[1]
    ))
}

/// Rows that no packing can do without: examples with inputs longer than a row less some length
/// share no row with one another or with any whose inputs are at least that length.
fn least_rows(lengths: &[(usize, usize)], shape: Shape) -> f64 {
    let full = |from: usize, to: usize| {
        let among = lengths.iter().filter(|l| l.0 >= from && l.0 <= to);
        let (inputs, targets) = among.fold((0, 0), |sum, l| (sum.0 + l.0, sum.1 + l.1));
        f64::max(inputs as f64 / shape.inputs as f64, targets as f64 / shape.targets as f64)
    };
    let apart = |apart: usize| {
        let alone = lengths.iter().filter(|l| l.0 > shape.inputs - apart).count();
        alone as f64 + full(apart, shape.inputs - apart)
    };
    (1..=shape.inputs / 2).map(apart).fold(full(0, shape.inputs), f64::max)
}

/// First batches and memory of a mixture of 1,000 tasks with 10⁹ examples: the stores at hand, many
/// times and repeated.
fn first_batches(
    many: &[(String, Arc<TokenStore>)],
    corpus: &Arc<CorpusStore>,
    vocabulary: &Vocabulary,
) -> Result<()> {
    let started = Instant::now();
    let shape = Shape { inputs: 512, targets: 128 };
    let mixture = Arc::new(mixture(many, corpus, vocabulary, shape, 2.0)?);
    println!("mixture of {EXAMPLES} examples each made in {:?}", started.elapsed());
    for slot in [0, 1_000_000_000] {
        let started = Instant::now();
        let cursor = Cursor { window: slot / WINDOW, row: 0 };
        let first = batches(&mixture, cursor)?.next().transpose()?;
        let took: Duration = started.elapsed();
        let rows = first.map_or(0, |batch| batch.batch.rows);
        println!("first batch of {rows} rows at slot {slot} in {took:?}");
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|l| l.starts_with("VmHWM") || l.starts_with("RssAnon")) {
        println!("{line}");
    }
    Ok(())
}
