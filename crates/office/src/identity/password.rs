//! Passwords: Argon2id, and the rules for new ones.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use civic::limits::PASSWORD_CHARS_MIN;
use civic::problem::Problem;
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// Memory of one hash in KiB, passes and lanes: the first recommendation of OWASP's password
/// storage cheat sheet. Stored hashes name their own parameters, so these may be raised later.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at the same time. A storm of sign-ins waits here instead of taking 19 MiB each.
static HASHING: Semaphore = Semaphore::const_new(4);

/// Longest password: longer texts only make the server work.
const CHARS_MAX: usize = 128;
/// Classes of characters that a password must mix: lower case, upper case, digits, others.
const CLASSES_MIN: usize = 3;

/// What everybody tries first among the passwords that pass the other rules; compared in lower case.
const WORST: &[&str] = &[
    "password1",
    "password1!",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword1",
    "aa123456",
    "abc12345",
    "abc123456",
    "abcd1234",
    "qwer1234",
    "qwe123456",
    "1qaz2wsx",
    "1qaz@wsx",
    "zaq12wsx",
    "admin123",
    "admin@123",
    "admin123456",
    "root@123",
    "test1234",
    "test@123",
    "a1234567",
    "a12345678",
    "aa12345678",
    "abc@123456",
    "abc@1234",
    "aaa111...",
    "woaini1314",
    "iloveyou1",
    "welcome1",
    "welcome@123",
    "huawei@123",
    "changeme1",
    "qwerty123",
    "qwerty@123",
    "hangji123",
    "hangji@123",
];

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

/// Every rule that a new password breaks.
///
/// # Errors
/// The broken rules, each with a sentence.
pub fn check(login: &str, password: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut broken =
        |code: &str, message: String| problems.push(Problem::new("password", code, message));
    let count = password.chars().count();
    if count < PASSWORD_CHARS_MIN {
        broken(
            "too_short",
            format!("密码至少要 {PASSWORD_CHARS_MIN} 个字符，现在只有 {count} 个"),
        );
    }
    if count > CHARS_MAX {
        broken("too_long", format!("密码最多 {CHARS_MAX} 个字符"));
    }
    let classes = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if classes.into_iter().filter(|has| *has).count() < CLASSES_MIN {
        broken(
            "too_simple",
            format!("密码要在小写字母、大写字母、数字、符号四类中至少用到 {CLASSES_MIN} 类"),
        );
    }
    let lower = password.to_lowercase();
    let login = login.to_lowercase();
    if login.chars().count() >= 3 && lower.contains(&login) {
        broken("contains_login", "密码不能包含登录名".into());
    }
    if WORST.contains(&lower.as_str()) {
        broken("too_common", "这个密码太常见，容易被猜到，请换一个".into());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// A password made for somebody: 16 characters without look-alikes, that pass [`check`].
#[must_use]
pub fn generate() -> String {
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
        if check("", &text).is_ok() {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(login: &str, password: &str) -> Vec<String> {
        check(login, password)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|p| p.code)
            .collect()
    }

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
    fn every_broken_rule_is_named() {
        assert_eq!(codes("chen", "Ab1"), ["too_short"]);
        assert_eq!(codes("chen", "abcdefgh"), ["too_simple"]);
        assert_eq!(codes("chen", "12345678"), ["too_simple"]);
        assert_eq!(codes("chen", "xCHEN1999"), ["contains_login"]);
        assert_eq!(codes("chen", "Admin@123"), ["too_common"]);
        assert_eq!(
            codes("chen", &format!("aA1{}", "x".repeat(126))),
            ["too_long"]
        );
        assert_eq!(codes("chen", "a"), ["too_short", "too_simple"]);
        for good in ["Xialin#2026", "我的密码Ab12", "lotus-Pond-7"] {
            assert!(check("chen", good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_generated_password_passes_the_rules_and_is_new_each_time() {
        let (a, b) = (generate(), generate());
        assert!(check("chen", &a).is_ok());
        assert_ne!(a, b);
        assert_eq!(a.len(), 16);
    }
}
