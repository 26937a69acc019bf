//! A server on this machine that speaks the Hub's API, with faults.

#![allow(dead_code, reason = "each test file uses its own part")]

use ext5_data::hub::{Client, HubError, Plan, Progress, Request, Settings, What, fetch};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Files are sent in blocks of so many bytes.
const BLOCK: usize = 16 << 10;

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What goes wrong with one request.
#[derive(Clone)]
pub enum Fault {
    /// A status with headers and no body.
    Status(u16, Vec<(&'static str, String)>),
    /// The connection closes after so many bytes of the body.
    Cut(usize),
    /// The body is this.
    Body(Vec<u8>),
    /// The connection closes at once.
    Drop,
    /// The whole body from its start with status 200, also where a range was asked for.
    NoRange,
}

#[derive(Clone, Default)]
pub struct Seen {
    pub path: String,
    pub headers: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    /// Repository → path → bytes.
    files: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    infos: BTreeMap<String, Value>,
    listings: BTreeMap<String, Value>,
    /// Part of a path → faults of the next requests to it.
    faults: Vec<(String, VecDeque<Fault>)>,
    seen: Vec<Seen>,
    pause: Duration,
    sent: u64,
}

#[derive(Clone)]
pub struct Hub {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Hub {
    pub fn new() -> Hub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hub = Hub { url, state: Arc::default() };
        let serving = hub.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let hub = serving.clone();
                thread::spawn(move || hub.serve(stream));
            }
        });
        hub
    }

    /// Adds a file to a repository (`NAME` or, of its conversion, `NAME@refs/convert/parquet`).
    pub fn put(&self, repository: &str, path: &str, bytes: impl Into<Vec<u8>>) {
        let mut state = self.state.lock().unwrap();
        let files = state.files.entry(repository.to_owned()).or_default();
        files.insert(path.to_owned(), bytes.into());
    }

    /// Takes a file away.
    pub fn remove(&self, repository: &str, path: &str) {
        self.state.lock().unwrap().files.get_mut(repository).unwrap().remove(path).unwrap();
    }

    /// Adds to what the API says of a repository.
    pub fn info(&self, repository: &str, info: Value) {
        self.state.lock().unwrap().infos.insert(repository.to_owned(), info);
    }

    /// Answers with this listing in place of the true one.
    pub fn listing(&self, repository: &str, listing: Value) {
        self.state.lock().unwrap().listings.insert(repository.to_owned(), listing);
    }

    pub fn fail(&self, part: &str, faults: impl Into<VecDeque<Fault>>) {
        self.state.lock().unwrap().faults.push((part.to_owned(), faults.into()));
    }

    /// A pause after each block of a file.
    pub fn slow(&self, pause: Duration) {
        self.state.lock().unwrap().pause = pause;
    }

    pub fn seen(&self, part: &str) -> Vec<Seen> {
        let state = self.state.lock().unwrap();
        state.seen.iter().filter(|seen| seen.path.contains(part)).cloned().collect()
    }

    /// How many bytes of files were sent so far, in whole blocks.
    pub fn sent(&self) -> u64 {
        self.state.lock().unwrap().sent
    }

    pub fn settings(&self) -> Settings {
        Settings { first_wait: Duration::from_millis(2), ..Settings::new(&self.url) }
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let path = line.split(' ').nth(1)?.to_owned();
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let (fault, pause) = {
            let mut state = self.state.lock().ok()?;
            state.seen.push(Seen { path: path.clone(), headers: headers.clone() });
            let fault = state.faults.iter_mut().find(|(part, _)| path.contains(part.as_str()));
            (fault.and_then(|(_, faults)| faults.pop_front()), state.pause)
        };
        let mut out = stream;
        if let Some(Fault::Drop) = fault {
            return None;
        }
        if let Some(Fault::Status(status, extra)) = &fault {
            return respond(&mut out, *status, extra, &[], None, || {});
        }
        let (bytes, etag) = self.content(&path)?;
        let Some(bytes) = bytes else {
            return respond(&mut out, 404, &[], &[], None, || {});
        };
        let from = headers.get("range").and_then(|range| {
            range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok()
        });
        let mut extra = vec![("etag", format!("\"{etag}\""))];
        let (status, body, cut) = match (fault, from) {
            (Some(Fault::Body(body)), _) => (200, body, None),
            (Some(Fault::NoRange), _) | (None, None) => (200, bytes, None),
            (cut, from) => {
                let from = from.unwrap_or(0);
                let total = bytes.len();
                let cut = if let Some(Fault::Cut(cut)) = cut { Some(cut) } else { None };
                if from >= total {
                    (416, Vec::new(), None)
                } else if from == 0 {
                    (200, bytes, cut)
                } else {
                    extra.push(("content-range", format!("bytes {from}-{}/{total}", total - 1)));
                    (206, bytes[from..].to_vec(), cut)
                }
            }
        };
        let is_file = path.contains("/resolve/");
        respond(&mut out, status, &extra, &body, cut, || {
            if is_file {
                self.state.lock().unwrap().sent += BLOCK as u64;
                thread::sleep(pause);
            }
        })
    }

    /// The body and entity tag of a path.
    fn content(&self, path: &str) -> Option<(Option<Vec<u8>>, String)> {
        let state = self.state.lock().ok()?;
        let path = path.split('?').next()?;
        let json = |value: &Value| Some((Some(value.to_string().into_bytes()), String::new()));
        if let Some(rest) = path.strip_prefix("/api/datasets/") {
            if let Some((id, revision)) = rest.split_once("/revision/") {
                let converted = revision == "refs%2Fconvert%2Fparquet";
                let name = if converted { format!("{id}@{CONVERTED}") } else { id.to_owned() };
                if !state.files.contains_key(&name) {
                    return Some((None, String::new()));
                }
                let sha = if converted { OTHER } else { COMMIT };
                let mut info = json!({"id": id, "sha": sha, "gated": false});
                if let Some(more) = state.infos.get(id) {
                    for (key, value) in more.as_object()? {
                        info[key] = value.clone();
                    }
                }
                return json(&info);
            }
            let (id, rest) = rest.split_once("/tree/")?;
            let (commit, under) = rest.split_once('/').unwrap_or((rest, ""));
            let name = named(id, commit);
            if let Some(listing) = state.listings.get(&name) {
                return json(listing);
            }
            let entry = |(path, bytes): (&String, &Vec<u8>)| {
                let oid = sha256(bytes);
                json!({"type": "file", "path": path, "size": bytes.len(), "oid": COMMIT,
                       "lfs": {"oid": oid, "size": bytes.len(), "pointerSize": 1}})
            };
            let files = state.files.get(&name)?.iter();
            let files = files.filter(|(path, _)| path.starts_with(under));
            let mut entries: Vec<Value> = files.map(entry).collect();
            entries.push(json!({"type": "directory", "path": "x", "size": 0, "oid": COMMIT}));
            return json(&Value::Array(entries));
        }
        let (id, rest) = path.strip_prefix("/datasets/")?.split_once("/resolve/")?;
        let (commit, file) = rest.split_once('/')?;
        let bytes = state.files.get(&named(id, commit)).and_then(|files| files.get(file)).cloned();
        let etag = bytes.as_deref().map(sha256).unwrap_or_default();
        Some((bytes, etag))
    }
}

pub const CONVERTED: &str = "refs/convert/parquet";
const OTHER: &str = "ffffffffffffffffffffffffffffffffffffffff";

fn named(id: &str, commit: &str) -> String {
    if commit == OTHER { format!("{id}@{CONVERTED}") } else { id.to_owned() }
}

pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn respond(
    out: &mut TcpStream,
    status: u16,
    headers: &[(&'static str, String)],
    body: &[u8],
    cut: Option<usize>,
    after_block: impl Fn(),
) -> Option<()> {
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    head.push_str(&format!("content-length: {}\r\n", body.len()));
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    out.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    let body = &body[..cut.unwrap_or(body.len()).min(body.len())];
    for block in body.chunks(BLOCK) {
        out.write_all(block).ok()?;
        out.flush().ok()?;
        after_block();
    }
    out.flush().ok()
}

/// Bytes that differ from file to file.
pub fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut rng = ext5_core::Key::new(seed).rng();
    (0..length).map(|_| rng.below(256) as u8).collect()
}

pub fn request(name: &str, repository: &str, config: Option<&str>) -> Request {
    Request {
        name: name.to_owned(),
        folder: name.to_owned(),
        repository: repository.to_owned(),
        config: config.map(str::to_owned),
        revision: None,
        what: What::Splits(["train", "validation"].map(str::to_owned).to_vec()),
    }
}

/// Plans and fetches one request.
pub fn bring(settings: Settings, root: &Path, request: &Request) -> Result<Plan, HubError> {
    let client = Client::new(settings);
    let stop = AtomicBool::new(false);
    let plan = Plan::new(&client, root, request, &stop)?;
    let plans = [plan];
    let threads = NonZeroUsize::new(3).unwrap();
    let mut done = fetch(&client, &plans, threads, &stop, &|_: Progress| {});
    done.remove(0)?;
    let [plan] = plans;
    Ok(plan)
}

/// The visible files of a folder with their bytes, and whether there are hidden parts.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    let files = entries.map(|entry| entry.unwrap()).filter(|e| e.path().is_file());
    let files =
        files.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()));
    files.filter(|(name, _)| !name.starts_with('.')).collect()
}
