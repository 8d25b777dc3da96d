/* Trees, for _marks.c: made of a delta, and cut into entries. No Python object is touched here.

   Their bytes come from strangers: a delta is applied only within what its sizes say, and a tree has entries only when
   all of it is ``mode SP name NUL id``. All trees together hold at most MOST_ALIVE bytes: `alive` counts them. */

#ifndef IRKIT_MARKS_TREE_H
#define IRKIT_MARKS_TREE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "marks_pack.h"

#define LARGEST ((size_t)64 << 20) /* bytes of a tree, or of a delta */
#define MOST_ALIVE ((size_t)192 << 20)
#define SMALLEST 24 /* bytes of an entry: mode, space, name and NUL of one or more each, and the id */
#define ALL_OF_IT 0x10000 /* what a copy without a size copies: gitformat-pack(5) */

/* One allocation: the struct, the starts, the data. */
typedef struct {
    size_t users, size, count; /* who needs it; bytes; entries */
    unsigned char *data;
    uint32_t *starts; /* of the entries, and one more: the size */
} Tree;

static size_t starts_size(size_t size) { return (size / SMALLEST + 3) * sizeof(uint32_t); }

static size_t weight(size_t size) { return sizeof(Tree) + starts_size(size) + size + 8; }

/* A tree to be filled, with one user; NULL when it is too large, or there is no memory. */
static Tree *new_tree(size_t size, size_t *alive) {
    if (size > LARGEST || *alive + weight(size) > MOST_ALIVE) return NULL;
    Tree *tree = malloc(weight(size));
    if (tree == NULL) return NULL;
    *alive += weight(size);
    *tree = (Tree){1, size, 0, (unsigned char *)(tree + 1) + starts_size(size), (uint32_t *)(tree + 1)};
    return tree;
}

/* A user needs it no more; freed behind the last one. NULL is fine. */
static void leave(Tree *tree, size_t *alive) {
    if (tree == NULL || --tree->users) return;
    *alive -= weight(tree->size);
    free(tree);
}

/* ---- deltas ---- */

/* How many bytes at the beginning and the end of a tree are those of its base; they may overlap. */
typedef struct {
    size_t prefix, suffix;
} Same;

/* Reads a size of seven bits a byte, and moves on; -1 when it does not end, or has more than 35 bits. */
static int read_size(const unsigned char **at, const unsigned char *end, size_t *size) {
    *size = 0;
    for (int shift = 0; *at < end && shift < 35; shift += 7) {
        unsigned byte = *(*at)++;
        *size |= (size_t)(byte & 127) << shift;
        if (byte < 128) return 0;
    }
    return -1;
}

/* Reads where a copy begins in the base and its size, behind its command, and moves on; -1 when it is cut off. */
static int read_copy(const unsigned char **at, const unsigned char *end, unsigned command, size_t *from, size_t *size) {
    *from = *size = 0;
    for (int bit = 0; bit < 7; bit++) {
        if (!(command >> bit & 1)) continue;
        if (*at == end) return -1;
        size_t byte = *(*at)++;
        if (bit < 4)
            *from |= byte << 8 * bit;
        else
            *size |= byte << 8 * (bit - 4);
    }
    if (*size == 0) *size = ALL_OF_IT;
    return 0;
}

/* Fills a tree by the commands of a delta; -1 when they do not make just that. */
static int fill(Tree *tree, const Tree *base, const unsigned char *at, const unsigned char *end, Same *same) {
    size_t made = 0, last = SIZE_MAX; /* where in the base the copy before ended */
    while (at < end) {
        unsigned command = *at++;
        size_t size = command, from = 0;
        if (command & 128) {
            if (read_copy(&at, end, command, &from, &size) < 0) return -1;
            if (from > base->size || size > base->size - from || size > tree->size - made) return -1;
            memcpy(tree->data + made, base->data + from, size);
            if (from == made && same->prefix == made) same->prefix += size;
            same->suffix = from == last ? same->suffix + size : size;
            last = from + size;
        } else {
            if (size == 0 || size > (size_t)(end - at) || size > tree->size - made) return -1;
            memcpy(tree->data + made, at, size);
            at += size, last = SIZE_MAX;
        }
        made += size;
    }
    if (last != base->size) same->suffix = 0;
    return made == tree->size ? 0 : -1;
}

/* What a delta makes of its base; NULL: it cannot be. */
static Tree *applied(const Tree *base, const unsigned char *delta, size_t length, Same *same, size_t *alive) {
    const unsigned char *at = delta, *end = delta + length;
    size_t size, base_size;
    *same = (Same){0, 0};
    if (read_size(&at, end, &base_size) < 0 || base_size != base->size || read_size(&at, end, &size) < 0) return NULL;
    Tree *tree = new_tree(size, alive);
    if (tree == NULL || fill(tree, base, at, end, same) == 0) return tree;
    leave(tree, alive);
    return NULL;
}

/* ---- entries ---- */

typedef struct {
    const unsigned char *data;
    size_t size;
} Entry;

static Entry entry_of(const Tree *tree, size_t number) {
    return (Entry){tree->data + tree->starts[number], tree->starts[number + 1] - tree->starts[number]};
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

/* The entries of a tree and of its base that may differ: from the first, the same number in both, to before the end. */
typedef struct {
    size_t first, end, base_end;
} Middle;

/* The last entry of a tree that begins within so many bytes, or right behind them; the count when all do. */
static size_t last_within(const Tree *tree, size_t prefix) {
    size_t low = 0, high = tree->count;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (tree->starts[middle] <= prefix)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Finds where the entries begin; -1 when it is no tree. What is the base's (NULL: no base) is not read again: the
   entries that begin in the prefix, and those from the first of the suffix that begins an entry in both. */
static int lay_out(Tree *tree, const Tree *base, const Same *same, Middle *middle) {
    size_t at = 0, other = 0; /* a byte of the tree, an entry of the base */
    if (base != NULL) {
        other = last_within(base, same->prefix);
        memcpy(tree->starts, base->starts, other * sizeof *tree->starts);
        at = base->starts[other];
    }
    tree->count = middle->first = other;
    while (at < tree->size) {
        if (base != NULL && at >= tree->size - same->suffix) {
            size_t there = at + base->size - tree->size;
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

#endif
