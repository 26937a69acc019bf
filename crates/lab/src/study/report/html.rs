//! The report as one page that loads nothing.

use super::{Finding, Report, RunLink, Table, Value, written};
use crate::chart::escape;
use ext5_eval::statistics::Interval;
use std::collections::BTreeMap;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Runs by their ids, with their numbers in the list at the page's end.
type Runs<'a> = BTreeMap<&'a str, (usize, &'a RunLink)>;

/// The report as one HTML page: tables that sort, figures that answer to the pointer, every number
/// linked to the runs that it is from.
pub fn html(report: &Report) -> String {
    let runs: Runs<'_> = report
        .runs
        .iter()
        .enumerate()
        .map(|(number, run)| (run.id.as_str(), (number + 1, run)))
        .collect();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{0}</title>\n<style>{STYLE}</style>\n<main>\n<h1>{0}</h1>\n\
         <p class=\"question\">{1}</p>\n",
        escape(&report.title),
        escape(&report.question)
    );
    for line in &report.summary {
        page += &format!("<p class=\"summary\">{}</p>\n", escape(line));
    }
    page += &claims(report);
    for figure in &report.figures {
        page += &format!("<figure id=\"{}\">\n{}</figure>\n", escape(figure.name), figure.svg);
    }
    for table in &report.tables {
        page += &of_table(table, &runs);
    }
    page += &holes(report);
    page += "<h2>How it was made</h2>\n";
    for note in &report.notes {
        page += &format!("<p>{}</p>\n", with_code(note));
    }
    page += &format!(
        "<p class=\"note\">Study {}, preset {}, {}. Numbers in full are in the CSV files beside this \
         page and in findings.json.</p>\n{}</main>\n<div id=\"tip\" role=\"status\" hidden></div>\n\
         <script>{SCRIPT}</script>\n</html>\n",
        escape(&report.name),
        escape(&report.preset),
        escape(&report.code),
        list(report)
    );
    page
}

fn claims(report: &Report) -> String {
    if report.claims.is_empty() {
        return String::new();
    }
    let mut text = "<h2>What the paper says</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>claim\
                    <th>source<th>here<th class=\"n\">effect, 95 %<th class=\"n\">could be seen from\
                    <th>what was looked at</tr></thead>\n<tbody>\n"
        .to_owned();
    for claim in &report.claims {
        let class = match claim.finding {
            Finding::Seen => "seen",
            Finding::NotSeen => "not",
            Finding::Undecided => "undecided",
        };
        let effect = claim.effect.map_or_else(|| "–".to_owned(), |effect| effect.text(2));
        let least = claim.detectable.map_or_else(|| "–".to_owned(), |least| format!("{least:.1}"));
        text += &format!(
            "<tr><td>{}<td>{}<td><span class=\"finding {class}\">{}</span><td class=\"n\">{effect}\
             <td class=\"n\">{least}<td>{}</tr>\n",
            escape(&claim.text),
            escape(&claim.mark),
            claim.finding.words(),
            escape(&claim.why)
        );
    }
    text + "</tbody>\n</table></div>\n"
}

fn of_table(table: &Table, runs: &Runs<'_>) -> String {
    let mut text = format!(
        "<h2>{}</h2>\n<div class=\"wide\"><table class=\"sortable\" id=\"{}\">\n<thead><tr>",
        escape(&table.title),
        escape(&table.name)
    );
    for column in &table.columns {
        let class = if column.numeric { " class=\"n\"" } else { "" };
        text += &format!("<th{class}><button>{}</button>", escape(&column.name));
    }
    text += "</tr></thead>\n<tbody>\n";
    for row in &table.rows {
        text += "<tr>";
        row.iter().for_each(|value| text += &cell(value, runs));
        text += "</tr>\n";
    }
    text + &format!("</tbody>\n</table></div>\n<p class=\"note\">{}</p>\n", escape(&table.note))
}

fn cell(value: &Value, runs: &Runs<'_>) -> String {
    match value {
        Value::Text(text) => format!("<td data-value=\"{0}\">{0}", escape(text)),
        Value::Hole(why) => format!("<td class=\"hole\">{}", escape(why)),
        Value::Number { value, decimals, signed, interval, runs: of } => {
            let number = |value: f64| written(value, *decimals, *signed);
            let interval = interval.map_or_else(String::new, |Interval { low, high }| {
                format!("<small>{} to {}</small>", number(low), number(high))
            });
            format!(
                "<td class=\"n\" data-value=\"{value}\">{}{}{interval}",
                number(*value),
                links(of, runs)
            )
        }
    }
}

/// A link to the runs of a number: to the one, or to the list where there are several.
fn links(of: &[String], runs: &Runs<'_>) -> String {
    let known: Vec<_> = of.iter().filter_map(|id| runs.get(id.as_str())).collect();
    let Some((first, _)) = known.first() else { return String::new() };
    let names: Vec<&str> = known.iter().take(12).map(|(_, run)| run.name.as_str()).collect();
    let more = match known.len() > names.len() {
        true => format!(" and {} more", known.len() - names.len()),
        false => String::new(),
    };
    format!(
        "<span class=\"runs\"><a href=\"#run-{first}\" data-runs=\"{}\" title=\"{}{more}\">{}</a></span>",
        known.iter().map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(" "),
        escape(&names.join(", ")),
        match known.len() {
            1 => "1 run".to_owned(),
            count => format!("{count} runs"),
        }
    )
}

fn holes(report: &Report) -> String {
    if report.holes.is_empty() {
        return String::new();
    }
    let row = |hole: &super::Hole| {
        format!("<tr><td>{}<td class=\"hole\">{}</tr>\n", escape(&hole.what), escape(&hole.why))
    };
    format!(
        "<h2>What is missing</h2>\n<div class=\"wide\"><table>\n<tbody>\n{}</tbody>\n</table></div>\n",
        report.holes.iter().map(row).collect::<String>()
    )
}

/// Text with what stands between backticks as code.
fn with_code(text: &str) -> String {
    let part = |(number, part): (usize, &str)| match number % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    };
    text.split('`').enumerate().map(part).collect()
}

/// All runs, with their folders and recipes.
fn list(report: &Report) -> String {
    let row = |(number, run): (usize, &RunLink)| {
        format!(
            "<tr id=\"run-{}\"><td><a href=\"{}\">{}</a><td><a href=\"{}\">recipe</a></tr>\n",
            number + 1,
            escape(&run.folder),
            escape(&run.name),
            escape(&run.recipe)
        )
    };
    let rows: String = report.runs.iter().enumerate().map(row).collect();
    format!(
        "<details>\n<summary>{} runs, with their recipes</summary>\n<div class=\"wide\"><table>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n</details>\n",
        report.runs.len()
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::report;
    use super::*;

    #[test]
    fn the_page_is_whole_and_loads_nothing() {
        let page = html(&report());
        for expected in [
            "<title>A &amp; B</title>",
            "<span class=\"finding seen\">seen</span>",
            "Tasks &lt;help&gt;.",
            "data-value=\"1.25\">1.2<span class=\"runs\">",
            "<small>0.5 to 2.8</small>",
            "href=\"#run-1\"",
            "<tr id=\"run-1\"><td><a href=\"../../runs/run-00112233\">",
            "<td class=\"hole\">not run yet",
            "<svg></svg>",
        ] {
            assert!(page.contains(expected), "{expected}:\n{page}");
        }
        for outside in ["src=", "http", "url(", "@import", "<link"] {
            assert!(!page.contains(outside), "the page loads something: {outside}");
        }
    }
}
