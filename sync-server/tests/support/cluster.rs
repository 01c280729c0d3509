//! A PostgreSQL of our own: a private folder, a free port, gone when dropped.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const POLL: Duration = Duration::from_millis(50);

pub struct Cluster {
    server: Child,
    programs: PathBuf,
    port: u16,
    url: String,
    folder: TempDir,
}

impl Cluster {
    /// Starts it; `None` where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        // The server refuses to run as root.
        let root = is_root();
        if root {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).expect("ours");
        }
        run(as_postgres(root, &programs.join("initdb"))
            .args(["--no-sync", "--auth=trust", "--username=leadline", "--encoding=UTF8", "-D"])
            .arg(&data));
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
        let server = serve(&programs, folder.path(), port);
        let url = format!("postgres://leadline@127.0.0.1:{port}/postgres");
        let cluster = Self { server, programs, port, url, folder };
        cluster.wait();
        Some(cluster)
    }

    /// Shuts it down, has `meanwhile` done in its data folder, and starts it again.
    #[allow(dead_code, reason = "each test binary uses a part")]
    pub fn restarted(&mut self, meanwhile: impl FnOnce(&Path)) {
        // A fast shutdown: everything is on the disk.
        run(Command::new("kill").args(["-INT", &self.server.id().to_string()]));
        self.server.wait().expect("it ends");
        meanwhile(&self.folder.path().join("data"));
        self.server = serve(&self.programs, self.folder.path(), self.port);
        self.wait();
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while let Err(error) = postgres::Client::connect(&self.url, postgres::NoTls) {
            assert!(Instant::now() < deadline, "PostgreSQL does not answer: {error}");
            std::thread::sleep(POLL);
        }
    }
}

fn serve(programs: &Path, folder: &Path, port: u16) -> Child {
    as_postgres(is_root(), &programs.join("postgres"))
        .args(["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c"])
        .arg(format!("unix_socket_directories={}", folder.display()))
        .args(["-p", &port.to_string(), "-D"])
        .arg(folder.join("data"))
        .stderr(Stdio::null())
        .spawn()
        .expect("postgres starts")
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // setpriv replaced itself by the server, so this is the server's own process.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn programs() -> Option<PathBuf> {
    let folders = ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"];
    folders.into_iter().map(PathBuf::from).find(|f| f.join("initdb").exists())
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
}

fn as_postgres(root: bool, program: &Path) -> Command {
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command.current_dir("/");
    command
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
