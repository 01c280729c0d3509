//! Marks on paper, and the file made of them: fonts cut to the glyphs that are shown, and for each word that is not
//! written in reading order the text that it stands for.

use crate::DocumentError;
use crate::face::{EM, Face, Word};
use printpdf::{
    Codepoint, Color, DictItem, FontId, Greyscale, Line, LinePoint, Mm, OffsetDateTime, Op, ParsedFont, PdfDocument, PdfFontHandle,
    PdfPage, PdfSaveOptions, Point, Pt, RawImage, TextItem, TextMatrix, XObjectId, XObjectTransform,
};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

/// Points in a millimetre.
pub const MM: f32 = 72.0 / 25.4;
/// Pixels of an image in an inch, where it is drawn one to one.
const DPI: f32 = 300.0;

/// Something on a page; places are points from its left and top, of a text its base line.
pub enum Mark {
    Word {
        x: f32,
        y: f32,
        size: f32,
        grey: f32,
        word: Word,
    },
    /// From the left to the right end.
    Rule {
        x: f32,
        y: f32,
        to: f32,
        thickness: f32,
    },
    Logo {
        x: f32,
        y: f32,
        width: f32,
    },
}

/// One page, points.
pub struct Sheet {
    pub width: f32,
    pub height: f32,
    pub marks: Vec<Mark>,
}

/// What a file is called inside.
pub struct Title<'a> {
    pub title: &'a str,
    pub author: &'a str,
    /// When it was made, ms since the epoch.
    pub at_ms: i64,
}

/// The file.
pub fn save(sheets: Vec<Sheet>, logo: Option<&RawImage>, title: &Title<'_>) -> Result<Vec<u8>, DocumentError> {
    let mut document = PdfDocument::new(title.title);
    document.metadata.info.author = title.author.to_owned();
    document.metadata.info.creator = "Leadline".to_owned();
    if let Ok(at) = OffsetDateTime::from_unix_timestamp(title.at_ms.div_euclid(1_000)) {
        document.metadata.info.creation_date = at;
        document.metadata.info.modification_date = at;
        document.metadata.info.metadata_date = at;
    }
    let fonts = Fonts::of(&sheets);
    for (face, remapper) in &fonts.0 {
        document.resources.fonts.map.insert(id_of(*face), printpdf::PdfFont::new(cut(*face, remapper)?));
    }
    let logo = logo.map(|image| (document.add_image(image), image.width as f32));
    document.pages = sheets.into_iter().map(|sheet| page(sheet, &fonts, logo.as_ref())).collect();
    let options = PdfSaveOptions { subset_fonts: false, image_optimization: None, ..PdfSaveOptions::default() };
    Ok(document.save(&options, &mut Vec::new()))
}

/// The glyphs that are shown of each font, and their numbers in the file.
struct Fonts(BTreeMap<Face, GlyphRemapper>);

impl Fonts {
    fn of(sheets: &[Sheet]) -> Self {
        let mut fonts: BTreeMap<Face, GlyphRemapper> = BTreeMap::new();
        for mark in sheets.iter().flat_map(|sheet| &sheet.marks) {
            if let Mark::Word { word, .. } = mark {
                for glyph in &word.glyphs {
                    fonts.entry(glyph.face).or_default().remap(glyph.id);
                }
            }
        }
        Self(fonts)
    }

    fn number(&self, face: Face, id: u16) -> u16 {
        self.0.get(&face).and_then(|remapper| remapper.get(id)).unwrap_or(0)
    }
}

fn id_of(face: Face) -> FontId {
    FontId(face.name().to_owned())
}

/// The font with nothing but these glyphs.
fn cut(face: Face, remapper: &GlyphRemapper) -> Result<ParsedFont, DocumentError> {
    let unreadable = |what: String| DocumentError::Setting(format!("{}: {what}", face.name()));
    let bytes = subsetter::subset(face.bytes(), 0, remapper).map_err(|e| unreadable(e.to_string()))?;
    let mut font = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new()).ok_or_else(|| unreadable("it can't be cut".to_owned()))?;
    font.font_name = Some(face.name().to_owned());
    Ok(font)
}

fn page(sheet: Sheet, fonts: &Fonts, logo: Option<&(XObjectId, f32)>) -> PdfPage {
    let (width, height) = (sheet.width, sheet.height);
    let mut ops = Vec::new();
    for mark in sheet.marks {
        match mark {
            Mark::Word { x, y, size, grey, word } => set_word(&mut ops, fonts, &word, (x, height - y), size, grey),
            Mark::Rule { x, y, to, thickness } => {
                let point = |x: f32| LinePoint { p: Point { x: Pt(x), y: Pt(height - y) }, bezier: false };
                ops.push(Op::SetOutlineColor { col: grey_of(0.0) });
                ops.push(Op::SetOutlineThickness { pt: Pt(thickness) });
                ops.push(Op::DrawLine { line: Line { points: vec![point(x), point(to)], is_closed: false } });
            }
            Mark::Logo { x, y, width } => {
                let Some((id, pixels)) = logo else { continue };
                let scale = width / (pixels * 72.0 / DPI);
                let transform = XObjectTransform {
                    translate_x: Some(Pt(x)),
                    translate_y: Some(Pt(height - y)),
                    scale_x: Some(scale),
                    scale_y: Some(scale),
                    dpi: Some(DPI),
                    ..XObjectTransform::default()
                };
                ops.push(Op::UseXobject { id: id.clone(), transform });
            }
        }
    }
    PdfPage::new(Mm(width / MM), Mm(height / MM), ops)
}

fn grey_of(percent: f32) -> Color {
    Color::Greyscale(Greyscale { percent, icc_profile: None })
}

fn set_word(ops: &mut Vec<Op>, fonts: &Fonts, word: &Word, (x, y): (f32, f32), size: f32, grey: f32) {
    let says_itself = !word.is_reordered();
    if !says_itself {
        ops.push(stands_for(&word.text));
    }
    ops.push(Op::StartTextSection);
    ops.push(Op::SetFillColor { col: grey_of(grey) });
    let (mut pen, mut face) = (x, None);
    let points = |units: i32| units as f32 * size / EM as f32;
    for glyph in &word.glyphs {
        if face != Some(glyph.face) {
            face = Some(glyph.face);
            ops.push(Op::SetFont { font: PdfFontHandle::External(id_of(glyph.face)), size: Pt(size) });
        }
        let matrix = TextMatrix::Raw([1.0, 0.0, 0.0, 1.0, pen + points(glyph.dx), y + points(glyph.dy)]);
        ops.push(Op::SetTextMatrix { matrix });
        let shown = Codepoint::with_cid(fonts.number(glyph.face, glyph.id), 0.0, glyph.text.clone());
        ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(vec![shown])] });
        pen += points(glyph.advance);
    }
    ops.push(Op::EndTextSection);
    if !says_itself {
        ops.push(Op::EndMarkedContent);
    }
}

/// What viewers search and copy instead of the glyphs up to the end of the marked content.
fn stands_for(text: &str) -> Op {
    let mut data = vec![0xfe, 0xff];
    data.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    let actual = ("ActualText".to_owned(), DictItem::String { data, literal: false });
    Op::BeginMarkedContentWithProperties { tag: "Span".to_owned(), properties: DictItem::Dict { map: [actual].into() } }
}
