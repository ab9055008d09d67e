//! Reproducible chance: a seed gives the same city on every machine and for ever, so the generator
//! is written out here instead of taken from a crate whose stream may change.

/// A SplitMix64 stream.
#[derive(Debug, Clone)]
pub struct Chance(u64);

/// Mixes two numbers into one that looks unrelated to both.
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Chance {
    /// A stream that depends on a seed and a purpose (a code, a number), and on nothing else: so a
    /// part of the city comes out the same as in the whole.
    #[must_use]
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed, purpose))
    }
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0, 0)
    }
    /// A number from 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// A whole number from 0 up to, not including, `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }
    /// A number from `low` up to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
    /// True about `share` of the time.
    pub fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }
}

/// A number from -1 to 1 that depends on a hash only.
pub(super) fn signed(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Smooth noise from -1 to 1 over the plane, with features of about `size`.
pub(super) fn noise(seed: u64, x: f64, y: f64, size: f64) -> f64 {
    let (cx, cy) = ((x / size).floor(), (y / size).floor());
    let ease = |t: f64| t * t * (3.0 - 2.0 * t);
    let (tx, ty) = (ease(x / size - cx), ease(y / size - cy));
    let at = |dx: f64, dy: f64| signed(mix(mix(seed, (cx + dx).to_bits()), (cy + dy).to_bits()));
    let low = at(0.0, 0.0) * (1.0 - tx) + at(1.0, 0.0) * tx;
    let high = at(0.0, 1.0) * (1.0 - tx) + at(1.0, 1.0) * tx;
    low * (1.0 - ty) + high * ty
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_seed_never_changes() {
        let mut c = Chance::new(1, 2);
        assert_eq!(
            [c.bits(), c.bits()],
            [0x5ce4_96d9_f4b8_6336, 0x18cb_9ebf_a8be_b769]
        );
        assert_ne!(Chance::new(1, 2).bits(), Chance::new(2, 1).bits());
    }

    #[test]
    fn numbers_stay_in_their_range() {
        let mut c = Chance::new(7, 7);
        for n in 1..2_000 {
            assert!(c.below(n) < n);
            assert!((0.0..1.0).contains(&c.unit()));
            assert!(noise(3, f64::from(n as i32) * 17.0, 5.0, 100.0).abs() <= 1.0);
        }
    }
}
