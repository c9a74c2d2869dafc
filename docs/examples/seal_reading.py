#!/usr/bin/env python3
"""Seals one reading into an envelope and writes it to standard output. Plain Python, no package.

    python3 seal_reading.py data-demo T-101 '{"hr": 128, "spo2": 91}' > envelope.bin

The time of measurement is added if the payload has none. Where to publish is written to standard error.
The bytes are described in docs/wire.md.
"""

import datetime
import json
import os
import sys

MASK = (1 << 64) - 1


def permute(state, rounds):
    """The Ascon permutation (NIST SP 800-232, section 3) with the last `rounds` of its 12 round constants."""
    x0, x1, x2, x3, x4 = state
    rotate = lambda word, by: (word >> by | word << (64 - by)) & MASK
    for i in range(12 - rounds, 12):
        x2 ^= 0xF0 - i * 0x0F
        x0, x2, x4 = x0 ^ x4, x2 ^ x1, x4 ^ x3
        t0, t1, t2 = x0 ^ ~x1 & x2, x1 ^ ~x2 & x3, x2 ^ ~x3 & x4
        t3, t4 = x3 ^ ~x4 & x0, x4 ^ ~x0 & x1
        t0, t1, t2, t3 = t0 ^ t4, t1 ^ t0, ~t2, t3 ^ t2
        t0, t1, t2, t3, t4 = t0 & MASK, t1 & MASK, t2 & MASK, t3 & MASK, t4 & MASK
        x0 = t0 ^ rotate(t0, 19) ^ rotate(t0, 28)
        x1 = t1 ^ rotate(t1, 61) ^ rotate(t1, 39)
        x2 = t2 ^ rotate(t2, 1) ^ rotate(t2, 6)
        x3 = t3 ^ rotate(t3, 10) ^ rotate(t3, 17)
        x4 = t4 ^ rotate(t4, 7) ^ rotate(t4, 41)
    state[:] = [x0, x1, x2, x3, x4]


def ascon_aead128(key, nonce, associated, plaintext):
    """Ciphertext and tag of Ascon-AEAD128 (NIST SP 800-232, section 4)."""
    word = lambda data: int.from_bytes(data, "little")
    k0, k1 = word(key[:8]), word(key[8:])
    state = [0x00001000808C0001, k0, k1, word(nonce[:8]), word(nonce[8:])]
    permute(state, 12)
    state[3] ^= k0
    state[4] ^= k1

    def blocks(data):
        padded = data + b"\x01" + bytes(15 - len(data) % 16)
        return [padded[at:at + 16] for at in range(0, len(padded), 16)]

    if associated:
        for block in blocks(associated):
            state[0] ^= word(block[:8])
            state[1] ^= word(block[8:])
            permute(state, 8)
    state[4] ^= 1 << 63

    ciphertext = b""
    parts = blocks(plaintext)
    for number, block in enumerate(parts, 1):
        state[0] ^= word(block[:8])
        state[1] ^= word(block[8:])
        ciphertext += state[0].to_bytes(8, "little") + state[1].to_bytes(8, "little")
        if number < len(parts):
            permute(state, 8)

    state[2] ^= k0
    state[3] ^= k1
    permute(state, 12)
    tag = (state[3] ^ k0).to_bytes(8, "little") + (state[4] ^ k1).to_bytes(8, "little")
    return ciphertext[:len(plaintext)] + tag


def seal(key, key_id, boot, counter, topic, payload):
    """An envelope of vital signs: header, ciphertext, tag."""
    header = b"\x01\x01" + key_id.to_bytes(4, "big") + boot + counter.to_bytes(8, "big")
    return header + ascon_aead128(key, header[6:22], header + topic.encode(), payload)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, device, text = sys.argv[1:]
    with open(os.path.join(folder, "device-keys.json"), encoding="utf-8") as file:
        entry = next((e for e in json.load(file) if e["device"] == device), None)
    if entry is None:
        sys.exit(f"{device} is not in {folder}/device-keys.json.")
    payload = json.loads(text)
    now = datetime.datetime.now(datetime.timezone.utc)
    payload.setdefault("t", now.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    # A fresh boot id for each run: the device needs no memory to never use a nonce twice.
    envelope = seal(bytes.fromhex(entry["key"]), entry["keyId"], os.urandom(8), 1, entry["topic"],
                    json.dumps(payload, separators=(",", ":")).encode())
    sys.stdout.buffer.write(envelope)
    print(f"{len(envelope)} bytes for {entry['topic']}", file=sys.stderr)


if __name__ == "__main__":
    main()
