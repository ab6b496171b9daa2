"""The address rule: which addresses may be connected to."""

import pytest

from pipeline.errors import FanzhaError
from spiders.addresses import AddressRule, RefusedAddressError

PUBLIC = AddressRule()
_CLOSED = [
    "127.0.0.1", "10.0.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "198.18.0.1", "192.0.2.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "2001::1", "100::1",
    "::127.0.0.1", "fec0::1", "not-an-address",
]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses_are_visited(address: str) -> None:
    assert PUBLIC.permits(address)


@pytest.mark.parametrize(
    "address",
    _CLOSED,
)
def test_others_are_not(address: str) -> None:
    assert not PUBLIC.permits(address)
    with pytest.raises(RefusedAddressError, match="globally routable"):
        PUBLIC.check(address)


def test_a_range_allows_its_own_networks_and_no_others() -> None:
    rule = AddressRule.of(["127.0.9.0/24"])
    assert rule.permits("127.0.9.8")
    assert rule.permits("::ffff:127.0.9.8")
    assert not rule.permits("127.0.0.1")


def test_a_wrong_network_is_told() -> None:
    with pytest.raises(FanzhaError, match="allow_networks"):
        AddressRule.of(["127.0.0.1/8"])
