//! From bytes that anybody may have made to the picture that is kept: pure, and bounded before anything is decoded.
//!
//! What is kept was encoded here: at most 512 pixels high and wide, PNG or JPEG, the first frame, turned upright, without
//! anything else that the file carried (places, comments, a second file behind the picture).

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};
use std::io::Cursor;

/// The largest file that is looked at, in bytes.
pub const LARGEST_FILE: usize = 5 * 1024 * 1024;
/// The longest side of what is kept, in pixels.
const LONGEST_SIDE: u32 = 512;
/// The longest side of what is decoded, in pixels, and the most memory that its pixels may take, in bytes.
const LONGEST_DECODED_SIDE: u32 = 10_000;
const MOST_MEMORY: u64 = 100 * 1024 * 1024;
/// How good a JPEG is made, of 100.
const QUALITY: u8 = 85;

/// What is said of a file that cannot be decoded.
pub(super) const DAMAGED: &str = "The picture is damaged, or cut off.";

/// A picture as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// `image/png` if anything shines through, else `image/jpeg`.
    pub media_type: &'static str,
    /// The file.
    pub image: Vec<u8>,
}

/// Makes a picture of a file. The type is told by the content alone.
///
/// # Errors
/// A sentence that says what is wrong with the file.
pub fn of(file: &[u8]) -> Result<Canonical, String> {
    if file.len() > LARGEST_FILE {
        return Err(format!("The file is larger than {} MB.", LARGEST_FILE / 1024 / 1024));
    }
    let reader = Cursor::new(file);
    let decoded = match image::guess_format(file) {
        Ok(ImageFormat::Png) => decode(PngDecoder::with_limits(reader, limits())),
        Ok(ImageFormat::Jpeg) if !ends(file) => Err(DAMAGED.to_owned()),
        Ok(ImageFormat::Jpeg) => decode(JpegDecoder::new(reader)),
        Ok(ImageFormat::Gif) => decode(GifDecoder::new(reader)),
        Ok(ImageFormat::WebP) => decode(WebPDecoder::new(reader)),
        _ => Err("The file is no PNG, JPEG, GIF or WebP picture.".to_owned()),
    };
    encode(&smaller(decoded?))
}

/// Whether the end of a JPEG's last scan is there: the decoder would make up what is missing. Inside of a scan neither marker
/// can stand (ITU T.81, B.1.1.5).
fn ends(jpeg: &[u8]) -> bool {
    let last = |marker: [u8; 2]| jpeg.windows(2).rposition(|pair| pair == marker);
    last([0xff, 0xd9]) > last([0xff, 0xda])
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LONGEST_DECODED_SIDE);
    limits.max_image_height = Some(LONGEST_DECODED_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

/// Decodes a picture whose head was read, if it is not too large for that.
fn decode(head: Result<impl ImageDecoder, ImageError>) -> Result<DynamicImage, String> {
    let mut decoder = head.map_err(|error| unreadable(&error))?;
    let (width, height) = decoder.dimensions();
    let side = width.max(height);
    if side > LONGEST_DECODED_SIDE || decoder.total_bytes() > MOST_MEMORY {
        return Err(too_large(width, height));
    }
    decoder.set_limits(limits()).map_err(|error| unreadable(&error))?;
    let orientation = decoder.orientation().map_err(|error| unreadable(&error))?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn too_large(width: u32, height: u32) -> String {
    format!("The picture has {width} × {height} pixels, more than are decoded.")
}

fn unreadable(error: &ImageError) -> String {
    match error {
        ImageError::Limits(_) => "The picture has more pixels than are decoded.".to_owned(),
        _ => DAMAGED.to_owned(),
    }
}

fn smaller(image: DynamicImage) -> DynamicImage {
    if image.width() <= LONGEST_SIDE && image.height() <= LONGEST_SIDE {
        return image;
    }
    image.resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::Triangle)
}

fn encode(image: &DynamicImage) -> Result<Canonical, String> {
    let failed = |_: ImageError| "The picture cannot be kept.".to_owned();
    let mut out = Cursor::new(Vec::new());
    let shines_through = image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255);
    if shines_through {
        let pixels = DynamicImage::ImageRgba8(image.to_rgba8());
        pixels.write_to(&mut out, ImageFormat::Png).map_err(failed)?;
        return Ok(Canonical { media_type: "image/png", image: out.into_inner() });
    }
    image.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).map_err(failed)?;
    Ok(Canonical { media_type: "image/jpeg", image: out.into_inner() })
}
