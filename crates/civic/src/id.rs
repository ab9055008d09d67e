//! Identifiers. Every id is a positive 63-bit integer made by the program (never by the
//! database): 41 bits of milliseconds since 2020, 10 bits of shard, 12 bits of counter, so the
//! shard can be read from the id. In JSON an id is a string, because JavaScript cannot hold it.

use std::fmt;
use std::str::FromStr;

/// Milliseconds of 2020-01-01T00:00:00Z, the epoch of ids.
const EPOCH_MS: i64 = 1_577_836_800_000;
const SHARD_BITS: u32 = 10;
const COUNTER_BITS: u32 = 12;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!(stringify!($name), "({})"), self.0) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.0) }
        }
        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> { s.parse().map(Self) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(&self.0) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> { d.deserialize_any(IdVisitor).map(Self) }
        }
    )+};
}

ids! {
    /// A governance area of any level.
    AreaId,
    /// A department, station, centre or company.
    OrgId,
    /// A person who can sign in.
    AccountId,
    /// A dated holding of a role over an area or in an organisation.
    PostId,
    /// One candidate for a post.
    NominationId,
    /// One absence from a post.
    AbsenceId,
    /// One piece of work.
    MatterId,
    /// One stored attachment.
    FileId,
    /// One message to a person or desk.
    MessageId,
    /// One visit or patrol.
    VisitId,
    /// One standard address.
    AddressId,
    /// One notice, task or bulletin from above.
    NoticeId,
    /// One item of a department that is to be admitted to communities and grids.
    AdmissionId,
    /// One period of assessment of an area.
    AssessmentId,
    /// A mediation organisation.
    MediationBodyId,
    /// One record of a register.
    RecordId,
    /// One line of a centre's log.
    LogEntryId,
    /// One handing over of a centre's log.
    HandoverId,
    /// Of a line in the log of certificates.
    CertificateEntryId,
    /// Of a standard phrase.
    PhraseId,
    /// Something that residents are told.
    PublicationId,
    /// A document of the library.
    DocumentId,
    /// A vacant post offered to the people of its place.
    OpeningId,
    /// Of somebody who would take such a post.
    ApplicationId,
    /// Of what is said against a candidate in publicity.
    ObjectionId,
}

struct IdVisitor;
impl serde::de::Visitor<'_> for IdVisitor {
    type Value = i64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id: digits in a string")
    }
    fn visit_i64<E>(self, v: i64) -> Result<i64, E> {
        Ok(v)
    }
    fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<i64, E> {
        i64::try_from(v).map_err(E::custom)
    }
    fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<i64, E> {
        v.parse().map_err(E::custom)
    }
}

/// Makes ids for one shard. Ids of one mint are strictly increasing, also when the clock stands
/// still or jumps back.
#[derive(Debug)]
pub struct Mint {
    shard: i64,
    last: i64,
}

impl Mint {
    /// A mint for `shard` (0..1024) that continues after `last`, the greatest id known to exist.
    #[must_use]
    pub fn new(shard: u16, last: i64) -> Self {
        Self {
            shard: i64::from(shard) & ((1 << SHARD_BITS) - 1),
            last,
        }
    }

    /// Goes on after `id`, where it has not come so far yet.
    pub fn after(&mut self, id: i64) {
        self.last = self.last.max(id);
    }

    /// The next id at `now_ms` (milliseconds since the Unix epoch).
    pub fn next(&mut self, now_ms: i64) -> i64 {
        let millis = (now_ms - EPOCH_MS).max(1);
        let fresh = (millis << (SHARD_BITS + COUNTER_BITS)) | (self.shard << COUNTER_BITS);
        let full = (1 << COUNTER_BITS) - 1;
        self.last = if fresh > self.last {
            fresh
        } else if self.last & full < full {
            self.last + 1
        } else {
            ((self.last >> (SHARD_BITS + COUNTER_BITS)) + 1) << (SHARD_BITS + COUNTER_BITS)
                | (self.shard << COUNTER_BITS)
        };
        self.last
    }
}

/// The shard an id was made in.
#[must_use]
pub fn shard_of(id: i64) -> u16 {
    ((id >> COUNTER_BITS) & ((1 << SHARD_BITS) - 1)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_though_the_clock_stands_still_or_jumps_back() {
        let mut mint = Mint::new(7, 0);
        let now = EPOCH_MS + 1_000_000;
        let mut last = 0;
        for i in 0..20_000 {
            let id = mint.next(if i % 3 == 0 { now - 500 } else { now });
            assert!(id > last, "id {i} did not grow");
            assert_eq!(shard_of(id), 7);
            last = id;
        }
    }

    #[test]
    fn ids_are_strings_in_json() {
        assert_eq!(serde_json::to_string(&AreaId(42)).unwrap(), "\"42\"");
        assert_eq!(
            serde_json::from_str::<AreaId>("\"42\"").unwrap(),
            AreaId(42)
        );
        assert!(serde_json::from_str::<AreaId>("\"4x\"").is_err());
    }
}
