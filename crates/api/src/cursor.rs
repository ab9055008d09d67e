//! Where the next page of a list begins, as clients hand it back. A cursor names the list and the
//! filter it was made for: used for another one it is refused instead of giving a page of nothing
//! sensible.

use crate::fields::form_pairs;
use axum::extract::Request;
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::Response;
use civic::trace::Hash;
use std::fmt::Display;

tokio::task_local! {
    /// The list and filter of the request that is being answered.
    static LIST: String;
}

/// What stands between the place and the digest of the list.
const MARK: char = '~';
/// Digits of the digest: against mistakes, not against attackers, who may ask for any page anyway.
const DIGITS: usize = 10;

/// Remembers which list is asked for, while it is answered.
pub(crate) async fn remember(request: Request, next: Next) -> Response {
    let list = digest(request.uri());
    LIST.scope(list, next.run(request)).await
}

/// The path and all that is asked but the place and the size of the page, in no order.
fn digest(uri: &Uri) -> String {
    let mut pairs = form_pairs(uri.query().unwrap_or_default());
    pairs.retain(|(name, value)| !matches!(&**name, "cursor" | "limit") && !value.is_empty());
    pairs.sort();
    let mut digest = Hash::of(format!("{} {pairs:?}", uri.path()).as_bytes()).to_string();
    digest.truncate(DIGITS);
    digest
}

/// A place in the list that is being answered, for the client.
pub(crate) fn token(next: Option<impl Display>) -> Option<String> {
    let next = next?;
    Some(match LIST.try_with(String::clone) {
        Ok(list) => format!("{next}{MARK}{list}"),
        Err(_) => next.to_string(),
    })
}

/// The place in a cursor that a client handed back.
///
/// # Errors
/// A sentence where it was made for another list or filter, or is none.
pub(crate) fn place(cursor: &str) -> Result<&str, &'static str> {
    let found = cursor.rsplit_once(MARK);
    let own = |(_, list): &(&str, &str)| LIST.try_with(|own| own == list).unwrap_or(true);
    match found.filter(own) {
        Some((place, _)) => Ok(place),
        None => Err("翻页位置不是这个清单、这组筛选条件的，请从第一页重新读取"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_the_page_and_the_order_of_the_query_make_no_other_list() {
        let of = |uri: &str| digest(&uri.parse().unwrap());
        let one = of("/api/v1/visits?area=4&kind=patrol");
        assert_eq!(
            one,
            of("/api/v1/visits?kind=patrol&limit=5&area=4&cursor=7~x&q=")
        );
        assert_ne!(one, of("/api/v1/visits?area=8&kind=patrol"));
        assert_ne!(one, of("/api/v1/audit?area=4&kind=patrol"));
    }
}
