//! Makes sure that `web/dist` exists before it is embedded. It runs no npm: where nothing was
//! built, a placeholder says what to run. `HANGJI_REQUIRE_UI=1` (set for distributions) refuses
//! the placeholder, so that no release is shipped without an interface.

use std::path::Path;
use std::{env, fs};

/// Stands in the placeholder page and in no built one.
const MARK: &str = "hangji-placeholder";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dist = Path::new("../../web/dist");
    let index = dist.join("index.html");
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=placeholder.html");
    println!("cargo::rerun-if-env-changed=HANGJI_REQUIRE_UI");
    let missing = !fs::read_to_string(&index).is_ok_and(|page| !page.contains(MARK));
    if missing && env::var("HANGJI_REQUIRE_UI").is_ok_and(|v| v == "1") {
        return Err("web/dist holds no built interface: run `cargo xtask ui` first".into());
    }
    if missing {
        fs::create_dir_all(dist)?;
        let page = fs::read_to_string("placeholder.html")?;
        // Written only when it differs: a new file time would build this crate again and again.
        if fs::read_to_string(&index).ok().as_deref() != Some(page.as_str()) {
            fs::write(&index, page)?;
        }
    }
    Ok(())
}
