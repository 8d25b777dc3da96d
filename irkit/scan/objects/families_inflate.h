/* Inflates the data of a pack's entry: zlib (RFC 1950) around deflate (RFC 1951), of a size that is known before.

   A pack has millions of small streams: what they cost is their beginning, their tables and a call of a library for
   each. The tables are as libdeflate's: a number of 32 bits for each next few bits. Whatever is odd is refused, and
   left to a library, which also says what is wrong. */

#include "families_checksum.h"

#define BEYOND 40    /* bytes that may be read behind the data; a pack's last entries are left to the library */
#define OVERSHOT 320 /* bytes that may be written behind the inflated data */

#define LITERALS 288
#define DISTANCES 32
#define LENGTH_CODES 19
#define LONGEST 15
#define LITERAL_BITS 11
#define DISTANCE_BITS 8
#define LENGTH_BITS 7
#define LITERAL_ROOM 2400 /* 1 << LITERAL_BITS, and the most that tables below it can take: zlib's enough.c says 2342 */
#define DISTANCE_ROOM 512 /* 402 */

/* An entry: what it stands for (16 bits, above), the bits of its code, and those with what follows the code. */
#define IS_LITERAL 0x80000000u
#define IS_OTHER 0x8000u
#define IS_BELOW 0x4000u /* the rest of the code is looked up further on in the table */
#define IS_END 0x2000u

typedef struct {
    uint32_t literals[LITERAL_ROOM], distances[DISTANCE_ROOM], lengths[1 << LENGTH_BITS];
    unsigned literal_bits, distance_bits;
} Tables;

typedef struct {
    Tables fixed, own;
    uint32_t of_literal[LITERALS], of_distance[DISTANCES], of_length[LENGTH_CODES];
    int is_open;
} Inflater;

/* Fills a table of at most `*bits` bits, and what is below it; 0 when the code is not complete. */
static int build(uint32_t *table, const uint8_t *lengths, unsigned count, const uint32_t *entries, unsigned *bits) {
    unsigned counts[LONGEST + 1] = {0}, places[LONGEST + 1], sorted[LITERALS];
    for (unsigned symbol = 0; symbol < count; symbol++) counts[lengths[symbol]]++;
    unsigned longest = LONGEST, space = 0, place = 0;
    while (longest > 1 && !counts[longest]) longest--;
    for (unsigned length = 1; length <= longest; length++) {
        places[length] = place;
        place += counts[length];
        space = (space << 1) + counts[length];
    }
    if (space != 1u << longest) return 0;
    for (unsigned symbol = 0; symbol < count; symbol++)
        if (lengths[symbol]) sorted[places[lengths[symbol]]++] = symbol;
    if (*bits > longest) *bits = longest;
    const unsigned *symbol = sorted;
    unsigned code = 0, length = 1; /* the code with its first bit lowest */
    while (!counts[length]) length++;
    unsigned end = 1u << length, below = 0, start = 0, prefix = ~0u;
    for (;;) { /* codes of up to `bits` bits, the table doubled with each bit */
        if (length > *bits) break;
        for (unsigned left = counts[length]; left--;) {
            table[code] = entries[*symbol++] + (length << 8) + length;
            if (code == end - 1) { /* the last of all: twice as much as is there until it is full */
                for (; length < *bits; length++, end <<= 1) memcpy(table + end, table, end * sizeof *table);
                return 1;
            }
            unsigned bit = 1u << (31 - __builtin_clz(code ^ (end - 1)));
            code = (code & (bit - 1)) | bit;
        }
        do {
            if (++length <= *bits) {
                memcpy(table + end, table, end * sizeof *table);
                end <<= 1;
            }
        } while (!counts[length]);
    }
    for (end = 1u << *bits;;) { /* longer ones */
        if ((code & ((1u << *bits) - 1)) != prefix) {
            prefix = code & ((1u << *bits) - 1);
            start = end;
            below = length - *bits;
            for (unsigned room = counts[length]; room < 1u << below;) room = (room << 1) + counts[*bits + ++below];
            end = start + (1u << below);
            table[prefix] = start << 16 | IS_OTHER | IS_BELOW | below << 8 | *bits;
        }
        uint32_t entry = entries[*symbol++] + ((length - *bits) << 8) + (length - *bits);
        for (unsigned at = start + (code >> *bits); at < end; at += 1u << (length - *bits)) table[at] = entry;
        if (code == (1u << length) - 1) return 1;
        unsigned bit = 1u << (31 - __builtin_clz(code ^ ((1u << length) - 1)));
        code = (code & (bit - 1)) | bit;
        for (counts[length]--; !counts[length];) length++;
    }
}

static void open_inflater(Inflater *inflater) {
    unsigned base = 3;
    for (unsigned symbol = 0; symbol < LITERALS; symbol++) {
        unsigned extra = symbol < 265 || symbol >= 285 ? 0 : (symbol - 261) >> 2;
        if (symbol < 256) inflater->of_literal[symbol] = IS_LITERAL | symbol << 16;
        else if (symbol == 256) inflater->of_literal[symbol] = IS_OTHER | IS_END;
        else if (symbol >= 285) inflater->of_literal[symbol] = (symbol == 285 ? 258u : 0) << 16; /* 0: there is none */
        else inflater->of_literal[symbol] = base << 16 | extra;
        if (symbol > 256) base += 1u << extra;
    }
    base = 1;
    for (unsigned symbol = 0; symbol < DISTANCES; symbol++) {
        unsigned extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
        inflater->of_distance[symbol] = symbol < 30 ? base << 16 | extra : 0;
        base += 1u << extra;
    }
    for (unsigned symbol = 0; symbol < LENGTH_CODES; symbol++) inflater->of_length[symbol] = symbol << 16;
    uint8_t lengths[LITERALS];
    for (unsigned symbol = 0; symbol < LITERALS; symbol++)
        lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
    inflater->fixed.literal_bits = LITERAL_BITS;
    build(inflater->fixed.literals, lengths, LITERALS, inflater->of_literal, &inflater->fixed.literal_bits);
    memset(lengths, 5, DISTANCES);
    inflater->fixed.distance_bits = DISTANCE_BITS;
    build(inflater->fixed.distances, lengths, DISTANCES, inflater->of_distance, &inflater->fixed.distance_bits);
    inflater->is_open = 1;
}

static inline uint64_t word_at(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The bits that were read and not used (more of them stand above than `left` says), and where to read on. */
typedef struct {
    uint64_t bits;
    unsigned left;
    const uint8_t *at, *end;
} Input;

#define REFILL(input)                                                                                  \
    ((input)->bits |= word_at((input)->at) << (input)->left, (input)->at += (63 - (input)->left) >> 3, \
     (input)->left |= 56)
#define DROP(input, count) ((input)->bits >>= (count), (input)->left -= (count))
#define LOW(bits, count) ((bits) & (((uint64_t)1 << (count)) - 1))

static inline __attribute__((always_inline)) unsigned taken(Input *input, unsigned count) {
    unsigned value = (unsigned)LOW(input->bits, count);
    DROP(input, count);
    return value;
}

/* Reads the tables of a block; 0 when they make no sense. */
static inline __attribute__((always_inline)) int read_tables(Input *input, Inflater *inflater) {
    static const uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[LITERALS + DISTANCES + 138] = {0}, of_codes[LENGTH_CODES] = {0};
    Tables *own = &inflater->own;
    unsigned literals = 257 + taken(input, 5), distances = 1 + taken(input, 5), codes = 4 + taken(input, 4);
    for (unsigned each = 0; each < codes; each++) {
        if (input->left < 3) REFILL(input);
        of_codes[order[each]] = (uint8_t)taken(input, 3);
    }
    unsigned bits = LENGTH_BITS, all = literals + distances, at = 0;
    if (literals > 286 || distances > 30) return 0;
    if (!build(own->lengths, of_codes, LENGTH_CODES, inflater->of_length, &bits)) return 0;
    while (at < all) {
        if (input->at > input->end + 8) return 0;
        REFILL(input);
        for (int each = 0; each < 4 && at < all; each++) { /* of at most 14 bits */
            uint32_t entry = own->lengths[LOW(input->bits, bits)];
            unsigned symbol = entry >> 16, times = 1;
            uint8_t length = (uint8_t)symbol;
            DROP(input, entry & 0xff);
            if (symbol < 16) {
                lengths[at++] = length;
                continue;
            }
            if (symbol == 16 && at == 0) return 0;
            length = symbol == 16 ? lengths[at - 1] : 0;
            times = symbol == 16 ? 3 + taken(input, 2) : symbol == 17 ? 3 + taken(input, 3) : 11 + taken(input, 7);
            memset(lengths + at, length, times);
            at += times;
        }
    }
    if (at != all || !lengths[256]) return 0;
    own->literal_bits = LITERAL_BITS;
    own->distance_bits = DISTANCE_BITS;
    return build(own->distances, lengths + literals, distances, inflater->of_distance, &own->distance_bits) &&
           build(own->literals, lengths, literals, inflater->of_literal, &own->literal_bits);
}

/* Copies what was written `distance` bytes ago; up to OVERSHOT bytes are touched. */
static inline __attribute__((always_inline)) void copy_back(uint8_t *to, size_t distance, size_t length) {
    const uint8_t *from = to - distance, *end = to + length;
    if (distance >= 16) {
        do {
            memcpy(to, from, 16);
            to += 16;
            from += 16;
        } while (to < end);
    } else if (distance == 1) {
        memset(to, *from, length);
    } else if (distance >= 8) {
        do {
            memcpy(to, from, 8);
            to += 8;
            from += 8;
        } while (to < end);
    } else {
        while (to < end) *to++ = *from++;
    }
}

/* Where the text of one block ends; NULL when it makes no sense. */
static inline __attribute__((always_inline)) uint8_t *read_block(
    Input *of_block, const Tables *tables, const uint8_t *start, uint8_t *to, const uint8_t *end
) {
    Input here = *of_block, *input = &here;
    const uint32_t *literals = tables->literals, *distances = tables->distances;
    unsigned literal_bits = tables->literal_bits, distance_bits = tables->distance_bits;
    uint64_t literal_mask = ((uint64_t)1 << literal_bits) - 1, distance_mask = ((uint64_t)1 << distance_bits) - 1;
    if (input->at > input->end + 8) return NULL;
    REFILL(input);
    uint32_t entry = literals[input->bits & literal_mask];
    for (;;) {
        if (to > end || input->at > input->end + 8) return NULL;
        uint64_t before = input->bits;
        DROP(input, entry & 0xff);
        if (entry & IS_LITERAL) { /* up to three: of 33 bits, or of 26 and another one of 15 and its 5, from 56 */
            *to++ = (uint8_t)(entry >> 16);
            entry = literals[input->bits & literal_mask];
            before = input->bits;
            DROP(input, entry & 0xff);
            if (entry & IS_LITERAL) {
                *to++ = (uint8_t)(entry >> 16);
                entry = literals[input->bits & literal_mask];
                before = input->bits;
                DROP(input, entry & 0xff);
                if (entry & IS_LITERAL) {
                    *to++ = (uint8_t)(entry >> 16);
                    REFILL(input);
                    entry = literals[input->bits & literal_mask];
                    continue;
                }
            }
        }
        if (entry & IS_OTHER) {
            if (entry & IS_BELOW) {
                entry = literals[(entry >> 16) + LOW(input->bits, entry >> 8 & 15)];
                before = input->bits;
                DROP(input, entry & 0xff);
                if (entry & IS_LITERAL) {
                    *to++ = (uint8_t)(entry >> 16);
                    REFILL(input);
                    entry = literals[input->bits & literal_mask];
                    continue;
                }
            }
            if (entry & IS_END) break;
        }
        size_t length = (entry >> 16) + (LOW(before, entry & 0xff) >> (entry >> 8 & 15));
        REFILL(input);
        entry = distances[input->bits & distance_mask];
        if (entry & IS_OTHER) {
            DROP(input, distance_bits);
            entry = distances[(entry >> 16) + LOW(input->bits, entry >> 8 & 15)];
        }
        size_t distance = (entry >> 16) + (LOW(input->bits, entry & 0xff) >> (entry >> 8 & 15));
        DROP(input, entry & 0xff);
        if (distance == 0 || length == 0 || distance > (size_t)(to - start)) return NULL;
        REFILL(input);
        entry = literals[input->bits & literal_mask];
        copy_back(to, distance, length);
        to += length;
    }
    *of_block = here;
    return to;
}

/* Where a block ends that stands there as it is. */
static inline uint8_t *read_stored(Input *input, uint8_t *to, const uint8_t *end) {
    const uint8_t *at = input->at - (input->left >> 3);
    if (input->end - at < 4) return NULL;
    size_t size = (size_t)(at[0] | at[1] << 8);
    if ((size ^ 0xffff) != (size_t)(at[2] | at[3] << 8) || size > (size_t)(input->end - at - 4)) return NULL;
    if (to > end || size > (size_t)(end - to)) return NULL;
    memcpy(to, at + 4, size);
    *input = (Input){0, 0, at + 4 + size, input->end};
    return to + size;
}

/* Whether exactly `size` bytes were inflated, and their checksum is right. */
static inline __attribute__((always_inline)) int inflate_with(
    Inflater *inflater, const uint8_t *data, size_t count, uint8_t *to, size_t size,
    uint32_t (*checksum)(const uint8_t *, size_t, uint32_t)
) {
    if (count < 6 || (data[0] & 0x8f) != 8 || data[1] & 0x20 || (data[0] << 8 | data[1]) % 31) return 0;
    Input input = {0, 0, data + 2, data + count};
    const uint8_t *start = to, *end = to + size;
    if (!inflater->is_open) open_inflater(inflater);
    for (int is_last = 0; !is_last;) {
        if (input.at > input.end + 8) return 0;
        REFILL(&input);
        is_last = (int)taken(&input, 1);
        switch (taken(&input, 2)) {
        case 0: to = read_stored(&input, to, end); break;
        case 1: to = read_block(&input, &inflater->fixed, start, to, end); break;
        case 2: to = read_tables(&input, inflater) ? read_block(&input, &inflater->own, start, to, end) : NULL; break;
        default: return 0;
        }
        if (to == NULL) return 0;
    }
    const uint8_t *at = input.at - (input.left >> 3);
    if (to != end || at > input.end || input.end - at < 4) return 0;
    uint32_t told = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return checksum(start, size, 1) == told;
}

static int inflate_plainly(Inflater *inflater, const uint8_t *data, size_t count, uint8_t *to, size_t size) {
    return inflate_with(inflater, data, count, to, size, adler_of);
}

#ifdef CAN_BE_WIDE
static WIDE int inflate_widely(Inflater *inflater, const uint8_t *data, size_t count, uint8_t *to, size_t size) {
    return inflate_with(inflater, data, count, to, size, adler_wide);
}
#endif

/* Inflates `count` bytes to exactly `size`, of which the checksum is right: 1. Else 0, and anything may be written.

   BEYOND more bytes can be read, OVERSHOT more can be written. */
static int inflate_whole(Inflater *inflater, const uint8_t *data, size_t count, uint8_t *to, size_t size) {
#ifdef CAN_BE_WIDE
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return inflate_widely(inflater, data, count, to, size);
#endif
    return inflate_plainly(inflater, data, count, to, size);
}
