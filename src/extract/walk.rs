//! The walk through one mail: what was found, what is left of the bounds.

use crate::extract::bounds::Budget;
use crate::extract::sniff::{Kind, kind};
use crate::extract::{Bounds, Looked, Refused, Take, archive, html, mime, tnef};

/// One walk, from the outermost piece to the innermost.
pub(crate) struct Walk<'b, 't> {
    /// What was found so far, but for the candidates.
    pub(crate) looked: Looked,
    /// How many candidates were found so far.
    pub(crate) found: usize,
    /// What may still be unpacked.
    pub(crate) budget: Budget<'b>,
    take: &'b mut Take<'t>,
    out_of_parts: bool,
}

impl<'b, 't> Walk<'b, 't> {
    pub(crate) fn new(bounds: &'b Bounds, take: &'b mut Take<'t>) -> Self {
        Self {
            looked: Looked::default(),
            found: 0,
            budget: Budget::new(bounds),
            take,
            out_of_parts: false,
        }
    }

    /// Looks at a piece, whatever it is, `depth` mails and archives inside the mail.
    pub(crate) fn piece(&mut self, name: &str, bytes: &[u8], depth: usize) {
        match kind(bytes) {
            Kind::Edifact => self.hand_over(name, bytes),
            Kind::Html => self.html(name, bytes),
            Kind::Zip => {
                if self.may_enter(name, depth) {
                    archive::unzip(self, name, bytes, depth + 1);
                }
            }
            Kind::Gzip => {
                if self.may_enter(name, depth) {
                    archive::gunzip(self, name, bytes, depth + 1);
                }
            }
            Kind::Tnef => {
                if self.may_enter(name, depth) {
                    tnef::attachments(self, name, bytes, depth + 1);
                }
            }
            Kind::Mail => self.mail(name, bytes, depth),
            Kind::Unreadable(reason) => self.refuse(name, reason),
            Kind::Other => {}
        }
    }

    /// Looks into a mail inside the mail.
    pub(crate) fn mail(&mut self, name: &str, bytes: &[u8], depth: usize) {
        if self.may_enter(name, depth) {
            mime::mail(self, bytes, name, depth + 1);
        }
    }

    /// Looks at the text of an HTML page.
    pub(crate) fn html(&mut self, name: &str, page: &[u8]) {
        let text = html::text(page);
        if kind(&text) == Kind::Edifact {
            self.hand_over(name, &text);
        }
    }

    /// Takes a part or archive entry from the bounds. Once none is left, says so and stays so.
    pub(crate) fn take_part(&mut self, name: impl FnOnce() -> String) -> bool {
        let taken = self.budget.take_part();
        if !taken && !self.out_of_parts {
            self.out_of_parts = true;
            let parts = self.budget.bounds().parts;
            self.refuse(
                &name(),
                format!("more than {parts} parts and archive entries: the rest was not looked at"),
            );
        }
        taken
    }

    /// Notes what could not be looked into.
    pub(crate) fn refuse(&mut self, name: &str, reason: impl Into<String>) {
        if self.looked.refused.len() < REFUSED_MOST {
            self.looked.refused.push(Refused {
                name: name.to_owned(),
                reason: reason.into(),
            });
        }
    }

    /// Where a piece inside `outer` is found.
    pub(crate) fn inside(outer: &str, name: &str) -> String {
        let separator = if outer.is_empty() { "" } else { "/" };
        [outer, separator, name].concat()
    }

    fn may_enter(&mut self, name: &str, depth: usize) -> bool {
        let most = self.budget.bounds().depth;
        if depth >= most {
            self.refuse(
                name,
                format!("more than {most} mails and archives inside each other"),
            );
        }
        depth < most
    }

    fn hand_over(&mut self, name: &str, bytes: &[u8]) {
        self.found += 1;
        (self.take)(&self.looked.head, name, bytes);
    }
}

/// A person reads them; a hostile archive can hold thousands.
const REFUSED_MOST: usize = 100;
