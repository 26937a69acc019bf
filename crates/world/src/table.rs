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
    description: &'static str,
) -> WorldTask {
    let relation = Relation::Home;
    WorldTask {
        name,
        description,
        family,
        metrics,
        probe: false,
        most,
        answer,
        relation,
        generator,
    }
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
    about(Relation::Home, task("world_home", CBQA, EXACT, 1_000_000, Text, closed_book::recall,
        "Where a person lives, from memory of what the corpus says.")),
    about(Relation::Trade, task("world_trade", CBQA, EXACT, 1_000_000, Text, closed_book::recall,
        "What a person does for a living, from memory.")),
    about(Relation::Pet, task("world_pet", CBQA, EXACT, 100_000, Text, closed_book::recall,
        "What animal a person keeps, from memory.")),
    about(Relation::Birth, task("world_birth", CBQA, EXACT, 100_000, Text, closed_book::recall,
        "The year in which a person was born, from memory.")),
    about(Relation::Food, task("world_food", CBQA, EXACT, 10_000, Text, closed_book::recall,
        "What a person likes to eat, from memory.")),
    about(Relation::Teacher, task("world_teacher", CBQA, EXACT, 10_000, Text, closed_book::recall,
        "Who taught a person, from memory.")),
    about(Relation::River, task("world_river", CBQA, EXACT, 10_000, Text, closed_book::recall,
        "Which river a place stands on, from memory.")),
    about(Relation::Seat, task("world_seat", CBQA, EXACT, 10_000, Text, closed_book::recall,
        "Where a guild meets, from memory.")),
    about(Relation::Region, task("world_home_region", CBQA, EXACT, 50_000, Text, closed_book::home_hop,
        "The region of the place that a person lives in: two facts from memory, one after the other.")),
    about(Relation::Landmark, task("world_home_landmark", CBQA, EXACT, 5_000, Text, closed_book::home_hop,
        "What there is to see in the place that a person lives in: two facts from memory, one after the other.")),
    about(Relation::Trade, task("world_teacher_trade", CBQA, EXACT, 5_000, Text, closed_book::teacher_hop,
        "What the teacher of a person works as: two facts from memory, one after the other.")),
    task("world_verify", CBQA, ACC, 100_000, YES_NO, closed_book::verify,
        "Whether a statement about a person is true, from memory."),
    about(Relation::Home, task("world_choose_home", CBQA, CHOOSE, 20_000, Choice, closed_book::choose,
        "Where a person lives, from memory, with four places to choose from.")),
    about(Relation::Instrument, task("world_choose_instrument", CBQA, CHOOSE, 2_000, Choice, closed_book::choose,
        "What a person plays, from memory, with four instruments to choose from.")),

    task("world_read", RC, EXACT, 500_000, Text, reading::people,
        "A question that one sentence of a passage about several people answers."),
    task("world_read_places", RC, EXACT, 20_000, Text, reading::places,
        "A question about one of two places in a passage of ten sentences."),
    task("world_says", RC, ACC, 50_000, YES_NO, reading::says,
        "Whether a passage about three people says a claim, in whatever words."),
    task("world_unanswerable", RC, EXACT, 10_000, Text, reading::unanswerable,
        "A question that a passage answers, or `unknown` where it speaks of others."),
    task("world_count", RC, ACC, 3_000, Label(&["0", "1", "2", "3", "4"]), reading::count,
        "How many of the four things in a passage have a colour."),
    task("world_next", RC, EXACT, 8_000, Text, reading::next,
        "What a person did before or after something, from the story of a day."),
    task("world_gap", RC, CHOOSE, 4_000, Choice, reading::gap,
        "Whose name is missing from a sentence that a passage says in other words, of up to three."),
    task("world_list", RC, EXACT, 1_000, Text, reading::list,
        "All people of a passage of whom something is true, in its order."),

    task("world_entail", NLI, ACC, 400_000, Label(&["yes", "no", "maybe"]), nli::fact,
        "Whether one sentence about a person follows from another, contradicts it, or neither."),
    task("world_entail_many", NLI, ACC, 30_000, YES_NO, nli::many,
        "Whether a sentence about one person follows from three about different people."),
    task("world_entail_older", NLI, ACC, 6_000, YES_NO, nli::older,
        "Whether somebody is older than somebody else, from the years in which they were born."),
    task("world_entail_words", NLI, ACC, 2_500, YES_NO, nli::words,
        "Whether a sentence follows from another by what its words mean: another word for a trade, feathers or legs of an animal."),
    task("world_entail_more", NLI, ACC, 1_500, YES_NO, nli::more,
        "Whether somebody has more of one kind of animals than of another, from both numbers."),

    task("world_sentiment", CLS, ACC, 60_000, Label(&["negative", "positive"]), classification::sentiment,
        "Whether a short review praises or blames."),
    task("world_stars", CLS, ACC, 15_000, Label(&["1", "2", "3", "4", "5"]), classification::stars,
        "A review's stars, from one to five: one more for each of four aspects that it praises."),
    task("world_relation", CLS, ACC, 5_000, Label(&["home", "trade", "pet", "birth", "food", "colour", "instrument"]), classification::relation,
        "Which of seven relations a sentence states."),
    task("world_craft", CLS, EXACT, 1_000, Text, classification::craft,
        "A person's trade, from the tool in the workshop or from what people come for."),
    task("world_intent", CLS, ACC, 2_000, Label(&["order", "complain", "thank", "ask", "cancel"]), classification::intent,
        "Which of five things a customer wants."),
    task("world_certainty", CLS, ACC, 10_000, Label(&["sure", "unsure", "denied"]), classification::certainty,
        "Whether a speaker is sure of something, unsure, or denies it."),
    task("world_sense", "word_sense", ACC, 5_000, SAME, classification::sense,
        "Whether a word of two senses has the same sense in two sentences."),

    task("world_query", SEM, EXACT, 2_000, Text, parsing::query,
        "A question about a person as a query: a relation and a name."),
    task("world_nested", SEM, EXACT, 5_000, Text, parsing::nested,
        "A question about the teacher or friend of a person as a nested query."),
    task("world_command", SEM, EXACT, 60_000, Text, parsing::command,
        "A command with two verbs, each once, twice or three times, as the steps that it takes."),
    task("world_conjunction", SEM, EXACT, 10_000, Text, parsing::conjunction,
        "A question with several conditions as a query of and, or and not."),
    task("world_aggregate", SEM, EXACT, 1_000, Text, parsing::aggregate,
        "A question for a number, for the oldest or youngest, or for whether there is one, as a query."),

    task("world_cause", CMNS, CHOOSE, 5_000, Choice, commonsense::cause,
        "What followed from something, or what had come before it, of two."),
    task("world_older", CMNS, CHOOSE, 20_000, Choice, commonsense::older,
        "Which of two people was born first, or that both were born in one year, from memory."),
    task("world_tool", CMNS, CHOOSE, 2_000, Choice, commonsense::tool,
        "The tool that something is made with, of four."),
    task("world_odd", CMNS, CHOOSE, 10_000, Choice, commonsense::odd,
        "The one of four words that is of another kind."),
    task("world_script", CMNS, CHOOSE, 1_500, Choice, commonsense::script,
        "The step of some work that comes right before or right after another one."),
    task("world_fits", CMNS, ACC, 1_000, YES_NO, commonsense::fits,
        "Whether one thing can be hidden in another, from their usual sizes."),
    about(Relation::Trade, task("world_alike", CMNS, ACC, 800, YES_NO, closed_book::alike,
        "Whether two people have the same trade, from memory.")),

    task("world_slots", DLG, SPAN, 6_000, Spans("="), dialogue::slots,
        "What a customer wants, who it is and where to, where the last word counts."),
    task("world_reply", DLG, ROUGE, 30_000, Text, dialogue::reply,
        "The answer to the last question of a dialogue, as a sentence, from what was said before."),
    task("world_speaker", DLG, CHOOSE, 4_000, Choice, dialogue::speaker,
        "Who of two speakers takes a thing."),

    task("world_headline", SUM, ROUGE, 20_000, Text, summary::headline,
        "A story in a line: where, who, and how it ended."),
    task("world_digest", SUM, ROUGE, 6_000, Text, summary::digest,
        "The one sentence of a long day that is out of the ordinary."),
    task("world_gather", SUM, ROUGE, 40_000, Text, summary::gather,
        "Two sentences about two people drawn together into one."),

    task("world_who", "coreference", CHOOSE, 2_000, Choice, coreference::who,
        "Which of two people a pronoun means: the verb and the reason decide."),
    task("world_thing", "coreference", CHOOSE, 4_000, Choice, coreference::thing,
        "Which of two things a pronoun means: their sizes or what is the matter decide."),
    task("world_same", "paraphrase", ACC, 50_000, SAME, paraphrase::fact,
        "Whether two sentences in different words say the same of the same person."),
    task("world_voice", "paraphrase", ACC, 100_000, SAME, paraphrase::voice,
        "Whether an active and a passive sentence say the same: who did it to whom."),
    task("world_order", "acceptability", ACC, 8_000, RIGHT, acceptability::order,
        "Whether the words of a sentence are in order."),
    task("world_agreement", "acceptability", ACC, 3_000, RIGHT, acceptability::agreement,
        "Whether noun and verb of a sentence agree with its number."),
    task("world_classes", "tagging", ROUGE, 5_000, Text, tagging::classes,
        "The class of every word of a sentence."),
    task("world_intruder", "tagging", EXACT, 2_000, Text, tagging::intruder,
        "The word of a sentence that does not belong into it."),
    task("world_roles", "tagging", SPAN, 60_000, Spans(":"), tagging::roles,
        "Who gave what to whom and where, from an active or a passive sentence."),
    task("world_turn", "rewriting", ROUGE, 30_000, Text, rewriting::turn,
        "A sentence with its subject first as one with its subject last."),
    task("world_unscramble", "rewriting", ROUGE, 10_000, Text, rewriting::unscramble,
        "A sentence from its words in any order."),
    task("world_passive", "rewriting", ROUGE, 4_000, Text, rewriting::passive,
        "An active sentence in the passive."),
    task("world_past", "rewriting", ROUGE, 1_000, Text, rewriting::past,
        "A sentence about today in the past, as one about yesterday."),
    task("world_triples", "data_to_text", ROUGE, 3_000, Text, data_to_text::triples,
        "Two triples of a person as two sentences."),
    task("world_profile", "data_to_text", ROUGE, 1_000, Text, data_to_text::profile,
        "A record of a person as one sentence, in a plain or a proud style."),
    task("world_contrast", "data_to_text", ROUGE, 200_000, Text, data_to_text::contrast,
        "Two rows of a table of guests as a sentence that compares their ages."),

    probe(task("world_to_tongue", "translation", ROUGE, 2_000, Text, probes::to_tongue,
        "A sentence in a made-up language: its words reversed but for names, its verb last.")),
    probe(task("world_from_tongue", "translation", ROUGE, 2_000, Text, probes::from_tongue,
        "A sentence of the made-up language in English.")),
    probe(task("world_entities", "ner", TOKENS, 1_000, Spans(":"), probes::entities,
        "The names of a sentence in order, each with its kind: person or place.")),
    probe(task("world_age", "arithmetic", EXACT, 2_000, Text, probes::age,
        "How old somebody was when coming to town, from two years.")),
    probe(task("world_years_between", "arithmetic", EXACT, 2_000, Text, probes::gap,
        "The years between two births, from a passage.")),
    probe(task("world_sort", "sorting", ROUGE, 2_000, Text, probes::sort,
        "Three names in the order of their page numbers.")),
    probe(task("world_initials", "spelling", TOKENS, 2_000, Text, probes::initials,
        "The first letters of two names and a place, in the order of the text.")),
];
