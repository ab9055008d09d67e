//! The database's address. The scheme decides the database; a slip of the pen is
//! an error that shows what is accepted, and never an empty new file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crate::driver::OpenError;

/// What is accepted, for every sentence about a wrong address.
const FORMS: &str = "可用的写法：sqlite:data/hangji.db（相对路径）、sqlite:///var/lib/hangji/hangji.db\
（绝对路径）、postgres://用户:密码@主机:5432/库名";

/// Where the data is. Parsed from `sqlite:path`, `sqlite:///absolute/path`,
/// `postgres://..` or `postgresql://..`; shown without the password.
#[derive(Clone)]
pub enum StoreUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database and schema.
    Postgres(Box<postgres::Config>),
}

impl FromStr for StoreUrl {
    type Err = OpenError;

    fn from_str(text: &str) -> Result<StoreUrl, OpenError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(OpenError::new(format!("没有写数据库地址。{FORMS}")));
        }
        // A drive letter (C:\data\city.db) is no scheme.
        let Some((scheme, rest)) = text.split_once(':').filter(|(s, _)| s.len() > 1) else {
            return Err(OpenError::new(format!(
                "数据库地址“{text}”缺少开头的类型；如果这是一个 SQLite 文件，请写成 sqlite:{text}。{FORMS}"
            )));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => server(rest),
            other => Err(unknown(other)),
        }
    }
}

fn sqlite(rest: &str) -> Result<StoreUrl, OpenError> {
    // sqlite:///a -> /a, sqlite://a -> a, sqlite:a -> a
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let wrong = |why: &str| {
        Err(OpenError::new(format!(
            "数据库地址“sqlite:{rest}”{why}。{FORMS}"
        )))
    };
    match path {
        "" => wrong("没有写文件路径"),
        ":memory:" => wrong("是内存库，重启后数据会全部丢失，请改用文件"),
        _ if path.contains('?') => {
            wrong("带有“?”参数，SQLite 地址不接受参数，请删去“?”及其后的内容")
        }
        _ if path.ends_with(['/', '\\']) => wrong("是一个文件夹，请写到文件名为止"),
        _ => Ok(StoreUrl::Sqlite(PathBuf::from(path))),
    }
}

fn server(rest: &str) -> Result<StoreUrl, OpenError> {
    // The address is never quoted here: it holds a password.
    if !rest.starts_with("//") {
        return Err(OpenError::new(format!(
            "PostgreSQL 地址要以 postgres:// 开头。{FORMS}"
        )));
    }
    let mut config = postgres::Config::from_str(&format!("postgres:{rest}")).map_err(|error| {
        OpenError::because(
            format!(
                "PostgreSQL 地址写得不完整或有误；密码里的特殊字符（如 @ : / # %）要写成百分号编码。{FORMS}"
            ),
            error.into(),
        )
    })?;
    if config.get_hosts().is_empty() {
        return Err(OpenError::new(format!(
            "PostgreSQL 地址没有写主机。{FORMS}"
        )));
    }
    if config.get_ssl_mode() == postgres::config::SslMode::Require {
        return Err(OpenError::new(
            "PostgreSQL 地址要求 sslmode=require，但本程序没有内置 TLS；\
             请把数据库放在同一台机器或可信内网，或经加密隧道连接，并删去 sslmode=require",
        ));
    }
    if config.get_application_name().is_none() {
        config.application_name("hangji");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    Ok(StoreUrl::Postgres(Box::new(config)))
}

fn unknown(scheme: &str) -> OpenError {
    let near = ["sqlite", "postgres", "postgresql"]
        .into_iter()
        .map(|known| (distance(scheme, known), known))
        .filter(|(distance, _)| *distance <= 2)
        .min();
    OpenError::new(match near {
        Some((_, known)) => {
            format!("不认识数据库类型“{scheme}”，您是不是想写“{known}”？{FORMS}")
        }
        None => format!("不支持数据库类型“{scheme}”。{FORMS}"),
    })
}

/// Edits (insert, delete, replace) that turn one word into the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

/// Looks before SQLite does: a path that is no usable file becomes a sentence.
/// Only by metadata; opening and closing the file here would drop the locks that
/// this process's SQLite connections hold on it (POSIX).
pub(crate) fn check_file(path: &Path, create: bool) -> Result<(), OpenError> {
    let shown = path.display();
    match path.metadata() {
        Ok(found) if found.is_dir() => Err(OpenError::new(format!(
            "“{shown}”是一个文件夹，请在后面写上数据库文件名"
        ))),
        Ok(found) if !found.is_file() => Err(OpenError::new(format!(
            "“{shown}”不是普通文件，不能用作数据库"
        ))),
        Ok(found) if found.permissions().readonly() => Err(OpenError::new(format!(
            "数据库文件“{shown}”是只读的，请给运行本程序的账户写权限"
        ))),
        Ok(found) if found.len() == 0 && !create => Err(OpenError::new(format!(
            "“{shown}”是空文件，不是夯基的数据库；请核对路径，或删除它后新建"
        ))),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
            match folder {
                Some(folder) if !folder.is_dir() => Err(OpenError::new(format!(
                    "数据库所在的文件夹“{}”不存在，请先建好它，或核对路径",
                    folder.display()
                ))),
                _ if create => Ok(()),
                _ => Err(OpenError::new(format!(
                    "没有找到数据库文件“{shown}”；请核对路径，第一次使用请先新建数据库"
                ))),
            }
        }
        Err(error) => Err(OpenError::new(format!(
            "读不到数据库文件“{shown}”：{error}；请检查路径与权限"
        ))),
    }
}

impl StoreUrl {
    /// Whether both name the same tables: the same file, or the same database and search path.
    pub(crate) fn same_place(&self, other: &Self) -> bool {
        let options = |url: &Self| match url {
            StoreUrl::Sqlite(_) => None,
            StoreUrl::Postgres(config) => config.get_options().map(str::to_owned),
        };
        self.to_string() == other.to_string() && options(self) == options(other)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use postgres::config::Host;
        match self {
            StoreUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            StoreUrl::Postgres(config) => {
                let hosts = config.get_hosts().iter().map(|host| match host {
                    Host::Tcp(name) => name.clone(),
                    #[cfg(unix)]
                    Host::Unix(folder) => folder.display().to_string(),
                });
                let hosts = hosts.collect::<Vec<_>>().join(",");
                let port = config.get_ports().first().copied().unwrap_or(5432);
                let name = config
                    .get_dbname()
                    .or(config.get_user())
                    .unwrap_or_default();
                write!(f, "postgres://{hosts}:{port}/{name}")
            }
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<StoreUrl>().unwrap_err().sentence
    }

    #[test]
    fn the_scheme_decides_the_database() {
        let file = |text: &str| match text.parse().unwrap() {
            StoreUrl::Sqlite(path) => path.to_str().unwrap().to_owned(),
            other => panic!("{other}"),
        };
        assert_eq!(file("sqlite:data/city.db"), "data/city.db");
        assert_eq!(file("sqlite://data/city.db"), "data/city.db");
        assert_eq!(file("sqlite:///srv/city.db"), "/srv/city.db");
        assert_eq!(file("sqlite:/srv/city.db"), "/srv/city.db");
        assert_eq!(file(" SQLite:C:\\data\\city.db"), "C:\\data\\city.db");
        for text in ["postgres://u:p@h:5433/city", "postgresql://u:p@h:5433/city"] {
            assert_eq!(
                text.parse::<StoreUrl>().unwrap().to_string(),
                "postgres://h:5433/city"
            );
        }
    }

    #[test]
    fn a_typo_in_the_scheme_is_answered_with_the_likely_word_and_the_forms() {
        for (text, likely) in [
            ("postgre://u@h/city", "“postgres”"),
            ("postgresq://u@h/city", "“postgres"),
            ("sqlte:city.db", "“sqlite”"),
            ("sqlite3:city.db", "“sqlite”"),
        ] {
            let sentence = refused(text);
            assert!(
                sentence.contains(&format!("您是不是想写{likely}")),
                "{sentence}"
            );
            assert!(sentence.contains("sqlite:data/hangji.db"), "{sentence}");
        }
        let sentence = refused("mysql://u@h/city");
        assert!(
            sentence.starts_with("不支持数据库类型“mysql”"),
            "{sentence}"
        );
    }

    #[test]
    fn an_incomplete_address_says_what_is_missing() {
        for (text, hint) in [
            ("", "没有写数据库地址"),
            ("data/city.db", "请写成 sqlite:data/city.db"),
            ("C:\\city.db", "请写成 sqlite:C:\\city.db"),
            ("sqlite:", "没有写文件路径"),
            ("sqlite::memory:", "内存库"),
            ("sqlite:city.db?mode=rwc", "请删去“?”"),
            ("sqlite:data/", "请写到文件名为止"),
            ("postgres:u@h/city", "要以 postgres:// 开头"),
            ("postgres:///city", "没有写主机"),
            ("postgres://u@h/city?sslmode=require", "没有内置 TLS"),
        ] {
            let sentence = refused(text);
            assert!(sentence.contains(hint), "{text}: {sentence}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: StoreUrl = "postgres://clerk:Geheim123@db/city".parse().unwrap();
        assert!(!format!("{url} {url:?}").contains("Geheim123"));
        let error = "postgres://clerk:Geheim123@db:port/city"
            .parse::<StoreUrl>()
            .unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("Geheim123"),
            "{error:?}"
        );
    }
}
