//! IMAP (RFC 9051, RFC 3501) over crate `async-imap`, with every tagged answer checked.

/// A signed-in connection.
#[derive(Debug)]
pub struct Connection {}
