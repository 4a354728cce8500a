//! Attachments in Outlook's own container, `winmail.dat` (MS-OXTNEF).
//!
//! Exchange sends it to partners whom it believes to use Outlook; then the files are nowhere else.

use std::borrow::Cow;

use crate::extract::head::{NAME_CHARS, display};
use crate::extract::walk::Walk;

/// Looks at each attached file of the container.
pub(crate) fn attachments(walk: &mut Walk<'_, '_>, name: &str, container: &[u8], depth: usize) {
    let mut file_name = Cow::Borrowed(UNNAMED);
    let mut file: Option<&[u8]> = None;
    // The title of a file may stand before or after its content; a rendering begins the next file.
    let end = Some((ATTACHMENT_BEGINS, &b""[..]));
    for (id, data) in Attributes::new(container).chain(end) {
        match id {
            ATTACHMENT_BEGINS => {
                if let Some(bytes) = file.take() {
                    if !walk.take_part(|| name.to_owned()) {
                        return;
                    }
                    walk.piece(&Walk::inside(name, &file_name), bytes, depth);
                }
                file_name = Cow::Borrowed(UNNAMED);
            }
            ATTACHMENT_TITLE => {
                let title = data.split(|&byte| byte == 0).next().unwrap_or_default();
                file_name = display(&String::from_utf8_lossy(title), NAME_CHARS).into();
            }
            ATTACHMENT_DATA => file = Some(data),
            _ => {}
        }
    }
}

/// The attributes of a container: identifier and data (MS-OXTNEF 2.1.3.2). A cut container ends
/// early.
#[derive(Debug)]
struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Attributes<'a> {
    fn new(container: &'a [u8]) -> Self {
        // Signature (4 bytes) and key (2) go before the first attribute.
        Self {
            rest: container.get(6..).unwrap_or_default(),
        }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (_level, rest) = self.rest.split_first()?;
        let (id, rest) = rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (data, rest) = rest.split_at_checked(length)?;
        self.rest = rest.get(2..).unwrap_or_default(); // A checksum: ours are over the content.
        Some((u32::from_le_bytes(*id), data))
    }
}

const UNNAMED: &str = "attachment";
/// attAttachRendData.
const ATTACHMENT_BEGINS: u32 = 0x0006_9002;
/// attAttachTitle.
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
/// attAttachData.
const ATTACHMENT_DATA: u32 = 0x0006_800F;
