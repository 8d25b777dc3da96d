"""Private keys that parse, made from a seed: RSA, EC, OpenSSH and PKCS #8, in PEM. None of them guards anything."""

from __future__ import annotations

import base64
import itertools
import random
from collections.abc import Iterator

from nacl.signing import SigningKey

_SMALL = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]
_PRIMES = 6
_RSA = bytes.fromhex("06092a864886f70d010101") + b"\x05\x00"
_ED25519 = bytes.fromhex("06032b6570")
_P256 = bytes.fromhex("06082a8648ce3d030107")

# The curve of SEC 2, section 2.4.2.
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


class Keys:
    """A ring of keys; each call of a method makes the next one."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._pairs = self._prime_pairs()

    def rsa(self) -> str:
        """PKCS #1, 2048 bits (RFC 8017, A.1.2)."""
        return _pem("RSA PRIVATE KEY", self._rsa_der())

    def pkcs8(self) -> str:
        """An RSA key in PKCS #8 (RFC 5208)."""
        return _pem("PRIVATE KEY", _der(0x30, _integer(0) + _der(0x30, _RSA) + _der(0x04, self._rsa_der())))

    def ed25519(self) -> str:
        """An Ed25519 key in PKCS #8 (RFC 8410): one line of base64."""
        inner = _der(0x04, self._dice.randbytes(32))
        return _pem("PRIVATE KEY", _der(0x30, _integer(0) + _der(0x30, _ED25519) + _der(0x04, inner)))

    def ec(self) -> str:
        """A key on P-256 (RFC 5915) with its public point."""
        number = self._dice.getrandbits(255) | 1 << 254
        x, y = _times(number, _G)
        point = b"\x00\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
        fields = _integer(1) + _der(0x04, number.to_bytes(32, "big")) + _der(0xA0, _P256)
        return _pem("EC PRIVATE KEY", _der(0x30, fields + _der(0xA1, _der(0x03, point))))

    def openssh(self) -> str:
        """An Ed25519 key as ssh-keygen writes it, without a passphrase (OpenSSH's PROTOCOL.key)."""
        seed, check = self._dice.randbytes(32), self._dice.randbytes(4)
        public = bytes(SigningKey(seed).verify_key)
        known = _text(b"ssh-ed25519") + _text(public)
        private = check + check + known + _text(seed + public) + _text(b"deploy@build-7")
        private += bytes(range(1, 1 + -len(private) % 8))
        head = b"openssh-key-v1\x00" + _text(b"none") + _text(b"none") + _text(b"") + (1).to_bytes(4, "big")
        return _pem("OPENSSH PRIVATE KEY", head + _text(known) + _text(private), width=70)

    def _rsa_der(self) -> bytes:
        p, q = next(self._pairs)
        e, phi = 65537, (p - 1) * (q - 1)
        d = pow(e, -1, phi)
        numbers = (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
        return _der(0x30, b"".join(map(_integer, numbers)))

    def _prime_pairs(self) -> Iterator[tuple[int, int]]:
        return itertools.combinations([self._prime(1024) for _ in range(_PRIMES)], 2)

    def _prime(self, bits: int) -> int:
        while True:
            number = self._dice.getrandbits(bits) | 3 << (bits - 2) | 1
            if all(number % small for small in _SMALL) and (number - 1) % 65537 and pow(2, number - 1, number) == 1:
                return number


def public_pem(dice: random.Random) -> str:
    """A public key: no secret."""
    body = _der(0x30, _integer(dice.getrandbits(2047) | 1) + _integer(65537))
    return _pem("PUBLIC KEY", _der(0x30, _der(0x30, _RSA) + _der(0x03, b"\x00" + body)))


def certificate_pem(dice: random.Random) -> str:
    """What looks like a certificate: no secret."""
    return _pem("CERTIFICATE", _der(0x30, dice.randbytes(780)))


def _pem(label: str, body: bytes, width: int = 64) -> str:
    text = base64.b64encode(body).decode()
    lines = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    count = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big") + body


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _text(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def _times(number: int, point: tuple[int, int]) -> tuple[int, int]:
    result: tuple[int, int] | None = None
    for bit in f"{number:b}":
        if result is not None:
            result = _plus(result, result)
        if bit == "1":
            result = point if result is None else _plus(result, point)
    assert result is not None
    return result


def _plus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, _P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, _P)
    x = (slope**2 - a[0] - b[0]) % _P
    return x, (slope * (a[0] - x) - a[1]) % _P
