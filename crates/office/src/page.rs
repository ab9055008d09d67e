//! Pages of lists that are read newest first by key.

use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};

/// How many rows a page has, of what was asked for.
pub(crate) fn size(asked: Option<usize>) -> usize {
    asked.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX)
}

/// Cuts rows to the page; one row more than its size was read. Answers where the next page begins.
pub(crate) fn cut<T, K>(rows: &mut Vec<T>, size: usize, key: impl Fn(&T) -> K) -> Option<K> {
    let next = (rows.len() > size).then(|| key(&rows[size - 1]));
    rows.truncate(size);
    next
}
