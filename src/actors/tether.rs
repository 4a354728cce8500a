//! The thread between a child and its supervisor.

use actix::Recipient;

use crate::actors::messages::{ChildEnded, ChildId};

/// Tells the supervisor that its owner is gone, whatever ended it: the end of its work, or a panic
/// that took the actor with it.
#[derive(Debug)]
pub struct Tether {
    /// Whose it is.
    pub child: ChildId,
    /// Which life of the child.
    pub life: u64,
    /// Who is told.
    pub supervisor: Recipient<ChildEnded>,
}

impl Drop for Tether {
    #[expect(
        clippy::disallowed_methods,
        reason = "drop cannot wait; one message a child"
    )]
    fn drop(&mut self) {
        self.supervisor.do_send(ChildEnded {
            child: self.child.clone(),
            life: self.life,
        });
    }
}
