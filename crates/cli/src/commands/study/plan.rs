//! `ext5 study plan`

use super::{Chosen, use_threads};
use crate::args::{Emit, StudyPlan};
use crate::commands::print_json;
use crate::failure::{Blame, Failure};
use crate::output::Output;
use crate::progress::duration;
use crate::table::{Align, Table, size};
use ext5_lab::study::{Plan, StagePlan, TimedBy, emit};
use std::io::Write;
use std::time::Duration;

/// Says what a study will do.
pub fn run(command: StudyPlan) -> Result<(), Failure> {
    let chosen = Chosen::new(command.study)?;
    let mut out = Output::new();
    if let Some(emit) = command.emit {
        return Ok(out.write_all(emitted(&chosen, emit)?.as_bytes())?);
    }
    // A step is timed as runs are made.
    use_threads(chosen.threads()?)?;
    let plan = Plan::of(&chosen.opened, &chosen.options.preset, &chosen.graph, &chosen.place);
    let plan = plan.work()?;
    match command.json {
        true => print_json(&plan, &mut out),
        false => print(&plan, &mut out),
    }
}

fn emitted(chosen: &Chosen, emit: Emit) -> Result<String, Failure> {
    let program = std::env::current_exe().work()?.to_string_lossy().into_owned();
    let words = |verb| -> Result<Vec<String>, Failure> {
        Ok([vec![program.clone()], chosen.words(verb)?].concat())
    };
    let name = format!("{}-{}", chosen.opened.study.name, chosen.options.preset);
    let command = emit::Command {
        words: words("run")?,
        report: words("report")?,
        name: &name,
        threads: chosen.threads()?,
    };
    let (graph, place) = (&chosen.graph, &chosen.place);
    Ok(match emit {
        Emit::Jobs => emit::jobs(graph, place, &command),
        Emit::Slurm => emit::slurm(graph, place, &command, &place.path().join("slurm")),
    })
}

fn print(plan: &Plan, out: &mut Output) -> Result<(), Failure> {
    writeln!(out, "{}, preset {}\n\n{}\n", plan.name, plan.preset, plan.about)?;
    let mut table = Table::new(&[
        ("stage", Align::Left),
        ("runs", Align::Right),
        ("done", Align::Right),
        ("tokens", Align::Right),
        ("FLOPs", Align::Right),
        ("time here", Align::Right),
        ("left", Align::Right),
        ("disk", Align::Right),
    ]);
    for stage in plan.stages.iter().chain([&plan.total]) {
        let StagePlan { name, runs, done, cost, seconds, seconds_left } = stage;
        table.row([
            name.clone(),
            runs.to_string(),
            done.to_string(),
            large(cost.tokens),
            format!("{:.1e}", cost.flops),
            seconds.map_or("-".to_owned(), time),
            seconds_left.map_or("-".to_owned(), time),
            size(cost.bytes as u64),
        ]);
    }
    table.print(out)?;
    let by = |by: &TimedBy| match by {
        TimedBy::FinishedRuns => "finished runs in this folder",
        TimedBy::TimedStep => "a training step of the shape, timed now",
    };
    let by: Vec<&str> = plan.timed_by.iter().map(by).collect();
    match by.is_empty() {
        true => writeln!(
            out,
            "\nToo large to be timed here: {} days of one A100 at 40 % of its peak.",
            days(plan.a100_days)
        )?,
        false => writeln!(
            out,
            "\nTimes are of one run after the other, from {}. {} days of one A100 at 40 % of its peak.",
            by.join(" and "),
            days(plan.a100_days)
        )?,
    }
    if !plan.claims.is_empty() {
        writeln!(out, "\nThe smallest effects that this can show:")?;
    }
    for claim in &plan.claims {
        let effect = match claim.detectable {
            Some(points) => format!("{points:.1} points"),
            None => "no single number".to_owned(),
        };
        writeln!(out, "- {}\n  {effect}: {}", claim.text, claim.how)?;
    }
    Ok(())
}

fn time(seconds: f64) -> String {
    duration(Duration::from_secs_f64(seconds.clamp(0.0, 1e12)))
}

fn days(days: f64) -> String {
    match days < 0.1 {
        true => format!("{days:.1e}"),
        false => format!("{days:.1}"),
    }
}

/// A count as people say it: 3.4 M.
fn large(count: f64) -> String {
    let units = ["", " k", " M", " G", " T", " P"];
    let mut count = count;
    let mut unit = 0;
    while count >= 999.5 && unit + 1 < units.len() {
        count /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && count < 99.95);
    format!("{count:.digits$}{}", units[unit])
}
