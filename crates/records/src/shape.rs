//! What foreign bytes claim to be, read without Automerge. It inflates what is compressed and counts
//! what is repeated without any limit, so a few bytes would cost gigabytes or hours; and a gate needs
//! only the head of a change. Formats: one or more chunks, as `binary-format-spec` of Automerge has them.

use crate::doc::ChangeHash;

/// First bytes of every chunk.
pub(crate) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Checksum bytes, after the magic.
const CHECKSUM: usize = 4;
/// Magic, checksum, type.
pub(crate) const HEADER: usize = 9;
const DOCUMENT: u8 = 0;
/// Type of one uncompressed change.
pub(crate) const CHANGE: u8 = 1;
/// Bit of a column's description: its content is compressed. Ours never is.
const DEFLATED: u64 = 0b1000;
/// A column may say as many values as its chunk has bytes, so many times over: a letter takes one, and each
/// of its deletions is one more.
const VALUES_PER_BYTE: u64 = 4;
/// And so many more: one edit may delete a whole note in a few bytes.
const VALUES_MORE: u64 = 64 * 1024;

/// The head of a change.
pub(crate) struct Head<'a> {
    pub deps: Vec<ChangeHash>,
    pub actor: &'a [u8],
    pub seq: u64,
    pub message: &'a str,
}

/// The head of what is exactly one plain change chunk; `None` for anything else.
pub(crate) fn head(bytes: &[u8]) -> Option<Head<'_>> {
    let mut rest = Reader(bytes);
    let (kind, mut content) = rest.chunk()?;
    if kind != CHANGE || !rest.0.is_empty() { None } else { content.head() }
}

/// Whether these are plain chunks whose columns say no more than chunks of their size can mean.
pub(crate) fn is_bounded(bytes: &[u8]) -> bool {
    let mut rest = Reader(bytes);
    while !rest.0.is_empty() {
        let bounded = rest.chunk().and_then(|(kind, content)| content.columns_are_bounded(kind));
        if bounded != Some(true) {
            return false;
        }
    }
    true
}

#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// LEB128, unsigned.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = *self.take(1)? else { return None };
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// LEB128, signed.
    fn signed(&mut self) -> Option<i64> {
        let mut number: i64 = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = *self.take(1)? else { return None };
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // The sign is the highest bit that was given.
                let given = shift + 7;
                return Some(if given < i64::BITS && byte & 0x40 != 0 { number | (-1 << given) } else { number });
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }

    fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    /// `each`, as often as the number that stands first says.
    fn counted<T>(&mut self, mut each: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.length()?;
        // Each takes a byte at least.
        if count > self.0.len() {
            return None;
        }
        (0..count).map(|_| each(self)).collect()
    }

    fn hash(&mut self) -> Option<ChangeHash> {
        Some(ChangeHash(self.take(32)?.try_into().ok()?))
    }

    /// The next chunk: its type and content.
    fn chunk(&mut self) -> Option<(u8, Reader<'a>)> {
        if self.take(MAGIC.len())? != MAGIC {
            return None;
        }
        self.take(CHECKSUM)?;
        let [kind] = *self.take(1)? else { return None };
        Some((kind, Reader(self.prefixed()?)))
    }

    fn head(&mut self) -> Option<Head<'a>> {
        let deps = self.counted(Self::hash)?;
        let (actor, seq) = (self.prefixed()?, self.number()?);
        let (_start_op, _time) = (self.number()?, self.signed()?);
        Some(Head { deps, actor, seq, message: std::str::from_utf8(self.prefixed()?).ok()? })
    }

    fn columns_are_bounded(mut self, kind: u8) -> Option<bool> {
        let most = (self.0.len() as u64).saturating_mul(VALUES_PER_BYTE).saturating_add(VALUES_MORE);
        let mut columns = match kind {
            DOCUMENT => {
                self.counted(Self::prefixed)?;
                self.counted(Self::hash)?;
                let mut columns = self.counted(Self::column)?;
                columns.extend(self.counted(Self::column)?);
                columns
            }
            CHANGE => {
                self.head()?;
                self.counted(Self::prefixed)?;
                self.counted(Self::column)?
            }
            _ => return Some(false),
        }
        .into_iter();
        columns.try_fold(true, |bounded, (form, length)| {
            let content = Reader(self.take(length)?);
            Some(bounded && form & DEFLATED == 0 && content.values(form)? <= most)
        })
    }

    /// How a column is written, and how long it is.
    fn column(&mut self) -> Option<(u64, usize)> {
        Some((self.number()?, self.length()?))
    }

    /// How many values a column says.
    fn values(self, form: u64) -> Option<u64> {
        match form & 0b111 {
            3 => self.runs(|r| r.signed().map(drop)),
            4 => self.alternating(),
            5 => self.runs(|r| r.prefixed().map(drop)),
            // The bytes themselves: no more than there are.
            7 => Some(0),
            _ => self.runs(|r| r.number().map(drop)),
        }
    }

    /// Runs of equal values, lists of unequal ones, and runs of nothing.
    fn runs(mut self, mut value: impl FnMut(&mut Self) -> Option<()>) -> Option<u64> {
        let mut total: u64 = 0;
        while !self.0.is_empty() {
            let count = self.signed()?;
            total = total.saturating_add(match count {
                0 => self.number()?,
                1.. => value(&mut self).map(|()| count.unsigned_abs())?,
                ..0 => {
                    let count = count.unsigned_abs();
                    // Each takes a byte at least.
                    if count > self.0.len() as u64 {
                        return None;
                    }
                    (0..count).try_for_each(|_| value(&mut self))?;
                    count
                }
            });
        }
        Some(total)
    }

    /// Runs of no and yes in turn.
    fn alternating(mut self) -> Option<u64> {
        let mut total: u64 = 0;
        while !self.0.is_empty() {
            total = total.saturating_add(self.number()?);
        }
        Some(total)
    }
}
