//! Puts messages before the rules of the market: structure, data elements and codes by MIG and AHB.
//!
//! The rules are those of crate `edi-energy`, read from the documents of the market. A message is
//! cut by the reader's own scanner and asked about as a [`skeleton`]: what repeats is left out, and
//! what the rules said of a shape is kept, so that 100,000 mails of one shape cost one look. What is
//! said is mapped back to segment, byte and value of the message itself.
//!
//! What is not looked at: what a value means beside another (sums, gaps, the order of times), how
//! often a group stands beyond twice (the MIG allows 9,999 values a LIN), and what only a partner
//! could know (roles, what was ordered). Envelope counts, numbers, times and check digits are the
//! reader's to find.
//!
//! ```
//! use mscons_gateway::message::ahb::{Effort, Rules};
//! use mscons_gateway::message::mscons;
//!
//! let bytes = b"UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+R1++VL'\
//!     UNH+1+MSCONS:D:04B:UN:2.2e'BGM+7+D1+9'UNT+3+1'UNZ+1+R1'";
//! let file = mscons::read(bytes);
//! let interchange = &file.interchanges[0];
//! let message = &interchange.messages[0];
//! let verdict = Rules::default().check(bytes, interchange, message, &mut Effort::default());
//! assert_eq!(verdict.basis.to_string(), "checked: 0 AHB rules (no profile for MSCONS 2.2e)");
//! ```

mod cache;
mod case;
mod excuse;
mod judge;
mod shape;
mod skeleton;
mod verdict;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use edi_energy::{MessageType, Pruefidentifikator};
use edifact_rs::{Element, Segment as Asked};

use crate::edifact::Place;
use crate::edifact::scan::Segment;
use crate::message::mscons::{Interchange, Message};
use crate::message::reading::Syntax;
use cache::{Cache, fingerprint};
use case::{Case, Head};
use judge::{Issue, judge};
use skeleton::{Builder, Skeleton};

pub use excuse::{Becomes, EXCUSES, Excuse, excuse};
pub use verdict::{Basis, Remark, Verdict};

/// The rules, and what they said of shapes that were seen. To be shared by all who check.
#[derive(Debug, Default)]
pub struct Rules {
    cases: Mutex<HashMap<(MessageType, String, u32), Arc<Case>>>,
    seen: Mutex<Cache>,
}

impl Rules {
    /// What the rules say of a message. `file` is what interchange and message were read from;
    /// `effort` is that of the file.
    pub fn check(
        &self,
        file: &[u8],
        interchange: &Interchange,
        message: &Message,
        effort: &mut Effort,
    ) -> Verdict {
        let syntax = Syntax::of(file, interchange);
        let looked = Looked {
            file,
            interchange,
            message,
            syntax,
        };
        let head = looked.head();
        let case = match self.case(message, &head) {
            Ok(case) => case,
            Err(lack) => return Verdict::unchecked(lack),
        };
        let skeleton = match looked.skeleton(&case) {
            Ok(skeleton) => skeleton,
            Err(lack) => return Verdict::unchecked(lack),
        };
        let issues = match self.issues(&looked, &case, &skeleton, effort) {
            Ok(issues) => issues,
            Err(lack) => return Verdict::unchecked(lack),
        };
        let mut verdict = Verdict::new(&case, &head);
        for (rule, detail) in case.envelope(interchange) {
            verdict.add(Remark {
                rule,
                is_error: true,
                place: looked.place(1, message.bytes.start),
                times: 1,
                detail,
            });
        }
        for remark in looked.other_parties() {
            verdict.add(remark);
        }
        for issue in &*issues {
            verdict.add(looked.remark(&skeleton, issue));
        }
        verdict
    }

    fn case(&self, message: &Message, head: &Head) -> Result<Arc<Case>, String> {
        let profile = case::profile(&message.kind, &message.version)?;
        let column = case::column(profile, head);
        let number = column.map_or(0, Pruefidentifikator::as_u32);
        let key = (profile.message_type(), message.version.clone(), number);
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let case = cases
            .entry(key)
            .or_insert_with(|| Arc::new(Case::new(profile, column)));
        Ok(Arc::clone(case))
    }

    /// What the rules say of a skeleton, asked once for each shape.
    fn issues(
        &self,
        looked: &Looked<'_>,
        case: &Case,
        skeleton: &Skeleton,
        effort: &mut Effort,
    ) -> Result<Arc<[Issue]>, String> {
        let fingerprint = fingerprint(case, &skeleton.shape);
        let seen = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen().get(&fingerprint) {
            return Ok(known);
        }
        let left = effort.segments.checked_sub(skeleton.kept.len());
        effort.segments = left.ok_or("the file has too many messages of different shapes")?;
        let kept = skeleton.kept.iter();
        let segments: Vec<Asked<'_>> = kept.map(|one| looked.asked(one.offset)).collect();
        let issues = judge(case, &segments).ok_or("the rules failed on this message")?;
        let issues: Arc<[Issue]> = issues.into();
        seen().insert(fingerprint, Arc::clone(&issues));
        Ok(issues)
    }
}

/// How much of a file may still be put before the rules: a hostile one could hold thousands of
/// messages, each of a shape of its own.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Segments of skeletons that were not seen before.
    segments: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            segments: SEGMENTS_A_FILE,
        }
    }
}

/// A message that is looked at.
struct Looked<'f> {
    file: &'f [u8],
    interchange: &'f Interchange,
    message: &'f Message,
    syntax: Syntax,
}

impl Looked<'_> {
    /// Takes the segments in their order, with their numbers (UNH = 1), until `take` has enough.
    fn each(&self, mut take: impl FnMut(&Segment<'_>, u32) -> bool) {
        let mut scanner = self.syntax.scanner(self.file, self.message.bytes.clone());
        let mut number = 0_u32;
        while let Some(segment) = scanner.next() {
            if segment.text.is_empty() {
                continue;
            }
            number = number.saturating_add(1);
            if !take(&segment, number) {
                return;
            }
        }
    }

    fn text(&self, segment: &Segment<'_>, n: usize, c: usize) -> String {
        let text = segment.component(n, c).unwrap_or_default();
        self.syntax.charset.decode(&text)
    }

    /// Its name and its Prüfidentifikator, which stand in front of everything that repeats.
    fn head(&self) -> Head {
        let mut head = Head::default();
        self.each(|segment, _| {
            match segment.tag() {
                b"BGM" => head.name_code = self.text(segment, 1, 0),
                b"RFF" if segment.component(1, 0).as_deref() == Some(b"Z13") => {
                    let pid = self.text(segment, 1, 1).parse().ok();
                    head.pid = pid.filter(|pid| (10_000..100_000).contains(pid));
                }
                _ => {}
            }
            head.pid.is_none()
        });
        head
    }

    /// Its skeleton, or why it has none.
    fn skeleton(&self, case: &Case) -> Result<Skeleton, String> {
        let mut builder = Builder::new();
        let mut lack = None;
        // What is not MSCONS is small, and its groups are others.
        let has_values = self.message.kind == "MSCONS";
        self.each(|segment, number| {
            if segment.text.len() > MAX_SEGMENT_BYTES {
                lack = Some(format!(
                    "segment {number} has more than {MAX_SEGMENT_BYTES} bytes"
                ));
            } else if builder.len() >= MAX_SEGMENTS {
                lack = Some(format!(
                    "more than {MAX_SEGMENTS} segments that differ in their shape"
                ));
            }
            if lack.is_some() {
                return false;
            }
            let level = has_values.then(|| shape::level(segment)).flatten();
            builder.take(segment, number, level, |shape| {
                shape::write(segment, self.syntax.charset, case, shape);
            });
            true
        });
        lack.map_or_else(|| Ok(builder.finish()), Err)
    }

    /// A segment as the rules take it.
    fn asked(&self, offset: usize) -> Asked<'static> {
        let asked = self.syntax.look(self.file, offset, |segment| {
            let tag = segment.tag();
            let separators = segment.separators;
            let elements = separators.elements(segment.text).skip(1);
            let elements = elements.map(|element| {
                let components = separators.components(element).enumerate();
                let texts: Vec<String> = components
                    .map(|(place, component)| {
                        let text = separators.unescape(component);
                        let text = shape::number(tag, segment, place, text);
                        self.syntax.charset.decode(&text)
                    })
                    .collect();
                Element::of(&texts)
            });
            Asked::new(self.syntax.charset.decode(tag), elements.collect())
        });
        // Cannot be: it was there before.
        asked.unwrap_or_else(|| Asked::new("", Vec::new()))
    }

    fn place(&self, segment: u32, offset: usize) -> Place {
        Place {
            message: Some(self.message.reference.clone()),
            segment,
            offset_bytes: offset as u64,
        }
    }

    /// What a rule says of the skeleton, said of the message.
    fn remark(&self, skeleton: &Skeleton, issue: &Issue) -> Remark {
        let places = issue.at.iter().filter_map(|at| skeleton.kept.get(*at));
        let first = places.clone().next();
        let asked = first.map(|kept| self.asked(kept.offset));
        let (segment, offset) = first.map_or((1, self.message.bytes.start), |kept| {
            (kept.number, kept.offset)
        });
        Remark {
            rule: issue.rule.clone(),
            is_error: issue.is_error,
            place: self.place(segment, offset),
            times: places.map(|kept| kept.stands_for).sum(),
            detail: asked.map_or_else(String::new, |asked| issue.says.of(&asked)),
        }
    }

    /// NAD+MS and NAD+MR that name others than UNB.
    ///
    /// Source: BDEW Allgemeine Festlegungen 6.1d, 2.13.
    fn other_parties(&self) -> Vec<Remark> {
        let mut found = Vec::new();
        self.each(|segment, number| {
            let (role, of_envelope) = match segment.component(1, 0).as_deref() {
                Some(b"MS") => ("MS", &self.interchange.sender),
                Some(b"MR") => ("MR", &self.interchange.receiver),
                Some(_) | None => return number < SEGMENTS_OF_HEAD,
            };
            let named = self.text(segment, 2, 0);
            if segment.tag() == b"NAD" && !named.is_empty() && named != *of_envelope {
                found.push(Remark {
                    rule: format!("UNB-NAD-{role}"),
                    is_error: true,
                    place: self.place(number, segment.offset),
                    times: 1,
                    detail: format!("NAD+{role} names {named:?}, UNB {of_envelope:?}"),
                });
            }
            number < SEGMENTS_OF_HEAD
        });
        found
    }
}

/// The parties stand among the first twenty.
const SEGMENTS_OF_HEAD: u32 = 40;
/// The longest segment that is read, as everywhere.
const MAX_SEGMENT_BYTES: usize = 64 << 10;
/// Segments of a skeleton: a message of hundreds of locations with different meters has some
/// thousand. The time that the rules take grows with the square.
const MAX_SEGMENTS: usize = 2_000;
/// A usual shape has 40 segments, and a file a few shapes: a hundred times of that is looked at.
const SEGMENTS_A_FILE: usize = 50_000;
