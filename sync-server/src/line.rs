//! One connection: it counts while it is open, as a WebSocket too, among all and among those of its
//! address, and ends when the other end takes nothing.

use crate::http::limits::{Proxies, counted_as};
use std::collections::HashMap;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

/// Bytes that the other end takes at least in the time of a write, unless there are fewer.
const PIECE: usize = 32 * 1024;

/// How many connections each address has open.
type Open = Arc<Mutex<HashMap<IpAddr, u32>>>;

/// Lets in as many of one address as may be.
pub struct Doors {
    /// Theirs are everybody's.
    pub proxies: Proxies,
    pub each: u32,
    pub open: Open,
}

impl Doors {
    /// A place among those of `from`, with the one among all; nothing if it has too many.
    pub fn enter(&self, from: IpAddr, of_all: OwnedSemaphorePermit) -> Option<Place> {
        if self.proxies.are_at(from) {
            return Some(Place { _of_all: of_all, of_one: None });
        }
        let from = counted_as(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let has = open.entry(from).or_default();
        if *has >= self.each {
            return None;
        }
        *has += 1;
        Some(Place { _of_all: of_all, of_one: Some((Arc::clone(&self.open), from)) })
    }
}

/// A place among the connections that may be open, given back when it is dropped.
pub struct Place {
    _of_all: OwnedSemaphorePermit,
    of_one: Option<(Open, IpAddr)>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((open, from)) = &self.of_one else { return };
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(from) {
            Some(has) if *has > 1 => *has -= 1,
            Some(_) | None => drop(open.remove(from)),
        }
    }
}

/// A connection with its place among those that may be open.
pub struct Line<T> {
    io: T,
    /// How long a write may wait for the other end to take [`PIECE`], or all.
    write: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    /// Bytes taken since it waits.
    taken: usize,
    _place: Place,
}

impl<T> Line<T> {
    pub fn new(io: T, write: Duration, place: Place) -> Self {
        Self { io, write, waiting: None, taken: 0, _place: place }
    }

    /// What a write came to, or that it waited too long. A byte now and then is no reason to wait on.
    fn wrote(&mut self, cx: &mut Context<'_>, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = &written {
            self.taken += bytes;
            if self.taken < PIECE && self.waiting.is_some() {
                return written;
            }
        }
        self.in_time(cx, written)
    }

    fn in_time<R>(&mut self, cx: &mut Context<'_>, done: Poll<Result<R>>) -> Poll<Result<R>> {
        if done.is_ready() {
            (self.waiting, self.taken) = (None, 0);
            return done;
        }
        let write = self.write;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(sleep(write))).as_mut().poll(cx));
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the other end takes next to nothing")))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Line<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Line<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.wrote(cx, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.in_time(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let shut = Pin::new(&mut self.io).poll_shutdown(cx);
        self.in_time(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::sync::Semaphore;

    /// The other end takes nothing.
    struct Stuck;

    impl AsyncWrite for Stuck {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<Result<usize>> {
            Poll::Pending
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn a_write_that_nobody_takes_ends_and_gives_its_place_back() {
        let places = Arc::new(Semaphore::new(1));
        let doors = Doors { proxies: Proxies::default(), each: 1, open: Open::default() };
        let place = doors.enter(IpAddr::from([10, 0, 0, 1]), Arc::clone(&places).try_acquire_owned().expect("a place")).expect("let in");
        let mut line = Line::new(Stuck, Duration::from_millis(5), place);
        assert_eq!(places.available_permits(), 0);
        let written = poll_fn(|cx| Pin::new(&mut line).poll_write(cx, b"x")).await;
        assert_eq!(written.expect_err("nobody takes it").kind(), ErrorKind::TimedOut);
        drop(line);
        assert_eq!((places.available_permits(), doors.open.lock().expect("not poisoned").len()), (1, 0));
    }

    /// Takes one byte at every other try.
    #[derive(Default)]
    struct Drip(bool);

    impl AsyncWrite for Drip {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, _: &[u8]) -> Poll<Result<usize>> {
            self.0 = !self.0;
            cx.waker().wake_by_ref();
            if self.0 { Poll::Pending } else { Poll::Ready(Ok(1)) }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn whoever_takes_a_byte_now_and_then_is_let_go_too() {
        let places = Arc::new(Semaphore::new(1));
        let doors = Doors { proxies: Proxies::default(), each: 1, open: Open::default() };
        let place = doors.enter(IpAddr::from([10, 0, 0, 1]), Arc::clone(&places).try_acquire_owned().expect("a place")).expect("let in");
        let mut line = Line::new(Drip::default(), Duration::from_millis(20), place);
        let begun = std::time::Instant::now();
        let ended = loop {
            if let Err(error) = poll_fn(|cx| Pin::new(&mut line).poll_write(cx, b"x")).await {
                break error;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "it goes on");
            tokio::task::yield_now().await;
        };
        assert_eq!(ended.kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn one_address_gets_its_share_and_a_proxy_all() {
        let places = Arc::new(Semaphore::new(10));
        let place = || Arc::clone(&places).try_acquire_owned().expect("a place");
        let doors = Doors { proxies: Proxies { behind: true, named: Vec::new() }, each: 2, open: Open::default() };
        let enter = |from: &str| doors.enter(from.parse().expect("an address"), place());
        let (first, second) = (enter("10.0.0.1"), enter("::ffff:10.0.0.1"));
        assert!(first.is_some() && second.is_some() && enter("10.0.0.1").is_none());
        assert!(enter("10.0.0.2").is_some(), "somebody else");
        let proxied: Vec<_> = (0..5).map(|_| enter("127.0.0.1")).collect();
        assert!(proxied.iter().all(Option::is_some));
        drop(first);
        assert!(enter("10.0.0.1").is_some());
        drop((second, proxied));
        assert_eq!((places.available_permits(), doors.open.lock().expect("not poisoned").len()), (10, 0));
    }
}
