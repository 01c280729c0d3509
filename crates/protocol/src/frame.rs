//! Frames of a pull body: 4 bytes little-endian length, then a zstd frame of MessagePack.

use crate::{PULL_BATCH_MAX, packed, pull::PullBatch};
use std::io::{ErrorKind, Read};

#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("the connection broke inside a batch")]
    Truncated,
    #[error("a batch is larger than a client accepts")]
    TooLarge,
    #[error("a batch is not what this protocol sends: {0}")]
    Malformed(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// zstd level: the wire is the slow part, the server the shared one.
const LEVEL: i32 = 1;

/// One batch as bytes on the wire.
#[must_use]
pub fn encode(batch: &PullBatch) -> Vec<u8> {
    let plain = rmp_serde::to_vec_named(batch).expect("a batch holds only plain values");
    let packed = zstd::bulk::compress(&plain, LEVEL).expect("compressing into memory");
    let length = u32::try_from(packed.len()).expect("a batch is far below 4 GiB");
    let mut out = Vec::with_capacity(packed.len() + 4);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&packed);
    out
}

/// Reads the next batch; `None` at a clean end.
///
/// # Errors
/// [`FrameError::Truncated`] when the stream stops inside a frame; what came before stays valid.
pub fn read(from: &mut impl Read) -> Result<Option<PullBatch>, FrameError> {
    let mut length = [0; 4];
    match from.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => exact(from, &mut length[1..])?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > PULL_BATCH_MAX {
        return Err(FrameError::TooLarge);
    }
    let mut packed = vec![0; length];
    exact(from, &mut packed)?;
    let plain = inflate(&packed)?;
    packed::read(&plain).map(Some).map_err(|e| FrameError::Malformed(e.to_string()))
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, FrameError> {
    let mut plain = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(FrameError::Io)?;
    let read = decoder.take(PULL_BATCH_MAX as u64 + 1).read_to_end(&mut plain).map_err(|e| FrameError::Malformed(e.to_string()))?;
    if read > PULL_BATCH_MAX { Err(FrameError::TooLarge) } else { Ok(plain) }
}

fn exact(from: &mut impl Read, into: &mut [u8]) -> Result<(), FrameError> {
    from.read_exact(into).map_err(|e| if e.kind() == ErrorKind::UnexpectedEof { FrameError::Truncated } else { FrameError::Io(e) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::Entry;

    #[test]
    fn a_cut_stream_keeps_whole_batches_and_reports_the_cut() {
        let entries = vec![Entry::Resync, Entry::BackfillEnd];
        let batch = PullBatch { entries, cursor: "c".into(), up_to_date: true, progress: None, head: None };
        let mut bytes = encode(&batch);
        bytes.extend_from_slice(&encode(&batch)[..9]);
        let mut stream = bytes.as_slice();
        let first = read(&mut stream).expect("whole").expect("one");
        assert_eq!(first.entries.len(), 2);
        assert!(matches!(read(&mut stream), Err(FrameError::Truncated)));
    }

    #[test]
    fn bombs_are_refused() {
        let framed = |plain: &[u8]| {
            let packed = zstd::bulk::compress(plain, LEVEL).expect("compressed");
            [&(packed.len() as u32).to_le_bytes()[..], &packed].concat()
        };
        let zeros = framed(&vec![0; PULL_BATCH_MAX + 1]);
        assert!(zeros.len() < 16 * 1024 && matches!(read(&mut zeros.as_slice()), Err(FrameError::TooLarge)));
        let mut nothings = vec![0x91, 0xdd, 0, 0x20, 0, 0];
        nothings.resize(nothings.len() + 0x20_0000, 0xc0);
        assert!(matches!(read(&mut framed(&nothings).as_slice()), Err(FrameError::Malformed(_))));
    }

    #[test]
    fn garbage_is_an_error_not_a_panic() {
        for bytes in [&[9, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9][..], &[255, 255, 255, 255, 0], &[1]] {
            assert!(read(&mut &bytes[..]).is_err());
        }
    }
}
