//! Data sets from the Hugging Face Hub, brought to where tasks look for them.
//!
//! Read it in this order: [`Settings`] (endpoint and token), [`Client`] (one request, with retries
//! and redirects), `api` (what a repository is and holds), `select` (which of its files are the
//! splits of a configuration), [`Plan`] (what is to be fetched, and what is there already),
//! [`fetch`](fetch()) (all files of some plans, several at a time), `download` (one file, gone on
//! with where it was left) and `manifest` (what was fetched).
//!
//! Nothing that a server says becomes a path on this disk: names of files are made of checked names
//! of splits and of numbers, and every file is compared with the checksum that the Hub lists.

mod api;
mod checksum;
mod client;
mod download;
mod error;
mod fetch;
mod manifest;
mod plan;
mod select;
mod settings;

pub use api::RemoteFile;
pub use checksum::Checksum;
pub use client::Client;
pub use error::HubError;
pub use fetch::{Progress, fetch};
pub use manifest::{Fetched, Manifest};
pub use plan::{Plan, PlannedFile, Request, What};
pub use settings::{Settings, Token};
