//! `ext5 fetch`

use crate::args::Fetch;
use crate::commands::print_json;
use crate::failure::{Blame, Failure};
use crate::interrupt;
use crate::output::{BAD, FAINT, GOOD, Output, STRONG, styled};
use crate::progress::Fetching;
use crate::table::{Align, Table, size};
use anyhow::anyhow;
use ext5_data::hub::{Client, HubError, Plan, Request, Settings, What, fetch};
use ext5_task::{Registry, Task};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// From so many bytes on, a download is asked about.
const LARGE: u64 = 1_000_000_000;
/// The corpus of the paper.
const C4: &str = "c4";

/// What becomes of something that was asked for.
#[derive(Serialize)]
struct Listed {
    name: String,
    repository: Option<String>,
    folder: Option<String>,
    files: usize,
    bytes: u64,
    missing: u64,
    licence: Option<String>,
    gated: bool,
    state: State,
    /// Why it is not there, and what to do.
    error: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It was there.
    Ready,
    /// It is to be fetched.
    Missing,
    /// It has been fetched.
    Fetched,
    /// It cannot be fetched.
    Failed,
}

/// Brings the data of tasks, suites and corpora.
pub fn run(command: &Fetch) -> Result<(), Failure> {
    let registry = Registry::with_built_in(&command.tasks.folders).request()?;
    let (requests, mut listed) = requests(command, &registry)?;
    let client = Client::new(Settings::from_environment().request()?);
    let has_token = client.has_token();
    let stop = interrupt::flag()?;
    let root = &command.root.data_root;
    let mut plans = Vec::new();
    for request in &requests {
        match Plan::new(&client, root, request, &stop) {
            Ok(plan) if plan.gated && plan.missing() > 0 && !has_token => {
                let error = HubError::Gated { page: plan.page.clone() };
                listed.push(Listed { state: State::Failed, ..Listed::new(&plan, Some(&error)) });
            }
            Ok(plan) => plans.push(plan),
            Err(HubError::Interrupted) => return Err(Failure::Interrupted),
            Err(error) => listed.push(Listed::failed(&request.name, error.to_string())),
        }
    }
    let mut out = Output::new();
    let planned: Vec<Listed> = plans.iter().map(|plan| Listed::new(plan, None)).collect();
    if command.dry_run {
        listed.extend(planned);
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        return match command.json {
            true => print_json(&listed, &mut out),
            false => print(&listed, &mut out),
        };
    }
    let missing: u64 = plans.iter().map(Plan::missing).sum();
    if missing > 0 {
        // Beside the JSON, for whoever watches.
        let rows: Vec<&Listed> = planned.iter().collect();
        table(&rows).print(&mut io::stderr())?;
        confirm(command, missing)?;
    }
    listed.extend(bring(&client, &plans, command, &stop)?);
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    match command.json {
        true => print_json(&listed, &mut out)?,
        false => print(&listed, &mut out)?,
    }
    match listed.iter().filter(|row| row.state == State::Failed).count() {
        0 => Ok(()),
        failed => Err(Failure::Work(anyhow!("{failed} of {} could not be fetched", listed.len()))),
    }
}

/// What the names mean; tasks that no hub has are listed as failed at once.
fn requests(command: &Fetch, registry: &Registry) -> Result<(Vec<Request>, Vec<Listed>), Failure> {
    let (mut requests, mut failed): (Vec<Request>, Vec<Listed>) = Default::default();
    let (corpora, names): (Vec<&String>, Vec<&String>) =
        command.names.iter().partition(|name| *name == C4);
    if !corpora.is_empty() {
        requests.push(c4(command.shards));
    }
    if names.is_empty() {
        return Ok((requests, failed));
    }
    let is_suite = |name: &str| registry.iter().any(|task| task.suites.iter().any(|s| s == name));
    let pattern = |name: &&String| match registry.get(name).is_err() && is_suite(name) {
        true => format!("suite:{name}"),
        false => (*name).clone(),
    };
    let patterns: Vec<String> = names.iter().map(pattern).collect();
    for task in registry.select(&patterns).request()? {
        match of_task(task) {
            // Tasks may share a folder: what one of them wants is added to what others do.
            Some(request) => match requests.iter_mut().find(|other| same(other, &request)) {
                Some(other) => join(other, request),
                None => requests.push(request),
            },
            None => {
                let folder = command.root.data_root.join(task.folder());
                let there = !task.has_no_data(&command.root.data_root);
                failed.push(by_hand(task, &folder, there));
            }
        }
    }
    Ok((requests, failed))
}

fn of_task(task: &Task) -> Option<Request> {
    let hub = task.hub()?;
    Some(Request {
        name: task.name.clone(),
        folder: task.folder().to_owned(),
        repository: hub.id.clone(),
        config: hub.config.clone(),
        revision: hub.revision.clone(),
        what: What::Splits(task.published_splits()),
    })
}

fn same(a: &Request, b: &Request) -> bool {
    (&a.folder, &a.repository, &a.config, &a.revision)
        == (&b.folder, &b.repository, &b.config, &b.revision)
}

fn join(request: &mut Request, other: Request) {
    if let (What::Splits(splits), What::Splits(more)) = (&mut request.what, other.what) {
        let new: Vec<String> = more.into_iter().filter(|split| !splits.contains(split)).collect();
        splits.extend(new);
        request.name = format!("{}, {}", request.name, other.name);
    }
}

/// The English part of C4, cleaned: the first train shards and one of validation.
fn c4(shards: usize) -> Request {
    let first = [("c4-train.", shards), ("c4-validation.", 1)];
    Request {
        name: C4.to_owned(),
        folder: C4.to_owned(),
        repository: "allenai/c4".to_owned(),
        config: Some("en".to_owned()),
        revision: None,
        what: What::Files {
            under: "en".to_owned(),
            first: first.map(|(name, count)| (name.to_owned(), count)).to_vec(),
        },
    }
}

/// A task whose file names no data set of a hub.
fn by_hand(task: &Task, folder: &Path, there: bool) -> Listed {
    if there {
        let name = task.name.clone();
        return Listed { state: State::Ready, error: None, ..Listed::failed(&name, String::new()) };
    }
    let from = match task.url.is_empty() {
        true => "its publisher".to_owned(),
        false => task.url.clone(),
    };
    let folder = folder.display();
    Listed::failed(
        &task.name,
        format!("no hub has it: download it by hand from {from}, and put it into {folder}"),
    )
}

/// Asks before a large download.
fn confirm(command: &Fetch, missing: u64) -> Result<(), Failure> {
    if command.yes || missing < LARGE {
        return Ok(());
    }
    let what = format!("{} are to be downloaded", size(missing));
    if !io::stdin().is_terminal() {
        return Err(Failure::Request(anyhow!("{what}: say --yes, as nobody can be asked")));
    }
    eprint!("{what}, under the licences above. Go on? [y/N] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).work()?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::Request(anyhow!("nothing was downloaded"))),
    }
}

fn bring(
    client: &Client,
    plans: &[Plan],
    command: &Fetch,
    stop: &AtomicBool,
) -> Result<Vec<Listed>, Failure> {
    let fetching = Fetching::new();
    let results = fetch(client, plans, command.parallel, stop, &|progress| {
        fetching.report(progress.bytes, progress.of);
    });
    fetching.finish();
    if stop.load(Ordering::Relaxed) {
        eprintln!("interrupted; what has come is kept, and the same command goes on");
        return Err(Failure::Interrupted);
    }
    let row = |(plan, result): (&Plan, Result<(), HubError>)| match result {
        Ok(()) if plan.missing() > 0 => {
            Listed { state: State::Fetched, missing: 0, ..Listed::new(plan, None) }
        }
        Ok(()) => Listed::new(plan, None),
        Err(error) => Listed { state: State::Failed, ..Listed::new(plan, Some(&error)) },
    };
    Ok(plans.iter().zip(results).map(row).collect())
}

impl Listed {
    fn new(plan: &Plan, error: Option<&HubError>) -> Listed {
        Listed {
            name: plan.name.clone(),
            repository: Some(plan.repository.clone()),
            folder: Some(plan.folder.display().to_string()),
            files: plan.files.len(),
            bytes: plan.bytes(),
            missing: plan.missing(),
            licence: Some(plan.licence.clone()),
            gated: plan.gated,
            state: if plan.missing() > 0 { State::Missing } else { State::Ready },
            error: error.map(ToString::to_string),
        }
    }

    fn failed(name: &str, error: String) -> Listed {
        Listed {
            name: name.to_owned(),
            repository: None,
            folder: None,
            files: 0,
            bytes: 0,
            missing: 0,
            licence: None,
            gated: false,
            state: State::Failed,
            error: Some(error),
        }
    }
}

fn table(rows: &[&Listed]) -> Table {
    let mut table = Table::new(&[
        ("data", Align::Left),
        ("repository", Align::Left),
        ("files", Align::Right),
        ("size", Align::Right),
        ("to fetch", Align::Right),
        ("licence", Align::Left),
        ("state", Align::Left),
    ]);
    for row in rows {
        let state = match row.state {
            State::Ready => "there".to_owned(),
            State::Missing => "to fetch".to_owned(),
            State::Fetched => styled(GOOD, "fetched"),
            State::Failed => styled(BAD, "failed"),
        };
        table.row([
            styled(STRONG, &row.name),
            row.repository.clone().unwrap_or_else(|| "-".to_owned()),
            row.files.to_string(),
            size(row.bytes),
            size(row.missing),
            row.licence.clone().unwrap_or_else(|| "-".to_owned()),
            state,
        ]);
    }
    table
}

fn print(listed: &[Listed], out: &mut Output) -> Result<(), Failure> {
    let mut rows = table(&listed.iter().collect::<Vec<_>>());
    rows.fit(out.width(), &["files", "repository"]);
    rows.print(out)?;
    for row in listed {
        if let Some(error) = &row.error {
            writeln!(out, "{}: {error}", row.name)?;
        }
    }
    let (bytes, missing) =
        listed.iter().fold((0, 0), |sum, row| (sum.0 + row.bytes, sum.1 + row.missing));
    let total = format!("{} in all, {} to fetch", size(bytes), size(missing));
    Ok(writeln!(out, "{}", styled(FAINT, &total))?)
}
