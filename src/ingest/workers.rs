//! Threads that digest: as many as there are cores, each until nothing waits any more.
//!
//! A mail takes some dozen microseconds, and waking a thread takes as long. So a thread that has
//! work goes on with what waits, and only the first mail after a pause wakes one.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Job = Box<dyn FnOnce() + Send>;

/// Runs jobs in the order they came, on the blocking threads of the runtime. Cheap to clone.
#[derive(Clone)]
pub(super) struct Workers {
    queue: Arc<Mutex<Queue>>,
    most: usize,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Job>,
    /// Threads that work.
    at_work: usize,
}

impl Workers {
    /// At most so many threads at once.
    pub(super) fn new(most: usize) -> Self {
        Self {
            queue: Arc::default(),
            most: most.max(1),
        }
    }

    /// Runs a job on a thread that may block. To be called in a runtime.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        let mut queue = self.queue();
        queue.waiting.push_back(Box::new(job));
        if queue.at_work < self.most {
            queue.at_work += 1;
            drop(queue);
            let this = self.clone();
            tokio::task::spawn_blocking(move || this.work());
        }
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            // Whoever waits for the job hears of a panic by the end of his channel.
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    }

    /// The next job; `None` ends the thread.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        let job = queue.waiting.pop_front();
        if job.is_none() {
            queue.at_work -= 1;
        }
        job
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing that can panic is done while it is locked.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn every_job_runs_and_no_more_at_once_than_may() {
        let workers = Workers::new(2);
        let (at_once, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (done, mut all) = mpsc::unbounded_channel();
        for number in 0..500 {
            let (at_once, peak, done) = (at_once.clone(), peak.clone(), done.clone());
            workers.run(move || {
                peak.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                at_once.fetch_sub(1, Ordering::SeqCst);
                let _ = done.send(number);
            });
        }
        drop(done);
        let mut numbers = Vec::new();
        while let Some(number) = all.recv().await {
            numbers.push(number);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (0..500).collect::<Vec<_>>());
        assert!(peak.load(Ordering::SeqCst) <= 2);
    }

    #[tokio::test]
    async fn a_job_that_panics_takes_no_other_with_it() {
        let workers = Workers::new(1);
        let (done, mut all) = mpsc::unbounded_channel();
        workers.run(|| panic!("of no use"));
        workers.run(move || {
            let _ = done.send(());
        });
        assert_eq!(all.recv().await, Some(()));
    }
}
