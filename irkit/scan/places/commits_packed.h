/* The functions of packed_graph.py, for _commits.c: they take columns, check them, and give back bytes, or sets. */

#ifndef IRKIT_COMMITS_PACKED_H
#define IRKIT_COMMITS_PACKED_H

#include "commits_graph.h"
#include "commits_sets.h"

/* A graph and some numbers of its commits. */
typedef struct {
    Py_buffer first, parents, more;
    int held; /* how many of the three are to be given back */
    Graph graph;
    const uint32_t *numbers;
    size_t count;
} Opened;

static void shut(Opened *opened) {
    if (opened->held > 2) PyBuffer_Release(&opened->more);
    if (opened->held > 1) PyBuffer_Release(&opened->parents);
    if (opened->held) PyBuffer_Release(&opened->first);
}

/* -1 with an error set. Whatever comes of it, `shut` gives the columns back. */
static int open_all(Opened *opened, PyObject *first, PyObject *parents, PyObject *numbers) {
    Py_buffer *buffers[] = {&opened->first, &opened->parents, &opened->more};
    PyObject *objects[] = {first, parents, numbers};
    for (; opened->held < 3; opened->held++)
        if (PyObject_GetBuffer(objects[opened->held], buffers[opened->held], PyBUF_SIMPLE) < 0) return -1;
    if (open_graph(&opened->graph, &opened->first, &opened->parents) < 0) return -1;
    opened->numbers = commits_in(&opened->more, &opened->graph, &opened->count);
    return opened->numbers == NULL ? -1 : 0;
}

static PyObject *table(PyObject *module, PyObject *ids) {
    (void)module;
    Py_buffer buffer;
    if (PyObject_GetBuffer(ids, &buffer, PyBUF_SIMPLE) < 0) return NULL;
    size_t count = (size_t)buffer.len / ID, room = table_room(count);
    uint32_t *slots = count >= UINT32_MAX ? NULL : calloc(room, sizeof *slots);
    PyObject *result = NULL;
    if (slots != NULL) {
        fill_table(slots, room - 1, buffer.buf, count);
        result = PyBytes_FromStringAndSize((char *)slots, (Py_ssize_t)(room * sizeof *slots));
    } else {
        PyErr_NoMemory();
    }
    free(slots);
    PyBuffer_Release(&buffer);
    return result;
}

static PyObject *find(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer ids, table;
    const char *digits;
    Py_ssize_t size;
    unsigned char id[ID];
    if (!PyArg_ParseTuple(arguments, "y*y*y#", &ids, &table, &digits, &size)) return NULL;
    size_t count = (size_t)ids.len / ID, room, number = count;
    const uint32_t *slots = numbers_in(&table, &room);
    int failed = slots == NULL ? -1 : room & (room - 1) || !room ? unfit() : 0;
    if (!failed && read_hex(digits, size, id)) number = find_id(slots, room, ids.buf, count, id);
    PyBuffer_Release(&ids), PyBuffer_Release(&table);
    return failed ? NULL : number < count ? PyLong_FromSize_t(number) : Py_NewRef(Py_None);
}

static PyObject *in_git_order(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *first, *parents, *starts, *result = NULL;
    Py_buffer times;
    if (!PyArg_ParseTuple(arguments, "OOOy*", &first, &parents, &starts, &times)) return NULL;
    Opened opened = {.held = 0};
    if (open_all(&opened, first, parents, starts) == 0 &&
        ((size_t)times.len == opened.graph.count * 8 || unfit() == 0)) {
        size_t room = opened.graph.count + 1;
        uint32_t *listed = malloc(room * sizeof *listed);
        Waiting *heap = malloc(room * sizeof *heap);
        unsigned char *seen = calloc(room, 1);
        if (listed != NULL && heap != NULL && seen != NULL) {
            size_t done = list_all(&opened.graph, times.buf, opened.numbers, opened.count, listed, heap, seen);
            result = PyBytes_FromStringAndSize((char *)listed, (Py_ssize_t)(done * sizeof *listed));
        } else {
            PyErr_NoMemory();
        }
        free(listed), free(heap), free(seen);
    }
    shut(&opened);
    PyBuffer_Release(&times);
    return result;
}

static PyObject *children_first(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *first, *parents, *result = NULL;
    Opened opened = {.held = 0};
    if (!PyArg_ParseTuple(arguments, "OO", &first, &parents)) return NULL;
    if (open_all(&opened, first, parents, parents) == 0) {
        size_t room = opened.graph.count + 1;
        uint32_t *order = malloc(room * sizeof *order), *waits_for = calloc(room, sizeof *waits_for);
        if (order == NULL || waits_for == NULL)
            PyErr_NoMemory();
        else if (put_children_first(&opened.graph, waits_for, order) < opened.graph.count)
            unfit(); /* a commit is its own ancestor */
        else
            result = PyBytes_FromStringAndSize((char *)order, (Py_ssize_t)(opened.graph.count * sizeof *order));
        free(order), free(waits_for);
    }
    shut(&opened);
    return result;
}

/* The parents of some commits by their new numbers; those that are not among them are left out. How many there are. */
static size_t take_parents(const Opened *opened, const uint32_t *now, uint32_t *first, uint32_t *parents) {
    const Graph *graph = &opened->graph;
    size_t links = 0;
    for (size_t each = 0; each < opened->count; each++) {
        uint32_t number = opened->numbers[each];
        first[each] = (uint32_t)links;
        for (uint32_t at = graph->first[number]; at < graph->first[number + 1]; at++)
            if (now[graph->parents[at]] != UINT32_MAX) parents[links++] = now[graph->parents[at]];
    }
    first[opened->count] = (uint32_t)links;
    return links;
}

/* Gives commits their new numbers; 0 when one stands there twice. */
static int number_anew(const Opened *opened, uint32_t *now) {
    memset(now, 0xff, opened->graph.count * sizeof *now);
    for (size_t each = 0; each < opened->count; each++) {
        if (now[opened->numbers[each]] != UINT32_MAX) return 0;
        now[opened->numbers[each]] = (uint32_t)each;
    }
    return 1;
}

/* The ids, times, first and parents of the commits; NULL with an error set. */
static PyObject *take_all(const Opened *opened, const Py_buffer *ids, const Py_buffer *times) {
    size_t links = opened->graph.first[opened->graph.count] + (size_t)1, room = opened->count + 1;
    uint32_t *now = malloc((opened->graph.count + 1) * 4), *first = malloc(room * 4), *parents = malloc(links * 4);
    unsigned char *names = malloc(room * ID), *at = malloc(room * 8);
    PyObject *result = NULL;
    if (now == NULL || first == NULL || parents == NULL || names == NULL || at == NULL) {
        PyErr_NoMemory();
    } else if (number_anew(opened, now)) {
        Py_ssize_t count = (Py_ssize_t)opened->count, size = (Py_ssize_t)take_parents(opened, now, first, parents) * 4;
        for (size_t each = 0; each < opened->count; each++) {
            size_t number = opened->numbers[each];
            memcpy(names + each * ID, (const char *)ids->buf + number * ID, ID);
            memcpy(at + each * 8, (const char *)times->buf + number * 8, 8);
        }
        result = Py_BuildValue("y#y#y#y#", (char *)names, count * ID, (char *)at, count * 8, (char *)first,
                               (count + 1) * 4, (char *)parents, size);
    } else {
        unfit();
    }
    free(now), free(first), free(parents), free(names), free(at);
    return result;
}

static PyObject *taken(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *first, *parents, *numbers, *result = NULL;
    Py_buffer ids, times;
    if (!PyArg_ParseTuple(arguments, "(y*y*OO)O", &ids, &times, &first, &parents, &numbers)) return NULL;
    Opened opened = {.held = 0};
    if (open_all(&opened, first, parents, numbers) == 0) {
        size_t count = opened.graph.count;
        int is_fit = (size_t)ids.len == count * ID && (size_t)times.len == count * 8;
        if (is_fit || unfit() == 0) result = take_all(&opened, &ids, &times);
    }
    shut(&opened);
    PyBuffer_Release(&ids), PyBuffer_Release(&times);
    return result;
}

static PyObject *presence(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *first, *parents, *order, *changes, *result = NULL;
    Opened opened = {.held = 0};
    if (!PyArg_ParseTuple(arguments, "OOOO!", &first, &parents, &order, &PyDict_Type, &changes)) return NULL;
    if (open_all(&opened, first, parents, order) == 0 && (opened.count == opened.graph.count || unfit() == 0))
        result = presence_of(&opened.graph, opened.numbers, changes);
    shut(&opened);
    return result;
}

/* Marks the commits whose numbers stand in something; how many, SIZE_MAX with an error set. */
static size_t mark_wanted(PyObject *numbers, unsigned char *wanted, size_t count) {
    size_t marked = 0;
    PyObject *each = PyObject_GetIter(numbers), *one;
    while (each != NULL && (one = PyIter_Next(each)) != NULL) {
        size_t number = PyLong_AsSize_t(one);
        Py_DECREF(one);
        if (PyErr_Occurred() || (number >= count && unfit() < 0)) break;
        marked += !wanted[number];
        wanted[number] = 1;
    }
    Py_XDECREF(each);
    return PyErr_Occurred() ? SIZE_MAX : marked;
}

static PyObject *reach(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *first, *parents, *order, *starts, *numbers, *found = NULL;
    if (!PyArg_ParseTuple(arguments, "OOOO!O", &first, &parents, &order, &PyDict_Type, &starts, &numbers)) return NULL;
    Opened opened = {.held = 0};
    Sets passed = {NULL, 0};
    unsigned char *wanted = NULL;
    if (open_all(&opened, first, parents, order) == 0 && (opened.count == opened.graph.count || unfit() == 0)) {
        size_t left = SIZE_MAX;
        wanted = calloc(opened.graph.count + 1, 1);
        if (wanted == NULL) PyErr_NoMemory();
        if (wanted != NULL && make_sets(&passed, opened.graph.count) == 0 && take_sets(&passed, starts) == 0)
            left = mark_wanted(numbers, wanted, opened.graph.count);
        if (left != SIZE_MAX) found = PyDict_New();
        if (found != NULL && pass_on(&opened.graph, opened.numbers, &passed, wanted, left, found) < 0)
            Py_CLEAR(found);
    }
    drop_sets(&passed), free(wanted);
    shut(&opened);
    return found;
}

#endif
