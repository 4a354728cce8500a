//! By which answer a request is refused whose values are not there.

use crate::market::role::Sector;
use crate::message::orders::Orders;
use crate::message::ordrsp::Decision;

/// Prüfidentifikator of the ORDRSP that says that there are no such values, and its AJT.
///
/// Of a period (17102) the lists can say just that. The others have one code each, which is written
/// though it says something else: `Z19`, that the target time of the reading is not admissible, where
/// nothing was read at an instant (17004), and `Z15`, that there is no right to them, where there are
/// no calorific values (17103). Nothing truer can be said: the AHB has no text (FTX) beside it, and to
/// leave a request unanswered is worse. Who really may not know the values is refused before, by
/// APERAK.
///
/// The list goes by the role of who asks. An ORDERS does not tell it, but for reason `Z47`, which a
/// metering operator alone has; all else of power counts as a supplier's, also 17004 of a grid
/// operator (`S_0073`) and an interim reading for a metering operator (`S_0074`). In gas a supplier
/// asks for values of a period (`G_0050`), a grid operator for those of an instant (`G_0075`).
///
/// Source: ORDRSP AHB 1.1b, conditions of AJT 1082 and segments of 19007, 19102 and 19103; of the
/// codes, see `explain/codes/decision.rs`.
pub(super) fn refusal(orders: &Orders, sector: Sector) -> (u32, Decision) {
    let asks_as_metering_operator = orders.reason.as_deref() == Some("Z47");
    let (pid, code, list) = match (orders.pid, sector) {
        (Some(17_004), Sector::Gas) => (19_007, "Z19", "G_0075"),
        (Some(17_004), Sector::Power) if asks_as_metering_operator => (19_007, "Z19", "S_0074"),
        (Some(17_004), Sector::Power) => (19_007, "Z19", "S_0075"),
        (Some(17_103), _) => (19_103, "Z15", "G_0015"),
        (_, Sector::Gas) => (19_102, "Z21", "G_0050"),
        (_, Sector::Power) => (19_102, "A04", "E_0442"),
    };
    let decision = Decision {
        code: code.to_owned(),
        tree: list.to_owned(),
    };
    (pid, decision)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::explain;
    use crate::message::orders::wanted::is_for_values;
    use crate::message::ordrsp::Ordrsp;
    use crate::text::{Language, Text};

    /// Every refusal that can be written: all that it depends on, in all its values.
    fn all() -> BTreeSet<(u32, String, String)> {
        let pids = [17_004, 17_102, 17_103];
        assert!(pids.iter().all(|pid| is_for_values(Some(*pid))));
        let reasons = [None, Some("Z46"), Some("Z47"), Some("Z48"), Some("Z49")];
        let mut all = BTreeSet::new();
        for pid in pids {
            for reason in reasons {
                for sector in [Sector::Power, Sector::Gas] {
                    let orders = Orders {
                        pid: Some(pid),
                        reason: reason.map(str::to_owned),
                        ..Orders::default()
                    };
                    let (pid, Decision { code, tree }) = refusal(&orders, sector);
                    all.insert((pid, code, tree));
                }
            }
        }
        all
    }

    #[test]
    fn what_is_written_refuses_by_a_code_that_its_list_has() {
        let all = all();
        assert_eq!(all.len(), 6, "{all:?}");
        for (pid, code, list) in all {
            let ordrsp = Ordrsp {
                pid: Some(pid),
                ..Ordrsp::default()
            };
            assert_eq!(ordrsp.is_refusal(), Some(true), "{pid}");
            for language in [Language::De, Language::En] {
                let meaning = explain::decision(&code, &list, &Text::new(language));
                // Where one is told to look it up, it is not known.
                let is_known = !meaning.is_empty() && !meaning.contains(&*list);
                assert!(is_known, "{code} of {list}: {meaning}");
            }
        }
    }

    #[test]
    fn a_metering_operator_is_told_from_a_supplier_by_its_reason() {
        let list = |reason: &str| {
            let orders = Orders {
                pid: Some(17_004),
                reason: Some(reason.to_owned()),
                ..Orders::default()
            };
            refusal(&orders, Sector::Power).1.tree
        };
        assert_eq!(list("Z47"), "S_0074");
        assert_eq!(
            (list("Z46"), list("Z49")),
            ("S_0075".into(), "S_0075".into())
        );
    }
}
