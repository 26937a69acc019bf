//! `ext5 mix export`

use crate::args::{ExportCompression, ExportFormat, MixExport};
use crate::commands::recipe;
use crate::failure::{Blame, Failure};
use crate::interrupt;
use crate::output::Output;
use crate::progress::Exporting;
use crate::table::size;
use ext5_core::number::count;
use ext5_data::DataLock;
use ext5_mix::export::{
    Compression, Export, ExportError, Format, Outcome, Provenance, Request, Summary,
    prefix_of_epochs,
};
use ext5_mix::{MixtureRecipe, Prepared};
use std::io::Write;
use std::path::Path;

/// Writes a part of the stream.
pub fn run(command: MixExport) -> Result<(), Failure> {
    let recipe = recipe::read_stream(command.recipe)?;
    let prepared = recipe::prepare(&recipe)?;
    let end = match command.epochs {
        Some(epochs) => prefix_of_epochs(&prepared.mixture, epochs).request()?,
        None => command.from.saturating_add(command.examples.unwrap_or_default()),
    };
    let request = Request {
        from: command.from,
        examples: end.saturating_sub(command.from),
        examples_per_file: command.examples_per_file,
        format: match command.format {
            ExportFormat::Jsonl => Format::Jsonl,
            ExportFormat::Parquet => Format::Parquet,
        },
        compression: match (command.compression, command.format) {
            (Some(ExportCompression::None), _) | (None, ExportFormat::Jsonl) => Compression::None,
            (Some(ExportCompression::Gzip), _) => Compression::Gzip,
            (Some(ExportCompression::Snappy), _) => Compression::Snappy,
            (Some(ExportCompression::Zstd), _) | (None, ExportFormat::Parquet) => Compression::Zstd,
        },
        shard: command.shard,
    };
    let out = &command.out;
    let mixture = &prepared.mixture;
    let provenance = provenance(&recipe, &prepared)?;
    let export = Export::open(out, mixture, &prepared.vocabulary, request, &provenance);
    let export = export.map_err(blame)?;
    let stop = interrupt::flag()?;
    let progress = Exporting::new(&out.display().to_string());
    let outcome = export.run(&stop, &|done| progress.report(done));
    progress.finish();
    match outcome.map_err(blame)? {
        Outcome::Finished(summary) => report(out, &request, &summary),
        Outcome::Interrupted(summary) => {
            let files = count(summary.files.len() as u64);
            let out = out.display();
            eprintln!("{out}: interrupted, {files} files are whole; the same command goes on");
            Err(Failure::Interrupted)
        }
    }
}

fn provenance(recipe: &MixtureRecipe, prepared: &Prepared) -> Result<Provenance, Failure> {
    let sources = prepared.sources.iter().cloned();
    Ok(Provenance {
        name: recipe.name.clone(),
        recipe: recipe.digest().work()?,
        data_lock: DataLock::build(&recipe.data.root, sources).work()?,
        vocabulary: prepared.vocabulary.digest(),
        code: ext5_core::CODE.to_owned(),
    })
}

fn blame(error: ExportError) -> Failure {
    match error {
        ExportError::File { .. } | ExportError::Mixture(_) | ExportError::Data(_) => {
            Failure::Work(error.into())
        }
        _ => Failure::Request(error.into()),
    }
}

fn report(out: &Path, request: &Request, summary: &Summary) -> Result<(), Failure> {
    let mut stdout = Output::new();
    let files = &summary.files;
    let sum = |of: fn(&ext5_mix::export::FileRecord) -> u64| files.iter().map(of).sum::<u64>();
    for name in &summary.damaged {
        writeln!(stdout, "{name} was not what had been written: made again")?;
    }
    let kept = match summary.kept {
        0 => String::new(),
        kept => format!(", {} of them from before", count(kept)),
    };
    let shard =
        if request.shard.is_whole() { String::new() } else { format!("shard {}, ", request.shard) };
    writeln!(
        stdout,
        "{}: {shard}{} examples in {} {}{kept}, {}",
        out.display(),
        count(sum(|file| file.examples)),
        count(files.len() as u64),
        if files.len() == 1 { "file" } else { "files" },
        size(sum(|file| file.bytes)),
    )?;
    let (inputs, targets) = (sum(|file| file.input_tokens), sum(|file| file.target_tokens));
    writeln!(stdout, "{} input and {} target tokens", count(inputs), count(targets))?;
    Ok(())
}
