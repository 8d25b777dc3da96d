/* Adler-32 (RFC 1950), which the data of a pack's entries end with; at 32 bytes a step where the processor can. */

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define CAN_BE_WIDE
#define WIDE __attribute__((target("avx2,bmi2"))) /* for processors that have both */
#endif

#define MODULUS 65521

#define ADLER_AT_ONCE 5536 /* bytes whose sums stay below 32 bits: a multiple of 32 */

static inline uint32_t adler_of(const uint8_t *at, size_t size, uint32_t adler) {
    uint32_t one = adler & 0xffff, two = adler >> 16;
    while (size) {
        size_t some = size < ADLER_AT_ONCE ? size : ADLER_AT_ONCE;
        size -= some;
        while (some--) two += one += *at++;
        one %= MODULUS;
        two %= MODULUS;
    }
    return two << 16 | one;
}

#ifdef CAN_BE_WIDE
static inline WIDE uint32_t sum_of(__m256i lanes) {
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    return (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
}

/* As `adler_of`, 32 bytes at a time. */
static WIDE uint32_t adler_wide(const uint8_t *at, size_t size, uint32_t adler) {
    const __m256i weights = _mm256_setr_epi8(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17,
                                             16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    const __m256i none = _mm256_setzero_si256(), ones = _mm256_set1_epi16(1);
    uint32_t one = adler & 0xffff, two = adler >> 16;
    while (size >= 32) {
        size_t some = (size < ADLER_AT_ONCE ? size : ADLER_AT_ONCE) & ~(size_t)31;
        size -= some;
        two += one * (uint32_t)some;
        __m256i sums = none, weighted = none, before = none;
        for (; some; some -= 32, at += 32) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)at);
            before = _mm256_add_epi32(before, sums);
            sums = _mm256_add_epi32(sums, _mm256_sad_epu8(bytes, none));
            weighted = _mm256_add_epi32(weighted, _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, weights), ones));
        }
        one = (one + sum_of(sums)) % MODULUS;
        two = (two + sum_of(_mm256_add_epi32(weighted, _mm256_slli_epi32(before, 5)))) % MODULUS;
    }
    return adler_of(at, size, two << 16 | one);
}
#endif
