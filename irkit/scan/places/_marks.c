/* A mark for each tree of a pack, which tells what of all that is looked for stands below it; see marks.py.

   A mark is the sum (modulo 2^64) of one term for each entry that matters, so a tree's mark is that of the tree it is
   a delta of, less what the delta took away, and what it brought. Only those entries are kept, no tree. Terms are made
   with a key that nobody knows: trees with equal marks hold the same, but with a chance of 2^-64.
   Packs come from strangers: nothing is read outside of what was given. What cannot be read as a tree is a thing of
   its own that is looked for: then git is asked about the commits that change it.

   Read it in this order: marks_hash.h, marks_pack.h, marks_wanted.h, marks_tree.h, marks_look.h, this, marks_commits.h.
   Functions that return an int return 0 when done and -1 with a Python error set; 1, where a comment says so, when
   there is too much for marks, and git must tell. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "marks_commits.h"
#include "marks_look.h"

#define MOST_ROUNDS 300 /* how deep folders may be in each other */

/* The mark of a tree that could not be read. */
static uint64_t closed(const Look *look, Number number) {
    return hashed(&look->key, (const unsigned char *)&number, sizeof number);
}

/* Has each folder name its place; those that could not be read are closed. */
static void settle(Look *look) {
    for (size_t each = 0; each < look->recorded; each++) {
        Record *record = &look->records[each];
        if (record->kind != FOLDER) continue;
        Number place = look->place_of[record->below];
        if (place < look->places && look->is_read[place]) {
            record->below = place % MOST_NUMBERS;
        } else {
            uint64_t value = term(record->entry, closed(look, record->below));
            look->change[record->place] += record->is_gone ? -value : value;
            record->kind = CLOSED;
        }
    }
}

/* Marks by place: at first of what stands directly in a tree, then of what is one deeper, and so on; `before` has room
   for the marks of the round before. 1: there is no end to it. */
static int mark(Look *look, uint64_t *before) {
    uint64_t *marks = look->marks;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        int is_same = 1;
        for (Number place = 0; place < look->places; place++) {
            Number base = look->parent[place];
            before[place] = marks[place];
            marks[place] = look->change[place] + (base == NONE ? 0 : marks[base]);
            is_same &= marks[place] == before[place];
        }
        if (is_same) return 0;
        for (size_t each = 0; each < look->recorded; each++) {
            const Record *record = &look->records[each];
            if (record->kind != FOLDER) continue;
            uint64_t now = marks[record->below], then = before[record->below];
            if (now == then) continue;
            uint64_t value = term(record->entry, now) - term(record->entry, then);
            look->change[record->place] += record->is_gone ? -value : value;
        }
        if (PyErr_CheckSignals() < 0) return -1;
    }
    return 1;
}

/* Makes the columns by number and by place, for as many trees as the pack has. */
static int make_room(Look *look) {
    size_t count = look->pack.count, trees = 1;
    for (size_t each = 0; each < count; each++) trees += look->pack.kinds[each] == TREE;
    look->place_of = malloc((count + 1) * sizeof(Number));
    look->parent = malloc(trees * sizeof(Number));
    look->is_read = calloc(trees, 1);
    look->first = calloc(trees + 1, sizeof(size_t));
    look->change = calloc(trees, sizeof(uint64_t));
    look->marks = calloc(trees, sizeof(uint64_t));
    if (!look->place_of || !look->parent || !look->is_read || !look->first || !look->change || !look->marks)
        return PyErr_NoMemory(), -1;
    memset(look->place_of, 0xff, (count + 1) * sizeof(Number));
    return 0;
}

/* Frees it, however much of it was made. */
static void discard(Look *look) {
    free(look->place_of), free(look->parent), free(look->is_read), free(look->change), free(look->first);
    free(look->records), free(look->waiting), free(look->wanted.slots), free(look->marks);
    free(look->texts.slots), free(look->texts.text);
    close_pack(&look->pack);
    Py_XDECREF(look->kept);
    free(look);
}

#define NAME "irkit.scan.places._marks"

static void discard_capsule(PyObject *capsule) { discard(PyCapsule_GetPointer(capsule, NAME)); }

/* Looks at all trees and marks them; 1 when there is too much to note, or a tree holds itself. */
static int make_marks(Look *look) {
    int failed = look_at_all(look);
    if (failed) return failed;
    settle(look);
    uint64_t *before = calloc(look->places + (size_t)1, sizeof *before);
    failed = before == NULL ? (PyErr_NoMemory(), -1) : mark(look, before);
    free(before);
    return failed;
}

/* See marks.py. All that marks are made of lives in the capsule that is given back. */
static PyObject *tree_marks(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *columns;
    const char *ids, *key;
    Py_ssize_t size, key_size;
    Look *look = calloc(1, sizeof *look);
    if (look == NULL) return PyErr_NoMemory();
    int failed = -1;
    if (PyArg_ParseTuple(arguments, "O!y#O!y#(OO)O", &PyTuple_Type, &columns, &ids, &size, &PyTuple_Type,
                         &look->wanted.names, &key, &key_size, &look->inflate, &look->broken, &look->release) &&
        (key_size == sizeof look->key || unfit() == 0) && open_pack(&look->pack, columns) == 0 &&
        want(&look->wanted, ids, size) == 0 && make_room(look) == 0) {
        memcpy(&look->key, key, sizeof look->key);
        look->kept = Py_NewRef(arguments); /* names and ids are read as long as there are marks */
        look->view = PyTuple_GetItem(columns, PACK);
        failed = make_marks(look);
    }
    PyObject *result = failed ? NULL : PyCapsule_New(look, NAME, discard_capsule);
    if (result == NULL) discard(look);
    return failed > 0 ? Py_NewRef(Py_None) : result;
}

/* See marks.py. */
static PyObject *changed_commits(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *capsule, *told;
    Py_buffer columns[4];
    if (!PyArg_ParseTuple(arguments, "OO(y*y*y*y*)", &capsule, &told, &columns[0], &columns[1], &columns[2],
                          &columns[3]))
        return NULL;
    Comparison with = {.look = PyCapsule_GetPointer(capsule, NAME), .told = told};
    Commits commits = {.places = NULL};
    PyObject *asked = with.look == NULL || take_columns(with.look, columns, &commits) < 0 ? NULL : PyList_New(0);
    if (asked != NULL && take_commits(&with, &commits, asked) < 0) Py_CLEAR(asked);
    free(commits.places), free(with.items), free(with.pairs), free(with.paths);
    for (int each = 0; each < 4; each++) PyBuffer_Release(&columns[each]);
    return asked;
}

static PyMethodDef methods[] = {
    {"tree_marks", tree_marks, METH_VARARGS, "See marks.py."},
    {"changed_commits", changed_commits, METH_VARARGS, "See marks.py."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_marks", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__marks(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
