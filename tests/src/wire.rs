//! A wire between one window and the server that can be cut and mended, so that one person is
//! offline while the others go on.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{Context, Result};

/// Passes on what comes to its own address, while it is whole.
pub struct Wire {
    /// What to give as the server's address.
    pub url: String,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    /// A wire to the server at `url`.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn to(url: &str) -> Result<Self> {
        let server: SocketAddr = url.trim_start_matches("http://").parse().context("the server's address")?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let wire = Self { url: format!("http://{}", listener.local_addr()?), is_cut: Arc::default(), open: Arc::default() };
        let (is_cut, open) = (wire.is_cut.clone(), wire.open.clone());
        // Ends with the process of the test.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if !is_cut.load(Ordering::SeqCst) {
                    let _ = join(stream, server, &open);
                }
            }
        });
        Ok(wire)
    }

    /// Ends every connection, and each new one at once.
    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for stream in self.held().drain(..) {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn join(near: TcpStream, server: SocketAddr, open: &Mutex<Vec<TcpStream>>) -> io::Result<()> {
    let far = TcpStream::connect(server)?;
    let mut held = open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    held.extend([near.try_clone()?, far.try_clone()?]);
    let (back_from, back_to) = (far.try_clone()?, near.try_clone()?);
    thread::spawn(move || pass(near, far));
    thread::spawn(move || pass(back_from, back_to));
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // The other end hears that it is over.
    let _ = to.shutdown(Shutdown::Write);
}
