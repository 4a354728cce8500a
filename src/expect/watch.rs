//! The plan that holds and the latest survey, shared by those who make it and those who show it.

use std::sync::{Arc, PoisonError, RwLock};

use crate::expect::overdue::Survey;
use crate::expect::plan::Plan;

/// The plan that holds and the latest survey. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<RwLock<State>>);

#[derive(Debug, Default)]
struct State {
    plan: Arc<Plan>,
    survey: Option<Arc<Survey>>,
}

impl Watch {
    /// A watch for this plan, without a survey yet.
    pub fn new(plan: Plan) -> Self {
        let watch = Self::default();
        watch.set_plan(plan);
        watch
    }

    /// The plan that holds.
    pub fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).plan)
    }

    /// The latest survey of this plan, if there was one.
    pub fn survey(&self) -> Option<Arc<Survey>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .survey
            .clone()
    }

    /// Takes over another plan; the survey of the old one does not hold for it.
    pub fn set_plan(&self, plan: Plan) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if *state.plan != plan {
            state.plan = Arc::new(plan);
            state.survey = None;
        }
    }

    /// Takes over a survey of this plan, unless another plan holds by now.
    pub fn keep(&self, survey: Arc<Survey>, of: &Arc<Plan>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&state.plan, of) {
            state.survey = Some(survey);
        }
    }
}
