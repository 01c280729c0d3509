//! Installs what is missing: on Debian as root by apt; elsewhere it says the exact commands and stops.
//! Never changes what is already there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::shell::{self, root, step};

/// To compile the shell, the server and the client.
const BUILD_PACKAGES: &[&str] = &[
    "build-essential",
    "pkg-config",
    "file",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libxdo-dev",
];
/// To show the window where there is no display.
const DISPLAY_PACKAGES: &[&str] = &["xvfb", "xauth", "imagemagick", "fonts-inter", "fonts-noto-core"];
/// To drive the window, to keep keys in a real keychain, and to try the server on its second database.
const TEST_PACKAGES: &[&str] = &["webkit2gtk-driver", "dbus", "dbus-x11", "gnome-keyring", "postgresql", "poppler-utils"];
/// To compile for wasm where rustup can't fetch its standard library.
const WASM_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// What asks the server by its OpenAPI document, from PyPI.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

const WASM: &str = "wasm32-unknown-unknown";
const DEBIAN_SYSROOT_WASM: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
/// The same choice for tests of the fallback: `debian` skips rustup.
const WASM_TOOLCHAIN_VARIABLE: &str = "LEADLINE_WASM_TOOLCHAIN";

/// What a task is going to do, each including the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub enum Need {
    Build,
    Display,
    Tests,
}

/// Installs the system packages a task needs.
pub fn ensure(need: Need) -> Result<()> {
    let mut packages = BUILD_PACKAGES.to_vec();
    if need >= Need::Display {
        packages.extend(DISPLAY_PACKAGES);
    }
    if need >= Need::Tests {
        packages.extend(TEST_PACKAGES);
    }
    if is_debian() { ensure_packages(&packages) } else { ensure_libraries() }
}

/// Installs cargo-nextest if there is none.
pub fn ensure_nextest() -> Result<()> {
    if shell::succeeds(shell::cargo().args(["nextest", "--version"])) {
        return Ok(());
    }
    step("Installing cargo-nextest (some minutes, once)");
    shell::run(shell::program("cargo").args(["install", "cargo-nextest", "--locked"])).context("cargo-nextest can't be installed")
}

/// Installs schemathesis, which asks the server by its own document, into `target/tools` once.
pub fn ensure_schemathesis() -> Result<()> {
    let place = root().join("target/tools/schemathesis");
    let is_there = fs::read_to_string(place.join("version")).is_ok_and(|version| version == SCHEMATHESIS);
    if is_there {
        return Ok(());
    }
    if !shell::succeeds(shell::program("python3").args(["-c", "import ensurepip, venv"])) {
        if !is_debian() {
            bail!("the tests need Python 3 with its venv module. Install it, then start again");
        }
        ensure_packages(&["python3-venv"])?;
    }
    step("Installing schemathesis into target/tools");
    shell::run(shell::program("python3").args(["-m", "venv", "--clear"]).arg(&place)).context("no place for schemathesis")?;
    let mut pip = shell::program(place.join("bin/pip"));
    shell::run(pip.args(["install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS])).context("schemathesis can't be installed")?;
    // Last: a half-made one is made again.
    fs::write(place.join("version"), SCHEMATHESIS).context("what was installed can't be noted")
}

/// Installs parts of the Rust toolchain that CI uses.
pub fn ensure_component(subcommand: &str, component: &str) -> Result<()> {
    if shell::succeeds(shell::cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    step(&format!("Installing {component}"));
    shell::run(shell::program("rustup").args(["component", "add", component]))
}

/// The compilers that can make wasm here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WasmToolchain {
    /// The active toolchain has the standard library for wasm.
    Rustup,
    /// Debian's compiler, with the standard library built into its sysroot.
    DebianWithStd,
    /// Debian's compiler, building the standard library at each build: not root.
    DebianBuildingStd,
}

/// Finds a compiler for wasm, and installs what it lacks.
pub fn wasm_toolchain() -> Result<WasmToolchain> {
    if std::env::var(WASM_TOOLCHAIN_VARIABLE).as_deref() != Ok("debian") && rustup_has_wasm()? {
        return Ok(WasmToolchain::Rustup);
    }
    if !is_debian() {
        bail!("no compiler for wasm. Run:\n  rustup target add {WASM}");
    }
    ensure_packages(WASM_PACKAGES)?;
    if !has_std(Path::new(DEBIAN_SYSROOT_WASM)) {
        if !is_root() {
            return Ok(WasmToolchain::DebianBuildingStd);
        }
        build_debian_std()?;
    }
    Ok(WasmToolchain::DebianWithStd)
}

fn rustup_has_wasm() -> Result<bool> {
    if active_toolchain_has_wasm()? {
        return Ok(true);
    }
    if !shell::is_on_path("rustup") {
        return Ok(false);
    }
    step("Adding the wasm target to the Rust toolchain");
    let added = shell::program("rustup").args(["target", "add", WASM]).status().is_ok_and(|status| status.success());
    if !added {
        println!("  rustup could not fetch it; using Debian's compiler for the window's content");
    }
    Ok(added && active_toolchain_has_wasm()?)
}

fn active_toolchain_has_wasm() -> Result<bool> {
    let libraries = shell::read(shell::program("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    Ok(has_std(Path::new(libraries.trim())))
}

fn has_std(libraries: &Path) -> bool {
    fs::read_dir(libraries).is_ok_and(|mut files| files.any(|file| file.is_ok_and(|file| is_std(&file.path()))))
}

fn is_std(file: &Path) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("libstd-") && name.ends_with(".rlib"))
}

/// Debian's cargo, with its own compiler and without what rustup tells its children.
pub fn debian_cargo() -> Command {
    let mut cargo = shell::program("/usr/bin/cargo");
    let path = std::env::var("PATH").unwrap_or_default();
    cargo.env("PATH", format!("/usr/bin:{path}")).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
    cargo.env("RUSTC", "/usr/bin/rustc");
    for variable in ["RUSTUP_TOOLCHAIN", "RUSTUP_HOME", "CARGO", "LD_LIBRARY_PATH"] {
        cargo.env_remove(variable);
    }
    cargo
}

/// Builds the standard library once into Debian's sysroot; after that ordinary builds and LTO work.
fn build_debian_std() -> Result<()> {
    step("Building Rust's standard library for wasm with Debian's compiler (about a minute, once)");
    let empty = root().join("target/tools/wasm-std");
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("src/lib.rs"), "#![no_std]\n")?;
    fs::write(empty.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2021\"\n\n[workspace]\n")?;
    let mut cargo = debian_cargo();
    cargo.current_dir(&empty).env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Cembed-bitcode=yes");
    cargo.args([
        "build",
        "--release",
        "--target",
        WASM,
        "--target-dir",
        "target",
        "-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro",
    ]);
    shell::run(&mut cargo).context("the standard library for wasm can't be built")?;

    fs::create_dir_all(DEBIAN_SYSROOT_WASM).with_context(|| format!("{DEBIAN_SYSROOT_WASM} can't be made"))?;
    for library in standard_libraries(&empty.join("target").join(WASM).join("release/deps"))? {
        let name = library.file_name().context("a library has a name")?;
        fs::copy(&library, Path::new(DEBIAN_SYSROOT_WASM).join(name))?;
    }
    Ok(())
}

fn standard_libraries(deps: &Path) -> Result<Vec<PathBuf>> {
    let files = fs::read_dir(deps)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
    let is_library = |file: &PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("lib") && name.ends_with(".rlib") && !name.starts_with("libempty")
    };
    Ok(files.into_iter().filter(is_library).collect())
}

fn ensure_packages(packages: &[&str]) -> Result<()> {
    let missing = packages.iter().copied().filter(|package| !is_installed(package)).collect::<Vec<_>>();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !is_root() {
        bail!(
            "packages are missing. Run this, then start again:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends {list}"
        );
    }
    step(&format!("Installing {list}"));
    let apt = || {
        let mut apt = shell::program("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    shell::run(apt().arg("update")).context("apt's lists can't be brought up to date")?;
    shell::run(apt().args(["install", "-y", "--no-install-recommends"]).args(&missing)).context("packages can't be installed")
}

fn is_installed(package: &str) -> bool {
    let query = shell::program("dpkg-query").args(["-W", "-f=${db:Status-Abbrev}", package]).output();
    query.is_ok_and(|answer| answer.stdout.starts_with(b"ii"))
}

/// Off Debian we only look whether the web view can be linked.
fn ensure_libraries() -> Result<()> {
    if cfg!(not(target_os = "linux")) || shell::succeeds(Command::new("pkg-config").args(["--exists", "webkit2gtk-4.1", "openssl"])) {
        return Ok(());
    }
    let command = if shell::is_on_path("dnf") {
        "sudo dnf install @development-tools webkit2gtk4.1-devel openssl-devel libappindicator-gtk3-devel librsvg2-devel libxdo-devel xorg-x11-server-Xvfb ImageMagick"
    } else if shell::is_on_path("pacman") {
        "sudo pacman -S --needed base-devel webkit2gtk-4.1 openssl libappindicator-gtk3 librsvg xdotool xorg-server-xvfb imagemagick"
    } else {
        "your system's way to install: a C compiler, pkg-config, OpenSSL, WebKitGTK 4.1, librsvg and libxdo with their headers, Xvfb, ImageMagick"
    };
    bail!("libraries are missing. Run this, then start again:\n  {command}");
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").is_file() && shell::is_on_path("apt-get")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}
