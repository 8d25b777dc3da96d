/* One look through all trees of a pack, for _marks.c: each is read once, its base before it, and of its entries those
   are recorded that matter and that the base has not, or that the base alone has.

   A place is the number of a tree in the order in which they are read, so a base has a lower place than its deltas. */

#ifndef IRKIT_MARKS_LOOK_H
#define IRKIT_MARKS_LOOK_H

#include "marks_tree.h"
#include "marks_wanted.h"

#define MOST_RECORDS ((size_t)16 << 20)
#define READ_AT_ONCE ((size_t)8 << 20) /* bytes of the pack that are read before they are given back */
#define MOST_TEXT ((size_t)64 << 20)   /* bytes of all modes and names, or of the paths of one commit */
#define WAITS (NONE - 1)               /* the place of what is on the stack of those to be read */

/* Makes room for one item behind so many; -1 with an error set. */
static int grown(void **items, size_t *room, size_t count, size_t width) {
    if (count < *room) return 0;
    size_t more = *room ? *room * 2 : 1024;
    while (more <= count) more *= 2;
    void *moved = realloc(*items, more * width);
    if (moved == NULL) return PyErr_NoMemory(), -1;
    *items = moved, *room = more;
    return 0;
}

/* ---- modes and names ---- */

/* A mode and name, by their hash; where it stands in the text of Texts. No hash: a free slot. */
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

/* Where a hash stands in the table, or would. */
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

/* ---- records ---- */

/* CLOSED: nobody can tell what is below it, or a name that is looked for stands in its own. */
enum { FOLDER, BLOB, CLOSED };

/* An entry that matters which a tree has and its base has not, or the other way round. */
typedef struct {
    uint64_t entry; /* the hash of its mode and name: see Texts */
    Number place;   /* of the tree */
    uint32_t below : 29; /* of a folder, the number of its entry in the pack, and from `settle` on its place; of a blob,
                            the number of the wanted id; of what is closed, a part of a hash */
    uint32_t kind : 2;
    uint32_t is_gone : 1;
} Record;

/* A tree to be read, and the one it is a delta of: NONE and NULL when it is none. */
typedef struct {
    Number number, base_place;
    Tree *base;
} Waiting;

typedef struct {
    Pack pack;
    Wanted wanted;
    Key key;
    PyObject *view, *inflate, *broken, *release; /* borrowed from `kept`: see ``tree_marks`` in marks.py */
    PyObject *kept;
    Number *place_of;       /* by number: NONE before it was read, WAITS on the stack */
    Number places;          /* how many were read; the next place */
    Number *parent;         /* by place, the place of the base, or NONE */
    unsigned char *is_read; /* by place: it could be */
    uint64_t *change;       /* by place, how much more the mark is than its base's; before `mark`, without folders */
    size_t *first;          /* by place, its first record; one more, the number of records */
    uint64_t *marks;        /* by place, once they are made */
    Record *records;
    size_t recorded, record_room;
    Texts texts;
    Waiting *waiting; /* a stack */
    size_t wait, wait_room;
    size_t alive, unreleased; /* bytes: of trees in memory; of the pack read since the last release */
} Look;

/* Notes an entry that a tree has and its base has not (sign 1), or the other way round (-1), if it matters; 1 when
   there are too many. */
static int note(Look *look, Number place, const unsigned char *entry, size_t length, int sign) {
    const unsigned char *id = entry + length - ID;
    size_t named = length - ID - 1;
    int is_blob = named > 6 && entry[0] == '1' && entry[6] == ' ';
    int is_hit = is_named(&look->wanted, entry, named);
    if (is_hit < 0) return -1;
    int kind = is_hit ? CLOSED : is_blob ? BLOB : FOLDER;
    Number below = kind == FOLDER ? number_of(&look->pack, id) : kind == BLOB ? wanted_number(&look->wanted, id) : 0;
    if (kind == BLOB && below == NONE) return 0;
    if (below == NONE) kind = CLOSED;
    uint64_t mine = hashed(&look->key, entry, named);
    if (kind != FOLDER) {
        uint64_t value = hashed(&look->key, id, ID), added = term(mine, value);
        look->change[place] += sign > 0 ? added : -added;
        if (kind == CLOSED) below = (Number)value % MOST_NUMBERS;
    }
    if (look->recorded >= MOST_RECORDS) return 1;
    if (grown((void **)&look->records, &look->record_room, look->recorded, sizeof(Record)) < 0) return -1;
    look->records[look->recorded++] = (Record){mine, place, below % MOST_NUMBERS, (unsigned)kind & 3, sign < 0};
    return remember(&look->texts, mine, entry, named);
}

/* How two entries are sorted: by name, which stands behind the first space and ends with a NUL. */
static int name_order(Entry one, Entry other) {
    const char *name = memchr(one.data, ' ', one.size), *other_name = memchr(other.data, ' ', other.size);
    return strcmp(name, other_name);
}

/* Notes the entries of the middle that only a tree or only its base has; how they are sorted decides no more than how
   many are noted in vain. */
static int note_changes(Look *look, Number place, const Tree *tree, const Tree *base, const Middle *middle) {
    size_t ours = middle->first, theirs = middle->first;
    int failed = 0;
    while (!failed && (ours < middle->end || theirs < middle->base_end)) {
        Entry mine = ours < middle->end ? entry_of(tree, ours) : (Entry){NULL, 0};
        Entry other = theirs < middle->base_end ? entry_of(base, theirs) : (Entry){NULL, 0};
        if (mine.size && mine.size == other.size && memcmp(mine.data, other.data, mine.size) == 0) {
            ours++, theirs++;
            continue;
        }
        int order = !mine.size ? 1 : !other.size ? -1 : name_order(mine, other);
        if (order <= 0) failed = note(look, place, mine.data, mine.size, 1), ours++;
        if (!failed && order >= 0) failed = note(look, place, other.data, other.size, -1), theirs++;
    }
    return failed;
}

/* ---- reading ---- */

/* The inflated data of an entry, new; NULL, perhaps with an error set, when it is broken or too large. */
static PyObject *inflated(Look *look, Number number) {
    const Pack *pack = &look->pack;
    uint64_t size = size_of(pack, number);
    uint64_t start = offset_of(pack, number) + pack->heads[number], end = offset_of(pack, number + (size_t)1);
    if (!pack->heads[number] || size > LARGEST || start >= end || end > (uint64_t)pack->columns[PACK].len) return NULL;
    PyObject *slice = PySequence_GetSlice(look->view, (Py_ssize_t)start, (Py_ssize_t)end);
    if (slice == NULL) return NULL;
    PyObject *body = PyObject_CallFunction(look->inflate, "OiK", slice, 15, size);
    Py_DECREF(slice);
    if (body == NULL && PyErr_ExceptionMatches(look->broken)) PyErr_Clear();
    if (body != NULL && (!PyBytes_Check(body) || (uint64_t)PyBytes_Size(body) != size)) Py_CLEAR(body);
    look->unreleased += end - start;
    return body;
}

/* Reads one tree; NULL, perhaps with an error set, when it is broken or too large. */
static Tree *read_tree(Look *look, Number number, const Tree *base, Middle *middle) {
    PyObject *body = inflated(look, number);
    if (body == NULL) return NULL;
    char *data;
    Py_ssize_t size;
    Same same = {0, 0};
    Tree *tree = NULL;
    if (PyBytes_AsStringAndSize(body, &data, &size) == 0) {
        if (base != NULL)
            tree = applied(base, (unsigned char *)data, (size_t)size, &same, &look->alive);
        else if ((tree = new_tree((size_t)size, &look->alive)) != NULL)
            memcpy(tree->data, data, (size_t)size);
    }
    Py_DECREF(body);
    if (tree != NULL && lay_out(tree, base, &same, middle) < 0) {
        leave(tree, &look->alive);
        tree = NULL;
    }
    return tree;
}

static int push(Look *look, Number number, Number base_place, Tree *base) {
    if (grown((void **)&look->waiting, &look->wait_room, look->wait, sizeof(Waiting)) < 0) return -1;
    if (base != NULL) base->users++;
    look->place_of[number] = WAITS;
    look->waiting[look->wait++] = (Waiting){number, base_place, base};
    return 0;
}

/* Has the deltas of a tree wait: the one with most below it comes last. What the columns say of children is followed
   no further than to a tree that was not seen yet: none is read twice, whatever they say. */
static int push_children(Look *look, Number number, Number place, Tree *tree) {
    int32_t child = look->pack.children[number];
    while (child >= 0 && (size_t)child < look->pack.count) {
        if (look->pack.kinds[child] != TREE || look->place_of[child] != NONE) break;
        if (push(look, (Number)child, place, tree) < 0) return -1;
        child = look->pack.siblings[child];
    }
    return 0;
}

/* Reads the tree on top of the stack; 1 when there is too much to note. */
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
        failed = note_changes(look, place, tree, next.base, &middle);
        if (!failed) failed = push_children(look, next.number, place, tree);
        leave(tree, &look->alive);
    }
    leave(next.base, &look->alive);
    return failed ? failed : PyErr_Occurred() ? -1 : 0;
}

/* Gives parts of the pack back, and hears of signals, now and then. */
static int breathe(Look *look) {
    if (look->unreleased > READ_AT_ONCE) {
        look->unreleased = 0;
        PyObject *done = PyObject_CallNoArgs(look->release);
        if (done == NULL) return -1;
        Py_DECREF(done);
    }
    return look->places % 64 ? 0 : PyErr_CheckSignals();
}

/* Reads all trees that are no delta, and all that are made of them; 1 when there is too much to note. */
static int look_at_all(Look *look) {
    int failed = 0;
    for (size_t root = 0; root < look->pack.count && !failed; root++) {
        if (look->pack.kinds[root] != TREE || look->pack.bases[root] >= 0 || look->place_of[root] != NONE) continue;
        failed = push(look, (Number)root, NONE, NULL);
        while (!failed && look->wait) {
            failed = look_at_next(look);
            if (!failed) failed = breathe(look);
        }
    }
    while (look->wait) leave(look->waiting[--look->wait].base, &look->alive);
    look->first[look->places] = look->recorded;
    return failed;
}

#endif
