//! What the rules say and we do not: each with its reason.

/// A rule that is faulty, or cannot be decided from a message.
#[derive(Debug)]
pub struct Excuse {
    /// The end of the rule's name.
    pub rule: &'static str,
    /// A part of what it says must be there, too; `""`: whatever it says.
    pub says: &'static str,
    /// What becomes of it.
    pub becomes: Becomes,
    /// Why.
    pub reason: &'static str,
}

/// What becomes of a rule that is excused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Becomes {
    /// It is not told.
    Silent,
    /// It is told as a warning.
    Warning,
}

/// All excuses. The tests of what we write use the same.
pub const EXCUSES: &[Excuse] = &[
    Excuse {
        rule: "-STS-9013-PAKET-MAX",
        says: "",
        becomes: Becomes::Silent,
        reason: "counts a status code over all values of a LIN, while the AHB wants it at each of \
                 them: STS+Z32 and STS+Z40 are `Muss` for every substitute. How often a value may \
                 have one is rule MIG-…-STS-MAX",
    },
    Excuse {
        rule: "-NAD-3055-CODE",
        says: "is \"293\"; the Prüfschablone of",
        becomes: Becomes::Warning,
        reason: "gas messages name parties under 332 or 9 by the letter; those whose company has \
                 one code for power and gas name it under 293, and everybody reads it",
    },
    Excuse {
        rule: "AHB-17102-00010-IMD-7081-CODE",
        says: "",
        becomes: Becomes::Silent,
        reason: "condition [101] asks for the role of the receiver, which no message tells; the \
                 crate takes it for a question after NAD+MR",
    },
    Excuse {
        rule: "AHB-17004-00054-IMD-7081-CODE",
        says: "",
        becomes: Becomes::Silent,
        reason: "condition [45] likewise, after the role of the sender",
    },
    Excuse {
        rule: "AHB-29001-00011-FTX-4440-NOT-PERMITTED",
        says: "",
        becomes: Becomes::Silent,
        reason: "the MIG has the end of an interval in the second text of FTX+ABO; the rules of \
                 the crate know one text alone",
    },
    Excuse {
        rule: "AHB-29001-00015-FTX-4440-NOT-PERMITTED",
        says: "",
        becomes: Becomes::Silent,
        reason: "likewise: the MIG has the text of the segment in the second text of FTX+Z02",
    },
];

/// The excuse of a rule that says this, if there is one.
pub fn excuse(rule: &str, says: &str) -> Option<&'static Excuse> {
    EXCUSES
        .iter()
        .find(|excuse| rule.ends_with(excuse.rule) && says.contains(excuse.says))
}
