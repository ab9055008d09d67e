//! What a person may do: authorize, load, rule, write
