//! Ctrl-C and SIGTERM: the first asks the work to save and stop, the second ends it at once. SIGUSR1,
//! which launchers and batch systems pass on, only asks.

use crate::failure::{Blame, Failure};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The flag that the signals raise.
pub fn flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // Registered first, so that it sees the flag as it was before this signal.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&flag)).work()?;
        signal_hook::flag::register(signal, Arc::clone(&flag)).work()?;
    }
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGUSR1, Arc::clone(&flag)).work()?;
    Ok(flag)
}
