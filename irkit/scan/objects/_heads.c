/* The heads of commits, for commit_heads.py: read by the processes of a scan, which have the commits inflated, and put
   together in the first one. The same results as in Python, tested equal.

   A row is, without gaps and in the machine's order of bytes: the commit's number in its pack (4 bytes) or its id (20),
   how many parents it has (4), its time (8), the ids of its tree and of its parents (20 each). */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "heads_rows.h"

static PyObject *heads(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *numbers, *texts, *result = NULL;
    Py_buffer kinds;
    if (!PyArg_ParseTuple(arguments, "O!O!y*", &PyList_Type, &numbers, &PyList_Type, &texts, &kinds)) return NULL;
    Rows rows = {NULL, 0, 0};
    int failed = 0;
    for (Py_ssize_t each = 0; !failed && each < PyList_Size(numbers) && each < PyList_Size(texts); each++) {
        Py_ssize_t number = PyLong_AsSsize_t(PyList_GetItem(numbers, each)), size;
        PyObject *body = PyErr_Occurred() ? NULL : PyTuple_GetItem(PyList_GetItem(texts, each), 0);
        char *data;
        failed = body == NULL ? -1 : 0;
        if (failed || number < 0 || number >= kinds.len || number >= NONE) continue;
        if (((const unsigned char *)kinds.buf)[number] != COMMIT) continue;
        failed = PyBytes_AsStringAndSize(body, &data, &size) < 0 ? -1 : add_row(&rows, (uint32_t)number, data, size);
    }
    if (!failed) result = PyBytes_FromStringAndSize((char *)rows.data, (Py_ssize_t)rows.size);
    free(rows.data);
    PyBuffer_Release(&kinds);
    return result;
}

/* ---- put together ---- */

/* All commits: parallel columns, and where the parents of each stand in its row. */
typedef struct {
    unsigned char *ids, *trees, *times;
    const unsigned char **parents;
    uint32_t *counts;
    size_t count, room, links;
} Commits;

static void drop(Commits *commits) {
    free(commits->ids), free(commits->trees), free(commits->times), free(commits->parents), free(commits->counts);
}

/* -1 with ValueError set. */
static int unfit(void) {
    PyErr_SetString(PyExc_ValueError, "the rows of the commits do not fit");
    return -1;
}

/* Moves from one row to the next, whose key is so long; 0 at the end, -1 with an error set. */
static int next_row(const unsigned char **at, const unsigned char *end, size_t key, uint32_t *count) {
    if (*at == end) return 0;
    if ((size_t)(end - *at) < key + FIXED) return unfit();
    memcpy(count, *at + key, 4);
    size_t length = key + FIXED + (size_t)*count * ID;
    if (*count > MOST_PARENTS || (size_t)(end - *at) < length) return unfit();
    *at += length;
    return 1;
}

/* Notes a commit without its id, which the caller writes; `rest` stands behind the key of its row. */
static void note(Commits *commits, const unsigned char *rest, uint32_t count) {
    memcpy(commits->times + commits->count * 8, rest + 4, 8);
    memcpy(commits->trees + commits->count * ID, rest + 12, ID);
    commits->parents[commits->count] = rest + FIXED;
    commits->counts[commits->count++] = count;
    commits->links += count;
}

static int count_rows(const Py_buffer *rows, size_t key, size_t *count) {
    const unsigned char *at = rows->buf, *end = at + rows->len;
    uint32_t parents;
    int more;
    while ((more = next_row(&at, end, key, &parents)) > 0) ++*count;
    return more;
}

/* A pack: its rows, where its entries begin, and the columns of its index. */
typedef struct {
    Py_buffer rows, offsets, ids, places;
} Pack;

static uint64_t number_at(const Py_buffer *column, size_t row, size_t width) {
    uint64_t long_one;
    uint32_t short_one;
    const char *at = (const char *)column->buf + row * width;
    if (width == 8) return memcpy(&long_one, at, 8), long_one;
    return memcpy(&short_one, at, 4), short_one;
}

/* Writes the ids of a pack's commits; `of_entry` has the commit of an entry, or NONE. How many were written. */
static size_t name_all(const Pack *pack, const uint32_t *of_entry, size_t entries, unsigned char *ids) {
    size_t width = (size_t)pack->places.len / entries, first = 0, last = entries, named = 0;
    while (first < entries && of_entry[first] == NONE) first++;
    while (last > first && of_entry[last - 1] == NONE) last--;
    uint64_t begin = number_at(&pack->offsets, first, 8), end = number_at(&pack->offsets, last, 8);
    for (size_t row = 0; row < entries; row++) {
        uint64_t place = number_at(&pack->places, row, width);
        if (place < begin || place >= end) continue;
        size_t low = first, high = last;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (number_at(&pack->offsets, middle, 8) < place)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == last || number_at(&pack->offsets, low, 8) != place || of_entry[low] == NONE) continue;
        memcpy(ids + (size_t)of_entry[low] * ID, (const char *)pack->ids.buf + row * ID, ID);
        named++;
    }
    return named;
}

static int take_pack(Commits *commits, const Pack *pack) {
    size_t entries = (size_t)pack->ids.len / ID, before = commits->count;
    if (!pack->rows.len) return 0;
    if (!entries || pack->ids.len % ID || (size_t)pack->offsets.len != (entries + 1) * 8) return unfit();
    if ((size_t)pack->places.len != entries * 4 && (size_t)pack->places.len != entries * 8) return unfit();
    uint32_t *of_entry = malloc(entries * sizeof *of_entry), count, number;
    if (of_entry == NULL) return PyErr_NoMemory(), -1;
    memset(of_entry, 0xff, entries * sizeof *of_entry);
    const unsigned char *at = pack->rows.buf, *end = at + pack->rows.len, *row = at;
    int more, failed = 0;
    for (; !failed && (more = next_row(&at, end, NUMBER, &count)) > 0; row = at) {
        memcpy(&number, row, NUMBER);
        if (number >= entries || of_entry[number] != NONE) {
            failed = unfit();
        } else {
            of_entry[number] = (uint32_t)commits->count;
            note(commits, row + NUMBER, count);
        }
    }
    if (!failed && name_all(pack, of_entry, entries, commits->ids) != commits->count - before) failed = unfit();
    free(of_entry);
    return failed;
}

static void take_loose(Commits *commits, const Py_buffer *rows) {
    const unsigned char *at = rows->buf, *end = at + rows->len, *row = at;
    for (uint32_t count; next_row(&at, end, ID, &count) > 0; row = at) {
        memcpy(commits->ids + commits->count * ID, row, ID);
        note(commits, row + ID, count);
    }
}

static size_t slot_of(const uint32_t *slots, size_t mask, const unsigned char *ids, const unsigned char *id) {
    uint64_t word;
    memcpy(&word, id + 4, sizeof word);
    size_t slot = (size_t)word & mask;
    while (slots[slot] && memcmp(ids + (size_t)(slots[slot] - 1) * ID, id, ID) != 0) slot = (slot + 1) & mask;
    return slot;
}

/* Numbers the parents; of a commit that lacks one, its number is added to `odd`. Those of the boundary have none. */
static void link_all(const Commits *commits, const uint32_t *slots, size_t mask, const unsigned char *is_edge,
                     uint32_t *first, uint32_t *parents, Rows *odd) {
    uint32_t links = 0;
    for (size_t each = 0; each < commits->count; each++) {
        int is_odd = 0;
        first[each] = links;
        for (uint32_t at = 0; !is_edge[each] && at < commits->counts[each]; at++) {
            uint32_t parent = slots[slot_of(slots, mask, commits->ids, commits->parents[each] + (size_t)at * ID)];
            if (parent)
                parents[links++] = parent - 1;
            else
                is_odd = 1;
        }
        if (is_odd) memcpy(odd->data + odd->size, &(uint32_t){(uint32_t)each}, 4), odd->size += 4;
    }
    first[commits->count] = links;
}

/* Ids, times, first and numbers of parents, trees, and the numbers of those that lack a parent. */
static PyObject *linked(const Commits *commits, const Py_buffer *boundary) {
    size_t room = 16, count = commits->count;
    while (room < count * 2) room *= 2;
    uint32_t *slots = calloc(room, 4), *first = malloc(count * 4 + 4), *parents = malloc(commits->links * 4 + 4);
    unsigned char *is_edge = calloc(count + 1, 1);
    Rows odd = {malloc(count * 4 + 4), 0, 0};
    PyObject *result = NULL;
    if (slots != NULL && first != NULL && parents != NULL && is_edge != NULL && odd.data != NULL) {
        for (size_t each = 0; each < count; each++)
            slots[slot_of(slots, room - 1, commits->ids, commits->ids + each * ID)] = (uint32_t)each + 1;
        for (Py_ssize_t at = 0; at + ID <= boundary->len; at += ID) {
            uint32_t edge = slots[slot_of(slots, room - 1, commits->ids, (const unsigned char *)boundary->buf + at)];
            if (edge) is_edge[edge - 1] = 1;
        }
        for (size_t each = 0; boundary->len && each < count; each++) /* a commit may be here twice */
            is_edge[each] |= is_edge[slots[slot_of(slots, room - 1, commits->ids, commits->ids + each * ID)] - 1];
        link_all(commits, slots, room - 1, is_edge, first, parents, &odd);
        Py_ssize_t of = (Py_ssize_t)count;
        result = Py_BuildValue("(y#y#y#y#y#y#)", (char *)commits->ids, of * ID, (char *)commits->times, of * 8,
                               (char *)first, of * 4 + 4, (char *)parents, (Py_ssize_t)first[count] * 4,
                               (char *)commits->trees, of * ID, (char *)odd.data, (Py_ssize_t)odd.size);
    } else {
        PyErr_NoMemory();
    }
    free(slots), free(first), free(parents), free(is_edge), free(odd.data);
    return result;
}

static int open_pack(PyObject *tuple, Pack *pack) {
    return PyArg_ParseTuple(tuple, "y*y*y*y*", &pack->rows, &pack->offsets, &pack->ids, &pack->places) ? 0 : -1;
}

static void close_pack(Pack *pack) {
    PyBuffer_Release(&pack->rows), PyBuffer_Release(&pack->offsets);
    PyBuffer_Release(&pack->ids), PyBuffer_Release(&pack->places);
}

/* Takes the rows of the packs and those of loose commits; NULL with an error set. */
static PyObject *put_together(const Pack *packs, size_t opened, const Py_buffer *loose, const Py_buffer *boundary) {
    Commits all = {.count = 0};
    int failed = count_rows(loose, ID, &all.room);
    for (size_t each = 0; !failed && each < opened; each++) failed = count_rows(&packs[each].rows, NUMBER, &all.room);
    if (!failed && all.room >= NONE) failed = unfit();
    if (!failed) {
        all.ids = malloc(all.room * ID + 1), all.trees = malloc(all.room * ID + 1), all.times = malloc(all.room * 8 + 1);
        all.parents = malloc(all.room * sizeof *all.parents + 1), all.counts = malloc(all.room * 4 + 1);
        if (!all.ids || !all.trees || !all.times || !all.parents || !all.counts) failed = (PyErr_NoMemory(), -1);
    }
    for (size_t each = 0; !failed && each < opened; each++) failed = take_pack(&all, &packs[each]);
    if (!failed) take_loose(&all, loose);
    PyObject *result = failed ? NULL : linked(&all, boundary);
    drop(&all);
    return result;
}

static PyObject *pooled(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *list, *result = NULL;
    Py_buffer loose, boundary;
    if (!PyArg_ParseTuple(arguments, "O!y*y*", &PyList_Type, &list, &loose, &boundary)) return NULL;
    size_t count = (size_t)PyList_Size(list), opened = 0;
    Pack *packs = calloc(count + 1, sizeof *packs);
    if (packs == NULL) PyErr_NoMemory();
    while (packs != NULL && opened < count && open_pack(PyList_GetItem(list, (Py_ssize_t)opened), &packs[opened]) == 0)
        opened++;
    if (packs != NULL && opened == count) result = put_together(packs, opened, &loose, &boundary);
    while (opened) close_pack(&packs[--opened]);
    free(packs);
    PyBuffer_Release(&loose), PyBuffer_Release(&boundary);
    return result;
}

static PyMethodDef methods[] = {
    {"heads", heads, METH_VARARGS, "See commit_heads.py."},
    {"pooled", pooled, METH_VARARGS, "See commit_heads.py."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_heads", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__heads(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
