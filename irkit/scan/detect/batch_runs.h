/* Runs of a token's characters (runs.py), found 64 bytes at a time; a part of _batch.c, whose pieces it makes. */

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define CAN_BE_WIDE
#define WIDE __attribute__((target("avx2,bmi2"))) /* for processors that have both */
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#define RUN 24
#define BEFORE 256
#define WORD 64

/* A bit for each of 64 bytes that is one of a token's characters. */
#ifdef __SSE2__
static uint64_t of_token_16(const char *at) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)at);
    __m128i letter = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(32)), _mm_set1_epi8('a'));
    __m128i digit = _mm_sub_epi8(bytes, _mm_set1_epi8('/')); /* which stands before 0 */
    __m128i is_one = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8('z' - 'a')), letter);
    is_one = _mm_or_si128(is_one, _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8('9' - '/')), digit));
    is_one = _mm_or_si128(is_one, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
    is_one = _mm_or_si128(is_one, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    is_one = _mm_or_si128(is_one, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')));
    is_one = _mm_or_si128(is_one, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('=')));
    return (uint64_t)(unsigned)_mm_movemask_epi8(is_one);
}

static uint64_t of_token(const char *at) {
    return of_token_16(at) | of_token_16(at + 16) << 16 | of_token_16(at + 32) << 32 | of_token_16(at + 48) << 48;
}
#else
static uint64_t of_token(const char *at) {
    uint64_t found = 0;
    for (int each = 0; each < WORD; each++) {
        unsigned char byte = (unsigned char)at[each], letter = (unsigned char)((byte | 32) - 'a');
        int is_one = letter < 26 || (byte >= '/' && byte <= '9') || byte == '_' || byte == '-' || byte == '+' || byte == '=';
        found |= (uint64_t)is_one << each;
    }
    return found;
}
#endif

/* Bits for the last bytes of rows of 1, 2, 4 and 8 such bytes. */
typedef struct {
    uint64_t one, two, four, eight;
} Rows;

static inline uint64_t behind(uint64_t now, uint64_t before, int bytes) {
    return now << bytes | before >> (WORD - bytes);
}

/* A bit for each of the next 64 bytes that a row of RUN such bytes ends with. */
static inline uint64_t runs_in(uint64_t one, Rows *rows) {
    uint64_t two = one & behind(one, rows->one, 1);
    uint64_t four = two & behind(two, rows->two, 2);
    uint64_t eight = four & behind(four, rows->four, 4);
    uint64_t ends = eight & behind(eight, rows->eight, 8) & behind(eight, rows->eight, 16);
    *rows = (Rows){one, two, four, eight};
    return ends;
}

/* Adds what stands beside a run whose RUN bytes end before `end`; where that is done, or -1. */
static Py_ssize_t add_part(Joined *joined, PyObject *buffer, Py_ssize_t done, Py_ssize_t end) {
    const char *data = PyBytes_AsString(buffer), *line = memchr(data + end, '\n', (size_t)(PyBytes_Size(buffer) - end));
    Py_ssize_t start = end > RUN + BEFORE ? end - RUN - BEFORE : 0;
    Py_ssize_t stop = line != NULL ? line - data + 1 : PyBytes_Size(buffer);
    if (joined->count && start <= done) {
        start = joined->pieces[--joined->count].shift;
        joined->size = joined->pieces[joined->count].start;
    }
    return add_piece(joined, buffer, 0, start, stop) < 0 ? -1 : stop;
}

static inline __attribute__((always_inline)) int add_parts_by(
    Joined *joined, PyObject *buffer, uint64_t (*of_token)(const char *)
) {
    const char *data = PyBytes_AsString(buffer);
    Py_ssize_t size = PyBytes_Size(buffer), done = 0;
    Rows rows = {{0}};
    for (Py_ssize_t at = 0; at < size; at += WORD) {
        char last[WORD] = {0};
        if (size - at < WORD) memcpy(last, data + at, (size_t)(size - at));
        uint64_t ends = runs_in(of_token(size - at < WORD ? last : data + at), &rows);
        for (;;) {
            if (done > at) ends = done - at < WORD ? ends & ~(uint64_t)0 << (done - at) : 0;
            if (!ends) break;
            if ((done = add_part(joined, buffer, done, at + __builtin_ctzll(ends) + 1)) < 0) return -1;
        }
    }
    return 0;
}

static int add_parts_plainly(Joined *joined, PyObject *buffer) {
    return add_parts_by(joined, buffer, of_token);
}

#ifdef CAN_BE_WIDE
/* As `of_token_16`, of 32 bytes: what may stand below the upper half of a byte, as bits of two tables. */
static inline WIDE uint64_t of_token_32(const char *at) {
    const __m256i lower = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(26, 30, 30, 30, 30, 30, 30, 30, 30, 30, 28, 5, 4, 7, 4, 13));
    const __m256i upper = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0));
    __m256i bytes = _mm256_loadu_si256((const __m256i *)at);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    __m256i both = _mm256_and_si256(_mm256_shuffle_epi8(lower, bytes), _mm256_shuffle_epi8(upper, high));
    return (uint32_t)~_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
}

static inline WIDE uint64_t of_token_wide(const char *at) {
    return of_token_32(at) | of_token_32(at + 32) << 32;
}

static WIDE int add_parts_widely(Joined *joined, PyObject *buffer) {
    return add_parts_by(joined, buffer, of_token_wide);
}
#endif

static int add_parts(Joined *joined, PyObject *buffer) {
#ifdef CAN_BE_WIDE
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return add_parts_widely(joined, buffer);
#endif
    return add_parts_plainly(joined, buffer);
}

static PyObject *beside_runs(PyObject *module, PyObject *buffer) {
    (void)module;
    if (!PyBytes_Check(buffer)) return PyErr_Format(PyExc_TypeError, "a buffer is bytes");
    Joined joined = {.pieces = NULL};
    PyObject *texts = Py_BuildValue("[(O)]", buffer), *parts = NULL, *pieces = NULL, *result = NULL;
    if (texts != NULL && add_parts(&joined, buffer) == 0) parts = bytes_of(&joined, texts);
    if (parts != NULL)
        pieces = PyBytes_FromStringAndSize((char *)joined.pieces, joined.count * (Py_ssize_t)sizeof(Piece));
    if (pieces != NULL) result = PyTuple_Pack(2, parts, pieces);
    PyMem_Free(joined.pieces);
    Py_XDECREF(texts);
    Py_XDECREF(parts);
    Py_XDECREF(pieces);
    return result;
}
