//! `ext5 study list`

use crate::commands::print_json;
use crate::failure::{Blame, Failure};
use crate::output::{FAINT, Output, STRONG, styled};
use ext5_lab::study::Opened;
use serde::Serialize;
use std::io::Write;

#[derive(Serialize)]
struct Listed {
    name: String,
    title: String,
    question: String,
    presets: Vec<String>,
}

/// Lists the built-in studies.
pub fn run(json: bool) -> Result<(), Failure> {
    let listed = |opened: Opened| Listed {
        presets: opened.study.presets.keys().cloned().collect(),
        name: opened.study.name,
        title: opened.study.title,
        question: opened.study.question,
    };
    let studies: Vec<Listed> = Opened::built_in().work()?.into_iter().map(listed).collect();
    let mut out = Output::new();
    if json {
        return print_json(&studies, &mut out);
    }
    for Listed { name, title, question, presets } in studies {
        let presets = styled(FAINT, &format!("[{}]", presets.join(", ")));
        writeln!(out, "{}  {title}  {presets}\n    {question}\n", styled(STRONG, &name))?;
    }
    Ok(writeln!(out, "`ext5 study plan NAME` says what one will do and cost.")?)
}
