/* Hashes for _marks.c: of bytes, with a key that no stranger knows, and of an entry with what is below it. */

#ifndef IRKIT_MARKS_HASH_H
#define IRKIT_MARKS_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t low, high;
} Key;

static uint64_t rotated(uint64_t word, int by) { return word << by | word >> (64 - by); }

/* Eight bytes in the machine's order, wherever they stand. */
static uint64_t load64(const void *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotated(v[1], 13) ^ v[0], v[0] = rotated(v[0], 32);
    v[2] += v[3], v[3] = rotated(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotated(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotated(v[1], 17) ^ v[2], v[2] = rotated(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein) of some bytes, never 0: that is the mark of nothing. */
static uint64_t hashed(const Key *key, const unsigned char *data, size_t size) {
    uint64_t v[4] = {key->low ^ 0x736f6d6570736575, key->high ^ 0x646f72616e646f6d, key->low ^ 0x6c7967656e657261,
                     key->high ^ 0x7465646279746573};
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        uint64_t word = load64(data + at);
        v[3] ^= word, sip_round(v), v[0] ^= word;
    }
    unsigned char rest[8] = {0};
    memcpy(rest, data + at, size - at);
    uint64_t last = load64(rest) ^ (uint64_t)size << 56;
    v[3] ^= last, sip_round(v), v[0] ^= last;
    v[2] ^= 0xff;
    for (int round = 0; round < 3; round++) sip_round(v);
    uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
    return hash ? hash : 1;
}

/* What an entry adds to the mark of its tree, by the hash of its mode and name and the mark of what is below it:
   nothing when nothing is below it. (The finalizer of SplitMix64.) */
static uint64_t term(uint64_t entry, uint64_t below) {
    if (!below) return 0;
    uint64_t word = entry + below * 0x9e3779b97f4a7c15;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return word ^ word >> 31;
}

#endif
