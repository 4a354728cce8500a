//! The virtual series that hold, shared by who renews them and those who read.

use std::sync::{Arc, PoisonError, RwLock};

use crate::series::computed::Definition;

/// The virtual series that hold. Cloning shares them: whoever has a clone reads what
/// [`Virtuals::replace`] has put there.
#[derive(Clone, Debug, Default)]
pub struct Virtuals(Arc<RwLock<Arc<[Definition]>>>);

impl Virtuals {
    /// These.
    pub fn new(definitions: Vec<Definition>) -> Self {
        Self(Arc::new(RwLock::new(definitions.into())))
    }

    /// Those that hold now.
    pub fn current(&self) -> Arc<[Definition]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on others hold.
    pub fn replace(&self, definitions: Vec<Definition>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = definitions.into();
    }
}
