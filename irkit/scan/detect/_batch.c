/* What irkit.scan.detect.batch, runs, beginnings, settled and confirm do in Python with each of millions of texts: the
   same, tested equal. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

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

/* Both numbers of a tuple of two: 0, or -1 with an error set. */
static int read_pair(PyObject *pair, Py_ssize_t *one, Py_ssize_t *other) {
    if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2) {
        PyErr_SetString(PyExc_TypeError, "a span, or a hit, is two numbers");
        return -1;
    }
    *one = PyLong_AsSsize_t(PyTuple_GetItem(pair, 0));
    *other = PyLong_AsSsize_t(PyTuple_GetItem(pair, 1));
    return (*one == -1 || *other == -1) && PyErr_Occurred() ? -1 : 0;
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
        if (read_pair(PyTuple_GetItem(spans, at), &start, &end) < 0) return -1;
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

/* What texts begin with, a sign at a place, and lengths; `first` has a 1 for each byte that something begins with. */
typedef struct {
    PyObject *beginnings, *sign;
    Py_ssize_t place, shortest, longest;
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

/* Whether a body begins like one of them, has the sign at the place, or is so long. */
static int is_beginning(PyObject *body, const Wanted *wanted) {
    const char *data = PyBytes_AsString(body);
    Py_ssize_t size = PyBytes_Size(body), length = PyBytes_Size(wanted->sign), place = wanted->place;
    if (size >= wanted->shortest && size <= wanted->longest) return 1;
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
    if (!PyArg_ParseTuple(arguments, "OO!nSnn", &of_texts, &PyTuple_Type, &wanted.beginnings, &wanted.place, &wanted.sign,
                          &wanted.shortest, &wanted.longest))
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

/* How many lines end there (confirm.py). */
static PyObject *line_feeds(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *body;
    Py_ssize_t start, end, found = 0;
    if (!PyArg_ParseTuple(arguments, "Snn", &body, &start, &end)) return NULL;
    if (start < 0 || end > PyBytes_Size(body)) return PyErr_Format(PyExc_ValueError, "not within the text");
    const char *at = PyBytes_AsString(body) + start, *stop = PyBytes_AsString(body) + end;
    for (; at < stop && (at = memchr(at, '\n', (size_t)(stop - at))) != NULL; at++) found++;
    return PyLong_FromSsize_t(found);
}

#include "batch_runs.h"
#include "batch_settled.h"

static PyMethodDef methods[] = {
    {"beside_runs", beside_runs, METH_O, "beside_runs(buffer): what stands beside runs, joined, and its pieces."},
    {"join", join, METH_VARARGS, "join(texts, first, most): a buffer, its pieces, and the first text left."},
    {"give_back", give_back, METH_VARARGS, "give_back(hits, pieces, found): adds the hits to those of their texts."},
    {"beginning", beginning, METH_VARARGS, "beginning(texts, beginnings, place, sign, shortest, longest): the indexes of those."},
    {"line_feeds", line_feeds, METH_VARARGS, "line_feeds(body, start, end): how many stand there."},
    {"keys_of", keys_of, METH_VARARGS, "keys_of(body, hits, plain): what is remembered of lines, by their places."},
    {"unsettled", unsettled, METH_VARARGS, "unsettled(body, hits, plain, settled): the hits in other lines."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_batch", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__batch(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
