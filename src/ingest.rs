//! A mail's content to durable records: digest, commit, quarantine, reindex.
