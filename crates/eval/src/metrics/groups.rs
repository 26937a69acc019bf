//! Examples that belong together.

use ext5_task::Example;
use std::collections::HashMap;

/// The numbers of the examples of each group, groups in order of appearance. An example without a
/// group is one of its own.
pub(super) fn groups(examples: &[Example]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (number, example) in examples.iter().enumerate() {
        let place = match &example.group {
            Some(name) => *known.entry(name).or_insert(groups.len()),
            None => groups.len(),
        };
        match groups.get_mut(place) {
            Some(group) => group.push(number),
            None => groups.push(vec![number]),
        }
    }
    groups
}

/// The references of all examples of a group, each once.
pub(super) fn references(examples: &[Example], group: &[usize]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for reference in group.iter().flat_map(|&number| &examples[number].references) {
        if !all.contains(reference) {
            all.push(reference.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::example;

    #[test]
    fn groups_need_not_stand_together() {
        let example = |text, group: Option<&str>| Example {
            group: group.map(str::to_owned),
            ..example(text)
        };
        let examples = [
            example("x", Some("a")),
            example("y", None),
            example("y", Some("b")),
            example("z", Some("a")),
            example("x", Some("a")),
            example("y", None),
        ];
        assert_eq!(groups(&examples), [vec![0, 3, 4], vec![1], vec![2], vec![5]]);
        assert_eq!(references(&examples, &[0, 3, 4]), ["x", "z"]);
    }
}
