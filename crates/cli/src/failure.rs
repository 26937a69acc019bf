//! How a command ends when it does not end well, and the exit code that says so.

/// Why a command stopped.
#[derive(Debug)]
pub enum Failure {
    /// The request was wrong: exit code 2.
    Request(anyhow::Error),
    /// The request was right and the work failed: exit code 1.
    Work(anyhow::Error),
    /// Interrupted, and saved: exit code 130.
    Interrupted,
    /// Whoever read our output has gone, such as `head`: nothing is wrong.
    OutputClosed,
}

impl Failure {
    /// The exit code of the process.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Request(_) => 2,
            Failure::Work(_) => 1,
            Failure::Interrupted => 130,
            Failure::OutputClosed => 0,
        }
    }

    /// Says on standard error what went wrong, if anything did; `who` stands before it.
    pub fn tell(&self, who: &str) {
        if let Failure::Request(error) | Failure::Work(error) = self {
            eprintln!("error: {who}{}", message(error));
        }
    }
}

/// An error with those of its causes that it does not tell of itself.
fn message(error: &anyhow::Error) -> String {
    let mut message = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}

/// Says whether an error is the request's fault or the work's.
pub trait Blame<T> {
    /// The request was wrong.
    fn request(self) -> Result<T, Failure>;
    /// The work failed.
    fn work(self) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> Blame<T> for Result<T, E> {
    fn request(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::Request(error.into()))
    }

    fn work(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::Work(error.into()))
    }
}

/// Only writing to standard output gives plain I/O errors in the commands.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::Work(anyhow::Error::new(error).context("cannot write the output")),
        }
    }
}
