//! Embeds the built web interface
