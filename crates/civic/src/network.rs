//! Networks as the security administrator writes them: `10.35.0.0/16`, `2001:db8::/32`, `10.0.0.5`.

use crate::problem::Problem;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// The bits of an address, and how many there are. An IPv4 address inside IPv6 is the IPv4 address:
/// a server that listens on both sees it so.
fn bits(address: IpAddr) -> (u128, u32) {
    match address.to_canonical() {
        IpAddr::V4(four) => (u128::from(u32::from(four)), 32),
        IpAddr::V6(six) => (u128::from(six), 128),
    }
}

impl Network {
    /// Whether an address lies in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let ((own, width), (other, other_width)) = (bits(self.address), bits(address));
        let cut = |bits: u128| match width - self.prefix {
            128 => 0,
            rest => bits >> rest,
        };
        width == other_width && cut(own) == cut(other)
    }

    /// Networks out of a text, apart by commas, semicolons or white space.
    ///
    /// # Errors
    /// A problem that names each one that cannot be read.
    pub fn list(text: &str) -> Result<Vec<Self>, Problem> {
        let parts = text
            .split(|c: char| {
                c.is_whitespace() || matches!(c, ',' | ';' | '\u{ff0c}' | '\u{ff1b}' | '、')
            })
            .filter(|part| !part.is_empty());
        let mut bad = Vec::new();
        let read = parts.filter_map(|part| part.parse().map_err(|()| bad.push(part)).ok());
        let networks: Vec<_> = read.collect();
        if bad.is_empty() {
            return Ok(networks);
        }
        Err(Problem::new(
            "value",
            "bad_network",
            format!(
                "看不懂“{}”，请写成 10.35.0.0/16 或 10.35.1.8 的样子，多个之间用逗号分开",
                bad.join("、")
            ),
        ))
    }
}

impl FromStr for Network {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let address = address.to_canonical();
        let (_, width) = bits(address);
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| ())?,
            None => width,
        };
        (prefix <= width)
            .then_some(Self { address, prefix })
            .ok_or(())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_lies_in_a_network_by_its_first_bits() {
        for (network, inside, outside) in [
            ("10.35.0.0/16", "10.35.255.1", "10.36.0.1"),
            ("10.35.1.8", "10.35.1.8", "10.35.1.9"),
            ("192.168.1.128/25", "192.168.1.200", "192.168.1.100"),
            ("2001:db8::/32", "2001:db8:1::5", "2001:db9::5"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::1"),
        ] {
            assert!(holds(network, inside), "{network} {inside}");
            assert!(!holds(network, outside), "{network} {outside}");
        }
        assert!(holds("0.0.0.0/0", "8.8.8.8") && holds("::/0", "2001:db8::1"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
    }

    #[test]
    fn a_list_is_read_whatever_stands_between_and_names_what_it_cannot_read() {
        let list = Network::list("10.35.0.0/16,10.36.1.8;fe80::/10\n").unwrap();
        let shown: Vec<_> = list.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.35.0.0/16", "10.36.1.8/32", "fe80::/10"]);
        assert!(Network::list("").unwrap().is_empty());
        let problem = Network::list("10.0.0.0/33 内网 10.0.0.1").unwrap_err();
        assert!(
            problem.message.contains("“10.0.0.0/33、内网”"),
            "{}",
            problem.message
        );
    }
}
