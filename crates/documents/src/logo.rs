//! The organisation's logo: a small PNG, checked before it is kept and read when it is printed.

use crate::DocumentError;
use png::{ColorType, Decoder, Limits, Transformations};
use printpdf::{RawImage, RawImageData, RawImageFormat};
use std::io::Cursor;

/// Size of the file, bytes: it travels with the organisation's settings.
pub const LOGO_BYTES_MAX: usize = domain::limits::LOGO_MAX;
/// Longest side, pixels.
pub const LOGO_SIDE_MAX: u32 = 1_000;
/// What reading one may take, bytes.
const MEMORY_MAX: usize = 16 * 1024 * 1024;

/// Checks that this is a PNG that can be printed.
///
/// # Errors
/// `Logo`, saying what is wrong with it.
pub fn check(file: &[u8]) -> Result<(), DocumentError> {
    read(file).map(drop)
}

pub fn read(file: &[u8]) -> Result<RawImage, DocumentError> {
    let wrong = |text: String| DocumentError::Logo(text);
    if file.len() > LOGO_BYTES_MAX {
        return Err(wrong(format!("The logo has {} KB; {} KB is the most. Save it smaller.", file.len() / 1024, LOGO_BYTES_MAX / 1024)));
    }
    let no_png = |e: png::DecodingError| wrong(format!("The logo is no PNG file that can be read ({e})."));
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: MEMORY_MAX });
    decoder.set_transformations(Transformations::normalize_to_color8());
    // Before anything of the size that it names is read.
    let (width, height) = decoder.read_header_info().map(|info| (info.width, info.height)).map_err(no_png)?;
    if width > LOGO_SIDE_MAX || height > LOGO_SIDE_MAX {
        return Err(wrong(format!("The logo is {width} × {height} pixels; {LOGO_SIDE_MAX} a side is the most.")));
    }
    let mut reader = decoder.read_info().map_err(no_png)?;
    let size = reader.output_buffer_size().filter(|size| *size <= MEMORY_MAX);
    let mut pixels = vec![0; size.ok_or_else(|| wrong("The logo is too large to print.".to_owned()))?];
    let frame = reader.next_frame(&mut pixels).map_err(no_png)?;
    pixels.truncate(frame.buffer_size());
    let data_format = match frame.color_type {
        ColorType::Grayscale => RawImageFormat::R8,
        ColorType::GrayscaleAlpha => RawImageFormat::RG8,
        ColorType::Rgb => RawImageFormat::RGB8,
        ColorType::Rgba => RawImageFormat::RGBA8,
        ColorType::Indexed => return Err(wrong("The logo has colours that can't be read.".to_owned())),
    };
    let (width, height) = (frame.width as usize, frame.height as usize);
    Ok(RawImage { pixels: RawImageData::U8(pixels), width, height, data_format, tag: Vec::new() })
}
