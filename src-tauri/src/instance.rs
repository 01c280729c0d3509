//! One window a folder: a second start hands its link to the first and ends. The first holds a file's lock,
//! and listens on this computer alone for whoever can read the word beside it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, ensure};

const LOCK: &str = "window.lock";
const PORT: &str = "window.port";
/// How long either side waits for the other's word.
const PATIENCE: Duration = Duration::from_secs(5);
/// How soon a folder is tried again whose window does not answer.
const AGAIN: Duration = Duration::from_millis(50);
/// Longest message, bytes.
const MESSAGE_MAX: u64 = 8 * 1024;
const HEARD: &str = "heard";

/// The one window of its folder.
pub struct Instance {
    lock: File,
    listener: TcpListener,
    word: String,
}

/// Becomes the one window of this folder, or hands `link` to the one that is; `None` then.
///
/// # Errors
/// When the folder can't be written, or the window that is there does not answer.
pub fn claim(profile: &Path, link: Option<&str>) -> anyhow::Result<Option<Instance>> {
    std::fs::create_dir_all(profile).context("the profile's folder can't be made")?;
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).open(profile.join(LOCK)).context("the profile can't be written")?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return listen(profile, lock).map(Some),
            Err(TryLockError::WouldBlock) => match hand_over(profile, link) {
                Ok(()) => return Ok(None),
                // A window that is closing answers nobody, and lets go of the folder in a moment.
                Err(_) if begun.elapsed() < PATIENCE => std::thread::sleep(AGAIN),
                Err(error) => return Err(error.context("Leadline is open already, and its window does not answer")),
            },
            // A folder whose file system knows no locks: the copies in it are still held one by one.
            Err(TryLockError::Error(error)) => {
                tracing::warn!("another window would not be noticed: {error}");
                return listen(profile, lock).map(Some);
            }
        }
    }
}

impl Instance {
    /// Calls back with each link that another start hands over; without one it only wants the window.
    pub fn listen(self, heard: impl Fn(Option<String>) + Send + 'static) -> std::io::Result<()> {
        std::thread::Builder::new().name("instance".into()).spawn(move || {
            // Held as long as somebody listens.
            let _held = self.lock;
            for stream in self.listener.incoming().flatten() {
                match hear(stream, &self.word) {
                    Ok(link) => heard(link),
                    Err(error) => tracing::warn!("somebody knocked and said nothing of use: {error}"),
                }
            }
        })?;
        Ok(())
    }
}

fn listen(profile: &Path, lock: File) -> anyhow::Result<Instance> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("this computer lets nobody listen")?;
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    let word: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("{} {word}\n", listener.local_addr()?.port());
    write_private(&profile.join(PORT), &text).context("the profile can't be written")?;
    Ok(Instance { lock, listener, word })
}

fn hand_over(profile: &Path, link: Option<&str>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(profile.join(PORT))?;
    let (port, word) = text.trim().split_once(' ').context("no port")?;
    let mut stream = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port.parse()?).into(), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let link: String = link.unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    stream.write_all(format!("{word}\n{link}\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream.take(MESSAGE_MAX)).read_line(&mut answer)?;
    ensure!(answer.trim() == HEARD, "it is another program");
    Ok(())
}

fn hear(stream: TcpStream, word: &str) -> anyhow::Result<Option<String>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut answer = stream.try_clone()?;
    let mut lines = BufReader::new(stream.take(MESSAGE_MAX)).lines();
    let mut line = || lines.next().context("it ended")?.map_err(anyhow::Error::from);
    ensure!(line()? == word, "a wrong word");
    let link = line()?;
    answer.write_all(format!("{HEARD}\n").as_bytes())?;
    Ok((!link.is_empty()).then_some(link))
}

fn write_private(path: &PathBuf, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_start_waits_for_a_window_that_is_closing() {
        let folder = std::env::temp_dir().join(format!("leadline-closing-{}", std::process::id()));
        let closing = claim(&folder, None).expect("claimed").expect("the first");
        // It answers nobody any more, and still holds the folder.
        drop(closing.listener);
        let (gone, held) = channel::<()>();
        let holder = std::thread::spawn(move || {
            let _lock = closing.lock;
            held.recv().expect("told");
        });
        let start = {
            let folder = folder.clone();
            std::thread::spawn(move || claim(&folder, None))
        };
        gone.send(()).expect("heard");
        holder.join().expect("ended");
        assert!(start.join().expect("no panic").expect("claimed").is_some(), "it is the window now");
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_second_start_hands_its_link_to_the_first_and_a_stranger_nothing() {
        let folder = std::env::temp_dir().join(format!("leadline-instance-{}", std::process::id()));
        let first = claim(&folder, None).expect("claimed").expect("the first");
        let port = first.listener.local_addr().expect("an address").port();
        let (heard, links) = channel();
        first.listen(move |link| heard.send(link).expect("one test")).expect("a thread");
        for link in [Some("leadline://lead/1"), None, Some("two\nlines")] {
            assert!(claim(&folder, link).expect("handed over").is_none());
        }
        let mut stranger = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connected");
        stranger.write_all(b"guess\nleadline://lead/2\n").expect("sent");
        let mut answer = String::new();
        stranger.read_to_string(&mut answer).expect("closed");
        assert_eq!(answer, "");
        assert!(claim(&folder, Some("last")).expect("handed over").is_none());
        let links: Vec<Option<String>> = (0..4).map(|_| links.recv_timeout(PATIENCE).expect("a link")).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(links, [text("leadline://lead/1"), None, text("twolines"), text("last")]);
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
