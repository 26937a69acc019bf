//! Puts the studies and recipes of the repository into the library.

#[path = "../embed.rs"]
mod embed;

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=../embed.rs");
    for folder in ["studies", "recipes"] {
        embed::embed(folder, folder, |path| path.with_extension(""))?;
    }
    Ok(())
}
