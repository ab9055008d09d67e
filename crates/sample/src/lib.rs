//! The sample city: real names, synthetic people, and the load driver
