/* What irkit.scan.objects.pack_entries does in Python with each of a pack's entries: the same columns, tested equal.

   Packs and indexes come from strangers: nothing is read outside of what was given, whatever a head says. What takes
   long lets other threads run: entries are read while modules are loaded. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define COMMIT 1
#define BLOB 3
#define TAG 4
#define OFFSET_DELTA 6
#define ID_DELTA 7
#define ID 20
#define NONE -1
#define LONGEST_HEAD 40
#define NEAR 128
#define RELEASE_EVERY ((uint64_t)32 << 20) /* bytes of the pack */
#define AHEAD 16 /* entries of which the heads are on their way from memory */
#define DIGIT_BITS 11
#define DIGITS (1 << DIGIT_BITS)

/* A buffer of numbers of that many bytes each; how many there are, or -1 with an error set. */
static Py_ssize_t numbers_of(PyObject *object, Py_buffer *buffer, Py_ssize_t width, int flags) {
    if (PyObject_GetBuffer(object, buffer, PyBUF_ND | flags) < 0) return -1;
    if (buffer->itemsize == width) return buffer->len / width;
    PyBuffer_Release(buffer);
    PyErr_SetString(PyExc_TypeError, "numbers of another width were expected");
    return -1;
}

/* Sorts by one digit after the other, the lowest first; `to` has as much room. The result is in `from`. */
static void sort(uint64_t **from, uint64_t **to, Py_ssize_t count) {
    uint64_t all = 0;
    for (Py_ssize_t at = 0; at < count; at++) all |= (*from)[at];
    for (int shift = 0; shift < 64 && all >> shift; shift += DIGIT_BITS) {
        Py_ssize_t places[DIGITS] = {0};
        for (Py_ssize_t at = 0; at < count; at++) places[(*from)[at] >> shift & (DIGITS - 1)]++;
        Py_ssize_t place = 0;
        for (int digit = 0; digit < DIGITS; digit++) {
            Py_ssize_t so_many = places[digit];
            places[digit] = place;
            place += so_many;
        }
        for (Py_ssize_t at = 0; at < count; at++) (*to)[places[(*from)[at] >> shift & (DIGITS - 1)]++] = (*from)[at];
        uint64_t *sorted = *to;
        *to = *from;
        *from = sorted;
    }
}

/* Offsets as they stand in an index: of 4 or 8 bytes. */
static uint64_t offset_of(const Py_buffer *offsets, Py_ssize_t at) {
    return offsets->itemsize == 8 ? ((const uint64_t *)offsets->buf)[at] : ((const uint32_t *)offsets->buf)[at];
}

static int open_offsets(PyObject *object, Py_buffer *offsets) {
    if (PyObject_GetBuffer(object, offsets, PyBUF_ND) < 0) return -1;
    if (offsets->itemsize == 8 || offsets->itemsize == 4) return 0;
    PyBuffer_Release(offsets);
    PyErr_SetString(PyExc_TypeError, "offsets have 4 or 8 bytes");
    return -1;
}

static PyObject *in_order(PyObject *module, PyObject *offsets) {
    (void)module;
    Py_buffer read;
    if (open_offsets(offsets, &read) < 0) return NULL;
    PyObject *result = NULL;
    Py_ssize_t count = read.len / read.itemsize;
    uint64_t *from = PyMem_Malloc((size_t)count * 8 + 8), *to = PyMem_Malloc((size_t)count * 8 + 8);
    if (from == NULL || to == NULL) {
        PyErr_NoMemory();
    } else {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < count; at++) from[at] = offset_of(&read, at);
        sort(&from, &to, count);
        Py_END_ALLOW_THREADS
        result = PyBytes_FromStringAndSize((const char *)from, count * 8);
    }
    PyMem_Free(from);
    PyMem_Free(to);
    PyBuffer_Release(&read);
    return result;
}

/* The first place in [low, high) whose offset is not below this one; high when there is none. */
static Py_ssize_t place_of(const uint64_t *offsets, uint64_t offset, Py_ssize_t low, Py_ssize_t high) {
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (offsets[middle] < offset) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* One of 65,536 numbers for an offset; most offsets have one that no wanted offset has. */
static unsigned mark_of(uint64_t offset) {
    return (unsigned)(offset * 0x9E3779B97F4A7C15u >> 48);
}

static int add_places(const Py_buffer *offsets, const uint64_t *wanted, Py_ssize_t count, PyObject *found) {
    unsigned char marks[8192] = {0};
    for (Py_ssize_t at = 0; at < count; at++) marks[mark_of(wanted[at]) >> 3] |= 1 << (mark_of(wanted[at]) & 7);
    for (Py_ssize_t at = 0; at < offsets->len / offsets->itemsize; at++) {
        uint64_t offset = offset_of(offsets, at);
        unsigned mark = mark_of(offset);
        if (!(marks[mark >> 3] >> (mark & 7) & 1)) continue;
        Py_ssize_t place = place_of(wanted, offset, 0, count);
        if (place == count || wanted[place] != offset) continue;
        PyObject *number = PyLong_FromSsize_t(at);
        int failed = number == NULL || PyList_Append(found, number) < 0;
        Py_XDECREF(number);
        if (failed) return -1;
    }
    return 0;
}

static PyObject *places(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *of_offsets, *of_wanted;
    if (!PyArg_ParseTuple(arguments, "OO", &of_offsets, &of_wanted)) return NULL;
    Py_buffer offsets, wanted;
    if (open_offsets(of_offsets, &offsets) < 0) return NULL;
    PyObject *found = NULL;
    Py_ssize_t count = numbers_of(of_wanted, &wanted, 8, 0);
    if (count >= 0) {
        found = PyList_New(0);
        if (found != NULL && add_places(&offsets, wanted.buf, count, found) < 0) Py_CLEAR(found);
        PyBuffer_Release(&wanted);
    }
    PyBuffer_Release(&offsets);
    return found;
}

static int32_t base_at(const uint64_t *offsets, Py_ssize_t number, uint64_t back) {
    if (back == 0 || back > offsets[number]) return NONE;
    uint64_t offset = offsets[number] - back;
    Py_ssize_t base = place_of(offsets, offset, number > NEAR ? number - NEAR : 0, number);
    if (offsets[base] != offset) base = place_of(offsets, offset, 0, number);
    return offsets[base] == offset ? (int32_t)base : NONE;
}

typedef struct {
    const unsigned char *at, *end;
    int kind, is_too_large;
    uint64_t size, back;
} Head;

/* Whether a head could be read that begins at `at`. */
static int read_head(Head *head) {
    if (head->at >= head->end) return 0;
    unsigned byte = *head->at++;
    head->kind = byte >> 4 & 7;
    head->size = byte & 15;
    for (int shift = 4; byte & 128; shift += 7) {
        if (head->at >= head->end) return 0;
        byte = *head->at++;
        uint64_t bits = byte & 127;
        if (bits && (shift >= 64 || bits << shift >> shift != bits)) head->is_too_large = 1;
        else if (bits) head->size |= bits << shift;
    }
    if (head->kind == OFFSET_DELTA) {
        if (head->at >= head->end) return 0;
        byte = *head->at++;
        head->back = byte & 127;
        while (byte & 128) {
            if (head->at >= head->end) return 0;
            byte = *head->at++;
            head->back = head->back >> 56 ? UINT64_MAX : (head->back + 1) << 7 | (byte & 127);
        }
    }
    return 1;
}

typedef struct {
    unsigned char *heads, *kinds;
    uint64_t *sizes;
    int32_t *bases;
} Columns;

static void read_entry(const Py_buffer *pack, const uint64_t *offsets, Py_ssize_t number, Columns *columns) {
    uint64_t offset = offsets[number];
    uint64_t left = (uint64_t)pack->len - offset;
    const unsigned char *start = (const unsigned char *)pack->buf + offset;
    Head head = {.at = start, .end = start + (left < LONGEST_HEAD ? left : LONGEST_HEAD)};
    if (!read_head(&head)) return;
    if (head.kind == OFFSET_DELTA) columns->bases[number] = base_at(offsets, number, head.back);
    if (head.is_too_large) return;
    columns->heads[number] = (unsigned char)(head.at - start + (head.kind == ID_DELTA ? ID : 0));
    columns->sizes[number] = head.size;
    columns->kinds[number] = (unsigned char)head.kind;
}

static int read_all(const Py_buffer *pack, const uint64_t *offsets, Py_ssize_t count, Columns *columns, PyObject *told) {
    uint64_t end = offsets[count] < (uint64_t)pack->len ? offsets[count] : (uint64_t)pack->len;
    for (Py_ssize_t number = 0; number < count;) {
        uint64_t until = offsets[number] + RELEASE_EVERY;
        Py_BEGIN_ALLOW_THREADS
        for (; number < count && offsets[number] <= until; number++) {
            if (count - number > AHEAD && offsets[number + AHEAD] < end)
                __builtin_prefetch((const unsigned char *)pack->buf + offsets[number + AHEAD]);
            if (offsets[number] < end) read_entry(pack, offsets, number, columns);
        }
        Py_END_ALLOW_THREADS
        PyObject *answer = PyObject_CallNoArgs(told);
        if (answer == NULL) return -1;
        Py_DECREF(answer);
        if (PyErr_CheckSignals() < 0) return -1;
    }
    return 0;
}

/* Four columns, as bytes to be filled. */
static PyObject *columns_for(Py_ssize_t count, Columns *columns) {
    PyObject *result = PyTuple_New(4);
    static const Py_ssize_t widths[] = {1, 8, 1, 4};
    char *data[4];
    for (int column = 0; result != NULL && column < 4; column++) {
        PyObject *raw = PyBytes_FromStringAndSize(NULL, count * widths[column]);
        if (raw == NULL || PyTuple_SetItem(result, column, raw) < 0) {
            Py_CLEAR(result);
            break;
        }
        data[column] = PyBytes_AsString(raw);
        memset(data[column], column == 3 ? 0xff : 0, (size_t)(count * widths[column]));
    }
    if (result != NULL)
        *columns = (Columns){(unsigned char *)data[0], (unsigned char *)data[2], (uint64_t *)data[1], (int32_t *)data[3]};
    return result;
}

static PyObject *read_heads(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *pack, *offsets, *told;
    if (!PyArg_ParseTuple(arguments, "OOO", &pack, &offsets, &told)) return NULL;
    Py_buffer read, sorted;
    if (PyObject_GetBuffer(pack, &read, PyBUF_SIMPLE) < 0) return NULL;
    Py_ssize_t count = numbers_of(offsets, &sorted, 8, 0) - 1;
    PyObject *result = NULL;
    if (count >= -1) {
        Columns columns;
        if (count < 0 || count > INT32_MAX) PyErr_SetString(PyExc_ValueError, "too few offsets, or too many");
        else result = columns_for(count, &columns);
        if (result != NULL && read_all(&read, sorted.buf, count, &columns, told) < 0) Py_CLEAR(result);
        PyBuffer_Release(&sorted);
    }
    PyBuffer_Release(&read);
    return result;
}

static PyObject *inherit_kinds(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *of_kinds, *of_bases;
    if (!PyArg_ParseTuple(arguments, "OO", &of_kinds, &of_bases)) return NULL;
    Py_buffer kinds, bases;
    Py_ssize_t count = numbers_of(of_kinds, &kinds, 1, PyBUF_WRITABLE);
    if (count < 0) return NULL;
    Py_ssize_t as_many = numbers_of(of_bases, &bases, 4, 0), late = 0;
    if (as_many >= 0) {
        unsigned char *kind = kinds.buf;
        const int32_t *base = bases.buf;
        for (Py_ssize_t number = 0; number < count && number < as_many; number++) {
            if (base[number] >= number) late++;
            else if (base[number] >= 0) kind[number] = kind[base[number]];
            else if (kind[number] < COMMIT || kind[number] > TAG) kind[number] = 0;
        }
        PyBuffer_Release(&bases);
    }
    PyBuffer_Release(&kinds);
    return as_many < 0 ? NULL : PyBool_FromLong(late > 0);
}

/* Fills the three columns, whose members all are 1 and whose others are NONE; the bases are below `count`. */
static void join_families(const int32_t *bases, Py_ssize_t count, int32_t *first, int32_t *following, int32_t *members) {
    for (Py_ssize_t number = count - 1; number >= 0; number--) {
        int32_t base = bases[number];
        if (base < 0 || base > number) continue;
        int32_t mine = members[number], eldest = first[base];
        members[base] += mine;
        if (eldest < 0 || mine > members[eldest]) {
            following[number] = eldest;
            first[base] = (int32_t)number;
        } else {
            following[number] = following[eldest];
            following[eldest] = (int32_t)number;
        }
    }
    for (Py_ssize_t number = count - 1; number >= 0; number--) {
        int32_t base = bases[number];
        if (base <= number || base >= count) continue;
        following[number] = first[base];
        first[base] = (int32_t)number;
    }
}

static PyObject *roots_of(const int32_t *bases, Py_ssize_t count) {
    Py_ssize_t so_many = 0;
    for (Py_ssize_t number = 0; number < count; number++) so_many += bases[number] < 0;
    PyObject *result = PyBytes_FromStringAndSize(NULL, so_many * 4);
    if (result == NULL) return NULL;
    int32_t *roots = (int32_t *)PyBytes_AsString(result);
    for (Py_ssize_t number = 0; number < count; number++)
        if (bases[number] < 0) *roots++ = (int32_t)number;
    return result;
}

static PyObject *families(PyObject *module, PyObject *of_bases) {
    (void)module;
    Py_buffer bases;
    Py_ssize_t count = numbers_of(of_bases, &bases, 4, 0);
    if (count < 0) return NULL;
    PyObject *first = PyBytes_FromStringAndSize(NULL, count * 4);
    PyObject *following = PyBytes_FromStringAndSize(NULL, count * 4);
    PyObject *members = PyBytes_FromStringAndSize(NULL, count * 4);
    PyObject *result = NULL, *roots = NULL;
    if (first != NULL && following != NULL && members != NULL) {
        int32_t *column = (int32_t *)PyBytes_AsString(members);
        memset(PyBytes_AsString(first), 0xff, (size_t)count * 4);
        memset(PyBytes_AsString(following), 0xff, (size_t)count * 4);
        for (Py_ssize_t number = 0; number < count; number++) column[number] = 1;
        int32_t *firsts = (int32_t *)PyBytes_AsString(first), *nexts = (int32_t *)PyBytes_AsString(following);
        Py_BEGIN_ALLOW_THREADS
        join_families(bases.buf, count, firsts, nexts, column);
        Py_END_ALLOW_THREADS
        roots = roots_of(bases.buf, count);
        if (roots != NULL) result = PyTuple_Pack(4, first, following, members, roots);
    }
    Py_XDECREF(roots);
    Py_XDECREF(first);
    Py_XDECREF(following);
    Py_XDECREF(members);
    PyBuffer_Release(&bases);
    return result;
}

static PyObject *weighed(const Py_buffer columns[4], Py_ssize_t count, Py_ssize_t entries, uint64_t of_each, uint64_t most) {
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * 8);
    if (result == NULL) return NULL;
    uint64_t *weight = (uint64_t *)PyBytes_AsString(result);
    for (Py_ssize_t at = 0; at < count; at++) {
        int32_t root = ((const int32_t *)columns[0].buf)[at];
        if (root < 0 || root >= entries) {
            Py_DECREF(result);
            return PyErr_Format(PyExc_IndexError, "there is no such entry");
        }
        uint64_t size = ((const uint64_t *)columns[2].buf)[root];
        unsigned kind = ((const unsigned char *)columns[3].buf)[root];
        uint64_t members = (uint64_t)((const int32_t *)columns[1].buf)[root];
        weight[at] = kind && size <= most ? members * (of_each + (kind == BLOB ? size : 0)) : 0;
    }
    return result;
}

static PyObject *weights(PyObject *module, PyObject *arguments) {
    (void)module;
    static const Py_ssize_t widths[] = {4, 4, 8, 1};
    PyObject *objects[4], *result = NULL;
    unsigned long long of_each, most;
    if (!PyArg_ParseTuple(arguments, "OOOOKK", &objects[0], &objects[1], &objects[2], &objects[3], &of_each, &most))
        return NULL;
    Py_buffer columns[4];
    Py_ssize_t counts[4], entries = PY_SSIZE_T_MAX;
    int open = 0;
    while (open < 4 && (counts[open] = numbers_of(objects[open], &columns[open], widths[open], 0)) >= 0) open++;
    if (open == 4) {
        for (int column = 1; column < 4; column++)
            if (counts[column] < entries) entries = counts[column];
        result = weighed(columns, counts[0], entries, of_each, most);
    }
    while (open) PyBuffer_Release(&columns[--open]);
    return result;
}

/* Adds the roots that wait, how many objects they are and what they cost. */
static int add_group(PyObject *found, const int32_t *roots, Py_ssize_t count, uint64_t objects, uint64_t weight) {
    const char *raw = (const char *)roots;
    PyObject *group = Py_BuildValue("y#KK", raw, count * 4, (unsigned long long)objects, (unsigned long long)weight);
    int failed = group == NULL || PyList_Append(found, group) < 0;
    Py_XDECREF(group);
    return failed ? -1 : 0;
}

static int add_groups(const Py_buffer columns[3], Py_ssize_t count, Py_ssize_t entries, uint64_t most, PyObject *found) {
    const int32_t *roots = columns[0].buf, *members = columns[2].buf;
    const uint64_t *costs = columns[1].buf;
    int32_t *waiting = PyMem_Malloc((size_t)count * 4 + 4);
    if (waiting == NULL) return PyErr_NoMemory(), -1;
    uint64_t objects = 0, weight = 0;
    Py_ssize_t so_many = 0;
    int failed = 0;
    for (Py_ssize_t at = 0; !failed && at < count; at++) {
        if (!costs[at]) continue;
        if (roots[at] < 0 || roots[at] >= entries) {
            PyErr_SetString(PyExc_IndexError, "there is no such entry");
            failed = -1;
            break;
        }
        waiting[so_many++] = roots[at];
        weight += costs[at];
        objects += (uint64_t)members[roots[at]];
        if (weight <= most) continue;
        failed = add_group(found, waiting, so_many, objects, weight);
        so_many = 0, objects = weight = 0;
    }
    if (!failed && so_many) failed = add_group(found, waiting, so_many, objects, weight);
    PyMem_Free(waiting);
    return failed;
}

static PyObject *groups(PyObject *module, PyObject *arguments) {
    (void)module;
    static const Py_ssize_t widths[] = {4, 8, 4};
    PyObject *objects[3], *found = NULL;
    unsigned long long most;
    if (!PyArg_ParseTuple(arguments, "OOOK", &objects[0], &objects[1], &objects[2], &most)) return NULL;
    Py_buffer columns[3];
    Py_ssize_t counts[3];
    int open = 0;
    while (open < 3 && (counts[open] = numbers_of(objects[open], &columns[open], widths[open], 0)) >= 0) open++;
    if (open == 3) {
        found = PyList_New(0);
        Py_ssize_t count = counts[0] < counts[1] ? counts[0] : counts[1];
        if (found != NULL && add_groups(columns, count, counts[2], most, found) < 0) Py_CLEAR(found);
    }
    while (open) PyBuffer_Release(&columns[--open]);
    return found;
}

static PyMethodDef methods[] = {
    {"in_order", in_order, METH_O, "in_order(offsets): sorted, 8 bytes each."},
    {"places", places, METH_VARARGS, "places(offsets, wanted): where the wanted ones are, which are sorted."},
    {"read_heads", read_heads, METH_VARARGS, "read_heads(pack, offsets, release): heads, sizes, kinds and bases."},
    {"inherit_kinds", inherit_kinds, METH_VARARGS, "inherit_kinds(kinds, bases): whether a base is behind its delta."},
    {"families", families, METH_O, "families(bases): first children, next siblings, counts of members, and roots."},
    {"weights", weights, METH_VARARGS, "weights(roots, members, sizes, kinds, of_each, most): what families cost."},
    {"groups", groups, METH_VARARGS, "groups(roots, costs, members, most): roots, objects and cost of each group."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_entries", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__entries(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH) < 0) Py_CLEAR(module);
    return module;
}
