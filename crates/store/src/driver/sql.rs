//! One SQL text for two databases: just enough scanning to rewrite parameters
//! and column kinds without touching literals and comments.

/// A stretch of SQL text.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// Keywords, names, operators.
    Code(&'a str),
    /// A literal or a quoted name, quotes included.
    Quoted(&'a str),
    /// `-- ..` or `/* .. */`.
    Comment(&'a str),
}

/// Cuts SQL into code, literals and comments; put together they give the text again.
pub(crate) fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = sql;
    while !rest.is_empty() {
        let start = rest
            .char_indices()
            .find(|(at, c)| {
                matches!(c, '\'' | '"')
                    || rest[*at..].starts_with("--")
                    || rest[*at..].starts_with("/*")
            })
            .map_or(rest.len(), |(at, _)| at);
        if start > 0 {
            pieces.push(Piece::Code(&rest[..start]));
        }
        rest = &rest[start..];
        let (open, close) = match rest.as_bytes() {
            [] => break,
            [b'\'', ..] => (1, "'"),
            [b'"', ..] => (1, "\""),
            [b'-', ..] => (2, "\n"),
            _ => (2, "*/"),
        };
        let end = rest[open..]
            .find(close)
            .map_or(rest.len(), |at| open + at + close.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(if open == 1 {
            Piece::Quoted(piece)
        } else {
            Piece::Comment(piece)
        });
        rest = after;
    }
    pieces
}

const ANY: &str = "= ANY(";

/// Rewrites `$n` to `?n` (a bare `$1` would be a name in SQLite, numbered by
/// appearance), and `= ANY($n)` to a list read from JSON.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    for piece in pieces(sql) {
        let code = match piece {
            Piece::Code(code) => code,
            Piece::Quoted(text) | Piece::Comment(text) => {
                out.push_str(text);
                continue;
            }
        };
        let mut parts = code.split('$');
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = part.split_at(digits);
            match (after.strip_prefix(')'), out.strip_suffix(ANY)) {
                (Some(after), Some(before)) => {
                    out.truncate(before.len());
                    out.push_str("IN (SELECT value FROM json_each(?");
                    out.push_str(number);
                    out.push_str("))");
                    out.push_str(after);
                }
                _ => {
                    out.push(if digits > 0 { '?' } else { '$' });
                    out.push_str(part);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_for_sqlite_and_literals_stay() {
        assert_eq!(
            for_sqlite("SELECT '$1', \"$2\" /* $3 */ WHERE a = $12 AND b = $1 -- it's $4\n+ $2"),
            "SELECT '$1', \"$2\" /* $3 */ WHERE a = ?12 AND b = ?1 -- it's $4\n+ ?2",
        );
    }

    #[test]
    fn a_list_parameter_reads_json_in_sqlite() {
        assert_eq!(
            for_sqlite("a = $1 AND 事项 = ANY($2) AND c = ANY($3)"),
            "a = ?1 AND 事项 IN (SELECT value FROM json_each(?2)) \
             AND c IN (SELECT value FROM json_each(?3))",
        );
    }

    #[test]
    fn a_doubled_quote_does_not_end_the_literal() {
        assert_eq!(for_sqlite("'it''s $1' = $1"), "'it''s $1' = ?1");
    }

    #[test]
    fn unclosed_literals_and_comments_run_to_the_end() {
        assert_eq!(pieces("a 'b"), [Piece::Code("a "), Piece::Quoted("'b")]);
        assert_eq!(pieces("/* c"), [Piece::Comment("/* c")]);
    }
}
