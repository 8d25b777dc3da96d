/* What irkit.scan.places.graph, packed_graph and passed_along do in Python with each commit of a history: the same
   results, tested equal. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "commits_packed.h"

#define HEX 40

/* A line of text that is read from the left. */
typedef struct {
    const char *at, *end;
} Text;

static int is_hex(const char *at) {
    unsigned odd = 0; /* all are looked at, in no order: a compiler does some at once */
    for (int each = 0; each < HEX; each++) {
        unsigned char digit = (unsigned char)at[each];
        odd |= ((unsigned char)(digit - '0') > 9) & ((unsigned char)(digit - 'a') > 5);
    }
    return !odd;
}

/* The next id, behind some text; NULL where there is none. */
static const char *next_id(Text *text, const char *before, size_t length) {
    if ((size_t)(text->end - text->at) < length + HEX || memcmp(text->at, before, length) != 0) return NULL;
    const char *id = text->at + length;
    if (!is_hex(id)) return NULL;
    text->at = id + HEX;
    return id;
}

/* One row: ``time commit id parent...`` and a line with the tree. */
typedef struct {
    const char *time, *id, *parents, *tree;
    size_t count;
} Row;

static int read_row(Text *text, Row *row) {
    row->time = text->at;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') text->at++;
    if (text->at == row->time || text->at - row->time > 20) return 0;
    if ((row->id = next_id(text, " commit ", 8)) == NULL) return 0;
    row->parents = text->at;
    for (row->count = 0; next_id(text, " ", 1) != NULL; row->count++) continue;
    if ((row->tree = next_id(text, "\n", 1)) == NULL || text->at == text->end || *text->at != '\n') return 0;
    text->at++;
    return 1;
}

/* Puts a new object into a list, whether it could be made or not. */
static int put(PyObject *list, PyObject *one) {
    if (one == NULL) return -1;
    int failed = PyList_Append(list, one);
    Py_DECREF(one);
    return failed;
}

static PyObject *parents_of(const Row *row) {
    PyObject *parents = PyList_New(0);
    for (size_t each = 0; parents != NULL && each < row->count; each++)
        if (put(parents, PyBytes_FromStringAndSize(row->parents + each * (HEX + 1) + 1, HEX)) < 0) Py_CLEAR(parents);
    return parents;
}

static PyObject *time_of(const Row *row) {
    char digits[21] = "";
    memcpy(digits, row->time, (size_t)strspn(row->time, "0123456789"));
    return PyLong_FromString(digits, NULL, 10);
}

static PyObject *listed_with_trees(PyObject *module, PyObject *arguments) {
    (void)module;
    const char *data;
    Py_ssize_t size;
    PyObject *ids, *parents, *times, *trees;
    if (!PyArg_ParseTuple(arguments, "y#(O!O!O!)O!", &data, &size, &PyList_Type, &ids, &PyList_Type, &parents,
                          &PyList_Type, &times, &PyList_Type, &trees))
        return NULL;
    Text text = {data, data + size};
    const char *done = data;
    for (Row row; read_row(&text, &row); done = text.at)
        if (put(times, time_of(&row)) < 0 || put(ids, PyBytes_FromStringAndSize(row.id, HEX)) < 0 ||
            put(parents, parents_of(&row)) < 0 || put(trees, PyBytes_FromStringAndSize(row.tree, HEX)) < 0)
            return NULL;
    return PyLong_FromSsize_t(done - data);
}

/* The numbers of one commit's parents that are here; clears *is_in_order where one is not behind it. */
static PyObject *numbers_of(PyObject *parents, PyObject *numbers, Py_ssize_t child, int *is_in_order) {
    if (!PyList_Check(parents)) return PyErr_BadArgument(), NULL;
    PyObject *here = PyList_New(0);
    for (Py_ssize_t each = 0; here != NULL && each < PyList_Size(parents); each++) {
        PyObject *number = PyDict_GetItemWithError(numbers, PyList_GetItem(parents, each));
        if (number == NULL && !PyErr_Occurred()) continue;
        Py_ssize_t value = number == NULL ? -1 : PyLong_AsSsize_t(number);
        if (value <= child) *is_in_order = 0;
        if (value < 0 || PyList_Append(here, number) < 0) Py_CLEAR(here);
    }
    PyObject *result = here == NULL ? NULL : PyList_AsTuple(here);
    Py_XDECREF(here);
    return result;
}

static int number_all(PyObject *ids, PyObject *numbers) {
    for (Py_ssize_t each = 0; each < PyList_Size(ids); each++) {
        PyObject *number = PyLong_FromSsize_t(each);
        int failed = number == NULL ? -1 : PyDict_SetItem(numbers, PyList_GetItem(ids, each), number);
        Py_XDECREF(number);
        if (failed) return -1;
    }
    return 0;
}

static PyObject *numbered(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *ids, *parents;
    if (!PyArg_ParseTuple(arguments, "O!O!", &PyList_Type, &ids, &PyList_Type, &parents)) return NULL;
    PyObject *numbers = PyDict_New(), *tuples = PyList_New(0);
    int is_in_order = 1, failed = numbers == NULL || tuples == NULL || number_all(ids, numbers) < 0;
    for (Py_ssize_t each = 0; !failed && each < PyList_Size(parents); each++)
        failed = put(tuples, numbers_of(PyList_GetItem(parents, each), numbers, each, &is_in_order)) < 0;
    PyObject *result = failed ? NULL : Py_BuildValue("OOO", numbers, tuples, is_in_order ? Py_True : Py_False);
    Py_XDECREF(numbers);
    Py_XDECREF(tuples);
    return result;
}

static PyMethodDef methods[] = {
    {"table", table, METH_O, "See packed_graph.py."},
    {"find", find, METH_VARARGS, "See packed_graph.py."},
    {"in_git_order", in_git_order, METH_VARARGS, "See packed_graph.py."},
    {"children_first", children_first, METH_VARARGS, "See packed_graph.py."},
    {"taken", taken, METH_VARARGS, "See packed_graph.py."},
    {"presence", presence, METH_VARARGS, "See packed_graph.py."},
    {"reach", reach, METH_VARARGS, "See packed_graph.py."},
    {"listed_with_trees", listed_with_trees, METH_VARARGS, "See graph.py."},
    {"numbered", numbered, METH_VARARGS, "See graph.py."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_commits", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__commits(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
