//! Who did something outside a matter's journal: name and title as they were then.

use crate::id::AccountId;
use serde::{Deserialize, Serialize};

/// A person with the title under which they acted. Frozen: it stays when they leave office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The account.
    pub account: AccountId,
    /// Name; a substitute's says for whom.
    pub name: String,
    /// Title of the post.
    pub title: String,
}
