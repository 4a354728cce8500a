//! Style sheet, logo and the one script, inside of the program.

use actix_web::HttpResponse;
use actix_web::http::header;

/// The address of the style sheet: a new one with each version of it, so that it may be cached.
pub(crate) fn style_address() -> String {
    const ADDRESS: u32 = fingerprint(STYLE.as_bytes());
    format!("/assets/style.css?v={ADDRESS:08x}")
}

/// The style sheet.
pub(crate) async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", STYLE)
}

/// The address of the script that copies a field.
pub(crate) fn script_address() -> String {
    const ADDRESS: u32 = fingerprint(COPY.as_bytes());
    format!("/assets/copy.js?v={ADDRESS:08x}")
}

/// The script that copies a field.
pub(crate) async fn script() -> HttpResponse {
    asset("text/javascript; charset=utf-8", COPY)
}

/// The logo.
pub(crate) async fn favicon() -> HttpResponse {
    asset("image/svg+xml", LOGO)
}

fn asset(media_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .body(body)
}

/// FNV-1a: enough to tell two versions of a file apart.
const fn fingerprint(bytes: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        hash = (hash ^ *first as u32).wrapping_mul(0x0100_0193);
        rest = after;
    }
    hash
}

const COPY: &str = include_str!("assets/copy.js");
const STYLE: &str = include_str!("assets/style.css");
const LOGO: &str = include_str!("assets/logo.svg");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::svg::COLOURS;

    #[test]
    fn the_style_sheet_dresses_every_colour_of_the_charts_for_light_and_dark() {
        for colour in COLOURS {
            for value in [colour.light, colour.dark] {
                let rule = format!("{}: {value};", colour.variable);
                assert!(STYLE.contains(&rule), "{rule} is not in style.css");
            }
        }
    }

    #[test]
    fn a_changed_style_sheet_has_another_address() {
        assert_ne!(fingerprint(b"a"), fingerprint(b"b"));
        assert_eq!(fingerprint(b"a"), 0xe40c_292c);
    }
}
