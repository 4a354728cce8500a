#![no_main]

#[path = "../laws.rs"]
#[allow(dead_code, reason = "each target checks one law")]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::incoming(bytes));
