//! Packing wastes little: made-up lengths fill rows to 97 % and more, and lengths of real tasks take
//! at most 3 % more rows than any packing must.

use ext5_core::Key;
use ext5_mix::pack::pack;
use ext5_mix::store::{CorpusStore, TokenStore};
use ext5_mix::{
    Denoiser, Draw, Entry, EntryKind, Mixture, Objective, Sentinels, Settings, Shape,
    SpanCorruption, TokenExample, Trims,
};
use ext5_task::Task;
use ext5_text::Vocabulary;
use std::path::PathBuf;
use std::sync::Arc;

const SHAPE: Shape = Shape { inputs: 512, targets: 114 };

/// How full rows are: the share of input places that hold tokens, or of target places where those
/// are scarcer; and the least number of rows that any packing takes, as a share of the rows taken.
fn fill(examples: Vec<TokenExample>) -> (f64, f64) {
    let length = |e: &TokenExample| (e.inputs.len(), e.targets.len());
    let lengths: Vec<_> = examples.iter().map(length).collect();
    let rows = pack(examples, SHAPE, Key::new(0)).len() as f64;
    let full = |lengths: &mut dyn Iterator<Item = &(usize, usize)>| {
        let (mut inputs, mut targets) = (0, 0);
        for length in lengths {
            inputs += length.0;
            targets += length.1;
        }
        f64::max(inputs as f64 / SHAPE.inputs as f64, targets as f64 / SHAPE.targets as f64)
    };
    // Examples with inputs longer than a row less some length share no row with one another or
    // with any whose inputs are at least that length. So documents that fill a row's inputs leave
    // its targets empty, whatever one does.
    let least = (1..=SHAPE.inputs / 2).map(|apart| {
        let alone = lengths.iter().filter(|l| l.0 > SHAPE.inputs - apart).count();
        let rest = |l: &&(usize, usize)| l.0 >= apart && l.0 <= SHAPE.inputs - apart;
        alone as f64 + full(&mut lengths.iter().filter(rest))
    });
    let fill = full(&mut lengths.iter());
    (fill / rows, least.fold(fill, f64::max) / rows)
}

/// Lengths like those of ExMix: denoising rows that fill the inputs, and tasks from single
/// sentences to trimmed documents, with log-normal lengths.
#[test]
fn made_up_lengths() {
    for denoising in [0.0, 0.5, 0.67] {
        let mut rng = Key::new(7).rng();
        let mut log_normal = |median: f64, spread: f64, most: usize| {
            ((median * (rng.normal() * spread).exp()) as usize).clamp(2, most)
        };
        let tasks = (4096.0 * (1.0 - denoising)) as usize;
        let mut lengths: Vec<_> = (0..tasks)
            .map(|k| {
                let median = [20.0, 60.0, 150.0, 400.0][k % 4];
                (log_normal(median, 0.6, SHAPE.inputs), log_normal(5.0, 1.0, SHAPE.targets))
            })
            .collect();
        lengths.resize(4096, (SHAPE.inputs, SHAPE.targets));
        let example = |(inputs, targets)| TokenExample {
            draw: Draw { entry: 0, k: 0 },
            inputs: vec![3; inputs],
            targets: vec![3; targets],
        };
        let (fill, _) = fill(lengths.into_iter().map(example).collect());
        eprintln!("denoising share {denoising}: fill {:.2} %", fill * 100.0);
        assert!(fill >= 0.97, "{fill}");
    }
}

/// Name of a task's folder, inputs, targets.
const TASKS: [(&str, &str, &str); 10] = [
    ("rte", "rte hypothesis: {{ hypothesis }} premise: {{ premise }}", "{{ label }}"),
    ("sst2", "sst2 sentence: {{ sentence }}", "{{ label }}"),
    ("cola", "cola sentence: {{ sentence }}", "{{ label }}"),
    ("nq_open", "question: {{ question }}", "{{ answer[0] }}"),
    ("squad_xquad_en", "question: {{ question }} context: {{ context }}", "{{ answers.text[0] }}"),
    ("cosmos_qa", "question: {{ question }} context: {{ context }}", "{{ answer0 }}"),
    ("scitldr", "summarize: {{ source | join(' ') }}", "{{ target[0] }}"),
    ("sgd_response", "reply: {{ history | join(' ') }}", "{{ utterance }}"),
    ("movie_reviews_documents", "review: {{ text }}", "{{ label }}"),
    ("atis_lambda", "parse: {{ question }}", "{{ logical_form }}"),
];

fn real_data() -> Option<PathBuf> {
    let root = match std::env::var_os("EXT5_REALDATA") {
        Some(root) => PathBuf::from(root),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/realdata"),
    };
    if root.is_dir() {
        return Some(root);
    }
    ext5_core::testing::skipped(&format!("no real data at {}; set EXT5_REALDATA", root.display()));
    None
}

#[test]
fn real_lengths() {
    let Some(root) = real_data() else { return };
    let vocabulary = Vocabulary::open(&root.join("vocab/spiece.model")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let mut entries: Vec<_> = TASKS
        .into_iter()
        .map(|(name, inputs, targets)| {
            let text = format!(
                "name = '{name}'\nfamily = 'any'\nmetrics = ['accuracy']\n\
                 [template]\ninputs = \"{inputs}\"\ntargets = \"{targets}\"\n"
            );
            let task = Task::parse(&text, "test.toml".as_ref()).unwrap();
            let cache = cache.path();
            let store =
                TokenStore::open_or_build(&task, &root, "train", &vocabulary, cache, &mut |_| ());
            let store = Arc::new(store.unwrap());
            let rate = store.examples() as f64;
            let kind = EntryKind::Supervised { family: "any".to_owned(), store };
            Entry { name: name.to_owned(), kind, rate, cap: None }
        })
        .collect();
    let files = [root.join("corpus/validation_books.txt")];
    let corpus =
        CorpusStore::open_or_build("books", &files, None, &vocabulary, cache.path(), &mut |_| ());
    entries.push(Entry {
        name: "books".to_owned(),
        kind: EntryKind::Denoising {
            corpus: Arc::new(corpus.unwrap()),
            denoiser: Denoiser::from(Objective::SpanCorruption(SpanCorruption::default())),
        },
        rate: 1.0,
        cap: None,
    });
    for ratio in [0.0, 0.5, 2.0] {
        let settings = Settings {
            ratio,
            seed: 1,
            shape: SHAPE,
            trim: Trims::default(),
            sentinels: Sentinels::of(&vocabulary),
            rates: None,
        };
        let mixture = Mixture::new(entries.clone(), settings).unwrap();
        for window in [1024, 4096] {
            let examples = mixture.from(0).unwrap().take(window);
            let (fill, best) = fill(examples.collect::<Result<_, _>>().unwrap());
            eprintln!(
                "R {ratio}, windows of {window}: fill {:.2} %, {:.2} % of the best possible",
                fill * 100.0,
                best * 100.0
            );
            assert!(best >= 0.97, "{best}");
        }
    }
}
