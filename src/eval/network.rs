//! Addresses and networks.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An address with the number of bits that count, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network<A> {
    pub(super) address: A,
    pub(super) bits: u32,
}

/// `10.1.2.3`, `10.0.0.0/8`
pub(super) fn ipv4(text: &str) -> Option<Network<Ipv4Addr>> {
    let (address, bits) = split(text, 32)?;
    Some(Network { address: address.parse().ok()?, bits })
}

/// An IPv6 network; one of IPv4 is read as mapped.
pub(super) fn ipv6(text: &str) -> Option<Network<Ipv6Addr>> {
    if let Some(Network { address, bits }) = ipv4(text) {
        return Some(Network { address: address.to_ipv6_mapped(), bits: bits + 96 });
    }
    let (address, bits) = split(text, 128)?;
    Some(Network { address: address.parse().ok()?, bits })
}

fn split(text: &str, longest: u32) -> Option<(&str, u32)> {
    match text.trim().split_once('/') {
        None => Some((text.trim(), longest)),
        Some((address, bits)) => bits.parse().ok().filter(|bits| *bits <= longest).map(|bits| (address, bits)),
    }
}

/// Whether the two agree in the bits that count for both.
pub(super) fn same_ipv4(left: Network<Ipv4Addr>, right: Network<Ipv4Addr>) -> bool {
    let ignored = 32 - left.bits.min(right.bits);
    let masked = |address: Ipv4Addr| u32::from(address).checked_shr(ignored).unwrap_or(0);
    masked(left.address) == masked(right.address)
}

/// Whether the two agree in the bits that count for both.
pub(super) fn same_ipv6(left: Network<Ipv6Addr>, right: Network<Ipv6Addr>) -> bool {
    let ignored = 128 - left.bits.min(right.bits);
    let masked = |address: Ipv6Addr| u128::from(address).checked_shr(ignored).unwrap_or(0);
    masked(left.address) == masked(right.address)
}

/// Whether an address of either version lies in a network, as `ipv6_is_in_range` has it.
pub fn is_in_network(address: &str, network: &str) -> bool {
    ipv6(address).zip(ipv6(network)).is_some_and(|(address, network)| same_ipv6(address, network))
}

/// The addresses of IPv4 that stand in a text between characters that are no letters or digits.
pub(super) fn ipv4_in_text(text: &str) -> impl Iterator<Item = &str> {
    let is_outside = |c: char| !c.is_alphanumeric() && c != '.';
    text.split(is_outside).map(|word| word.trim_matches('.')).filter(|word| word.parse::<Ipv4Addr>().is_ok())
}
