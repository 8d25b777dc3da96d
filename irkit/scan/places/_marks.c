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
#define UNKNOWN 1 /* the mark of what is no tree that can be read */
#define MOST_NUMBERS (1 << 29)
#define MOST_TEXT ((size_t)64 << 20)

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
    if (pack->count >= MOST_NUMBERS) return unfit();
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

enum { FOLDER, FILE_, CLOSED };

/* An entry that matters which a tree has and its base has not, or the other way round. */
typedef struct {
    uint64_t entry; /* of its mode and name: see Texts */
    Number place;
    uint32_t below : 29; /* of a folder, the number of its entry in the pack; once all is read, its place */
    uint32_t kind : 2;   /* of a file, below is the number of the wanted id; of what is closed, a part of a hash */
    uint32_t is_gone : 1;
} Record;

/* Modes and names by their hash. */
typedef struct {
    uint64_t hash;
    uint32_t start, size;
} Text;

typedef struct {
    Text *slots;
    size_t count, room; /* a power of two */
    unsigned char *text;
    size_t size, text_room;
} Texts;

typedef struct {
    Number number, base_place;
    Tree *base;
} Waiting;

typedef struct {
    Pack pack;
    Wanted wanted;
    Key key;
    PyObject *view, *inflate, *broken, *release, *kept;
    Number *place_of, places; /* by entry; a place is a number of a tree in the order in which they were read */
    Number *parent;           /* by place, the place of the base */
    unsigned char *is_read;   /* by place */
    uint64_t *change;         /* by place, what the tree's mark is more than its base's, but for the records */
    Record *records;
    size_t recorded, room;
    size_t *first; /* by place, its first record */
    Texts texts;
    uint64_t *marks;
    Waiting *waiting;
    size_t wait, wait_room;
    size_t alive, used;
} Look;

static int grown(void **items, size_t *room, size_t count, size_t width) {
    if (count < *room) return 0;
    size_t more = *room ? *room * 2 : 1024;
    while (more <= count) more *= 2;
    void *moved = realloc(*items, more * width);
    if (moved == NULL) return PyErr_NoMemory(), -1;
    *items = moved, *room = more;
    return 0;
}

static Text *slot_of(const Texts *texts, uint64_t hash) {
    size_t slot = hash & (texts->room - 1);
    while (texts->slots[slot].hash && texts->slots[slot].hash != hash) slot = (slot + 1) & (texts->room - 1);
    return &texts->slots[slot];
}

static int widen(Texts *texts) {
    Texts wider = *texts;
    wider.room = texts->room ? texts->room * 2 : 1024;
    wider.slots = calloc(wider.room, sizeof(Text));
    if (wider.slots == NULL) return PyErr_NoMemory(), -1;
    for (size_t each = 0; each < texts->room; each++)
        if (texts->slots[each].hash) *slot_of(&wider, texts->slots[each].hash) = texts->slots[each];
    free(texts->slots);
    *texts = wider;
    return 0;
}

/* Remembers a mode and name; 1 when they are too many. */
static int remember(Texts *texts, uint64_t hash, const unsigned char *text, size_t size) {
    if (texts->count * 2 >= texts->room && widen(texts) < 0) return -1;
    Text *slot = slot_of(texts, hash);
    if (slot->hash) return 0;
    if (texts->size + size > MOST_TEXT) return 1;
    if (grown((void **)&texts->text, &texts->text_room, texts->size + size, 1) < 0) return -1;
    memcpy(texts->text + texts->size, text, size);
    *slot = (Text){hash, (uint32_t)texts->size, (uint32_t)size};
    texts->size += size;
    texts->count++;
    return 0;
}

/* Notes an entry that a tree has and its base has not (sign 1), or the other way round, if it matters. */
static int note(Look *look, Number place, const unsigned char *entry, size_t length, int sign) {
    const unsigned char *id = entry + length - ID;
    size_t named = length - ID - 1;
    int is_file = named > 6 && entry[0] == '1' && entry[6] == ' ';
    int is_hit = is_named(&look->wanted, entry, named);
    if (is_hit < 0) return -1;
    int kind = is_hit ? CLOSED : is_file ? FILE_ : FOLDER;
    Number below = kind == FOLDER ? found(&look->pack, id) : kind == FILE_ ? wanted_number(&look->wanted, id) : 0;
    if (kind == FILE_ && below == NONE) return 0;
    if (below == NONE) kind = CLOSED;
    uint64_t mine = hashed(&look->key, entry, named);
    if (kind != FOLDER) {
        uint64_t value = hashed(&look->key, id, ID), added = term(mine, value);
        look->change[place] += sign > 0 ? added : -added;
        if (kind == CLOSED) below = (Number)value % MOST_NUMBERS;
    }
    if (look->recorded >= MOST_RECORDS) return 1;
    if (grown((void **)&look->records, &look->room, look->recorded, sizeof(Record)) < 0) return -1;
    look->records[look->recorded++] = (Record){mine, place, below % MOST_NUMBERS, (unsigned)kind & 3, sign < 0};
    return remember(&look->texts, mine, entry, named);
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
    look->first[place] = look->recorded;
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

/* Has each folder name its place; those that could not be read are closed. */
static void settle(Look *look) {
    look->first[look->places] = look->recorded;
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

/* Marks by place: at first of what stands directly in a tree, then of what is one deeper, and so on. 1: no end. */
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

static void discard(Look *look) {
    free(look->place_of), free(look->parent), free(look->is_read), free(look->change), free(look->first);
    free(look->records), free(look->waiting), free(look->wanted.slots), free(look->marks);
    free(look->texts.slots), free(look->texts.text);
    let_go(&look->pack);
    Py_XDECREF(look->kept);
    free(look);
}

#define NAME "irkit.scan.places._marks"

static void discard_capsule(PyObject *capsule) { discard(PyCapsule_GetPointer(capsule, NAME)); }

static int make_marks(Look *look) {
    int failed = look_at_all(look);
    if (failed) return failed;
    settle(look);
    uint64_t *before = calloc(look->places + (size_t)1, sizeof *before);
    failed = before == NULL ? (PyErr_NoMemory(), -1) : mark(look, before);
    free(before);
    return failed;
}

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
        (key_size == sizeof look->key || unfit() == 0) && take(&look->pack, columns) == 0 &&
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

/* ---- commits ---- */

/* An entry that one of two trees has: how many times more the first. */
typedef struct {
    uint64_t entry;
    uint32_t kind, below;
    int count;
} Item;

/* Two trees to compare, by place; NONE for none. Their path stands among the paths, with a slash at its end. */
typedef struct {
    Number ours, theirs;
    size_t path, path_size;
} Pair;

typedef struct {
    const Look *look;
    Py_ssize_t commit;
    PyObject *rows, *told; /* told is called with a commit's number and rows */
    Item *items;
    size_t count, item_room;
    Pair *pairs;
    size_t waiting, pair_room;
    unsigned char *paths;
    size_t size, path_room;
} Comparison;

static int item_order(const void *one, const void *other) {
    const Item *a = one, *b = other;
    if (a->entry != b->entry) return a->entry < b->entry ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return a->below < b->below ? -1 : a->below > b->below;
}

static int add_items(Comparison *with, Number place, int sign) {
    const Look *look = with->look;
    for (size_t each = look->first[place]; each < look->first[place + 1]; each++) {
        const Record *record = &look->records[each];
        if (record->kind == FOLDER && !look->marks[record->below]) continue;
        if (grown((void **)&with->items, &with->item_room, with->count, sizeof(Item)) < 0) return -1;
        with->items[with->count++] =
            (Item){record->entry, record->kind, record->below, record->is_gone ? -sign : sign};
    }
    return 0;
}

/* The entries that only one of two trees has: what both are made of is passed over. */
static int find_items(Comparison *with, Number ours, Number theirs) {
    const Number *parent = with->look->parent;
    with->count = 0;
    while (ours != theirs) {
        int is_ours = theirs == NONE || (ours != NONE && ours > theirs);
        if (add_items(with, is_ours ? ours : theirs, is_ours ? 1 : -1) < 0) return -1;
        *(is_ours ? &ours : &theirs) = parent[is_ours ? ours : theirs];
    }
    if (with->count) qsort(with->items, with->count, sizeof(Item), item_order);
    size_t kept = 0;
    for (size_t each = 0; each < with->count; each++)
        if (kept && item_order(&with->items[kept - 1], &with->items[each]) == 0)
            with->items[kept - 1].count += with->items[each].count;
        else if (!kept || with->items[kept - 1].count)
            with->items[kept++] = with->items[each];
        else
            with->items[kept - 1] = with->items[each];
    with->count = kept && !with->items[kept - 1].count ? kept - 1 : kept;
    return 0;
}

/* Writes the path of an entry of a pair behind the other paths; where it begins, or SIZE_MAX. */
static size_t add_path(Comparison *with, const Pair *pair, uint64_t entry, int is_folder) {
    const Texts *texts = &with->look->texts;
    const Text *text = slot_of(texts, entry);
    const unsigned char *name = texts->text + text->start, *end = name + text->size;
    while (name < end && *name++ != ' ') continue;
    size_t size = pair->path_size + (size_t)(end - name) + 1, start = with->size;
    if (size > MOST_TEXT || grown((void **)&with->paths, &with->path_room, start + size, 1) < 0) return SIZE_MAX;
    memcpy(with->paths + start, with->paths + pair->path, pair->path_size);
    memcpy(with->paths + start + pair->path_size, name, (size_t)(end - name));
    with->paths[start + size - 1] = '/';
    with->size += is_folder ? size : size - 1;
    return start;
}

static int add_pair(Comparison *with, const Pair *above, uint64_t entry, Number ours, Number theirs) {
    size_t start = add_path(with, above, entry, 1);
    if (start == SIZE_MAX) return PyErr_Occurred() ? -1 : 1;
    if (grown((void **)&with->pairs, &with->pair_room, with->waiting, sizeof(Pair)) < 0) return -1;
    with->pairs[with->waiting++] = (Pair){ours, theirs, start, with->size - start};
    return 0;
}

static int add_row(Comparison *with, const Pair *above, const Item *item) {
    size_t start = add_path(with, above, item->entry, 0);
    if (start == SIZE_MAX) return PyErr_Occurred() ? -1 : 1;
    PyObject *row = Py_BuildValue("(y#Ii)", with->paths + start, (Py_ssize_t)(with->size - start), item->below,
                                  item->count > 0 ? 1 : -1);
    int failed = row == NULL ? -1 : PyList_Append(with->rows, row);
    Py_XDECREF(row);
    with->size = start;
    return failed;
}

/* What only one of two trees has: rows of files, pairs of folders. 1: git must tell. */
static int compare_pair(Comparison *with, const Pair *pair) {
    if (find_items(with, pair->ours, pair->theirs) < 0) return -1;
    int failed = with->count == 0;
    for (size_t each = 0; each < with->count && !failed; each++) {
        const Item *item = &with->items[each], *next = item + 1;
        int is_one = each + 1 == with->count || next->entry != item->entry || next->kind != FOLDER;
        int is_last = !is_one && (each + 2 == with->count || next[1].entry != item->entry);
        if (item->kind == CLOSED)
            failed = 1;
        else if (item->kind == FILE_)
            failed = add_row(with, pair, item);
        else if (is_last && (item->count > 0) != (next->count > 0)) {
            Number ours = item->count > 0 ? item->below : next->below;
            failed = add_pair(with, pair, item->entry, ours, ours == item->below ? next->below : item->below);
            each++;
        } else
            failed = add_pair(with, pair, item->entry, item->count > 0 ? item->below : NONE,
                              item->count > 0 ? NONE : item->below);
    }
    return failed;
}

/* Finds the rows of a commit; 1 when git must tell them. */
static int compare_trees(Comparison *with, Number ours, Number theirs) {
    const Look *look = with->look;
    with->size = with->waiting = 0;
    if (grown((void **)&with->pairs, &with->pair_room, 0, sizeof(Pair)) < 0) return -1;
    with->pairs[with->waiting++] = (Pair){ours, theirs, 0, 0};
    int failed = PyTuple_Size(look->wanted.names) != 0;
    for (size_t steps = 1; with->waiting && !failed; steps++) {
        Pair pair = with->pairs[--with->waiting];
        uint64_t mine = pair.ours == NONE ? 0 : look->marks[pair.ours];
        if (mine != (pair.theirs == NONE ? 0 : look->marks[pair.theirs])) failed = compare_pair(with, &pair);
        if (!failed && with->size > MOST_TEXT) failed = 1;
        if (!failed && steps % 1024 == 0) failed = PyErr_CheckSignals();
    }
    return failed;
}

static int tell(Comparison *with, Number ours, Number theirs) {
    with->rows = PyList_New(0);
    int failed = with->rows == NULL ? -1 : compare_trees(with, ours, theirs);
    PyObject *done = failed ? NULL : PyObject_CallFunction(with->told, "nO", with->commit, with->rows);
    if (!failed && done == NULL) failed = -1;
    Py_XDECREF(done);
    Py_CLEAR(with->rows);
    return failed;
}

/* The place of a tree by its id in hex; NONE where it is not known. */
static Number place_by_id(const Look *look, PyObject *hex) {
    char *digits;
    Py_ssize_t size;
    unsigned char id[ID];
    if (PyBytes_AsStringAndSize(hex, &digits, &size) < 0 || size != 2 * ID) return NONE;
    for (int each = 0; each < 2 * ID; each++) {
        unsigned digit = (unsigned char)digits[each];
        unsigned value = digit - '0' < 10 ? digit - '0' : digit - 'a' < 6 ? digit - 'a' + 10 : 16;
        if (value > 15) return NONE;
        id[each / 2] = (unsigned char)(each % 2 ? id[each / 2] | value : value << 4);
    }
    Number number = found(&look->pack, id), place = number == NONE ? NONE : look->place_of[number];
    return place < look->places && look->is_read[place] ? place : NONE;
}

/* Takes one commit; 1 when git must tell what it changes of its first parent. */
static int take_commit(Comparison *with, const Number *places, PyObject *parents, PyObject *numbers,
                       Py_ssize_t count) {
    Number ours = places[with->commit], theirs = NONE;
    if (ours == NONE) return 1;
    if (!PyList_Check(parents)) return PyErr_BadArgument(), -1;
    if (PyList_Size(parents)) {
        PyObject *first = PyDict_GetItemWithError(numbers, PyList_GetItem(parents, 0));
        if (first == NULL) return PyErr_Occurred() ? -1 : 1;
        Py_ssize_t parent = PyLong_AsSsize_t(first);
        if (parent < 0 || parent >= count) return PyErr_Occurred() ? -1 : 1;
        theirs = places[parent];
        if (theirs == NONE) return 1;
    }
    const uint64_t *marks = with->look->marks;
    return marks[ours] == (theirs == NONE ? 0 : marks[theirs]) ? 0 : tell(with, ours, theirs);
}

static int take_commits(Comparison *with, const Number *places, PyObject *parents, PyObject *numbers, PyObject *asked) {
    Py_ssize_t count = PyList_Size(parents);
    for (with->commit = 0; with->commit < count; with->commit++) {
        int is_asked = take_commit(with, places, PyList_GetItem(parents, with->commit), numbers, count);
        if (is_asked < 0) return -1;
        PyObject *number = is_asked ? PyLong_FromSsize_t(with->commit) : NULL;
        if (is_asked && (number == NULL || PyList_Append(asked, number) < 0)) return Py_XDECREF(number), -1;
        Py_XDECREF(number);
    }
    return 0;
}

static PyObject *changed_commits(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *capsule, *told, *trees, *parents, *numbers;
    if (!PyArg_ParseTuple(arguments, "OOO!O!O!", &capsule, &told, &PyList_Type, &trees, &PyList_Type, &parents,
                          &PyDict_Type, &numbers))
        return NULL;
    Comparison with = {.look = PyCapsule_GetPointer(capsule, NAME), .told = told};
    Py_ssize_t count = PyList_Size(trees);
    if (with.look == NULL || (PyList_Size(parents) != count && unfit() < 0)) return NULL;
    PyObject *asked = PyList_New(0);
    Number *places = calloc((size_t)count + 1, sizeof *places);
    if (places == NULL) PyErr_NoMemory();
    for (Py_ssize_t each = 0; places != NULL && each < count; each++)
        places[each] = place_by_id(with.look, PyList_GetItem(trees, each));
    if (PyErr_Occurred() || take_commits(&with, places, parents, numbers, asked) < 0) Py_CLEAR(asked);
    free(places), free(with.items), free(with.pairs), free(with.paths);
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
