/* Sets of tracks and of starts passed along a history, for _commits.c: passed_along.py in C.

   Sets are Python's integers. Most commits change nothing, so that most of the work is to pass a pointer on.
   Functions that return an int: 0 done, -1 with an error set. */

#ifndef IRKIT_COMMITS_SETS_H
#define IRKIT_COMMITS_SETS_H

#include "commits_graph.h"

/* A set for each commit, by number: owned references, or NULL. */
typedef struct {
    PyObject **sets;
    size_t count;
} Sets;

static int make_sets(Sets *sets, size_t count) {
    sets->sets = calloc(count + 1, sizeof *sets->sets);
    sets->count = count;
    return sets->sets == NULL ? (PyErr_NoMemory(), -1) : 0;
}

static void drop_sets(Sets *sets) {
    for (size_t each = 0; sets->sets != NULL && each < sets->count; each++) Py_XDECREF(sets->sets[each]);
    free(sets->sets);
}

/* Takes the sets of a dict, which is by number. */
static int take_sets(Sets *sets, PyObject *dict) {
    PyObject *key, *value;
    for (Py_ssize_t place = 0; PyDict_Next(dict, &place, &key, &value);) {
        size_t number = PyLong_AsSize_t(key);
        if (PyErr_Occurred()) return -1;
        if (number >= sets->count) return unfit();
        Py_XDECREF(sets->sets[number]);
        sets->sets[number] = Py_NewRef(value);
    }
    return 0;
}

/* What is in one set and not in another: a new reference. */
static PyObject *without(PyObject *one, PyObject *other) {
    PyObject *rest = PyNumber_Invert(other), *result = rest == NULL ? NULL : PyNumber_And(one, rest);
    Py_XDECREF(rest);
    return result;
}

static int put_set(PyObject *dict, size_t number, PyObject *set) {
    PyObject *key = PyLong_FromSize_t(number);
    int failed = key == NULL ? -1 : PyDict_SetItem(dict, key, set);
    Py_XDECREF(key);
    return failed;
}

/* The dict of all sets that are not empty; NULL with an error set. */
static PyObject *dict_of(const Sets *sets) {
    PyObject *dict = PyDict_New();
    for (size_t each = 0; dict != NULL && each < sets->count; each++) {
        int is_any = sets->sets[each] == NULL ? 0 : PyObject_IsTrue(sets->sets[each]);
        if (is_any < 0 || (is_any && put_set(dict, each, sets->sets[each]) < 0)) Py_CLEAR(dict);
    }
    return dict;
}

/* Adds a set to that of a commit. */
static int add_set(Sets *sets, size_t number, PyObject *set) {
    PyObject *before = sets->sets[number];
    if (before == set) return 0;
    PyObject *both = before == NULL ? Py_NewRef(set) : PyNumber_Or(before, set);
    if (both == NULL) return -1;
    sets->sets[number] = both;
    Py_XDECREF(before);
    return 0;
}

/* ---- pass_down ---- */

typedef struct {
    const Graph *graph;
    Sets changes, held, brought, left; /* changes are pairs: added, removed */
    PyObject *none, *alike;            /* the empty set; a dict of all sets that commits hold, each by itself */
    unsigned char *has_child;
} Presence;

/* What a commit with a change holds, made of what its first parent holds; notes what it brought. A new reference. */
static PyObject *changed(Presence *of, size_t number, PyObject *before) {
    PyObject *added, *removed;
    if (!PyArg_ParseTuple(of->changes.sets[number], "OO", &added, &removed)) return NULL;
    PyObject *rest = without(before, removed), *here = rest == NULL ? NULL : PyNumber_Or(rest, added);
    Py_XDECREF(rest);
    PyObject *same = here == NULL ? NULL : PyDict_GetItemWithError(of->alike, here);
    if (same == NULL && (here == NULL || PyErr_Occurred() || PyDict_SetItem(of->alike, here, here) < 0))
        return Py_XDECREF(here), NULL;
    if (same != NULL) Py_INCREF(same), Py_DECREF(here), here = same;
    PyObject *new = Py_NewRef(added);
    for (uint32_t at = of->graph->first[number]; new != NULL && at < of->graph->first[number + 1]; at++) {
        PyObject *more = without(new, of->held.sets[of->graph->parents[at]]);
        Py_DECREF(new), new = more;
    }
    of->brought.sets[number] = new;
    if (new == NULL) Py_CLEAR(here);
    return here;
}

/* Notes what a commit holds no more of what its parents hold. */
static int leave_parents(Presence *of, size_t number) {
    for (uint32_t at = of->graph->first[number]; at < of->graph->first[number + 1]; at++) {
        uint32_t parent = of->graph->parents[at];
        PyObject *gone = of->held.sets[parent];
        of->has_child[parent] = 1;
        if (gone == of->held.sets[number] || gone == of->none) continue;
        PyObject *rest = without(gone, of->held.sets[number]);
        int failed = rest == NULL ? -1 : PyObject_IsTrue(rest);
        if (failed > 0) failed = add_set(&of->left, parent, rest);
        Py_XDECREF(rest);
        if (failed < 0) return -1;
    }
    return 0;
}

/* Takes all commits, parents first: `order` has children first. */
static int work_out(Presence *of, const uint32_t *order) {
    const Graph *graph = of->graph;
    for (size_t each = graph->count; each-- > 0;) {
        size_t number = order[each];
        uint32_t first = graph->first[number];
        if (of->held.sets[number] != NULL) return unfit(); /* the order is none */
        for (uint32_t at = first; at < graph->first[number + 1]; at++)
            if (of->held.sets[graph->parents[at]] == NULL) return unfit();
        PyObject *here = first < graph->first[number + 1] ? of->held.sets[graph->parents[first]] : of->none;
        of->held.sets[number] = of->changes.sets[number] == NULL ? Py_NewRef(here) : changed(of, number, here);
        if (of->held.sets[number] == NULL || leave_parents(of, number) < 0) return -1;
    }
    for (size_t each = 0; each < graph->count; each++)
        if (!of->has_child[each] && add_set(&of->left, each, of->held.sets[each]) < 0) return -1;
    return 0;
}

static PyObject *list_of(const Sets *sets) {
    PyObject *list = PyList_New((Py_ssize_t)sets->count);
    for (size_t each = 0; list != NULL && each < sets->count; each++)
        if (PyList_SetItem(list, (Py_ssize_t)each, Py_NewRef(sets->sets[each])) < 0) Py_CLEAR(list);
    return list;
}

/* Held, brought and left of all commits; NULL with an error set. */
static PyObject *presence_of(const Graph *graph, const uint32_t *order, PyObject *changes) {
    Presence of = {.graph = graph, .none = PyLong_FromLong(0), .alike = PyDict_New()};
    PyObject *result = NULL;
    of.has_child = calloc(graph->count + 1, 1);
    if (of.has_child == NULL) PyErr_NoMemory();
    if (of.none != NULL && of.alike != NULL && of.has_child != NULL && make_sets(&of.changes, graph->count) == 0 &&
        make_sets(&of.held, graph->count) == 0 && make_sets(&of.brought, graph->count) == 0 &&
        make_sets(&of.left, graph->count) == 0 && take_sets(&of.changes, changes) == 0 && work_out(&of, order) == 0)
        result = Py_BuildValue("NNN", list_of(&of.held), dict_of(&of.brought), dict_of(&of.left));
    drop_sets(&of.changes), drop_sets(&of.held), drop_sets(&of.brought), drop_sets(&of.left);
    free(of.has_child);
    Py_XDECREF(of.none);
    Py_XDECREF(of.alike);
    return result;
}

/* ---- pass_on ---- */

/* Passes the starts of each commit on to its parents; those of the wanted go to `found`. */
static int pass_on(const Graph *graph, const uint32_t *order, Sets *passed, const unsigned char *wanted, size_t left,
                   PyObject *found) {
    PyObject *none = PyLong_FromLong(0);
    int failed = none == NULL ? -1 : 0;
    for (size_t each = 0; !failed && left && each < graph->count; each++) {
        size_t number = order[each];
        PyObject *set = passed->sets[number];
        if (wanted[number]) failed = put_set(found, number, set == NULL ? none : set), left--;
        for (uint32_t at = graph->first[number]; !failed && set != NULL && at < graph->first[number + 1]; at++)
            failed = add_set(passed, graph->parents[at], set);
        Py_CLEAR(passed->sets[number]);
    }
    Py_XDECREF(none);
    return failed;
}

#endif
