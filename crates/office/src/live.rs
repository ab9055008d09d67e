//! Live events: what a commit brought, to everybody who listens. Never before the commit.

use std::sync::{Arc, Mutex};
use store::lane::Committed;

type Listener = Box<dyn Fn(&Arc<Committed>) -> bool + Send>;

/// The listeners. Each is called on the lane's thread and must not wait; one that returns false is
/// forgotten.
#[derive(Clone, Default)]
pub struct Live(Arc<Mutex<Vec<Listener>>>);

impl Live {
    /// Adds a listener.
    pub fn listen(&self, listener: impl Fn(&Arc<Committed>) -> bool + Send + 'static) {
        self.lock().push(Box::new(listener));
    }
    pub(crate) fn publish(&self, committed: Committed) {
        let committed = Arc::new(committed);
        self.lock().retain(|listener| listener(&committed));
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Listener>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
