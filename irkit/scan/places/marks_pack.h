/* A pack and its index, for _marks.c: the columns of a Python tuple, and the look-up of an id.

   `open_pack` is the one place that checks how long the columns are; what stands in them (offsets, sizes, bases) comes
   from strangers, and is checked where it is used. A tree's number is that of its entry in the pack. */

#ifndef IRKIT_MARKS_PACK_H
#define IRKIT_MARKS_PACK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "marks_hash.h"

#define ID 20                  /* the bytes of a SHA-1; repositories of SHA-256 are left to git */
#define TREE 2                 /* the kind of a tree, as in the head of an entry */
#define MOST_NUMBERS (1 << 29) /* numbers are below that: 29 bits of a Record */
#define NONE UINT32_MAX

typedef uint32_t Number;

/* The members of ``Columns`` in marks.py, in that order. */
enum { PACK, OFFSETS, HEADS, SIZES, KINDS, BASES, CHILDREN, SIBLINGS, IDS, PLACES, COLUMNS };

typedef struct {
    Py_buffer columns[COLUMNS];
    int held; /* how many of the columns are to be given back */
    size_t count;
    const unsigned char *heads, *kinds, *ids;
    const int32_t *bases, *children, *siblings;
    size_t place_width;   /* the bytes of an offset in the index: 4 or 8 */
    Number begins[65537]; /* how many ids begin with less than these two bytes */
} Pack;

static void close_pack(Pack *pack) {
    while (pack->held) PyBuffer_Release(&pack->columns[--pack->held]);
}

/* -1 with ValueError set. */
static int unfit(void) {
    PyErr_SetString(PyExc_ValueError, "the columns of the pack do not fit each other");
    return -1;
}

static int check_lengths(Pack *pack) {
    static const size_t widths[COLUMNS] = {0, 8, 1, 8, 1, 4, 4, 4, ID, 0};
    pack->count = (size_t)pack->columns[KINDS].len;
    if (pack->count >= MOST_NUMBERS) return unfit();
    for (int each = 0; each < COLUMNS; each++) {
        size_t length = (size_t)pack->columns[each].len, rows = pack->count + (each == OFFSETS);
        if (widths[each] && length != rows * widths[each]) return unfit();
        if (widths[each] == 4 && (uintptr_t)pack->columns[each].buf % 4) return unfit();
    }
    size_t length = (size_t)pack->columns[PLACES].len;
    pack->place_width = pack->count ? length / pack->count : 4;
    if (pack->place_width != 4 && pack->place_width != 8) return unfit();
    return length == pack->count * pack->place_width ? 0 : unfit();
}

/* Opens the ten columns of a tuple; -1 with an error set. Whatever comes of it, `close_pack` gives them back. */
static int open_pack(Pack *pack, PyObject *columns) {
    if (PyTuple_Size(columns) != COLUMNS) return PyErr_Occurred() ? -1 : unfit();
    for (int each = 0; each < COLUMNS; each++, pack->held++)
        if (PyObject_GetBuffer(PyTuple_GetItem(columns, each), &pack->columns[each], PyBUF_SIMPLE) < 0) return -1;
    if (check_lengths(pack) < 0) return -1;
    pack->heads = pack->columns[HEADS].buf, pack->kinds = pack->columns[KINDS].buf;
    pack->ids = pack->columns[IDS].buf, pack->bases = pack->columns[BASES].buf;
    pack->children = pack->columns[CHILDREN].buf, pack->siblings = pack->columns[SIBLINGS].buf;
    memset(pack->begins, 0, sizeof pack->begins);
    for (size_t at = 0; at < pack->count; at++) {
        const unsigned char *id = pack->ids + at * ID;
        pack->begins[(id[0] << 8 | id[1]) + 1]++;
    }
    for (size_t each = 0; each < 65536; each++) pack->begins[each + 1] += pack->begins[each];
    return 0;
}

/* Where an entry begins in the pack, by its number; at `count`, where the last one ends. */
static uint64_t offset_of(const Pack *pack, size_t number) {
    return load64((const unsigned char *)pack->columns[OFFSETS].buf + number * 8);
}

/* How large an entry is once it is inflated, as its head says. */
static uint64_t size_of(const Pack *pack, size_t number) {
    return load64((const unsigned char *)pack->columns[SIZES].buf + number * 8);
}

/* The number of the entry at an offset, or NONE. */
static Number entry_at(const Pack *pack, uint64_t offset) {
    size_t low = 0, high = pack->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (offset_of(pack, middle) < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pack->count && offset_of(pack, low) == offset ? (Number)low : NONE;
}

/* The offset that the index has for the id at a row of it. */
static uint64_t place_at(const Pack *pack, size_t row) {
    const unsigned char *at = (const unsigned char *)pack->columns[PLACES].buf + row * pack->place_width;
    if (pack->place_width == 8) return load64(at);
    uint32_t place;
    memcpy(&place, at, sizeof place);
    return place;
}

/* The number of the entry with an id, or NONE: the ids are sorted, and where they are not, it may be missed. */
static Number number_of(const Pack *pack, const unsigned char *id) {
    size_t low = pack->begins[id[0] << 8 | id[1]], high = pack->begins[(id[0] << 8 | id[1]) + 1];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(pack->ids + middle * ID, id, ID);
        if (order == 0) return entry_at(pack, place_at(pack, middle));
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NONE;
}

#endif
