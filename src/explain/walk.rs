//! The way through a file: what begins, what ends, and each piece in between.

use std::collections::VecDeque;

use crate::edifact::charset::Charset;
use crate::edifact::envelope::next_start;
use crate::edifact::scan::Scanner;
use crate::edifact::separators::Separators;
use crate::edifact::{Finding, FindingCode};
use crate::explain::piece::{Piece, PieceKind};
use crate::explain::value::Reader;
use crate::message::mscons::{File, Interchange, Message};
use crate::text::Language;

/// A step of the way through a file.
#[derive(Debug)]
pub enum Step<'f> {
    /// An interchange begins.
    Interchange(&'f Interchange),
    /// A message begins.
    Message(&'f Message),
    /// The message has ended.
    EndOfMessage,
    /// A piece of the file, with the findings about it.
    Piece(Piece<'f>),
    /// Findings about the interchange as a whole, at its end.
    Findings(Vec<&'f Finding>),
}

/// The way through a file, from its first byte to its last. Each piece is made when it is asked for.
pub struct Walk<'f> {
    bytes: &'f [u8],
    language: Language,
    scanner: Scanner<'f>,
    /// The interchanges that have not begun.
    interchanges: std::slice::Iter<'f, Interchange>,
    /// Findings outside of any interchange.
    strays: VecDeque<&'f Finding>,
    /// How far the file is told.
    told: usize,
    under_way: Option<UnderWay<'f>>,
    /// Steps that are made, and not yet given.
    ready: VecDeque<Step<'f>>,
    is_at_end: bool,
}

/// The interchange under way.
struct UnderWay<'f> {
    interchange: &'f Interchange,
    charset: Charset,
    reader: Reader,
    findings: VecDeque<&'f Finding>,
    /// The messages that have not begun.
    messages: std::slice::Iter<'f, Message>,
    message: Option<&'f Message>,
    /// Segments of the interchange so far, and those before the message.
    number: u32,
    before_message: u32,
}

impl<'f> Walk<'f> {
    /// The way through a file that was read from these bytes.
    pub fn new(bytes: &'f [u8], file: &'f File, language: Language) -> Self {
        Self {
            bytes,
            language,
            scanner: Scanner::new(bytes, 0, Separators::DEFAULT),
            interchanges: file.interchanges.iter(),
            strays: in_order(&file.findings).into(),
            told: 0,
            under_way: None,
            ready: VecDeque::new(),
            is_at_end: false,
        }
    }

    /// Begins the next interchange, or tells what is behind the last.
    fn begin(&mut self) {
        let Some(interchange) = self.interchanges.next() else {
            self.stray(self.bytes.len());
            self.is_at_end = true;
            return;
        };
        self.stray(interchange.bytes.start);
        self.ready.push_back(Step::Interchange(interchange));
        let Some(start) = next_start(self.bytes, interchange.bytes.start) else {
            return; // Cannot be: the interchange was found by it.
        };
        let mut findings: VecDeque<_> = in_order(&interchange.findings).into();
        if start.unb > start.begin {
            let mut una = Piece::of_service_characters(self.bytes, &start, self.language);
            let is_of_una = |finding: &&Finding| finding.code == FindingCode::BadServiceCharacters;
            if findings.front().is_some_and(is_of_una) {
                una.findings.extend(findings.pop_front());
            }
            self.ready.push_back(Step::Piece(una));
        }
        self.told = start.unb;
        self.scanner.go_on(start.unb, start.separators);
        self.under_way = Some(UnderWay {
            interchange,
            charset: Charset::Latin1,
            reader: Reader::new(self.language),
            findings,
            messages: interchange.messages.iter(),
            message: None,
            number: 0,
            before_message: 0,
        });
    }

    /// Tells the bytes up to here, which belong to no interchange, if they are more than blanks.
    fn stray(&mut self, to: usize) {
        let between = self.bytes.get(self.told..to).unwrap_or_default();
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0);
        let text = between.strip_prefix(BOM).unwrap_or(between);
        let blanks = text.iter().take_while(|byte| is_blank(byte)).count();
        let from = to - (text.len() - blanks);
        if from < to {
            let stray = Piece::unread(
                PieceKind::Stray,
                self.bytes,
                from..to,
                Charset::Latin1,
                self.language,
            );
            self.ready.push_back(Step::Piece(Piece {
                findings: until(&mut self.strays, to),
                ..stray
            }));
        }
    }

    /// Tells the next segment of the interchange under way, or how it ends.
    fn go_on(&mut self, mut under_way: UnderWay<'f>) {
        let end = under_way.interchange.bytes.end;
        // Behind UNZ nothing is looked for: the next interchange has its own terminator.
        let is_told = self.told >= end;
        let segment = if is_told { None } else { self.scanner.next() };
        let Some(segment) = segment.filter(|segment| segment.offset < end) else {
            let rest = self.scanner.rest().filter(|rest| *rest < end && !is_told);
            let rest = rest.map(|rest| {
                let (kind, charset) = (PieceKind::Rest, under_way.charset);
                Piece::unread(kind, self.bytes, rest..end, charset, self.language)
            });
            under_way.end(rest, &mut self.ready);
            self.told = end;
            return;
        };
        self.told = segment.end;
        if !segment.text.is_empty() {
            under_way.number = under_way.number.saturating_add(1);
            if under_way.number == 1 {
                let code = segment.component(1, 0).unwrap_or_default();
                under_way.charset = Charset::from_code(&code).unwrap_or(Charset::Latin1);
            }
            let (charset, reader) = (under_way.charset, &mut under_way.reader);
            let piece = Piece::of_segment(self.bytes, &segment, charset, self.language, reader);
            under_way.tell(piece, &mut self.ready);
        }
        self.under_way = Some(under_way);
    }
}

impl<'f> Iterator for Walk<'f> {
    type Item = Step<'f>;

    fn next(&mut self) -> Option<Step<'f>> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some(step);
            }
            match self.under_way.take() {
                Some(under_way) => self.go_on(under_way),
                None if self.is_at_end => return None,
                None => self.begin(),
            }
        }
    }
}

impl<'f> UnderWay<'f> {
    /// Tells a segment; before it, what ends and what begins there.
    fn tell(&mut self, piece: Piece<'f>, ready: &mut VecDeque<Step<'f>>) {
        let at = piece.bytes.start;
        if self.message.is_some_and(|message| message.bytes.end <= at) {
            self.end_message(ready);
        }
        let next = self.messages.as_slice().first();
        if let Some(message) = next.filter(|next| self.message.is_none() && next.bytes.start <= at)
        {
            self.messages.next();
            self.message = Some(message);
            self.before_message = self.number.saturating_sub(1);
            ready.push_back(Step::Message(message));
        }
        ready.push_back(Step::Piece(Piece {
            number: self.number.saturating_sub(self.before_message),
            findings: until(&mut self.findings, piece.bytes.end),
            ..piece
        }));
    }

    /// Tells the rest without a terminator, if there is one, and what was found at the end.
    fn end(&mut self, rest: Option<Piece<'f>>, ready: &mut VecDeque<Step<'f>>) {
        if let Some(rest) = rest {
            ready.push_back(Step::Piece(Piece {
                findings: until(&mut self.findings, rest.bytes.end),
                ..rest
            }));
        }
        if self.message.is_some() {
            self.end_message(ready);
        }
        let left: Vec<&Finding> = self.findings.drain(..).collect();
        if !left.is_empty() {
            ready.push_back(Step::Findings(left));
        }
    }

    fn end_message(&mut self, ready: &mut VecDeque<Step<'f>>) {
        self.message = None;
        self.before_message = 0;
        ready.push_back(Step::EndOfMessage);
    }
}

/// All findings of a file, in the order in which [`Walk`] tells them.
pub fn findings(file: &File) -> Vec<&Finding> {
    let mut strays = in_order(&file.findings).into();
    let mut all = Vec::new();
    for interchange in &file.interchanges {
        all.extend(until(&mut strays, interchange.bytes.start));
        all.extend(in_order(&interchange.findings));
    }
    all.extend(strays);
    all
}

/// Findings in the order of their places.
fn in_order(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.place.offset_bytes);
    sorted
}

/// Takes the findings in front of this place.
fn until<'f>(findings: &mut VecDeque<&'f Finding>, to: usize) -> Vec<&'f Finding> {
    let is_before = |finding: &&Finding| finding.place.offset_bytes < to as u64;
    let count = findings.iter().take_while(|one| is_before(one)).count();
    findings.drain(..count).collect()
}

const BOM: &[u8] = b"\xEF\xBB\xBF";
