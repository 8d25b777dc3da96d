/* What each commit changes of its first parent, for _marks.c: told where the marks of their trees differ.

   Functions that return an int: 0 done, 1 git must tell, -1 with an error set. */

#ifndef IRKIT_MARKS_COMMITS_H
#define IRKIT_MARKS_COMMITS_H

#include "marks_look.h"

/* An entry of two trees, as in a Record: how many times more the first has it. */
typedef struct {
    uint64_t entry;
    uint32_t kind, below;
    int count;
} Item;

/* Two trees to compare, by place; NONE for none. Their path, with a slash at its end, stands among the paths. */
typedef struct {
    Number ours, theirs;
    size_t path, path_size;
} Pair;

typedef struct {
    const Look *look;
    Py_ssize_t commit;     /* its number */
    PyObject *rows, *told; /* what the commit changes; what is called with its number and rows */
    Item *items;           /* of one pair: by entry, then kind (folders first), then what is below */
    size_t count, item_room;
    Pair *pairs; /* a stack */
    size_t waiting, pair_room;
    unsigned char *paths; /* one behind the other */
    size_t size, path_room;
} Comparison;

static int item_order(const void *one, const void *other) {
    const Item *a = one, *b = other;
    if (a->entry != b->entry) return a->entry < b->entry ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return a->below < b->below ? -1 : a->below > b->below;
}

/* Adds the records of a tree, as many times as the sign says; folders with nothing below them are left out. */
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

/* Adds up the items that are alike; those that come to nothing are dropped. */
static void add_up(Comparison *with) {
    size_t kept = 0;
    if (with->count) qsort(with->items, with->count, sizeof(Item), item_order);
    for (size_t each = 0; each < with->count; each++) {
        Item *last = kept ? &with->items[kept - 1] : NULL;
        if (last != NULL && item_order(last, &with->items[each]) == 0)
            last->count += with->items[each].count;
        else
            with->items[last == NULL || last->count ? kept++ : kept - 1] = with->items[each];
    }
    with->count = kept && !with->items[kept - 1].count ? kept - 1 : kept;
}

/* Finds the entries that only one of two trees has: what both are made of is passed over. */
static int find_items(Comparison *with, Number ours, Number theirs) {
    const Number *parent = with->look->parent;
    with->count = 0;
    while (ours != theirs) { /* the later one cannot be what the other is made of */
        int is_ours = theirs == NONE || (ours != NONE && ours > theirs);
        if (add_items(with, is_ours ? ours : theirs, is_ours ? 1 : -1) < 0) return -1;
        *(is_ours ? &ours : &theirs) = parent[is_ours ? ours : theirs];
    }
    add_up(with);
    return 0;
}

/* Writes the path of an entry of a pair behind the other paths; where it begins, or SIZE_MAX: no memory (an error is
   set), or too long. */
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

/* Has two folders wait that stand at one entry of a pair. */
static int add_pair(Comparison *with, const Pair *above, uint64_t entry, Number ours, Number theirs) {
    size_t start = add_path(with, above, entry, 1);
    if (start == SIZE_MAX) return PyErr_Occurred() ? -1 : 1;
    if (grown((void **)&with->pairs, &with->pair_room, with->waiting, sizeof(Pair)) < 0) return -1;
    with->pairs[with->waiting++] = (Pair){ours, theirs, start, with->size - start};
    return 0;
}

/* Adds the row of a blob: its path, its number among the wanted, and 1 where the commit has it, else -1. */
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

/* Whether an item and the next one are the folder of that name in each of two trees, and no third has the name. */
static int is_pair(const Comparison *with, size_t each) {
    const Item *one = &with->items[each], *other = one + 1, *third = one + 2;
    if (each + 1 == with->count || other->kind != FOLDER || other->entry != one->entry) return 0;
    if (each + 2 < with->count && third->entry == one->entry) return 0;
    return (one->count > 0) != (other->count > 0);
}

/* What only one of two trees with different marks has: rows of blobs, pairs of folders. */
static int compare_pair(Comparison *with, const Pair *pair) {
    if (find_items(with, pair->ours, pair->theirs) < 0) return -1;
    int failed = with->count == 0; /* marks that differ by nothing */
    for (size_t each = 0; each < with->count && !failed; each++) {
        const Item *item = &with->items[each], *ours = item->count > 0 ? item : NULL, *theirs = ours ? NULL : item;
        if (item->kind == CLOSED) return 1;
        if (item->kind == BLOB) {
            failed = add_row(with, pair, item);
            continue;
        }
        if (is_pair(with, each)) *(ours ? &theirs : &ours) = &with->items[++each];
        failed = add_pair(with, pair, item->entry, ours ? ours->below : NONE, theirs ? theirs->below : NONE);
    }
    return failed;
}

/* Finds the rows of a commit, by the places of its tree and its first parent's. */
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

/* Finds the rows of a commit and tells them. */
static int tell(Comparison *with, Number ours, Number theirs) {
    with->rows = PyList_New(0);
    int failed = with->rows == NULL ? -1 : compare_trees(with, ours, theirs);
    PyObject *done = failed ? NULL : PyObject_CallFunction(with->told, "nO", with->commit, with->rows);
    if (!failed && done == NULL) failed = -1;
    Py_XDECREF(done);
    Py_CLEAR(with->rows);
    return failed;
}

/* All commits in columns; see ``changed_commits``. `places` has the places of their trees; NONE where one could not be
   read, or is none. */
typedef struct {
    const unsigned char *trees;
    const uint32_t *numbers, *first, *parents;
    Number *places;
    size_t count;
} Commits;

/* Takes the columns, and finds the places; -1 with an error set. */
static int take_columns(const Look *look, const Py_buffer columns[4], Commits *commits) {
    size_t trees = (size_t)columns[0].len / ID, links = (size_t)columns[3].len / 4;
    commits->trees = columns[0].buf, commits->numbers = columns[1].buf, commits->first = columns[2].buf;
    commits->parents = columns[3].buf, commits->count = (size_t)columns[1].len / 4;
    for (int each = 1; each < 4; each++)
        if (columns[each].len % 4 || (uintptr_t)columns[each].buf % 4) return unfit();
    if ((size_t)columns[2].len != (commits->count + 1) * 4) return unfit();
    commits->places = malloc((commits->count + 1) * sizeof *commits->places);
    if (commits->places == NULL) return PyErr_NoMemory(), -1;
    for (size_t each = 0; each < commits->count; each++) {
        if (commits->numbers[each] >= trees || commits->first[each] > links) return unfit();
        Number number = number_of(&look->pack, commits->trees + (size_t)commits->numbers[each] * ID);
        Number place = number == NONE ? NONE : look->place_of[number];
        commits->places[each] = place < look->places && look->is_read[place] ? place : NONE;
    }
    if (commits->first[commits->count] > links) return unfit();
    for (size_t each = 0; each < links; each++)
        if (commits->parents[each] >= commits->count) return unfit();
    return 0;
}

/* Takes one commit. */
static int take_commit(Comparison *with, const Commits *commits) {
    size_t number = (size_t)with->commit, first = commits->first[number];
    Number ours = commits->places[number], theirs = NONE;
    if (ours == NONE) return 1;
    if (first < commits->first[number + 1]) {
        theirs = commits->places[commits->parents[first]];
        if (theirs == NONE) return 1;
    }
    const uint64_t *marks = with->look->marks;
    return marks[ours] == (theirs == NONE ? 0 : marks[theirs]) ? 0 : tell(with, ours, theirs);
}

/* Takes all commits; those that git must tell are added to `asked`. */
static int take_commits(Comparison *with, const Commits *commits, PyObject *asked) {
    Py_ssize_t count = (Py_ssize_t)commits->count;
    for (with->commit = 0; with->commit < count; with->commit++) {
        int is_asked = take_commit(with, commits);
        if (is_asked < 0) return -1;
        PyObject *number = is_asked ? PyLong_FromSsize_t(with->commit) : NULL;
        if (is_asked && (number == NULL || PyList_Append(asked, number) < 0)) return Py_XDECREF(number), -1;
        Py_XDECREF(number);
    }
    return 0;
}

#endif
