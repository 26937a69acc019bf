//! Rows are the same for ever, balanced, and right by another reckoning than the generators'.

mod support;

use ext5_data::generated::Table;
use ext5_world::lexicon::{ASPECTS, CAUSES, DENIED, SIZES, TRADES, UNSURE};
use ext5_world::{Answer, Fact, Kind, Relation, Split, TASKS, Universe, corpus};
use std::collections::{BTreeMap, HashMap, HashSet};
use support::{Pair, pairs, rows, task};

fn denied(text: &str) -> bool {
    DENIED.iter().any(|opening| text.contains(opening))
}

fn unsure(text: &str) -> bool {
    UNSURE.iter().any(|opening| text.contains(opening))
}

#[test]
fn there_are_tasks_enough_of_generators_enough() {
    let mixed: Vec<_> = TASKS.iter().filter(|task| !task.probe).collect();
    let generators: HashSet<_> = TASKS.iter().map(ext5_world::WorldTask::generator).collect();
    let names: HashSet<_> = TASKS.iter().map(|task| task.name).collect();
    assert_eq!(names.len(), TASKS.len());
    let descriptions: HashSet<_> = TASKS.iter().map(|task| task.description).collect();
    assert_eq!(descriptions.len(), TASKS.len(), "each says what it asks");
    assert!(mixed.len() >= 60 && generators.len() >= 30, "{} {}", mixed.len(), generators.len());
    assert!(TASKS.len() - mixed.len() >= 6);
    for family in ext5_task::FAMILIES {
        assert!(mixed.iter().any(|task| task.family == family), "{family}");
    }
    for family in
        ["coreference", "paraphrase", "acceptability", "tagging", "rewriting", "data_to_text"]
    {
        assert!(mixed.iter().any(|task| task.family == family), "{family}");
    }
    let families: HashSet<_> = mixed.iter().map(|task| task.family).collect();
    // Tagging is in the mixture; what is tagged is not.
    assert!(TASKS.iter().filter(|task| task.probe).all(|task| !families.contains(task.family)));
}

#[test]
fn sizes_are_heavy_tailed() {
    let universe = Universe::new(1, 400);
    let mut sizes: Vec<_> = TASKS.iter().map(|t| t.rows(&universe, Split::Train).rows()).collect();
    sizes.sort_unstable();
    let (all, largest) = (sizes.iter().sum::<u64>(), sizes[sizes.len() - 7..].iter().sum::<u64>());
    assert!(largest * 10 > all * 4, "a tenth of the tasks has two fifths of the rows: {sizes:?}");
    assert!(sizes[sizes.len() / 2] < all / sizes.len() as u64, "{sizes:?}");
}

#[test]
fn every_row_is_another_one_and_every_split_has_some() {
    let universe = Universe::new(1, 80);
    for task in TASKS {
        for split in Split::ALL {
            let mut seen = HashSet::new();
            for Pair { inputs, targets, options } in pairs(task, &universe, split) {
                assert!(!targets.is_empty(), "{}: {inputs}", task.name);
                let tokens = task.name == "world_classes";
                let tidy = !inputs.contains("  ") && (tokens || !inputs.contains(" ."));
                assert!(tidy, "{}: {inputs}", task.name);
                assert!(seen.insert(inputs.clone()), "{} {split:?} twice: {inputs}", task.name);
                if task.answer == Answer::Choice {
                    let different: HashSet<_> = options.iter().collect();
                    assert_eq!(different.len(), options.len(), "{}: {inputs}", task.name);
                    assert!(options.contains(&targets), "{}: {inputs} {targets}", task.name);
                }
            }
            assert!(!seen.is_empty(), "{} {split:?}", task.name);
        }
    }
}

/// Of labels no one is more frequent than the others, and of options no place is.
#[test]
fn labels_are_balanced() {
    let universe = Universe::new(2, 400);
    for task in TASKS {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let pairs = pairs(task, &universe, Split::Train);
        let chance = match task.answer {
            Answer::Label(_) | Answer::Choice => {
                task.chance(&rows(task, &universe, Split::Train)[0]).unwrap()
            }
            _ => continue,
        };
        for Pair { targets, options, .. } in &pairs {
            let what = match task.answer {
                Answer::Label(words) => {
                    assert!(words.contains(&targets.as_str()), "{} {targets}", task.name);
                    targets.clone()
                }
                _ => options.iter().position(|option| option == targets).unwrap().to_string(),
            };
            *counts.entry(what).or_default() += 1;
        }
        let majority = *counts.values().max().unwrap() as f64 / pairs.len() as f64;
        // One of the three options of this task is hardly ever right.
        let expected = if task.name == "world_older" { 0.5 } else { chance };
        assert!(majority < expected + 0.06, "{} {counts:?}", task.name);
    }
}

#[test]
fn facts_agree_with_each_other() {
    let universe = Universe::new(3, 2_000);
    let mut names = HashSet::new();
    for kind in [Kind::Person, Kind::Place, Kind::Guild] {
        for id in 0..universe.count(kind) {
            assert!(names.insert(universe.name(kind, id)));
        }
    }
    for person in 0..universe.count(Kind::Person) {
        let land = universe.land_of(Kind::Person, person);
        assert_eq!(universe.land_of(Kind::Place, universe.home(person)), land);
        if let Some(friend) = universe.friend(person) {
            assert_eq!(universe.friend(friend), Some(person));
            assert_eq!(universe.land_of(Kind::Person, friend), land);
        }
        if let Some(teacher) = universe.teacher(person) {
            assert!(universe.birth(teacher) < universe.birth(person));
            assert_eq!(universe.land_of(Kind::Person, teacher), land);
        }
    }
}

/// What the corpus alone tells of everybody, found by patterns of its own.
fn told(universe: &Universe) -> HashMap<(String, &'static str), String> {
    let mut told = HashMap::new();
    for index in 0..corpus::len(universe) {
        let text = corpus::document(universe, index).replace("A: ", "").replace("B: ", "");
        for sentence in text.split_inclusive(['.', '?', '!']) {
            let words: Vec<_> = sentence.split([' ', '.']).filter(|w| !w.is_empty()).collect();
            let (relation, subject, object) = match words.as_slice() {
                ["In", year, "was", "born", name]
                | [name, "was", "born", "in", year]
                | [name, "came", "into", "the", "world", "in", year] => ("birth", name, year),
                [name, "lives", "in", place]
                | [name, "has", "a", "house", "in", place]
                | [place, "is", "the", "home", "of", name] => ("home", name, place),
                [name, "works", "as", "a", trade]
                | [name, "is", "a", trade, "by", "trade"]
                | ["A", trade, "by", "trade", "is", name] => ("trade", name, trade),
                [name, "was", "taught", "by", teacher]
                | [name, "learnt", "everything", "from", teacher]
                | [teacher, "taught", name] => ("teacher", name, teacher),
                [place, "lies", "in", region]
                | [place, "is", "a", "town", "of", region]
                | ["A", "town", "of", region, "is", place] => ("region", place, region),
                [name, "keeps", "a", animal]
                | [name, "is", "the", "owner", "of", "a", animal]
                | ["A", animal, "belongs", "to", name] => ("pet", name, animal),
                _ => continue,
            };
            told.insert(((*subject).to_owned(), relation), (*object).to_owned());
        }
    }
    told
}

/// Questions from memory can be answered by whoever has read the corpus and nothing else: this is
/// what makes their ceiling 1.
#[test]
fn the_corpus_answers_what_is_asked_from_memory() {
    let universe = Universe::new(5, 160);
    let told = told(&universe);
    let of = |name: &str, relation| told[&(name.to_owned(), relation)].clone();
    let word = |inputs: &str, at: usize| inputs.split([' ', '?']).nth(at).unwrap().to_owned();
    for split in Split::ALL {
        let all = |name: &str| pairs(task(name), &universe, split);
        for Pair { inputs, targets, .. } in all("world_birth") {
            assert_eq!(of(&word(&inputs, 4), "birth"), targets, "{inputs}");
        }
        for Pair { inputs, targets, .. } in
            all("world_home").into_iter().chain(all("world_choose_home"))
        {
            assert_eq!(of(&word(&inputs, 2), "home"), targets, "{inputs}");
        }
        for Pair { inputs, targets, .. } in all("world_home_region") {
            let name = inputs.trim_end_matches('?').rsplit(' ').next().unwrap();
            assert_eq!(of(&of(name, "home"), "region"), targets, "{inputs}");
        }
        for Pair { inputs, targets, .. } in all("world_teacher_trade") {
            let name = inputs.trim_end_matches(" work as?").rsplit(' ').next().unwrap();
            assert_eq!(of(&of(name, "teacher"), "trade"), targets, "{inputs}");
        }
        for Pair { targets, options, .. } in all("world_older") {
            let year = |place: usize| of(&options[place], "birth").parse::<u64>().unwrap();
            let [a, b] = [year(0), year(1)];
            let expected = match a.cmp(&b) {
                std::cmp::Ordering::Less => &options[0],
                std::cmp::Ordering::Greater => &options[1],
                std::cmp::Ordering::Equal => "same year",
            };
            assert_eq!(targets, expected);
        }
        for Pair { inputs, targets, .. } in all("world_alike") {
            let names = if inputs.starts_with("Do") { [1, 3] } else { [4, 7] };
            let [a, b] = names.map(|at| of(&word(&inputs, at), "trade"));
            let same = a == b;
            assert_eq!(targets, if same { "yes" } else { "no" }, "{inputs}");
        }
    }
}

/// Questions with all that they need in their inputs, answered from these.
#[test]
fn inputs_answer_what_is_asked_of_them() {
    let universe = Universe::new(6, 120);
    let all = |name: &str| pairs(task(name), &universe, Split::Test);
    let numbers = |text: &str| -> Vec<i64> {
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
    };
    for name in ["world_read", "world_read_places", "world_next", "world_intruder", "world_list"] {
        for Pair { inputs, targets, .. } in all(name) {
            assert!(targets.split(", ").all(|part| inputs.contains(part)), "{inputs}: {targets}");
        }
    }
    for Pair { inputs, targets, .. } in
        all("world_age").into_iter().chain(all("world_years_between"))
    {
        let years = numbers(&inputs);
        assert_eq!((years[1] - years[0]).abs().to_string(), targets, "{inputs}");
    }
    for Pair { inputs, targets, .. } in all("world_count") {
        let colour = inputs.split([' ', '?']).nth(5).unwrap();
        let passage = inputs.split("passage:").nth(1).unwrap();
        if passage.ends_with(" things.") {
            assert!(passage.contains(&format!(" {targets} {colour} ")), "{inputs}: {targets}");
            assert_eq!(numbers(passage)[1..].iter().sum::<i64>(), 4, "{inputs}");
        } else {
            let found = passage.matches(&format!("a {colour} ")).count();
            assert_eq!(found.to_string(), targets, "{inputs}");
        }
    }
    for Pair { inputs, targets, .. } in all("world_entail_more") {
        let (premise, hypothesis) = inputs.split_once(" hypothesis:").unwrap();
        let counts = numbers(premise);
        let compared = hypothesis.contains("more hens") == (counts[0] > counts[1]);
        let right = compared && !unsure(premise);
        assert_eq!(targets, if right { "yes" } else { "no" }, "{inputs}");
    }
    for Pair { inputs, targets, .. } in all("world_entail_older") {
        let (premise, hypothesis) = inputs.split_once(" hypothesis: ").unwrap();
        let subject = hypothesis.split(' ').next().unwrap();
        let sentences: Vec<_> = premise.split_inclusive('.').collect();
        let of = |own: bool| {
            numbers(sentences.iter().find(|text| text.contains(subject) == own).unwrap())[0]
        };
        let right = of(true) < of(false) && !unsure(premise);
        assert_eq!(targets, if right { "yes" } else { "no" }, "{inputs}");
    }
    for name in
        ["world_says", "world_entail_many", "world_entail_words", "world_same", "world_voice"]
    {
        let (mut with_sign, mut wrong) = (0, 0);
        for Pair { inputs, targets, .. } in all(name) {
            let fits = ["yes", "same"].contains(&targets.as_str());
            assert!(!fits || !denied(&inputs), "what is denied does not follow: {inputs}");
            with_sign += u32::from(denied(&inputs));
            wrong += u32::from(!fits);
        }
        let share = f64::from(with_sign) / f64::from(wrong);
        assert!(
            (0.4..0.6).contains(&share),
            "{name}: half of what is wrong is denied, not {share}"
        );
    }
    for Pair { inputs, targets, .. } in all("world_entail") {
        let (premise, _) = inputs.split_once(" hypothesis:").unwrap();
        assert!(!denied(premise) || targets == "no", "{inputs} {targets}");
        assert!(!unsure(premise) || targets == "maybe", "{inputs} {targets}");
    }
    for Pair { inputs, targets, .. } in all("world_command") {
        let steps = inputs.split(' ').fold(0, |steps, word| match word {
            "walk" | "turn" | "jump" | "look" => steps + 1,
            "twice" => steps + 1,
            "three" => steps + 2,
            _ => steps,
        });
        assert_eq!(targets.split(' ').count(), steps, "{inputs}");
    }
    for Pair { inputs, targets, .. } in all("world_sort") {
        let place = |name: &str| numbers(inputs.split_once(name).unwrap().1)[0];
        let names: Vec<_> = targets.split(' ').collect();
        assert!(names.windows(2).all(|two| place(two[0]) < place(two[1])), "{inputs} {targets}");
        assert_eq!(names.len(), 3);
    }
    for Pair { inputs, targets, .. } in all("world_fits") {
        let words = inputs.trim_end_matches('?').split(' ');
        let sizes = words.filter_map(|word| SIZES.iter().position(|thing| *thing == word));
        let [inner, outer] = sizes.collect::<Vec<_>>()[..] else { panic!("two things: {inputs}") };
        let fits = inner < outer;
        assert_eq!(targets, if fits { "yes" } else { "no" }, "{inputs}");
        let told = inputs.starts_with("Can the tiny") == fits;
        assert!(told || !inputs.contains("huge"), "{inputs}");
    }
    for Pair { inputs, targets, options } in all("world_thing") {
        let of_inner =
            ["too big", "stuck", "lifted", "bend"].iter().any(|why| inputs.contains(why));
        assert_eq!(targets, options[usize::from(!of_inner)], "{inputs}");
        let order = options.iter().map(|thing| inputs.find(thing.as_str()));
        assert!(order.is_sorted(), "{inputs}");
    }
    for Pair { inputs, targets, options } in all("world_speaker") {
        // Whoever speaks of the thing takes it or leaves it to the other.
        let wanted = inputs.split(" Who takes the ").nth(1).and_then(|end| end.split('?').next());
        let (before, _) = inputs.split_once(wanted.unwrap()).unwrap();
        let spoken = usize::from(before.contains(&format!("{}: ", options[1])));
        let owner = if before.ends_with("I take the ") { spoken } else { 1 - spoken };
        assert_eq!(targets, options[owner], "{inputs}");
    }
    for Pair { inputs, targets, .. } in all("world_sentiment") {
        let (_, verdict) = inputs.split_once(" was ").unwrap();
        let praised = ASPECTS.iter().any(|(_, praise, _)| {
            praise.iter().any(|word| verdict.split([' ', '.']).any(|said| said == *word))
        });
        let denied = ["not ", "far ", "anything "].iter().any(|word| verdict.starts_with(word));
        assert_eq!(targets, if praised != denied { "positive" } else { "negative" }, "{inputs}");
    }
    for Pair { inputs, targets, .. } in all("world_unanswerable") {
        let (question, passage) = inputs.split_once(" passage: ").unwrap();
        let known = question.split([' ', '?']).filter(|word| !passage.contains(*word));
        let asked = known.filter(|word| word.chars().next().is_some_and(char::is_uppercase));
        let stranger =
            asked.filter(|word| !["What", "Which", "Where", "When", "In"].contains(word));
        assert_eq!(targets == "unknown", stranger.count() > 0, "{inputs} {targets}");
    }
    for Pair { inputs, targets, .. } in all("world_tool") {
        let trade = TRADES.iter().find(|trade| trade.tool == targets).unwrap();
        assert!(inputs.contains(&format!("make {}.", trade.product)), "{inputs} {targets}");
    }
    for Pair { inputs, targets, .. } in all("world_cause") {
        let fits = |(cause, effect): &(&str, &str)| {
            inputs.contains(cause) && targets == *effect
                || inputs.contains(effect) && targets == *cause
        };
        assert!(CAUSES.iter().any(fits), "{inputs} {targets}");
    }
    let tongue: HashMap<_, _> =
        all("world_from_tongue").into_iter().map(|pair| (pair.targets, pair.inputs)).collect();
    for Pair { inputs, targets, .. } in all("world_to_tongue") {
        let own = inputs.trim_start_matches("translate: ");
        if let Some(back) = tongue.get(own) {
            assert_eq!(back.trim_start_matches("translate: "), targets);
        }
        assert_eq!(own.len(), targets.len());
    }
    for Pair { inputs, targets, .. } in all("world_unscramble") {
        let sorted = |text: &str| {
            let mut words: Vec<_> =
                text.trim_end_matches('.').split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        assert_eq!(sorted(inputs.trim_start_matches("put in order: ")), sorted(&targets));
    }
    for Pair { inputs, targets, .. } in all("world_classes") {
        assert_eq!(inputs.split(' ').count(), targets.split(' ').count(), "{inputs} {targets}");
    }
}

/// Written down once: whoever changes a text changes every result measured on the world, and must
/// raise its version.
#[test]
fn texts_are_frozen() {
    let universe = Universe::new(7, 80);
    let mut text = String::new();
    for task in TASKS {
        for Pair { inputs, targets, .. } in pairs(task, &universe, Split::Test).into_iter().take(20)
        {
            text += &format!("{inputs}\t{targets}\n");
        }
    }
    for index in 0..corpus::len(&universe) {
        text += &corpus::document(&universe, index);
    }
    assert_eq!(ext5_core::key::stable_hash(&text), 7_601_154_867_458_170_247);
}

/// Row ten million comes as row ten does: by its number alone.
#[test]
fn rows_of_huge_universes_are_reached_directly() {
    let universe = Universe::new(8, 30_000_000);
    for task in TASKS {
        let rows = task.rows(&universe, Split::Train);
        assert!(!rows.row(rows.rows() - 1)["inputs"].as_str().unwrap().is_empty(), "{}", task.name);
    }
    let fact = Fact { universe: &universe, subject: 29_999_999, relation: Relation::Home };
    assert!(fact.object().is_some());
}
