//! Tauri's build step: checks `tauri.conf.json` and declares the shell's one command, so that only a
//! capability can allow it.

fn main() {
    // Files that are new in there; the shell embeds them all.
    println!("cargo:rerun-if-changed=ui/dist");
    let commands = tauri_build::AppManifest::new().commands(&["request"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        eprintln!("tauri-build failed: {error:#}");
        std::process::exit(1);
    }
}
