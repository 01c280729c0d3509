//! Letters: the fonts, and which glyphs stand where for a text. Devanagari is shaped (matras, conjuncts, reph) by
//! `harfrust`; a text of two scripts is set in two fonts.

use crate::DocumentError;
use harfrust::{Buffer, Font, ShapeOptions, ShaperFont};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Units of all four fonts in an em.
pub const EM: i32 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    Latin,
    LatinBold,
    Devanagari,
    DevanagariBold,
}

impl Face {
    pub const ALL: [Face; 4] = [Face::Latin, Face::LatinBold, Face::Devanagari, Face::DevanagariBold];

    fn of(is_devanagari: bool, weight: Weight) -> Self {
        match (is_devanagari, weight) {
            (false, Weight::Regular) => Face::Latin,
            (false, Weight::Bold) => Face::LatinBold,
            (true, Weight::Regular) => Face::Devanagari,
            (true, Weight::Bold) => Face::DevanagariBold,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Face::Latin => "NotoSans-Regular",
            Face::LatinBold => "NotoSans-Bold",
            Face::Devanagari => "NotoSansDevanagari-Regular",
            Face::DevanagariBold => "NotoSansDevanagari-Bold",
        }
    }

    pub fn bytes(self) -> &'static [u8] {
        match self {
            Face::Latin => include_bytes!("../fonts/NotoSans-Regular.ttf"),
            Face::LatinBold => include_bytes!("../fonts/NotoSans-Bold.ttf"),
            Face::Devanagari => include_bytes!("../fonts/NotoSansDevanagari-Regular.ttf"),
            Face::DevanagariBold => include_bytes!("../fonts/NotoSansDevanagari-Bold.ttf"),
        }
    }

    fn known(self) -> Result<&'static Known, DocumentError> {
        KNOWN.get(&self).ok_or_else(|| DocumentError::Setting(format!("{} can't be read", self.name())))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// A font, read once.
struct Known {
    font: Font,
    /// The letter that a glyph shows by itself.
    letters: BTreeMap<u32, char>,
}

static KNOWN: LazyLock<BTreeMap<Face, Known>> = LazyLock::new(|| {
    let read = |face: Face| {
        let font = Font::new(face.bytes(), 0)?;
        let mut letters = BTreeMap::new();
        for (code, glyph) in font.charmap().unicodes() {
            if let Some(letter) = char::from_u32(code) {
                letters.entry(glyph.to_u32()).or_insert(letter);
            }
        }
        Some((face, Known { font, letters }))
    };
    Face::ALL.into_iter().filter_map(read).collect()
});

const MINUS: char = '−';
const DASH: &str = "–";

/// One glyph, its measures in units of [`EM`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph {
    pub face: Face,
    pub id: u16,
    pub advance: i32,
    pub dx: i32,
    pub dy: i32,
    /// What it stands for where a viewer reads glyph by glyph.
    pub text: String,
    /// Where its syllable begins in the word, bytes.
    pub cluster: usize,
}

/// A text without blanks, shaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub glyphs: Vec<Glyph>,
}

impl Word {
    /// Units of [`EM`].
    pub fn width(&self) -> i32 {
        self.glyphs.iter().map(|glyph| glyph.advance).sum()
    }

    /// Its glyphs do not read back as its text, one after the other.
    pub fn is_reordered(&self) -> bool {
        self.glyphs.iter().map(|glyph| glyph.text.as_str()).collect::<String>() != self.text
    }
}

/// Shapes a text of one line without its outer blanks; what can't be printed is left out.
pub fn words(text: &str, weight: Weight) -> Result<Vec<Word>, DocumentError> {
    text.split_whitespace().map(|word| shaped(word, weight)).filter(|word| word.as_ref().map_or(true, |w| !w.glyphs.is_empty())).collect()
}

pub fn shaped(word: &str, weight: Weight) -> Result<Word, DocumentError> {
    let text: String = word.chars().filter(|c| !c.is_control()).collect();
    let mut glyphs = Vec::new();
    for (at, part) in by_script(&text) {
        let face = Face::of(part.chars().any(is_devanagari), weight);
        // The fonts have no minus sign; a dash of the same length in bytes is drawn, and reads back as one.
        shape_part(face, at, &part.replace(MINUS, DASH), &mut glyphs)?;
    }
    Ok(Word { text, glyphs })
}

fn shape_part(face: Face, at: usize, part: &str, glyphs: &mut Vec<Glyph>) -> Result<(), DocumentError> {
    let known = face.known()?;
    let mut buffer = Buffer::new();
    buffer.push_str(part);
    buffer.guess_segment_properties();
    harfrust::shape(&ShaperFont::new(&known.font), &mut buffer, ShapeOptions::new()).map_err(|e| DocumentError::Setting(e.to_string()))?;
    let infos = buffer.glyph_infos();
    let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
    starts.push(part.len());
    starts.sort_unstable();
    starts.dedup();
    let mut left: BTreeMap<usize, String> = starts.windows(2).map(|two| (two[0], part[two[0]..two[1]].to_owned())).collect();
    // What letters of their own glyphs don't show, the first glyph without a letter does.
    for info in infos {
        let letter = known.letters.get(&info.glyph_id);
        if let Some((text, letter)) = left.get_mut(&(info.cluster as usize)).zip(letter) {
            *text = text.replacen(*letter, "", 1);
        }
    }
    for (info, position) in infos.iter().zip(buffer.glyph_positions()) {
        let cluster = info.cluster as usize;
        let text = match known.letters.get(&info.glyph_id) {
            Some(letter) => letter.to_string(),
            None => left.get_mut(&cluster).map(std::mem::take).filter(|text| !text.is_empty()).unwrap_or_else(|| "\u{200c}".to_owned()),
        };
        glyphs.push(Glyph {
            face,
            id: u16::try_from(info.glyph_id).unwrap_or(0),
            advance: position.x_advance,
            dx: position.x_offset,
            dy: position.y_offset,
            text,
            cluster: at + cluster,
        });
    }
    Ok(())
}

/// The parts of a word that are of one script, each with its place.
fn by_script(word: &str) -> Vec<(usize, &str)> {
    let mut cuts = vec![0];
    let mut was = None;
    for (at, c) in word.char_indices() {
        // A joiner belongs to what it joins.
        let is = if matches!(c, '\u{200c}' | '\u{200d}') { was.unwrap_or(false) } else { is_devanagari(c) };
        if was.is_some_and(|was| was != is) {
            cuts.push(at);
        }
        was = Some(is);
    }
    cuts.push(word.len());
    cuts.windows(2).filter(|two| two[0] < two[1]).map(|two| (two[0], &word[two[0]..two[1]])).collect()
}

fn is_devanagari(c: char) -> bool {
    matches!(c, '\u{0900}'..='\u{097f}' | '\u{a8e0}'..='\u{a8ff}' | '\u{1cd0}'..='\u{1cfa}' | '\u{25cc}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs_of(word: &str) -> Vec<(u16, String)> {
        let word = shaped(word, Weight::Regular).expect("it shapes");
        word.glyphs.into_iter().map(|glyph| (glyph.id, glyph.text)).collect()
    }

    /// The rules of the script, by what no shaping would give.
    #[test]
    fn devanagari_is_shaped() {
        // The short i is written before its consonant.
        let ki: Vec<String> = glyphs_of("कि").into_iter().map(|(_, text)| text).collect();
        assert_eq!(ki, ["ि", "क"]);
        // A conjunct is one glyph, or a half form and a full one: never a visible virama.
        let virama = glyphs_of("\u{25cc}\u{94d}").last().expect("a virama").0;
        for conjunct in ["क्ष", "ज्ञ", "त्र", "श्र", "द्ध", "न्द", "स्त", "ट्ठ", "र्म"]
        {
            let ids: Vec<u16> = glyphs_of(conjunct).into_iter().map(|(id, _)| id).collect();
            assert!(!ids.contains(&virama), "{conjunct}: {ids:?}");
            assert!(ids.len() < conjunct.chars().count(), "{conjunct}: {ids:?}");
        }
        // The reph stands after the syllable that it is read before.
        let dharm = shaped("धर्म", Weight::Bold).expect("it shapes");
        let clusters: Vec<usize> = dharm.glyphs.iter().map(|glyph| glyph.cluster).collect();
        assert_eq!(dharm.glyphs.len(), 3);
        assert_eq!(clusters[1], clusters[2], "the reph is of the last syllable");
    }

    #[test]
    fn nothing_of_our_own_is_a_box() {
        for language in domain::money::Language::ALL {
            let labels = format!("{:?}", crate::labels::Labels::of(language));
            let numbers: Vec<String> = (0..100).map(|n| domain::money::number(n, language, domain::money::Grouping::Indian)).collect();
            let money = ["INR", "USD", "EUR", "GBP", "JPY"].map(|code| {
                let amount = domain::Money::new(-9_876_543_210_123, code.parse().expect("a currency"));
                format!("{} {}", amount.written(), amount.in_words(language))
            });
            for weight in [Weight::Regular, Weight::Bold] {
                for word in words(&format!("{labels} {numbers:?} {money:?}"), weight).expect("it shapes") {
                    assert!(word.glyphs.iter().all(|glyph| glyph.id != 0), "{}", word.text);
                }
            }
        }
    }

    #[test]
    fn each_script_has_its_font_and_nothing_is_missing() {
        let word = shaped("₹1,20,000/अनन्या-A", Weight::Regular).expect("it shapes");
        let faces: Vec<Face> = word.glyphs.iter().map(|glyph| glyph.face).collect();
        assert!(faces.contains(&Face::Latin) && faces.contains(&Face::Devanagari));
        assert!(word.glyphs.iter().all(|glyph| glyph.id != 0), "no box");
        assert!(!shaped("₹1,20,000.50", Weight::Bold).expect("it shapes").is_reordered());
        let minus = shaped("−₹5,000", Weight::Regular).expect("it shapes");
        assert!(minus.glyphs.iter().all(|glyph| glyph.id != 0) && minus.is_reordered(), "a dash that reads as a minus");
        for text in ["", " \n\t ", "\u{0}\u{7}"] {
            assert!(words(text, Weight::Regular).expect("nothing").is_empty(), "{text:?}");
        }
        let odd = words("اسم 名前 😀 \u{94d} \u{200d}\u{200d} ि", Weight::Regular).expect("boxes, and no panic");
        assert_eq!(odd.len(), 6);
    }
}
