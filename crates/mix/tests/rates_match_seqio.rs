//! Rates of nested mixtures are those that seqio gives. The values come from
//! `tools/oracles/mixing_golden.py`.

use ext5_mix::rate::{Group, Rule, Size};
use serde_json::Value;

const UNCAPPED: f64 = f64::INFINITY;

struct Golden(Value);

impl Golden {
    fn rate(&self, task: &str, cap: f64, temperature: f64) -> (String, f64) {
        let examples = self.0["sizes"][task].as_u64().unwrap();
        let rule = Rule { cap, temperature, ..Rule::default() };
        (task.to_owned(), rule.rate(Size { examples, prompts: 1 }).unwrap())
    }

    fn check(&self, name: &str, group: &Group) {
        let expected = self.0["rates"][name].as_object().unwrap();
        let leaves = group.leaves().unwrap();
        assert_eq!(leaves.len(), expected.len(), "{name}");
        for (task, rate) in leaves {
            let expected = expected[task].as_f64().unwrap();
            assert!(
                (rate - expected).abs() <= 1e-12 * expected,
                "{name} {task}: {rate} {expected}"
            );
        }
    }
}

fn group(name: &str, tasks: Vec<(String, f64)>, groups: Vec<(f64, &Group)>) -> Group {
    let inside = |(rate, group): (f64, &Group)| Group { rate: Some(rate), ..group.clone() };
    let groups = groups.into_iter().map(inside).collect();
    Group { name: name.to_owned(), rate: None, tasks, groups }
}

#[test]
fn nested_mixtures() {
    let golden = Golden(serde_json::from_str(include_str!("golden/mixing.json")).unwrap());
    let rate = |task, cap, temperature| golden.rate(task, cap, temperature);
    let inner_tasks =
        vec![rate("a", UNCAPPED, 1.0), rate("b", 50.0, 1.0), rate("c", UNCAPPED, 1.0)];
    let inner = group("inner", inner_tasks, Vec::new());
    let level =
        group("level", vec![rate("d", UNCAPPED, 2.0), rate("e", UNCAPPED, 2.0)], Vec::new());
    let middle = group("middle", vec![rate("c", 25.0, 1.0)], vec![(3.0, &inner), (5.0, &level)]);
    let tasks = vec![rate("b", 30.0, 1.0), ("e".to_owned(), 0.0)];
    let whole = group("whole", tasks, vec![(40.0, &middle), (2.0, &inner)]);
    for (name, group) in
        [("inner", &inner), ("level", &level), ("middle", &middle), ("whole", &whole)]
    {
        golden.check(name, group);
    }
}
