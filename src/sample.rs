//! Seeded, realistic interchanges and mails: for the demo, the tests and the benches.
