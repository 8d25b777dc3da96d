/* What irkit.scan.detect.batch, runs and beginnings do in Python with each of millions of texts: the same, tested equal. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define NUMBERS 4 /* of a piece: start, length, index, shift */
static const char SEPARATOR[] = {'\n', '\0', '\xff', '\0', '\n'};

typedef struct {
    int64_t start, length, index, shift;
} Piece;

typedef struct {
    Piece *pieces;
    Py_ssize_t count, room, size;
    PyObject *only; /* the text that the only piece is all of */
} Joined;

/* A text's body, borrowed, and its spans. */
static int parts_of(PyObject *text, PyObject **body, PyObject **spans) {
    if (!PyTuple_Check(text) || PyTuple_Size(text) != 2) {
        PyErr_SetString(PyExc_TypeError, "a text is a body and its spans");
        return -1;
    }
    *body = PyTuple_GetItem(text, 0);
    *spans = PyTuple_GetItem(text, 1);
    if (PyBytes_Check(*body) && (*spans == Py_None || PyTuple_Check(*spans))) return 0;
    PyErr_SetString(PyExc_TypeError, "a body is bytes, spans are a tuple");
    return -1;
}

static int add_piece(Joined *joined, PyObject *body, Py_ssize_t index, Py_ssize_t start, Py_ssize_t end) {
    Py_ssize_t size = PyBytes_Size(body);
    if (end > size) end = size;
    if (start < 0 || start >= end) return 0;
    if (joined->count == joined->room) {
        Py_ssize_t room = joined->room ? 2 * joined->room : 256;
        Piece *pieces = PyMem_Realloc(joined->pieces, (size_t)room * sizeof *pieces);
        if (pieces == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        joined->pieces = pieces;
        joined->room = room;
    }
    joined->only = joined->count == 0 && end - start == size ? body : NULL;
    joined->pieces[joined->count++] = (Piece){joined->size, end - start, index, start};
    joined->size += end - start + (Py_ssize_t)sizeof SEPARATOR;
    return 0;
}

static int add_text(Joined *joined, PyObject *text, Py_ssize_t index) {
    PyObject *body, *spans;
    if (parts_of(text, &body, &spans) < 0) return -1;
    if (spans == Py_None) return add_piece(joined, body, index, 0, PyBytes_Size(body));
    for (Py_ssize_t at = 0; at < PyTuple_Size(spans); at++) {
        Py_ssize_t start, end;
        if (!PyArg_ParseTuple(PyTuple_GetItem(spans, at), "nn", &start, &end)) return -1;
        if (add_piece(joined, body, index, start, end) < 0) return -1;
    }
    return 0;
}

/* The pieces' bytes with separators between them. */
static PyObject *bytes_of(const Joined *joined, PyObject *texts) {
    if (joined->only != NULL) return Py_NewRef(joined->only);
    Py_ssize_t size = joined->count ? joined->size - (Py_ssize_t)sizeof SEPARATOR : 0;
    PyObject *result = PyBytes_FromStringAndSize(NULL, size);
    if (result == NULL) return NULL;
    char *to = PyBytes_AsString(result);
    for (Py_ssize_t at = 0; at < joined->count; at++) {
        const Piece *piece = &joined->pieces[at];
        PyObject *body = PyTuple_GetItem(PyList_GetItem(texts, piece->index), 0);
        if (at) memcpy(to + piece->start - sizeof SEPARATOR, SEPARATOR, sizeof SEPARATOR);
        memcpy(to + piece->start, PyBytes_AsString(body) + piece->shift, (size_t)piece->length);
    }
    return result;
}

static PyObject *join(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *of_texts;
    Py_ssize_t index, most;
    if (!PyArg_ParseTuple(arguments, "Onn", &of_texts, &index, &most)) return NULL;
    PyObject *texts = PySequence_List(of_texts);
    if (texts == NULL) return NULL;
    Joined joined = {.pieces = NULL};
    PyObject *result = NULL;
    if (index < 0) index = PyList_Size(texts);
    for (; index < PyList_Size(texts) && joined.size < most; index++)
        if (add_text(&joined, PyList_GetItem(texts, index), index) < 0) goto done;
    PyObject *buffer = bytes_of(&joined, texts);
    PyObject *pieces = PyBytes_FromStringAndSize((char *)joined.pieces, joined.count * (Py_ssize_t)sizeof(Piece));
    if (buffer != NULL && pieces != NULL) result = Py_BuildValue("(OOn)", buffer, pieces, index);
    Py_XDECREF(buffer);
    Py_XDECREF(pieces);
done:
    PyMem_Free(joined.pieces);
    Py_DECREF(texts);
    return result;
}

/* The last piece that begins before `end`; the first when none does. */
static const Piece *piece_of(const Piece *pieces, Py_ssize_t count, Py_ssize_t end) {
    Py_ssize_t low = 0, high = count;
    while (high - low > 1) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (pieces[middle].start < end) low = middle;
        else high = middle;
    }
    return &pieces[low];
}

static int add_hit(PyObject *found, int64_t index, PyObject *number, int64_t end) {
    PyObject *key = PyLong_FromLongLong(index), *hit = Py_BuildValue("(OL)", number, (long long)end);
    int failed = key == NULL || hit == NULL;
    if (!failed) {
        PyObject *hits = PyDict_GetItemWithError(found, key);
        if (hits != NULL) {
            failed = PyList_Append(hits, hit);
        } else if (!PyErr_Occurred()) {
            hits = PyList_New(0);
            failed = hits == NULL || PyList_Append(hits, hit) < 0 || PyDict_SetItem(found, key, hits) < 0;
            Py_XDECREF(hits);
        } else {
            failed = 1;
        }
    }
    Py_XDECREF(key);
    Py_XDECREF(hit);
    return failed ? -1 : 0;
}

static PyObject *give_back(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *hits, *of_pieces, *found;
    if (!PyArg_ParseTuple(arguments, "OSO", &hits, &of_pieces, &found)) return NULL;
    if (!PyList_Check(hits) || !PyDict_Check(found)) return PyErr_Format(PyExc_TypeError, "hits: a list, found: a dict");
    const Piece *pieces = (const Piece *)PyBytes_AsString(of_pieces);
    Py_ssize_t count = PyBytes_Size(of_pieces) / (Py_ssize_t)sizeof(Piece);
    for (Py_ssize_t at = 0; at < PyList_Size(hits); at++) {
        PyObject *number;
        Py_ssize_t end;
        if (count == 0 || !PyArg_ParseTuple(PyList_GetItem(hits, at), "On", &number, &end)) break;
        const Piece *piece = piece_of(pieces, count, end);
        if (end - piece->start <= piece->length &&
            add_hit(found, piece->index, number, end - piece->start + piece->shift) < 0)
            break;
    }
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* What texts begin with, and a sign at a place; `first` has a 1 for each byte that something begins with. */
typedef struct {
    PyObject *beginnings, *sign;
    Py_ssize_t place;
    unsigned char first[256];
} Wanted;

static int open_wanted(Wanted *wanted) {
    memset(wanted->first, 0, sizeof wanted->first);
    for (Py_ssize_t at = 0; at < PyTuple_Size(wanted->beginnings); at++) {
        char *beginning;
        Py_ssize_t length;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(wanted->beginnings, at), &beginning, &length) < 0) return -1;
        if (length) wanted->first[(unsigned char)beginning[0]] = 1;
        else memset(wanted->first, 1, sizeof wanted->first);
    }
    return 0;
}

/* Whether a body begins like one of them, or has the sign at the place. */
static int is_beginning(PyObject *body, const Wanted *wanted) {
    const char *data = PyBytes_AsString(body);
    Py_ssize_t size = PyBytes_Size(body), length = PyBytes_Size(wanted->sign), place = wanted->place;
    if (size >= place + length && memcmp(data + place, PyBytes_AsString(wanted->sign), (size_t)length) == 0) return 1;
    if (size && !wanted->first[(unsigned char)data[0]]) return 0;
    for (Py_ssize_t at = 0; at < PyTuple_Size(wanted->beginnings); at++) {
        PyObject *beginning = PyTuple_GetItem(wanted->beginnings, at);
        length = PyBytes_Size(beginning);
        if (size >= length && memcmp(data, PyBytes_AsString(beginning), (size_t)length) == 0) return 1;
    }
    return 0;
}

static PyObject *beginning(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *of_texts;
    Wanted wanted;
    if (!PyArg_ParseTuple(arguments, "OO!nS", &of_texts, &PyTuple_Type, &wanted.beginnings, &wanted.place, &wanted.sign))
        return NULL;
    if (wanted.place < 0) return PyErr_Format(PyExc_ValueError, "a place is not below 0");
    if (open_wanted(&wanted) < 0) return NULL;
    PyObject *texts = PySequence_List(of_texts), *found = PyList_New(0);
    int failed = texts == NULL || found == NULL;
    for (Py_ssize_t index = 0; !failed && index < PyList_Size(texts); index++) {
        PyObject *body, *spans;
        int is_one = parts_of(PyList_GetItem(texts, index), &body, &spans);
        if (is_one == 0) is_one = is_beginning(body, &wanted);
        if (is_one > 0) {
            PyObject *number = PyLong_FromSsize_t(index);
            is_one = number == NULL ? -1 : PyList_Append(found, number);
            Py_XDECREF(number);
        }
        failed = is_one < 0;
    }
    Py_XDECREF(texts);
    if (failed) Py_CLEAR(found);
    return found;
}

/* ---- runs (runs.py) ---- */

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

static int add_parts(Joined *joined, PyObject *buffer) {
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

static PyMethodDef methods[] = {
    {"beside_runs", beside_runs, METH_O, "beside_runs(buffer): what stands beside runs, joined, and its pieces."},
    {"join", join, METH_VARARGS, "join(texts, first, most): a buffer, its pieces, and the first text left."},
    {"give_back", give_back, METH_VARARGS, "give_back(hits, pieces, found): adds the hits to those of their texts."},
    {"beginning", beginning, METH_VARARGS, "beginning(texts, beginnings, place, sign): the indexes of those that are."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_batch", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__batch(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
