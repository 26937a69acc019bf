//! The tasks for real data, on rows of our own in the shape of their publishers' rows.

use ext5_task::{Example, Registry};
use serde_json::{Value, json};
use std::path::Path;

fn render(name: &str, row: Value) -> Example {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/realdata_tasks");
    let registry = Registry::open(&[folder]).unwrap_or_else(|error| panic!("{error}"));
    let Value::Object(row) = row else { panic!("a row is an object") };
    registry.get(name).unwrap().render_row(row).unwrap_or_else(|error| panic!("{error}"))
}

fn assert_renders(name: &str, row: Value, inputs: &str, targets: &str) -> Example {
    let example = render(name, row);
    assert_eq!(example.inputs, inputs);
    assert_eq!(example.targets, targets);
    example
}

#[test]
fn labels_become_words() {
    let row = json!({"sentence": "a joy ", "label": "1"});
    let example = assert_renders("sst2", row, "sst2 sentence: a joy", "positive");
    assert_eq!(example.options, ["negative", "positive"]);
    assert_eq!(example.answer, Some(1));
    let row = json!({"question": "do cats bark", "answer": "false"});
    assert_renders("boolq_no_passage", row, "boolq_no_passage question: do cats bark", "False");
    let row = json!({"premise": "It rains.", "hypothesis": "It is wet.", "label": "entailment"});
    assert_renders("rte", row, "rte hypothesis: It is wet. premise: It rains.", "entailment");
    let row = json!({"text": "Fury.", "label": 0, "label_name": "anger"});
    assert_renders("tweet_emotion", row, "tweet_emotion text: Fury.", "anger");
}

#[test]
fn options_stand_in_the_inputs() {
    let row = json!({"goal": "Dry a cup", "sol1": "Use a towel.", "sol2": "Use soup.", "label": 0});
    let inputs = "piqa goal: Dry a cup choice1: Use a towel. choice2: Use soup.";
    assert_renders("piqa", row, inputs, "Use a towel.");

    let row = json!({"context": "Ann left.", "question": "Why?", "answerA": "tired",
        "answerB": "angry", "answerC": "late", "label": "3"});
    let inputs = "social_i_qa question: Why? context: Ann left. \
                  choice1: tired choice2: angry choice3: late";
    let example = assert_renders("social_i_qa", row, inputs, "late");
    assert_eq!(example.answer, Some(2));

    let row = json!({"question": "Which is absurd?", "sentence_a": "Fish swim.",
        "sentence_b": "Stones swim.", "answer": "Sentence B", "explanation": "-"});
    let inputs = "sensemaking against common sense: choice1: Fish swim. choice2: Stones swim.";
    assert_renders("sensemaking", row, inputs, "Stones swim.");

    let row = json!({"question": "Is this true?\n\"Ice is hot.\"", "options": [], "answer": "no"});
    let inputs = "creak question: Is this true? \"Ice is hot.\" choice1: no choice2: yes";
    assert_renders("creak", row, inputs, "no");

    let row = json!({"question": "1 + 1?", "options": ["(A) 1", "(B) 2"], "answer": "(B)"});
    assert_renders("aqua", row, "aqua question: 1 + 1? choices: (A) 1 (B) 2", "(B) 2");
}

#[test]
fn pronouns_are_marked_by_character_offset() {
    let row = json!({"Text": "Zoé met Ann. She left.", "Pronoun": "She", "Pronoun-offset": "13",
        "A": "Zoé", "A-coref": "FALSE", "B": "Ann", "B-coref": "TRUE"});
    let inputs = "gap text: Zoé met Ann. *She* left. choice1: Zoé choice2: Ann choice3: neither";
    assert_renders("gap", row, inputs, "Ann");
}

#[test]
fn questions_have_several_references() {
    let row = json!({"question": "who wrote it", "answer": ["Ann Lee", "A. Lee"]});
    let example = assert_renders("nq_open", row, "nq question: who wrote it", "Ann Lee");
    assert_eq!(example.references, ["Ann Lee", "A. Lee"]);

    let row = json!({"question": "Who's first?", "context": "Ann (b. 1900) won.",
        "answers": {"text": ["Ann", "Ann (b. 1900)"], "answer_start": [0, 0]}});
    let inputs = "question: Who ' s first ? context: Ann ( b . 1900 ) won .";
    let example = assert_renders("squad_xquad_en", row, inputs, "Ann");
    assert_eq!(example.references, ["Ann", "Ann ( b . 1900 )"]);
}

#[test]
fn structures_become_text() {
    let row = json!({"text": "For 2 at noon", "requestedSlots": ["time"], "labels": [
        {"slot": "time", "startIndex": 9, "endIndex": 13},
        {"slot": "people", "startIndex": 4, "endIndex": 5}]});
    let inputs = "restaurant8k requested: time text: For 2 at noon";
    assert_renders("restaurant8k", row, inputs, "people: 2; time: noon");

    let row = json!({"service": "Bus_1", "history": ["USER: Hi", "SYSTEM: Where to?"],
        "slot_values": {"to": "Rome", "from": "Bari"}});
    let inputs = "sgd_state service: Bus_1 history: USER: Hi SYSTEM: Where to?";
    assert_renders("sgd_state_tracking", row, inputs, "from = Bari; to = Rome");
    let row = json!({"service": "Bus_1", "history": ["USER: Hi"], "slot_values": {}});
    assert_renders("sgd_state_tracking", row, "sgd_state service: Bus_1 history: USER: Hi", "none");

    let row = json!({"history": ["USER: Hi"], "utterance": "Where to?", "acts": [
        {"act": "OFFER", "slot": "to", "values": ["Rome", "Bari"]},
        {"act": "REQUEST", "slot": "from", "values": []}, {"act": "BYE", "slot": "", "values": []}]});
    let inputs = "sgd_response acts: OFFER(to = Rome or Bari) REQUEST(from) BYE history: USER: Hi";
    assert_renders("sgd_response", row, inputs, "Where to?");

    let row = json!({"text": "Thanks, wow!", "labels": "15,26"});
    assert_renders("goemotions", row, "goemotions text: Thanks, wow!", "gratitude, surprise");
}

#[test]
fn numbers_are_rounded() {
    for (score, targets) in [(4.6, "4.6"), (2.5, "2.4"), (0.3, "0.4"), (5.0, "5.0"), (1.27, "1.2")]
    {
        let row = json!({"sentence1": "A.", "sentence2": "B.", "score": score});
        assert_renders("sts_semeval", row, "stsb sentence1: A. sentence2: B.", targets);
    }
    for (answer, targets) in [
        (json!(2.0), "2"),
        (json!("12"), "12"),
        (json!("10.333333333333334"), "10.3333"),
        (json!(0.5), "0.5"),
    ] {
        let row = json!({"original_text": "How many ?", "ans": answer});
        assert_renders("mawps", row, "mawps: How many ?", targets);
    }
}

#[test]
fn texts_are_summarized() {
    let row = json!({"source": ["One.", "Two."], "target": ["Short.", "Brief."], "title": "T"});
    let example = assert_renders("scitldr", row.clone(), "summarize: One. Two.", "Short.");
    assert_eq!(example.references, ["Short.", "Brief."]);
    assert_renders("scitldr_title", row, "title: One. Two.", "T");
    let row = json!({"mr": "name[Ann's], food[fish]", "ref": "Ann's serves fish."});
    let example = render("e2e_nlg", row);
    assert_eq!(example.group.as_deref(), Some("name[Ann's], food[fish]"));
}
