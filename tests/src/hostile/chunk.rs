//! Automerge chunks put in order again after a mutation: lengths and checksums as an attacker, who can
//! compute them, would write them. Without that no mutation gets past the first comparison.

use sha2::{Digest as _, Sha256};

/// First bytes of every chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Magic, checksum, type.
const HEADER: usize = 9;

/// Each chunk with its true length and checksum. A chunk reaches to the next magic.
#[must_use]
pub fn repaired(bytes: &[u8]) -> Vec<u8> {
    let mut starts: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, four)| *four == MAGIC).map(|(at, _)| at).collect();
    let Some(first) = starts.first().copied() else { return bytes.to_vec() };
    starts.push(bytes.len());
    let mut out = bytes[..first].to_vec();
    for pair in starts.windows(2) {
        out.extend(one(&bytes[pair[0]..pair[1]]));
    }
    out
}

fn one(chunk: &[u8]) -> Vec<u8> {
    let Some(rest) = chunk.get(HEADER..) else { return chunk.to_vec() };
    let length = rest.iter().take(9).take_while(|byte| **byte & 0x80 != 0).count() + 1;
    written(chunk[8], rest.get(length..).unwrap_or_default())
}

/// A chunk of this type and content.
#[must_use]
pub fn written(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    leb128(&mut hashed, content.len() as u64);
    hashed.extend_from_slice(content);
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&Sha256::digest(&hashed)[..4]);
    out.extend(hashed);
    out
}

/// A change that sets one key a billion times, in less than a hundred bytes.
#[must_use]
pub fn endless() -> Vec<u8> {
    const BILLION: [u8; 5] = [0x80, 0x80, 0x80, 0x80, 0x04];
    let columns: [(u8, &[u8]); 5] = [(0x15, &[1, b'k']), (0x34, &[]), (0x42, &[1]), (0x56, &[0]), (0x70, &[0])];
    // No dependency, an actor, sequence and operation 1, time 0, no message, no other actor.
    let mut content = vec![0, 1, 7, 1, 1, 0, 0, 0, 5];
    columns.iter().for_each(|(form, value)| content.extend([*form, (BILLION.len() + value.len()) as u8]));
    columns.iter().for_each(|(_, value)| content.extend(BILLION.iter().chain(*value)));
    written(1, &content)
}

/// An unsigned number as Automerge writes it.
pub fn leb128(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hostile::office::template;

    #[test]
    fn an_honest_document_stays_as_it_is_and_a_changed_one_gets_its_checksum() {
        let blob = &template().blob;
        assert_eq!(repaired(blob), *blob);
        let mut cut = blob.clone();
        cut.remove(40);
        let again = repaired(&cut);
        assert_ne!(again[4..8], blob[4..8]);
        assert_eq!(repaired(&again), again);
    }
}
