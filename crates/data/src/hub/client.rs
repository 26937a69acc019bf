//! One request: redirects, retries, and who may see the token.

use super::error::HubError;
use super::settings::Settings;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};

/// Hops from the Hub to where a file lies: one or two are usual.
const REDIRECTS: usize = 8;
/// Messages of servers are cut to so many characters.
const MESSAGE: usize = 300;
const CONNECT: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(60);

/// What speaks to the Hub.
pub struct Client {
    agent: Agent,
    pub(super) settings: Settings,
}

/// A success.
pub(super) struct Answer {
    pub(super) response: Response<Body>,
    /// The content's name as the Hub itself gives it before it redirects.
    pub(super) etag: Option<String>,
}

/// What one attempt came to, when it is no success.
enum Miss {
    /// Trying again makes sense, after the wait that the server asks for.
    Again {
        reason: String,
        wait: Option<Duration>,
    },
    Final(HubError),
}

impl Client {
    /// A client. Proxies are those of the environment.
    pub fn new(settings: Settings) -> Client {
        let agent = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .user_agent(concat!("ext5/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Client { agent, settings }
    }

    /// Whether it shows a token to the Hub.
    pub fn has_token(&self) -> bool {
        self.settings.token.is_some()
    }

    /// The answer to a GET, from byte `from` on where that is above 0.
    pub(super) fn get(&self, url: &str, from: u64, stop: &AtomicBool) -> Result<Answer, HubError> {
        let mut patience = Patience::new(&self.settings);
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(HubError::Interrupted);
            }
            match self.attempt(url, from) {
                Ok(answer) => return Ok(answer),
                Err(Miss::Final(error)) => return Err(error),
                Err(Miss::Again { reason, wait }) => patience.wait(url, reason, wait, stop)?,
            }
        }
    }

    fn attempt(&self, start: &str, from: u64) -> Result<Answer, Miss> {
        let mut url = start.to_owned();
        let mut etag = None;
        for _ in 0..=REDIRECTS {
            let mut request = self.agent.get(&url).header("accept-encoding", "identity");
            let ours = origin(&url) == origin(&self.settings.endpoint);
            if let (true, Some(token)) = (ours, &self.settings.token) {
                request = request.header("authorization", token.header());
            }
            if from > 0 {
                request = request.header("range", format!("bytes={from}-"));
            }
            let response = request.call().map_err(|error| self.broken(&url, &error))?;
            let header = |name| text(response.headers(), name);
            if ours {
                etag = header("x-linked-etag").or_else(|| header("etag")).or(etag);
            }
            match response.status().as_u16() {
                200 | 206 | 416 => return Ok(Answer { response, etag }),
                301 | 302 | 303 | 307 | 308 => {
                    let next = header("location").unwrap_or_default();
                    url = follow(&url, &next).map_err(Miss::Final)?;
                }
                status => return Err(self.failed(&url, status, response.headers(), ours)),
            }
        }
        let reason = format!("more than {REDIRECTS} redirects, one after the other");
        Err(Miss::Final(HubError::Redirect { url: shown(start), reason }))
    }

    fn broken(&self, url: &str, error: &ureq::Error) -> Miss {
        match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Miss::Final(HubError::Redirect {
                url: shown(url),
                reason: "not an address".to_owned(),
            }),
            error => Miss::Again { reason: error.to_string(), wait: None },
        }
    }

    fn failed(&self, url: &str, status: u16, headers: &HeaderMap, ours: bool) -> Miss {
        let message = text(headers, "x-error-message").unwrap_or_default();
        let message: String = message.chars().filter(|c| !c.is_control()).take(MESSAGE).collect();
        let url = shown(url);
        Miss::Final(match status {
            408 | 429 | 500 | 502 | 503 | 504 => {
                let wait = text(headers, "retry-after").and_then(|text| retry_after(&text));
                return Miss::Again { reason: format!("the server answered {status}"), wait };
            }
            401 | 403 => {
                let token = ours && self.settings.token.is_some();
                HubError::Refused { url, status, message, token }
            }
            404 | 410 => HubError::NotFound { url, message },
            _ => HubError::Status { url, status, message },
        })
    }
}

/// Waits between attempts, and knows when it is enough.
pub(super) struct Patience<'a> {
    settings: &'a Settings,
    attempts: u32,
}

impl<'a> Patience<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Patience { settings, attempts: 0 }
    }

    /// Something came: the next failure is a first one.
    pub(super) fn renew(&mut self) {
        self.attempts = 0;
    }

    pub(super) fn wait(
        &mut self,
        url: &str,
        reason: String,
        asked: Option<Duration>,
        stop: &AtomicBool,
    ) -> Result<(), HubError> {
        self.attempts += 1;
        if self.attempts >= self.settings.attempts {
            let attempts = self.attempts;
            return Err(HubError::Connection { url: shown(url), reason, attempts });
        }
        let own = self.settings.first_wait * 2u32.saturating_pow(self.attempts - 1);
        let wait = asked.map_or(own, |asked| asked.max(own));
        if wait > self.settings.longest_wait {
            return Err(HubError::Busy { url: shown(url), seconds: wait.as_secs() });
        }
        let end = Instant::now() + wait;
        while Instant::now() < end {
            if stop.load(Ordering::Relaxed) {
                return Err(HubError::Interrupted);
            }
            thread::sleep((end - Instant::now()).min(Duration::from_millis(50)));
        }
        Ok(())
    }
}

pub(super) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}

/// An address as errors show it: what follows `?` may be a signature that gives access.
pub(super) fn shown(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Scheme, host and port.
fn origin(url: &str) -> String {
    let end = url.find("://").map_or(0, |scheme| scheme + 3);
    let rest = url.get(end..).unwrap_or_default();
    let host = rest.find(['/', '?', '#', '\\']).map_or(url.len(), |host| end + host);
    url.get(..host).unwrap_or_default().to_ascii_lowercase()
}

/// Where a redirect leads.
fn follow(url: &str, location: &str) -> Result<String, HubError> {
    let refuse = |reason: &str| {
        Err(HubError::Redirect { url: shown(url), reason: format!("a redirect {reason}") })
    };
    let lower = location.to_ascii_lowercase();
    if location.starts_with('/') && !location.starts_with("//") {
        return Ok(format!("{}{location}", origin(url)));
    }
    if origin(&lower).contains('@') {
        return refuse("with a user name in it is not followed");
    }
    match (lower.starts_with("https://"), lower.starts_with("http://")) {
        (true, _) => Ok(location.to_owned()),
        (_, true) if url.starts_with("http://") => Ok(location.to_owned()),
        (_, true) => refuse("from https to http is not followed"),
        _ => refuse("to what is no web address is not followed"),
    }
}

/// Seconds, or a date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?.timestamp();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(Duration::from_secs(u64::try_from(date).ok()?.saturating_sub(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_apart() {
        assert_eq!(origin("https://Hub.co/a?b"), origin("https://hub.co"));
        for other in
            ["http://hub.co/", "https://hub.co:444/", "https://hub.co.evil/", "https://a@hub.co"]
        {
            assert_ne!(origin(other), origin("https://hub.co"), "{other}");
        }
    }

    #[test]
    fn redirects_stay_safe() {
        assert_eq!(follow("https://a/b", "/c?d").unwrap(), "https://a/c?d");
        assert_eq!(follow("https://a/b", "https://x/c").unwrap(), "https://x/c");
        for bad in ["http://a/b", "file:///etc/passwd", "//x/y", "", "https://hub.co@evil/"] {
            assert!(follow("https://a/b", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn waits_are_seconds_or_dates() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(retry_after("Tue, 31 Dec 2999 23:59:59 GMT").unwrap() > Duration::from_secs(9));
        assert_eq!(retry_after("soon"), None);
    }
}
