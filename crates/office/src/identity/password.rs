//! Passwords: Argon2id, and how one is made. The rules for new ones are [`civic::password`].

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use civic::password::Strength;
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// Memory of one hash in KiB, passes and lanes: the first recommendation of OWASP's password
/// storage cheat sheet. Stored hashes name their own parameters, so these may be raised later.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at the same time. A storm of sign-ins waits here instead of taking 19 MiB each.
static HASHING: Semaphore = Semaphore::const_new(4);

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password, with a salt of its own, into PHC form. Takes some 30 ms: not on a thread of
/// the async runtime (see [`hash_async`]).
#[must_use]
pub fn hash(password: &str) -> String {
    // Hashing fails only for parameters out of range, and these are constants; an empty secret
    // would open to nobody.
    argon2()
        .hash_password(password.as_bytes())
        .map(|h| h.to_string())
        .unwrap_or_default()
}

/// Whether `password` is the one of `secret`. Without a secret (no such account) the work is done
/// all the same, so that the time taken tells nothing.
#[must_use]
pub fn verify(password: &str, secret: Option<&str>) -> bool {
    static DUMMY: OnceLock<String> = OnceLock::new();
    let dummy = || {
        DUMMY
            .get_or_init(|| hash("nobody has this password"))
            .as_str()
    };
    let known = secret.and_then(|s| PasswordHash::new(s).ok());
    match known {
        Some(known) => argon2()
            .verify_password(password.as_bytes(), &known)
            .is_ok(),
        None => {
            if let Ok(dummy) = PasswordHash::new(dummy()) {
                let _ = argon2().verify_password(password.as_bytes(), &dummy);
            }
            false
        }
    }
}

/// [`hash`] beside the async runtime.
pub async fn hash_async(password: String) -> String {
    beside(move || hash(&password)).await
}

/// [`verify`] beside the async runtime.
pub async fn verify_async(password: String, secret: Option<String>) -> bool {
    beside(move || verify(&password, secret.as_deref())).await
}

/// Runs heavy work on the runtime's blocking threads. A panic or the end of the runtime gives the
/// value that opens nothing.
async fn beside<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let _turn = HASHING.acquire().await;
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

/// A password made for somebody: 16 characters without look-alikes, that pass
/// [`civic::password::check`].
#[must_use]
pub fn generate() -> String {
    /// The strictest that 16 letters and digits can meet.
    const GENERATED: Strength = Strength {
        chars_min: 16,
        classes_min: 3,
    };
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    loop {
        let mut text = String::with_capacity(16);
        while text.len() < 16 {
            // 220 = 4 x 55: bytes above would favour the first letters.
            let byte: u8 = rand::random();
            if byte < 220 {
                text.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            }
        }
        if civic::password::check(GENERATED, "", "", &text).is_ok() {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_its_own_hash_only() {
        let secret = hash("Xialin#2026");
        assert!(
            secret.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{secret}"
        );
        assert!(verify("Xialin#2026", Some(&secret)));
        assert!(!verify("Xialin#2027", Some(&secret)));
        assert_ne!(
            hash("Xialin#2026"),
            secret,
            "each hash has a salt of its own"
        );
    }

    #[test]
    fn no_account_and_no_hash_open_to_nothing() {
        assert!(!verify("nobody has this password", None));
        assert!(!verify("", Some("")));
        assert!(!verify("x", Some("plain")));
    }

    #[test]
    fn an_unknown_login_takes_the_time_of_a_known_one() {
        let secret = hash("Xialin#2026");
        let _ = verify("x", None);
        let time = |secret: Option<&str>| {
            let start = std::time::Instant::now();
            (0..3).for_each(|_| assert!(!verify("x", secret)));
            start.elapsed().as_secs_f64()
        };
        let (unknown, known) = (time(None), time(Some(&secret)));
        assert!(unknown > known / 5.0, "unknown {unknown}, known {known}");
    }

    #[test]
    fn a_generated_password_passes_the_rules_and_is_new_each_time() {
        let (a, b) = (generate(), generate());
        assert!(civic::password::check(Strength::default(), "chen", "陈春山", &a).is_ok());
        assert_ne!(a, b);
        assert_eq!(a.len(), 16);
    }
}
