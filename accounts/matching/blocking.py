"""What is compared with what: customers that share one of these keys, so that nobody compares all with all.

One character wrong or missing leaves either the beginning of a name or its end as it was, so both are keys. A key that
very many share (the 中国 of a thousand names) says nothing and is left out by whoever looks.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from accounts.matching.normalising import TELLING, CompanyName, code_key, phone_key, read_name

# More customers than these under one key are not compared by it.
MOST_IN_BLOCK: Final = 60
HEAD: Final = (2, 3)


@dataclass(frozen=True)
class Identity:
    """What says who a customer is; what is read from it is worked out once, though it is compared with many."""

    names: tuple[str, ...]
    phone: str = ""
    province: str = ""
    credit_code: str = ""

    @property
    def digest(self) -> str:
        """Return a short text that changes with any of it."""
        text = "\n".join((*self.names, self.phone, self.province, self.credit_code))
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    @cached_property
    def read(self) -> list[CompanyName]:
        """Return its names, taken apart."""
        return [read_name(name) for name in self.names]

    @cached_property
    def number(self) -> str:
        """Return its telephone as it is compared; "" for none."""
        return phone_key(self.phone)

    @cached_property
    def code(self) -> str:
        """Return its credit code as it is compared; "" for none."""
        return code_key(self.credit_code)

    @cached_property
    def places(self) -> frozenset[str]:
        """Return the places its names begin with."""
        return frozenset(name.place for name in self.read if name.place)


def _of_name(name: CompanyName) -> Iterator[str]:
    core = name.core
    if len(core) < TELLING:
        return
    yield f"whole {core}"
    yield f"sound {name.sound}"
    yield from (f"head {core[:length]}" for length in HEAD if len(core) > length)
    yield f"head {name.mark}"
    yield from (f"whole {core[start:]}" for start in (1, 2) if len(core) - start > TELLING)
    if name.place:
        yield f"whole {name.stem}"
        yield f"sound {name.whole_sound}"


def texts_of(identity: Identity) -> set[str]:
    """Return the keys of a customer as texts."""
    found = {text for name in identity.read for text in _of_name(name)}
    if identity.number:
        found.add(f"phone {identity.number}")
    if identity.code:
        found.add(f"code {identity.code}")
    return found


def keys_of(identity: Identity) -> set[int]:
    """Return the keys of a customer as numbers of 63 bits, which a database holds and finds best."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts_of(identity))
    return {int.from_bytes(digest, "big") >> 1 for digest in digests}
