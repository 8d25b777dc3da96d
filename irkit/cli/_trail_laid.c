/* Texts laid out in columns; see trail_laid.py. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#define GAP 2

/* A text's bytes in UTF-8, their number and that of its signs; NULL when it is no text, or half of a surrogate pair. */
static const char *bytes_of(PyObject *text, Py_ssize_t *size, Py_ssize_t *signs) {
    if (!PyUnicode_Check(text)) return PyErr_SetString(PyExc_TypeError, "a column holds texts"), NULL;
    *signs = PyUnicode_GetLength(text);
    return PyUnicode_AsUTF8AndSize(text, size);
}

/* Whether all are printable ASCII. */
static int is_plain(const char *bytes, Py_ssize_t size) {
    unsigned char is_other = 0;
    for (Py_ssize_t at = 0; at < size; at++) is_other |= (unsigned char)(bytes[at] - ' ') > '~' - ' ';
    return !is_other;
}

/* The same of what stands around the signs of cuts. */
static int is_plain_or_cut(const char *bytes, Py_ssize_t size) {
    static const char cut[] = "\xe2\x80\xa6";
    for (Py_ssize_t at = 0; at < size; at++) {
        if (is_plain(bytes + at, 1)) continue;
        if (size - at < 3 || memcmp(bytes + at, cut, 3) != 0) return 0;
        at += 2;
    }
    return 1;
}

/* See trail_laid.py. */
static PyObject *widest(PyObject *module, PyObject *texts) {
    (void)module;
    if (!PyList_Check(texts)) return PyErr_SetString(PyExc_TypeError, "a list of texts is looked at"), NULL;
    Py_ssize_t most = 0, size, signs;
    for (Py_ssize_t at = 0; at < PyList_Size(texts); at++) {
        const char *bytes = bytes_of(PyList_GetItem(texts, at), &size, &signs);
        if (bytes == NULL && !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return NULL;
        if (bytes == NULL) PyErr_Clear();
        if (bytes == NULL || !(size == signs ? is_plain(bytes, size) : is_plain_or_cut(bytes, size)))
            return PyLong_FromLong(-1);
        if (signs > most) most = signs;
    }
    return PyLong_FromSsize_t(most);
}

/* Lines as they grow. */
typedef struct {
    char *bytes;
    Py_ssize_t size, room;
} Text;

/* Room for so many bytes more; 0 when there is none. */
static int make_room(Text *text, Py_ssize_t more) {
    if (text->room - text->size >= more) return 1;
    Py_ssize_t room = 2 * text->room + more;
    char *bytes = PyMem_Realloc(text->bytes, (size_t)room);
    if (bytes == NULL) return PyErr_NoMemory(), 0;
    text->bytes = bytes, text->room = room;
    return 1;
}

/* Takes away what is blank behind a line's begin; beyond ASCII, what Python calls so. 0 when that fails. */
static int strip(Text *text, Py_ssize_t begin) {
    while (text->size > begin) {
        unsigned char sign = (unsigned char)text->bytes[text->size - 1];
        if (sign >= 0x80) break;
        if (sign != ' ' && !(sign >= '\t' && sign <= '\r') && !(sign >= 0x1c && sign <= 0x1f)) return 1;
        text->size--;
    }
    if (text->size == begin) return 1;
    PyObject *line = PyUnicode_DecodeUTF8(text->bytes + begin, text->size - begin, NULL);
    PyObject *kept = line ? PyObject_CallMethod(line, "rstrip", NULL) : NULL;
    Py_ssize_t size;
    int is_done = kept != NULL && PyUnicode_AsUTF8AndSize(kept, &size) != NULL;
    if (is_done) text->size = begin + size;
    Py_XDECREF(line);
    Py_XDECREF(kept);
    return is_done;
}

/* Writes one text and the blanks up to its column's width, and a gap behind it. */
static int put(Text *text, PyObject *one, Py_ssize_t width) {
    Py_ssize_t size, signs;
    const char *bytes = bytes_of(one, &size, &signs);
    if (bytes == NULL) return 0;
    Py_ssize_t blanks = (width > signs ? width - signs : 0) + GAP;
    if (!make_room(text, size + blanks + 1)) return 0;
    memcpy(text->bytes + text->size, bytes, (size_t)size);
    memset(text->bytes + text->size + size, ' ', (size_t)blanks);
    text->size += size + blanks;
    return 1;
}

/* A column, and how many signs each of its texts is filled up to. */
typedef struct {
    PyObject *texts;
    Py_ssize_t width;
} Column;

/* Writes one row. */
static int line(Text *text, const Column *columns, Py_ssize_t count, Py_ssize_t row) {
    Py_ssize_t begin = text->size;
    for (const Column *each = columns; each < columns + count; each++)
        if (!put(text, PyList_GetItem(each->texts, row), each->width)) return 0;
    if (!make_room(text, 1) || !strip(text, begin)) return 0;
    text->bytes[text->size++] = '\n';
    return 1;
}

/* The lines of some rows. */
static PyObject *lines(const Column *columns, Py_ssize_t count, Py_ssize_t first, Py_ssize_t last) {
    Text text = {NULL, 0, 0};
    PyObject *made = NULL;
    int is_fine = 1;
    for (Py_ssize_t row = first; is_fine && row < last; row++) is_fine = line(&text, columns, count, row);
    if (is_fine) made = PyUnicode_DecodeUTF8(text.bytes ? text.bytes : "", text.size, NULL);
    PyMem_Free(text.bytes);
    return made;
}

/* See trail_laid.py. */
static PyObject *laid(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *several, *widths, *made = NULL;
    Py_ssize_t first, last, at;
    if (!PyArg_ParseTuple(arguments, "O!O!nn", &PyList_Type, &several, &PyList_Type, &widths, &first, &last)) return NULL;
    Py_ssize_t count = PyList_Size(several);
    Column *columns = PyMem_Calloc((size_t)count + 1, sizeof *columns);
    if (columns == NULL) return PyErr_NoMemory();
    for (at = 0; at < count; at++) {
        PyObject *width = PyList_GetItem(widths, at);
        columns[at].texts = PyList_GetItem(several, at);
        columns[at].width = width ? PyLong_AsSsize_t(width) : -1;
        if (PyErr_Occurred()) break;
        if (!PyList_Check(columns[at].texts) || first < 0 || PyList_Size(columns[at].texts) < last) {
            PyErr_SetString(PyExc_IndexError, "a column has fewer rows");
            break;
        }
    }
    if (at == count) made = lines(columns, count, first, last);
    PyMem_Free(columns);
    return made;
}

static PyMethodDef methods[] = {
    {"widest", widest, METH_O, "See trail_laid.py."},
    {"laid", laid, METH_VARARGS, "See trail_laid.py."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_trail_laid", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__trail_laid(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
