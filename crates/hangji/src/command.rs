//! The command line.

use clap::{Args, Parser, Subcommand};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// 夯基：基层治理平台
#[derive(Debug, Parser)]
#[command(name = "hangji", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 启动平台
    Serve(ServeArgs),
    /// 建立一座样例城市并启动平台，用于试用
    Demo(DemoArgs),
    /// 只建立样例城市，不启动
    Build(BuildArgs),
    /// 建立或升级数据库，装入自带的业务包
    Migrate(MigrateArgs),
    /// 初始化：从表格建立区划、单位、账号和三种管理员
    Init(InitArgs),
    /// 在服务器上给一个账号新的初始密码（安全管理员自己无法登录时使用；须先停止平台）
    Password(PasswordArgs),
    /// 核验：每件事等于它的流程记录，每条记录首尾相连，每项统计等于重算
    Verify(DatabaseArgs),
    /// 体检：磁盘、密钥、版本、时钟、节假日、岗位、封存和定时任务，写明要做什么（平台可以照常运行）
    Doctor(DatabaseArgs),
    /// 封存：记下此刻所有流程记录的校验值（使用 SQLite 时须先停止平台）
    Seal(DatabaseArgs),
    /// 把一个数据库复制到另一个空的数据库（SQLite 与 PostgreSQL 之间也可以），用行数和摘要核对
    Copy(CopyArgs),
    /// 备份：数据库、附件和密钥，用口令加密成一个文件；平台可以照常运行
    Backup(BackupArgs),
    /// 从备份恢复到空的数据库和文件夹，并核验
    Restore(RestoreArgs),
    /// 测速
    Bench(BenchArgs),
    /// Load of `bench`, in a process of its own.
    #[command(hide = true)]
    Load,
    /// 输出接口文档（OpenAPI 3.1）
    Openapi,
    /// 输出流程图（Mermaid）
    Flow {
        /// 流程代码
        #[arg(default_value = "incident")]
        code: String,
    },
    /// 业务包
    #[command(subcommand)]
    Pack(PackCommand),
    /// 输出权限表
    Permissions,
}

/// Which database.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// 数据库地址:sqlite:文件路径 或 postgres://…
    #[arg(long, env = "HANGJI_DATABASE", default_value = "sqlite:data/hangji.db")]
    pub database: String,
    /// 附件和密钥所在的文件夹
    #[arg(long, env = "HANGJI_DATA", default_value = "data")]
    pub data: PathBuf,
}

/// What `migrate` brings up to date.
#[derive(Debug, Clone, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// 清空并重建检索索引（核验提示索引不符时使用；须先停止平台）
    #[arg(long)]
    pub reindex: bool,
}

/// What to do with a pack.
#[derive(Debug, Clone, Subcommand)]
pub enum PackCommand {
    /// 检查一个业务包文件夹，或其中的一个文件：有问题的文件和行都会列出
    Check {
        /// 文件夹或文件
        path: PathBuf,
    },
    /// 把业务包文件夹装入一个已有的数据库（使用 SQLite 时须先停止平台）；已有的事项仍按原来的版本办理
    Install {
        /// 文件夹；文件夹的名称就是业务包的名称
        path: PathBuf,
        /// Which database.
        #[command(flatten)]
        place: DatabaseArgs,
    },
}

/// How to fill an empty installation.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// 放表格的文件夹：areas.csv（区划，必须有）、orgs.csv（单位）、people.csv（人员和岗位）
    pub folder: PathBuf,
    /// 在文件夹里写一套示例表格
    #[arg(long, conflicts_with = "check")]
    pub example: bool,
    /// 只检查表格，不写入
    #[arg(long)]
    pub check: bool,
    /// 初始密码写入这个新文件；不给就显示在屏幕上
    #[arg(long)]
    pub passwords: Option<PathBuf>,
    /// 从哪一天起有效，如 2026-11-22；默认今天
    #[arg(long)]
    pub from: Option<String>,
    /// Which database.
    #[command(flatten)]
    pub place: DatabaseArgs,
}

/// Whose password.
#[derive(Debug, Clone, Args)]
pub struct PasswordArgs {
    /// 登录名
    pub login: String,
    /// Which database.
    #[command(flatten)]
    pub place: DatabaseArgs,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Which database.
    #[command(flatten)]
    pub place: DatabaseArgs,
    /// 监听地址
    #[arg(long, env = "HANGJI_LISTEN", default_value = "127.0.0.1:7007")]
    pub listen: SocketAddr,
    /// 前面有反向代理：按它写的 X-Forwarded-For 认来访者的地址。没有代理时不要打开，否则来访者可以冒充地址
    #[arg(long, env = "HANGJI_BEHIND_PROXY", value_parser = clap::builder::FalseyValueParser::new())]
    pub behind_proxy: bool,
    /// 浏览器只在加密连接（HTTPS）上发送登录凭证；对外使用时应打开
    #[arg(long, env = "HANGJI_SECURE_COOKIES", value_parser = clap::builder::FalseyValueParser::new())]
    pub secure_cookies: bool,
    /// 没有反向代理时直接提供 HTTPS：PEM 格式的证书链；换了文件不用重启
    #[arg(long, env = "HANGJI_TLS_CERTIFICATE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// 上面证书的私钥，PEM 格式
    #[arg(long, env = "HANGJI_TLS_KEY", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// 在这个地址的 /metrics 提供监控指标（Prometheus）；不给就不提供。只给监控系统访问，不要对外开放
    #[arg(long, env = "HANGJI_METRICS")]
    pub metrics: Option<SocketAddr>,
}

/// How to show.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// 规模:street 一个街道（几十秒）、county 一个区、city 全市（约 51 万件事件）
    #[arg(long, default_value = "street")]
    pub scale: sample::Scale,
    /// 样例:putian 莆田、jianyang 建阳、xiaochang 孝昌，或 .toml 文件的路径
    #[arg(long, default_value = "putian")]
    pub profile: sample::Profile,
    /// 另外装入的业务包文件夹，可以给多个
    #[arg(long = "pack")]
    pub packs: Vec<PathBuf>,
    /// 样例城市所在的文件夹；默认 data/demo-<规模>
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// 数据库地址；默认放在上面的文件夹里
    #[arg(long)]
    pub database: Option<String>,
    /// 监听地址
    #[arg(long, default_value = "127.0.0.1:7007")]
    pub listen: SocketAddr,
    /// 只演这么多天的事件；默认 318 天
    #[arg(long)]
    pub days: Option<i64>,
    /// 把演示的时钟拨快这么多天，用来看回访、到期、申诉期满以后的情形；只有演示可以拨
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=366))]
    pub ahead: u16,
    /// 不自动打开浏览器
    #[arg(long)]
    pub no_open: bool,
    /// 删掉上次的样例城市重新建立
    #[arg(long)]
    pub fresh: bool,
}

/// How to build a sample city.
#[derive(Debug, Clone, Args)]
pub struct BuildArgs {
    /// Which database.
    #[command(flatten)]
    pub place: DatabaseArgs,
    /// 规模:street、county、city
    #[arg(long, default_value = "street")]
    pub scale: sample::Scale,
    /// 样例:putian、jianyang、xiaochang，或 .toml 文件的路径
    #[arg(long, default_value = "putian")]
    pub profile: sample::Profile,
    /// 另外装入的业务包文件夹，可以给多个
    #[arg(long = "pack")]
    pub packs: Vec<PathBuf>,
    /// 演多少天的事件
    #[arg(long)]
    pub days: Option<i64>,
}

/// From where to where.
#[derive(Debug, Clone, Args)]
pub struct CopyArgs {
    /// 来源数据库的地址，只读不写
    #[arg(long)]
    pub from: String,
    /// 目标数据库的地址，必须是空的
    #[arg(long)]
    pub to: String,
}

/// What to back up.
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// Which database.
    #[command(flatten)]
    pub place: DatabaseArgs,
    /// 备份文件，不能已经存在
    #[arg(long)]
    pub to: PathBuf,
    /// 第一行写着口令的文件；不给就在终端询问
    #[arg(long)]
    pub passphrase_file: Option<PathBuf>,
}

/// What to restore.
#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// Which database.
    #[command(flatten)]
    pub place: DatabaseArgs,
    /// 备份文件
    #[arg(long)]
    pub from: PathBuf,
    /// 第一行写着口令的文件；不给就在终端询问
    #[arg(long)]
    pub passphrase_file: Option<PathBuf>,
    /// 只检查备份是否完好，什么也不写
    #[arg(long)]
    pub check: bool,
}

/// What to measure.
#[derive(Debug, Clone, Args)]
pub struct BenchArgs {
    /// 已建好样例城市的数据库；不给就临时建一个街道
    #[arg(long)]
    pub database: Option<String>,
    /// 附件和密钥所在的文件夹
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
    /// 每项测多少秒
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
}

/// Says a line to the person at the terminal.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Says how far the work is, beside the result: what a program reads stays whole.
pub fn tell(text: &str) {
    complain(text);
}

/// Says what went wrong.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints a generated text.
pub fn print_line(text: &str) -> anyhow::Result<ExitCode> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
