//! Which rules a message is put before: the profile of its type and version, and in it the column
//! of its Prüfidentifikator.

use std::collections::HashMap;
use std::sync::LazyLock;

use edi_energy::profile::Anwendungsfall;
use edi_energy::profile::conditions::{ConditionKind, Status};
use edi_energy::registry::PidSource;
use edi_energy::{MessageType, Platform, Profile, Pruefidentifikator, Release};

use crate::message::ahb::shape::OF_USUAL_VALUES;
use crate::message::mscons::Interchange;

/// The rules of a message.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) profile: &'static Profile,
    /// The column of the AHB; `None`: the message names none that the profile has, and the MIG
    /// alone is applied.
    pub(super) column: Option<Pruefidentifikator>,
    /// Formatbedingungen by data element.
    conditions: HashMap<&'static str, Vec<String>>,
    knows_usual_values: bool,
}

/// What a message says of the rules that it follows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Head {
    /// BGM 1001.
    pub(super) name_code: String,
    /// RFF+Z13, the first.
    pub(super) pid: Option<u32>,
}

/// The profile of a type (UNH 0065) and version (UNH 0057), or why there is none.
pub(super) fn profile(kind: &str, version: &str) -> Result<&'static Profile, String> {
    static PLATFORM: LazyLock<Platform> = LazyLock::new(Platform::with_all_profiles);
    if kind == "CONTRL" {
        return Err(FAULTY_CONTRL.to_owned());
    }
    let lacking = || format!("no profile for {} {}", named(kind), named(version));
    let kind = MessageType::from_unh_code(kind).ok_or_else(lacking)?;
    let profile = PLATFORM.registry().profile(kind, &Release::new(version));
    profile.map_err(|_| lacking())
}

/// The column of a message's AHB, if the profile has it.
pub(super) fn column(profile: &Profile, head: &Head) -> Option<Pruefidentifikator> {
    let number = match profile.pid_source() {
        PidSource::RffZ13 => head.pid,
        // Of these types no message names one: its name tells.
        PidSource::BgmDe1004 => by_name(profile, &head.name_code),
    };
    let column = Pruefidentifikator::new(number?).ok()?;
    profile.has_anwendungsfall(column).then_some(column)
}

impl Case {
    pub(super) fn new(profile: &'static Profile, column: Option<Pruefidentifikator>) -> Self {
        let mut conditions = HashMap::new();
        let rules = column.and_then(|column| profile.anwendungsfall(column.as_u32()));
        for element in FREE {
            conditions.insert(element, conditions_of(rules, element));
        }
        let of_values = conditions.get("6060");
        let is_usual = |condition: &String| OF_USUAL_VALUES.contains(&condition.as_str());
        Self {
            profile,
            column,
            knows_usual_values: of_values.is_none_or(|all| all.iter().all(is_usual)),
            conditions,
        }
    }

    /// The Formatbedingungen and forms that are asked of a data element.
    pub(super) fn conditions(&self, element: &str) -> &[String] {
        self.conditions.get(element).map_or(&[], Vec::as_slice)
    }

    /// Whether values of the usual form are alike for all its conditions.
    pub(super) fn knows_usual_values(&self) -> bool {
        self.knows_usual_values
    }

    /// What is asked of the message by the AHB.
    pub(super) fn rules(&self) -> Option<&'static Anwendungsfall> {
        self.profile.anwendungsfall(self.column?.as_u32())
    }

    /// How many rules that are: each segment, group and data element of the column is one.
    pub(super) fn count(&self) -> usize {
        self.rules()
            .map_or(0, |rules| rules.rows.len() + rules.elements.len())
    }

    /// `MSCONS 2.5, AHB 3.2`.
    pub(super) fn book(&self) -> String {
        format!(
            "{} {}, AHB {}",
            self.profile.mig.message_type,
            self.profile.mig.release,
            self.profile.ahb_version()
        )
    }

    /// What the column wants in UNB, and the interchange does not have: rule, and what is wrong.
    pub(super) fn envelope(&self, interchange: &Interchange) -> Vec<(String, String)> {
        let (Some(rules), Some(column)) = (self.rules(), self.column) else {
            return Vec::new();
        };
        let envelope = &self.profile.mig.envelope;
        let Some(unb) = envelope.iter().find(|segment| segment.tag == "UNB") else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        for (element, occurrence, stated) in [
            ("0026", 0, &interchange.application),
            ("0007", 0, &interchange.sender_qualifier),
            ("0007", 1, &interchange.receiver_qualifier),
        ] {
            let of_element = rules.element_rules(&unb.nr);
            let mut of_element =
                of_element.filter(|rule| rule.de == element && rule.occurrence == occurrence);
            let Some(rule) = of_element.next() else {
                continue;
            };
            let codes = rule.operands.iter().filter_map(|one| one.code.as_deref());
            let codes: Vec<&str> = codes.collect();
            if !codes.is_empty() && !codes.contains(&stated.as_str()) {
                let number = column.as_u32();
                faults.push((
                    format!("AHB-{number}-{}-UNB-{element}-CODE", unb.nr),
                    format!(
                        "UNB (Nr {}): DE {element} is {stated:?}; the Prüfschablone of {number} admits {}",
                        unb.nr,
                        codes.join(", ")
                    ),
                ));
            }
        }
        faults
    }
}

/// The only column whose BGM has this code: APERAK names none.
fn by_name(profile: &Profile, name_code: &str) -> Option<u32> {
    let bgm = profile
        .mig
        .segments()
        .into_iter()
        .find(|s| s.tag == "BGM")?;
    let mut columns = profile.anwendungsfaelle().iter().filter(|column| {
        let names = column
            .element_rules(&bgm.nr)
            .filter(|rule| rule.de == "1001");
        let mut codes = names.flat_map(|rule| &rule.operands);
        codes.any(|operand| operand.code.as_deref() == Some(name_code))
    });
    let only = columns.next().filter(|_| columns.next().is_none())?;
    only.pid
}

fn conditions_of(rules: Option<&Anwendungsfall>, element: &str) -> Vec<String> {
    let of_rules = rules.into_iter().flat_map(|rules| &rules.elements);
    let mut conditions: Vec<String> = of_rules
        .filter(|rule| rule.de == element)
        .flat_map(|rule| &rule.operands)
        .filter_map(|operand| Status::parse(&operand.operand)?.expr)
        .flat_map(|expression| {
            let cited = expression.cited();
            cited.into_iter().map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|cited| {
            let kind = ConditionKind::of(cited);
            matches!(kind, ConditionKind::Format | ConditionKind::Zeitpunkt)
        })
        .collect();
    if element == "3225" {
        // What a location is decides whether other rules hold.
        conditions.extend(LOCATIONS.map(str::to_owned));
    }
    conditions.sort();
    conditions.dedup();
    conditions
}

/// A word of a message in a sentence.
fn named(text: &str) -> String {
    let shown: String = text.chars().take(MOST_SHOWN).collect();
    if shown.is_empty() {
        "without a name".to_owned()
    } else {
        shown.escape_debug().to_string()
    }
}

const FAULTY_CONTRL: &str =
    "the profile of CONTRL 2.0b is faulty: UCM 0065 lacks MSCONS, and 0085 counts as required";
/// The data elements that hold no codes (`shape::free`).
const FREE: [&str; 9] = [
    "2380", "6060", "1154", "3225", "3223", "1082", "1004", "0062", "0074",
];
/// Formatbedingungen of market, metering and network locations and controllable resources.
const LOCATIONS: [&str; 4] = ["950", "951", "960", "961"];
const MOST_SHOWN: usize = 20;
