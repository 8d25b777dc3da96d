/* Records of a store's rows; see rows.py. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR '\x1f'
enum { EVENT_ID, AT, MESSAGE, REQUEST_ID, SHARED_ID, RESOURCES, PARAMS, ANSWER, EXTRA, PLACE, BYTE_AT, COUNT, OWN };
#define FIELDS (EXTRA + 3) /* of a record, behind those of its call and its caller: a locator and an empty text too */

/* What is held for all rows, borrowed; the tools in their order. */
typedef struct {
    PyObject *calls, *callers, *places;
    PyObject *record, *locator, *moment, *arns, *map, *empty, *odd, *apart;
} Held;

typedef struct {
    const char *text;
    Py_ssize_t size;
} Part;

/* The parts of a row's own text; 0 when there are more or fewer of them. */
static int take_apart(const char *text, Py_ssize_t size, Part *parts) {
    const char *end = text + size;
    for (int at = 0; at < OWN; at++) {
        const char *next = memchr(text, SEPARATOR, (size_t)(end - text));
        if ((next == NULL) != (at == OWN - 1)) return 0;
        parts[at].text = text;
        parts[at].size = (next ? next : end) - text;
        text = next ? next + 1 : end;
    }
    return 1;
}

static PyObject *text_of(Part part) { return PyUnicode_FromStringAndSize(part.text, part.size); }

/* What a function makes of a part; `none` where the part is empty. */
static PyObject *made_of(PyObject *function, Part part, PyObject *none) {
    if (part.size == 0 && none != NULL) return Py_NewRef(none);
    PyObject *text = text_of(part);
    PyObject *made = text ? PyObject_CallFunctionObjArgs(function, text, NULL) : NULL;
    Py_XDECREF(text);
    return made;
}

/* A tuple of a type that is a tuple; takes the fields over. */
static PyObject *made_tuple(PyObject *type, PyObject *fields) {
    newfunc new = (newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new);
    PyObject *arguments = fields ? PyTuple_Pack(1, fields) : NULL;
    PyObject *made = arguments ? new ((PyTypeObject *)type, arguments, NULL) : NULL;
    Py_XDECREF(arguments);
    Py_XDECREF(fields);
    return made;
}

/* A place, as the one text that all records of it have. */
static PyObject *place_of(PyObject *places, Part part) {
    PyObject *text = text_of(part);
    PyObject *known = text ? PyDict_GetItemWithError(places, text) : NULL;
    if (known != NULL) {
        Py_DECREF(text);
        return Py_NewRef(known);
    }
    if (text == NULL || PyErr_Occurred() || PyDict_SetItem(places, text, text) < 0) return Py_XDECREF(text), NULL;
    return text;
}

/* Behind a number stands a separator or the text's end. */
static PyObject *locator_of(const Held *held, const Part *parts) {
    PyObject *fields = PyTuple_New(3);
    if (fields == NULL) return NULL;
    PyTuple_SetItem(fields, 0, place_of(held->places, parts[PLACE]));
    PyTuple_SetItem(fields, 1, PyLong_FromLongLong(strtoll(parts[BYTE_AT].text, NULL, 10)));
    PyTuple_SetItem(fields, 2, PyLong_FromLongLong(strtoll(parts[COUNT].text, NULL, 10)));
    for (Py_ssize_t at = 0; at < 3; at++)
        if (PyTuple_GetItem(fields, at) == NULL) return Py_DECREF(fields), NULL;
    return made_tuple(held->locator, fields);
}

/* The field of a record that a part tells. */
static PyObject *field_of(const Held *held, const Part *parts, int at, PyObject *none) {
    switch (at) {
    case AT: return made_of(held->moment, parts[AT], NULL);
    case RESOURCES: return made_of(held->arns, parts[RESOURCES], none);
    case PARAMS:
    case ANSWER:
    case EXTRA: return made_of(held->map, parts[at], held->empty);
    case EXTRA + 1: return locator_of(held, parts);
    case EXTRA + 2: return PyUnicode_FromStringAndSize("", 0);
    default: return text_of(parts[at]);
    }
}

/* All fields, in the order that a record has them. */
static PyObject *fields_of(const Held *held, PyObject *call, PyObject *caller, const Part *parts) {
    Py_ssize_t calls = PyTuple_Size(call), callers = PyTuple_Size(caller), at = 0;
    PyObject *fields = calls < 0 || callers < 0 ? NULL : PyTuple_New(calls + callers + FIELDS);
    PyObject *none = fields ? PyTuple_New(0) : NULL;
    if (none == NULL) return Py_XDECREF(fields), NULL;
    for (Py_ssize_t one = 0; one < calls; one++) PyTuple_SetItem(fields, at++, Py_NewRef(PyTuple_GetItem(call, one)));
    for (Py_ssize_t one = 0; one < callers; one++)
        PyTuple_SetItem(fields, at++, Py_NewRef(PyTuple_GetItem(caller, one)));
    for (int one = 0; fields != NULL && one < FIELDS; one++) {
        PyObject *field = field_of(held, parts, one, none);
        if (field == NULL)
            Py_CLEAR(fields);
        else
            PyTuple_SetItem(fields, at++, field);
    }
    Py_DECREF(none);
    return fields;
}

/* The record of a row that its texts hold. */
static PyObject *plain(const Held *held, PyObject *row) {
    PyObject *own = PyTuple_GetItem(row, 2);
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(own, &size);
    Part parts[OWN];
    if (text == NULL) return NULL;
    if (!take_apart(text, size, parts)) {
        PyObject *told = PyObject_CallFunctionObjArgs(held->apart, own, NULL); /* it says what is wrong */
        if (told != NULL) PyErr_SetString(PyExc_ValueError, "a row has another number of texts");
        return Py_XDECREF(told), NULL;
    }
    PyObject *call = PyObject_GetItem(held->calls, PyTuple_GetItem(row, 0));
    PyObject *caller = call ? PyObject_GetItem(held->callers, PyTuple_GetItem(row, 1)) : NULL;
    PyObject *fields = caller ? fields_of(held, call, caller, parts) : NULL;
    Py_XDECREF(call);
    Py_XDECREF(caller);
    return fields ? made_tuple(held->record, fields) : NULL;
}

static PyObject *record_of(const Held *held, PyObject *row) {
    if (!PyTuple_Check(row) || PyTuple_Size(row) != 4 || !PyUnicode_Check(PyTuple_GetItem(row, 2)))
        return PyErr_SetString(PyExc_TypeError, "this is no row of the engine"), NULL;
    PyObject *odd = PyTuple_GetItem(row, 3);
    Py_ssize_t size = PyUnicode_GetLength(odd);
    if (size < 0) return NULL;
    return size ? PyObject_CallFunctionObjArgs(held->odd, odd, NULL) : plain(held, row);
}

/* See rows.py. */
static PyObject *records(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *given, *tools, *row;
    Held held;
    if (!PyArg_ParseTuple(arguments, "OOOO!O!", &given, &held.calls, &held.callers, &PyDict_Type, &held.places,
                          &PyTuple_Type, &tools) ||
        !PyArg_ParseTuple(tools, "OOOOOOOO", &held.record, &held.locator, &held.moment, &held.arns, &held.map,
                          &held.empty, &held.odd, &held.apart))
        return NULL;
    PyObject *rows = PyObject_GetIter(given), *found = rows ? PyList_New(0) : NULL;
    while (found != NULL && (row = PyIter_Next(rows)) != NULL) {
        PyObject *one = record_of(&held, row);
        if (one == NULL || PyList_Append(found, one) < 0) Py_CLEAR(found);
        Py_XDECREF(one);
        Py_DECREF(row);
    }
    if (PyErr_Occurred()) Py_CLEAR(found);
    Py_XDECREF(rows);
    return found;
}

static PyMethodDef methods[] = {{"records", records, METH_VARARGS, "See rows.py."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_rows", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__rows(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
