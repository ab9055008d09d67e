//! Which packed copy of a file a client takes (`Accept-Encoding`, RFC 9110 12.5.3).

/// Encodings that the build writes beside a file, best first, with the ending of the copy.
const PACKED: &[(&str, &str)] = &[("br", ".br"), ("gzip", ".gz")];

/// Whether a path names a packed copy.
pub fn is_packed(path: &str) -> bool {
    PACKED.iter().any(|(_, ending)| path.ends_with(ending))
}

/// The encodings that a client accepts, in our order: the sizes differ by more than the client's
/// wishes usually say. An encoding with `q=0` is refused.
pub fn preferred(accepted: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
    PACKED
        .iter()
        .copied()
        .filter(move |(name, _)| accepts(accepted, name))
}

fn accepts(accepted: &str, name: &str) -> bool {
    let weight = |wanted: &str| {
        accepted.split(',').find_map(|part| {
            let (coding, parameters) = part.split_once(';').unwrap_or((part, ""));
            if !coding.trim().eq_ignore_ascii_case(wanted) {
                return None;
            }
            let q = parameters
                .trim()
                .strip_prefix("q=")
                .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
            Some(q > 0.0)
        })
    };
    weight(name).or_else(|| weight("*")).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(accepted: &str) -> Vec<&'static str> {
        preferred(accepted).map(|(name, _)| name).collect()
    }

    #[test]
    fn the_smallest_copy_that_the_client_takes_is_sent() {
        assert_eq!(names("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(names("gzip;q=1.0, br;q=0"), ["gzip"]);
        assert_eq!(names("*"), ["br", "gzip"]);
        assert_eq!(names("*;q=0, gzip"), ["gzip"]);
        assert!(names("").is_empty() && names("identity").is_empty());
    }
}
