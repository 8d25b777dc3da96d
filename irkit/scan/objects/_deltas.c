/* What irkit.scan.objects.delta does in Python, for the millions: the same results, tested equal.

   Packs come from strangers: nothing is read outside of what was given, whatever a delta says. */

#include <Python.h>
#include <string.h>

#define AROUND 400
#define LONG_LINE 8192
#define ALL_OF_IT 0x10000

typedef struct {
    const unsigned char *data;
    Py_ssize_t size;
} Bytes;

static int bytes_of(PyObject *object, Bytes *bytes) {
    char *data;
    if (PyBytes_AsStringAndSize(object, &data, &bytes->size) < 0) return -1;
    bytes->data = (const unsigned char *)data;
    return 0;
}

/* The lines touched so far, and the span that is being made. */
typedef struct {
    Bytes body;
    PyObject *spans;
    Py_ssize_t first, last, line_end;
} Touched;

static int add_span(Touched *touched) {
    PyObject *span = Py_BuildValue("(nn)", touched->first, touched->last);
    if (span == NULL) return -1;
    int failed = PyList_Append(touched->spans, span);
    Py_DECREF(span);
    return failed;
}

/* The offset of the last newline in body[low:high], or -1. */
static Py_ssize_t newline_before(const Bytes *body, Py_ssize_t low, Py_ssize_t high) {
    if (high > body->size) high = body->size;
    while (high > low)
        if (body->data[--high] == '\n') return high;
    return -1;
}

static Py_ssize_t newline_after(const Bytes *body, Py_ssize_t low, Py_ssize_t high) {
    if (high > body->size) high = body->size;
    if (low >= high) return -1;
    const unsigned char *found = memchr(body->data + low, '\n', (size_t)(high - low));
    return found == NULL ? -1 : found - body->data;
}

static int touch(Touched *touched, Py_ssize_t start, Py_ssize_t end) {
    if (end <= touched->line_end) return 0;
    Py_ssize_t from = start > LONG_LINE ? start - LONG_LINE : 0;
    Py_ssize_t newline = newline_before(&touched->body, from, start);
    Py_ssize_t low = (newline >= 0 ? newline : start - LONG_LINE) - AROUND;
    touched->line_end = newline_after(&touched->body, end, end + LONG_LINE);
    Py_ssize_t high = (touched->line_end >= 0 ? touched->line_end : end + LONG_LINE) + AROUND;
    if (high > touched->body.size) high = touched->body.size;
    if (low > touched->last) {
        if (touched->last > 0 && add_span(touched) < 0) return -1;
        touched->first = low > 0 ? low : 0;
        touched->last = high;
    } else if (high > touched->last) {
        touched->last = high;
    }
    return 0;
}

/* Reads a size of seven bits a byte; -1 at the end of the data. */
static Py_ssize_t after_size(const Bytes *delta, Py_ssize_t place) {
    while (place < delta->size && delta->data[place] & 128) place++;
    return place < delta->size ? place + 1 : -1;
}

/* Touches what the delta brings; -1 with an error set, 1 when the bytes are no delta. */
static int walk(const Bytes *delta, Touched *touched) {
    Py_ssize_t place = after_size(delta, 0);
    if (place >= 0) place = after_size(delta, place);
    if (place < 0) return 1;
    Py_ssize_t start = 0, at = 0;
    int is_copied = 0;
    while (place < delta->size) {
        unsigned command = delta->data[place++];
        if (command < 128) {
            is_copied = 0;
            at += command;
            place += command;
            continue;
        }
        Py_ssize_t arguments = __builtin_popcount(command & 0x7F);
        if (arguments > delta->size - place) return 1;
        place += __builtin_popcount(command & 0x0F);
        Py_ssize_t size = 0;
        if (command & 0x10) size |= delta->data[place++];
        if (command & 0x20) size |= (Py_ssize_t)delta->data[place++] << 8;
        if (command & 0x40) size |= (Py_ssize_t)delta->data[place++] << 16;
        if (is_copied) {
            if (touch(touched, at, at) < 0) return -1;
        } else {
            if ((at || command & 15) && touch(touched, start, at) < 0) return -1;
            is_copied = 1;
        }
        at += size ? size : ALL_OF_IT;
        start = at;
    }
    if (place > delta->size) return 1;
    return touch(touched, start, at) < 0 ? -1 : 0;
}

static PyObject *touched_by(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *body, *delta;
    if (!PyArg_ParseTuple(arguments, "SS", &body, &delta)) return NULL;
    Bytes read;
    Touched touched = {.first = 0, .last = -LONG_LINE, .line_end = -1};
    if (bytes_of(body, &touched.body) < 0 || bytes_of(delta, &read) < 0) return NULL;
    touched.spans = PyList_New(0);
    if (touched.spans == NULL) return NULL;
    int failed = walk(&read, &touched);
    if (!failed && touched.last > 0) failed = add_span(&touched);
    PyObject *result = failed < 0 ? NULL : failed ? Py_NewRef(Py_None) : PyList_AsTuple(touched.spans);
    Py_DECREF(touched.spans);
    return result;
}

static PyMethodDef methods[] = {
    {"touched_by", touched_by, METH_VARARGS, "touched_by(body, delta): touched(body, changes(delta)), None if broken."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_deltas", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__deltas(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
