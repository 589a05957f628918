"""Keys that are the same in every run, so that a seed gives the same tokens; made anew, and kept nowhere."""

import json
from functools import cache
from random import Random
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

PUBLISHED: Final = ("key-1", "key-2")
"""The ids of the keys that the issuer publishes."""
_EXPONENT: Final = 65_537
_BITS: Final = 1_024
_WITNESSES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
_SIEVE: Final = [n for n in range(3, 2_000, 2) if all(n % m for m in range(3, int(n**0.5) + 1, 2))]


@cache
def private_key(kid: str) -> rsa.RSAPrivateKey:
    """Return the key of that id. Whoever reads this has it too: it is for tests alone."""
    random = Random(kid)  # noqa: S311 - it must repeat
    p, q = _prime(random), _prime(random)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    ).private_key()


def _prime(random: Random) -> int:
    while True:
        # the two highest bits, so that the product has its full length
        number = random.getrandbits(_BITS) | 3 << (_BITS - 2) | 1
        if all(number % prime for prime in _SIEVE) and (number - 1) % _EXPONENT and _is_prime(number):
            return number


def _is_prime(number: int) -> bool:
    """Tell whether a number is prime, by Miller and Rabin; a random one that lies is not to be met."""
    odd, twos = number - 1, 0
    while not odd % 2:
        odd, twos = odd // 2, twos + 1
    for witness in _WITNESSES:
        power = pow(witness, odd, number)
        if power in {1, number - 1}:
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


@cache
def key_set() -> bytes:
    """Return what the issuer publishes."""
    return json.dumps({"keys": [_published(kid) for kid in PUBLISHED]}).encode()


def _published(kid: str) -> dict[str, Any]:
    key = RSAAlgorithm.to_jwk(private_key(kid).public_key(), as_dict=True)
    return {**key, "kid": kid, "use": "sig", "alg": "RS256"}
