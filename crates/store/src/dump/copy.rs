//! A database copied into another one, of the same kind or the other.

use super::{Shape, Sum, Target, shapes};
use crate::database::reading_conn;
use crate::driver::OpenError;
use crate::migrate;
use crate::url::StoreUrl;
use std::collections::BTreeMap;

/// What was copied: the tables with their rows and digests.
pub type Copied = BTreeMap<String, Sum>;

/// Copies everything, as it was at one moment, into an empty database, and proves by counts and
/// digests that it is the same. The source may be in use. `progress` is told the table, the rows of it
/// that were copied, and 0 rows while it is checked.
///
/// # Errors
/// A sentence that says what to do; the target cannot be opened then.
pub fn copy(
    from: &StoreUrl,
    to: &StoreUrl,
    mut progress: impl FnMut(&str, u64),
) -> Result<Copied, OpenError> {
    if from.same_place(to) {
        return Err(OpenError::new(
            "来源和目标是同一个数据库，请改正其中一个地址",
        ));
    }
    let mut source = reading_conn(from)?;
    source.begin_read()?;
    let pending = migrate::pending(&mut source, crate::MIGRATIONS)?.len();
    let mut target = Target::begin(to, crate::MIGRATIONS.len() - pending)?;
    let mut done: BTreeMap<String, (Shape, Sum)> = BTreeMap::new();
    for shape in shapes(&mut source)? {
        target.expect(&shape)?;
        let mut sum = Sum::default();
        shape.chunks::<OpenError>(&mut source, |rows| {
            rows.iter().for_each(|row| sum.add(row));
            target.write(&shape, &rows)?;
            progress(&shape.name, sum.rows);
            Ok(())
        })?;
        done.insert(shape.name.clone(), (shape, sum));
    }
    target.finish(&done, |table| progress(table, 0))?;
    Ok(done
        .into_iter()
        .map(|(name, (_, sum))| (name, sum))
        .collect())
}
