//! Both databases, a frozen clock and check helpers, for tests only
