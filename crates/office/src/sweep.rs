//! The deadline sweep: finds every matter whose clock reached a threshold, oldest first and all of
//! them, and lets the rules decide. Each threshold is announced exactly once: announcing it is a
//! step, and the step moves the threshold.

use crate::{Fault, Office, Result};
use civic::id::MatterId;
use civic::matter::{Cases, tick};
use civic::refusal::Refusal;
use civic::time::Instant;
use std::sync::Arc;
use store::lane::{Command, Minting, Writing};

/// Matters taken in one go.
const PAGE: usize = 256;

impl Office {
    /// Announces everything that is due by now. Returns how many matters were touched.
    ///
    /// # Errors
    /// When the database fails; what was announced stays announced.
    pub async fn sweep(&self) -> Result<usize> {
        self.sweep_at(self.now()).await
    }

    /// The same for a given time, for the sample city's clock.
    ///
    /// # Errors
    /// As [`Office::sweep`].
    pub async fn sweep_at(&self, now: Instant) -> Result<usize> {
        let mut touched = 0;
        loop {
            let due = self
                .read(move |conn| store::matter::due(conn, now, PAGE))
                .await?;
            if due.is_empty() {
                return Ok(touched);
            }
            let waiting: Vec<_> = due
                .iter()
                .map(|id| self.store.submit(self.tick_command(*id, now)))
                .collect();
            let mut moved = 0;
            for answer in waiting {
                match answer.await.map_err(Fault::from) {
                    Ok(_) => moved += 1,
                    // Somebody acted first, or the flow is missing: the next sweep sees it again.
                    Err(Fault::Refused(Refusal::Conflict(text))) => tracing::debug!(text, "sweep"),
                    Err(fault) => return Err(fault),
                }
            }
            touched += moved;
            if moved == 0 {
                return Ok(touched);
            }
        }
    }

    /// Announces what is due on one matter at a given time, for the sample city's clock. Says whether
    /// anything was.
    ///
    /// # Errors
    /// As [`Office::sweep`].
    pub async fn announce_at(&self, id: MatterId, now: Instant) -> Result<bool> {
        match self
            .store
            .submit(self.tick_command(id, now))
            .await
            .map_err(Fault::from)
        {
            Ok(_) => Ok(true),
            Err(Fault::Refused(Refusal::Conflict(_))) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    fn tick_command(&self, id: MatterId, now: Instant) -> Command {
        let worlds = Arc::clone(&self.world);
        Command {
            key: None,
            matters: vec![id],
            prefixes: Vec::new(),
            makes_files: false,
            now,
            decide: Box::new(move |cases: &Cases, _: &mut Minting<'_>| {
                let matter = cases.0.get(&id).ok_or_else(|| Refusal::unknown("事件"))?;
                match tick(&worlds.load().rules, matter, now)? {
                    Some(outcome) => Ok(Writing {
                        outcome,
                        ..Writing::default()
                    }),
                    None => Err(Refusal::Conflict("已有人办理，无须提醒".into())),
                }
            }),
        }
    }
}

/// Sweeps for as long as somebody holds the office: at the next threshold, at the latest after
/// `pause`.
pub async fn forever(office: Arc<Office>, pause: impl AsyncFn()) {
    loop {
        // The tree first: what is announced goes to the desks of today.
        if let Err(fault) = office.apply_changes().await {
            tracing::error!(%fault, "changes of the tree");
        }
        if let Err(fault) = office.sweep().await {
            tracing::error!(%fault, "sweep");
        }
        pause().await;
    }
}
