//! Whatever a server or a network does: a file is whole or not there, the error says what to do,
//! the token stays with the Hub, and nothing is written elsewhere.

mod hub;

use ext5_data::hub::{Settings, Token, What};
use hub::{CONVERTED, Fault, Hub, bring, bytes, request, sha256, tree};
use serde_json::json;
use std::fs;
use std::time::Duration;

const TRAIN: &str = "data/train-00000-of-00001.parquet";

/// One repository with two splits.
fn glue() -> (Hub, Vec<u8>) {
    let hub = Hub::new();
    let train = bytes(1, 200_000);
    hub.put("o/glue", TRAIN, train.clone());
    hub.put("o/glue", "data/validation-00000-of-00001.parquet", bytes(2, 300));
    hub.put("o/glue", "README.md", "x");
    (hub, train)
}

fn with_token(hub: &Hub, token: &str) -> Settings {
    Settings { token: Token::new(token, "HF_TOKEN").unwrap(), ..hub.settings() }
}

fn error(hub: &Hub) -> String {
    let root = tempfile::tempdir().unwrap();
    let error = bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap_err();
    assert!(tree(&root.path().join("t")).is_empty());
    error.to_string()
}

#[test]
fn files_land_where_tasks_look_and_a_second_fetch_does_nothing() {
    let (hub, train) = glue();
    hub.info("o/glue", json!({"cardData": {"license": "mit"}}));
    let root = tempfile::tempdir().unwrap();
    let plan = bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap();
    assert_eq!((plan.licence.as_str(), plan.bytes(), plan.missing()), ("mit", 200_300, 200_300));
    let found = ext5_data::split::find(root.path(), "t", "train", None).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(fs::read(&found[0]).unwrap(), train);
    assert!(!root.path().join("t/.fetch").exists());
    let requests = hub.seen("/resolve/").len();
    let plan = bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap();
    assert_eq!((plan.missing(), hub.seen("/resolve/").len()), (0, requests));
    // A file that was cut or lost comes again.
    fs::write(&found[0], "x").unwrap();
    bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap();
    assert_eq!(fs::read(&found[0]).unwrap(), train);
}

#[test]
fn the_conversion_is_used_where_there_is_no_parquet() {
    let hub = Hub::new();
    hub.put("o/old", "train.csv", "x");
    let name = format!("o/old@{CONVERTED}");
    hub.put(&name, "plain/train/0000.parquet", bytes(3, 10));
    hub.put(&name, "plain/train/0001.parquet", bytes(4, 10));
    hub.put(&name, "plain/partial-validation/0000.parquet", bytes(5, 10));
    let root = tempfile::tempdir().unwrap();
    let mut wanted = request("t", "o/old", Some("plain"));
    wanted.what = What::Splits(vec!["train".to_owned()]);
    bring(hub.settings(), root.path(), &wanted).unwrap();
    let names: Vec<_> = tree(&root.path().join("t")).into_keys().collect();
    assert_eq!(names, ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]);
    let say = |wanted| bring(hub.settings(), root.path(), &wanted).unwrap_err().to_string();
    let partial = say(request("u", "o/old", Some("plain")));
    assert!(partial.contains("only the first part of split validation"), "{partial}");
    let config = say(request("u", "o/old", Some("pain")));
    assert!(config.contains("no configuration `pain`; there are plain"), "{config}");
    hub.put("o/manual", "a.zip", "x");
    let manual = say(request("u", "o/manual", None));
    assert!(manual.contains("download the data from there by hand"), "{manual}");
}

#[test]
fn refusals_say_what_to_do() {
    let (hub, _) = glue();
    let status = |status, headers: &[(&'static str, &str)]| {
        let headers = headers.iter().map(|&(n, v)| (n, v.to_owned())).collect();
        [Fault::Status(status, headers)]
    };
    hub.fail("/train-", status(404, &[]));
    hub.fail("/validation-", status(404, &[]));
    assert!(error(&hub).contains("not found"));
    hub.fail("/revision/", status(401, &[("x-error-message", "Repository not found")]));
    let refused = error(&hub);
    assert!(refused.contains("(401): Repository not found"), "{refused}");
    assert!(refused.contains("put it into HF_TOKEN"), "{refused}");
    let root = tempfile::tempdir().unwrap();
    let (hub, _) = glue();
    hub.fail("/resolve/", status(403, &[("x-error-code", "GatedRepo")]));
    let settings = with_token(&hub, "hf_secret");
    let gated = bring(settings, root.path(), &request("t", "o/glue", None)).unwrap_err();
    let gated = gated.to_string();
    assert!(
        gated.contains("/datasets/o/glue, signed in with the account of your token"),
        "{gated}"
    );
    assert!(!gated.contains("hf_secret"));
    let gone = Settings { attempts: 2, ..Settings::new("http://127.0.0.1:1") };
    let gone = Settings { first_wait: Duration::from_millis(1), ..gone };
    let gone = bring(gone, root.path(), &request("t", "o/glue", None)).unwrap_err().to_string();
    assert!(gone.contains("(2 attempts); run the same command again"), "{gone}");
}

#[test]
fn what_passes_is_tried_again() {
    let (hub, train) = glue();
    let busy = |status, wait: &str| Fault::Status(status, vec![("retry-after", wait.to_owned())]);
    hub.fail("/revision/", [busy(429, "0"), Fault::Status(503, vec![]), Fault::Drop]);
    hub.fail(
        "/train-",
        [
            Fault::Cut(50_000),
            Fault::Status(500, vec![]),
            Fault::Drop,
            Fault::Cut(30_000),
            Fault::Drop,
        ],
    );
    let root = tempfile::tempdir().unwrap();
    bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap();
    assert_eq!(tree(&root.path().join("t"))["train-00000-of-00001.parquet"], train);
    let ranges: Vec<_> =
        hub.seen("/train-").iter().map(|s| s.headers.get("range").cloned()).collect();
    assert_eq!(ranges[0], None);
    assert_eq!(ranges[1].as_deref(), Some("bytes=50000-"));
    assert_eq!(ranges.last().unwrap().as_deref(), Some("bytes=80000-"));
    // A server may ask for too much.
    let (hub, _) = glue();
    hub.fail("/revision/", [busy(429, "86400")]);
    assert!(error(&hub).contains("asks to wait 86400 s"));
    // Asking to wait is heeded.
    hub.fail("/tree/", [busy(429, "1")]);
    let start = std::time::Instant::now();
    bring(hub.settings(), root.path(), &request("v", "o/glue", None)).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[test]
fn wrong_content_is_never_kept() {
    let (hub, train) = glue();
    let mut wrong = train.clone();
    wrong[77] ^= 1;
    // Once: it comes again from its first byte. Twice: an error.
    hub.fail("/train-", [Fault::Body(wrong.clone())]);
    let root = tempfile::tempdir().unwrap();
    bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap();
    assert_eq!(tree(&root.path().join("t"))["train-00000-of-00001.parquet"], train);
    let (hub, _) = glue();
    hub.fail("/train-", [Fault::Body(wrong.clone()), Fault::Body(wrong)]);
    let root = tempfile::tempdir().unwrap();
    let twice = bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap_err();
    assert!(twice.to_string().contains(&format!("expected sha256 {}", sha256(&train))), "{twice}");
    assert!(!tree(&root.path().join("t")).contains_key("train-00000-of-00001.parquet"));
    // More bytes than listed are not written on and on.
    let (hub, train) = glue();
    hub.fail("/train-", [Fault::Body([train.clone(), vec![0]].concat())]);
    let more = bring(hub.settings(), root.path(), &request("u", "o/glue", None)).unwrap_err();
    assert!(more.to_string().contains("expected 200000 bytes, found more"), "{more}");
    // A part that is not of the file, and a server without ranges.
    let (hub, train) = glue();
    let part = root.path().join(format!("w/.fetch/{}.part", sha256(&train)));
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    fs::write(&part, vec![9; 1000]).unwrap();
    bring(hub.settings(), root.path(), &request("w", "o/glue", None)).unwrap();
    assert_eq!(tree(&root.path().join("w"))["train-00000-of-00001.parquet"], train);
    fs::create_dir_all(root.path().join("x/.fetch")).unwrap();
    fs::write(root.path().join(format!("x/.fetch/{}.part", sha256(&train))), &train[..1000])
        .unwrap();
    hub.fail("/train-", [Fault::NoRange]);
    bring(hub.settings(), root.path(), &request("x", "o/glue", None)).unwrap();
    assert_eq!(tree(&root.path().join("x"))["train-00000-of-00001.parquet"], train);
}

#[test]
fn the_token_stays_with_the_hub_and_redirects_end() {
    let (hub, train) = glue();
    let elsewhere = Hub::new();
    elsewhere.put("o/glue", TRAIN, train.clone());
    let to = |url: String| Fault::Status(302, vec![("location", url)]);
    let path = format!("/datasets/o/glue/resolve/{}/{TRAIN}?sig=x", hub::COMMIT);
    hub.fail("/train-", [to(format!("{}{path}", elsewhere.url))]);
    let root = tempfile::tempdir().unwrap();
    let settings = with_token(&hub, "hf_secret");
    bring(settings.clone(), root.path(), &request("t", "o/glue", None)).unwrap();
    let sent =
        |hub: &Hub| hub.seen("").iter().filter(|s| s.headers.contains_key("authorization")).count();
    assert_eq!((sent(&elsewhere), elsewhere.seen("").len()), (0, 1));
    assert_eq!(sent(&hub), hub.seen("").len());
    let manifest = fs::read_to_string(root.path().join("t/.fetched.json")).unwrap();
    assert!(!manifest.contains("hf_secret"));
    // A relative redirect stays with the Hub; a loop ends; other schemes are not followed.
    let (hub, _) = glue();
    hub.fail("/train-", [to(path.clone())]);
    bring(hub.settings(), root.path(), &request("u", "o/glue", None)).unwrap();
    let (hub, _) = glue();
    hub.fail("/train-", vec![to(path); 99]);
    assert!(error_of_train(&hub).contains("more than 8 redirects"));
    hub.fail("/revision/", [to("file:///etc/passwd".to_owned())]);
    let bad = bring(hub.settings(), root.path(), &request("v", "o/glue", None)).unwrap_err();
    assert!(bad.to_string().contains("no web address"), "{bad}");
}

fn error_of_train(hub: &Hub) -> String {
    let root = tempfile::tempdir().unwrap();
    bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap_err().to_string()
}

#[test]
fn paths_of_a_server_lead_nowhere() {
    let entry = |path: &str, oid: &str| json!([{"type": "file", "path": path, "size": 1, "oid": "", "lfs": {"oid": oid, "size": 1}}]);
    let oid = sha256(b"x");
    let cases = [
        ("../../evil.parquet", oid.as_str()),
        ("/etc/evil.parquet", &oid),
        ("data/../../train-00000-of-00001.parquet", &oid),
        ("data/train\\..\\x.parquet", &oid),
        (TRAIN, "../../../../../../../../../../../../../../../../../../../etc/evil"),
    ];
    for (path, oid) in cases {
        let (hub, _) = glue();
        hub.listing("o/glue", entry(path, oid));
        let refused = error(&hub);
        assert!(refused.contains("refused the name"), "{path}: {refused}");
    }
    // Names of splits come from a card: they are names of files here.
    let (hub, _) = glue();
    let card = json!({"configs": [{"config_name": "default", "data_files": [{"split": "../x", "path": TRAIN}]}]});
    hub.info("o/glue", json!({"cardData": card}));
    let mut wanted = request("t", "o/glue", None);
    wanted.what = What::Splits(vec!["../x".to_owned()]);
    let root = tempfile::tempdir().unwrap();
    let refused = bring(hub.settings(), root.path(), &wanted).unwrap_err().to_string();
    assert!(refused.contains("refused the name"), "{refused}");
    wanted = request("../t", "o/glue", None);
    let refused = bring(hub.settings(), root.path(), &wanted).unwrap_err().to_string();
    assert!(refused.contains("leads out of the data root"), "{refused}");
}

#[test]
fn files_of_the_user_are_left_alone() {
    let (hub, train) = glue();
    let root = tempfile::tempdir().unwrap();
    let theirs = root.path().join("t/train-00000-of-00001.parquet");
    fs::create_dir_all(theirs.parent().unwrap()).unwrap();
    fs::write(&theirs, "mine").unwrap();
    let blocked = bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap_err();
    assert!(blocked.to_string().contains("stands in the way"), "{blocked}");
    assert_eq!(fs::read(&theirs).unwrap(), b"mine");
    // The same bytes are no obstacle: a kill may have left them.
    fs::write(&theirs, &train).unwrap();
    bring(hub.settings(), root.path(), &request("t", "o/glue", None)).unwrap();
    assert_eq!(hub.seen("/train-").len(), 0);
}

#[test]
fn what_the_hubs_own_tools_have_is_copied() {
    let (hub, train) = glue();
    let home = tempfile::tempdir().unwrap();
    let snapshot = home.path().join(format!("hub/datasets--o--glue/snapshots/{}", hub::COMMIT));
    fs::create_dir_all(snapshot.join("data")).unwrap();
    fs::write(snapshot.join(TRAIN), &train).unwrap();
    fs::write(snapshot.join("data/validation-00000-of-00001.parquet"), vec![0; 300]).unwrap();
    let root = tempfile::tempdir().unwrap();
    let settings = Settings { home: Some(home.path().to_owned()), ..hub.settings() };
    bring(settings, root.path(), &request("t", "o/glue", None)).unwrap();
    // The copy that is damaged is not taken.
    assert_eq!((hub.seen("/train-").len(), hub.seen("/validation-").len()), (0, 1));
    assert_eq!(tree(&root.path().join("t"))["train-00000-of-00001.parquet"], train);
}
