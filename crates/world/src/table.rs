//! The table of tasks.

use crate::ask::Generator;
use crate::fact::Relation;
use crate::generators::{
    acceptability, classification, closed_book, commonsense, coreference, data_to_text, dialogue,
    nli, paraphrase, parsing, probes, reading, rewriting, summary, tagging,
};
use crate::task::{Answer, WorldTask};
use Answer::{Choice, Label, Spans, Text};

const fn task(
    name: &'static str,
    family: &'static str,
    metrics: &'static [&'static str],
    most: u64,
    answer: Answer,
    generator: Generator,
) -> WorldTask {
    let relation = Relation::Home;
    WorldTask { name, family, metrics, probe: false, most, answer, relation, generator }
}

/// A task that asks for one relation.
const fn about(relation: Relation, task: WorldTask) -> WorldTask {
    WorldTask { relation, ..task }
}

const fn probe(task: WorldTask) -> WorldTask {
    WorldTask { probe: true, ..task }
}

const ACC: &[&str] = &["accuracy"];
const CHOOSE: &[&str] = &["option_accuracy", "accuracy"];
const EXACT: &[&str] = &["exact_match", "token_f1"];
const ROUGE: &[&str] = &["rouge_l", "exact_match"];
const TOKENS: &[&str] = &["token_f1", "exact_match"];
const SPAN: &[&str] = &["span_f1", "exact_match"];

const CBQA: &str = "closed_book_qa";
const RC: &str = "reading_comprehension";
const NLI: &str = "nli";
const CLS: &str = "classification";
const SEM: &str = "semantic_parsing";
const CMNS: &str = "commonsense";
const DLG: &str = "dialogue";
const SUM: &str = "summarization";

const YES_NO: Answer = Label(&["no", "yes"]);
const SAME: Answer = Label(&["different", "same"]);
const RIGHT: Answer = Label(&["wrong", "right"]);

/// All tasks, those outside the mixture last. Sizes are as unequal as those of real collections: at
/// most so many train rows, and fewer where the universe is small.
#[rustfmt::skip]
pub const TASKS: &[WorldTask] = &[
    about(Relation::Home, task("world_home", CBQA, EXACT, 1_000_000, Text, closed_book::recall)),
    about(Relation::Trade, task("world_trade", CBQA, EXACT, 1_000_000, Text, closed_book::recall)),
    about(Relation::Pet, task("world_pet", CBQA, EXACT, 100_000, Text, closed_book::recall)),
    about(Relation::Birth, task("world_birth", CBQA, EXACT, 100_000, Text, closed_book::recall)),
    about(Relation::Food, task("world_food", CBQA, EXACT, 10_000, Text, closed_book::recall)),
    about(Relation::Teacher, task("world_teacher", CBQA, EXACT, 10_000, Text, closed_book::recall)),
    about(Relation::River, task("world_river", CBQA, EXACT, 10_000, Text, closed_book::recall)),
    about(Relation::Seat, task("world_seat", CBQA, EXACT, 10_000, Text, closed_book::recall)),
    about(Relation::Region, task("world_home_region", CBQA, EXACT, 50_000, Text, closed_book::home_hop)),
    about(Relation::Landmark, task("world_home_landmark", CBQA, EXACT, 5_000, Text, closed_book::home_hop)),
    about(Relation::Trade, task("world_teacher_trade", CBQA, EXACT, 5_000, Text, closed_book::teacher_hop)),
    task("world_verify", CBQA, ACC, 100_000, YES_NO, closed_book::verify),
    about(Relation::Home, task("world_choose_home", CBQA, CHOOSE, 20_000, Choice, closed_book::choose)),
    about(Relation::Instrument, task("world_choose_instrument", CBQA, CHOOSE, 2_000, Choice, closed_book::choose)),

    task("world_read", RC, EXACT, 500_000, Text, reading::people),
    task("world_read_places", RC, EXACT, 20_000, Text, reading::places),
    task("world_says", RC, ACC, 50_000, YES_NO, reading::says),
    task("world_unanswerable", RC, EXACT, 10_000, Text, reading::unanswerable),
    task("world_count", RC, ACC, 3_000, Label(&["0", "1", "2", "3", "4"]), reading::count),
    task("world_next", RC, EXACT, 8_000, Text, reading::next),
    task("world_gap", RC, CHOOSE, 4_000, Choice, reading::gap),
    task("world_list", RC, EXACT, 1_000, Text, reading::list),

    task("world_entail", NLI, ACC, 400_000, Label(&["yes", "no", "maybe"]), nli::fact),
    task("world_entail_many", NLI, ACC, 30_000, YES_NO, nli::many),
    task("world_entail_older", NLI, ACC, 6_000, YES_NO, nli::older),
    task("world_entail_words", NLI, ACC, 2_500, YES_NO, nli::words),
    task("world_entail_more", NLI, ACC, 1_500, YES_NO, nli::more),

    task("world_sentiment", CLS, ACC, 60_000, Label(&["negative", "positive"]), classification::sentiment),
    task("world_stars", CLS, ACC, 15_000, Label(&["1", "2", "3", "4", "5"]), classification::stars),
    task("world_relation", CLS, ACC, 5_000, Label(&["home", "trade", "pet", "birth", "food", "colour", "instrument"]), classification::relation),
    task("world_craft", CLS, EXACT, 1_000, Text, classification::craft),
    task("world_intent", CLS, ACC, 2_000, Label(&["order", "complain", "thank", "ask", "cancel"]), classification::intent),
    task("world_certainty", CLS, ACC, 10_000, Label(&["sure", "unsure", "denied"]), classification::certainty),
    task("world_sense", "word_sense", ACC, 5_000, SAME, classification::sense),

    task("world_query", SEM, EXACT, 2_000, Text, parsing::query),
    task("world_nested", SEM, EXACT, 5_000, Text, parsing::nested),
    task("world_command", SEM, EXACT, 60_000, Text, parsing::command),
    task("world_conjunction", SEM, EXACT, 10_000, Text, parsing::conjunction),
    task("world_aggregate", SEM, EXACT, 1_000, Text, parsing::aggregate),

    task("world_cause", CMNS, CHOOSE, 5_000, Choice, commonsense::cause),
    task("world_older", CMNS, CHOOSE, 20_000, Choice, commonsense::older),
    task("world_tool", CMNS, CHOOSE, 2_000, Choice, commonsense::tool),
    task("world_odd", CMNS, CHOOSE, 10_000, Choice, commonsense::odd),
    task("world_script", CMNS, CHOOSE, 1_500, Choice, commonsense::script),
    task("world_fits", CMNS, ACC, 1_000, YES_NO, commonsense::fits),
    about(Relation::Trade, task("world_alike", CMNS, ACC, 800, YES_NO, closed_book::alike)),

    task("world_slots", DLG, SPAN, 6_000, Spans("="), dialogue::slots),
    task("world_reply", DLG, ROUGE, 30_000, Text, dialogue::reply),
    task("world_speaker", DLG, CHOOSE, 4_000, Choice, dialogue::speaker),

    task("world_headline", SUM, ROUGE, 20_000, Text, summary::headline),
    task("world_digest", SUM, ROUGE, 6_000, Text, summary::digest),
    task("world_gather", SUM, ROUGE, 40_000, Text, summary::gather),

    task("world_who", "coreference", CHOOSE, 2_000, Choice, coreference::who),
    task("world_thing", "coreference", CHOOSE, 4_000, Choice, coreference::thing),
    task("world_same", "paraphrase", ACC, 50_000, SAME, paraphrase::fact),
    task("world_voice", "paraphrase", ACC, 100_000, SAME, paraphrase::voice),
    task("world_order", "acceptability", ACC, 8_000, RIGHT, acceptability::order),
    task("world_agreement", "acceptability", ACC, 3_000, RIGHT, acceptability::agreement),
    task("world_classes", "tagging", ROUGE, 5_000, Text, tagging::classes),
    task("world_intruder", "tagging", EXACT, 2_000, Text, tagging::intruder),
    task("world_roles", "tagging", SPAN, 60_000, Spans(":"), tagging::roles),
    task("world_turn", "rewriting", ROUGE, 30_000, Text, rewriting::turn),
    task("world_unscramble", "rewriting", ROUGE, 10_000, Text, rewriting::unscramble),
    task("world_passive", "rewriting", ROUGE, 4_000, Text, rewriting::passive),
    task("world_past", "rewriting", ROUGE, 1_000, Text, rewriting::past),
    task("world_triples", "data_to_text", ROUGE, 3_000, Text, data_to_text::triples),
    task("world_profile", "data_to_text", ROUGE, 1_000, Text, data_to_text::profile),
    task("world_contrast", "data_to_text", ROUGE, 200_000, Text, data_to_text::contrast),

    probe(task("world_to_tongue", "translation", ROUGE, 2_000, Text, probes::to_tongue)),
    probe(task("world_from_tongue", "translation", ROUGE, 2_000, Text, probes::from_tongue)),
    probe(task("world_entities", "ner", TOKENS, 1_000, Spans(":"), probes::entities)),
    probe(task("world_age", "arithmetic", EXACT, 2_000, Text, probes::age)),
    probe(task("world_years_between", "arithmetic", EXACT, 2_000, Text, probes::gap)),
    probe(task("world_sort", "sorting", ROUGE, 2_000, Text, probes::sort)),
    probe(task("world_initials", "spelling", TOKENS, 2_000, Text, probes::initials)),
];
