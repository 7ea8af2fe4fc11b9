from app.bus import keys
from app.domain.identity import Identity

IDENTITY = Identity(b"s" * 32)
KEYS = [IDENTITY.key("a", str(number)) for number in range(4096)]


def test_partitions_are_used_evenly():
    used = [keys.of_key(key, 16) for key in KEYS]
    assert all(180 < used.count(partition) < 340 for partition in range(16))
    assert set(used) == set(range(16))


def test_one_partition_takes_everything_and_order_is_kept():
    assert {keys.of_key(key, 1) for key in KEYS} == {0}
