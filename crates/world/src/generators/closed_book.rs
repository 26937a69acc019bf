//! Questions that only memory answers.

use crate::ask::{Ask, Made, yes_no};
use crate::fact::{Kind, Relation};

/// One fact.
pub(crate) fn recall(ask: &mut Ask<'_>) -> Made {
    let fact = ask.asked();
    Made::new(fact.question(), fact.answer())
}

/// A fact of the place that somebody lives in.
pub(crate) fn home_hop(ask: &mut Ask<'_>) -> Made {
    let person = ask.person();
    let place = ask.fact(ask.universe.home(person), ask.relation);
    let question = ask.relation.question(&format!("the home of {}", ask.name(person)));
    Made::new(question, place.answer())
}

/// A fact of somebody's teacher.
pub(crate) fn teacher_hop(ask: &mut Ask<'_>) -> Made {
    let wanted = std::mem::replace(&mut ask.relation, Relation::Teacher);
    let pupil = ask.asked();
    let teacher = ask.universe.teacher(pupil.subject).unwrap_or(pupil.subject);
    let question = wanted.question(&format!("the teacher of {}", pupil.name()));
    Made::new(question, ask.fact(teacher, wanted).answer())
}

/// Whether a fact is so; of what is not, half says nothing that could be.
pub(crate) fn verify(ask: &mut Ask<'_>) -> Made {
    let right = ask.whether();
    let fact = ask.of_person();
    let object = match (right, ask.easy(!right)) {
        (true, _) => fact.answer(),
        (_, true) => ask.another_of(fact).answer(),
        (_, false) => fact.wrong(&mut ask.rng),
    };
    let claim = fact.say_of(0, &fact.name(), &object);
    Made::new(format!("Is it true? {claim}"), yes_no(right))
}

/// One fact, with four answers to choose from.
pub(crate) fn choose(ask: &mut Ask<'_>) -> Made {
    let fact = ask.asked();
    let options = ask.choices(fact, 3);
    Made::choice(&fact.question(), options, fact.answer())
}

/// Whether two people have the same home region, trade or the like: as often as not.
pub(crate) fn alike(ask: &mut Ask<'_>) -> Made {
    let wording = ask.whether();
    let first = ask.person();
    // Both wordings of a person, one with yes, which is either: numbers do not show.
    let yes = wording ^ first.is_multiple_of(2);
    let wanted = ask.fact(first, ask.relation).answer();
    let land = ask.universe.land(ask.universe.land_of(Kind::Person, first), Kind::Person);
    let (start, count) = (ask.other(Kind::Person, first), land.end - land.start);
    let others = (0..count).map(|step| land.start + (start - land.start + step) % count);
    let fits = |id: &u64| *id != first && (ask.fact(*id, ask.relation).answer() == wanted) == yes;
    let second = others.into_iter().find(fits).unwrap_or(start);
    let same = ask.fact(second, ask.relation).answer() == wanted;
    let [first, second] = [first, second].map(|id| ask.name(id));
    let what = ask.relation.name();
    let question = match wording {
        false => format!("Do {first} and {second} have the same {what}?"),
        true => format!("Is the {what} of {first} that of {second}?"),
    };
    Made::new(question, yes_no(same))
}
