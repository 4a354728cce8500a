//! Whose messages are put before the rules of the market, and what follows from what they say.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::config::partner::{Partner, Validate};
use crate::message::ahb::{Effort, Remark, Rules, Verdict};
use crate::message::aperak::Fault;
use crate::message::mscons::{Interchange, Message};
use crate::store::ledger::{Examined, NotedRemark};

/// Whose messages are put before the rules, and what the rules said of shapes that were seen. Cheap
/// to clone: all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Validation(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    rules: Rules,
    /// By UNB 0004. Who is not here is not checked.
    partners: RwLock<HashMap<String, Validate>>,
}

/// What becomes of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Examination {
    /// It is stored, with what was said of it.
    Passed(Option<Examined>),
    /// It is not stored.
    Refused {
        /// Why, for a person here.
        reasons: Vec<String>,
        /// Why, for its sender.
        faults: Vec<Fault>,
    },
}

impl Validation {
    /// What these partners want.
    pub fn of(partners: &[Partner]) -> Self {
        let this = Self::default();
        this.set(partners);
        this
    }

    /// From now on as these partners want it.
    pub fn set(&self, partners: &[Partner]) {
        let wanted = partners
            .iter()
            .filter(|partner| partner.validate != Validate::Off);
        let wanted = wanted.map(|partner| (partner.id.clone(), partner.validate));
        let mut known = self
            .0
            .partners
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *known = wanted.collect();
    }

    /// Puts a message before the rules, if its sender's are to be. `file` is what interchange and
    /// message were read from, `effort` that of the mail.
    pub(super) fn examine(
        &self,
        file: &[u8],
        interchange: &Interchange,
        message: &Message,
        effort: &mut Effort,
    ) -> Examination {
        let partners = self
            .0
            .partners
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let wanted = partners.get(&interchange.sender).copied();
        drop(partners);
        let wanted = wanted.unwrap_or_default();
        if wanted == Validate::Off {
            return Examination::Passed(None);
        }
        let verdict = self.0.rules.check(file, interchange, message, effort);
        if wanted == Validate::Strict && verdict.has_errors() {
            return Examination::Refused {
                reasons: reasons(&verdict),
                faults: faults(&verdict),
            };
        }
        Examination::Passed(Some(examined(&verdict, interchange.bytes.start as u64)))
    }
}

fn reasons(verdict: &Verdict) -> Vec<String> {
    let mut reasons = vec![format!(
        "it breaks rules of the market, and its partner has validate = \"strict\" ({})",
        verdict.basis
    )];
    reasons.extend(verdict.remarks.iter().map(ToString::to_string));
    reasons
}

/// What an APERAK tells of a verdict: each rule that is broken, where it is first.
fn faults(verdict: &Verdict) -> Vec<Fault> {
    let broken = verdict.remarks.iter().filter(|remark| remark.is_error);
    let told = broken.map(|remark| {
        let code = remark.aperak_code().unwrap_or(REFUSED);
        let place = format!("segment {}", remark.place.segment);
        let fault = Fault {
            code: code.to_owned(),
            ..Fault::default()
        };
        fault
            .with_content([&*remark.detail])
            .at(&remark.rule, &place)
    });
    told.take(MOST_NOTED).collect()
}

/// What is kept of a verdict: its places count from the start of the interchange.
fn examined(verdict: &Verdict, start: u64) -> Examined {
    let Verdict {
        basis,
        remarks,
        left_out,
    } = verdict;
    let noted = |remark: &Remark| NotedRemark {
        rule: remark.rule.clone(),
        is_error: remark.is_error,
        segment: remark.place.segment,
        offset_bytes: remark.place.offset_bytes.saturating_sub(start),
        times: remark.times,
        detail: remark.detail.clone(),
    };
    // Errors first: what finds no room is a warning.
    let (errors, warnings): (Vec<&Remark>, Vec<&Remark>) =
        remarks.iter().partition(|remark| remark.is_error);
    let all = errors.into_iter().chain(warnings);
    let more = remarks.len().saturating_sub(MOST_NOTED) as u64;
    Examined {
        rules: u32::try_from(basis.rules).unwrap_or(u32::MAX),
        basis: basis.to_string(),
        remarks: all.take(MOST_NOTED).map(noted).collect(),
        left_out: left_out.saturating_add(more),
    }
}

/// Where no other code is clear: the receiver refuses the case (ERC 9321).
const REFUSED: &str = "Z31";
/// Remarks that are kept of a message: what is wrong is wrong in its neighbours, too.
const MOST_NOTED: usize = 20;
