//! From a file to the picture that is kept: what is read, what is refused, and what is left of it.

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;
use vestibule_app::pictures::canonical::{self, LARGEST_FILE};

const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];

/// A picture with something to see in it.
pub fn photo(width: u32, height: u32) -> DynamicImage {
    let pixel = |x: u32, y: u32| Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, ((x ^ y) % 256) as u8]);
    RgbImage::from_fn(width, height, pixel).into()
}

pub fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// What is kept of a file: its type and its pixels.
fn kept(file: &[u8]) -> (&'static str, DynamicImage) {
    let kept = canonical::of(file).unwrap();
    let format = if kept.media_type == "image/png" { ImageFormat::Png } else { ImageFormat::Jpeg };
    (kept.media_type, image::load_from_memory_with_format(&kept.image, format).unwrap())
}

fn refused(file: &[u8]) -> String {
    canonical::of(file).unwrap_err()
}

/// CRC-32 of a PNG chunk (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(!0, step)
}

/// A PNG of another size than its head says.
fn claims(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

/// A JPEG with a segment behind its start.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

#[test]
fn each_format_is_read_and_made_at_most_512_pixels_long() {
    for format in FORMATS {
        for (from, to) in [
            ((600, 300), (512, 256)),
            ((300, 600), (256, 512)),
            ((512, 512), (512, 512)),
            ((513, 513), (512, 512)),
            ((513, 1), (512, 1)),
            ((40, 20), (40, 20)),
            ((1, 1), (1, 1)),
        ] {
            let (media_type, image) = kept(&file(&photo(from.0, from.1), format));
            assert_eq!((media_type, image.dimensions()), ("image/jpeg", to), "{format:?} {from:?}");
        }
    }
}

#[test]
fn what_shines_through_stays_so() {
    let glass = RgbaImage::from_fn(20, 20, |x, _| Rgba([200, 10, 10, if x < 10 { 0 } else { 255 }]));
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let (media_type, image) = kept(&file(&glass.clone().into(), format));
        assert_eq!(media_type, "image/png", "{format:?}");
        assert_eq!((image.get_pixel(0, 0).0[3], image.get_pixel(19, 0).0[3]), (0, 255), "{format:?}");
    }
}

#[test]
fn of_a_moving_picture_the_first_frame_is_kept() {
    let mut out = Vec::new();
    let mut encoder = GifEncoder::new(&mut out);
    for color in [Rgba([255, 0, 0, 255]), Rgba([0, 0, 255, 255])] {
        encoder.encode_frame(Frame::new(RgbaImage::from_pixel(30, 30, color))).unwrap();
    }
    drop(encoder);
    let pixel = kept(&out).1.get_pixel(15, 15).0;
    assert!(pixel[0] > 240 && pixel[2] < 15, "{pixel:?}");
}

#[test]
fn p19_a_bomb_is_refused_by_its_head() {
    let png = file(&photo(8, 8), ImageFormat::Png);
    for (width, height) in [(50_000, 50_000), (10_001, 1), (1, 10_001), (u32::MAX >> 1, 1), (9_000, 9_000)] {
        let words = refused(&claims(png.clone(), width, height));
        assert!(words.contains("than are decoded"), "{width} × {height}: {words}");
    }
    let mut gif = file(&photo(8, 8), ImageFormat::Gif);
    gif[6..10].fill(0xff);
    assert!(refused(&gif).contains("than are decoded"), "{}", refused(&gif));
    let mut jpeg = file(&photo(8, 8), ImageFormat::Jpeg);
    let frame =
        jpeg.windows(2).position(|pair| pair[0] == 0xff && (pair[1] == 0xc0 || pair[1] == 0xc2)).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    assert!(refused(&jpeg).contains("than are decoded"), "{}", refused(&jpeg));
    // A real one: a gray picture of 100 MB packs into 100 KB.
    let bomb = file(&DynamicImage::new_luma8(10_500, 10_000), ImageFormat::Png);
    assert!(bomb.len() < LARGEST_FILE && refused(&bomb).contains("than are decoded"));
}

#[test]
fn the_bounds_are_where_they_are_said_to_be() {
    assert_eq!(kept(&file(&photo(10_000, 2), ImageFormat::Png)).1.dimensions(), (512, 1));
    assert!(refused(&file(&photo(10_001, 2), ImageFormat::Png)).contains("than are decoded"));
    let mut padded = file(&photo(8, 8), ImageFormat::Png);
    padded.resize(LARGEST_FILE, 0);
    kept(&padded);
    padded.push(0);
    assert_eq!(refused(&padded), "The file is larger than 5 MB.");
}

#[test]
fn what_is_cut_off_or_damaged_is_refused() {
    for format in FORMATS {
        let whole = file(&photo(64, 64), format);
        for part in [whole.len() / 2, whole.len() / 4, 20, 12] {
            let words = refused(&whole[..part]);
            assert!(words.contains("damaged") || words.contains("no PNG"), "{format:?} {part}: {words}");
        }
    }
}

#[test]
fn p19_what_is_no_picture_is_refused_whatever_it_is_called() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html = "<!DOCTYPE html><script>alert(1)</script>";
    let bmp = [b"BM".as_slice(), &[0; 64]].concat();
    let tiff = [b"II*\0".as_slice(), &[0; 64]].concat();
    let others: [&[u8]; 8] = [svg.as_bytes(), html.as_bytes(), b"", b"x", b"%PDF-1.7", &bmp, &tiff, b"GIF87"];
    for other in others {
        assert!(refused(other).contains("no PNG, JPEG, GIF or WebP"), "{:?}", String::from_utf8_lossy(other));
    }
}

#[test]
fn nothing_but_the_pixels_is_kept() {
    const SECRET: &[u8] = b"<script>52.5200 N, 13.4050 E</script>";
    let jpeg = file(&photo(30, 30), ImageFormat::Jpeg);
    let comment = with_segment(&jpeg, 0xfe, SECRET);
    let exif = with_segment(&jpeg, 0xe1, &[b"Exif\0\0MM\0*\0\0\0\x08\0\0".as_slice(), SECRET].concat());
    let behind = [file(&photo(30, 30), ImageFormat::Png), SECRET.to_vec()].concat();
    for file in [comment, exif, behind, [jpeg, SECRET.to_vec()].concat()] {
        assert!(file.windows(SECRET.len()).any(|window| window == SECRET));
        let kept = canonical::of(&file).unwrap().image;
        assert!(!kept.windows(7).any(|window| window == &SECRET[..7]));
    }
}

#[test]
fn a_picture_that_was_taken_sideways_is_turned_upright() {
    // One directory with one entry: orientation (0x0112), a short, once: 6, a quarter turn to the right.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let jpeg = with_segment(&file(&photo(40, 20), ImageFormat::Jpeg), 0xe1, exif);
    assert_eq!(kept(&jpeg).1.dimensions(), (20, 40));
}
