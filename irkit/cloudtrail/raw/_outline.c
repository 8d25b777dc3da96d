/* Where whole JSON values begin and end, by quotes and brackets alone, and where escapes stand; see outline.py.

   64 bytes are looked at together, as simdjson does it (Langdale and Lemire, "Parsing Gigabytes of JSON per Second"):
   one bit a byte says where there are quotes, which of them open and close texts follows from their number. A processor
   without AVX2 has no `is_whole`: Python's is as fast as this would be there. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* See outline.py. */
static PyObject *hidden(PyObject *module, PyObject *given) {
    (void)module;
    char *text;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(given, &text, &size) < 0) return NULL;
    PyObject *found = PyList_New(0);
    const char *at = text, *last = text + size - 1;
    while (found != NULL && at < last && (at = memchr(at, '\\', (size_t)(last - at))) != NULL) {
        if (at[1] == 'u' || at[1] == '/' || at[1] == '\\') {
            PyObject *place = PyLong_FromSsize_t(at - text);
            if (place == NULL || PyList_Append(found, place) < 0) Py_CLEAR(found);
            Py_XDECREF(place);
        }
        at += 2;
    }
    return found;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define WIDE 64
#define FAST __attribute__((target("avx2,popcnt")))

/* What is known where 64 bytes end. */
typedef struct {
    const char *text;
    int64_t at;       /* of the next byte in it */
    uint64_t in_text; /* all bits, or none */
    int is_escaped;   /* the next byte */
    int64_t depth;
    int64_t ended; /* where the last whole value has its last byte */
} State;

/* A bit for each byte that is the sign. */
FAST static inline uint64_t equal(__m256i first, __m256i second, char sign) {
    __m256i signs = _mm256_set1_epi8(sign);
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, signs));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(second, signs));
    return (uint64_t)high << 32 | low;
}

/* The bytes behind a backslash that is not itself behind one. */
static uint64_t escaped(State *state, uint64_t backslashes) {
    uint64_t found = (uint64_t)state->is_escaped;
    uint64_t left = backslashes & ~found;
    state->is_escaped = 0;
    while (left) {
        uint64_t one = left & -left;
        found |= one << 1;
        state->is_escaped |= one >> 63 != 0;
        left &= ~(one | one << 1);
    }
    return found;
}

/* Goes through some brackets in their order; 0 when more is closed than was opened, or something but one comma stands
   between two values. */
static int step(State *state, uint64_t opened, uint64_t closed) {
    for (uint64_t left = opened | closed; left; left &= left - 1) {
        int64_t at = state->at + __builtin_ctzll(left);
        if (opened & left & -left) {
            if (state->depth++ == 0 && (at != state->ended + 2 || (at > 0 && state->text[at - 1] != ','))) return 0;
        } else if (--state->depth <= 0) {
            if (state->depth < 0) return 0;
            state->ended = at;
        }
    }
    return 1;
}

/* Takes in 64 bytes; 0 as `step`. */
FAST static inline int take(State *state, const char *bytes) {
    __m256i first = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i second = _mm256_loadu_si256((const __m256i *)(bytes + WIDE / 2));
    uint64_t quotes = equal(first, second, '"'), backslashes = equal(first, second, '\\');
    if (backslashes || state->is_escaped) quotes &= ~escaped(state, backslashes);
    for (int by = 1; by < WIDE; by *= 2) quotes ^= quotes << by; /* each bit: whether quotes so far are an odd number */
    uint64_t text = quotes ^ state->in_text;
    state->in_text = (uint64_t)((int64_t)text >> 63);
    __m256i bit = _mm256_set1_epi8(0x20); /* that in which { differs from [, and } from ] */
    first = _mm256_or_si256(first, bit), second = _mm256_or_si256(second, bit);
    uint64_t opened = equal(first, second, '{') & ~text, closed = equal(first, second, '}') & ~text;
    int fewer = __builtin_popcountll(closed);
    int is_done = 1;
    if (state->depth <= fewer)
        is_done = step(state, opened, closed);
    else
        state->depth += __builtin_popcountll(opened) - fewer;
    state->at += WIDE;
    return is_done;
}

/* See outline.py. */
FAST static PyObject *is_whole(PyObject *module, PyObject *arguments) {
    (void)module;
    const char *text;
    Py_ssize_t size, start, end;
    if (!PyArg_ParseTuple(arguments, "y#nn", &text, &size, &start, &end)) return NULL;
    if (start < 0 || end > size || start > end) return PyErr_SetString(PyExc_ValueError, "not in the text"), NULL;
    State state = {.text = text + start, .ended = -2};
    const char *at = text + start, *last = text + end;
    for (; last - at >= WIDE; at += WIDE)
        if (!take(&state, at)) Py_RETURN_FALSE;
    char rest[WIDE];
    memset(rest, ' ', WIDE);
    memcpy(rest, at, (size_t)(last - at));
    if (!take(&state, rest)) Py_RETURN_FALSE;
    return PyBool_FromLong(state.depth == 0 && !state.in_text && state.ended == end - start - 1);
}

static int is_fast(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }

static PyMethodDef fast[] = {{"is_whole", is_whole, METH_VARARGS, "See outline.py."}, {NULL, NULL, 0, NULL}};
#else
static int is_fast(void) { return 0; }

static PyMethodDef fast[] = {{NULL, NULL, 0, NULL}};
#endif

static PyMethodDef methods[] = {{"hidden", hidden, METH_O, "See outline.py."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_outline", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__outline(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    if (module && is_fast() && PyModule_AddFunctions(module, fast) < 0) Py_CLEAR(module);
    return module;
}
