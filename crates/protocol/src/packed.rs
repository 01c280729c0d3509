//! Reading MessagePack from whoever sent it. A value takes one byte on the wire and some forty in memory,
//! so the values are counted before any is made, and nested ones bounded: the reader calls itself for each level.

use serde::de::DeserializeOwned;

/// Values in one body or batch at most: ten times what the largest honest one has. Some 40 MB in memory.
pub const VALUES_MAX: usize = 1_000_000;

/// Values inside each other at most; ours are some ten deep.
const DEPTH_MAX: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    #[error("it holds more than {VALUES_MAX} values")]
    TooMany,
    #[error("its values are nested more than {DEPTH_MAX} deep")]
    TooDeep,
    #[error(transparent)]
    Malformed(#[from] rmp_serde::decode::Error),
}

/// # Errors
/// `TooMany`, `TooDeep`, `Malformed`.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PackedError> {
    check(bytes, VALUES_MAX)?;
    Ok(rmp_serde::from_slice(bytes)?)
}

/// Refuses more than `most` values, and deep ones. What is torn is looked at as far as it goes.
fn check(bytes: &[u8], most: usize) -> Result<(), PackedError> {
    // How many are still to come, of each value that is not at its end.
    let (mut rest, mut open, mut count) = (bytes, vec![1_u64], 0);
    while let Some(left) = open.last_mut() {
        if *left == 0 {
            open.pop();
            continue;
        }
        *left -= 1;
        if count == most && !rest.is_empty() {
            return Err(PackedError::TooMany);
        }
        let Some((inner, after)) = value(rest) else { return Ok(()) };
        (rest, count) = (after, count + 1);
        if inner > 0 {
            if open.len() > DEPTH_MAX {
                return Err(PackedError::TooDeep);
            }
            open.push(inner);
        }
    }
    Ok(())
}

/// How many values are in the one that begins here, and what comes after its own bytes.
fn value(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (marker, rest) = bytes.split_first()?;
    let sized = |width: usize| -> Option<(u64, &[u8])> {
        let (size, rest) = rest.split_at_checked(width)?;
        Some((size.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), rest))
    };
    let skip = |count: u64, rest: &'_ [u8]| -> Option<usize> { usize::try_from(count).ok().filter(|count| *count <= rest.len()) };
    match marker {
        0x80..=0x8f => Some((2 * u64::from(marker & 0x0f), rest)),
        0x90..=0x9f => Some((u64::from(marker & 0x0f), rest)),
        0xdc => sized(2),
        0xdd => sized(4),
        0xde => sized(2).map(|(count, rest)| (2 * count, rest)),
        0xdf => sized(4).map(|(count, rest)| (2 * count, rest)),
        _ => {
            // Strings and bytes say their length, extensions a type byte more.
            let (count, rest) = match marker {
                0xa0..=0xbf => (u64::from(marker & 0x1f), rest),
                0xc4 | 0xd9 => sized(1)?,
                0xc5 | 0xda => sized(2)?,
                0xc6 | 0xdb => sized(4)?,
                0xc7..=0xc9 => sized(1 << (marker - 0xc7)).map(|(count, rest)| (count + 1, rest))?,
                0xd4..=0xd8 => ((1 << (marker - 0xd4)) + 1, rest),
                0xcc | 0xd0 => (1, rest),
                0xcd | 0xd1 => (2, rest),
                0xca | 0xce | 0xd2 => (4, rest),
                0xcb | 0xcf | 0xd3 => (8, rest),
                _ => (0, rest),
            };
            let count = skip(count, rest)?;
            Some((0, &rest[count..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_bytes::ByteBuf;
    use std::collections::BTreeMap;

    fn counts_more_than(bytes: &[u8], most: usize) -> bool {
        matches!(check(bytes, most), Err(PackedError::TooMany))
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let nested = |depth: usize| [vec![0x91; depth], vec![0xc0]].concat();
        assert!(check(&nested(DEPTH_MAX), VALUES_MAX).is_ok());
        assert!(matches!(check(&nested(DEPTH_MAX + 1), VALUES_MAX), Err(PackedError::TooDeep)));
        assert!(matches!(read::<serde::de::IgnoredAny>(&nested(1_000)), Err(PackedError::TooDeep)));
        let wide = [vec![0xdc, 1, 0], nested(1).repeat(256)].concat();
        assert!(check(&wide, VALUES_MAX).is_ok(), "one beside the other is not deep");
    }

    #[test]
    fn values_of_every_kind_are_counted_and_skipped() {
        let texts = |texts: &[usize]| texts.iter().map(|length| "x".repeat(*length)).collect::<Vec<String>>();
        let mixed = [("a", (u64::MAX, i64::MIN, 0.5, None, texts(&[40, 70_000]))), ("b", (0, -1, 1.0, Some(true), texts(&[])))];
        let mixed = BTreeMap::from(mixed);
        let mixed = rmp_serde::to_vec_named(&mixed).expect("plain values");
        // A map, twice a key and a list of five, the one with two texts.
        let values = 1 + 2 * (1 + 1 + 5) + 2;
        let bytes = rmp_serde::to_vec(&ByteBuf::from(vec![0x93; 300])).expect("plain values");
        for (packed, values) in [(&mixed, values), (&bytes, 1)] {
            assert!(!counts_more_than(packed, values), "{values} are {values}");
            let twice = [&[0x92], packed.as_slice(), packed].concat();
            assert!(counts_more_than(&twice, 2 * values) && !counts_more_than(&twice, 2 * values + 1));
        }
    }

    #[test]
    fn a_body_of_a_million_nothings_is_refused() {
        let nothings = |count: u32| [&[0xdd_u8][..], &count.to_be_bytes(), &vec![0xc0; count as usize]].concat();
        assert_eq!(read::<Vec<()>>(&nothings(500_000)).expect("not too many").len(), 500_000);
        assert!(matches!(read::<Vec<()>>(&nothings(1_000_000)), Err(PackedError::TooMany)));
        assert!(matches!(read::<Vec<()>>(&nothings(1_000_000)[..9]), Err(PackedError::Malformed(_))), "a length that lies is no count");
    }
}
