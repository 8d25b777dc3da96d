/* A mark for each tree of a pack, which tells what of all that is looked for stands below it; see marks.py.

   A mark is the sum (modulo 2^64) of one term for each entry that matters, so a tree's mark is that of the tree it is
   a delta of, less what the delta took away, and what it brought. Only those entries are kept, no tree. Terms are made
   with a key that nobody knows: trees with equal marks hold the same, but with a chance of 2^-64.
   Packs come from strangers: nothing is read outside of what was given. What cannot be read as a tree is a thing of
   its own that is looked for: then git is asked about the commits that change it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ID 20
#define TREE 2
#define NONE UINT32_MAX
#define LARGEST ((size_t)64 << 20)
#define MOST_ALIVE ((size_t)192 << 20)
#define MOST_RECORDS ((size_t)16 << 20)
#define MOST_ROUNDS 300
#define READ_AT_ONCE ((size_t)8 << 20)
#define UNKNOWN 1

typedef uint32_t Number;

/* ---- hashes ---- */

typedef struct {
    uint64_t low, high;
} Key;

static uint64_t rotated(uint64_t word, int by) { return word << by | word >> (64 - by); }

static uint64_t load64(const void *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotated(v[1], 13) ^ v[0], v[0] = rotated(v[0], 32);
    v[2] += v[3], v[3] = rotated(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotated(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotated(v[1], 17) ^ v[2], v[2] = rotated(v[2], 32);
}

/* SipHash-1-3 of some bytes, never 0. */
static uint64_t hashed(const Key *key, const unsigned char *data, size_t size) {
    uint64_t v[4] = {key->low ^ 0x736f6d6570736575, key->high ^ 0x646f72616e646f6d, key->low ^ 0x6c7967656e657261,
                     key->high ^ 0x7465646279746573};
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        uint64_t word = load64(data + at);
        v[3] ^= word, sip_round(v), v[0] ^= word;
    }
    unsigned char rest[8] = {0};
    memcpy(rest, data + at, size - at);
    uint64_t last = load64(rest) ^ (uint64_t)size << 56;
    v[3] ^= last, sip_round(v), v[0] ^= last;
    v[2] ^= 0xff;
    for (int round = 0; round < 3; round++) sip_round(v);
    uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
    return hash ? hash : 1;
}

/* What an entry adds to the mark of its tree: nothing when nothing is below it. */
static uint64_t term(uint64_t entry, uint64_t below) {
    if (!below) return 0;
    uint64_t word = entry + below * 0x9e3779b97f4a7c15;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return word ^ word >> 31;
}

/* ---- the pack and its index ---- */

enum { PACK, OFFSETS, HEADS, SIZES, KINDS, BASES, CHILDREN, SIBLINGS, IDS, PLACES, COLUMNS };

typedef struct {
    Py_buffer columns[COLUMNS];
    int held;
    size_t count;
    const unsigned char *data, *heads, *kinds, *ids;
    const uint64_t *offsets, *sizes;
    const int32_t *bases, *children, *siblings;
    size_t place_width;
    Number begins[65537]; /* how many ids begin with less than these two bytes */
} Pack;

static void let_go(Pack *pack) {
    while (pack->held) PyBuffer_Release(&pack->columns[--pack->held]);
}

static int unfit(void) {
    PyErr_SetString(PyExc_ValueError, "the columns of the pack do not fit each other");
    return -1;
}

/* Takes the ten columns of a tuple: see ``Columns`` in marks.py. */
static int take(Pack *pack, PyObject *columns) {
    static const int widths[COLUMNS] = {0, 8, 1, 8, 1, 4, 4, 4, ID, 0};
    if (PyTuple_Size(columns) != COLUMNS) return PyErr_Occurred() ? -1 : unfit();
    for (int each = 0; each < COLUMNS; each++, pack->held++)
        if (PyObject_GetBuffer(PyTuple_GetItem(columns, each), &pack->columns[each], PyBUF_SIMPLE) < 0) return -1;
    pack->count = (size_t)pack->columns[KINDS].len;
    if (pack->count >= INT32_MAX) return unfit();
    for (int each = 0; each < COLUMNS; each++) {
        size_t length = (size_t)pack->columns[each].len;
        if (widths[each] && length != (pack->count + (each == OFFSETS)) * (size_t)widths[each]) return unfit();
        if (widths[each] == 4 && (uintptr_t)pack->columns[each].buf % 4) return unfit();
    }
    pack->place_width = pack->count ? (size_t)pack->columns[PLACES].len / pack->count : 4;
    if ((pack->place_width != 4 && pack->place_width != 8) ||
        (size_t)pack->columns[PLACES].len != pack->count * pack->place_width)
        return unfit();
    pack->data = pack->columns[PACK].buf, pack->heads = pack->columns[HEADS].buf;
    pack->kinds = pack->columns[KINDS].buf, pack->ids = pack->columns[IDS].buf;
    pack->offsets = pack->columns[OFFSETS].buf, pack->sizes = pack->columns[SIZES].buf;
    pack->bases = pack->columns[BASES].buf;
    pack->children = pack->columns[CHILDREN].buf, pack->siblings = pack->columns[SIBLINGS].buf;
    memset(pack->begins, 0, sizeof pack->begins);
    for (size_t at = 0; at < pack->count; at++) {
        const unsigned char *id = pack->ids + at * ID;
        pack->begins[(id[0] << 8 | id[1]) + 1]++;
    }
    for (size_t each = 0; each < 65536; each++) pack->begins[each + 1] += pack->begins[each];
    return 0;
}

/* The number of the entry at an offset, or NONE. */
static Number entry_at(const Pack *pack, uint64_t offset) {
    size_t low = 0, high = pack->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (load64(pack->offsets + middle) < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pack->count && load64(pack->offsets + low) == offset ? (Number)low : NONE;
}

/* The number of the entry with an id, or NONE: the ids are sorted, and where they are not, it may be missed. */
static Number found(const Pack *pack, const unsigned char *id) {
    size_t low = pack->begins[id[0] << 8 | id[1]], high = pack->begins[(id[0] << 8 | id[1]) + 1];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(pack->ids + middle * ID, id, ID);
        if (order == 0) {
            uint32_t place;
            memcpy(&place, (const unsigned char *)pack->columns[PLACES].buf + middle * pack->place_width, 4);
            if (pack->place_width == 4) return entry_at(pack, place);
            return entry_at(pack, load64((const unsigned char *)pack->columns[PLACES].buf + middle * 8));
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NONE;
}

/* ---- what is looked for ---- */

typedef struct {
    const unsigned char *ids;
    uint32_t *slots; /* a number of an id, plus 1 */
    size_t mask;
    unsigned char begins[8192]; /* a bit for each two first bytes */
    PyObject *names;            /* a tuple of bytes */
} Wanted;

static int want(Wanted *wanted, const char *ids, Py_ssize_t size) {
    size_t count = (size_t)size / ID;
    if (size % ID || count >= NONE / 4) return unfit();
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

static int is_wanted(const Wanted *wanted, const unsigned char *id) {
    if (!(wanted->begins[id[0] << 5 | id[1] >> 3] >> (id[1] & 7) & 1)) return 0;
    for (size_t slot = load64(id + 4) & wanted->mask; wanted->slots[slot]; slot = (slot + 1) & wanted->mask)
        if (memcmp(wanted->ids + (size_t)(wanted->slots[slot] - 1) * ID, id, ID) == 0) return 1;
    return 0;
}

/* Whether one of the names stands in some bytes. */
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

/* ---- trees ---- */

typedef struct {
    size_t users, size, count;
    unsigned char *data;
    uint32_t *starts; /* of the entries, and one more: the size */
} Tree;

static size_t weight(size_t size) { return sizeof(Tree) + size + (size / 24 + 3) * sizeof(uint32_t) + 8; }

static Tree *new_tree(size_t size, size_t *alive) {
    if (size > LARGEST || *alive + weight(size) > MOST_ALIVE) return NULL;
    Tree *tree = malloc(weight(size));
    if (tree == NULL) return NULL;
    *alive += weight(size);
    size_t room = (size / 24 + 3) * sizeof(uint32_t);
    *tree = (Tree){1, size, 0, (unsigned char *)(tree + 1) + room, (uint32_t *)(tree + 1)};
    return tree;
}

static void leave(Tree *tree, size_t *alive) {
    if (tree == NULL || --tree->users) return;
    *alive -= weight(tree->size);
    free(tree);
}

/* Where the entry ends that begins here (``mode SP name NUL id``), or 0: none does. */
static size_t entry_end(const Tree *tree, size_t start) {
    size_t at = start, size = tree->size;
    while (at < size && at < start + 7 && tree->data[at] >= '0' && tree->data[at] <= '7') at++;
    if (at == start || at + 1 >= size || tree->data[at] != ' ' || tree->data[at + 1] == 0) return 0;
    const unsigned char *end = memchr(tree->data + at, 0, size - at);
    if (end == NULL) return 0;
    size_t after = (size_t)(end - tree->data) + 1;
    return size - after < ID ? 0 : after + ID;
}

/* Entries of a tree and of the one it is made of, from the first that may differ to the last. */
typedef struct {
    size_t first, end, base_end;
} Middle;

/* Where the entries begin; -1 when it is no tree. So many bytes are its base's, at the beginning and at the end. */
static int lay_out(Tree *tree, const Tree *base, size_t prefix, size_t suffix, Middle *middle) {
    size_t at = 0, other = 0;
    if (base != NULL) {
        size_t low = 0, high = base->count;
        while (low < high) { /* the last entry that begins within the prefix, or at its end */
            size_t half = (low + high + 1) / 2;
            if (base->starts[half] <= prefix)
                low = half;
            else
                high = half - 1;
        }
        memcpy(tree->starts, base->starts, low * sizeof *tree->starts);
        tree->count = other = low;
        at = base->starts[low];
    }
    middle->first = tree->count;
    middle->end = NONE;
    while (at < tree->size) {
        if (base != NULL && at >= tree->size - suffix) {
            size_t there = at - (tree->size - suffix) + (base->size - suffix);
            while (other < base->count && base->starts[other] < there) other++;
            if (other < base->count && base->starts[other] == there) break;
        }
        size_t next = entry_end(tree, at);
        if (next == 0) return -1;
        tree->starts[tree->count++] = (uint32_t)at;
        at = next;
    }
    middle->end = tree->count;
    middle->base_end = base == NULL ? 0 : at < tree->size ? other : base->count;
    if (at < tree->size)
        for (; other < base->count; other++)
            tree->starts[tree->count++] = (uint32_t)(base->starts[other] + tree->size - base->size);
    tree->starts[tree->count] = (uint32_t)tree->size;
    return 0;
}

static int read_size(const unsigned char **at, const unsigned char *end, size_t *size) {
    *size = 0;
    for (int shift = 0; *at < end && shift < 35; shift += 7) {
        unsigned byte = *(*at)++;
        *size |= (size_t)(byte & 127) << shift;
        if (byte < 128) return 0;
    }
    return -1;
}

/* What a delta makes of its base, and how many bytes at its beginning and end are the base's; NULL: it cannot be. */
static Tree *applied(const Tree *base, const unsigned char *at, size_t length, size_t *prefix, size_t *suffix,
                     size_t *alive) {
    const unsigned char *end = at + length;
    size_t size, old, made = 0, last = SIZE_MAX;
    *prefix = *suffix = 0;
    if (read_size(&at, end, &old) < 0 || old != base->size || read_size(&at, end, &size) < 0) return NULL;
    Tree *tree = new_tree(size, alive);
    if (tree == NULL) return NULL;
    while (at < end) {
        unsigned command = *at++;
        size_t some = command, from = 0;
        if (command & 128) {
            some = 0;
            for (int bit = 0; bit < 7; bit++)
                if (command >> bit & 1) {
                    if (at == end) goto broken;
                    *(bit < 4 ? &from : &some) |= (size_t)*at++ << 8 * (bit < 4 ? bit : bit - 4);
                }
            some = some ? some : 0x10000;
            if (from > base->size || some > base->size - from || some > size - made) goto broken;
            memcpy(tree->data + made, base->data + from, some);
            if (from == made && *prefix == made) *prefix += some;
            *suffix = from == last ? *suffix + some : some;
            last = from + some;
        } else {
            if (some == 0 || some > (size_t)(end - at) || some > size - made) goto broken;
            memcpy(tree->data + made, at, some);
            at += some, last = SIZE_MAX;
        }
        made += some;
    }
    if (made != size) goto broken;
    if (last != base->size) *suffix = 0;
    return tree;
broken:
    leave(tree, alive);
    return NULL;
}

/* ---- one look through all trees ---- */

/* An entry that a tree has and its base has not, or the other way round, with a tree below it. */
typedef struct {
    uint64_t entry;
    Number place;
    Number below : 31; /* the number of an entry; once all is read, a place */
    unsigned is_gone : 1;
} Record;

typedef struct {
    Number number, base_place;
    Tree *base;
} Waiting;

typedef struct {
    Pack pack;
    Wanted wanted;
    Key key;
    PyObject *view, *inflate, *broken, *release;
    Number *place_of, places; /* by entry; a place is a number of a tree in the order in which they were read */
    Number *parent;           /* by place, the place of the base */
    unsigned char *is_read;   /* by place */
    uint64_t *change;         /* by place, what the tree's mark is more than its base's, but for the records */
    Record *records;
    size_t recorded, room;
    Waiting *waiting;
    size_t wait, wait_room;
    size_t alive, used;
} Look;

static int grown(void **items, size_t *room, size_t count, size_t width) {
    if (count < *room) return 0;
    size_t more = *room ? *room * 2 : 1024;
    void *moved = realloc(*items, more * width);
    if (moved == NULL) return PyErr_NoMemory(), -1;
    *items = moved, *room = more;
    return 0;
}

static int note(Look *look, Number place, const unsigned char *entry, size_t length, int sign) {
    const unsigned char *id = entry + length - ID;
    size_t named = length - ID - 1;
    int is_file = named > 6 && entry[0] == '1' && entry[6] == ' ';
    int is_hit = is_named(&look->wanted, entry, named);
    if (is_hit < 0) return -1;
    Number below = NONE;
    if (is_file && !is_hit && !is_wanted(&look->wanted, id)) return 0;
    if (!is_file && !is_hit) below = found(&look->pack, id);
    uint64_t mine = hashed(&look->key, entry, named);
    if (below == NONE) {
        uint64_t value = term(mine, hashed(&look->key, id, ID));
        look->change[place] += sign > 0 ? value : -value;
        return 0;
    }
    if (look->recorded >= MOST_RECORDS) return 1;
    if (grown((void **)&look->records, &look->room, look->recorded, sizeof(Record)) < 0) return -1;
    look->records[look->recorded++] = (Record){mine, place, below & INT32_MAX, sign < 0};
    return 0;
}

typedef struct {
    const unsigned char *data;
    size_t size;
} Entry;

static Entry entry_of(const Tree *tree, size_t number) {
    return (Entry){tree->data + tree->starts[number], tree->starts[number + 1] - tree->starts[number]};
}

/* Notes the entries that only one of both has; how they are sorted only decides how many are noted in vain. */
static int compare(Look *look, Number place, const Tree *tree, const Tree *base, const Middle *middle) {
    size_t ours = middle->first, theirs = middle->first;
    int failed = 0;
    while (!failed && (ours < middle->end || theirs < middle->base_end)) {
        Entry mine = ours < middle->end ? entry_of(tree, ours) : (Entry){NULL, 0};
        Entry other = theirs < middle->base_end ? entry_of(base, theirs) : (Entry){NULL, 0};
        size_t common = mine.size < other.size ? mine.size : other.size;
        int order = !mine.size ? 1 : !other.size ? -1 : 0;
        if (!order && mine.size == other.size && memcmp(mine.data, other.data, common) == 0) {
            ours++, theirs++;
            continue;
        }
        if (!order) { /* by name, which is behind the first space */
            const unsigned char *my_name = memchr(mine.data, ' ', mine.size);
            const unsigned char *other_name = memchr(other.data, ' ', other.size);
            order = strcmp((const char *)my_name, (const char *)other_name);
        }
        if (order <= 0) failed = note(look, place, mine.data, mine.size, 1), ours++;
        if (!failed && order >= 0) failed = note(look, place, other.data, other.size, -1), theirs++;
    }
    return failed;
}

/* The inflated data of an entry; NULL with no error set when it is broken. */
static PyObject *inflated(Look *look, Number number) {
    const Pack *pack = &look->pack;
    uint64_t size = load64(pack->sizes + number);
    uint64_t start = load64(pack->offsets + number) + pack->heads[number], end = load64(pack->offsets + number + 1);
    if (!pack->heads[number] || size > LARGEST || start >= end || end > (uint64_t)pack->columns[PACK].len) return NULL;
    PyObject *slice = PySequence_GetSlice(look->view, (Py_ssize_t)start, (Py_ssize_t)end);
    if (slice == NULL) return NULL;
    PyObject *body = PyObject_CallFunction(look->inflate, "OiK", slice, 15, size);
    Py_DECREF(slice);
    if (body == NULL && PyErr_ExceptionMatches(look->broken)) PyErr_Clear();
    if (body != NULL && (!PyBytes_Check(body) || (uint64_t)PyBytes_Size(body) != size)) Py_CLEAR(body);
    look->used += end - start;
    return body;
}

/* Reads one tree; NULL with no error set when it is broken, or too large. */
static Tree *read_tree(Look *look, Number number, const Tree *base, Middle *middle) {
    PyObject *body = inflated(look, number);
    if (body == NULL) return NULL;
    char *data;
    Py_ssize_t size;
    size_t prefix = 0, suffix = 0;
    Tree *tree = NULL;
    if (PyBytes_AsStringAndSize(body, &data, &size) == 0) {
        if (base != NULL)
            tree = applied(base, (unsigned char *)data, (size_t)size, &prefix, &suffix, &look->alive);
        else if ((tree = new_tree((size_t)size, &look->alive)) != NULL)
            memcpy(tree->data, data, (size_t)size);
    }
    Py_DECREF(body);
    if (tree != NULL && lay_out(tree, base, prefix, suffix, middle) < 0) {
        leave(tree, &look->alive);
        tree = NULL;
    }
    return tree;
}

/* Reads a tree that waits, and has its deltas wait: the one with most below it comes last. */
static int look_at_next(Look *look) {
    Waiting next = look->waiting[--look->wait];
    Middle middle;
    int failed = 0;
    Number place = look->places++;
    look->place_of[next.number] = place;
    look->parent[place] = next.base_place;
    Tree *tree = read_tree(look, next.number, next.base, &middle);
    if (tree != NULL) {
        look->is_read[place] = 1;
        failed = compare(look, place, tree, next.base, &middle);
        int32_t child = look->pack.children[next.number];
        while (!failed && child >= 0) {
            if ((size_t)child >= look->pack.count || look->place_of[child] != NONE) break;
            if (look->pack.kinds[child] != TREE) break;
            failed = grown((void **)&look->waiting, &look->wait_room, look->wait, sizeof(Waiting));
            if (failed) break;
            look->place_of[child] = NONE - 1; /* waits */
            tree->users++;
            look->waiting[look->wait++] = (Waiting){(Number)child, place, tree};
            child = look->pack.siblings[child];
        }
        leave(tree, &look->alive);
    }
    leave(next.base, &look->alive);
    return failed ? failed : PyErr_Occurred() ? -1 : 0;
}

static int breathe(Look *look) {
    if (look->used > READ_AT_ONCE) {
        look->used = 0;
        PyObject *done = PyObject_CallNoArgs(look->release);
        if (done == NULL) return -1;
        Py_DECREF(done);
    }
    return look->places % 64 ? 0 : PyErr_CheckSignals();
}

static int look_at_all(Look *look) {
    int failed = 0;
    for (size_t root = 0; root < look->pack.count && !failed; root++) {
        if (look->pack.kinds[root] != TREE || look->pack.bases[root] >= 0 || look->place_of[root] != NONE) continue;
        failed = grown((void **)&look->waiting, &look->wait_room, look->wait, sizeof(Waiting));
        if (!failed) look->waiting[look->wait++] = (Waiting){(Number)root, NONE, NULL};
        while (!failed && look->wait) {
            failed = look_at_next(look);
            if (!failed) failed = breathe(look);
        }
    }
    while (look->wait) leave(look->waiting[--look->wait].base, &look->alive);
    return failed;
}

/* ---- marks ---- */

/* What is below in a tree that could not be read. */
static uint64_t closed(const Look *look, Number number) {
    return hashed(&look->key, (const unsigned char *)&number, sizeof number);
}

/* Has each record name the place of the tree below it; those without one are settled. */
static void settle(Look *look) {
    size_t kept = 0;
    for (size_t each = 0; each < look->recorded; each++) {
        Record record = look->records[each];
        Number place = look->place_of[record.below];
        if (place < look->places && look->is_read[place]) {
            record.below = place & INT32_MAX;
            look->records[kept++] = record;
        } else {
            uint64_t value = term(record.entry, closed(look, record.below));
            look->change[record.place] += record.is_gone ? -value : value;
        }
    }
    look->recorded = kept;
}

/* Marks by place: at first of what stands directly in a tree, then of what is one deeper, and so on. 1: no end. */
static int mark(Look *look, uint64_t *marks, uint64_t *before) {
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
            uint64_t now = marks[record->below], then = before[record->below];
            if (now == then) continue;
            uint64_t value = term(record->entry, now) - term(record->entry, then);
            look->change[record->place] += record->is_gone ? -value : value;
        }
        if (PyErr_CheckSignals() < 0) return -1;
    }
    return 1;
}

/* Marks by number of entry, 8 bytes each; None when there is no end to them. */
static PyObject *all_marks(Look *look) {
    settle(look);
    size_t room = (look->places + (size_t)1) * sizeof(uint64_t);
    uint64_t *marks = calloc(1, room), *before = calloc(1, room);
    int failed = marks == NULL || before == NULL ? (PyErr_NoMemory(), -1) : mark(look, marks, before);
    PyObject *result = NULL;
    if (!failed) result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(look->pack.count * sizeof(uint64_t)));
    if (result != NULL) {
        char *into = PyBytes_AsString(result);
        for (size_t number = 0; number < look->pack.count; number++) {
            Number place = look->place_of[number];
            uint64_t each = place < look->places && look->is_read[place] ? marks[place] : UNKNOWN;
            memcpy(into + number * sizeof each, &each, sizeof each);
        }
    }
    free(marks);
    free(before);
    return failed > 0 ? Py_NewRef(Py_None) : result;
}

static int make_room(Look *look) {
    size_t count = look->pack.count, trees = 1;
    for (size_t each = 0; each < count; each++) trees += look->pack.kinds[each] == TREE;
    look->place_of = malloc((count + 1) * sizeof(Number));
    look->parent = malloc(trees * sizeof(Number));
    look->is_read = calloc(trees, 1);
    look->change = calloc(trees, sizeof(uint64_t));
    if (!look->place_of || !look->parent || !look->is_read || !look->change) return PyErr_NoMemory(), -1;
    memset(look->place_of, 0xff, (count + 1) * sizeof(Number));
    return 0;
}

static PyObject *tree_marks(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *columns;
    const char *ids, *key;
    Py_ssize_t size, key_size;
    Look *look = calloc(1, sizeof *look);
    if (look == NULL) return PyErr_NoMemory();
    PyObject *result = NULL;
    if (PyArg_ParseTuple(arguments, "O!y#O!y#(OO)O", &PyTuple_Type, &columns, &ids, &size, &PyTuple_Type,
                         &look->wanted.names, &key, &key_size, &look->inflate, &look->broken, &look->release) &&
        (key_size == sizeof look->key || unfit() == 0) && take(&look->pack, columns) == 0 &&
        want(&look->wanted, ids, size) == 0 && make_room(look) == 0) {
        memcpy(&look->key, key, sizeof look->key);
        look->view = PyTuple_GetItem(columns, PACK);
        int failed = look_at_all(look);
        result = failed < 0 ? NULL : failed ? Py_NewRef(Py_None) : all_marks(look);
    }
    free(look->place_of), free(look->parent), free(look->is_read), free(look->change);
    free(look->records), free(look->waiting), free(look->wanted.slots);
    let_go(&look->pack);
    free(look);
    return result;
}

/* ---- commits ---- */

/* The mark of a tree by its id in hex; UNKNOWN where there is none. */
static uint64_t mark_of(const Pack *pack, const char *marks, PyObject *hex) {
    char *digits;
    Py_ssize_t size;
    unsigned char id[ID];
    if (PyBytes_AsStringAndSize(hex, &digits, &size) < 0) return UNKNOWN;
    if (size != 2 * ID) return UNKNOWN;
    for (int each = 0; each < 2 * ID; each++) {
        unsigned digit = (unsigned char)digits[each];
        unsigned value = digit - '0' < 10 ? digit - '0' : digit - 'a' < 6 ? digit - 'a' + 10 : 16;
        if (value > 15) return UNKNOWN;
        id[each / 2] = (unsigned char)(each % 2 ? id[each / 2] | value : value << 4);
    }
    Number number = found(pack, id);
    return number == NONE ? UNKNOWN : load64(marks + number * sizeof(uint64_t));
}

/* 1 when git is to be asked what the commit changes of its first parent, 0 when it changes nothing that matters. */
static int is_changed(const uint64_t *marks, Py_ssize_t number, PyObject *parents, PyObject *numbers,
                      Py_ssize_t count) {
    if (marks[number] == UNKNOWN) return 1;
    if (!PyList_Check(parents)) return PyErr_BadArgument(), -1;
    if (PyList_Size(parents) == 0) return marks[number] != 0;
    PyObject *first = PyDict_GetItemWithError(numbers, PyList_GetItem(parents, 0));
    if (first == NULL) return PyErr_Occurred() ? -1 : 1;
    Py_ssize_t parent = PyLong_AsSsize_t(first);
    if (parent < 0 || parent >= count) return PyErr_Occurred() ? -1 : 1;
    return marks[parent] != marks[number] || marks[parent] == UNKNOWN;
}

static PyObject *chosen(const uint64_t *marks, PyObject *parents, PyObject *numbers, Py_ssize_t count) {
    PyObject *result = PyList_New(0);
    for (Py_ssize_t number = 0; result != NULL && number < count; number++) {
        int is_one = is_changed(marks, number, PyList_GetItem(parents, number), numbers, count);
        PyObject *each = is_one > 0 ? PyLong_FromSsize_t(number) : NULL;
        if (is_one < 0 || (is_one && (each == NULL || PyList_Append(result, each) < 0))) Py_CLEAR(result);
        Py_XDECREF(each);
    }
    return result;
}

static PyObject *changed_commits(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *columns, *trees, *parents, *numbers, *result = NULL;
    const char *by_entry;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(arguments, "O!y#O!O!O!", &PyTuple_Type, &columns, &by_entry, &size, &PyList_Type, &trees,
                          &PyList_Type, &parents, &PyDict_Type, &numbers))
        return NULL;
    Py_ssize_t count = PyList_Size(trees);
    Pack *pack = calloc(1, sizeof *pack);
    uint64_t *marks = calloc((size_t)count + 1, sizeof *marks);
    if (pack == NULL || marks == NULL) {
        PyErr_NoMemory();
    } else if (take(pack, columns) == 0 &&
               (((size_t)size == pack->count * sizeof(uint64_t) && PyList_Size(parents) == count) || unfit() == 0)) {
        for (Py_ssize_t each = 0; each < count; each++)
            marks[each] = mark_of(pack, by_entry, PyList_GetItem(trees, each));
        if (!PyErr_Occurred()) result = chosen(marks, parents, numbers, count);
    }
    if (pack != NULL) let_go(pack);
    free(pack);
    free(marks);
    return result;
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
