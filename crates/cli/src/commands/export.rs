//! `ext5 export`

use super::model;
use crate::args::Export;
use crate::failure::{Blame, Failure};
use ext5_model::Device;
use ext5_train::export;

/// Writes a folder that Hugging Face transformers opens.
pub fn run(command: &Export) -> Result<(), Failure> {
    let opened = model::open(&command.run, &command.tasks, Device::Cpu)?;
    export::export(&opened.trained, &command.out).request()?;
    println!(
        "{}: written from {}, loaded back, losses equal to the bit",
        command.out.display(),
        opened.trained.weights.display()
    );
    Ok(())
}
