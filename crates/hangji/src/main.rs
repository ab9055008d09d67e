//! The `hangji` binary: one process, one port.

mod bench;
mod build;
mod command;
mod demo;
mod init;
mod keep;
mod memory;
mod metrics;
mod pack;
mod prove;
mod serve;
mod tls;

use clap::Parser;
use command::{Cli, Command};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("HANGJI_LOG")
                .unwrap_or_else(|_| "warn,hangji=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            command::complain(&format!("无法启动：{error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(error) => {
            command::complain(&format!("{error}"));
            for cause in error.chain().skip(1) {
                command::complain(&format!("  原因：{cause}"));
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::serve(args).await,
        Command::Demo(args) => demo::demo(args).await,
        Command::Build(args) => build::build(args).await,
        Command::Doctor(args) => prove::doctor(&args),
        Command::Migrate(args) => prove::migrate(&args),
        Command::Verify(args) => prove::verify(&args),
        Command::Seal(args) => prove::seal(&args).await,
        Command::Copy(args) => keep::copy(&args),
        Command::Backup(args) => keep::backup(&args),
        Command::Restore(args) => keep::restore(&args),
        Command::Bench(args) => bench::bench(args).await,
        Command::Load => bench::load::load().await,
        Command::Openapi => command::print_line(&api::openapi().to_pretty_json()?),
        Command::Flow { code } => prove::flow(&code),
        Command::Pack(command::PackCommand::Check { path }) => pack::pack_check(&path),
        Command::Pack(command::PackCommand::Install { path, place }) => {
            pack::pack_install(&path, &place).await
        }
        Command::Init(args) => init::init(args).await,
        Command::Password(args) => init::password(args).await,
        Command::Permissions => command::print_line(&civic::rights::table()),
    }
}
