//! What we write, each kind with all that it can say.

use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::market::party::Party;
use mscons_gateway::market::role::{Role, Sector};
use mscons_gateway::message::aperak::{self, Aperak, ErrorCode};
use mscons_gateway::message::contrl::{self, Refusal};
use mscons_gateway::message::mscons::{self, Interchange};
use mscons_gateway::message::orders::request::{
    Ask, Complaint, Fault, Period, Place, Reason, Request, Values, When, request,
};
use mscons_gateway::message::orders::{self, Contact, Orders};
use mscons_gateway::message::ordrsp::{self, Decision, Ordrsp};
use mscons_gateway::message::transfer::Transfer;

const MARKET_LOCATION: &str = "41373559241";
const METERING_LOCATION: &str = "DE0001231011500000000000000012345";
const POWER_PARTIES: [&str; 2] = ["9985046000001", "9905048000007"];
const GAS_PARTIES: [&str; 2] = ["9801234000001", "9800357000005"];

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn now() -> UtcTime {
    at("2026-11-24T09:00:00Z")
}

fn transfer(sector: Sector, reference: &str) -> Transfer {
    let [from, to] = match sector {
        Sector::Power => POWER_PARTIES,
        Sector::Gas => GAS_PARTIES,
    };
    Transfer::new(Party::new(from), Party::new(to), reference, now()).unwrap()
}

fn contact() -> Contact {
    Contact {
        name: "P Getty".to_owned(),
        phone: None,
        mail: Some("meter@example.org".to_owned()),
    }
}

/// A request: name of its file, who asks whom, and for what.
type Asked = (&'static str, Role, Sector, Ask);

const SUPPLIER: Role = Role::Supplier;
const POWER: Sector = Sector::Power;
const GAS: Sector = Sector::Gas;

fn october() -> Period {
    Period {
        start: at("2026-09-30T22:00:00Z"),
        end: at("2026-10-31T23:00:00Z"),
    }
}

fn gas_october() -> Period {
    Period {
        start: at("2026-10-01T04:00:00Z"),
        end: at("2026-11-01T05:00:00Z"),
    }
}

fn values(values: Values, location: &str, period: Period) -> Ask {
    Ask::Values {
        values,
        location: location.to_owned(),
        period,
    }
}

/// 17102 and 17103.
fn for_values() -> Vec<Asked> {
    let of_power =
        |name, wanted, location| (name, SUPPLIER, POWER, values(wanted, location, october()));
    vec![
        of_power(
            "orders_17102_load_profile_market_location",
            Values::LoadProfile,
            MARKET_LOCATION,
        ),
        of_power(
            "orders_17102_load_profile_metering_location",
            Values::LoadProfile,
            METERING_LOCATION,
        ),
        of_power(
            "orders_17102_energy_and_peak",
            Values::EnergyAndPeak,
            MARKET_LOCATION,
        ),
        of_power(
            "orders_17102_energy_amount",
            Values::EnergyAmount,
            MARKET_LOCATION,
        ),
        of_power("orders_17102_readings", Values::Readings, METERING_LOCATION),
        (
            "orders_17102_load_profile_gas",
            SUPPLIER,
            GAS,
            values(Values::LoadProfile, MARKET_LOCATION, gas_october()),
        ),
        (
            "orders_17103_calorific_value_gas",
            SUPPLIER,
            GAS,
            Ask::CalorificValue {
                location: METERING_LOCATION.to_owned(),
                period: gas_october(),
            },
        ),
    ]
}

/// 17004.
fn for_determination() -> Vec<Asked> {
    let asked = |name, role, sector, reason, location: &str, instant| {
        let asks = Ask::Determination {
            reason,
            location: location.to_owned(),
            at: at(instant),
        };
        (name, role, sector, asks)
    };
    let november = "2026-10-31T23:00:00Z";
    vec![
        asked(
            "orders_17004_apportioning",
            SUPPLIER,
            POWER,
            Reason::Apportioning,
            MARKET_LOCATION,
            november,
        ),
        asked(
            "orders_17004_apportioning_of_readings",
            Role::MeteringOperator,
            POWER,
            Reason::ApportioningOfReadings,
            METERING_LOCATION,
            november,
        ),
        asked(
            "orders_17004_reading_in_between",
            SUPPLIER,
            POWER,
            Reason::ReadingInBetween,
            METERING_LOCATION,
            "2026-11-30T23:00:00Z",
        ),
        asked(
            "orders_17004_change_gas",
            Role::GridOperator,
            GAS,
            Reason::Change,
            METERING_LOCATION,
            "2026-12-01T05:00:00Z",
        ),
    ]
}

/// 17113.
fn complaints() -> Vec<Asked> {
    let missing = Complaint {
        fault: Fault::Missing,
        values: Values::LoadProfile,
        place: Place::Location(METERING_LOCATION.to_owned()),
        obis: "1-1:1.29.0".to_owned(),
        when: When::Period(october()),
        text: String::new(),
        contact: contact(),
    };
    let too_low = Complaint {
        fault: Fault::TooLow {
            document: "MSC0000002".to_owned(),
        },
        values: Values::EnergyAmount,
        place: Place::Location(MARKET_LOCATION.to_owned()),
        obis: "1-1:1.9.0".to_owned(),
        ..missing.clone()
    };
    let reading = Complaint {
        values: Values::Readings,
        obis: "1-1:1.8.0".to_owned(),
        when: When::At(at("2026-10-31T23:00:00Z")),
        ..missing.clone()
    };
    let too_high = Complaint {
        fault: Fault::TooHigh {
            document: "MSC0000001".to_owned(),
        },
        text: "Zähler 1 + 2: Stand größer als der nächste?".to_owned(),
        contact: Contact {
            phone: Some("+493222271020".to_owned()),
            ..contact()
        },
        ..reading.clone()
    };
    let of_configuration = Complaint {
        place: Place::Configuration("34590456ujdfsdghdlktztwqq-053trg".to_owned()),
        ..reading
    };
    let asked = |name, role, complaint| (name, role, POWER, Ask::Complaint(complaint));
    vec![
        asked("orders_17113_missing", SUPPLIER, missing),
        asked("orders_17113_too_low", Role::GridOperator, too_low),
        asked("orders_17113_too_high", SUPPLIER, too_high),
        asked("orders_17113_configuration", SUPPLIER, of_configuration),
    ]
}

/// ORDERS.
fn requests() -> Vec<Asked> {
    [for_values(), for_determination(), complaints()].concat()
}

fn ordered(role: Role, sector: Sector, asks: &Ask) -> (Transfer, Orders) {
    let document = "ORD0000001";
    let asked = Request {
        role,
        sector,
        document,
        asks,
        now: now(),
    };
    (transfer(sector, document), request(&asked).unwrap())
}

/// What the asked answer who have no values.
fn answers() -> Vec<(&'static str, Vec<u8>)> {
    let refusal =
        |pid, name_code: &str, item: &str, (code, tree): (&str, &str), contact: Contact| Ordrsp {
            name_code: name_code.to_owned(),
            document: "RSP0000001".to_owned(),
            date: Some(now()),
            item: Some(item.to_owned()).filter(|item| !item.is_empty()),
            answers: Some("ORD0000001".to_owned()),
            pid: Some(pid),
            decisions: vec![Decision {
                code: code.to_owned(),
                tree: tree.to_owned(),
            }],
            texts: Vec::new(),
            contact,
        };
    let none = Contact::default;
    [
        (
            "ordrsp_19102_refused",
            Sector::Power,
            refusal(19_102, "Z48", "", ("A04", "E_0442"), none()),
        ),
        (
            "ordrsp_19102_refused_gas",
            Sector::Gas,
            refusal(19_102, "7", "Z11", ("Z21", "G_0050"), none()),
        ),
        (
            "ordrsp_19103_refused_gas",
            Sector::Gas,
            refusal(19_103, "7", "Z10", ("Z15", "G_0015"), none()),
        ),
        (
            "ordrsp_19007_refused",
            Sector::Power,
            refusal(19_007, "7", "Z13", ("Z19", "S_0075"), none()),
        ),
        (
            "ordrsp_19114_refused",
            Sector::Power,
            refusal(19_114, "Z34", "Z11", ("Z55", "S_0078"), contact()),
        ),
    ]
    .map(|(name, sector, ordrsp)| {
        let transfer = transfer(sector, "RSP0000001");
        (name, ordrsp::write(&transfer, &[ordrsp]).unwrap())
    })
    .to_vec()
}

/// An interchange that came in, of these segments from UNS on.
fn received(values: &str) -> Vec<u8> {
    let count = values.matches('\'').count() + 12;
    format!(
        "UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+REF00001++TL'\
         UNH+1+MSCONS:D:04B:UN:2.5'BGM+Z48+MSC0000001+9'DTM+137:202611240800?+00:303'\
         RFF+Z13:13025'NAD+MS+9905048000007::293'NAD+MR+9985046000001::293'UNS+D'NAD+DP'\
         LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'{values}UNT+{count}+1'UNZ+1+REF00001'"
    )
    .into_bytes()
}

const GOOD: &str = "QTY+220:1.5'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'";

pub(super) fn first(bytes: &[u8]) -> Interchange {
    mscons::read(bytes).interchanges.remove(0)
}

fn answering(interchange: &Interchange, reference: &str) -> Transfer {
    Transfer::answering(interchange, reference, now()).unwrap()
}

/// APERAK about messages that came in, under this number.
pub(super) fn aperaks(
    document: &dyn Fn(&'static str) -> &'static str,
) -> Vec<(&'static str, Vec<u8>)> {
    let good = received(GOOD);
    let interchange = first(&good);
    let message = &interchange.messages[0];
    let early = received(&GOOD.replace("164:202611222315", "164:202611222200"));
    let of_early = first(&early);
    let faults = aperak::faults(&early, &of_early, &of_early.messages[0]);
    let nothing = received("");
    let of_nothing = first(&nothing);
    let missing = aperak::faults(&nothing, &of_nothing, &of_nothing.messages[0]);
    let unknown = vec![aperak::Fault::new(ErrorCode::IdUnknown).with_content([MARKET_LOCATION])];
    let refusing = |interchange: &Interchange, faults| {
        let number = document("29001");
        let message = &interchange.messages[0];
        Aperak::refusing(interchange, message, faults, number, now())
    };
    let accepting = Aperak::accepting(&interchange, message, document("29002"), now());
    [
        ("aperak_312_accepted", &interchange, accepting),
        (
            "aperak_313_id_unknown",
            &interchange,
            refusing(&interchange, unknown),
        ),
        (
            "aperak_313_interval_not_positive",
            &of_early,
            refusing(&of_early, faults),
        ),
        (
            "aperak_313_values_missing",
            &of_nothing,
            refusing(&of_nothing, missing),
        ),
    ]
    .map(|(name, interchange, aperak)| {
        let transfer = answering(interchange, "APE0000001");
        (name, aperak::write(&transfer, &[aperak]).unwrap())
    })
    .to_vec()
}

/// CONTRL about interchanges that came in.
fn contrls() -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8(received(GOOD)).unwrap();
    let changed = |old: &str, new: &str| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    };
    let in_gas = text
        .replace(":500", ":502")
        .replace("9905048000007", GAS_PARTIES[1]);
    [
        (
            "contrl_7_received_gas",
            in_gas.replace("9985046000001", GAS_PARTIES[0]),
        ),
        ("contrl_4_number", changed("QTY+220:1.5", "QTY+220:1x5")),
        (
            "contrl_4_time",
            changed("DTM+164:202611222315", "DTM+164:20261122"),
        ),
        ("contrl_4_segment_count", changed("UNT+15", "UNT+29")),
        (
            "contrl_4_interchange_reference",
            changed("UNZ+1+REF00001", "UNZ+1+REF00002"),
        ),
        (
            "contrl_4_segment_unknown",
            changed("LIN+1'", "LIN+1'XYZ+1'").replace("UNT+15", "UNT+16"),
        ),
    ]
    .map(|(name, text)| {
        let bytes = text.into_bytes();
        let interchange = first(&bytes);
        let contrl = contrl::report(&bytes, &interchange).unwrap();
        let transfer = answering(&interchange, "CTL0000001");
        (name, contrl::write(&transfer, &contrl).unwrap())
    })
    .to_vec()
}

/// CONTRL about a reference that came before, also of a test: the answer to a test is one, too.
fn rejections() -> Vec<(&'static str, Vec<u8>)> {
    let known = received(GOOD);
    let test = String::from_utf8(known.clone()).unwrap();
    let test = test.replacen("++TL'", "++TL++++1'", 1).into_bytes();
    [
        ("contrl_4_duplicate", known),
        ("contrl_4_duplicate_test", test),
    ]
    .map(|(name, bytes)| {
        let interchange = first(&bytes);
        let contrl = contrl::rejection(&interchange, Refusal::Duplicate);
        let transfer = answering(&interchange, "CTL0000001");
        (name, contrl::write(&transfer, &contrl).unwrap())
    })
    .to_vec()
}

/// All golden files: name and bytes.
pub(super) fn golden() -> Vec<(&'static str, Vec<u8>)> {
    let orders = requests().into_iter().map(|(name, role, sector, asks)| {
        let (transfer, orders) = ordered(role, sector, &asks);
        (name, orders::write(&transfer, &[orders]).unwrap())
    });
    let mut all: Vec<_> = orders.chain(answers()).collect();
    all.extend(aperaks(&|_| "APE0000001"));
    all.extend(contrls());
    all.extend(rejections());
    all
}
