//! Actors: state, timers, messages, supervision. The work is elsewhere.
