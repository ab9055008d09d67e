//! `dev`: a debug server and the development server of the interface, side by side.

use crate::repo::{cargo, npm, run};
use crate::ui;
use anyhow::{Context, Result, bail};
use std::process::{Child, Stdio};

/// Ends the development server of the interface together with us.
struct Interface(Child);

impl Drop for Interface {
    fn drop(&mut self) {
        // Closed input ends a development server; the kill is for one that does not listen to it.
        drop(self.0.stdin.take());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `cargo xtask dev`.
pub fn dev(arguments: &[String]) -> Result<()> {
    ui::install()?;
    if !ui::has_script("dev")? {
        bail!("web/package.json has no script `dev`");
    }
    let mut command = npm(["run", "dev"]);
    command.stdin(Stdio::piped());
    let _interface = Interface(command.spawn().context("cannot start `npm run dev`")?);
    let mut server = cargo(["run", "-p", "hangji", "--", "demo"]);
    server.args(arguments);
    run(server)
}
