//! The recipes in `recipes/paper` are read whole: no key is unknown, no value impossible.

use ext5_train::recipe::Recipe;
use std::path::Path;

#[test]
fn all_of_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/paper");
    let mut recipes = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Fine-tuning names its task, and the weights it starts from, on the command line.
        let finetune = path.file_stem().unwrap().to_str().unwrap().starts_with("finetune");
        let read = Recipe::read_and(&path, &[], |recipe| {
            if finetune {
                recipe.mixture.tasks = vec!["boolq".to_owned()];
                recipe.model.from = Some("run".into());
            }
        });
        let recipe = read.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(recipe.name, path.file_stem().unwrap().to_str().unwrap());
        recipes += 1;
    }
    assert_eq!(recipes, 12);
}
