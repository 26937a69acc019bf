//! Standard output: coloured on a terminal, plain elsewhere and where `NO_COLOR` is set.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::io::{self, Stdout, StdoutLock, Write};

/// Headings and names.
pub const STRONG: Style = Style::new().bold();
/// What is beside the point.
pub const FAINT: Style = Style::new().dimmed();
/// Sentinels.
pub const SENTINEL: Style = AnsiColor::Magenta.on_default().bold();
/// Masked text.
pub const NOISE: Style = AnsiColor::Yellow.on_default().bold();
/// The end of a sequence.
pub const END: Style = AnsiColor::Cyan.on_default();
/// What is cut off, and failures.
pub const BAD: Style = AnsiColor::Red.on_default();
/// What is as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What wants a look.
pub const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// Standard output.
pub struct Output {
    stream: AutoStream<StdoutLock<'static>>,
    coloured: bool,
    width: Option<usize>,
}

impl Output {
    /// Standard output as this process has it.
    pub fn new() -> Output {
        let stdout: Stdout = io::stdout();
        let coloured = AutoStream::choice(&stdout) != ColorChoice::Never;
        let size = terminal_size::terminal_size_of(&stdout);
        let width = size.map(|(terminal_size::Width(columns), _)| usize::from(columns));
        Output { stream: AutoStream::auto(stdout.lock()), coloured, width }
    }

    /// Whether colours are seen; where not, signs must stand for them.
    pub fn is_coloured(&self) -> bool {
        self.coloured
    }

    /// Columns of the terminal, where there is one.
    pub fn width(&self) -> Option<usize> {
        self.width
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A text in a style.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
