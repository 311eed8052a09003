#!/usr/bin/env python3
"""Prints the golden bytes of handshake_vectors.h: the WireGuard white paper (2020-06-01, section 5.4) written
down a second time, in another language and on other libraries (hashlib, hmac, python3-cryptography), so that
a misreading in one place does not agree with itself."""

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

H = lambda *parts: hashlib.blake2s(b"".join(parts)).digest()
MAC = lambda key, data: hashlib.blake2s(data, key=key, digest_size=16).digest()
HMAC = lambda key, data: hmac.new(key, data, hashlib.blake2s).digest()
AEAD = lambda key, n, text, ad: ChaCha20Poly1305(key).encrypt(bytes(4) + struct.pack("<Q", n), text, ad)


def kdf(n, key, data):
    prk, out, last = HMAC(key, data), [], b""
    for i in range(1, n + 1):
        last = HMAC(prk, last + bytes([i]))
        out.append(last)
    return out


def public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(
        Encoding.Raw, PublicFormat.Raw)


def dh(private, pub):
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(pub))


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha-03, section 2.2"""
    s = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))
    rot = lambda v, c: ((v << c) | (v >> (32 - c))) & 0xFFFFFFFF

    def quarter(a, b, c, d):
        for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            s[z] = rot(s[z] ^ s[x], r)

    for _ in range(10):
        for columns in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                        (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(*columns)
    return struct.pack("<8I", *(s[0:4] + s[12:16]))


def xaead(key, nonce, text, ad):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])).encrypt(bytes(4) + nonce[16:], text, ad)


si, sr, ei, er = (bytes([b]) * 32 for b in (0x11, 0x22, 0x33, 0x44))
psk = bytes(range(32))
timestamp = struct.pack(">QI", 0x400000000000000A + 1_790_000_000, 123_456_789)

ck = H(b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s")
h = H(H(ck, b"WireGuard v1 zx2c4 Jason@zx2c4.com"), public(sr))

(ck,) = kdf(1, ck, public(ei))
h = H(h, public(ei))
ck, k = kdf(2, ck, dh(ei, public(sr)))
static = AEAD(k, 0, public(si), h)
h = H(h, static)
ck, k = kdf(2, ck, dh(si, public(sr)))
stamp = AEAD(k, 0, timestamp, h)
h = H(h, stamp)
initiation = struct.pack("<II", 1, 0x01020304) + public(ei) + static + stamp
mac1 = MAC(H(b"mac1----", public(sr)), initiation)
plain_initiation = initiation + mac1 + bytes(16)

secret, nonce = bytes([0x55]) * 32, bytes(range(24))
cookie = MAC(secret, bytes([192, 0, 2, 2]) + struct.pack(">H", 51820))
sealed = xaead(H(b"cookie--", public(sr)), nonce, cookie, mac1)
cookie_reply = struct.pack("<II", 3, 0x01020304) + nonce + sealed
with_cookie = initiation + mac1 + MAC(cookie, initiation + mac1)

(ck,) = kdf(1, ck, public(er))
h = H(h, public(er))
(ck,) = kdf(1, ck, dh(er, public(ei)))
(ck,) = kdf(1, ck, dh(er, public(si)))
ck, tau, k = kdf(3, ck, psk)
h = H(h, tau)
empty = AEAD(k, 0, b"", h)
response = struct.pack("<III", 2, 0x05060708, 0x01020304) + public(er) + empty
response += MAC(H(b"mac1----", public(si)), response) + bytes(16)

send, receive = kdf(2, ck, b"")
data = lambda key, to, n, text: struct.pack("<IIQ", 4, to, n) + AEAD(key, n, text, b"")

for name, value in (
        ("kInitiation", plain_initiation), ("kInitiationWithCookie", with_cookie),
        ("kCookie", cookie), ("kCookieReply", cookie_reply), ("kResponse", response),
        ("kDataFromInitiator", data(send, 0x05060708, 0, b"ping over WireGuard".ljust(32, b"\0"))),
        ("kDataFromResponder", data(receive, 0x01020304, 7, b"pong")),
        ("kInitiatorPublic", public(si)), ("kResponderPublic", public(sr))):
    print(f"inline constexpr std::string_view {name} =")
    text = value.hex()
    for i in range(0, len(text), 88):
        print(f'    "{text[i:i + 88]}"' + (";" if i + 88 >= len(text) else ""))
