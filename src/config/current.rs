//! The configuration that holds, shared by who reads it again and those who work by it.

use std::sync::{Arc, PoisonError, RwLock};

use crate::config::Gateway;

/// The configuration that holds. Cloning shares it: whoever has a clone reads what
/// [`Current::replace`] has put there.
#[derive(Clone, Debug)]
pub struct Current(Arc<RwLock<Arc<Gateway>>>);

impl Current {
    /// This one.
    pub fn new(config: Gateway) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(config))))
    }

    /// The one that holds now.
    pub fn get(&self) -> Arc<Gateway> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on another one holds.
    pub fn replace(&self, config: Arc<Gateway>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config;
    }
}
