//! Closed lists with a stored code and a word of the interface.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident $code:literal $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$one])* $variant),+ }
        impl $name {
            /// All, in the order of the interface.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// Stored code.
            #[must_use] pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Word of the interface.
            #[must_use] pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The one with this code.
            #[must_use] pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|k| k.code() == code) }
        }
    };
}
