//! A new file of `profiles/` makes the crate anew: the folder is part of the program, and the compiler
//! sees only the files that it knows.

fn main() {
    println!("cargo::rerun-if-changed=../../profiles");
}
