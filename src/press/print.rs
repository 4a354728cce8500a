//! A report that is made, as files and as mails.

use crate::chart::png::{Theme, png};
use crate::clock;
use crate::config::report::{Attachment, Report};
use crate::config::smtp::address;
use crate::ingest::Draft;
use crate::mail::compose::{Attached, Html, Letter, Picture, compose};
use crate::market::calendar::UtcTime;
use crate::press::{Press, PressError};
use crate::report::content::Content;
use crate::report::html::html;
use crate::report::pdf::pdf;
use crate::report::plain::plain;
use crate::report::span::Span;
use crate::store::outbox::{Purpose, Route, Written};
use crate::text::Text;

/// A report that is made.
#[derive(Debug)]
pub struct Made {
    /// What it says.
    pub content: Content,
    /// Its name in files: `weekly-2026-11-16`.
    pub stem: String,
    /// The files that go with it.
    pub files: Vec<File>,
    text: Text,
}

/// A file that goes with a report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Its name, in ASCII.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Made {
    pub(super) fn new(
        report: &Report,
        span: &Span,
        content: Content,
        values: Vec<File>,
        text: &Text,
    ) -> Result<Self, PressError> {
        let mut made = Self {
            stem: format!("{}-{}", report.name, span.file_name()),
            content,
            files: Vec::new(),
            text: text.clone(),
        };
        if report.attach.contains(&Attachment::Pdf) {
            made.files.push(File {
                name: format!("{}.pdf", made.stem),
                media_type: "application/pdf",
                bytes: made.pdf()?,
            });
        }
        made.files.extend(values);
        Ok(made)
    }

    /// As plain text.
    pub fn plain(&self) -> String {
        plain(&self.content)
    }

    /// As PDF.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn pdf(&self) -> Result<Vec<u8>, PressError> {
        Ok(pdf(&self.content, &self.text)?)
    }

    /// As one HTML document that shows its charts by itself.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn page(&self) -> Result<String, PressError> {
        use base64::Engine as _;
        let mut pictures = Vec::new();
        for chart in self.content.charts() {
            let png = png(&chart.svg, Theme::Light, SCALE)?;
            let coded = base64::engine::general_purpose::STANDARD.encode(png);
            pictures.push(format!("data:image/png;base64,{coded}"));
        }
        let mut pictures = pictures.into_iter();
        Ok(html(&self.content, &self.text, |_, _| {
            pictures.next().unwrap_or_default()
        })?)
    }

    /// As a mail from one to one.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn mail(
        &self,
        (from, to): (&str, &str),
        message_id: &str,
        written: UtcTime,
    ) -> Result<Vec<u8>, PressError> {
        let prepared = self.prepare()?;
        let mail = prepared.compose(self, (from, to), message_id, written)?;
        Ok(mail.into_bytes())
    }

    fn prepare(&self) -> Result<Prepared, PressError> {
        let id = |number: usize| format!("chart-{number}.{}@report", self.stem);
        let mut pictures = Vec::new();
        for (number, chart) in (1..).zip(self.content.charts()) {
            pictures.push((
                id(number),
                format!("chart-{number}.png"),
                png(&chart.svg, Theme::Light, SCALE)?,
            ));
        }
        Ok(Prepared {
            html: html(&self.content, &self.text, |number, _| {
                format!("cid:{}", id(number))
            })?,
            plain: self.plain(),
            pictures,
        })
    }
}

/// What is the same in the mails of all recipients.
struct Prepared {
    html: String,
    plain: String,
    /// ID, name, PNG.
    pictures: Vec<(String, String, Vec<u8>)>,
}

impl Prepared {
    fn compose(
        &self,
        made: &Made,
        (from, to): (&str, &str),
        message_id: &str,
        written: UtcTime,
    ) -> Result<crate::mail::compose::Outgoing, PressError> {
        let pictures: Vec<Picture<'_>> = self
            .pictures
            .iter()
            .map(|(id, name, bytes)| Picture { id, name, bytes })
            .collect();
        let attachments: Vec<Attached<'_>> = made
            .files
            .iter()
            .map(|file| Attached {
                name: &file.name,
                media_type: file.media_type,
                bytes: &file.bytes,
            })
            .collect();
        Ok(compose(&Letter {
            from,
            to,
            subject: &made.content.subject(),
            text: &self.plain,
            html: Some(Html {
                document: &self.html,
                pictures: &pictures,
            }),
            attachments: &attachments,
            message_id,
            written: u64::try_from(written.seconds()).unwrap_or(0),
        })?)
    }
}

impl Press {
    /// The mails of a report that is made, one for each recipient. `reference` names what they were
    /// written for; it is never used again.
    ///
    /// # Errors
    /// [`PressError`].
    pub fn mails(
        &self,
        made: &Made,
        report: &Report,
        reference: &str,
        now: UtcTime,
    ) -> Result<Vec<Draft>, PressError> {
        let sender = self.orders().sender.clone();
        if sender.is_empty() {
            return Err(PressError::NoServer);
        }
        if report.recipients.is_empty() {
            return Err(PressError::NoRecipients);
        }
        let prepared = made.prepare()?;
        let mut drafts = Vec::with_capacity(report.recipients.len());
        for (number, recipient) in (1..).zip(&report.recipients) {
            let message_id = message_id(reference, number, &sender);
            let mail = prepared.compose(made, (&sender, recipient), &message_id, now)?;
            let written = Written {
                purpose: Purpose::Report,
                route: Route::Main,
                from: mail.from().to_owned(),
                to: mail.to().to_owned(),
                subject: made.content.subject(),
                message_id,
                reference: String::new(),
                partner: String::new(),
                request: None,
                answers: None,
                bytes: mail.into_bytes(),
            };
            drafts.push(Draft::new(move |_| Ok(written)));
        }
        Ok(drafts)
    }
}

/// What names the mails of a report that a person sends.
pub fn by_hand(report: &Report, now: UtcTime) -> String {
    format!("{}.hand-{}-{}", report.name, now.seconds(), clock::jitter())
}

/// `weekly.1795496400.2.report@example.org`.
pub fn message_id(reference: &str, number: usize, sender: &str) -> String {
    let domain = address(sender).and_then(|address| address.rsplit_once('@'));
    let domain = domain.map_or("localhost", |(_, domain)| domain);
    format!("{reference}.{number}.report@{domain}")
}

/// Sharp on screens of two pixels a point; a picture of a chart has some 40 KB.
const SCALE: f32 = 2.0;
