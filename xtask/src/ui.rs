//! Builds the `ui` crate to `ui/dist`: cargo for wasm, `wasm-bindgen` for the glue, `wasm-opt` when
//! it is to be small, and the static files beside it. Does nothing when nothing changed.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    setup::{self, WasmToolchain},
    shell::{self, root, step},
};

/// Its own folder, so that this build and native ones don't wait for each other.
const TARGET_DIR: &str = "target/ui";
const STAMP: &str = "target/ui/stamp";
/// What the UI is made of; a change in any of these builds it again.
const SOURCES: [&str; 7] = ["ui", "crates/bridge", "crates/domain", "Cargo.toml", "Cargo.lock", "xtask/src/ui.rs", "icons/icon.png"];
const BINARYEN: &str = "binaryen@132.0.0";
/// What current compilers emit and every web view of ours understands.
const WASM_FEATURES: [&str; 7] =
    ["bulk-memory", "bulk-memory-opt", "reference-types", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "multivalue"];

#[derive(clap::Args)]
pub struct Args {
    /// Small and fast, for bundles and people (the default is quick to build, for tests)
    #[arg(long)]
    release: bool,
}

/// How the content is built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variant {
    Dev,
    Release,
}

impl Variant {
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// Cargo's profile, and the folder it puts the files in.
    fn profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm",
        }
    }
}

pub fn run(args: &Args) -> Result<()> {
    build(if args.release { Variant::Release } else { Variant::Dev })
}

/// Makes `ui/dist` current. A current release build serves as a dev build too.
pub fn build(variant: Variant) -> Result<()> {
    let sources = sources_hash()?;
    if is_current(variant, sources) {
        return Ok(());
    }
    step(&format!("Building the window's content ({})", variant.name()));
    let toolchain = setup::wasm_toolchain()?;
    compile(&toolchain, variant)?;

    let made = root().join(TARGET_DIR).join("dist");
    remake_folder(&made)?;
    let wasm = root().join(TARGET_DIR).join("wasm32-unknown-unknown").join(variant.profile()).join("ui.wasm");
    bind(&wasm, &made)?;
    if variant == Variant::Release {
        optimise(&made.join("ui_bg.wasm"))?;
    }
    copy_static(&made)?;
    publish(&made)?;
    fs::write(root().join(STAMP), stamp(variant, sources)).context("the stamp of the window's content can't be written")?;
    report_size()
}

fn is_current(variant: Variant, sources: u64) -> bool {
    let Ok(found) = fs::read_to_string(root().join(STAMP)) else { return false };
    let fits = [variant, Variant::Release].iter().any(|made| found == stamp(*made, sources));
    fits && root().join("ui/dist/index.html").is_file()
}

fn stamp(variant: Variant, sources: u64) -> String {
    format!("{} {sources:016x}\n", variant.name())
}

/// Compiles with one of the three toolchains that can.
fn compile(toolchain: &WasmToolchain, variant: Variant) -> Result<()> {
    let mut cargo = wasm_cargo(toolchain);
    cargo.args(["build", "--package", "ui", "--target", "wasm32-unknown-unknown", "--target-dir", TARGET_DIR]);
    cargo.args(["--profile", variant.profile()]);
    shell::run(&mut cargo).context("the window's content does not compile")
}

/// A cargo that can compile for wasm.
fn wasm_cargo(toolchain: &WasmToolchain) -> Command {
    match toolchain {
        WasmToolchain::Rustup => shell::cargo(),
        WasmToolchain::DebianWithStd => setup::debian_cargo(),
        WasmToolchain::DebianBuildingStd => {
            let mut cargo = setup::debian_cargo();
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
            cargo
        }
    }
}

fn bind(wasm: &Path, out: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).web(true)?.typescript(false).remove_name_section(true).remove_producers_section(true);
    // Or `start()` has nothing to load, and the window stays blank.
    bindgen.omit_default_module_path(false);
    bindgen.generate(out).context("wasm-bindgen failed")
}

/// Shrinks by `wasm-opt`; without npm the file just stays larger.
fn optimise(wasm: &Path) -> Result<()> {
    let Some(wasm_opt) = wasm_opt()? else {
        println!("  npm is not installed, so wasm-opt is left out: the window's content stays larger");
        return Ok(());
    };
    step("Shrinking the window's content (wasm-opt)");
    let smaller = wasm.with_extension("opt");
    let mut command = shell::program("node");
    command.arg(wasm_opt).arg("-Oz").args(WASM_FEATURES.map(|feature| format!("--enable-{feature}")));
    shell::run(command.arg(wasm).arg("-o").arg(&smaller))?;
    fs::rename(&smaller, wasm).context("the smaller file can't take its place")
}

/// Installs `wasm-opt` under `target/tools` once.
fn wasm_opt() -> Result<Option<PathBuf>> {
    let tools = root().join("target/tools");
    let program = tools.join("node_modules/binaryen/bin/wasm-opt");
    if program.is_file() {
        return Ok(Some(program));
    }
    if !shell::is_on_path("npm") {
        return Ok(None);
    }
    step("Installing wasm-opt into target/tools");
    fs::create_dir_all(&tools)?;
    let mut npm = shell::program("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "--prefix"]).arg(&tools).arg(BINARYEN);
    shell::run(&mut npm).context("wasm-opt can't be installed")?;
    Ok(Some(program))
}

fn copy_static(out: &Path) -> Result<()> {
    let ui = root().join("ui");
    for name in ["index.html", "boot.js"] {
        copy(&ui.join(name), &out.join(name))?;
    }
    copy(&root().join("icons/icon.png"), &out.join("icon.png"))?;
    copy_folder(&ui.join("static"), out)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} can't be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() { copy_folder(&entry.path(), &target)? } else { copy(&entry.path(), &target)? }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(|_| ()).with_context(|| format!("{} can't be copied", from.display()))
}

/// Swaps the finished folder in, so that a build that failed leaves the old content whole.
fn publish(made: &Path) -> Result<()> {
    let dist = root().join("ui/dist");
    if dist.exists() {
        fs::remove_dir_all(&dist).context("the old ui/dist can't be removed")?;
    }
    fs::rename(made, &dist).context("the new ui/dist can't take its place")
}

fn remake_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))
}

fn report_size() -> Result<()> {
    let wasm = root().join("ui/dist/ui_bg.wasm");
    let raw = fs::metadata(&wasm)?.len();
    let gzip = gzip_size(&wasm)?;
    println!("  ui_bg.wasm: {} KB, {} KB gzip", raw / 1000, gzip / 1000);
    Ok(())
}

/// How many bytes `gzip -9` makes of a file.
pub fn gzip_size(file: &Path) -> Result<usize> {
    let output = Command::new("gzip").args(["-9", "-c"]).arg(file).stderr(Stdio::inherit()).output().context("gzip can't be started")?;
    if !output.status.success() {
        bail!("gzip failed on {}", file.display());
    }
    Ok(output.stdout.len())
}

fn sources_hash() -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        hash_path(&root().join(source), &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn hash_path(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path == root().join("ui/dist") {
        return Ok(());
    }
    path.hash(hasher);
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        entries.sort();
        return entries.iter().try_for_each(|entry| hash_path(entry, hasher));
    }
    fs::read(path).with_context(|| format!("{} can't be read", path.display()))?.hash(hasher);
    Ok(())
}
