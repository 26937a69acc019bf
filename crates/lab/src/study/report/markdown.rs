//! The report as Markdown.

use super::{Report, Table};

/// The report as Markdown; figures are the PNGs beside it.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("# {}\n\n{}\n\n", report.title, report.question);
    for line in &report.summary {
        text += &format!("{line}\n\n");
    }
    if !report.claims.is_empty() {
        text += "## What the paper says\n\n| claim | source | here | effect, 95 % | smallest that \
                 could be seen | what was looked at |\n|---|---|---|---|---|---|\n";
    }
    for claim in &report.claims {
        let effect = claim.effect.map_or_else(|| "–".to_owned(), |effect| effect.text(2));
        let least = claim.detectable.map_or_else(|| "–".to_owned(), |least| format!("{least:.1}"));
        text += &row(&[
            claim.text.clone(),
            claim.mark.clone(),
            format!("**{}**", claim.finding.words()),
            effect,
            least,
            claim.why.clone(),
        ]);
    }
    for figure in &report.figures {
        text += &format!("\n![{0}]({0}.png)\n", figure.name);
    }
    for table in &report.tables {
        text += &format!("\n{}", of_table(table));
    }
    if !report.holes.is_empty() {
        text += "\n## What is missing\n\n| what | why |\n|---|---|\n";
    }
    for hole in &report.holes {
        text += &row(&[hole.what.clone(), hole.why.clone()]);
    }
    text += "\n## How it was made\n\n";
    for note in &report.notes {
        text += &format!("{note}\n\n");
    }
    text + &format!(
        "Study `{}`, preset `{}`, {} runs, {}. Numbers in full are in the CSV files and in \
         `findings.json`.\n",
        report.name,
        report.preset,
        report.runs.len(),
        report.code
    )
}

fn of_table(table: &Table) -> String {
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let rules = table.columns.iter().map(|column| if column.numeric { "---:" } else { "---" });
    let rules: Vec<&str> = rules.collect();
    let mut text = format!("## {}\n\n{}|{}|\n", table.title, row(&names), rules.join("|"));
    for values in &table.rows {
        text += &row(&values.iter().map(super::Value::text).collect::<Vec<_>>());
    }
    text + &format!("\n{}\n", table.note)
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> =
        cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::super::testing::report;
    use super::*;

    #[test]
    fn everything_is_there() {
        let text = markdown(&report());
        for expected in [
            "# A & B",
            "A wins.",
            "| Tasks <help>. | F: article | **seen** | +1.25 (+0.50 to +2.75) | 2.0 |",
            "| **undecided** | – |",
            "![arms](arms.png)",
            "| arm | a\\|b |\n|---|---:|",
            "| one, \"two\" | 1.2 (0.5 to 2.8) |",
            "| three | – (not run yet) |",
            "| three | not run yet |",
            "Little was done.",
        ] {
            assert!(text.contains(expected), "{expected}:\n{text}");
        }
    }
}
