//! The queue before the acceptor's thread. It ends when its last handle is dropped, after
//! everything that was queued is answered.

use super::{Acceptor, Push};
use crate::error::Error;
use crate::live::Hub;
use protocol::push::PushResponse;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Pushes that wait at most; whoever comes beyond that blocks.
const WAITING: usize = 256;
/// Commands in one transaction at most.
const GROUP_ITEMS: usize = 1_000;

struct Job {
    push: Push,
    answer: Sender<PushResponse>,
}

pub struct Queue {
    inner: Mutex<Option<(SyncSender<Job>, JoinHandle<()>)>>,
}

impl Queue {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(acceptor: Acceptor, hub: Arc<Hub>) -> std::io::Result<Self> {
        let (jobs, queued) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("accept".into()).spawn(move || work(acceptor, &queued, &hub))?;
        Ok(Self { inner: Mutex::new(Some((jobs, thread))) })
    }

    /// Queues a push and waits for its answer.
    ///
    /// # Errors
    /// [`Error::ShuttingDown`].
    pub fn push(&self, push: Push) -> Result<PushResponse, Error> {
        let jobs = self.lock().as_ref().map(|(jobs, _)| jobs.clone()).ok_or(Error::ShuttingDown)?;
        let (answer, answered) = channel();
        jobs.send(Job { push, answer }).map_err(|_| Error::ShuttingDown)?;
        drop(jobs);
        answered.recv().map_err(|_| Error::ShuttingDown)
    }

    /// Takes no more, answers what is queued, and returns when that is done.
    pub fn close(&self) {
        let taken = self.lock().take();
        if let Some((jobs, thread)) = taken {
            drop(jobs);
            let _ = thread.join();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(SyncSender<Job>, JoinHandle<()>)>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.close();
    }
}

fn work(mut acceptor: Acceptor, queued: &Receiver<Job>, hub: &Hub) {
    while let Ok(first) = queued.recv() {
        let (mut pushes, mut answers) = (Vec::new(), Vec::new());
        let mut items = 0;
        let mut next = Some(first);
        while let Some(job) = next {
            items += job.push.1.items.len();
            pushes.push(job.push);
            answers.push(job.answer);
            next = if items < GROUP_ITEMS { queued.try_recv().ok() } else { None };
        }
        let (responses, touched) = acceptor.accept(&pushes);
        for (answer, response) in answers.into_iter().zip(responses) {
            // Whoever asked may have gone; the outcome is stored for the retry.
            let _ = answer.send(response);
        }
        hub.poke(&touched);
    }
}
