//! The queue before the acceptor's thread. It ends when its last handle is dropped, after
//! everything that was queued is answered.

use super::{Acceptor, Push, later};
use crate::error::Error;
use crate::live::{Hub, Touched};
use protocol::push::PushResponse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Pushes that wait at most; whoever comes beyond that blocks.
const WAITING: usize = 256;
/// Commands in one transaction at most.
const GROUP_ITEMS: usize = 1_000;

type Answer = Box<dyn FnOnce(Result<PushResponse, Error>) + Send>;

struct Job {
    push: Push,
    answer: Answer,
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
    /// [`Error::ShuttingDown`], [`Error::CantStore`].
    pub fn push(&self, push: Push) -> Result<PushResponse, Error> {
        let (answer, answered) = channel();
        let jobs = self.jobs()?;
        let job = Job { push, answer: Box::new(move |response| drop(answer.send(response))) };
        jobs.send(job).map_err(|_| Error::ShuttingDown)?;
        drop(jobs);
        answered.recv().map_err(|_| Error::ShuttingDown)?
    }

    /// As [`Queue::push`], without a thread that waits.
    ///
    /// # Errors
    /// Also [`Error::Overloaded`], instead of waiting for a place in the queue.
    pub async fn push_async(&self, push: Push) -> Result<PushResponse, Error> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        // Whoever asked may have gone; the outcome is stored for the retry.
        let job = Job { push, answer: Box::new(move |response| drop(answer.send(response))) };
        self.jobs()?.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Overloaded,
            TrySendError::Disconnected(_) => Error::ShuttingDown,
        })?;
        answered.await.map_err(|_| Error::ShuttingDown)?
    }

    fn jobs(&self) -> Result<SyncSender<Job>, Error> {
        self.lock().as_ref().map(|(jobs, _)| jobs.clone()).ok_or(Error::ShuttingDown)
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
        match accept(&mut acceptor, &pushes) {
            Ok((responses, touched)) => {
                answers.into_iter().zip(responses).for_each(|(answer, response)| answer(Ok(response)));
                hub.poke(&touched);
            }
            Err(_) => answers.into_iter().for_each(|answer| answer(Err(Error::CantStore))),
        }
    }
}

/// A defect outside the judging of an item must not end the thread: nothing was committed, so the
/// answer is "later".
fn accept(acceptor: &mut Acceptor, pushes: &[Push]) -> Result<(Vec<PushResponse>, Touched), Error> {
    catch_unwind(AssertUnwindSafe(|| acceptor.accept(pushes))).unwrap_or_else(|_| {
        tracing::error!(pushes = pushes.len(), "accepting panicked; nothing of these pushes was stored");
        acceptor.forget();
        Ok(later(pushes))
    })
}
