//! Setting lines one under the other, on as many pages as they need, or on one as long as they are.

use crate::face::{self, EM, Weight, Word};
use crate::logo;
use crate::pdf::{self, MM, Mark, Sheet, Title};
use crate::{DocumentError, Organisation, Paper};

/// A length on paper, or the size of letters.
pub type Points = f32;

/// Height of a line in its size: room for marks above and below Devanagari.
const LEADING: f32 = 1.42;
/// Where the base line is in a line, from its top.
const BASE: f32 = 1.05;
const LINES_OF_ADDRESS: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Points.
    pub size: f32,
    pub weight: Weight,
    pub align: Align,
    /// 0 is black, 1 white.
    pub grey: f32,
    pub struck: bool,
}

impl Style {
    pub fn plain(size: f32) -> Self {
        Self { size, weight: Weight::Regular, align: Align::Left, grey: 0.0, struck: false }
    }

    pub fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    pub fn to(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub fn quiet(self) -> Self {
        Self { grey: 0.35, ..self }
    }

    pub fn struck(self, struck: bool) -> Self {
        Self { struck, ..self }
    }
}

/// A part of a row: from where to where, points from the left margin.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub from: f32,
    pub to: f32,
}

/// Lines of words, each with its width in points.
struct Set {
    lines: Vec<(Vec<Word>, f32)>,
    style: Style,
}

impl Set {
    fn height(&self) -> f32 {
        self.lines.len() as f32 * self.style.size * LEADING
    }
}

pub struct Flow {
    paper: Paper,
    width: f32,
    margin: f32,
    y: f32,
    done: Vec<Sheet>,
    marks: Vec<Mark>,
    logo: Option<printpdf::RawImage>,
}

const A4: (f32, f32) = (210.0 * MM, 297.0 * MM);
/// Room at the foot of a page for its number.
const FOOT: f32 = 12.0 * MM;

impl Flow {
    pub fn new(paper: Paper, logo: Option<&[u8]>) -> Result<Self, DocumentError> {
        let (width, margin) = match paper {
            Paper::A4 => (A4.0, 15.0 * MM),
            Paper::Roll => (80.0 * MM, 4.0 * MM),
        };
        let logo = logo.map(logo::read).transpose()?;
        Ok(Self { paper, width, margin, y: margin, done: Vec::new(), marks: Vec::new(), logo })
    }

    /// Points between the margins.
    pub fn inner(&self) -> f32 {
        self.width - 2.0 * self.margin
    }

    pub fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// A line over the whole width.
    pub fn rule(&mut self, thickness: f32) {
        self.y += 3.0;
        self.marks.push(Mark::Rule { x: self.margin, y: self.y, to: self.width - self.margin, thickness });
        self.y += 3.0;
    }

    /// A text over the whole width, on as many lines as it needs.
    pub fn text(&mut self, text: &str, style: Style) -> Result<(), DocumentError> {
        self.row(&[(Column { from: 0.0, to: self.inner() }, text, style)])
    }

    /// Whether this page has no room for so many points more.
    pub fn needs_page(&self, points: f32) -> bool {
        self.paper == Paper::A4 && self.y + points > A4.1 - self.margin - FOOT && !self.marks.is_empty()
    }

    /// Texts beside each other, their first lines on one base line; on a new page where this one is full.
    pub fn row(&mut self, cells: &[(Column, &str, Style)]) -> Result<(), DocumentError> {
        let sets: Vec<Set> =
            cells.iter().map(|(column, text, style)| set(text, column.to - column.from, *style)).collect::<Result<_, _>>()?;
        let base = sets.iter().map(|set| set.style.size * BASE).fold(0.0, f32::max);
        let height = sets.iter().map(|set| base - set.style.size * BASE + set.height()).fold(0.0, f32::max);
        if self.needs_page(height) {
            self.new_page();
        }
        for ((column, ..), set) in cells.iter().zip(sets) {
            self.put(*column, base, set);
        }
        self.y += height;
        Ok(())
    }

    fn put(&mut self, column: Column, base: f32, set: Set) {
        let (left, right) = (self.margin + column.from, self.margin + column.to);
        let Style { size, grey, .. } = set.style;
        let mut y = self.y + base;
        for (words, width) in set.lines {
            let mut x = match set.style.align {
                Align::Left => left,
                Align::Centre => left + (right - left - width) / 2.0,
                Align::Right => right - width,
            };
            if set.style.struck && width > 0.0 {
                self.marks.push(Mark::Rule { x, y: y - size * 0.3, to: x + width, thickness: 0.6 });
            }
            for word in words {
                let step = points(word.width(), size) + blank(size);
                self.marks.push(Mark::Word { x, y, size, grey, word });
                x += step;
            }
            y += size * LEADING;
        }
    }

    /// Who gives it out.
    pub fn head(&mut self, of: &Organisation<'_>) -> Result<(), DocumentError> {
        let (name, small) = match self.paper {
            Paper::A4 => (Style::plain(15.0).bold(), Style::plain(9.0)),
            Paper::Roll => (Style::plain(11.0).bold().to(Align::Centre), Style::plain(7.5).to(Align::Centre)),
        };
        let mut column = Column { from: 0.0, to: self.inner() };
        let top = self.y;
        if let Some((width, height)) = self.logo_size() {
            match self.paper {
                Paper::A4 => {
                    self.marks.push(Mark::Logo { x: self.margin, y: top + height, width });
                    column.from = width + 5.0 * MM;
                }
                Paper::Roll => {
                    self.marks.push(Mark::Logo { x: (self.width - width) / 2.0, y: top + height, width });
                    self.y += height + 2.0;
                }
            }
        }
        self.row(&[(column, of.name, name)])?;
        for line in of.address.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES_OF_ADDRESS) {
            self.row(&[(column, line, small)])?;
        }
        if !of.tax_number.trim().is_empty() {
            self.row(&[(column, of.tax_number, small)])?;
        }
        if let Some((_, height)) = self.logo_size().filter(|_| self.paper == Paper::A4) {
            self.y = self.y.max(top + height + 2.0);
        }
        self.rule(0.8);
        Ok(())
    }

    /// Points, as it fits into its corner.
    fn logo_size(&self) -> Option<(f32, f32)> {
        let logo = self.logo.as_ref().filter(|logo| logo.width > 0 && logo.height > 0)?;
        let (most_width, most_height) = match self.paper {
            Paper::A4 => (40.0 * MM, 20.0 * MM),
            Paper::Roll => (40.0 * MM, 16.0 * MM),
        };
        let shape = logo.height as f32 / logo.width as f32;
        let width = most_width.min(most_height / shape);
        Some((width, width * shape))
    }

    /// Begins another page.
    pub fn new_page(&mut self) {
        let height = if self.paper == Paper::A4 { A4.1 } else { self.y + self.margin };
        self.done.push(Sheet { width: self.width, height, marks: std::mem::take(&mut self.marks) });
        self.y = self.margin;
    }

    /// The file; `page` says `page 1 of 2` where there are several.
    pub fn save(mut self, title: &Title<'_>, page: impl Fn(usize, usize) -> String) -> Result<Vec<u8>, DocumentError> {
        self.new_page();
        let mut sheets = std::mem::take(&mut self.done);
        let count = sheets.len();
        for (n, sheet) in sheets.iter_mut().enumerate().filter(|_| count > 1) {
            let style = Style::plain(8.0).to(Align::Right).quiet();
            let number = set(&page(n + 1, count), self.inner(), style)?;
            self.y = sheet.height - self.margin - style.size;
            self.put(Column { from: 0.0, to: self.inner() }, style.size * BASE, number);
            sheet.marks.append(&mut self.marks);
        }
        pdf::save(sheets, self.logo.as_ref(), title)
    }
}

fn points(units: i32, size: f32) -> f32 {
    units as f32 * size / EM as f32
}

fn blank(size: f32) -> f32 {
    size * 0.26
}

/// Breaks a text into lines no wider than `width`; a word that is wider alone is cut between syllables.
fn set(text: &str, width: f32, style: Style) -> Result<Set, DocumentError> {
    let mut lines: Vec<(Vec<Word>, f32)> = Vec::new();
    for word in face::words(text, style.weight)? {
        for part in fitting(word, width, style)? {
            let wide = points(part.width(), style.size);
            match lines.last_mut() {
                Some((words, so_far)) if *so_far + blank(style.size) + wide <= width => {
                    *so_far += blank(style.size) + wide;
                    words.push(part);
                }
                _ => lines.push((vec![part], wide)),
            }
        }
    }
    Ok(Set { lines, style })
}

fn fitting(word: Word, width: f32, style: Style) -> Result<Vec<Word>, DocumentError> {
    if points(word.width(), style.size) <= width {
        return Ok(vec![word]);
    }
    let mut cuts: Vec<usize> = word.glyphs.iter().map(|glyph| glyph.cluster).chain([word.text.len()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let (mut parts, mut last): (Vec<Word>, Option<Word>) = (Vec::new(), None);
    let mut from = 0;
    for to in cuts.into_iter().filter(|cut| *cut > 0) {
        let longer = face::shaped(&word.text[from..to], style.weight)?;
        match last.take() {
            Some(part) if points(longer.width(), style.size) > width => {
                from += part.text.len();
                parts.push(part);
                last = Some(face::shaped(&word.text[from..to], style.weight)?);
            }
            _ => last = Some(longer),
        }
    }
    parts.extend(last);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// Nothing that was typed is lost at the end of a line, and no line is too long.
        #[test]
        fn lines_hold_every_word_and_fit(text in "[a-zA-Z0-9₹,. \u{905}-\u{939}\u{93e}-\u{94d}]{0,120}", width in 40_u16..300) {
            let style = Style::plain(9.0);
            let set = set(&text, f32::from(width), style).expect("it sets");
            let kept: String = set.lines.iter().flat_map(|(words, _)| words).map(|word| word.text.as_str()).collect();
            let typed: String = text.split_whitespace().collect();
            prop_assert_eq!(kept, typed);
            for (words, wide) in &set.lines {
                prop_assert!(*wide <= f32::from(width) || words.iter().all(|word| word.glyphs.len() < 8), "{} in {}", wide, width);
            }
        }
    }
}
