//! Texts to be put into classes.

use crate::ask::{Ask, Made};
use crate::fact::Kind;
use crate::lexicon::{ASPECTS, CERTAINTY, INTENTS, SENSES};

/// A short review: a word and how it ends, or the contrary of a word.
pub(crate) fn sentiment(ask: &mut Ask<'_>) -> Made {
    const NOT: [&str; 3] = ["not", "far from", "anything but"];
    const GLAD: [&str; 3] = ["I will come again.", "Go there!", "How glad I am."];
    const ANGRY: [&str; 3] = ["I want my money back.", "Never again.", "Keep away."];
    let good = ask.whether();
    let (person, (topic, praise, blame)) = (ask.person(), ask.one_of(&ASPECTS));
    let (word, wording, denied) = (ask.digit(2) as usize, ask.digit(3) as usize, ask.whether());
    let (name, product) = (ask.name(person), ask.universe.trade(Kind::Person, person).product);
    let word = if good == denied { blame } else { praise }[word];
    let verdict = match denied {
        true => format!("{} {word}.", NOT[wording]),
        false => format!("{word}. {}", if good { GLAD } else { ANGRY }[wording]),
    };
    let inputs = format!("I bought {product} from {name}. The {topic} was {verdict}");
    Made::new(inputs, if good { "positive" } else { "negative" })
}

/// A review of four aspects: a star, and one more for each that is praised.
pub(crate) fn stars(ask: &mut Ask<'_>) -> Made {
    let (person, liked) = (ask.person(), ask.digit(5));
    let mut praised = [0, 1, 2, 3].map(|place| place < liked);
    ask.rng.shuffle(&mut praised);
    let wording = ask.part(16);
    let told = [0, 1, 2, 3].map(|aspect: usize| {
        let (topic, good, bad) = ASPECTS[aspect];
        let word = if praised[aspect] { good } else { bad }[(wording >> aspect) as usize % 2];
        format!("the {topic} was {word}")
    });
    let name = ask.name(person);
    let [a, b, c, d] = told;
    let inputs = format!("At the shop of {name} {a}, {b}. Of {name} I also say: {c}, {d}.");
    Made::new(inputs, ["1", "2", "3", "4", "5"][liked as usize])
}

/// Which relation a sentence states.
pub(crate) fn relation(ask: &mut Ask<'_>) -> Made {
    let form = ask.digit(3) as usize;
    let fact = ask.of_person();
    Made::new(format!("sentence: {}", fact.say(form)), fact.relation.name())
}

/// A trade from what is in a workshop.
pub(crate) fn craft(ask: &mut Ask<'_>) -> Made {
    let (person, form) = (ask.person(), ask.digit(2));
    let (trade, name) = (ask.universe.trade(Kind::Person, person), ask.name(person));
    let inputs = match form {
        0 => format!("In the workshop of {name} stands the {}.", trade.tool),
        _ => format!("People come to {name} for {}.", trade.product),
    };
    Made::new(inputs, trade.name)
}

/// What a customer wants.
pub(crate) fn intent(ask: &mut Ask<'_>) -> Made {
    let (intent, forms) = ask.one_of(&INTENTS);
    let (form, person) = (ask.one_of(&forms), ask.person());
    let product = ask.universe.trade(Kind::Person, person).product;
    let said: Vec<_> =
        form.split(' ').map(|word| if word == "O" { product } else { word }).collect();
    Made::new(format!("To {}: {}.", ask.name(person), said.join(" ")), intent)
}

/// How sure somebody is of a fact.
pub(crate) fn certainty(ask: &mut Ask<'_>) -> Made {
    let (class, openings) = ask.one_of(&CERTAINTY);
    let (opening, fact) = (ask.one_of(&openings), ask.of_person());
    let object = if class == "sure" { fact.answer() } else { fact.wrong(&mut ask.rng) };
    Made::new(format!("{opening} {}", fact.say_of(0, &fact.name(), &object)), class)
}

/// Whether a word means the same in two sentences.
pub(crate) fn sense(ask: &mut Ask<'_>) -> Made {
    let (same, (word, senses)) = (ask.whether(), ask.one_of(&SENSES));
    let [a, b] = ask.couple();
    let (sense, context) = (ask.rng.below(2) as usize, ask.rng.below(2) as usize);
    let first = senses[sense][context];
    let second = match same {
        true => senses[sense][1 - context],
        false => senses[1 - sense][ask.rng.below(2) as usize],
    };
    let inputs = format!(
        "word: {word} sentence1: {} {first}. sentence2: {} {second}.",
        ask.name(a),
        ask.name(b)
    );
    Made::new(inputs, if same { "same" } else { "different" })
}
