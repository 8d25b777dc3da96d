/* What is looked for, for _marks.c: ids of blobs, and texts in names. */

#ifndef IRKIT_MARKS_WANTED_H
#define IRKIT_MARKS_WANTED_H

#include "marks_pack.h"

typedef struct {
    const unsigned char *ids;    /* borrowed, ID bytes each */
    uint32_t *slots;             /* a table of hashes: the number of an id, plus 1; 0 where none is */
    size_t mask;                 /* the slots less one; they are a power of two */
    unsigned char begins[8192];  /* a bit for each two first bytes */
    PyObject *names;             /* borrowed: a tuple of bytes */
} Wanted;

/* Takes the ids; -1 with an error set. The caller frees the slots, also then. */
static int want(Wanted *wanted, const char *ids, Py_ssize_t size) {
    size_t count = (size_t)size / ID;
    if (size % ID || count >= MOST_NUMBERS) return unfit();
    wanted->ids = (const unsigned char *)ids;
    size_t room = 16;
    while (room < count * 2) room *= 2;
    wanted->mask = room - 1;
    wanted->slots = calloc(room, sizeof *wanted->slots);
    if (wanted->slots == NULL) return PyErr_NoMemory(), -1;
    for (size_t each = 0; each < count; each++) {
        const unsigned char *id = wanted->ids + each * ID;
        size_t slot = load64(id + 4) & wanted->mask;
        while (wanted->slots[slot]) slot = (slot + 1) & wanted->mask;
        wanted->slots[slot] = (uint32_t)each + 1;
        wanted->begins[id[0] << 5 | id[1] >> 3] |= (unsigned char)(1 << (id[1] & 7));
    }
    return 0;
}

/* The number of a wanted id, or NONE. */
static Number wanted_number(const Wanted *wanted, const unsigned char *id) {
    if (!(wanted->begins[id[0] << 5 | id[1] >> 3] >> (id[1] & 7) & 1)) return NONE;
    for (size_t slot = load64(id + 4) & wanted->mask; wanted->slots[slot]; slot = (slot + 1) & wanted->mask)
        if (memcmp(wanted->ids + (size_t)(wanted->slots[slot] - 1) * ID, id, ID) == 0) return wanted->slots[slot] - 1;
    return NONE;
}

/* Whether one of the names stands in some bytes; -1 with an error set. */
static int is_named(const Wanted *wanted, const unsigned char *data, size_t size) {
    Py_ssize_t count = PyTuple_Size(wanted->names);
    for (Py_ssize_t each = 0; each < count; each++) {
        char *name;
        Py_ssize_t length;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(wanted->names, each), &name, &length) < 0) return -1;
        for (size_t at = 0; at + (size_t)length <= size; at++)
            if (memcmp(data + at, name, (size_t)length) == 0) return 1;
    }
    return 0;
}

#endif
